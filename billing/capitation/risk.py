"""CMS-HCC risk scores of Medicare members from coded services, by way of hccinfhir.

Which diagnoses count: those of records with an eligible service (professional or hospital outpatient with a CPT or
HCPCS code on CMS's list, or hospital inpatient), within the service window; never the problem list (CMS, "Final
Encounter Data Diagnosis Filtering Logic", 2015). Other lines of business have the score 1 until their models are
loaded.
"""

import contextlib
import datetime
import functools
import json
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from billing.models import CapitationRun, RiskScore
from core.ids import uuid7
from plans.models import Product

MODEL = "CMS-HCC V28"
LIBRARY_MODEL = "CMS-HCC Model V28"
BATCH = 5_000
# A score's explanation names up to this many services for each diagnosis.
SERVICES_SHOWN = 3


@dataclass(frozen=True)
class Year:
    """A payment year's final model: its files, normalisation factor and coding-pattern adjustment."""

    model_year: int
    normalisation: Decimal
    coding_adjustment: Decimal


# CMS rate announcements for 2025 and 2026: V28 normalisation factors 1.045 and 1.067, MA coding pattern adjustment
# 5.90 %. A year without a final announcement is not here: proposed coefficients are never loaded as final ones.
YEARS = {
    2025: Year(2025, Decimal("1.045"), Decimal("0.059")),
    2026: Year(2026, Decimal("1.067"), Decimal("0.059")),
}


def model_for(payment_year: int) -> Year:
    """The payment year's own final model, otherwise the newest final one before it, otherwise the oldest."""
    known = [year for year in YEARS if year <= payment_year]
    return YEARS[max(known, default=min(YEARS))]


def run_for(month: datetime.date) -> str:
    """Which score CMS pays on in a month: the initial one until June, the mid-year one from July."""
    return RiskScore.Run.INITIAL if month.month < 7 else RiskScore.Run.MID_YEAR


def service_window(payment_year: int, run: str) -> tuple[datetime.date, datetime.date]:
    """`[start, end)` of the dates of service that count: July to June before, for the initial run; otherwise the
    calendar year before payment."""
    if run == RiskScore.Run.INITIAL:
        return datetime.date(payment_year - 2, 7, 1), datetime.date(payment_year - 1, 7, 1)
    return datetime.date(payment_year - 1, 1, 1), datetime.date(payment_year, 1, 1)


# Type of bill, first two digits, that CMS takes for inpatient and outpatient facility records.
INPATIENT = ["11", "41"]
OUTPATIENT = ["12", "13", "43", "71", "73", "76", "77", "85", "87"]

PEOPLE = """
WITH people AS MATERIALIZED (
    SELECT DISTINCT ON (c.member_id) c.member_id, m.birth_date,
        CASE v.administrative_sex WHEN 'unknown' THEN m.sex ELSE v.administrative_sex END AS sex
    FROM plans_coverageperiod c
    JOIN plans_product p ON p.id = c.product_id AND p.organization_id = %(organization)s
        AND p.line_of_business = 'medicare'
    JOIN plans_coverage v ON v.id = c.coverage_id
    JOIN members_member m ON m.id = c.member_id
    WHERE c.member_id >= %(lower)s AND (%(upper)s::uuid IS NULL OR c.member_id < %(upper)s)
        AND c.benefit = 'medical' AND c.payer_order = 1 AND c.known @> %(known_at)s
        AND c.valid && daterange(%(month)s::date, (%(month)s::date + interval '1 month')::date)
        AND m.birth_date IS NOT NULL
    ORDER BY c.member_id, c.valid
), duals AS MATERIALIZED (
    SELECT DISTINCT c.member_id FROM plans_coverageperiod c
    JOIN people ON people.member_id = c.member_id
    JOIN plans_product p ON p.id = c.product_id AND p.line_of_business = 'medicaid'
    WHERE c.benefit = 'medical' AND c.payer_order > 1 AND c.known @> %(known_at)s AND c.valid @> %(month)s::date
), codes AS MATERIALIZED (
    SELECT member_id, string_agg(DISTINCT code, ',' ORDER BY code) AS codes FROM ({diagnoses}) counted GROUP BY 1
), inputs AS (
    SELECT people.member_id, people.birth_date, people.sex, duals.member_id IS NOT NULL AS is_dual,
        coalesce(codes.codes, '') AS codes
    FROM people LEFT JOIN duals USING (member_id) LEFT JOIN codes USING (member_id)
)
SELECT i.*, md5(concat_ws('|', i.birth_date, i.sex, i.is_dual, i.codes, %(version)s)) AS digest
FROM inputs i
LEFT JOIN billing_riskscore r ON r.member_id = i.member_id AND r.payment_year = %(year)s AND r.model = %(model)s
    AND r.run = %(score_run)s AND r.superseded_at IS NULL
WHERE r.inputs IS DISTINCT FROM md5(concat_ws('|', i.birth_date, i.sex, i.is_dual, i.codes, %(version)s))
ORDER BY i.member_id
"""

