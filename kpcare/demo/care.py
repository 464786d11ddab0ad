"""What was done for one person: visits, emergencies, stays and care outside, each with its coded service and cost.

Frequencies are roughly those of the United States' insured (about four visits a person and year, one emergency visit
for five persons, seven stays for a hundred), more with age and with each chronic condition.
"""

import datetime
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from clinical.models import CodingRole
from kpcare.demo import codes
from kpcare.demo.people import Home, Person
from network.models import Clinician, Department

if TYPE_CHECKING:
    from kpcare.demo.charts import Charts

DAY = datetime.timedelta(days=1)
# Visits a year by age, before engagement and illness.
VISITS = ((0, 4.2), (5, 1.5), (18, 1.7), (40, 2.3), (65, 3.3))
# Days back: the last twelve months in full, thinly before that.
RECENT, BACK = 365, 690
NIGHTS = (1, 2, 2, 3, 3, 4, 5, 8)
# Nobody comes often for these alone.
QUIET = frozenset(("obesity", "hyperlipidemia", "severe_obesity"))
# Yearly rate of a stay that a condition adds.
STAY_RATES = {
    "heart_failure": 0.22,
    "copd": 0.12,
    "respiratory_failure": 0.3,
    "metastatic_cancer": 0.45,
    "kidney_failure": 0.25,
    "cirrhosis": 0.25,
    "stroke_sequelae": 0.12,
    "dementia": 0.1,
    "atrial_fibrillation": 0.06,
    "opioid_use": 0.1,
}


@dataclass
class Case:
    """One person's care in the making."""

    charts: "Charts"
    home: Home
    person: Person
    member: str
    clinician: Clinician
    department: Department


def add(
    charts: "Charts", home: Home, person: Person, member: str, clinician: Clinician, department: Department
) -> None:
    case = Case(charts, home, person, member, clinician, department)
    rng, depth = charts.rng, charts.depth
    chronic = [key for key in person.conditions if key not in QUIET]
    base = next(rate for age, rate in reversed(VISITS) if person.age >= age)
    yearly = (base * (0.4 + person.engagement) + 0.62 * len(chronic)) * depth
    days = [rng.randint(1, RECENT) for _ in range(_poisson(case, yearly))]
    days += [rng.randint(RECENT, BACK) for _ in range(_poisson(case, yearly * 0.3))]
    if "pregnancy" in person.conditions:
        days += [back for back in (9, 37, 66, 95) if rng.random() < 0.85]
    for back in sorted(days):
        _visit(case, charts.today - DAY * back, chronic)
    _yearly_review(case, chronic)
    for _ in range(_poisson(case, (0.13 + 0.045 * len(chronic)) * depth)):
        _emergency(case, charts.days_ago(RECENT, 2))
    stays = 0.022 + (0.09 if person.age >= 75 else 0.03 if person.age >= 65 else 0)
    stays += sum(STAY_RATES.get(key, 0.012) for key in chronic)
    first = rng.randint(0, 354)
    for number in range(min(3, _poisson(case, stays * depth * 1.4))):
        _stay(case, 2 + (first + 118 * number) % 354, chronic)
    if rng.random() < 0.045 * depth:
        _outside(case, charts.days_ago(330, 25))


def _poisson(case: Case, mean: float) -> int:
    """How often something of this yearly rate happened."""
    happened, waited = 0, case.charts.rng.expovariate(1)
    while waited < mean and happened < 24:
        happened += 1
        waited += case.charts.rng.expovariate(1)
    return happened


# --- Visits ------------------------------------------------------------------------------------------------------


def _yearly_review(case: Case, chronic: list[str]) -> None:
    """A visit in which every chronic condition is looked at and coded: each year for most of the old."""
    charts = case.charts
    share = (0.9 if case.person.age >= 65 else 0.5 * case.person.engagement) * min(1, charts.depth * 2)
    for year in (charts.today.year - 1, charts.today.year):
        first = datetime.date(year, 1, 4)
        last = min(datetime.date(year, 12, 18), charts.today - DAY)
        if last > first and case.person.birth_date < first and charts.rng.random() < share:
            on = first + DAY * charts.rng.randint(0, (last - first).days)
            _visit(case, on, [key for key in case.person.conditions if key != "pregnancy"], review=True)


