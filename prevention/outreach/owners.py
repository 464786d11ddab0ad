"""Who answers for a follow-up: the member's own clinician by name, and somebody with an account who can act on it."""

import uuid
from collections.abc import Collection
from datetime import date

from members.models import PrimaryCareAssignment

# The primary care clinician's account, if they have one, and their department, whose physicians see the task as well.
OWNERS = """
SELECT DISTINCT ON (a.member_id) a.member_id, k.user_id, a.department_id FROM members_primarycareassignment a
JOIN network_clinician k ON k.id = a.clinician_id
WHERE a.member_id = ANY (%s) AND a.period @> %s::date ORDER BY a.member_id
"""
# Which physicians with an account could act: nearest first, and among those as near each gets a share.
_ABLE = """
SELECT r.user_id, CASE WHEN r.department_id = d.id THEN 0
        WHEN r.department_id IS NULL AND r.facility_id = d.facility_id THEN 1
        WHEN r.department_id IS NULL AND r.facility_id IS NULL AND r.organization_id = p.organization_id THEN 2
        ELSE 3 END AS distance
FROM network_roleassignment r
JOIN core_user u ON u.id = r.user_id AND u.is_active
JOIN network_organization o ON o.id = r.organization_id
WHERE r.role = 'physician' AND r.period @> %(today)s::date
    AND coalesce(o.system_id, o.id) = m.managing_organization_id
"""
# A task of nobody in particular gets a person: when it is urgent, and at once where no physician of its department has
# an account, so that nobody at all would see it.
NAME = f"""
WITH orphan AS (
    SELECT DISTINCT ON (t.id) t.id, t.member_id, x.user_id FROM prevention_followup f
    JOIN clinical_task t ON t.id = f.task_id AND t.member_id = f.member_id
        AND t.status IN ('requested', 'accepted', 'in-progress')
    JOIN members_member m ON m.id = f.member_id
    LEFT JOIN core_user w ON w.id = t.owner_id
    LEFT JOIN network_department d ON d.id = t.department_id
    LEFT JOIN network_facility p ON p.id = d.facility_id
    CROSS JOIN LATERAL ({_ABLE}) x
    WHERE {{f}} AND f.status = 'open' AND f.rule = %(rule)s AND w.is_active IS NOT TRUE
        AND (f.escalated_at IS NOT NULL OR NOT EXISTS (SELECT FROM ({_ABLE}) y WHERE y.distance < 3))
    ORDER BY t.id, x.distance, hashtextextended(x.user_id::text || t.member_id::text, 0)
)
UPDATE clinical_task t SET owner_id = o.user_id FROM orphan o WHERE t.id = o.id AND t.member_id = o.member_id
"""


def clinicians_of(members: Collection[uuid.UUID], today: date) -> dict[uuid.UUID, str]:
    """The primary care clinician of each by name, whether or not they have an account here."""
    found = PrimaryCareAssignment.objects.filter(member_id__in=members, period__contains=today)
    return {one.member_id: str(one.clinician) for one in found.select_related("clinician")}
