"""What `./kp run` does before and around the servers' start: schema, demo world, its first jobs, its day."""

import contextlib
import datetime
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from zoneinfo import ZoneInfo

from kpcare.demo.markets import MARKETS
from kpcare.embedded import paths
from kpcare.embedded.postgres import SERVING, Cluster
from kpcare.embedded.problems import Problem
from kpcare.embedded.schema import schema_digest
from kpcare.embedded.standby import Standby

Runner = Callable[[Sequence[str], Path], int]

# Django looks through models and URLs before a command, for a second and more; `./kp check` and the tests do so too.
UNCHECKED = "--skip-checks"

# What `demo_logins` prints; here Postgres is asked, since a Django of its own takes two seconds to start.
DEMO_LOGINS = """
SELECT line FROM (
SELECT 1 AS part, u.created_at, u.email AS name, format('%s %s kpcare-demo', rpad(
    CASE WHEN u.is_superuser THEN 'admin' ELSE coalesce(replace(
        (SELECT r.role FROM network_roleassignment r WHERE r.user_id = u.id ORDER BY r.id LIMIT 1), '_', ' '), 'member')
    END, 24), rpad(u.email, 42)) AS line
FROM core_user u WHERE u.email LIKE '%@demo.example'
UNION ALL
SELECT 2, a.created, a.client_id, format('%s %s kpcare-demo', rpad('integration client', 24), rpad(a.client_id, 42))
FROM oauth2_provider_application a WHERE a.client_id = 'demo-client'
) found ORDER BY part, created_at, name
"""


def alone(environ: dict[str, str]) -> Runner:
    """Runs a `manage.py` command in a process of its own."""

    def run(arguments: Sequence[str], log: Path) -> int:
        with log.open("w") as out:
            return subprocess.run(
                [sys.executable, "manage.py", *arguments],
                cwd=paths.ROOT,
                env=environ,
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            ).returncode

    return run


def step(say: str, arguments: Sequence[str], run: Runner) -> None:
    """One `manage.py` command before the start; its output goes to a log, its failure becomes a sentence."""
    print(say, flush=True)
    log = paths.STATE / "log" / f"{arguments[0]}.log"
    if run(arguments, log):
        said = log.read_text(errors="replace")
        if "No space left on device" in said:
            raise Problem(f"The disk that holds {paths.STATE} is full: free at least 1 GB and start again.")
        last = next((line for line in reversed(said.splitlines()) if line.strip()), "no message")
        raise Problem(f"`./kp {arguments[0]}` failed ({last.strip()}): see {log}.")


def compile_ahead() -> None:
    """On the first start: have Django and the rooms compiled on one core, while another makes the servers."""
    found = importlib.util.find_spec("django")
    if found is None or found.cached is None or Path(found.cached).exists():
        return
    # It asks no database: the address is only there because settings want one.
    nobody = {"KPCARE_DEMO": "1", "KPCARE_LOGIN": "owner", "DATABASE_OWNER_URL": "postgres://nobody@localhost/none"}
    subprocess.Popen(
        [sys.executable, "-c", "import django; django.setup()"],
        cwd=paths.ROOT,
        env={**os.environ, **nobody, "DJANGO_SETTINGS_MODULE": "kpcare.settings"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def migrate(environ: dict[str, str]) -> None:
    """The schema of a database that somebody named. Demo patients never go into it."""
    step("Migrating the database …", ["migrate", "--noinput"], alone(environ))


class Preparation:
    """The embedded database before the start, and what its demo world needs afterwards.

    One Django under each login does it all (`standby`); the jobs' imports while the owner's lays the world.
    """

    def __init__(self, members: int, environ: dict[str, str]) -> None:
        self.members = members
        self.environ = environ
        home = paths.server_home(SERVING.name)
        self._stamp, self._jobs_due, self._day = home / "migrated", home / "first-jobs", home / "demo-day"
        self._standing: dict[str, Standby] = {}

    def __enter__(self) -> "Preparation":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for login in list(self._standing):
            self._end(login, at_once=kind is not None)

    def _as(self, login: str) -> Runner:
        if login not in self._standing:
            self._standing[login] = Standby(login, self.environ)
        return self._standing[login].run

    def _end(self, login: str, *, at_once: bool = False) -> None:
        if login in self._standing:
            self._standing.pop(login).end(at_once=at_once)

    def stop(self) -> None:
        """Whatever is being done ends now; the next start does it again."""
        for standing in self._standing.values():
            standing.process.terminate()

    def lay(self) -> None:
        """Migrate where anything changed, and fill an empty database with the demo world."""
        digest = schema_digest()
        migrated = self._stamp.exists() and self._stamp.read_text() == digest
        if not migrated:
            step("Migrating the database …", ["migrate", "--noinput", UNCHECKED], self._as("owner"))
        if self.members and Cluster(SERVING).sql("SELECT NOT EXISTS (SELECT FROM members_member)").strip() == "t":
            self._jobs_due.touch()
            owner = self._as("owner")
            self._as("jobs")  # not before: two that begin at once both compile every module
            world = ["seed", "--members", str(self.members), "--world", "kaiser", "--seed", "1"]
            self._day.write_text(demo_date())
            step(f"Making a demo world of {self.members:,} members …", world, owner)
        elif not migrated:
            step("Loading our own value sets …", ["load_terminology", UNCHECKED], self._as("jobs"))
        self._stamp.write_text(digest)
        self._end("owner")

    def first_jobs(self) -> None:
        """The nightly and the monthly job over a new world, while one may look around already.

        Cut short, they are run by the next start.
        """
        if self._jobs_due.exists():
            print("\nThe demo world's first night, about half a minute; pages fill as its jobs are done:", flush=True)
            jobs = self._as("jobs")
            # Before who is due: outreach writes about the vaccines that a forecast names.
            step("Forecasting vaccines …", ["evaluate_immunisations", UNCHECKED], jobs)
            step("Finding who is due for what …", ["evaluate_prevention", UNCHECKED], jobs)
            step("Filling the registries …", ["evaluate_registries", UNCHECKED], jobs)
            step("Costing what was done …", ["post_costs", UNCHECKED], jobs)
            step("Closing last month's capitation …", ["close_capitation", last_month(), UNCHECKED], jobs)
            self._jobs_due.unlink()
            # Pages are fuller with it; no start fails for want of it, and the log says why.
            with contextlib.suppress(Problem):
                step("Laying some weeks' work …", ["demo_work", UNCHECKED], jobs)
                print("Everything is filled.", flush=True)
        self._end("jobs")

    def lay_day(self) -> None:
        """Today's visits in the demo clinic, where the last start was on another day."""
        today = demo_date()
        if not self._day.exists() or self._day.read_text() != today:
            step("Laying today's visits in the demo clinic …", ["demo_day", UNCHECKED], alone(self.environ))
            self._day.write_text(today)


def demo_logins() -> str:
    """One login for each role of the demo world, a line each; empty where there is none."""
    return Cluster(SERVING).sql(DEMO_LOGINS).strip()


def demo_date() -> str:
    """The day at the clinic where the demo's people work."""
    return datetime.datetime.now(ZoneInfo(MARKETS[0][3])).date().isoformat()


def last_month() -> str:
    """The month before this one, as `close_capitation` takes it."""
    first = datetime.datetime.now(datetime.UTC).date().replace(day=1)
    return (first - datetime.timedelta(days=1)).strftime("%Y-%m")
