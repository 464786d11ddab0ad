"""Finance pages: who sees which, what they add up to, a member's line only for a reason that is kept."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from billing.capitation.close import close_month
from billing.models import Budget, CapitationRun, LedgerEntry
from core.db import as_job
from core.models import AuditEvent, User
from tests.billing.factories import make_world
from tests.network.factories import make_staff

OCTOBER = date(2026, 10, 1)


@pytest.fixture
def world(db):
    with as_job(User.objects.system("pages-test"), reason="test"):
        world = make_world()
        world.cell("100.00")
        for _ in range(3):
            world.member()
        Budget.objects.create(
            region=world.region, facility=world.department.facility, department=world.department,
            month=OCTOBER, category="care", amount=Decimal("500.00"),
        )  # fmt: skip
        world.run = close_month(world.plan, OCTOBER, by=User.objects.system("pages-test"))
    return world


@pytest.fixture
def finance(world, client):
    user = make_staff("finance", world.plan)
    client.force_login(user)
    return user


PAGES = ["billing:runs", "billing:budget", "billing:claims", "billing:ledger"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ["physician", "nurse", "front_desk", "pharmacist"])
def test_those_who_give_care_do_not_see_the_money(world, client, page, role):
    client.force_login(make_staff(role, world.plan))

    assert client.get(reverse(page)).status_code == 403


def test_a_plan_administrator_sees_claims_and_not_the_books(world, client):
    client.force_login(make_staff("plan_administrator", world.plan))

    assert client.get(reverse("billing:claims")).status_code == 200
    assert client.get(reverse("billing:ledger")).status_code == 403
    assert client.get(reverse("billing:run", args=[world.run.pk])).status_code == 403


def test_another_systems_finance_sees_nothing_of_ours(world, client):
    with as_job(User.objects.system("pages-test"), reason="test"):
        other = make_world()
    client.force_login(make_staff("finance", other.plan))

    assert client.get(reverse("billing:run", args=[world.run.pk])).status_code == 403
    assert "October 2026" not in client.get(reverse("billing:runs")).content.decode()
    entry = LedgerEntry.objects.first()
    assert client.get(reverse("billing:entry", args=[entry.pk])).status_code == 404


def test_the_parts_of_a_run_add_up_at_each_level(world, client, finance):
    region, facility = world.region.pk, world.department.facility_id
    page = reverse("billing:run", args=[world.run.pk])

    for query in ("", f"?region={region}", f"?region={region}&facility={facility}"):
        response = client.get(page + query)
        assert sum(place["amount"] for place in response.context["by_place"]) == Decimal("300.00")
        assert "$300.00" in response.content.decode()


def test_members_lines_ask_why_and_the_answer_is_kept(world, client, finance):
    page = reverse("billing:run_members", args=[world.run.pk]) + f"?department={world.department.pk}"
    assert "lines" not in client.get(page).context

    client.post(page, {"reason": "Reconciling October with the group"})
    response = client.get(page)

    assert len(response.context["lines"]) == 3
    with as_job(User.objects.system("pages-test"), reason="test"):
        read = AuditEvent.objects.filter(action="read", user_id=finance.pk, verb="billing.view_capitation_member")
        assert set(read.values_list("member_id", "reason")) == {
            (line.member_id, "Reconciling October with the group") for line in world.run.lines.all()
        }


def test_a_reason_that_says_nothing_opens_nothing(world, client, finance):
    page = reverse("billing:run_members", args=[world.run.pk])

    assert "lines" not in client.post(page, {"reason": "x"}).context


def test_a_lines_explanation_recomputes_its_amount(world, client, finance):
    with as_job(User.objects.system("pages-test"), reason="test"):
        line = world.run.lines.first()
    page = reverse("billing:line", args=[world.run.pk, line.pk])
    assert client.get(page).status_code == 302  # no reason given yet

    client.post(reverse("billing:run_members", args=[world.run.pk]), {"reason": "Appeal of a rate"})
    shown = client.get(page)

    assert "Recomputed: agrees" in shown.content.decode()


def test_budget_and_actual_stand_side_by_side(world, client, finance):
    response = client.get(reverse("billing:budget") + "?month=2026-10")

    top = response.context["rows"][0]
    assert (top.budget, top.cost, top.revenue) == (Decimal("500.00"), Decimal("0.00"), Decimal("300.00"))


def test_the_list_of_lines_costs_the_same_number_of_queries_however_long(
    world, client, finance, django_assert_max_num_queries
):
    page = reverse("billing:run_members", args=[world.run.pk]) + f"?department={world.department.pk}"
    client.post(page, {"reason": "Reconciling October with the group"})
    # One audit row for each of the three members is meant; the rest does not grow.
    with django_assert_max_num_queries(25):
        client.get(page)


def test_runs_are_listed_with_what_they_paid(world, client, finance):
    text = client.get(reverse("billing:runs")).content.decode()

    assert "October 2026" in text
    assert "$300.00" in text
    assert CapitationRun.objects.count() == 1
