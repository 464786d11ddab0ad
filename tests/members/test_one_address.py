"""Of each use one address at a time: as Postgres holds it, as two clerks at once meet it, as the double are mended."""

import importlib
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from core.db import acting_as, as_job
from core.models import User
from members.actions import change_address
from members.models import MemberAddress
from members.panels import member_postal_code
from tests.database import as_owner
from tests.members.factories import make_member
from tests.network.factories import make_staff, make_system
from tests.together import while_open

MEND = importlib.import_module("members.migrations.0007_one_address").MEND


def add(member, line1: str, since=None, until=None, use="home", **fields) -> MemberAddress:
    return MemberAddress.objects.create(member=member, line1=line1, use=use, period=(since, until), **fields)


def standing(member) -> list[tuple]:
    """Street, first day and end of each home, in the order of time."""
    rows = MemberAddress.objects.filter(member=member, use="home").order_by("period")
    return [(row.line1, row.period.lower, row.period.upper) for row in rows]


@pytest.fixture
def ada(db):
    with as_job(User.objects.system("tests"), reason="test"):
        yield make_member(make_system(), family="Okafor", given="Ada")


@pytest.mark.parametrize(
    ("use", "since", "is_taken"),
    [("home", date(2024, 1, 1), False), ("home", date(2025, 1, 1), True), ("mail", date(2024, 1, 1), True)],
)
def test_two_of_one_use_do_not_stand_at_once(ada, use, since, is_taken):
    add(ada, "1 First St", date(2020, 1, 1), date(2025, 1, 1))
    if is_taken:
        add(ada, "2 Second St", since, use=use)
        return
    with pytest.raises(IntegrityError, match="members_address_one_at_a_time"), transaction.atomic():
        add(ada, "2 Second St", since, use=use)
    add(make_member(ada.managing_organization), "2 Second St", since)


def test_an_address_that_never_stands_is_refused(ada):
    with pytest.raises(IntegrityError, match="members_address_period"), transaction.atomic():
        add(ada, "1 First St", date(2020, 1, 1), date(2020, 1, 1))


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_leave_one_home():
    system = make_system()
    ada = make_member(system)
    one, other = make_staff("front_desk", system), make_staff("front_desk", system)
    day = date(2026, 11, 2)
    _mine, theirs = while_open(
        one,
        lambda: change_address(ada, by=one, on=day, line1="1 First St"),
        other,
        lambda: change_address(ada, by=other, on=day, line1="2 Second St"),
    )
    assert isinstance(theirs, MemberAddress)
    with acting_as(one, reason="test"):
        assert standing(ada) == [("2 Second St", day, None)]


def test_distance_is_reckoned_from_home_and_not_from_where_letters_go(ada):
    add(ada, "PO Box 1", use="confidential", postal_code="96801")
    assert member_postal_code(ada) == "96801"
    add(ada, "1 First St", postal_code="94601-1234")
    add(ada, "PO Box 2", use="mail", postal_code="10001")
    assert member_postal_code(ada) == "94601"


def test_what_was_double_is_mended_by_the_migration(ada):
    undated, other = make_member(ada.managing_organization), make_member(ada.managing_organization)
    as_owner(
        "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE members_memberaddress DROP CONSTRAINT members_address_period, "
        "DROP CONSTRAINT members_address_one_at_a_time"
    )
    add(ada, "1 First St", date(2000, 1, 1))
    add(ada, "2 Stay", date(2010, 1, 1), date(2012, 1, 1))
    add(ada, "3 Moved St", date(2020, 1, 1))
    add(ada, "4 Never", date(2021, 1, 1), date(2021, 1, 1))
    first = add(undated, "1 Listed first")
    add(undated, "2 Listed second")
    add(undated, "PO Box 1", use="mail")
    add(other, "1 Alone St", date(2000, 1, 1), date(2005, 1, 1))
    add(other, "2 Alone St", date(2005, 1, 1))
    as_owner(MEND)
    assert standing(ada) == [
        ("1 First St", date(2000, 1, 1), date(2010, 1, 1)),
        ("2 Stay", date(2010, 1, 1), date(2012, 1, 1)),
        ("1 First St", date(2012, 1, 1), date(2020, 1, 1)),
        ("3 Moved St", date(2020, 1, 1), None),
    ]
    assert [row.pk for row in MemberAddress.objects.filter(member=undated, use="home")] == [first.pk]
    assert MemberAddress.objects.filter(member=undated, use="mail").count() == 1
    assert [line for line, *_ in standing(other)] == ["1 Alone St", "2 Alone St"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM members_memberaddresshistoryevent "
            "WHERE pgh_label = 'delete' AND line1 = '2 Listed second'"
        )
        assert cursor.fetchone() == (1,), "what goes is kept by history"
    as_owner(MEND)
    assert len(standing(ada)) == 4, "a second time changes nothing"
