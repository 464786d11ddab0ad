"""Counting plan rates: whose coverage held long enough, by line of business, in one statement for each enrolment."""

from datetime import date, datetime

from django.db import connection
from psycopg2.extras import DateRange

from core.models import JobRun
from prevention.plan_rates.definitions import PLAN_MEASURES, Enrolment, PlanMeasure, Span
from prevention.plan_rates.models import PlanRate

COUNT = """
WITH span(line, starts, ends, gap) AS (
    SELECT * FROM unnest(%(lines)s::text[], %(starts)s::date[], %(ends)s::date[], %(gaps)s::int[])
), scored AS (
    SELECT r.member_id, r.measure, r.denominator - r.denominator_exclusion - r.denominator_exception AS denominator,
        r.numerator - r.numerator_exclusion AS numerator, m.managing_organization_id AS system
    FROM prevention_measureresult r JOIN members_member m ON m.id = r.member_id
    WHERE r.measure = ANY (%(measures)s) AND r.period = %(period)s AND r.initial_population > 0
), held AS (
    -- Whoever paid: a change of product or employer without a gap is continuous.
    SELECT c.member_id, range_agg(c.valid) AS days,
        max(p.line_of_business) FILTER (WHERE c.valid @> %(anchor)s::date AND c.payer_order = 1) AS line
    FROM plans_coverageperiod c JOIN plans_product p ON p.id = c.product_id
    WHERE c.benefit = 'medical' AND c.known @> %(known_at)s::timestamptz
        AND c.member_id IN (SELECT member_id FROM scored)
    GROUP BY c.member_id
), enrolled AS (
    SELECT h.member_id, h.line, bool_and(
        CASE WHEN gaps.many = 0 THEN true ELSE gaps.many = 1 AND gaps.longest <= s.gap END) AS long_enough
    FROM held h JOIN span s ON s.line = CASE WHEN h.line = 'medicaid' THEN 'medicaid' ELSE '' END
    CROSS JOIN LATERAL (
        SELECT count(*) AS many, max(upper(g) - lower(g)) AS longest
        FROM unnest(datemultirange(daterange(s.starts, s.ends)) - h.days) g
    ) gaps
    WHERE h.line IS NOT NULL AND h.days @> %(anchor)s::date
    GROUP BY h.member_id, h.line
)
SELECT s.system, s.measure, e.line, count(*), count(*) FILTER (WHERE e.long_enough),
    coalesce(sum(s.denominator) FILTER (WHERE e.long_enough), 0),
    coalesce(sum(s.numerator) FILTER (WHERE e.long_enough), 0)
FROM scored s LEFT JOIN enrolled e ON e.member_id = s.member_id
GROUP BY GROUPING SETS ((s.system, s.measure, e.line), (s.system, s.measure))
HAVING grouping(e.line) = 1 OR e.line IS NOT NULL
"""


def _spans(enrolment: Enrolment, year: int, until: date) -> list[tuple[str, Span]]:
    return [
        (line, span)
        for line, medicaid in (("", False), ("medicaid", True))
        for span in enrolment.spans(year, medicaid=medicaid, until=until)
    ]


def write_plan_rates(run: JobRun, *, year: int, as_of: date, known_at: datetime) -> int:
    """Replace the run's plan rates; needs the jobs login, and the members' results written. Returns the rows.

    `as_of` before the year's end gives rates so far: coverage is asked for up to that day, which is the anchor then.
    """
    PlanRate.objects.filter(run=run).delete()
    by_enrolment: dict[Enrolment, list[PlanMeasure]] = {}
    for one in PLAN_MEASURES:
        by_enrolment.setdefault(one.enrolment, []).append(one)
    period = DateRange(date(year, 1, 1), date(year + 1, 1, 1))
    rows: list[PlanRate] = []
    for enrolment, measures in by_enrolment.items():
        anchor = min(enrolment.anchor(year), as_of)
        spans = _spans(enrolment, year, anchor)
        with connection.cursor() as cursor:
            cursor.execute(
                COUNT,
                {
                    "lines": [line for line, _span in spans],
                    "starts": [span.start for _line, span in spans],
                    "ends": [span.end for _line, span in spans],
                    "gaps": [span.gap for _line, span in spans],
                    "measures": [one.measure.key for one in measures],
                    "period": period,
                    "anchor": anchor,
                    "known_at": known_at,
                },
            )
            for system, measure, line, population, enrolled, denominator, numerator in cursor.fetchall():
                rows.append(
                    PlanRate(
                        run=run, managing_organization_id=system, measure=measure, period=period,
                        line_of_business=line or "", anchor=anchor, is_final=as_of >= enrolment.anchor(year),
                        population=population, enrolled=enrolled, denominator=denominator, numerator=numerator,
                    )
                )  # fmt: skip
    PlanRate.objects.bulk_create(rows)
    return len(rows)
