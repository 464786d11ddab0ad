"""Under-use beside cost, so that savings by withholding show (domain ruling 19; cost beside quality lives in billing).

Each facility and clinician panel is compared with the system's members of the same age band and sex over the same
member months (indirect standardisation). A panel is flagged where its cost is clearly low and, clearly too, its people
are seen or referred less, come to the emergency department more, have more open gaps, or have fewer measures met than
expected. Clearly: the 95 % interval of the ratio leaves 1 out (counts: Byar's approximation, Breslow and Day 1987).
"""

import datetime
import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from billing.models.guardrails import GuardrailRow
from core import jobs
from core.models import JobPartition, JobRun, User
from prevention.measures import MEASURES
from prevention.quality.rates import Z
from prevention.quality.suppression import Sum, hide
from prevention.rules import RULES

KIND = "guardrails"
DAYS_IN_MONTH = 30.4375
AT_VISIT = [rule.id for rule in RULES if rule.at_visit]
# A panel that is compared; smaller ones say more about chance than about care.
COMPARED_MONTHS = 120

PANELS = """
WITH panel AS (
    SELECT m.id, m.managing_organization_id AS system, d.facility_id, a.clinician_id, m.sex,
        width_bucket(date_part('year', age(%(as_of)s::date, m.birth_date)), ARRAY[18, 30, 45, 65, 75]) AS band, c.months
    FROM members_member m
    JOIN members_primarycareassignment a ON a.member_id = m.id AND a.period @> %(as_of)s::date
    JOIN network_department d ON d.id = a.department_id
    JOIN (SELECT member_id, sum(upper(v) - lower(v)) / %(days)s AS months
        FROM (SELECT member_id, valid * daterange(%(start)s, %(as_of)s) AS v FROM plans_coverageperiod
            WHERE benefit = 'medical' AND payer_order = 1 AND upper_inf(known)
                AND valid && daterange(%(start)s, %(as_of)s)) x
        GROUP BY member_id) c ON c.member_id = m.id
), used AS (
    SELECT p.*, coalesce(k.cost, 0) AS cost, coalesce(e.visits, 0) AS visits,
        coalesce(e.emergencies, 0) AS emergencies, coalesce(r.referrals, 0) AS referrals, coalesce(g.gaps, 0) AS gaps
    FROM panel p
    LEFT JOIN (SELECT member_id, sum(amount) AS cost FROM billing_utilisationcost
        WHERE incurred_on >= %(start)s AND incurred_on < %(as_of)s GROUP BY member_id) k ON k.member_id = p.id
    LEFT JOIN (SELECT e.member_id, count(*) FILTER (WHERE x.code IS DISTINCT FROM 'EMER') AS visits,
            count(*) FILTER (WHERE x.code = 'EMER') AS emergencies
        FROM clinical_encounter e
        LEFT JOIN (SELECT c.fact_id, k.code FROM clinical_encountercoding c JOIN core_concept k ON k.id = c.concept_id
            JOIN core_codesystem s ON s.id = k.system_id
            WHERE c.role = 8 AND s.uri = 'http://terminology.hl7.org/CodeSystem/v3-ActCode') x ON x.fact_id = e.id
        WHERE e.status = 'finished' AND lower(e.effective) >= %(start)s AND lower(e.effective) < %(as_of)s
        GROUP BY e.member_id) e ON e.member_id = p.id
    LEFT JOIN (SELECT member_id, count(*) AS referrals FROM clinical_servicerequest
        WHERE kind = 'referral' AND lower(effective) >= %(start)s AND lower(effective) < %(as_of)s
        GROUP BY member_id) r ON r.member_id = p.id
    LEFT JOIN (SELECT member_id, count(*) AS gaps FROM prevention_caregap
        -- What a visit asks by itself (tobacco, alcohol) is open for nearly everybody and tells no panels apart.
        WHERE status = 'open' AND rule <> ALL (%(at_visit)s) GROUP BY member_id) g
        ON g.member_id = p.id
), band AS (
    SELECT system, band, sex, sum(cost) / sum(months) AS cost, sum(visits) / sum(months) AS visits,
        sum(emergencies) / sum(months) AS emergencies, sum(referrals) / sum(months) AS referrals, avg(gaps) AS gaps
    FROM used GROUP BY system, band, sex
)
SELECT u.system, u.facility_id, u.clinician_id, grouping(u.clinician_id) AS whole, count(*)::int, sum(u.months),
    sum(u.cost), sum(b.cost * u.months), sum((u.cost - b.cost * u.months) ^ 2)::float8,
    sum(u.visits)::int, sum(b.visits * u.months)::float8, sum(u.emergencies)::int,
    sum(b.emergencies * u.months)::float8, sum(u.referrals)::int, sum(b.referrals * u.months)::float8,
    sum(u.gaps)::int, sum(b.gaps)::float8
FROM used u JOIN band b ON b.system = u.system AND b.band IS NOT DISTINCT FROM u.band AND b.sex = u.sex
GROUP BY GROUPING SETS ((u.system, u.facility_id), (u.system, u.facility_id, u.clinician_id))
"""
# From the strata of the last nightly run: every rate of a panel, beside the system's.
MEASURED = """
WITH latest AS (
    SELECT DISTINCT ON (managing_organization_id) id, managing_organization_id AS system
    FROM prevention_qualitysnapshot ORDER BY managing_organization_id, month DESC, period DESC
), panel AS (
    SELECT l.system, split_part(s.stratum, '/', 2) AS facility, split_part(s.stratum, '/', 4) AS clinician,
        s.denominator,
        CASE WHEN s.measure = ANY (%(lower)s) THEN s.denominator - s.numerator ELSE s.numerator END AS met,
        CASE WHEN s.measure = ANY (%(lower)s) THEN a.denominator - a.numerator ELSE a.numerator END::float8
            / a.denominator AS share
    FROM latest l JOIN prevention_measurestratum s ON s.snapshot_id = l.id AND s.dimension = 'clinician'
    JOIN prevention_measurestratum a ON a.snapshot_id = l.id AND a.dimension = 'all' AND a.region = ''
        AND a.measure = s.measure AND a."group" = s."group" AND a.denominator > 0
    WHERE s.region = '' AND s.denominator > 0
)
SELECT system, facility, clinician, sum(met)::int, sum(denominator * share), sum(denominator * share * (1 - share)),
    sum(denominator)::int
FROM panel GROUP BY GROUPING SETS ((system, facility), (system, facility, clinician))
"""


