"""The books: entries balance per legal entity, nothing is added or posted late, corrections are reversals."""

from datetime import UTC, date, datetime
from decimal import Decimal

import psycopg2
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from billing.actions.ledger import Line, close_period, post_entry, posting_date, reverse_entry
from billing.models import LedgerAccount, LedgerEntry, Posting
from core.models import User
from tests.billing.factories import make_accounts, working
from tests.network.factories import make_organization, make_system

NOVEMBER = date(2026, 11, 1)


@pytest.fixture
def clerk(db) -> User:
    return User.objects.system("ledger-test")


@pytest.fixture
def plan(db):
    return make_organization(make_system(), "health_plan")


def post(clerk, lines, source="test:1", posted_on=NOVEMBER) -> LedgerEntry:
    """Post and check at once what Postgres otherwise checks at commit."""
    with transaction.atomic():
        entry = post_entry(by=clerk, source=source, description="Test", posted_on=posted_on, lines=lines)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return entry


def test_a_balanced_entry_is_posted_once_for_its_source(clerk, plan):
    cash, equity = make_accounts(plan)
    lines = [Line(cash, Decimal("10.00")), Line(equity, Decimal("-10.00"))]

    first = post(clerk, lines)
    second = post(clerk, lines)

    assert first == second
    assert Posting.objects.count() == 2


def test_an_entry_that_does_not_balance_is_refused(clerk, plan):
    cash, equity = make_accounts(plan)

    with pytest.raises(IntegrityError, match="does not balance"):
        post(clerk, [Line(cash, Decimal("10.00")), Line(equity, Decimal("-9.99"))])


def test_two_entities_must_each_balance(clerk, plan):
    cash, _ = make_accounts(plan)
    _, other_equity = make_accounts(make_organization(plan.system))

    with pytest.raises(IntegrityError, match="does not balance"):
        post(clerk, [Line(cash, Decimal("10.00")), Line(other_equity, Decimal("-10.00"))])


def test_one_posting_of_nothing_is_no_entry(clerk, plan):
    cash, _ = make_accounts(plan)

    with pytest.raises(IntegrityError, match="fewer than two postings"):
        post(clerk, [Line(cash, Decimal("0.00"))])


def test_a_division_has_no_accounts(plan):
    pharmacy = make_organization(plan.system, "pharmacy", is_legal_entity=False)

    with pytest.raises(IntegrityError, match="division"), transaction.atomic():
        LedgerAccount.objects.create(entity=pharmacy, code="1000", name="Cash", kind="asset")


def test_nothing_is_posted_in_a_closed_month(clerk, plan):
    cash, equity = make_accounts(plan)
    lines = [Line(cash, Decimal("1.00")), Line(equity, Decimal("-1.00"))]
    close_period(plan, NOVEMBER, by=clerk, at=datetime(2026, 12, 5, tzinfo=UTC))

    with pytest.raises(IntegrityError, match="books are closed"):
        post(clerk, lines)

    assert posting_date([plan], NOVEMBER) == date(2026, 12, 1)
    assert post(clerk, lines, posted_on=posting_date([plan], NOVEMBER)).posted_on == date(2026, 12, 1)


def test_a_reversal_gives_everything_back_and_leaves_the_entry(clerk, plan):
    cash, equity = make_accounts(plan)
    entry = post(clerk, [Line(cash, Decimal("10.00")), Line(equity, Decimal("-10.00"))])

    reversal = reverse_entry(entry, by=clerk, posted_on=NOVEMBER, reason="Entered twice")

    assert reversal.reverses == entry
    assert sum(posting.amount for posting in cash.postings.all()) == 0
    assert reverse_entry(entry, by=clerk, posted_on=NOVEMBER, reason="Again") == reversal


def test_a_reversal_says_why(clerk, plan):
    cash, equity = make_accounts(plan)
    entry = post(clerk, [Line(cash, Decimal("10.00")), Line(equity, Decimal("-10.00"))])

    with pytest.raises(ValueError, match="why"):
        reverse_entry(entry, by=clerk, posted_on=NOVEMBER, reason=" ")


@pytest.mark.parametrize("change", ["UPDATE billing_posting SET amount = 0", "DELETE FROM billing_posting"])
def test_postings_are_not_even_the_apps_to_change(clerk, plan, change):
    cash, equity = make_accounts(plan)
    post(clerk, [Line(cash, Decimal("10.00")), Line(equity, Decimal("-10.00"))])

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(change)


@pytest.mark.django_db(transaction=True)
def test_nobody_adds_a_pair_of_postings_to_an_entry_that_was_committed(database_name):
    """The pair balances, so the entry's own check would pass; the entry is of an earlier transaction all the same."""
    from tests import database

    with working():
        clerk = User.objects.system("ledger-test")
        cash, equity = make_accounts(make_organization(make_system(), "health_plan"))
        entry = post_entry(
            by=clerk,
            source="test:1",
            description="Test",
            posted_on=NOVEMBER,
            lines=[Line(cash, Decimal("10.00")), Line(equity, Decimal("-10.00"))],
        )
    other = psycopg2.connect(database.url("app", database_name))
    try:
        with other.cursor() as cursor, pytest.raises(psycopg2.errors.IntegrityConstraintViolation, match="transaction"):
            cursor.execute(
                "INSERT INTO billing_posting (entry_id, account_id, amount, line_of_business) "
                "VALUES (%(entry)s, %(cash)s, 5, ''), (%(entry)s, %(equity)s, -5, '')",
                {"entry": str(entry.pk), "cash": str(cash.pk), "equity": str(equity.pk)},
            )
        other.rollback()
        with other.cursor() as cursor:
            cursor.execute(
                "INSERT INTO billing_ledgerentry (id, source, description, posted_on, by_id) "
                "VALUES (uuidv7(), 'test:2', 'Test', '2026-11-01', %s) RETURNING id",
                [str(clerk.pk)],
            )
            cursor.execute(
                "INSERT INTO billing_posting (entry_id, account_id, amount, line_of_business) VALUES "
                "(%(entry)s, %(cash)s, 5, ''), (%(entry)s, %(equity)s, -4, '')",
                {"entry": cursor.fetchone()[0], "cash": str(cash.pk), "equity": str(equity.pk)},
            )
        with pytest.raises(psycopg2.errors.IntegrityConstraintViolation, match="does not balance"):
            other.commit()
    finally:
        other.close()
    assert LedgerEntry.objects.count() == 1
