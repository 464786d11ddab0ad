"""What migrations do to rows that older versions wrote: each data step by itself, on rows as they were then.

The step's own SQL runs as the tables' owner, with the constraint that it prepares for taken away; all is rolled back.
"""

import importlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
from django.apps import apps
from psycopg2.extras import DictCursor

from core.db import as_job
from core.models import User
from tests import database
from tests.billing.factories import make_world
from tests.labs.factories import Laboratory, lab_test
from tests.members.factories import make_member
from tests.network.factories import make_system

pytestmark = pytest.mark.django_db(transaction=True)


def step(module: str, name: str = "MEND") -> str:
    return getattr(importlib.import_module(module), name)


@contextmanager
def arranging() -> Iterator[User]:
    user = User.objects.system("migration-test")
    with as_job(user, reason="test"):
        yield user


class Owner:
    """A transaction of the tables' owner, in which older rows are written past triggers."""

    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor

    def __call__(self, statement: str, *values: Any) -> list:
        self.cursor.execute(statement, values or None)
        return self.cursor.fetchall() if self.cursor.description else []

    def write(self, statement: str, *values: Any) -> list:
        """As it was written once: today's triggers are not asked."""
        self("SET LOCAL session_replication_role = replica")
        found = self(statement, *values)
        self("SET LOCAL session_replication_role = origin")
        return found


@pytest.fixture
def owner(database_name) -> Iterator[Owner]:
    connection = psycopg2.connect(database.url("owner", database_name), cursor_factory=DictCursor)
    with connection.cursor() as cursor:
        yield Owner(cursor)
    connection.rollback()
    connection.close()


# --- members 0007: of each use one address at a time -----------------------------------------------------------------


@pytest.fixture
def member():
    with arranging():
        return make_member(make_system())


def addresses(owner, member, *rows: tuple[str, str | None, str | None]) -> dict[str, list[tuple[str, str]]]:
    """Lay addresses (line, first day, first day without), mend, and give the periods of each line."""
    owner("ALTER TABLE members_memberaddress DROP CONSTRAINT members_address_one_at_a_time")
    owner("ALTER TABLE members_memberaddress DROP CONSTRAINT members_address_period")
    owner.write("DELETE FROM members_memberaddress WHERE member_id = %s", str(member.pk))
    for line, since, until in rows:
        owner.write(
            "INSERT INTO members_memberaddress (member_id, use, line1, city, state, postal_code, period) "
            "VALUES (%s, 'home', %s, 'Oakland', 'CA', '94601', daterange(%s, %s))",
            str(member.pk), line, since, until,
        )  # fmt: skip
    owner(step("members.migrations.0007_one_address"))
    found: dict[str, list[tuple[str, str]]] = {}
    for line, since, until in owner(
        "SELECT line1, lower(period)::text, upper(period)::text FROM members_memberaddress WHERE member_id = %s "
        "ORDER BY period",
        str(member.pk),
    ):
        found.setdefault(line, []).append((since, until))
    owner(
        "ALTER TABLE members_memberaddress ADD EXCLUDE USING gist (member_id WITH =, use WITH =, period WITH &&), "
        "ADD CHECK (NOT isempty(period))"
    )
    return found


def test_the_address_that_began_later_stands_and_a_short_stay_lies_within(owner, member):
    found = addresses(
        owner,
        member,
        ("first", "2020-01-01", None),
        ("second", "2021-01-01", None),
        ("short", "2022-01-01", "2022-06-01"),
    )

    assert found == {
        "first": [("2020-01-01", "2021-01-01")],
        "second": [("2021-01-01", "2022-01-01"), ("2022-06-01", None)],
        "short": [("2022-01-01", "2022-06-01")],
    }


def test_what_never_stands_goes_and_history_keeps_it(owner, member):
    found = addresses(
        owner, member, ("one", "2020-01-01", None), ("same", "2020-01-01", None), ("none", "2020-01-01", "2020-01-01")
    )

    assert len(found) == 1
    kept = owner("SELECT line1 FROM members_memberaddresshistoryevent WHERE member_id = %s", str(member.pk))
    assert {"one", "same", "none"} - set(found) <= {line for (line,) in kept}


