"""The close: who was covered is paid for once, what changed is adjusted, every line says why."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from billing.capitation import close
from billing.capitation.close import NothingToClose, close_month, estimate_month, withdraw_run
from billing.capitation.explain import explain_line
from billing.models import CapitationLine, CapitationRun, LedgerEntry, Posting
from billing.reconcile import differences
from core.db import as_job
from core.models import User
from tests.billing.factories import make_world, working
from tests.members.factories import make_member

SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER = (date(2026, month, 1) for month in (9, 10, 11, 12))


@pytest.fixture
def clerk(db) -> Iterator[User]:
    """Who closes; the test reads the rows as the job does, which sees the whole membership."""
    user = User.objects.system("capitation-test")
    with as_job(user, reason="test"):
        yield user


def lines(run: CapitationRun) -> list[tuple]:
    return [
        (line.member_id, line.service_month, line.amount)
        for line in run.lines.order_by("service_month", "member_id", "amount")
    ]


def check_deferred() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_each_covered_member_is_paid_for_once(clerk):
    world = make_world()
    world.cell("100.00")
    one, two = world.member(), world.member()
    make_member(world.system)  # known, not covered

    run = close_month(world.plan, OCTOBER, by=clerk)

    assert run.status == CapitationRun.Status.POSTED
    assert {line.member_id for line in run.lines.all()} == {one.pk, two.pk}
    assert run.totals["amount"] == "200.00"
    assert run.totals["eligible"] == 2
    check_deferred()


def test_closing_again_changes_nothing(clerk):
    world = make_world()
    world.cell("100.00")
    world.member()
    first = close_month(world.plan, OCTOBER, by=clerk)
    before = (lines(first), LedgerEntry.objects.count(), Posting.objects.count())

    world.member()  # enrolled after the close: November's business
    second = close_month(world.plan, OCTOBER, by=clerk)

    assert second.pk == first.pk
    assert (lines(second), LedgerEntry.objects.count(), Posting.objects.count()) == before


def test_books_of_both_sides_balance(clerk):
    world = make_world()
    world.cell("100.00")
    world.member()

    run = close_month(world.plan, OCTOBER, by=clerk)
    check_deferred()

    found = {
        (posting.account.entity_id, posting.account.code): posting.amount
        for posting in Posting.objects.select_related("account")
    }
    assert found == {
        (world.plan.pk, "5100"): Decimal("100.00"),
        (world.plan.pk, "2100"): Decimal("-100.00"),
        (world.group.pk, "1100"): Decimal("100.00"),
        (world.group.pk, "4100"): Decimal("-100.00"),
    }
    assert LedgerEntry.objects.get().source.startswith(f"capitation:{run.pk}:")
    assert differences() == []


def test_a_division_is_paid_by_internal_transfer(clerk):
    world = make_world()
    world.group.is_legal_entity = False
    world.group.parent = world.plan
    world.group.save()
    world.cell("100.00")
    world.member()

    close_month(world.plan, OCTOBER, by=clerk)

    assert set(Posting.objects.values_list("account__entity", "account__code")) == {
        (world.plan.pk, "5900"),
        (world.plan.pk, "4900"),
    }
    check_deferred()


def test_rate_follows_age_sex_and_line_of_business(clerk):
    world = make_world()
    world.cell("50.00", age_to=18)
    world.cell("100.00", age_from=18)
    world.cell("130.00", age_from=18, sex="female")
    world.cell("900.00", line_of_business="medicaid")
    child = world.member(birth_date=date(2015, 6, 1), sex="male")
    man = world.member(birth_date=date(1980, 6, 1), sex="male")
    woman = world.member(birth_date=date(1980, 6, 1), sex="female")
    turns_18 = world.member(birth_date=date(2008, 10, 1), sex="male")
    state = world.member(lob="medicaid", birth_date=date(1980, 6, 1))

    run = close_month(world.plan, OCTOBER, by=clerk)

    assert dict(run.lines.values_list("member_id", "amount")) == {
        child.pk: Decimal("50.00"),
        man.pk: Decimal("100.00"),
        woman.pk: Decimal("130.00"),
        turns_18.pk: Decimal("100.00"),
        state.pk: Decimal("900.00"),
    }


def test_a_month_counts_by_the_contracts_rule(clerk):
    first, by_day = make_world("first"), make_world("by_day")
    for world in (first, by_day):
        world.cell("310.00")
        world.member(start=date(2026, 10, 11))

    assert close_month(first.plan, OCTOBER, by=clerk).totals["amount"] == "0.00"
    assert close_month(by_day.plan, OCTOBER, by=clerk).totals["amount"] == "210.00"


def test_half_a_cent_goes_to_the_even_cent(clerk):
    world = make_world()
    world.cell("10.0050", age_to=50)
    world.cell("10.0150", age_from=50)
    world.member(birth_date=date(2000, 1, 1))
    world.member(birth_date=date(1950, 1, 1))

    run = close_month(world.plan, OCTOBER, by=clerk)

    assert sorted(run.lines.values_list("amount", flat=True)) == [Decimal("10.00"), Decimal("10.02")]


def test_a_late_enrolment_is_paid_for_the_closed_month(clerk):
    world = make_world()
    world.cell("100.00")
    world.member()
    close_month(world.plan, OCTOBER, by=clerk)
    late = world.member(start=SEPTEMBER)

    run = close_month(world.plan, NOVEMBER, by=clerk)

    # September was never closed, so there is nothing of it to adjust.
    assert [(found[1], found[2]) for found in lines(run) if found[0] == late.pk] == [
        (OCTOBER, Decimal("100.00")),
        (NOVEMBER, Decimal("100.00")),
    ]
    assert run.totals["adjustments"] == "100.00"
    assert differences() == []


def test_a_retroactive_end_is_given_back(clerk):
    world = make_world()
    world.cell("100.00")
    gone = world.member()
    stays = world.member()
    close_month(world.plan, OCTOBER, by=clerk)
    world.change(gone, date(2026, 1, 1), date(2026, 10, 1))

    run = close_month(world.plan, NOVEMBER, by=clerk)

    assert lines(run) == [(gone.pk, OCTOBER, Decimal("-100.00")), (stays.pk, NOVEMBER, Decimal("100.00"))]
    posted = Posting.objects.filter(entry__source__contains=str(run.pk), account__code="5100")
    assert dict(posted.values_list("service_month", "amount")) == {
        OCTOBER: Decimal("-100.00"),
        NOVEMBER: Decimal("100.00"),
    }
    check_deferred()


def test_a_coverage_that_never_was_is_given_back_whole(clerk):
    world = make_world()
    world.cell("100.00")
    mistake = world.member()
    close_month(world.plan, OCTOBER, by=clerk)
    world.forget(mistake)

    run = close_month(world.plan, NOVEMBER, by=clerk)

    assert lines(run) == [(mistake.pk, OCTOBER, Decimal("-100.00"))]


def test_a_move_to_another_line_of_business_gives_back_and_pays_anew(clerk):
    world = make_world()
    world.cell("100.00")
    world.cell("70.00", line_of_business="medicaid")
    member = world.member()
    close_month(world.plan, OCTOBER, by=clerk)
    world.change(member, date(2026, 10, 1), lob="medicaid")

    run = close_month(world.plan, NOVEMBER, by=clerk)

    assert sorted(run.lines.filter(service_month=OCTOBER).values_list("line_of_business", "amount")) == [
        ("commercial_group", Decimal("-100.00")),
        ("medicaid", Decimal("70.00")),
    ]


def test_an_adjustment_is_made_once(clerk):
    world = make_world()
    world.cell("100.00")
    close_month(world.plan, SEPTEMBER, by=clerk)
    world.member(start=SEPTEMBER)
    close_month(world.plan, OCTOBER, by=clerk)

    run = close_month(world.plan, NOVEMBER, by=clerk)

    assert {found[1] for found in lines(run)} == {NOVEMBER}


def test_nothing_is_adjusted_beyond_the_look_back(clerk):
    world = make_world(lookback_months={"commercial_group": 1})
    world.cell("100.00")
    close_month(world.plan, SEPTEMBER, by=clerk)
    close_month(world.plan, OCTOBER, by=clerk)
    world.member(start=SEPTEMBER)

    run = close_month(world.plan, NOVEMBER, by=clerk)

    assert sorted({found[1] for found in lines(run)}) == [OCTOBER, NOVEMBER]


def test_who_cannot_be_priced_is_counted_and_not_paid(clerk):
    world = make_world()
    world.cell("100.00", age_to=60)
    world.member()
    world.member(birth_date=date(1930, 1, 1))
    world.member(birth_date=None)

    run = close_month(world.plan, OCTOBER, by=clerk)

    assert run.totals["set_aside"] == {"without_region": 0, "without_birth_date": 1, "without_rate": 1}
    assert run.lines.count() == 1


def test_another_plans_members_are_not_ours_to_pay(clerk):
    ours, theirs = make_world(), make_world()
    ours.cell("100.00")
    theirs.member()

    assert close_month(ours.plan, OCTOBER, by=clerk).lines.count() == 0


def test_without_a_contract_there_is_nothing_to_close(clerk):
    world = make_world()
    with pytest.raises(NothingToClose):
        close_month(world.group, OCTOBER, by=clerk)


def test_each_line_explains_its_amount(clerk):
    world = make_world("by_day")
    world.cell("100.3333")
    gone = world.member(start=date(2026, 10, 12))
    world.member()
    close_month(world.plan, OCTOBER, by=clerk)
    world.change(gone, date(2026, 10, 20))
    close_month(world.plan, NOVEMBER, by=clerk)

    explained = [explain_line(line) for line in CapitationLine.objects.select_related("run")]

    assert len(explained) == 5
    assert all(found.agrees for found in explained)
    adjustment = next(found for found in explained if found.earlier)
    assert adjustment.amount < 0
    assert [found.covered_days for found in adjustment.eligibility] == [12]


def test_an_estimate_pays_nothing_and_agrees_with_the_close(clerk):
    world = make_world()
    world.cell("100.00")
    world.member()

    estimate = estimate_month(world.plan, OCTOBER, by=clerk)
    again = estimate_month(world.plan, OCTOBER, by=clerk)
    assert again.pk == estimate.pk
    assert not CapitationLine.objects.exists()
    assert not LedgerEntry.objects.exists()

    run = close_month(world.plan, OCTOBER, by=clerk)
    assert run.totals["amount"] == estimate.totals["amount"] == "100.00"


def test_a_withdrawn_month_is_reversed_and_done_anew(clerk):
    world = make_world()
    cell = world.cell("100.00")
    world.member()
    first = close_month(world.plan, OCTOBER, by=clerk)
    withdraw_run(first, by=clerk, reason="Wrong rate table")
    type(cell).objects.filter(pk=cell.pk).update(amount=Decimal("90.00"))

    second = close_month(world.plan, OCTOBER, by=clerk)

    assert (second.version, second.totals["amount"]) == (2, "90.00")
    expense = Posting.objects.filter(account__code="5100")
    assert sum(posting.amount for posting in expense) == Decimal("90.00")
    assert differences() == []


def test_a_share_that_was_done_is_not_done_again(clerk, monkeypatch):
    """Killed half-way: the second of three shares fails for good, the close is started again."""
    world = make_world()
    world.cell("100.00")
    members = [world.member() for _ in range(9)]
    monkeypatch.setattr(close, "SHARE", 3)
    compute, calls = close.compute, []

    def fail_in_the_middle(scope, lower, upper, **more):
        calls.append(lower)
        if len(calls) in (2, 3, 4):
            raise RuntimeError("killed")
        return compute(scope, lower, upper, **more)

    monkeypatch.setattr(close, "compute", fail_in_the_middle)
    with pytest.raises(close.jobs.JobFailed):
        close_month(world.plan, OCTOBER, by=clerk)
    assert 0 < CapitationLine.objects.count() < 9
    assert not LedgerEntry.objects.exists()

    run = close_month(world.plan, OCTOBER, by=clerk)

    assert {line.member_id for line in run.lines.all()} == {member.pk for member in members}
    assert run.lines.count() == 9
    assert run.totals["amount"] == "900.00"
    assert differences() == []


def dies(member, at: datetime | None) -> None:
    with working():
        member._meta.model.objects.filter(pk=member.pk).update(deceased_at=at)


def test_nobody_is_paid_for_after_their_death_and_a_death_told_late_gives_months_back(clerk):
    world = make_world()
    world.cell("100.00")
    gone, stays = world.member(), world.member()
    close_month(world.plan, SEPTEMBER, by=clerk)
    close_month(world.plan, OCTOBER, by=clerk)
    # 10 September where they lived is the 11th in Greenwich.
    dies(gone, datetime(2026, 9, 11, 3, tzinfo=UTC))

    run = close_month(world.plan, NOVEMBER, by=clerk)

    assert lines(run) == [(gone.pk, OCTOBER, Decimal("-100.00")), (stays.pk, NOVEMBER, Decimal("100.00"))]
    assert lines(close_month(world.plan, DECEMBER, by=clerk)) == [(stays.pk, DECEMBER, Decimal("100.00"))]
    assert differences() == []
    check_deferred()


def test_a_death_taken_back_pays_the_months_after_all(clerk):
    world = make_world()
    world.cell("100.00")
    lives = world.member()
    dies(lives, datetime(2026, 9, 11, 3, tzinfo=UTC))
    close_month(world.plan, SEPTEMBER, by=clerk)
    world.member()
    assert {line[0] for line in lines(close_month(world.plan, OCTOBER, by=clerk))} != {lives.pk}
    dies(lives, None)

    run = close_month(world.plan, NOVEMBER, by=clerk)

    assert [line for line in lines(run) if line[0] == lives.pk] == [
        (lives.pk, OCTOBER, Decimal("100.00")),
        (lives.pk, NOVEMBER, Decimal("100.00")),
    ]


def test_the_month_of_the_death_counts_its_days(clerk):
    world = make_world("days")
    world.cell("300.00")
    gone = world.member()
    dies(gone, datetime(2026, 9, 11, 3, tzinfo=UTC))

    run = close_month(world.plan, SEPTEMBER, by=clerk)

    assert lines(run) == [(gone.pk, SEPTEMBER, Decimal("100.00"))]


def test_the_command_says_of_a_run_that_was_stopped_that_it_is_not_closed(clerk, monkeypatch, capsys):
    world = make_world()
    world.cell("100.00")
    for _ in range(2):
        world.member()
    monkeypatch.setattr(close, "SHARE", 1)
    compute = close.compute

    def stopped_meanwhile(scope, lower, upper, **more):
        counts = compute(scope, lower, upper, **more)
        close.jobs.cancel_run(scope.run.job, by=clerk)
        return counts

    monkeypatch.setattr(close, "compute", stopped_meanwhile)
    with pytest.raises(CommandError, match="run the command again"):
        call_command("close_capitation", "2026-10")
    monkeypatch.setattr(close, "compute", compute)
    call_command("close_capitation", "2026-10")
    assert "2 lines, 200.00" in capsys.readouterr().out
