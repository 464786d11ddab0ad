"""Counting one share of the nightly run: one pass over its results, every dimension at once, as rows to be added up.

Each dimension is counted by region, and places by department and clinician; the sums over regions, and over the
departments of a facility, are made of these (`merge`).
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from psycopg2.extras import DateRange

from prevention.engine.evaluate import Partition
from prevention.engine.measure import Measure
from prevention.engine.moments import Setting
from prevention.quality.strata import DIMENSIONS, OFFICIAL, columns, official_stratum, who

PLACE = "place"
COUNT = """
WITH who AS MATERIALIZED (SELECT {columns} FROM {who} WHERE {members}),
scored AS (
    SELECT w.*, q.by_stratum, r.measure, r."group", r.denominator_exclusion, r.denominator_exception,
        r.denominator - r.denominator_exclusion - r.denominator_exception AS denominator,
        r.numerator - r.numerator_exclusion AS numerator
    FROM prevention_measureresult r JOIN who w ON w.id = r.member_id
    CROSS JOIN LATERAL (SELECT {stratum} AS by_stratum FROM (SELECT w.birth_date, w.sex) s) q
    WHERE {results} AND r.period = %(period)s AND r.measure = ANY (%(measures)s) AND r.denominator > 0
), counted AS (
    SELECT managing_organization_id, measure, "group", region, department, clinician, {names},
        grouping(department, {names}) AS level,
        count(*) FILTER (WHERE denominator > 0) AS members, sum(denominator) AS denominator,
        sum(numerator) AS numerator, sum(denominator_exclusion) AS exclusions,
        sum(denominator_exception) AS exceptions
    FROM scored GROUP BY GROUPING SETS ({sets})
)
INSERT INTO prevention_stratumcount (run, share, managing_organization_id, measure, "group", dimension, region,
    department, clinician, stratum, members, denominator, numerator, exclusions, exceptions)
SELECT %(run)s, %(share)s, c.managing_organization_id, c.measure, c."group", v.dimension, c.region, c.department,
    c.clinician, v.stratum, c.members, c.denominator, c.numerator, c.exclusions, c.exceptions
FROM counted c JOIN LATERAL (VALUES {values}) v(level, dimension, stratum) ON v.level = c.level
"""


def count_share(run: UUID, share: int, partition: Partition, measures: Sequence[Measure], as_of: date) -> int:
    """Count the results of the share's members anew; returns the rows written. Needs the jobs login."""
    setting = Setting.of_year(as_of.year, as_of=as_of, zone=ZoneInfo(settings.TIME_ZONE))
    names = [*(dimension.name for dimension in DIMENSIONS), OFFICIAL]
    # grouping() has a bit for each column that a set leaves out: the department first, then the dimensions.
    bits = {name: 2 ** (len(names) - number) for number, name in enumerate([PLACE, *names])}
    every = sum(bits.values())
    whole = 'managing_organization_id, measure, "group", region'
    sql = COUNT.format(
        columns=columns(),
        who=who(partition.test),
        members=partition.test("m.id"),
        results=partition.test("r.member_id"),
        stratum=official_stratum(measures, setting),
        names=", ".join(f"by_{name}" for name in names),
        sets=", ".join([f"({whole}, department, clinician)", *(f"({whole}, by_{name})" for name in names)]),
        values=", ".join(
            [f"({every - bits[PLACE]}, '{PLACE}', '')"]
            + [f"({every - bits[name]}, '{name}', c.by_{name})" for name in names]
        ),
    )
    parameters = {
        **partition.parameters,
        "as_of": as_of,
        "period": DateRange(*setting.period),
        "measures": [measure.key for measure in measures],
        "run": run,
        "share": share,
    }
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM prevention_stratumcount WHERE run = %s AND share = %s", [run, share])
        # In a first night nobody has looked at the results yet: the planner takes a share's hundred thousand for one,
        # and would read everybody in the share anew for each.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(sql, parameters)
        written = cursor.rowcount
        cursor.execute("SET LOCAL enable_nestloop = on")
        return written
