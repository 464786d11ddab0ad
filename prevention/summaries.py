"""A measure's counts by stratum, written once by the nightly run; pages read them instead of members."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from psycopg2.extras import DateRange

from core.models import JobRun
from prevention.engine.compiler import Compiler
from prevention.engine.measure import Measure
from prevention.engine.moments import Setting
from prevention.models import MeasureSummary

# Dimension → what a member's stratum is. Each names where it comes from.
DIMENSIONS = {
    "all": "''",
    "region": "coalesce(z.name, '')",
    "facility": "coalesce(f.name, '')",
    "clinician": "coalesce(trim(k.given || ' ' || k.family), '')",
    "sex": "m.sex",
    "age_band": "CASE WHEN m.birth_date > %(age18)s THEN '0-17' WHEN m.birth_date > %(age45)s THEN '18-44' "
    "WHEN m.birth_date > %(age65)s THEN '45-64' ELSE '65+' END",
    "language": "m.language",
}
SUMMARISE = """
WITH scored AS (
    SELECT r.measure, r."group", r.denominator - r.denominator_exclusion - r.denominator_exception AS denominator,
        r.numerator - r.numerator_exclusion AS numerator, {columns}
    FROM prevention_measureresult r JOIN members_member m ON m.id = r.member_id
    CROSS JOIN LATERAL (SELECT {stratum} AS by_stratum FROM (SELECT m.birth_date, m.sex) s) q
    LEFT JOIN network_region z ON z.id = m.region_id
    LEFT JOIN members_primarycareassignment a ON a.member_id = m.id AND a.period @> %(as_of)s::date
    LEFT JOIN network_department d ON d.id = a.department_id
    LEFT JOIN network_facility f ON f.id = d.facility_id
    LEFT JOIN network_clinician k ON k.id = a.clinician_id
    WHERE r.period = %(period)s AND r.measure = ANY (%(measures)s) AND r.denominator > 0
), counted AS (
    SELECT measure, "group", {names}, grouping({names}) AS level, sum(denominator) AS denominator,
        sum(numerator) AS numerator
    FROM scored GROUP BY GROUPING SETS ({sets})
)
INSERT INTO prevention_measuresummary
    (run_id, measure, period, "group", dimension, stratum, denominator, numerator)
SELECT %(run)s, c.measure, %(period)s, c."group", v.dimension, v.stratum, c.denominator, c.numerator
FROM counted c JOIN LATERAL (VALUES {values}) v(level, dimension, stratum) ON v.level = c.level
WHERE v.dimension <> 'stratum' OR v.stratum <> ''
"""


def _stratum(measures: Sequence[Measure], setting: Setting) -> str:
    """The name of the member's part of a rate, for rates that are reported in parts (by age, all of them)."""
    to = Compiler(setting)
    rates = [
        (f"r.measure = '{measure.key}' AND r.\"group\" = {number}", group.strata)
        for measure in measures
        for number, group in enumerate(measure.groups, 1)
    ]
    cases = [
        f"WHEN {rate} AND {stratum.members.true(to)} THEN '{stratum.name}'"
        for rate, strata in rates
        for stratum in strata
    ]
    if to.columns or to.derived:
        raise ValueError("A stratum is told from the member alone.")
    return f"CASE {' '.join(cases)} ELSE '' END" if cases else "''"


def write_summaries(run: JobRun, measures: Sequence[Measure], as_of: date) -> int:
    """Replace the run's summaries; returns the rows written."""
    MeasureSummary.objects.filter(run=run).delete()
    setting = Setting.of_year(as_of.year, as_of=as_of, zone=ZoneInfo(settings.TIME_ZONE))
    names = [*DIMENSIONS, "stratum"]
    top = 2 ** len(names) - 1
    sql = SUMMARISE.format(
        stratum=_stratum(measures, setting),
        columns=", ".join([*(f"{sql} AS by_{name}" for name, sql in DIMENSIONS.items()), "q.by_stratum"]),
        names=", ".join(f"by_{name}" for name in names),
        sets=", ".join(f'(measure, "group", by_{name})' for name in names),
        # grouping() has a bit for each column that a set leaves out.
        values=", ".join(
            f"({top - 2 ** (len(names) - 1 - place)}, '{name}', c.by_{name})" for place, name in enumerate(names)
        ),
    )
    ages = {f"age{age}": as_of.replace(year=as_of.year - age, day=min(as_of.day, 28)) for age in (18, 45, 65)}
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            {
                **ages,
                "run": run.pk,
                "as_of": as_of,
                "period": DateRange(*setting.period),
                "measures": [measure.key for measure in measures],
            },
        )
        return cursor.rowcount