# CMS filters whole records: one eligible service lets all diagnoses of its visit or claim count.
DIAGNOSES = """
    SELECT d.member_id, replace(concept.code, '.', '') AS code, line.id AS service
    FROM billing_serviceline line
    JOIN billing_servicelinediagnosis d ON d.line_id = line.id AND d.member_id = line.member_id
    JOIN core_concept concept ON concept.id = d.concept_id
    WHERE line.member_id {members} AND line.service_date >= %(start)s AND line.service_date < %(end)s
        AND line.known_at <= %(known_at)s
        AND EXISTS (
            SELECT 1 FROM billing_serviceline other LEFT JOIN core_concept p ON p.id = other.procedure_id
            WHERE other.member_id = line.member_id AND other.setting = line.setting
                AND (other.id = line.id OR other.encounter_id = line.encounter_id)
                AND CASE other.setting
                    WHEN 'inpatient' THEN
                        other.bill_type = '' OR left(ltrim(other.bill_type, '0'), 2) = ANY (%(inpatient)s)
                    WHEN 'outpatient' THEN
                        (other.bill_type = '' OR left(ltrim(other.bill_type, '0'), 2) = ANY (%(outpatient)s))
                        AND p.code = ANY (%(procedures)s)
                    ELSE p.code = ANY (%(procedures)s) END)
    UNION ALL
    SELECT d.member_id, replace(concept.code, '.', ''), claim.id
    FROM billing_outsideclaim claim
    JOIN billing_claimdiagnosis d ON d.claim_id = claim.id AND d.member_id = claim.member_id
    JOIN core_concept concept ON concept.id = d.concept_id
    WHERE claim.member_id {members} AND claim.status IN ('priced', 'paid')
        AND claim.incurred_to >= %(start)s AND claim.incurred_to < %(end)s AND claim.received_at <= %(known_at)s
        AND (claim.claim_type = 'institutional' AND claim.place_of_service = ANY (%(inpatient)s)
            OR (claim.claim_type = 'professional' OR claim.place_of_service = ANY (%(outpatient)s)) AND EXISTS (
                SELECT 1 FROM billing_claimline l JOIN core_concept p ON p.id = l.concept_id
                WHERE l.claim_id = claim.id AND l.member_id = claim.member_id AND p.code = ANY (%(procedures)s)))
"""

# Only another score makes closed months worth another look; another reason for the same score is written over.
SUPERSEDE = """
UPDATE billing_riskscore r SET superseded_at = %(known_at)s
FROM jsonb_to_recordset(%(rows)s::jsonb) AS row (member_id uuid, payment_score numeric)
WHERE r.member_id = row.member_id AND r.payment_year = %(year)s AND r.model = %(model)s AND r.run = %(score_run)s
    AND r.superseded_at IS NULL AND r.payment_score <> row.payment_score
"""
SAVE = """
INSERT INTO billing_riskscore (
    id, sensitivity, member_id, payment_year, model, segment, run, service_window, raw_score, payment_score,
    explanation, inputs, computed_at)
SELECT row.id, 0, row.member_id, %(year)s, %(model)s, row.segment, %(score_run)s, daterange(%(start)s, %(end)s),
    row.raw_score, row.payment_score, row.explanation, row.inputs, %(known_at)s
FROM jsonb_to_recordset(%(rows)s::jsonb) AS row (
    id uuid, member_id uuid, segment text, raw_score numeric, payment_score numeric, explanation jsonb, inputs text)
ON CONFLICT (member_id, payment_year, model, run) WHERE superseded_at IS NULL DO UPDATE SET
    segment = excluded.segment, raw_score = excluded.raw_score, explanation = excluded.explanation,
    inputs = excluded.inputs, service_window = excluded.service_window
"""


