"""The price shown is the price charged."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st
from zeal import zeal_context

from core.db import acting_as, as_job
from core.models import User
from plans import costs
from plans.accumulators import Limits, limits_for, record_accumulators, reverse_accumulators
from plans.models import Accumulator, AccumulatorEntry, Benefit, CoveragePeriod
from tests.members.factories import make_member
from tests.network.factories import make_system, make_user
from tests.plans.factories import cover, make_contract, make_group, make_plan, make_product

DAY = date(2026, 5, 5)
D = Decimal


class Family:
    """A subscriber and a child in a high-deductible plan: $1,000 and $1,500 deductible, $2,000 and $3,000 limit."""

    def __init__(self):
        self.by = User.objects.system("tests")
        system = make_system()
        plan = make_plan(system)
        self.product = make_product(
            plan,
            kind="hdhp",
            deductible=1000,
            family_deductible=1500,
            out_of_pocket_limit=2000,
            family_out_of_pocket_limit=3000,
            benefits={
                "primary_care": {"copay": D(30), "after_deductible": True},
                "preventive": {},
                "imaging": {"coinsurance": D("0.2"), "after_deductible": True},
                "video": {"copay": D(10)},
            },
        )
        self.ada = make_member(system, user=make_user())
        self.child = make_member(system, user=make_user())
        self.contract = make_contract(make_group(plan), self.ada)
        cover(self.contract, self.ada, self.product)
        cover(self.contract, self.child, self.product)

    def acting(self):
        return as_job(self.by, reason="test")

    def charge(self, member, service, allowed, source):
        with self.acting():
            return costs.charge(by=self.by, member=member, service=service, on=DAY, allowed=D(allowed), source=source)


@pytest.fixture
def family(db) -> Family:
    return Family()


def test_preventive_care_costs_nothing_and_a_copay_is_known_before_any_charge(family):
    with acting_as(family.ada.user, reason="test"):
        assert costs.cost_of(family.ada, "preventive", DAY).member_pays == 0
        assert costs.cost_of(family.ada, "video", DAY).member_pays == 10


def test_before_the_deductible_the_charge_is_needed_and_without_it_the_most_is_said(family):
    with acting_as(family.ada.user, reason="test"):
        open_price = costs.cost_of(family.ada, "primary_care", DAY)
        assert open_price.member_pays is None
        assert open_price.at_most == 1030
        assert costs.cost_of(family.ada, "primary_care", DAY, allowed=D(150)).member_pays == 150


def test_after_the_deductible_coinsurance_and_copay_apply(family):
    family.charge(family.ada, "imaging", 1500, "scan")
    with acting_as(family.ada.user, reason="test"):
        cost = costs.cost_of(family.ada, "primary_care", DAY, allowed=D(150))
    assert cost.member_pays == 30
    assert cost.limits.out_of_pocket_total == 1100  # 1000 deductible and a fifth of 500


def test_what_one_uses_up_counts_for_the_family_and_the_other_sees_it(family):
    family.charge(family.ada, "imaging", 1000, "scan")
    with acting_as(family.child.user, reason="test"):
        cost = costs.cost_of(family.child, "imaging", DAY, allowed=D(600))
    assert cost.limits.deductible_left == 500, "the family deductible has 500 left, less than the child's own 1000"
    assert cost.member_pays == 520


def test_beyond_the_out_of_pocket_limit_the_plan_pays(family):
    cost = family.charge(family.ada, "imaging", 20000, "surgery")
    assert cost.member_pays == 2000
    assert cost.plan_pays == 18000
    with acting_as(family.ada.user, reason="test"):
        assert costs.cost_of(family.ada, "video", DAY).member_pays == 0


def test_the_same_source_counts_once_and_its_reversal_gives_everything_back(family):
    with family.acting():
        period = costs.coverage_for(family.ada.pk, "imaging", DAY)
        for _ in range(2):
            record_accumulators(
                by=family.by,
                member_id=family.ada.pk,
                period=period,
                on=DAY,
                source="bill 1",
                amounts={"deductible": D(100), "out_of_pocket": D(120)},
            )
        assert limits_for(family.ada.pk, period, DAY).family_out_of_pocket_total == 120
        for _ in range(2):
            reverse_accumulators(by=family.by, source="bill 1", member_id=family.ada.pk)
        after = limits_for(family.ada.pk, period, DAY)
        assert (after.deductible_total, after.family_out_of_pocket_total) == (0, 0)


def test_without_coverage_or_a_stated_benefit_it_says_so(family):
    with acting_as(family.ada.user, reason="test"):
        assert not costs.cost_of(family.ada, "primary_care", date(2019, 1, 1)).covered
        assert not costs.cost_of(family.ada, "emergency", DAY).covered


def test_a_registered_price_makes_the_amount_exact(family, monkeypatch):
    monkeypatch.setattr(costs, "_prices", [lambda product, service, on: D("140.00")])
    with acting_as(family.ada.user, reason="test"):
        assert costs.cost_of(family.ada, "primary_care", DAY).member_pays == 140


money_amounts = st.decimals(0, 5000, places=2)


@given(
    st.lists(
        st.tuples(st.booleans(), money_amounts, money_amounts, st.sampled_from([D(0), D("0.1"), D("0.35"), D(1)])),
        max_size=12,
    ),
    st.booleans(),
)
def test_nobody_ever_pays_more_than_the_limits(services, family_limit):
    limits = {"deductible": D(1000), "out_of_pocket": D(2000)}
    own = {"deductible": D(0), "out_of_pocket": D(0)}
    paid = D(0)
    for after_deductible, allowed, copay, coinsurance in services:
        state = Limits(
            deductible=limits["deductible"],
            deductible_total=own["deductible"],
            out_of_pocket=limits["out_of_pocket"],
            out_of_pocket_total=own["out_of_pocket"],
            family_out_of_pocket=D(2500) if family_limit else None,
            family_out_of_pocket_total=D(900) + own["out_of_pocket"],
        )
        benefit = Benefit(copay=copay, coinsurance=coinsurance, after_deductible=after_deductible)
        share = costs.share_of(benefit, allowed, state)
        assert 0 <= share.member <= allowed
        own["deductible"] += min(share.deductible, share.member)
        own["out_of_pocket"] += share.member
        paid += share.member
        assert own["deductible"] <= limits["deductible"]
    assert paid <= (1600 if family_limit else 2000)


def test_a_charge_asks_for_its_contract_once(family):
    """It locks the limits and counts toward them: the same contract both times."""
    with zeal_context():
        assert family.charge(family.child, "imaging", 400, "scan").member_pays == 400


@pytest.mark.django_db(transaction=True)
def test_two_charges_at_once_never_use_the_same_room_twice():
    family = Family()
    together = threading.Barrier(2)
    answers: list = []

    def charge(member, source):
        together.wait(10)
        answers.append(family.charge(member, "imaging", 1000, source).member_pays)
        connections.close_all()

    threads = [
        threading.Thread(target=charge, args=(member, f"scan of {n}"))
        for n, member in enumerate((family.ada, family.child))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(answers) == [600, 1000], "together they meet the family deductible of 1500, then a fifth of the rest"
    with family.acting():
        for row in Accumulator.objects.all():
            assert row.total == sum(AccumulatorEntry.objects.filter(accumulator=row).values_list("amount", flat=True))
        assert CoveragePeriod.objects.count() == 2
