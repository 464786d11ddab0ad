"""Seals: whoever edits, removes or slips in an audit row is found out, even the tables' owner."""

import time

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core import audit, seals
from core.db import as_job
from core.models import AuditEvent, AuditSeal, User
from kpcare.embedded import archive
from tests import database

FIRST = "WHERE id = (SELECT min(id) FROM core_auditevent)"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def seal_file(settings, tmp_path):
    settings.AUDIT_SEAL_FILE = str(tmp_path / "seals.txt")
    return tmp_path / "seals.txt"


@pytest.fixture
def clerk() -> User:
    return User.objects.system("seals-test")


def log(user: User, count: int = 3) -> None:
    with as_job(user, reason="test"):
        for number in range(count):
            audit.record(by=user, action="update", verb="test.verb", detail={"number": number})


def seal_all() -> int:
    """Seal until nothing is left: other tests' open transactions in the cluster only make the seal wait."""
    sealed = 0
    until = time.monotonic() + 60
    while sum(AuditSeal.objects.values_list("row_count", flat=True)) < AuditEvent.objects.count():
        assert time.monotonic() < until
        sealed += seals.seal() or time.sleep(0.05) or 0
    return sealed


def as_owner(database_name: str, sql: str) -> None:
    """What an administrator with every right could do: guards off."""
    with psycopg2.connect(database.url("owner", database_name)) as owner, owner.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE core_auditevent DISABLE TRIGGER USER; ALTER TABLE core_auditseal DISABLE TRIGGER USER"
        )
        cursor.execute(sql)
    owner.close()


def test_untouched_rows_verify(clerk, capsys):
    log(clerk)
    assert seal_all() == 3
    log(clerk, 2)
    assert seal_all() == 2
    assert seals.seal() == 0
    log(clerk, 1)

    verdict = seals.verify()

    assert (verdict.seals, verdict.rows, verdict.unsealed, verdict.problems) == (2, 5, 1, [])
    call_command("verify_audit")
    assert "5 rows in 2 seals, 1 not sealed yet: all as it was written." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        (f"UPDATE core_auditevent SET verb = 'test.other' {FIRST}", "changed"),
        (f"UPDATE core_auditevent SET at = at - interval '1 second' {FIRST}", "changed"),
        (f"DELETE FROM core_auditevent {FIRST}", "1 rows removed"),
        (
            "INSERT INTO core_auditevent (xid, action, verb) SELECT min(xid), 'read', 'forged' FROM core_auditevent",
            "1 rows inserted",
        ),
        ("DELETE FROM core_auditseal WHERE id = (SELECT min(id) FROM core_auditseal)", "file outside"),
        ("DELETE FROM core_auditseal WHERE id = (SELECT max(id) FROM core_auditseal)", "file outside"),
        ("UPDATE core_auditseal SET digest = sha256('x') WHERE id = (SELECT max(id) FROM core_auditseal)", "changed"),
    ],
)  # fmt: skip
def test_tampering_is_found(clerk, database_name, tampering, said, capsys):
    log(clerk)
    seal_all()
    log(clerk)
    seal_all()
    assert not seals.verify().problems

    as_owner(database_name, tampering)

    assert any(said in problem for problem in seals.verify().problems)
    with pytest.raises(CommandError):
        call_command("verify_audit")


NOW_AND_THEN = [
    ("id", "-5", "no sequence gives"),
    ("xid", "9000000000", "has not taken place"),
    ("at", "now() - interval '20 minutes'", "no seal covers"),
]


@pytest.mark.parametrize(("column", "value", "said"), NOW_AND_THEN)
def test_a_row_beside_every_seal_is_found(clerk, database_name, column, value, said):
    log(clerk)
    seal_all()
    as_owner(
        database_name, f"INSERT INTO core_auditevent ({column}, action, verb) VALUES ({value}, 'read', 'test.forged')"
    )
    # What another test's transaction might still be writing is told once that is through.
    until = time.monotonic() + 60
    while not (problems := seals.verify().problems) and time.monotonic() < until:
        time.sleep(0.2)
    assert [said in problem for problem in problems] == [True]