def refresh(run: CapitationRun, lower: Any, upper: Any) -> int:
    """Bring the scores of the share's Medicare members up to date for the run's month; returns how many were computed.

    A score is computed anew only where what it rests on changed: birth date, sex, dual status, counted diagnoses,
    model. Members without known sex get none and count at 1.
    """
    if not Product.objects.filter(organization=run.organization_id, line_of_business="medicare").exists():
        return 0
    values = _parameters(run, lower, upper)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        members = "IN (SELECT member_id FROM people)"
        cursor.execute(PEOPLE.format(diagnoses=DIAGNOSES.format(members=members)), values)
        computed = 0
        while people := cursor.fetchmany(BATCH):
            computed += _score(values, [person for person in people if person[2] in ("female", "male")])
    return computed


def _parameters(run: CapitationRun, lower: Any, upper: Any) -> dict[str, Any]:
    year = run.payment_month.year
    score_run = run_for(run.payment_month)
    model = model_for(year)
    start, end = service_window(year, score_run)
    return {
        "organization": run.organization_id,
        "month": run.payment_month,
        "known_at": run.known_at,
        "year": year,
        "model": MODEL,
        "score_run": score_run,
        "start": start,
        "end": end,
        "version": f"{model.model_year}:{model.normalisation}:{model.coding_adjustment}",
        "inpatient": INPATIENT,
        "outpatient": OUTPATIENT,
        "procedures": eligible_procedures(model.model_year),
        "lower": lower,
        "upper": upper,
    }


@contextlib.contextmanager
def _library() -> Iterator[None]:
    """hccinfhir takes seconds to import and finds its files by a deprecated function: only where it is needed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


@functools.cache
def eligible_procedures(model_year: int) -> list[str]:
    """CMS's CPT/HCPCS codes of services whose diagnoses count, for a model year."""
    with _library():
        from hccinfhir.utils import load_proc_filtering

        return sorted(load_proc_filtering(f"ra_eligible_cpt_hcpcs_{model_year}.csv"))


def _score(values: dict[str, Any], people: Sequence[tuple]) -> int:
    if not people:
        return 0
    sources = _services(values, [person[0] for person in people if person[4]])
    rows = []
    for member_id, birth_date, sex, is_dual, codes, digest in people:
        found = score(birth_date, sex, bool(is_dual), tuple(codes.split(",")) if codes else (), values["year"])
        services = {code: sources[member_id][code] for code in found["diagnoses"]} if codes else {}
        rows.append(
            {
                "id": str(uuid7()),
                "member_id": str(member_id),
                "segment": found["segment"],
                "raw_score": str(found["raw"]),
                "payment_score": str(found["payment"]),
                "inputs": digest,
                "explanation": {**found["explanation"], "services": services},
            }
        )
    with connection.cursor() as cursor:
        given = {**values, "rows": json.dumps(rows)}
        cursor.execute(SUPERSEDE, given)
        cursor.execute(SAVE, given)
    return len(rows)


