"""What internal care cost: finished visits and stays, laboratory results, medicines handed over.

A set-based job over shares of the members reads what the rooms below have finished, and writes for each, once, its
coded service, its cost in the budget and the member's share. No bill passes between us (design, 1.4); the member pays
what they were told at booking.
"""

import datetime
from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db import connection

from billing import chart_of_accounts as chart
from billing.actions.ledger import Line, post_entry, posting_date
from billing.claims import CPT, HCPCS
from billing.finished import CANDIDATES, PREVENTIVE
from billing.models import CostShare, StandardCost, UtilisationCost
from clinical.coding import ACT_CODE, ICD10
from core import jobs
from core.models import JobPartition, JobRun, User
from members.models import Member
from network.models import Facility, Organization
from plans.accumulators import DEDUCTIBLE, OUT_OF_POCKET, record_accumulators
from plans.costs import charge, cost_of
from plans.models import Product

KIND = "costs"
# What a member says that they had elsewhere cost us nothing.
REPORTED = "urn:kpcare:reported"

SERVICES = """
INSERT INTO billing_serviceline (
    id, sensitivity, member_id, encounter_id, setting, service_date, procedure_id, units, place_of_service,
    clinician_id, facility_id, department_id, cost, source)
SELECT uuidv7(), coalesce(e.sensitivity, 0), c.member_id, c.encounter_id, c.setting, c.day, c.procedure_id, c.units,
    c.place_of_service, c.clinician_id, c.facility_id, c.department_id, coalesce(c.amount, 0), c.source
FROM billing_candidate c LEFT JOIN clinical_encounter e ON e.id = c.encounter_id AND e.member_id = c.member_id
WHERE c.setting <> 'pharmacy'
ON CONFLICT (source) DO NOTHING
"""

# The diagnoses treated in the visit or stay; a laboratory order brings none of its own.
DIAGNOSES = """
INSERT INTO billing_servicelinediagnosis (member_id, line_id, concept_id, rank)
SELECT l.member_id, l.id, coding.concept_id, min(coalesce(d.rank, 99))
FROM billing_candidate c
JOIN billing_serviceline l ON l.source = c.source
JOIN clinical_encounterdiagnosis d ON d.encounter_id = l.encounter_id AND d.member_id = l.member_id
JOIN clinical_conditioncoding coding ON coding.fact_id = d.condition_id AND coding.member_id = d.member_id
    AND coding.role = 1
JOIN core_concept code ON code.id = coding.concept_id
JOIN core_codesystem s ON s.id = code.system_id AND s.uri = %(icd10)s
WHERE c.category IN ('care', 'hospital')
GROUP BY l.member_id, l.id, coding.concept_id
ON CONFLICT DO NOTHING
"""

COSTS = """
INSERT INTO billing_utilisationcost (
    id, sensitivity, member_id, category, amount, incurred_on, known_at, posted_on, facility_id, department_id, source)
SELECT uuidv7(), 0, c.member_id, c.category, c.amount, c.day, clock_timestamp(), %(posted_on)s, c.facility_id,
    c.department_id, c.source
FROM billing_candidate c WHERE c.amount IS NOT NULL
ON CONFLICT (source) DO NOTHING
"""

SUMS = """
SELECT c.facility_id, c.department_id, c.category, date_trunc('month', c.day)::date, m.managing_organization_id,
    sum(c.amount)
FROM billing_candidate c JOIN members_member m ON m.id = c.member_id
WHERE c.amount IS NOT NULL GROUP BY 1, 2, 3, 4, 5 HAVING sum(c.amount) <> 0
ORDER BY 4, 5, 3, 1, 2
"""

SHARES = """
SELECT c.source, c.member_id, c.service, c.day, c.told, c.amount FROM billing_candidate c
WHERE c.amount IS NOT NULL AND c.is_shared
    AND NOT EXISTS (SELECT 1 FROM billing_costshare s WHERE s.source = c.source)
ORDER BY c.member_id, c.day, c.source
"""


def post_costs(as_of: datetime.date, *, by: User, partitions: int = 4) -> JobRun:
    """Cost everything that was finished up to a day and has no cost yet. Run again, it takes what came since."""
    run = jobs.start_run(
        by=by,
        kind=KIND,
        key=f"{as_of:%Y-%m-%d}",
        parameters={"as_of": as_of.isoformat()},
        partitions=partitions,
        again=True,
    )
    return jobs.work(run, stays=True)