@pytest.mark.parametrize("login", ["app", "jobs"])
def test_nobody_states_the_id_instant_or_transaction_of_an_audit_row(clerk, login):
    log(clerk, 1)
    with transaction.atomic():
        run_as(
            login,
            "INSERT INTO core_auditevent (id, at, xid, action, verb) "
            "VALUES (-5, now() - interval '1 second', 9000000000, 'read', 'test.forged')",
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('kpcare.user_id', %s, true)", [str(clerk.pk)])
            cursor.execute(
                "SELECT id > 0, at >= now(), xid = pg_current_xact_id()::text::bigint "
                "FROM core_auditevent WHERE verb = 'test.forged'"
            )
            assert cursor.fetchone() == (True, True, True)
    assert seal_all() == 2
    assert not seals.verify().problems


def test_a_removed_file_is_told_and_not_written_again_unasked(clerk, seal_file, capsys):
    log(clerk)
    seal_all()
    seal_file.unlink()
    log(clerk)
    seal_all()
    assert len(seal_file.read_text().splitlines()) == 1
    with pytest.raises(CommandError, match="1 problems"):
        call_command("verify_audit")
    assert "removed or cut" in capsys.readouterr().err
    with pytest.raises(CommandError, match="1 problems"):
        call_command("verify_audit", "--write-file")
    call_command("verify_audit")


def test_rewriting_rows_and_every_seal_still_disagrees_with_the_file(clerk, database_name):
    log(clerk)
    seal_all()
    as_owner(
        database_name,
        "UPDATE core_auditevent SET verb = 'test.other'; DELETE FROM core_auditseal; "
        "ALTER TABLE core_auditevent ENABLE TRIGGER USER; ALTER TABLE core_auditseal ENABLE TRIGGER USER",
    )
    seal_all()
    assert any("file" in problem for problem in seals.verify().problems)


def test_a_transaction_that_commits_late_is_no_forgery(clerk):
    late = connection.copy()
    try:
        with late.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("INSERT INTO core_auditevent (action, verb) VALUES ('read', 'test.late')")
            log(clerk, 2)
            assert seals.seal() == 0
            cursor.execute("COMMIT")
    finally:
        late.close()
    assert seal_all() == 3
    assert not seals.verify().problems


def test_a_restored_database_begins_a_new_era(clerk, database_name):
    """A restored cluster counts transactions from the start: here the old rows are moved far ahead instead."""
    log(clerk, 3)
    log(clerk, 2)
    ahead = 10**12
    as_owner(database_name, f"UPDATE core_auditevent SET xid = xid + {ahead}")
    with as_job(clerk, reason="test"), connection.cursor() as cursor:
        cursor.execute("SELECT (array_agg(id ORDER BY id))[3], max(xid) FROM core_auditevent")
        third, newest = cursor.fetchone()
        cursor.execute("SELECT xid FROM core_auditevent WHERE id = %s", [third])
        boundary = cursor.fetchone()[0] + 1
        seals._seal_range(None, 0, 0, boundary)
    seals.append_to_file()
    assert newest >= boundary
    log(clerk, 4)

    assert seal_all() == 2 + 4
    assert [one.row_count for one in AuditSeal.objects.order_by("id")] == [3, 2, 4]
    assert not seals.verify().problems
    log(clerk, 1)
    assert seal_all() == 1
    assert not seals.verify().problems


def test_what_was_sealed_after_the_backup_is_given_up_by_a_restore_and_said(clerk, database_name, seal_file, capsys):
    log(clerk, 3)
    seal_all()
    kept = AuditSeal.objects.latest("id").pk
    log(clerk, 2)
    seal_all()
    # Back to the backup: rows and seals since then are gone, and their numbers are given again.
    as_owner(
        database_name,
        f"DELETE FROM core_auditevent WHERE id > (SELECT last_id FROM core_auditseal WHERE id = {kept}); "
        f"DELETE FROM core_auditseal WHERE id > {kept}",
    )
    as_owner(database_name, f"SELECT setval(pg_get_serial_sequence('core_auditseal', 'id'), {kept})")
    assert seals.verify().problems, "nothing told of the restore"

    archive.note_restore(database.url("owner", database_name), seal_file)
    log(clerk, 4)
    seal_all()

    assert not seals.verify().problems
    call_command("verify_audit")
    assert "Restored from a backup" in capsys.readouterr().out


def counted_seal() -> tuple[int, int]:
    """Rows of the first seal that finds any, and its statements: open transactions elsewhere only make it wait."""
    while True:
        with CaptureQueriesContext(connection) as asked:
            sealed = seals.seal()
        if sealed:
            return sealed, len(asked)


def test_sealing_many_rows_asks_no_more_than_sealing_few(clerk):
    # The first seal of all asks less: nothing stands before it.
    log(clerk, 1)
    counted_seal()
    log(clerk, 5)
    _, for_few = counted_seal()
    with as_job(clerk, reason="test"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_auditevent (user_id, action, verb, member_id, object_type, object_id, reason) "
            "SELECT uuidv7(), 'read', 'clinical.view_chart', uuidv7(), 'members.member', n::text, 'care' "
            "FROM generate_series(1, 10000) n"
        )
    sealed, for_many = counted_seal()

    assert sealed == 10_000
    assert for_many <= for_few


def run_as(login: str, statement: str) -> None:
    with connection.cursor() as cursor:
        if login == "jobs":
            cursor.execute("SET LOCAL ROLE kpcare_jobs")
        cursor.execute(statement)


REWRITES = ["UPDATE core_auditevent SET verb = 'x'", "DELETE FROM core_auditevent", "TRUNCATE core_auditevent"]


@pytest.mark.parametrize("statement", REWRITES)
@pytest.mark.parametrize("login", ["app", "jobs"])
def test_no_login_may_rewrite_the_audit(clerk, statement, login):
    log(clerk, 1)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        run_as(login, statement)
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("statement", REWRITES)
def test_even_with_the_right_to_it_the_triggers_refuse(clerk, owner_connection, statement):
    log(clerk, 1)
    with owner_connection.cursor() as cursor, pytest.raises(psycopg2.Error, match="refused"):
        cursor.execute(statement)