def test_addresses_that_follow_one_another_stay_as_they_are(owner, member):
    found = addresses(
        owner, member, ("a", None, "2020-01-01"), ("b", "2020-01-01", "2021-01-01"), ("c", "2021-01-01", None)
    )

    assert found == {"a": [(None, "2020-01-01")], "b": [("2020-01-01", "2021-01-01")], "c": [("2021-01-01", None)]}


# --- members 0010: the audit stays as it was sealed ------------------------------------------------------------------


def test_audit_rows_go_back_to_whom_they_were_sealed_of(owner, member):
    """`second` was merged into `first`, `first` into `member`; `other` into `member` and taken apart again."""
    with arranging():
        first, second, other = (make_member(member.managing_organization) for _ in range(3))

    def row(xid: int) -> int:
        """As the merges left it: about the member who stayed, or (of the merge that was undone) about `other`."""
        about = other if xid in (150, 350) else member
        return owner.write(
            "INSERT INTO core_auditevent (action, verb, member_id, xid) VALUES ('update', 'old', %s, %s) RETURNING id",
            str(about.pk),
            xid,
        )[0][0]

    of_first, of_second, of_member, of_other = row(100), row(110), row(120), row(150)
    # Written of `second`, sealed when `first` had it already; of `other`, sealed while `member` had it; sealed by none.
    between, during, unsealed = row(200), row(350), row(900)
    for number, (sealed_at, below) in enumerate(
        (("2026-10-31", 160), ("2026-11-01 12:00", 250), ("2026-11-03 12:00", 400))
    ):
        owner.write(
            "INSERT INTO core_auditseal (sealed_at, first_id, last_id, below_xid, row_count, digest) "
            "VALUES (%s, 1, %s, %s, 1, %s)",
            sealed_at, during, below, bytes([number]),
        )  # fmt: skip
    for at, undone, kept, gone, moved in (
        ("2026-11-01", None, first, second, [of_second, between, unsealed]),
        ("2026-11-02", None, member, first, [of_first, of_second, between, unsealed]),
        ("2026-11-03", "2026-11-04", member, other, [of_other, during]),
    ):
        owner.write(
            "INSERT INTO members_membermerge (member_id, merged_id, moved, at, undone_at, by_id, reason) "
            "SELECT %s, %s, %s, %s, %s, id, 'same' FROM core_user LIMIT 1",
            str(kept.pk), str(gone.pk), json.dumps({"core_auditevent": moved}), at, undone,
        )  # fmt: skip
    # Today's trigger lets nobody through; that of the day did, by this word.
    owner("ALTER TABLE core_auditevent DISABLE TRIGGER USER")

    owner(step("members.migrations.0010_merged_records", "AS_SEALED"))

    found = dict(owner("SELECT id, member_id::text FROM core_auditevent WHERE verb = 'old'"))
    assert found == {
        of_first: str(first.pk),
        of_second: str(second.pk),
        of_member: str(member.pk),
        of_other: str(other.pk),
        between: str(first.pk),
        during: str(member.pk),
        unsealed: str(second.pk),
    }


# --- billing 0003: HCPCS under one address ---------------------------------------------------------------------------

OLD, NEW = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "http://www.nlm.nih.gov/research/umls/hcpcs"


