"""What every other test rests on: which login it has, that nothing is left behind, that the guards are there."""

import uuid

import psycopg2
import pytest
from django.db import ProgrammingError, connections, transaction

from core import audit
from core.db import as_job
from core.models import AuditEvent, User


def session(alias: str = "default") -> tuple[str, int]:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT current_user, pg_backend_pid()")
        return cursor.fetchone()


def note_reading(alias: str = "audit") -> None:
    asked = {"member_id": None, "obj": None, "reason": "", "detail": None, "request": None}
    audit._insert(alias, audit._values(None, action=AuditEvent.Action.READ, verb="tests.look", **asked))


def test_a_test_signs_in_as_the_app(db):
    assert session()[0] == "kpcare_app"


def test_work_over_all_members_becomes_the_jobs_role_and_ends_with_its_block(db):
    with as_job(User(id=uuid.uuid4(), email="nightly@example.org"), reason="a test"):
        assert session()[0] == "kpcare_jobs"
    assert session()[0] == "kpcare_app"


def test_within_one_transaction_the_audit_alias_is_the_same_connection(db):
    note_reading()

    assert session("audit") == session()
    assert AuditEvent.objects.count() == 1


def test_what_another_test_wrote_is_gone(db):
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_transactional_test_has_two_connections_so_that_a_rollback_keeps_the_audit_row():
    with pytest.raises(RuntimeError), transaction.atomic():
        note_reading("default")
        note_reading("audit")
        raise RuntimeError("the view fails")

    assert session("audit") != session()
    assert AuditEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_a_transactional_test_committed_is_gone_too():
    assert not AuditEvent.objects.exists()


def test_the_app_may_not_truncate_what_it_may_read(db):
    with pytest.raises(ProgrammingError, match="permission denied"), connections["default"].cursor() as cursor:
        cursor.execute("TRUNCATE core_auditevent")


def test_even_the_owner_cannot_truncate_or_rewrite_the_audit(owner_connection):
    with owner_connection.cursor() as cursor, pytest.raises(psycopg2.Error, match="refused"):
        cursor.execute("TRUNCATE core_auditevent")