@dataclass(frozen=True)
class Ratio:
    """Observed over expected with its 95 % interval."""

    observed: float
    expected: float
    value: float
    low: float
    high: float


def of_counts(observed: int, expected: float) -> Ratio | None:
    """A ratio of counts; None where none were expected."""
    if expected <= 0:
        return None
    low = 0.0
    if observed:
        low = observed * (1 - 1 / (9 * observed) - Z / (3 * math.sqrt(observed))) ** 3
    more = observed + 1
    high = more * (1 - 1 / (9 * more) + Z / (3 * math.sqrt(more))) ** 3
    return Ratio(observed, expected, observed / expected, max(low, 0.0) / expected, high / expected)


def of_sums(observed: float, expected: float, variance: float) -> Ratio | None:
    """A ratio of sums whose spread is known; None where nothing was expected."""
    if expected <= 0:
        return None
    half = Z * math.sqrt(max(variance, 0.0))
    return Ratio(
        observed, expected, observed / expected, max(observed - half, 0.0) / expected, (observed + half) / expected
    )


def ratios(row: GuardrailRow) -> dict[str, Ratio | None]:
    """Each number of a row beside what was expected."""
    return {
        "cost": of_sums(float(row.cost), float(row.cost_expected), float(row.cost_variance)),
        "visits": of_counts(row.visits, float(row.visits_expected)),
        "referrals": of_counts(row.referrals, float(row.referrals_expected)),
        "emergencies": of_counts(row.emergencies, float(row.emergencies_expected)),
        "gaps": of_counts(row.gaps, float(row.gaps_expected)),
        "met": of_sums(row.met, float(row.met_expected), float(row.met_variance)),
    }


