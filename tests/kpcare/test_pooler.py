"""Behind PgBouncer in transaction mode, with the configuration that is shipped: nothing lives in a session.

Skipped where no pgbouncer is installed (Debian: apt-get install pgbouncer).
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg2
import pytest
from django.db import connections

from core import audit, locks
from core.api import authentication
from core.db import acting_as, as_job, is_pooled
from core.models import AuditEvent, User
from kpcare.embedded.paths import ROOT, server_account
from kpcare.embedded.processes import as_account
from members.models import Member
from prevention.actions import evaluate_members
from tests import database
from tests.api.world import World, token_for

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(PROGRAM is None, reason="No pgbouncer here: apt-get install pgbouncer"),
]


def configuration(folder: Path, port: int, name: str, size: int) -> str:
    """ops/pgbouncer.ini with the places of this test, and without what an older PgBouncer does not know."""
    to = urlsplit(database.url("app", name))
    home = unquote(to.query.partition("host=")[2])
    text = (ROOT / "ops" / "pgbouncer.ini").read_text()
    text = re.sub(r"(?m)^(kpcare\w*) = .*$", rf"\1 = host={home} port=5432 dbname={name}", text)
    text = re.sub(r"(?m)^default_pool_size = .*$", f"default_pool_size = {size}\nquery_wait_timeout = 5", text)
    text = re.sub(r"(?m)^listen_addr = .*$", "listen_addr = 127.0.0.1", text)
    text = re.sub(r"(?m)^listen_port = .*$", f"listen_port = {port}", text)
    text = re.sub(r"(?m)^auth_file = .*$", f"auth_file = {folder / 'userlist.txt'}", text)
    said = subprocess.run([str(PROGRAM), "--version"], capture_output=True, text=True).stdout
    if tuple(map(int, re.findall(r"\d+", said)[:2])) < (1, 21):
        text = re.sub(r"(?m)^max_prepared_statements = .*\n", "", text)
    return text


@pytest.fixture
def size() -> int:
    return 20


@pytest.fixture
def pool(database_name: str, size: int) -> Iterator[int]:
    """The port of a PgBouncer in front of this worker's database, with so many connections a pool."""
    folder, account = Path(tempfile.mkdtemp()), server_account()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    to = urlsplit(database.url("app", database_name))
    (folder / "userlist.txt").write_text(f'"{to.username}" "{to.password}"\n')
    (folder / "pgbouncer.ini").write_text(configuration(folder, port, database_name, size))
    command = [str(PROGRAM), str(folder / "pgbouncer.ini")]
    if account:  # it refuses to run as root
        for owned in (folder, *folder.iterdir()):
            os.chown(owned, account.uid, account.gid)
    out = (folder / "log").open("w+")
    server = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, **as_account(account))
    try:
        until = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                out.seek(0)
                assert time.monotonic() < until and server.poll() is None, out.read()
                time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait(10)
        out.close()
        shutil.rmtree(folder)


@contextmanager
def led_through(port: int, **more: object) -> Iterator[None]:
    """Django's connections go through the pool."""
    before = {alias: dict(connections[alias].settings_dict) for alias in ("default", "audit")}
    connections.close_all()
    for alias, settings in before.items():
        options = {key: value for key, value in settings["OPTIONS"].items() if key != "host"}
        name = {"default": "kpcare", "audit": "kpcare_audit"}[alias]
        through = {"NAME": name, "HOST": "127.0.0.1", "PORT": str(port), "OPTIONS": options, **more}
        connections[alias].settings_dict.update(through)
    try:
        yield
    finally:
        connections.close_all()
        for alias, settings in before.items():
            connections[alias].settings_dict.update(settings)


@pytest.fixture
def other_process(pool, database_name) -> Iterator[Callable[[], None]]:
    """From each call on whoever asks next is served by another server process than before."""
    to = urlsplit(database.url("app", database_name))
    held = []

    def hold() -> None:
        for name in ("kpcare", "kpcare_audit"):
            one = psycopg2.connect(host="127.0.0.1", port=pool, dbname=name, user=to.username, password=to.password)
            held.append(one)
            with one.cursor() as cursor:
                cursor.execute("SELECT 1")  # its transaction stays open, and the process that was free is its own

    yield hold
    for one in held:
        one.close()


def process() -> int:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def test_a_pool_is_noticed_without_being_told(pool):
    assert not is_pooled(connections["default"])
    with led_through(pool):
        process()
        assert is_pooled(connections["default"])


def test_no_pool_is_noticed_where_there_is_none():
    connections["default"].close()
    process()
    assert not is_pooled(connections["default"])


@pytest.mark.parametrize("told", [True, False], ids=["PGBOUNCER=1", "nobody said so"])
def test_the_interface_answers_whichever_process_serves_it(pool, other_process, told):
    world = World()
    client = token_for(world.machine, "members:read", "conditions:read")
    one = f"/api/v1/members/{world.ana.pk}/"
    places = [one, "/api/v1/members/?q=rivera", f"/api/v1/conditions/?member={world.ana.pk}"]
    with led_through(pool, DISABLE_SERVER_SIDE_CURSORS=told):
        first, answers = process(), []
        for _ in range(3):
            answers.append([client.get(place) for place in places])
            authentication._reach.clear()
            other_process()
        assert process() != first
    assert {answer.status_code for row in answers for answer in row} == {200}
    assert len({answer.content for row in answers for answer in row[:1]}) == 1
    with as_job(User.objects.system("tests"), reason="test"):
        assert AuditEvent.objects.filter(object_id=str(world.ana.pk), action="read").count() >= 3


def test_who_acted_is_not_known_to_the_next_who_is_served_by_the_same_process(pool):
    world = World()
    with led_through(pool):
        with acting_as(world.physician.user, reason="test"):
            assert Member.objects.filter(pk=world.ana.pk).exists()
            served_by = process()
        connections.close_all()
        assert process() == served_by
        assert not Member.objects.exists()


def test_jobs_keep_tables_and_locks_for_their_transaction_alone(pool, other_process):
    world = World()
    with led_through(pool):
        for _ in range(2):
            with as_job(User.objects.system("tests"), reason="test"):
                assert locks.try_take(locks.CAPITATION)
                evaluate_members([world.ana.pk], as_of=date(2026, 11, 1))
            other_process()
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_class WHERE relpersistence = 't'")
            assert cursor.fetchone() == (0,)


def test_reads_are_entered_whichever_process_serves_the_audit(pool, other_process):
    world = World()
    with led_through(pool):
        for _ in range(3):
            with acting_as(world.physician.user, reason="test"):
                audit.record_read(world.physician.user, verb="tests.look", member_id=world.ana.pk)
            other_process()
    with as_job(User.objects.system("tests"), reason="test"):
        assert AuditEvent.objects.filter(verb="tests.look").count() == 3


@pytest.mark.parametrize("size", [1])
def test_the_access_log_has_a_pool_of_its_own(pool):
    """As many requests as the pool has connections hold them all, and each waits for its entry in the log."""
    world = World()
    with led_through(pool), acting_as(world.physician.user, reason="test"):
        audit.record_read(world.physician.user, verb="tests.look", member_id=world.ana.pk)
    with as_job(User.objects.system("tests"), reason="test"):
        assert AuditEvent.objects.filter(verb="tests.look").count() == 1
