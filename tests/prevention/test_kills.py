"""Worker, Redis and Postgres are killed at random moments of the nightly run; its final rows are an undisturbed run's.

With a Postgres and a Redis of its own, which nobody else uses. It takes minutes, so it is asked for by name:

    KPCARE_KILLS=1 ./kp test -n0 tests/prevention/test_kills.py -s
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import psycopg2
import pytest

from bench.runner import load_world
from kpcare.embedded import paths
from kpcare.embedded.leftovers import remove_home
from kpcare.embedded.postgres import SERVING, Cluster
from kpcare.embedded.redis import Redis
from kpcare.embedded.servers import DATABASE_VARIABLES

pytestmark = pytest.mark.skipif("KPCARE_KILLS" not in os.environ, reason="takes minutes: set KPCARE_KILLS=1")

MEMBERS, SHARES, KILLS = 4_000, 24, 6
PATIENCE = 300
ROWS = {
    "results": 'SELECT member_id, measure, period, "group", initial_population, denominator, numerator '
    "FROM prevention_measureresult",
    "states": "SELECT member_id, rule, applies, last_done_on, next_due_on FROM prevention_carerulestate",
    "gaps": "SELECT member_id, rule, status, due_on, last_done_on FROM prevention_caregap",
    "reminders": "SELECT r.member_id, g.rule, r.step, r.channel FROM prevention_reminder r "
    "JOIN prevention_caregap g ON g.id = r.gap_id",
    "messages": "SELECT member_id, channel, count(*) FROM core_outboxmessage GROUP BY 1, 2",
    "strata": 'SELECT measure, "group", dimension, region, stratum, denominator, numerator, is_hidden '
    "FROM prevention_measurestratum",
}
WRITTEN = (
    "prevention_reminder, prevention_measureresult, prevention_carerulestate, prevention_caregap, core_outboxmessage, "
    "core_jobpartition, core_jobrun, prevention_resultsstanding, prevention_answeredsince, "
    "prevention_measurestratum, prevention_qualitysnapshot, prevention_stratumcount"
)
# Done by a process of its own: Django here belongs to the suite's database.
DRIVER = """
import sys
import django
django.setup()
from datetime import date
from core import jobs as core_jobs
from core.models import JobRun, User
from prevention import jobs

if sys.argv[1] == "start":
    run = jobs.start_nightly(by=User.objects.get(email="bench@system.invalid"), as_of=date(2026, 11, 22))
    JobRun.objects.filter(pk=run.pk).update(shares=int(sys.argv[2]))
    run.refresh_from_db()
    core_jobs.send(run)
else:
    core_jobs.sweep()