def _visit(case: Case, on: datetime.date, chronic: list[str], *, review: bool = False) -> None:
    charts, rng, person = case.charts, case.charts.rng, case.person
    if on < person.birth_date:
        return
    kind = rng.random()
    department, act, procedure, service = case.department, "AMB", "hcpcs|G0463", "primary_care"
    clinician: uuid.UUID | None = case.clinician.pk
    words = "Follow-up" if chronic else "Visit"
    if review:
        procedure, service, words = "hcpcs|G0439", "preventive", "Annual visit"
    elif kind < 0.16:
        act, service, words = "VR", "video", "Video visit"
    elif kind < 0.16 + (0.24 if chronic else 0.07) and person.age >= 18:
        department, clinician, service = case.home.site.departments["GI"], None, "specialty_care"
        words = "Specialist visit"
    visit = charts.fact(
        "Encounter",
        case.member,
        "finished",
        on,
        None,
        department.pk,
        case.home.site.facility.pk,
        clinician,
        words,
    )
    # As the product writes it; one code of each is enough to be counted by.
    counts_as = "visits|virtual" if act == "VR" else procedure
    charts.code("Encounter", case.member, visit, counts_as, CodingRole.TYPE)
    charts.code("Encounter", case.member, visit, f"act|{act}", CodingRole.CLASS)
    treated = [codes.CONDITIONS[key][0] for key in chronic if review or rng.random() < 0.6]
    treated = treated or [rng.choice(codes.VISIT_REASONS[1:5])[0]]
    _service(
        case,
        f"clinical.encounter:{visit}",
        visit,
        "professional",
        on,
        procedure,
        treated,
        charts.costs[service],
        service == "video",
        department,
    )
    # Maria's gap of the pictures: nobody has measured hers within the year.
    is_due = person.given == "Maria" and person.family == "Alvarez" and on > charts.today - 400 * DAY
    if person.age >= 18 and act == "AMB" and rng.random() < 0.55 and not is_due:
        charts.blood_pressure(person, case.member, visit, on)


def _service(
    case: Case,
    source: str,
    encounter: str,
    setting: str,
    on: datetime.date,
    procedure: str,
    diagnoses: list[str],
    cost: Decimal,
    remote: bool,
    department: Department,
    place: str = "11",
    category: str = "care",
) -> None:
    """The coded service, its diagnoses, and its cost in the budget, as the costing job would write them."""
    charts, line = case.charts, case.charts.ids()
    charts.tables["billing.ServiceLine"].add(
        line,
        case.member,
        encounter,
        setting,
        on,
        charts.world.concepts[procedure],
        "10" if remote else place,
        case.clinician.pk,
        department.facility_id,
        department.pk,
        cost,
        source,
    )
    for rank, code in enumerate(dict.fromkeys(diagnoses), 1):
        concept = charts.world.concepts[f"icd10|{code}"]
        charts.tables["billing.ServiceLineDiagnosis"].add(case.member, line, concept, rank)
    _cost(case, category, cost, on, department, source)


def _cost(
    case: Case, category: str, cost: Decimal, on: datetime.date, department: Department | None, source: str
) -> None:
    case.charts.tables["billing.UtilisationCost"].add(
        case.charts.ids(),
        case.member,
        category,
        cost,
        on,
        department.facility_id if department else None,
        department.pk if department else None,
        source,
    )


# --- Hospital ----------------------------------------------------------------------------------------------------