def under_use(found: dict[str, Ratio | None]) -> list[str]:
    """The numbers that clearly say that people get less than they should."""
    less = [name for name in ("visits", "referrals", "met") if (one := found[name]) and one.high < 1]
    more = [name for name in ("emergencies", "gaps") if (one := found[name]) and one.low > 1]
    return less + more


def is_flagged(row: GuardrailRow) -> bool:
    """Clearly cheap and clearly under-used, over enough member months."""
    found = ratios(row)
    cost = found["cost"]
    return bool(row.member_months >= COMPARED_MONTHS and cost and cost.high < 1 and under_use(found))


# --- The nightly job ------------------------------------------------------------------------------------


def compare(as_of: datetime.date, *, by: User) -> JobRun:
    """The comparison as of a day; a finished one of the day is made anew."""
    run = jobs.start_run(
        by=by, kind=KIND, key=as_of.isoformat(), parameters={"as_of": as_of.isoformat()}, partitions=1, again=True
    )
    return jobs.work(run, stays=True)


def work_share(run: JobRun, share: JobPartition) -> dict[str, int | float]:
    """Everybody in one pass: expected numbers need all of the system."""
    as_of = datetime.date.fromisoformat(run.parameters["as_of"])
    rows = _rows(as_of)
    _hide_small(rows)
    for row in rows:
        row.is_flagged = is_flagged(row) and not row.is_hidden
    GuardrailRow.objects.all().delete()
    GuardrailRow.objects.bulk_create(rows, batch_size=1000)
    return {"panels": len(rows), "flagged": sum(row.is_flagged for row in rows)}


def _rows(as_of: datetime.date) -> list[GuardrailRow]:
    start = as_of.replace(year=as_of.year - 1, day=min(as_of.day, 28))
    lower = [measure.key for measure in MEASURES if measure.improvement == "decrease"]
    with connection.cursor() as cursor:
        cursor.execute(MEASURED, {"lower": lower})
        measured = {(system, facility, clinician or ""): rest for system, facility, clinician, *rest in cursor}
        cursor.execute(PANELS, {"as_of": as_of, "start": start, "days": DAYS_IN_MONTH, "at_visit": AT_VISIT})
        return [_row(as_of, values, measured) for values in cursor.fetchall()]


def _row(as_of: datetime.date, values: tuple, measured: dict[tuple, list[Any]]) -> GuardrailRow:
    system, facility, clinician, whole, members, months, cost, cost_expected, spread, *counts = values
    key = (system, str(facility), "" if whole else str(clinician))
    met, met_expected, met_variance, counted = measured.get(key, [0, 0.0, 0.0, 0])
    names = ("visits", "visits_expected", "emergencies", "emergencies_expected", "referrals", "referrals_expected")
    return GuardrailRow(
        managing_organization_id=system,
        as_of=as_of,
        facility_id=facility,
        clinician_id=None if whole else clinician,
        members=members,
        member_months=months,
        cost=cost,
        cost_expected=cost_expected,
        cost_variance=spread,
        **dict(zip((*names, "gaps", "gaps_expected"), counts, strict=True)),
        met=met,
        met_expected=met_expected or 0.0,
        met_variance=met_variance or 0.0,
        counted=counted,
        is_hidden=False,
        is_flagged=False,
    )


def _hide_small(rows: list[GuardrailRow]) -> None:
    """Panels of fewer than 11, and others of their facility where a subtraction would give those away."""
    cells: dict[tuple[UUID, UUID, UUID | None], GuardrailRow] = {}
    panels: dict[tuple[UUID, UUID], list[tuple[UUID, UUID, UUID | None]]] = defaultdict(list)
    for row in rows:
        key = (row.managing_organization_id, row.facility_id, row.clinician_id)
        cells[key] = row
        if row.clinician_id is not None:
            panels[key[:2]].append(key)
    sums = [Sum((*place, None), tuple(keys)) for place, keys in panels.items()]
    for key in hide({key: row.members for key, row in cells.items()}, sums):
        cells[key].is_hidden = True