def _services(values: dict[str, Any], members: list[Any]) -> dict[Any, dict[str, list[str]]]:
    """Member → diagnosis → the first few services that carried it."""
    found: dict[Any, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    if members:
        with connection.cursor() as cursor:
            statement = DIAGNOSES.format(members="= ANY (%(members)s::uuid[])")
            cursor.execute(f"{statement} ORDER BY 1, 2, 3", {**values, "members": members})
            for member_id, code, service in cursor.fetchall():
                services = found[member_id][code]
                if len(services) < SERVICES_SHOWN and str(service) not in services:
                    services.append(str(service))
    return found


def score(birth_date: datetime.date, sex: str, is_dual: bool, codes: tuple[str, ...], payment_year: int) -> dict:
    """`raw`, `payment`, `segment`, `explanation` and the `diagnoses` that counted, for one person.

    Age as of 1 February of the payment year; who turned 65 after the collection year began is a new enrollee (fewer
    than 12 months of Part B in it); under 65 the ground is disability. As CMS, each step is rounded to 3 decimals.
    """
    age = _age(birth_date, datetime.date(payment_year, 2, 1))
    is_new = _birthday(birth_date, 65) > datetime.date(payment_year - 1, 1, 1) and age >= 65
    return _score_profile(age, sex, is_dual, is_new, codes, payment_year)


@functools.lru_cache(maxsize=50_000)
def _score_profile(age: int, sex: str, is_dual: bool, is_new: bool, codes: tuple[str, ...], payment_year: int) -> dict:
    with _library():
        from hccinfhir.model_calculate import calculate_raf

    year = model_for(payment_year)
    files = _files(year.model_year)
    result = calculate_raf(
        list(codes),
        LIBRARY_MODEL,
        age=age,
        sex="F" if sex == "female" else "M",
        dual_elgbl_cd="02" if is_dual else "00",
        orec="0" if age >= 65 else "1",
        new_enrollee=is_new,
        **files,
    )
    raw = _three(Decimal(repr(result.risk_score)))
    normalised = _three(raw / year.normalisation)
    payment = _three(normalised * (1 - year.coding_adjustment))
    return {
        "raw": raw,
        "payment": payment,
        "segment": segment(age, is_dual, is_new),
        "diagnoses": sorted({code for found in result.cc_to_dx.values() for code in found}),
        "explanation": {
            "model_year": year.model_year,
            "age": age,
            "coefficients": {name: str(_three(Decimal(repr(value)))) for name, value in result.coefficients.items()},
            "hccs": [
                {"hcc": detail.hcc, "label": detail.label, "coefficient": str(detail.coefficient or 0)}
                for detail in sorted(result.hcc_details, key=lambda detail: int(detail.hcc))
            ],
            "diagnoses": {hcc: sorted(found) for hcc, found in result.cc_to_dx.items()},
            "normalisation": str(year.normalisation),
            "coding_adjustment": str(year.coding_adjustment),
        },
    }


@functools.cache
def _files(model_year: int) -> dict[str, Any]:
    with _library():
        from hccinfhir.utils import load_coefficients, load_dx_to_cc_mapping, load_hierarchies

        return {
            "dx_to_cc_mapping": load_dx_to_cc_mapping(f"ra_dx_to_cc_{model_year}.csv"),
            "hierarchies_mapping": load_hierarchies(f"ra_hierarchies_{model_year}.csv"),
            "coefficients_mapping": load_coefficients(f"ra_coefficients_{model_year}.csv"),
        }


def segment(age: int, is_dual: bool, is_new: bool) -> str:
    """The community segment: NE, or C + full dual (F) or not (N) + aged (A) or disabled (D)."""
    return "NE" if is_new else f"C{'F' if is_dual else 'N'}{'A' if age >= 65 else 'D'}"


def _three(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.001"), rounding=ROUND_HALF_EVEN)


def _age(born: datetime.date, on: datetime.date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _birthday(born: datetime.date, years: int) -> datetime.date:
    day = 28 if (born.month, born.day) == (2, 29) else born.day
    return born.replace(year=born.year + years, day=day)


def paid_on(member_id: UUID, payment_year: int, known_at: datetime.datetime) -> RiskScore | None:
    """The score that a close with this knowledge paid on: of those standing then final, else mid-year, else initial."""
    scores = RiskScore.objects.filter(
        Q(superseded_at=None) | Q(superseded_at__gt=known_at),
        member_id=member_id,
        payment_year=payment_year,
        model=MODEL,
        computed_at__lte=known_at,
    )
    order = [RiskScore.Run.FINAL, RiskScore.Run.MID_YEAR, RiskScore.Run.INITIAL]
    return min(scores, key=lambda found: order.index(RiskScore.Run(found.run)), default=None)