def work_share(run: JobRun, share: JobPartition) -> dict[str, int | float]:
    """One share of a run: services, diagnoses, costs, their postings and the members' shares, in one transaction."""
    as_of = datetime.date.fromisoformat(run.parameters["as_of"])
    entities = legal_entities()
    posted_on = posting_date(set(entities.values()), as_of)
    values = {
        "lower": share.lower,
        "upper": share.upper,
        "as_of": as_of,
        "posted_on": posted_on,
        "icd10": ICD10,
        "procedures": [CPT, HCPCS],
        "preventive": PREVENTIVE,
        "act": ACT_CODE,
        "reported": REPORTED,
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.billing_candidate")
        cursor.execute(CANDIDATES, values)
        found = cursor.rowcount
        if not found:
            return {"finished": 0}
        cursor.execute(SERVICES)
        services = cursor.rowcount
        cursor.execute(DIAGNOSES, values)
        cursor.execute(COSTS, values)
        costed = cursor.rowcount
        cursor.execute(SUMS)
        _post(run, share, cursor.fetchall(), entities, posted_on)
        cursor.execute(SHARES)
        shares = [_share(row, by=run.started_by) for row in cursor.fetchall()]
    return {"finished": found, "services": services, "costs": costed, "cost_shares": len(shares)}


def legal_entities() -> dict[Any, Organization]:
    """Organisation id → the legal entity that keeps its books, for every organisation of a system."""
    found = Organization.objects.exclude(kind=Organization.Kind.OUTSIDE).select_related("parent__parent__parent")
    return {organization.pk: chart.legal_entity(organization) for organization in found}


def _post(
    run: JobRun, share: JobPartition, sums: list[tuple], entities: dict[Any, Organization], posted_on: datetime.date
) -> None:
    """One entry for the share: each place's cost against standard cost applied, in its own legal entity."""
    owners = dict(Facility.objects.filter(pk__in={row[0] for row in sums}).values_list("pk", "organization"))
    lines: list[Line] = []
    applied: dict[tuple[Organization, datetime.date], Decimal] = defaultdict(Decimal)
    for facility, department, category, month, system, amount in sums:
        entity = entities[owners.get(facility, system)]
        account = chart.account(entity, chart.CARE_COSTS[UtilisationCost.Category(category)])
        lines.append(Line(account, amount, facility_id=facility, department_id=department, service_month=month))
        applied[entity, month] += amount
    for (entity, month), amount in applied.items():
        lines.append(Line(chart.account(entity, chart.COST_APPLIED), -amount, service_month=month))
    if lines:
        post_entry(
            by=run.started_by,
            source=f"costs:{run.pk}:{share.pk}",
            description=f"Cost of care known by {run.parameters['as_of']}, share {share.number}",
            posted_on=posted_on,
            lines=lines,
        )


def _share(row: tuple, *, by: User) -> CostShare | None:
    """The member's share of one service: what they were told, otherwise what benefit and limits say."""
    source, member_id, service, day, told, amount = row
    member = Member.objects.get(pk=member_id)
    if told is None:
        cost = charge(by=by, member=member, service=service, on=day, allowed=amount, source=source)
        owed = cost.member_pays
    else:
        cost, owed = cost_of(member, service, day, allowed=amount), told
        if cost.period is not None:
            deductible = min(cost.share.deductible, told) if cost.share else Decimal(0)
            record_accumulators(
                by=by,
                member_id=member_id,
                period=cost.period,
                on=day,
                source=source,
                amounts={DEDUCTIBLE: deductible, OUT_OF_POCKET: told},
            )
    if owed is None:
        return None
    return CostShare.objects.create(
        member=member,
        service=service,
        amount=owed,
        service_date=day,
        explanation={
            "told": told is not None,
            "allowed": str(amount),
            **(cost.share.explained() if cost.share else {}),
        },
        source=source,
    )


def standard_price(product: Product, service: str, on: datetime.date) -> Decimal | None:
    """What a service of ours is worth on a day: plans asks it where a deductible or coinsurance depends on it."""
    found = StandardCost.objects.filter(organization=product.organization_id, service=service, period__contains=on)
    return found.values_list("amount", flat=True).first()
