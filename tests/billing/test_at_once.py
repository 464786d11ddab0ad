"""Two at the same moment: a month closes once, what is posted stands, nothing arrives in closed books."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.utils import timezone

from billing.actions.ledger import Line, close_period, month_range, post_entry, posting_date
from billing.capitation import close
from billing.capitation.close import close_month, open_run
from billing.models import AccountingPeriod, CapitationLine, CapitationRun, LedgerEntry
from billing.reconcile import differences
from core import jobs
from core.db import as_job
from core.models import User
from plans.actions import Source, terminate
from plans.models import Coverage
from tests.billing.factories import make_accounts, make_world, working
from tests.network.factories import make_organization, make_system
from tests.together import while_open

pytestmark = pytest.mark.django_db(transaction=True)
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


@pytest.fixture
def clerk(db) -> User:
    return User.objects.system("at-once-test")


# --- The books --------------------------------------------------------------------------------------------


class Books:
    """A plan's books, and what two people do to October's."""

    def __init__(self, clerk: User) -> None:
        self.clerk = clerk
        with working():
            self.plan = make_organization(make_system(), "health_plan")
            self.accounts = make_accounts(self.plan)

    def post(self, source: str = "test:1", *, moves_on: bool = False) -> LedgerEntry:
        cash, equity = self.accounts
        return post_entry(
            by=self.clerk,
            source=source,
            description="Test",
            posted_on=posting_date([self.plan], OCTOBER) if moves_on else OCTOBER,
            lines=[Line(cash, Decimal("10.00")), Line(equity, Decimal("-10.00"))],
        )

    def close(self) -> AccountingPeriod:
        return close_period(self.plan, OCTOBER, by=self.clerk, at=timezone.now())


@pytest.fixture(params=[False, True], ids=["a month without a row", "an open month"])
def books(request, clerk) -> Books:
    made = Books(clerk)
    if request.param:
        with working():
            AccountingPeriod.objects.create(entity=made.plan, month=month_range(OCTOBER))
    return made


def test_a_posting_that_comes_while_the_month_closes_is_refused(books, clerk):
    _closed, posted = while_open(clerk, books.close, clerk, books.post, enter=as_job)
    assert isinstance(posted, IntegrityError)
    assert "closed for October 2026" in str(posted)
    with working():
        assert not LedgerEntry.objects.exists()


def test_one_that_looks_for_an_open_day_waits_and_is_posted_in_the_next_month(books, clerk):
    _closed, posted = while_open(clerk, books.close, clerk, lambda: books.post(moves_on=True), enter=as_job)
    assert posted.posted_on == NOVEMBER


@pytest.mark.parametrize("moves_on", [False, True])
def test_a_month_closes_after_what_is_on_its_way(books, clerk, moves_on):
    posted, closed = while_open(clerk, lambda: books.post(moves_on=moves_on), clerk, books.close, enter=as_job)
    assert posted.posted_on == OCTOBER
    assert closed.closed_at is not None
    with pytest.raises(IntegrityError, match="closed for October 2026"), working():
        books.post("test:2")


def test_two_who_close_a_month_close_it_once(books, clerk):
    first, second = while_open(clerk, books.close, clerk, books.close, enter=as_job)
    assert (first.pk, first.closed_at) == (second.pk, second.closed_at)


# --- A month of capitation --------------------------------------------------------------------------------


class Month:
    """A run of October that is computed and waits to be posted: one line of 100.00."""

    def __init__(self, clerk: User) -> None:
        self.clerk = clerk
        with working():
            self.world = make_world()
            self.world.cell("100.00")
        self.member = self.world.member()
        with as_job(clerk, reason="test"):
            self.run = open_run(self.world.plan, OCTOBER, by=clerk)
        self.job = self.run.job
        jobs._prepare(self.job)
        while share := jobs._claim(self.job, "test"):
            assert jobs._work_on(self.job, share, close.work_share) is None

    def finish(self) -> None:
        close.finish(self.job)

    def as_it_stands(self) -> tuple:
        with working():
            run = CapitationRun.objects.get(pk=self.run.pk)
            lines = list(CapitationLine.objects.filter(run=run).values_list("member", "service_month", "amount"))
            return run.status, run.totals, run.posted_at, lines, LedgerEntry.objects.count()


@pytest.fixture
def month(clerk) -> Month:
    return Month(clerk)


def test_two_who_post_a_run_at_once_post_it_once(month, clerk):
    while_open(clerk, month.finish, clerk, month.finish, enter=as_job)
    status, totals, posted_at, lines, entries = month.as_it_stands()
    assert (status, totals["amount"], entries) == ("posted", "100.00", 1)
    assert lines == [(month.member.pk, OCTOBER, Decimal("100.00"))]
    assert posted_at is not None
    with working():
        assert differences() == []


def late_line(month: Month) -> CapitationLine:
    """What a worker writes that was held up: a line more."""
    line = CapitationLine.objects.filter(run=month.run).get()
    line.pk, line.service_month, line._state.adding = None, date(2026, 9, 1), True
    line.save(force_insert=True)
    return line


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda month: CapitationRun.objects.filter(pk=month.run.pk).update(totals={"amount": "0.00"}),
            "never changes",
        ),
        (lambda month: CapitationRun.objects.filter(pk=month.run.pk).update(status="open"), "never changes"),
        (lambda month: CapitationRun.objects.filter(pk=month.run.pk)._raw_delete("default"), "never changes"),
        (late_line, "takes no more rows"),
    ],
    ids=["other totals", "opened again", "deleted", "a line more"],
)
def test_who_comes_while_a_run_is_posted_changes_nothing_of_it(month, clerk, change, said):
    _posted, refused = while_open(clerk, month.finish, clerk, lambda: change(month), enter=as_job)
    assert isinstance(refused, IntegrityError)
    assert said in str(refused)
    stands = month.as_it_stands()
    assert (stands[0], stands[1]["amount"], len(stands[3]), stands[4]) == ("posted", "100.00", 1, 1)


def test_a_line_that_is_on_its_way_is_in_the_totals_of_the_run(month, clerk):
    while_open(clerk, lambda: late_line(month), clerk, month.finish, enter=as_job)
    status, totals, _posted_at, lines, _entries = month.as_it_stands()
    assert (status, totals["amount"], len(lines)) == ("posted", "200.00", 2)


def test_a_change_of_coverage_during_the_close_is_adjusted_once_in_the_next_month(clerk):
    """Whoever loses coverage while October is opened is paid for as known before, and given back in November."""
    with working():
        world = make_world()
        world.cell("100.00")
    gone = world.member()
    with working():
        coverage = Coverage.objects.get(member=gone)

    def end() -> None:
        terminate(coverage, by=clerk, end=OCTOBER, source=Source("test"))

    def sums(run: CapitationRun) -> list[tuple]:
        with working():
            return list(run.lines.order_by("service_month").values_list("service_month", "amount"))

    while_open(clerk, lambda: open_run(world.plan, OCTOBER, by=clerk), clerk, end, enter=as_job)
    october = close_month(world.plan, OCTOBER, by=clerk)
    assert sums(october) == [(OCTOBER, Decimal("100.00"))]
    november = close_month(world.plan, NOVEMBER, by=clerk)
    assert sums(november) == [(OCTOBER, Decimal("-100.00"))]
    assert sums(close_month(world.plan, OCTOBER, by=clerk)) == [(OCTOBER, Decimal("100.00"))]
    december = close_month(world.plan, date(2026, 12, 1), by=clerk)
    assert sums(december) == []
    with working():
        assert differences() == []
