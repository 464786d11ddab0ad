"""Counts of registries by control, risk and missed contacts, written by the nightly run; pages read them."""

from datetime import date

from django.db import connection

from core.models import JobRun
from prevention.registries.models import RegistrySummary

# What a list can be narrowed by. Labelled entries stand in no list (`querysets.listable`), and in no count.
SUMMARISE = """
WITH placed AS (
    SELECT m.managing_organization_id AS system, e.registry, e.control, e.tier, cardinality(e.missed) > 0 AS missed,
        coalesce(d.facility_id::text, '') AS facility, coalesce(a.clinician_id::text, '') AS clinician, m.language
    FROM prevention_registryentry e JOIN members_member m ON m.id = e.member_id
    LEFT JOIN members_primarycareassignment a ON a.member_id = m.id AND a.period @> %(as_of)s::date
    LEFT JOIN network_department d ON d.id = a.department_id
    WHERE e.left_on IS NULL AND (e.sensitivity = 0 OR (e.sensitivity = 1 AND EXISTS (
        SELECT FROM members_consent c WHERE c.member_id = e.member_id AND c.kind = 'part2_tpo' AND c.is_given
            AND c.period @> %(as_of)s::date)))
), counted AS (
    SELECT system, registry, control, tier, missed, facility, clinician, language,
        grouping(facility, clinician, language) AS level, count(*) AS people
    FROM placed GROUP BY system, registry, control, tier, missed,
        GROUPING SETS ((), (facility), (clinician), (language))
)
INSERT INTO prevention_registrysummary (run_id, managing_organization_id, as_of, registry, dimension, stratum, control,
    tier, missed, people)
SELECT %(run)s, c.system, %(as_of)s, c.registry, v.dimension, coalesce(v.stratum, ''), c.control, c.tier, c.missed,
    c.people
FROM counted c JOIN LATERAL (VALUES (7, 'all', ''), (3, 'facility', c.facility), (5, 'clinician', c.clinician),
    (6, 'language', c.language)) v(level, dimension, stratum) ON v.level = c.level
"""


def write_summaries(run: JobRun, as_of: date) -> int:
    """Replace the run's counts; returns the rows written."""
    RegistrySummary.objects.filter(run=run).delete()
    with connection.cursor() as cursor:
        cursor.execute(SUMMARISE, {"run": run.pk, "as_of": as_of})
        return cursor.rowcount
