"""What a member is told that a medicine costs is what is charged at the counter."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.urls import reverse

from core.db import acting_as, as_job
from core.models import User
from pharmacy import medicines
from pharmacy.actions import collect, fill, receive_stock
from pharmacy.models import DrugProduct, FormularyEntry
from plans import costs
from plans.models import Accumulator
from tests.pharmacy import factories
from tests.pharmacy.factories import arranging
from tests.plans.factories import SINCE, cover, make_contract, make_group, make_plan, make_product

pytestmark = pytest.mark.django_db
TIER_1 = "drug_tier_1"


class Covered:
    """Maria, covered for medicines; metformin is of the first tier and costs us 5 cents a tablet, $3 for 60."""

    def __init__(self, terms: dict, **limits) -> None:
        self.world = factories.Pharmacies()
        self.maria = self.world.maria
        with arranging():
            plan = make_plan(self.world.system)
            self.product = make_product(plan, benefits={TIER_1: terms}, **limits)
            FormularyEntry.objects.create(product=self.product, drug=self.world.metformin, tier=1, period=SINCE)
            cover(make_contract(make_group(plan), self.maria), self.maria, self.product, start=date(2020, 1, 1))
        self.world.stock()
        self.prescription = self.world.prescribe()

    def told(self) -> tuple[D | None, bool]:
        with acting_as(self.maria.user, reason="portal"):
            (line,) = lines = medicines.lines_of(self.maria, self.maria.user)
            medicines.add_costs(lines, self.maria)
        return line.cost, line.is_about

    def step(self, action):
        pharmacist = self.world.nair.user
        with acting_as(pharmacist, reason="counter"):
            return action(by=pharmacist, fill=self.world.fill_of(self.prescription))

    def unit_cost(self, cost: str) -> None:
        DrugProduct.objects.update(unit_cost=cost)

    def spend(self, amount: int) -> None:
        by = User.objects.system("tests")
        with as_job(by, reason="test"):
            costs.charge(
                by=by, member=self.maria, service=TIER_1, on=self.world.today, allowed=D(amount), source="elsewhere"
            )


def test_a_drug_that_costs_less_than_the_copay_is_told_and_charged_at_what_it_costs():
    case = Covered({"copay": D(10)})
    assert case.told() == (D("3.00"), True), "another lot may cost something else"

    assert case.step(fill).copay == D("3.00")
    assert case.told() == (D("3.00"), False), "the bag that is ready"
    assert case.step(collect).copay == D("3.00")

    assert case.told() == (D("3.00"), True), "the refill"


def test_a_full_copay_is_told_without_about():
    case = Covered({"copay": D(10)})
    case.unit_cost("2.00")
    assert case.told() == (D("10.00"), False)
    case.step(fill)
    assert case.told() == (D("10.00"), False)
    assert case.step(collect).copay == D("10.00")


@pytest.mark.parametrize(
    ("spent", "told"),
    [(0, (D("3.00"), True)), (38, (D("2.20"), True)), (40, (D("0.60"), True)), (5000, (D("0.00"), False))],
)
def test_deductible_coinsurance_and_the_limit_of_the_year_count(spent, told):
    """A deductible of $40, then a fifth; nothing after $200."""
    terms = {"copay": D(0), "coinsurance": D("0.20"), "after_deductible": True}
    case = Covered(terms, deductible=D(40), out_of_pocket_limit=D(200))
    if spent:
        case.spend(spent)
    assert case.told() == told
    case.step(fill)
    assert case.told() == (told[0], False)
    assert case.step(collect).copay == told[0]
    with arranging():
        counted = Accumulator.objects.get(member=case.maria, category="out_of_pocket", scope="person").total
    assert counted <= 200


def test_what_was_spent_between_filling_and_the_counter_counts_for_what_is_told():
    case = Covered({"copay": D(0), "coinsurance": D("0.20"), "after_deductible": True}, deductible=D(40))
    assert case.step(fill).copay == D("3.00")
    case.spend(500)
    assert case.told() == (D("0.60"), False)
    assert case.step(collect).copay == D("0.60")


def test_the_lot_that_would_be_taken_says_the_charge_and_without_one_the_cheapest_product():
    case = Covered({"copay": D(10)})
    with arranging():
        dear = DrugProduct.objects.create(drug=case.world.metformin, ndc="99999888888", unit_cost="0.10")
    pharmacist = case.world.nair.user
    with acting_as(pharmacist, reason="stock"):
        receive_stock(
            by=pharmacist,
            facility=case.world.pharmacy,
            product=dear,
            lot_number="DEAR",
            # It runs out first, so it is taken first.
            expires_on=case.world.today + factories.LATER / 2,
            quantity=D(1000),
            source="delivery of the dear",
        )
    assert case.told() == (D("6.00"), True)
    assert case.step(fill).copay == D("6.00")
    case.step(collect)
    with arranging():
        type(case.prescription).objects.filter(pk=case.prescription.pk).update(pharmacy=None)
    assert case.told() == (D("3.00"), True)


def test_portal_and_counter_say_it_in_one_voice(client):
    case = Covered({"copay": D(10)})
    client.force_login(case.maria.user)
    assert "about $3" in client.get(reverse("pharmacy:my_medicines")).content.decode()
    made = case.step(fill)
    said = client.get(reverse("pharmacy:my_medicines")).content.decode()
    assert "$3" in said and "about $3" not in said
    client.force_login(case.world.nair.user)
    detail = client.get(reverse("pharmacy:fill_detail", args=[made.pk]), headers={"HX-Request": "true"})
    assert "$3.00" in detail.content.decode()


def test_somebody_without_coverage_is_told_nothing():
    case = Covered({"copay": D(10)})
    with arranging():
        FormularyEntry.objects.all().delete()
    assert case.told() == (None, False)