def _emergency(case: Case, on: datetime.date) -> None:
    charts, ward = case.charts, case.home.market.emergency
    reason, words = charts.rng.choice(codes.EMERGENCIES)
    visit = charts.fact(
        "Encounter", case.member, "finished", on, None, ward.pk, ward.facility_id, case.clinician.pk, words
    )
    procedure = charts.rng.choice(("hcpcs|G0382", "hcpcs|G0383"))
    charts.code("Encounter", case.member, visit, procedure, CodingRole.TYPE)
    charts.code("Encounter", case.member, visit, "act|EMER", CodingRole.CLASS)
    source, cost = f"clinical.encounter:{visit}", charts.costs["emergency"]
    _service(case, source, visit, "outpatient", on, procedure, [reason], cost, False, ward, "23", "hospital")


def _stay(case: Case, back: int, chronic: list[str]) -> None:
    """A stay that is over: encounter, stay and status, and its days in the budget."""
    charts, ward = case.charts, case.home.market.ward
    nights = charts.rng.choice(NIGHTS)
    left = charts.today - DAY * back
    came = left - DAY * nights
    if came < case.person.birth_date:
        return
    causes = [key for key in chronic if key in STAY_RATES]
    reason, words = codes.CONDITIONS[causes[0]] if causes else charts.rng.choice(codes.ADMISSIONS)
    at, until = f"{came} 18:00:00+00", f"{left} 19:00:00+00"
    visit = charts.fact(
        "Encounter", case.member, "finished", at, until, ward.pk, ward.facility_id, case.clinician.pk, words[:200]
    )
    charts.code("Encounter", case.member, visit, "visits|inpatient", CodingRole.TYPE)
    charts.code("Encounter", case.member, visit, "act|IMP", CodingRole.CLASS)
    stay = charts.ids()
    charts.tables["hospitals.Stay"].add(
        stay, case.member, visit, ward.facility_id, case.clinician.pk, at, until, "snf" if nights > 5 else "home"
    )
    charts.tables["hospitals.StayStatus"].add(charts.ids(), case.member, stay, "inpatient", f'["{at}","{until}")')
    treated = [reason, *(codes.CONDITIONS[key][0] for key in chronic)]
    cost = charts.costs["inpatient"] * nights
    _service(
        case, f"hospitals.stay:{stay}", visit, "inpatient", left, "hcpcs|G0463", treated, cost, False, ward, "21",
        "hospital",
    )  # fmt: skip


def _outside(case: Case, on: datetime.date) -> None:
    """An emergency away from home: the other hospital's claim, priced and paid."""
    charts = case.charts
    claim, charged = charts.ids(), Decimal(charts.rng.randint(1400, 9800))
    allowed = (charged * Decimal("0.42")).quantize(Decimal("0.01"))
    share = Decimal(0) if case.home.line_of_business == "medicaid" else min(allowed, Decimal(150))
    reason, _ = charts.rng.choice(codes.EMERGENCIES)
    charts.tables["billing.OutsideClaim"].add(
        claim,
        case.member,
        f"C{claim.replace('-', '')[:20]}".upper(),
        f"ER{charts.mrn % 100000}-{on:%j}",
        charts.world.plan.pk,
        charts.world.outside.pk,
        charts.world.outside.npi,
        "professional",
        "23",
        True,
        on,
        on,
        f"{on + 12 * DAY} 15:00:00+00",
        charged,
        allowed,
        share,
        allowed - share,
        "paid",
        f"{on + 13 * DAY} 15:00:00+00",
        on + 20 * DAY,
        f"demo:{claim}",
        "",
    )
    charts.tables["billing.ClaimLine"].add(
        charts.ids(),
        case.member,
        claim,
        1,
        charts.world.concepts["hcpcs|G0383"],
        on,
        1,
        charged,
        allowed,
        "",
        "",
        "fee schedule",
    )
    charts.tables["billing.ClaimDiagnosis"].add(case.member, claim, charts.world.concepts[f"icd10|{reason}"], 1)
    _cost(case, "outside", allowed - share, on, None, f"billing.outsideclaim:{claim}")