def fees(owner, plan, *rows: tuple[str, str, str, str, str | None]) -> list[tuple[str, str, str, str]]:
    """Lay fees (address of the system, code, amount, first day, first day without), mend, and give what stands."""
    for uri in (OLD, NEW):
        owner("INSERT INTO core_codesystem (uri, name) VALUES (%s, 'HCPCS') ON CONFLICT DO NOTHING", uri)
    for uri, code, amount, since, until in rows:
        owner(
            "INSERT INTO core_concept (system_id, code, display) SELECT id, %s, '' FROM core_codesystem WHERE uri = %s "
            "ON CONFLICT DO NOTHING",
            code, uri,
        )  # fmt: skip
        owner.write(
            "INSERT INTO billing_feescheduleline (organization_id, concept_id, amount, period) "
            "SELECT %s, c.id, %s, daterange(%s, %s) FROM core_concept c JOIN core_codesystem s ON s.id = c.system_id "
            "WHERE c.code = %s AND s.uri = %s",
            str(plan.pk), amount, since, until, code, uri,
        )  # fmt: skip
    owner(step("billing.migrations.0003_one_hcpcs"))
    found = owner(
        "SELECT c.code, f.amount::text, lower(f.period)::text, coalesce(upper(f.period)::text, '') "
        "FROM billing_feescheduleline f JOIN core_concept c ON c.id = f.concept_id "
        "JOIN core_codesystem s ON s.id = c.system_id WHERE s.uri = %s AND f.organization_id = %s ORDER BY 1, 3",
        NEW,
        str(plan.pk),
    )
    return [tuple(row) for row in found]


@pytest.fixture
def plan():
    with arranging():
        return make_world().plan


def test_a_fee_that_was_typed_moves_to_the_address_that_claims_read(owner, plan):
    found = fees(owner, plan, (OLD, "G9999", "12.00", "2026-01-01", None), (NEW, "G0121", "90.00", "2026-01-01", None))
    assert found == [("G0121", "90.00", "2026-01-01", ""), ("G9999", "12.00", "2026-01-01", "")]


def test_the_shipped_fee_goes_on_before_and_after_the_one_that_was_typed(owner, plan):
    found = fees(
        owner, plan, (NEW, "G0383", "410.00", "2020-01-01", None), (OLD, "G0383", "433.00", "2026-06-01", "2026-09-01")
    )
    assert found == [
        ("G0383", "410.00", "2020-01-01", "2026-06-01"),
        ("G0383", "433.00", "2026-06-01", "2026-09-01"),
        ("G0383", "410.00", "2026-09-01", ""),
    ]


def test_one_that_was_typed_over_all_its_time_takes_its_place(owner, plan):
    found = fees(
        owner, plan, (NEW, "G0383", "410.00", "2026-01-01", None), (OLD, "G0383", "433.00", "2020-01-01", None)
    )
    assert found == [("G0383", "433.00", "2020-01-01", "")]


# --- billing 0004: what a claim says of itself -----------------------------------------------------------------------


def test_claims_that_waited_to_replace_or_void_another_say_so(owner, plan, member):
    for source in ("1234567893:P:A1:1", "1234567893:P:A1:7", "api:x:mine:8", "demo:7"):
        owner.write(
            "INSERT INTO billing_outsideclaim (member_id, claim_number, payer_id, source, claim_type, is_emergency, "
            "incurred_from, incurred_to, received_at, charged, place_of_service, provider_npi, "
            "patient_control_number, pend_reason) VALUES (%s, %s, %s, %s, 'professional', false, "
            "'2026-10-05', '2026-10-05', '2026-11-01', 1, '23', '', '', '')",
            str(member.pk), source, str(plan.pk), source,
        )  # fmt: skip
    owner(step("billing.migrations.0004_void_claims"))
    found = dict(owner("SELECT source, frequency FROM billing_outsideclaim ORDER BY 1"))
    assert found == {"1234567893:P:A1:1": "1", "1234567893:P:A1:7": "7", "api:x:mine:8": "8", "demo:7": "1"}


# --- labs 0002: what nobody's specimen holds -------------------------------------------------------------------------


def test_tests_of_an_older_catalogue_get_their_bounds():
    lab = Laboratory()
    with arranging():
        other_unit = lab_test(lab.system, "K-MG", "Potassium in mg/dL", unit="mg/dL")
        importlib.import_module("labs.migrations.0002_possible_values").fill(apps, None)
        for test in (lab.potassium, other_unit):
            test.refresh_from_db()
    assert (lab.potassium.least, lab.potassium.most) == (0.5, 20)
    assert (other_unit.least, other_unit.most) == (0, None)
