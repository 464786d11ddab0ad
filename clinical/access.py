"""Who looks after a member, and the way in for somebody who does not: a reason, a limited time, seen by all sides."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import rules
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from clinical import ports
from clinical.models import AccessReview, BreakTheGlass
from core import audit
from core.models import User
from core.outbox import enqueue
from core.permissions import grant, may, require
from members.models import Member
from network.models import RoleAssignment
from network.permissions import has_role

Role = RoleAssignment.Role
# Whose work begins with opening a chart. Others (desk, finance, plan) see their own pages, never the chart.
CLINICAL_ROLES = (
    Role.PHYSICIAN,
    Role.NURSE,
    Role.MEDICAL_ASSISTANT,
    Role.PHARMACIST,
    Role.LABORATORY_TECHNOLOGIST,
    Role.CARE_COORDINATOR,
)
GLASS_HOURS = 4
# How long after a visit, and how long before one, the people of that place look after the member.
AFTER, BEFORE = timedelta(days=180), timedelta(days=60)

RELATIONSHIP = """
WITH me AS (SELECT id FROM network_clinician WHERE user_id = %(user)s),
places AS (
    SELECT DISTINCT d.id FROM network_roleassignment r
    JOIN network_department d ON d.id = r.department_id
        OR (r.department_id IS NULL AND d.facility_id = r.facility_id)
        OR (r.department_id IS NULL AND r.facility_id IS NULL
            AND d.facility_id IN (SELECT f.id FROM network_facility f WHERE f.organization_id = r.organization_id))
    WHERE r.user_id = %(user)s AND r.period @> %(today)s::date AND r.role = ANY (%(roles)s)
)
SELECT EXISTS (
    SELECT FROM members_primarycareassignment a WHERE a.member_id = %(member)s AND a.period @> %(today)s::date
        AND (a.clinician_id IN (SELECT id FROM me) OR a.department_id IN (SELECT id FROM places))
        -- Whoever put the member there themselves has made a relationship, not found one.
        AND NOT EXISTS (SELECT FROM members_primarycareassignmenthistoryevent h WHERE h.pgh_obj_id = a.id
            AND h.pgh_label = 'insert' AND h.pgh_context ->> 'user' = %(user)s::text)
) OR EXISTS (
    SELECT FROM clinical_careteammembership t WHERE t.member_id = %(member)s AND t.period @> %(today)s::date
        AND t.clinician_id IN (SELECT id FROM me)
) OR EXISTS (
    SELECT FROM clinical_encounter e WHERE e.member_id = %(member)s AND e.status <> 'cancelled'
        AND e.effective && tstzrange(%(since)s, %(until)s)
        -- A visit with a page of its own (a vaccine clinic's) opens that alone.
        AND NOT EXISTS (SELECT FROM scheduling_appointment v JOIN scheduling_visittype k ON k.id = v.visit_type_id
            WHERE v.id = e.appointment_id AND k.code = ANY (%(narrow)s))
        AND (e.clinician_id IN (SELECT id FROM me) OR e.department_id IN (SELECT id FROM places))
) OR EXISTS (
    SELECT FROM scheduling_appointment s WHERE s.member_id = %(member)s AND s.status NOT IN ('cancelled', 'noshow')
        AND s.during && tstzrange(%(since)s, %(until)s)
        -- A visit that one booked oneself opens no chart: begun, it is an encounter.
        AND s.booked_by_id IS DISTINCT FROM %(user)s
        AND NOT EXISTS (SELECT FROM scheduling_visittype k WHERE k.id = s.visit_type_id AND k.code = ANY (%(narrow)s))
        AND (s.clinician_id IN (SELECT id FROM me) OR s.department_id IN (SELECT id FROM places))
) OR EXISTS (
    SELECT FROM clinical_task k WHERE k.member_id = %(member)s AND k.status IN ('requested', 'accepted', 'in-progress')
        -- Nor does what one asked of oneself or of one's own department.
        AND k.requested_by_id IS DISTINCT FROM %(user)s
        AND (k.owner_id = %(user)s OR k.department_id IN (SELECT id FROM places))
)
"""


def _member_id(obj: Any) -> UUID | None:
    return obj.pk if isinstance(obj, Member) else getattr(obj, "member_id", None)


def looks_after(user: User, member_id: UUID, *, at: datetime | None = None) -> bool:
    """Whether `user` has a care relationship with the member at an instant (by default now).

    They are the primary care clinician or on the care team, saw or will see the member (180 days after a visit, 60
    before one), have an open task, or hold a clinical role at the department where one of these holds. A visit that
    they booked, a task that they gave, or a primary care assignment that they made does not count, nor does anybody's
    visit of a type that has a page of its own (`ports.register_narrow_visit`).
    """
    at = at or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            RELATIONSHIP,
            {
                "user": user.pk,
                "member": member_id,
                "today": timezone.localdate(at),
                "since": at - AFTER,
                "until": at + BEFORE,
                "roles": list(CLINICAL_ROLES),
                "narrow": ports.narrow_visits(),
            },
        )
        return cursor.fetchone()[0]


@rules.predicate
def has_care_relationship(user: User, obj: Any = None) -> bool:
    """Predicate: `obj` (a member, or a row of one) is of somebody whom the user looks after today."""
    member_id = _member_id(obj)
    if member_id is None:
        return False
    known = user.__dict__.setdefault("_looks_after", {})
    if member_id not in known:
        known[member_id] = looks_after(user, member_id)
    return known[member_id]


@rules.predicate
def has_broken_the_glass(user: User, obj: Any = None) -> bool:
    """Predicate: the user gave a reason for opening this record, not longer ago than the time it was given for."""
    member_id = _member_id(obj)
    return member_id is not None and glass(user, member_id) is not None


def glass(user: User, member_id: UUID) -> BreakTheGlass | None:
    """The user's access by reason that is in force now, the longest first."""
    return (
        BreakTheGlass.objects.filter(user=user, member_id=member_id, until__gt=timezone.now())
        .order_by("-until")
        .first()
    )


@transaction.atomic
def break_the_glass(*, by: User, member: Member, reason: str, hours: int = GLASS_HOURS) -> BreakTheGlass:
    """Open the record of a member whom `by` does not look after, for a reason and a limited time.

    The member is told, sees it on their own page, and auditors see it in a list. Raises `ValueError` without a reason
    of a few words, `PermissionDenied` for somebody who is no clinician of the member's system.
    """
    require(by, "clinical.break_the_glass", member)
    reason = " ".join(reason.split())
    if len(reason) < 10:
        raise ValueError("Give the reason in a few words: the member and the auditors read it.")
    if not 1 <= hours <= 24:
        raise ValueError("Access by reason lasts between one hour and a day.")
    now = timezone.now()
    opened = BreakTheGlass.objects.create(
        member=member, user=by, reason=reason[:300], at=now, until=now + timedelta(hours=hours)
    )
    _tell_member(opened, member)
    audit.record(
        by=by, action="execute", verb="clinical.break_the_glass", obj=opened, reason=reason, detail={"hours": hours}
    )
    return opened


def begin_to_look_after(*, by: User, member: Member, reason: str) -> None:
    """Called before `by` admits somebody: where they are unknown to them it is access by reason as well.

    Care goes on without a question; the member is told and auditors see it, so that nobody opens a record by an act
    of their own unseen. For what is done in a minute and undone in the next, a walk-in at a clinic, it is too much:
    that opens what the clinic needs (`ports.register_narrow_visit`).
    """
    known = has_care_relationship(by, member) or has_broken_the_glass(by, member)
    if not known and may(by, "clinical.break_the_glass", member):
        break_the_glass(by=by, member=member, reason=reason)


def _tell_member(opened: BreakTheGlass, member: Member) -> None:
    """By portal notice and e-mail, or by letter without an account; who and why stands in the portal alone."""
    common: dict[str, Any] = {
        "template": "record_opened",
        "member_id": member.pk,
        "language": member.language,
        "url_path": reverse("clinical:who_opened"),
    }
    if member.user is None:
        enqueue(dedupe_key=f"record_opened:{opened.pk}:letter", channel="letter", **common)
        return
    for channel, address in (("portal", ""), ("email", member.user.email)):
        enqueue(
            dedupe_key=f"record_opened:{opened.pk}:{channel}",
            channel=channel,
            user=member.user,
            address=address,
            **common,
        )


@rules.predicate
def is_own_access(user: User, obj: Any = None) -> bool:
    """Predicate: the access by reason was the user's own."""
    return isinstance(obj, BreakTheGlass) and obj.user_id == user.pk


@transaction.atomic
def review_access(opened: BreakTheGlass, *, by: User, outcome: str, note: str = "") -> AccessReview:
    """An auditor's finding about an access by reason; one after it stands in its place, and both are kept.

    Raises `ValueError` for an unknown outcome, or without a note where the access was not simply appropriate;
    `PermissionDenied` for whoever is no auditor of the member's system, and for one's own access.
    """
    require(by, "clinical.settle_access", opened)
    if outcome not in AccessReview.Outcome.values:
        raise ValueError("There is no such outcome of a review.")
    note = " ".join(note.split())[:500]
    if outcome != AccessReview.Outcome.APPROPRIATE and len(note) < 10:
        raise ValueError("Say in the note what was found and what is to follow.")
    made = AccessReview.objects.create(
        member_id=opened.member_id, access=opened, outcome=outcome, note=note, reviewed_by=by, at=timezone.now()
    )
    audit.record(by=by, action="create", verb="clinical.settle_access", obj=made, detail={"outcome": outcome})
    return made


grant("clinical.settle_access", has_role(Role.AUDITOR) & ~is_own_access, because="they are an auditor, and not the one")
grant("clinical.review_access", has_role(Role.AUDITOR), because="they are an auditor")
grant("clinical.break_the_glass", has_role(*CLINICAL_ROLES), because="they work as a clinician of this system")
