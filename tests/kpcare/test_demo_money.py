"""The demo's money and illness are believable: what a finance or quality director would doubt at first sight fails."""

import datetime
from decimal import Decimal

import pytest
from django.db.models import Avg, Q, Sum

from billing.models import Budget, CapitationLine, OutsideClaim, RiskScore, UtilisationCost
from clinical.models import Encounter
from core.db import as_job
from core.models import User
from hospitals.models import Stay
from members.models import Member
from prevention.models import OutreachSummary, QualitySnapshot, RegistryEntry
from prevention.registries import BY_ID

# The first to enter the world, which is laid for it: begun first of all, while the other workers have other tests.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lived_in"), pytest.mark.long(120)]


@pytest.fixture
def looking():
    with as_job(User.objects.system("tests"), reason="look"):
        yield


@pytest.fixture
def half_year(clinic_morning) -> Q:
    first = clinic_morning.date().replace(day=1)
    return Q(incurred_on__lt=first, incurred_on__gte=first - datetime.timedelta(days=182))


def test_the_money_is_believable(looking, half_year):
    costs = UtilisationCost.objects.filter(half_year)
    spent = dict(costs.values_list("category").annotate(total=Sum("amount")))
    brought = CapitationLine.objects.aggregate(total=Sum("amount"))["total"]
    month = sum(spent.values()) / 6

    assert Decimal("0.60") < month / brought < Decimal("1.20"), f"care costs most of it: {month:,.0f} of {brought:,.0f}"
    assert {"care", "hospital", "pharmacy", "laboratory", "outside"} <= {kind for kind, total in spent.items() if total}
    assert spent["hospital"] < spent["care"] * 3
    assert OutsideClaim.objects.filter(is_emergency=True, status="paid").exists()
    visits = Encounter.objects.filter(status="finished").count()
    costed = UtilisationCost.objects.filter(category__in=["care", "hospital"]).count()
    assert costed <= visits, "an encounter once, a stay instead of its encounter"
    planned = set(Budget.objects.values_list("category", flat=True))
    assert planned >= {"care", "hospital", "pharmacy", "laboratory", "outside"}


def test_people_are_as_ill_and_seen_as_often_as_people_are(looking, clinic_morning):
    year = (clinic_morning - datetime.timedelta(days=366), clinic_morning - datetime.timedelta(days=1))
    people = Member.objects.count()
    visits = Encounter.objects.filter(effective__startswith__range=year).count()
    stays = Stay.objects.filter(discharged_at__range=year).count()

    assert 3 < visits / people < 5.5, f"{visits} visits of {people}"
    assert 0.02 < stays / people < 0.2, f"{stays} stays of {people}"
    assert Decimal("0.75") < RiskScore.objects.aggregate(mean=Avg("payment_score"))["mean"] < Decimal("1.25")
    filled = set(RegistryEntry.objects.filter(left_on=None).values_list("registry", flat=True))
    assert filled == set(BY_ID), "no registry is empty"
    if clinic_morning.month > 2:
        assert QualitySnapshot.objects.count() > 2, "a trend of more than one point"
    arms = {row.stratum: row for row in OutreachSummary.objects.filter(dimension="arm")}
    assert arms["outreach"].done and arms["holdout"].observed