"""


Found = TypeVar("Found")
Rows = set[tuple[object, ...]]


class Machine:
    """Postgres, Redis and a worker that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres, self.redis = Cluster(SERVING), Redis("redis")
        self.postgres.start()
        self.redis.start()
        self.worker: subprocess.Popen[bytes] | None = None

    @property
    def environ(self) -> dict[str, str]:
        found = {variable: self.postgres.url(login) for login, variable in DATABASE_VARIABLES.items()}
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
            **found,
            "REDIS_URL": self.redis.url,
            "DJANGO_SETTINGS_MODULE": "kpcare.settings",
            "KPCARE_LOGIN": "jobs",
            "KPCARE_DEMO": "1",
        }

    def start_worker(self) -> None:
        command = [sys.executable, "-m", "celery", "-A", "kpcare", "worker", "-Q", "jobs,default", "-c", "2"]
        with (self.folder / "worker.log").open("ab") as log:
            self.worker = subprocess.Popen(
                [*command, "--without-mingle", "--without-gossip"],
                cwd=paths.ROOT,
                env=self.environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill_worker(self) -> None:
        """The whole of it, children included."""
        if self.worker is not None:
            os.killpg(self.worker.pid, signal.SIGKILL)
            self.worker.wait()

    def kill_redis(self) -> None:
        os.kill(int((self.redis.home / "redis.pid").read_text()), signal.SIGKILL)

    def kill_postgres(self) -> None:
        """The postmaster; its backends end with it."""
        os.kill(int((self.postgres.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def mend(self) -> None:
        """What a supervisor does: whatever fell is started again."""
        until = time.monotonic() + 60
        while not self.postgres.running():
            assert time.monotonic() < until, "Postgres does not come back."
            try:
                self.postgres.start()
            except Exception:
                time.sleep(0.5)
        self.redis.start()
        if self.worker is None or self.worker.poll() is not None:
            self.start_worker()

    def drive(self, what: str) -> None:
        subprocess.run(
            [sys.executable, "-c", DRIVER, what, str(SHARES)], cwd=paths.ROOT, env=self.environ, check=what == "start"
        )

    def ask(self, login: str, work: Callable[[psycopg2.extensions.cursor], Found]) -> Found:
        connection = psycopg2.connect(self.postgres.url(login))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                return work(cursor)
        finally:
            connection.close()

    def state(self) -> tuple[str, int]:
        """The run's status and how many shares are done."""

        def ask(cursor: psycopg2.extensions.cursor) -> tuple[str, int]:
            cursor.execute(
                "SELECT r.status, count(p.id) FILTER (WHERE p.status = 'done') FROM core_jobrun r "
                "LEFT JOIN core_jobpartition p ON p.run_id = r.id GROUP BY r.id, r.status"
            )
            return cursor.fetchone()

        return self.ask("jobs", ask)

    def rows(self) -> dict[str, Rows]:
        found: dict[str, Rows] = {}

        def ask(cursor: psycopg2.extensions.cursor) -> None:
            for name, select in ROWS.items():
                cursor.execute(select)
                rows = [tuple(str(value) for value in row) for row in cursor.fetchall()]
                found[name] = set(rows)
                assert len(found[name]) == len(rows), f"{name} stand twice"

        self.ask("jobs", ask)
        return found

    def clear(self) -> None:
        def ask(cursor: psycopg2.extensions.cursor) -> None:
            cursor.execute(
                "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
                "AND relnamespace = 'public'::regnamespace"
            )
            tables = [table for (table,) in cursor.fetchall()]
            for verb in ("DISABLE", "ENABLE"):
                for table in tables:
                    cursor.execute(f"ALTER TABLE {table} {verb} TRIGGER USER")
                if verb == "DISABLE":
                    cursor.execute(f"TRUNCATE {WRITTEN} CASCADE")

        self.ask("owner", ask)

    def end(self) -> None:
        if self.worker is not None and self.worker.poll() is None:
            self.kill_worker()
        self.redis.stop()
        self.postgres.stop()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """Servers of this test's own, with a world laid in them."""
    bytecode = paths.STATE / "bytecode"
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    monkeypatch.setattr(paths, "STATE", state)
    # Otherwise the homes of this checkout's other servers would be taken for a deleted one's.
    monkeypatch.setattr(paths, "remove_predecessors", lambda: None)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(bytecode))
    monkeypatch.setenv("PYTHONPATH", str(paths.ROOT))
    made = Machine(tmp_path)
    try:
        environ = {**made.environ, "KPCARE_LOGIN": "owner"}
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"], cwd=paths.ROOT, env=environ, check=True
        )
        made.ask("owner", lambda cursor: load_world(cursor, "prevention", {"members": MEMBERS, "value_sets": []}))
        made.ask("owner", lambda cursor: cursor.execute("VACUUM ANALYZE"))
        yield made
    finally:
        made.end()
        shutil.rmtree(made.postgres.sockets, ignore_errors=True)
        home = made.postgres.home.parent
        if home != state:
            remove_home(home)


def test_kills_change_no_final_row(machine: Machine):
    machine.start_worker()
    machine.drive("start")
    run_to_its_end(machine)
    undisturbed = machine.rows()
    assert all(undisturbed.values())
    machine.clear()

    machine.drive("start")
    seed = int(os.environ["KPCARE_KILLS"])
    victims = random.Random(seed)
    order = ["worker", "redis", "postgres"] * (KILLS // 3)
    victims.shuffle(order)
    struck = 0
    for victim in order:
        time.sleep(victims.uniform(0.3, 3))
        status, done = machine.state()
        if status == "done":
            break
        print(f"{victim} killed with {done} of {SHARES} shares done")
        getattr(machine, f"kill_{victim}")()
        struck += 1
        machine.mend()
        machine.drive("sweep")
    run_to_its_end(machine)

    assert struck >= 3, "It was over before it was disturbed."
    assert machine.rows() == undisturbed


def run_to_its_end(machine: Machine) -> None:
    """Sweep as beat does, until the run is done."""
    until = time.monotonic() + PATIENCE
    while (state := machine.state())[0] != "done":
        assert state[0] in ("queued", "running"), f"The run is {state}."
        assert time.monotonic() < until, f"The run is still {state}."
        machine.mend()
        machine.drive("sweep")
        time.sleep(1)
