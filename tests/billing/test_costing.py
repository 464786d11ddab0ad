"""Internal care: each thing finished becomes a coded service, a cost and the member's share, once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from billing.costing import REPORTED, post_costs
from billing.models import CostShare, Posting, ServiceLine, StandardCost, UtilisationCost
from billing.reconcile import differences
from clinical.coding import ACT_CODE, ICD10, LOINC, RXNORM, add_codings
from clinical.models import CodingRole, Condition, Encounter, EncounterDiagnosis, MedicationDispense, Observation
from core.db import as_job
from core.models import User
from core.terminology import concept, source_system
from hospitals.models import Stay
from labs.models import LabTest
from members.models import Member
from network.models import Organization
from pharmacy.models import ClinicalDrug, DrugProduct
from plans.models import Benefit
from scheduling.models import Appointment, Session, Slot
from tests.billing.factories import ALWAYS, World, make_world
from tests.network.factories import make_clinician
from tests.scheduling.factories import visit_type

SEEN = datetime(2026, 10, 5, 17, 0, tzinfo=UTC)
AS_OF = date(2026, 10, 6)


@pytest.fixture
def clerk(db) -> Iterator[User]:
    user = User.objects.system("costs-test")
    with as_job(user, reason="test"):
        yield user


@pytest.fixture
def world(clerk) -> World:
    world = make_world()
    Benefit.objects.create(
        product=world.products["commercial_group"], service="primary_care", copay=Decimal("25.00"), period=ALWAYS
    )
    StandardCost.objects.create(
        organization=world.plan, service="primary_care", amount=Decimal("180.00"), period=ALWAYS
    )
    return world


def finish_visit(world: World, member: Member, clerk: User, told: str | None) -> Encounter:
    """A visit of today, told at `told` when it was booked, finished with diabetes treated."""
    during = DateTimeTZRange(SEEN, SEEN + timedelta(minutes=20))
    clinician = make_clinician()
    session = Session.objects.create(department=world.department, clinician=clinician, during=during)
    slot = Slot.objects.create(session=session, starts_at=during.lower, ends_at=during.upper)
    kind = visit_type(world.department, code=f"V{clinician.pk.hex[:8]}")
    appointment = Appointment.objects.create(
        member=member, slot=slot, during=during, visit_type=kind, department=world.department, status="fulfilled",
        expected_cost=None if told is None else Decimal(told), booked_by=clerk, clinician=clinician,
    )  # fmt: skip
    encounter = Encounter.objects.create(
        member=member, status="finished", effective=during, appointment=appointment, clinician=clinician,
        department=world.department, facility=world.department.facility,
    )  # fmt: skip
    condition = Condition.objects.create(member=member, status="active", encounter=encounter)
    add_codings(condition, [concept(ICD10, "E11.9"), concept("http://snomed.info/sct", "44054006")])
    EncounterDiagnosis.objects.create(member=member, encounter=encounter, condition=condition, rank=1)
    return encounter


def test_the_price_told_is_the_price_charged(world, clerk):
    member = world.member()
    finish_visit(world, member, clerk, told="20.00")

    post_costs(AS_OF, by=clerk)

    assert CostShare.objects.get(member=member).amount == Decimal("20.00")


def test_a_visit_becomes_a_service_a_cost_and_postings(world, clerk):
    member = world.member()
    encounter = finish_visit(world, member, clerk, told=None)

    post_costs(AS_OF, by=clerk)

    line = ServiceLine.objects.get(member=member)
    assert (line.encounter, line.cost, line.service_date) == (encounter, Decimal("180.00"), date(2026, 10, 5))
    assert [diagnosis.concept.code for diagnosis in line.diagnoses.all()] == ["E11.9"]
    cost = UtilisationCost.objects.get(member=member)
    assert (cost.amount, cost.department) == (Decimal("180.00"), world.department)
    assert CostShare.objects.get(member=member).amount == Decimal("25.00")
    assert dict(Posting.objects.values_list("account__code", "amount")) == {
        "5210": Decimal("180.00"),
        "5990": Decimal("-180.00"),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert differences() == []


def test_running_again_costs_nothing_twice(world, clerk):
    member = world.member()
    finish_visit(world, member, clerk, told="25.00")
    post_costs(AS_OF, by=clerk)
    post_costs(AS_OF, by=clerk)
    post_costs(AS_OF + timedelta(days=1), by=clerk)

    assert ServiceLine.objects.count() == UtilisationCost.objects.count() == CostShare.objects.count() == 1
    assert Posting.objects.count() == 2


def test_what_has_no_standard_cost_waits_for_it(world, clerk):
    member = world.member()
    StandardCost.objects.all().delete()
    finish_visit(world, member, clerk, told="25.00")

    run = post_costs(AS_OF, by=clerk)
    assert (run.totals["finished"], run.totals["costs"]) == (1, 0)
    assert ServiceLine.objects.filter(member=member).count() == 1

    StandardCost.objects.create(
        organization=world.plan, service="primary_care", amount=Decimal("180.00"), period=ALWAYS
    )
    post_costs(AS_OF, by=clerk)
    assert UtilisationCost.objects.get(member=member).amount == Decimal("180.00")


def test_a_visit_under_way_costs_nothing_yet(world, clerk):
    member = world.member()
    encounter = finish_visit(world, member, clerk, told="25.00")
    Encounter.objects.filter(pk=encounter.pk).update(status="in-progress")

    post_costs(AS_OF, by=clerk)

    assert not UtilisationCost.objects.exists()


# --- However it came in -----------------------------------------------------------------------------------------


def seen(world: World, member: Member, act: str = "AMB", **more) -> Encounter:
    """A finished encounter that nobody booked, of the class `act`."""
    during = DateTimeTZRange(SEEN, SEEN + timedelta(minutes=20))
    where = {"department": world.department, "facility": world.department.facility, **more}
    encounter = Encounter.objects.create(member=member, status="finished", effective=during, **where)
    add_codings(encounter, [concept(ACT_CODE, act)], CodingRole.CLASS)
    return encounter


def test_who_walks_in_costs_as_much_as_who_booked(world, clerk):
    member = world.member()
    encounter = seen(world, member)
    condition = Condition.objects.create(member=member, status="active", encounter=encounter)
    add_codings(condition, [concept(ICD10, "E11.9")])
    EncounterDiagnosis.objects.create(member=member, encounter=encounter, condition=condition, rank=1)

    post_costs(AS_OF, by=clerk)

    assert UtilisationCost.objects.get(member=member).amount == Decimal("180.00")
    line = ServiceLine.objects.get(member=member)
    assert [one.concept.code for one in line.diagnoses.all()] == ["E11.9"], "risk scores count it"


def test_an_emergency_is_charged_to_the_hospital(world, clerk):
    StandardCost.objects.create(organization=world.plan, service="emergency", amount=Decimal("900.00"), period=ALWAYS)
    member = world.member()
    seen(world, member, "EMER")

    post_costs(AS_OF, by=clerk)

    cost = UtilisationCost.objects.get(member=member)
    assert (cost.amount, cost.category) == (Decimal("900.00"), "hospital")
    assert ServiceLine.objects.get(member=member).place_of_service == "23"


def test_care_of_another_organisation_waits_for_its_claim(world, clerk):
    member = world.member()
    other = Organization.objects.create(name="St. Elsewhere", kind="outside")
    seen(world, member, department=None, facility=None, organization=other)

    post_costs(AS_OF, by=clerk)

    assert not UtilisationCost.objects.exists()


def test_the_encounter_of_a_stay_costs_its_days_alone(world, clerk):
    StandardCost.objects.create(organization=world.plan, service="inpatient", amount=Decimal("2000.00"), period=ALWAYS)
    member = world.member()
    encounter = seen(world, member, "IMP")
    Stay.objects.create(
        member=member, encounter=encounter, facility=world.department.facility, disposition="home",
        admitted_at=SEEN - timedelta(days=3), discharged_at=SEEN,
    )  # fmt: skip

    post_costs(AS_OF, by=clerk)

    assert [cost.amount for cost in UtilisationCost.objects.all()] == [Decimal("6000.00")]


@pytest.fixture
def analysed(world) -> LabTest:
    StandardCost.objects.create(organization=world.plan, service="laboratory", amount=Decimal("24.00"), period=ALWAYS)
    return LabTest.objects.create(
        organization=world.plan.system or world.plan, code="A1C", name="HbA1c", loinc=concept(LOINC, "4548-4")
    )


def result_of(member: Member, test: LabTest, **more) -> Observation:
    found = Observation.objects.create(
        member=member, status="final", effective=DateTimeTZRange(SEEN, SEEN + timedelta(minutes=1)),
        value_quantity=Decimal("7.1"), **more,
    )  # fmt: skip
    add_codings(found, [test.loinc])
    return found


def test_a_result_that_an_interface_brings_costs_what_ours_costs_and_asks_nobody_for_a_share(world, analysed, clerk):
    member = world.member()
    result_of(member, analysed)

    post_costs(AS_OF, by=clerk)
    post_costs(AS_OF + timedelta(days=1), by=clerk)

    cost = UtilisationCost.objects.get(member=member)
    assert (cost.category, cost.amount) == ("laboratory", Decimal("24.00"))
    assert not CostShare.objects.exists()


def test_what_a_member_had_elsewhere_costs_nothing(world, analysed, clerk):
    result_of(world.member(), analysed, source_system=source_system(REPORTED, "Reported"), source_id="1")
    outside = Organization.objects.create(name="St. Elsewhere", kind="outside")
    result_of(world.member(), analysed, organization=outside)

    post_costs(AS_OF, by=clerk)

    assert not UtilisationCost.objects.exists()


def test_a_dispense_by_an_interface_costs_its_quantity_of_the_cheapest_pack(world, clerk):
    member = world.member()
    code = concept(RXNORM, "314076")
    drug = ClinicalDrug.objects.create(concept=code, name="lisinopril 10 MG Oral Tablet")
    for ndc, cost in (("99999000101", "0.1500"), ("99999000102", "0.1234")):
        DrugProduct.objects.create(drug=drug, ndc=ndc, labeller="Demo", unit_cost=Decimal(cost))
    handed = MedicationDispense.objects.create(
        member=member, status="completed", quantity=Decimal(90),
        effective=DateTimeTZRange(SEEN, SEEN + timedelta(minutes=1)),
    )  # fmt: skip
    add_codings(handed, [code])

    post_costs(AS_OF, by=clerk)

    cost = UtilisationCost.objects.get(member=member)
    assert (cost.category, cost.amount) == ("pharmacy", Decimal("11.11"))
    assert not CostShare.objects.exists()
