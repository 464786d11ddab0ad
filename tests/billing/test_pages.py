"""Finance pages: who sees which, what they add up to, a member's line only for a reason that is kept."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from billing.actions.ledger import Line, post_entry, posting_date
from billing.capitation.close import close_month, estimate_month, withdraw_run
from billing.models import AccountingPeriod, Budget, CapitationRun, LedgerAccount, LedgerEntry
from core.db import as_job
from core.models import AuditEvent, User
from tests.billing.factories import make_accounts, make_world
from tests.network.factories import make_staff, make_system

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


PAGES = ["billing:runs", "billing:budget", "billing:claims", "billing:ledger", "billing:periods"]


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


def test_finance_closes_a_month_and_nothing_is_posted_in_it_any_more(world, client, finance):
    page = reverse("billing:periods")
    last = (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)
    entity = LedgerAccount.objects.filter(entity__system=world.plan.system).first().entity
    asked = {"entity": str(entity.pk), "month": f"{last:%Y-%m}"}
    assert client.post(page, asked).status_code == 422
    ahead = client.post(page, {**asked, "month": f"{timezone.localdate():%Y-%m}", "is_sure": "on"})
    assert "This month is not over" in ahead.content.decode()
    assert client.post(page, {**asked, "is_sure": "on"}).status_code == 302
    assert f"{last:%B %Y}" in client.get(page).content.decode()
    assert AuditEvent.objects.filter(verb="billing.close_period", user_id=finance.pk).count() == 1
    cash, equity = make_accounts(entity)
    lines = [Line(cash, Decimal("1.00")), Line(equity, Decimal("-1.00"))]
    sentence = f"The books are closed for {last:%B %Y}. Post in the open period."
    with as_job(User.objects.system("pages-test"), reason="test"):
        with pytest.raises(IntegrityError, match=sentence), transaction.atomic():
            post_entry(by=finance, source="late", description="Late", posted_on=last, lines=lines)
        open_day = posting_date([entity], last)
        assert post_entry(by=finance, source="late", description="Late", posted_on=open_day, lines=lines).pk


def test_auditors_see_closed_months_and_nobody_closes_anothers_books(world, client):
    page = reverse("billing:periods")
    entity = LedgerAccount.objects.filter(entity__system=world.plan.system).first().entity
    asked = {"entity": str(entity.pk), "month": "2026-01", "is_sure": "on"}
    client.force_login(make_staff("auditor", world.plan))
    assert client.get(page).context["form"] is None
    assert client.post(page, asked).status_code == 403
    client.force_login(make_staff("finance", make_system()))
    assert client.post(page, asked).status_code == 422
    assert not AccountingPeriod.objects.exists()


def runs_and_scores(change):
    """What the app login may not do, as it does it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE kpcare_app")
        cursor.execute(change)


@pytest.mark.parametrize(
    "change",
    [
        """UPDATE billing_capitationrun SET totals = '{"amount": "1"}'""",
        "UPDATE billing_capitationrun SET status = 'open'",
        "DELETE FROM billing_capitationrun",
    ],
)
def test_a_posted_run_never_changes(world, change):
    with pytest.raises(IntegrityError, match="never changes"):
        runs_and_scores(change)
    with as_job(User.objects.system("pages-test"), reason="test"), pytest.raises(IntegrityError, match="never changes"):
        CapitationRun.objects.filter(pk=world.run.pk).update(posted_at=timezone.now())


def test_a_posted_run_is_withdrawn_and_an_estimate_renewed(world):
    by = User.objects.system("pages-test")
    for _ in range(2):
        estimate_month(world.plan, date(2026, 11, 1), by=by)
    with as_job(by, reason="test"):
        assert withdraw_run(world.run, by=by, reason="Wrong rates").status == "withdrawn"
