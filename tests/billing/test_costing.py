"""Internal care: each thing finished becomes a coded service, a cost and the member's share, once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from billing.costing import post_costs
from billing.models import CostShare, Posting, ServiceLine, StandardCost, UtilisationCost
from billing.reconcile import differences
from clinical.coding import ICD10, add_codings
from clinical.models import Condition, Encounter, EncounterDiagnosis
from core.db import as_job
from core.models import User
from core.terminology import concept
from members.models import Member
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
