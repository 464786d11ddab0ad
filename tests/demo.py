"""The demo world for browser tests: seeded once a run, cloned for each test, signed in to by its own accounts.

It is a working day's morning there, whenever the tests run: their clock stands at `morning()` when a test begins.
"""

import contextlib
import datetime
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from core.models import User

ROOT = Path(__file__).resolve().parent.parent
MEMBERS = 600
CLINIC = ZoneInfo("America/Los_Angeles")
SEVEN_PAST_TEN = datetime.time(10, 7)
PASSWORD = "kpcare-demo"
RUN = "KPCARE_TEST_RUN"


def command(login: str, *words: str) -> None:
    """A command of the product in a process of its own, on this test's database."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "kpcare.settings", "KPCARE_LOGIN": login, "KPCARE_DEMO": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{words[0]}:\n{done.stdout}\n{done.stderr}"


def morning(now: datetime.datetime) -> datetime.datetime:
    """The next 10:07 of a working day at the clinic: never before `now`, so that Postgres' clock is not ahead."""
    day = now.astimezone(CLINIC).date()
    while True:
        found = datetime.datetime.combine(day, SEVEN_PAST_TEN, CLINIC)
        if found >= now and day.weekday() < 5:
            return found
        day += datetime.timedelta(days=1)


@dataclass(frozen=True)
class Run:
    """One run of the tests, with all its workers: the process that began it, and when."""

    pid: int
    began: datetime.datetime

    def world(self, name: str) -> str:
        """The database that keeps a world for the run's tests. Its name says whose it is (`database.is_leftover`)."""
        return f"test_{self.pid}_world_{name}"


def this_run() -> Run:
    pid, began = os.environ[RUN].split()
    return Run(int(pid), datetime.datetime.fromisoformat(began))


def pytest_configure() -> None:
    """Whoever begins says so to the workers, which inherit it."""
    os.environ.setdefault(RUN, f"{os.getpid()} {datetime.datetime.now(datetime.UTC).isoformat()}")


def pytest_sessionfinish() -> None:
    """Whoever began tidies up, once all workers are done."""
    if this_run().pid == os.getpid() and "DATABASE_OWNER_URL" in os.environ:
        from tests import database

        for name in LAYERS:
            database.drop(this_run().world(name))


@pytest.fixture(scope="session")
def clinic_morning() -> datetime.datetime:
    return morning(this_run().began)


@pytest.fixture
def at_morning(clinic_morning: datetime.datetime, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """`at_morning()` sets the server's clock to the demo clinic's morning."""
    from django.utils import timezone

    real = timezone.now

    def stand() -> None:
        ahead = clinic_morning - real()
        monkeypatch.setattr(timezone, "now", lambda: real() + ahead)

    return stand


@pytest.fixture
def demo(
    transactional_db: None, database_name: str, clinic_morning: datetime.datetime, at_morning: Callable[[], None]
) -> Iterator[None]:
    """The test is in a demo world of `MEMBERS` people, evaluated; the server's clock is at its morning."""
    with inside("demo", database_name, clinic_morning):
        at_morning()
        yield


@pytest.fixture(scope="session")
def kept() -> Iterator[set[str]]:
    """The copies of worlds that tests of this worker look at one after the other: copying one takes seconds."""
    from tests import database

    copies: set[str] = set()
    yield copies
    for copy in copies:
        database.drop(copy)


@pytest.fixture
def demo_to_look_at(
    transactional_db: None,
    database_name: str,
    clinic_morning: datetime.datetime,
    at_morning: Callable[[], None],
    kept: set[str],
) -> Iterator[None]:
    """`demo` for tests that change nothing: whatever they leave, the next one finds."""
    with inside("demo", database_name, clinic_morning, kept):
        at_morning()
        yield


@pytest.fixture
def lived_in(
    transactional_db: None,
    database_name: str,
    clinic_morning: datetime.datetime,
    at_morning: Callable[[], None],
    kept: set[str],
) -> Iterator[None]:
    """The same world after its first jobs and some weeks' work: every room has rows to look at, and only that."""
    at_morning()
    with inside("lived_in", database_name, clinic_morning, kept):
        at_morning()
        yield


@contextlib.contextmanager
def inside(world: str, database_name: str, at: datetime.datetime, kept: set[str] | None = None) -> Iterator[None]:
    """Work in a copy of a world, beside the worker's own database; in one that is there already, where it is `kept`."""
    from core import terminology
    from tests import database

    copy = f"{database_name}_inside" if kept is None else f"{database_name}_{world}"
    try:
        if kept is None or copy not in kept:
            database.clone(laid(world, copy, at), copy)
        if kept is not None:
            kept.add(copy)
        database.lead_to(copy)
        terminology.forget()
        yield
    finally:
        database.lead_to(database_name)
        terminology.forget()
        if kept is None or copy not in kept:
            database.drop(copy)


def laid(world: str, workplace: str, at: datetime.datetime) -> str:
    """The database that keeps a world. The first test of a run that asks lays it, for all its workers."""
    from kpcare.embedded.locks import exclusive
    from kpcare.embedded.paths import state_dir
    from tests import database

    name = this_run().world(world)
    with exclusive(state_dir() / f"test-world-{world}.lock"):
        if not database.exists(name):
            LAYERS[world](workplace, at)
            database.lead_to("postgres")
            database.disconnect(workplace)
            database.rename(workplace, name)
    return name


def _lay_demo(workplace: str, at: datetime.datetime) -> None:
    from tests import database

    database.clone(database.template(), workplace)
    database.lead_to(workplace)
    command("owner", "seed", f"--members={MEMBERS}", f"--at={at.isoformat()}")
    command("jobs", "evaluate_prevention", "--processes=1", f"--as-of={at.date()}")


def _live_in(workplace: str, at: datetime.datetime) -> None:
    from tests import database

    database.clone(laid("demo", workplace, at), workplace)
    database.lead_to(workplace)
    day = at.date()
    last_month = day.replace(day=1) - datetime.timedelta(days=1)
    command("jobs", "evaluate_registries", "--processes=1", f"--as-of={day}")
    command("jobs", "post_costs", f"--as-of={day}")
    command("jobs", "close_capitation", f"{last_month:%Y-%m}")
    command("jobs", "demo_work", f"--at={at.isoformat()}")
    add_leftovers()


LAYERS = {"demo": _lay_demo, "lived_in": _live_in}


def add_leftovers() -> None:
    """What no job and no demo account leaves behind: two records of one person made one, of which somebody could open
    one online; Maria's own result."""
    from core.db import acting_as, as_job
    from core.models import User
    from kpcare.demo import ancillary
    from labs.models import LabTest
    from members.actions import merge_members
    from members.models import Member, Proxy

    with as_job(User.objects.system("tests"), reason="one person"):
        known = Member.objects.filter(user=None, household__isnull=False).order_by("-mrn")[0]
        again = Member.objects.create(
            managing_organization_id=known.managing_organization_id,
            family=known.family,
            given=known.given,
            birth_date=known.birth_date,
            region_id=known.region_id,
        )
        Proxy.objects.create(
            member=again,
            user=User.objects.get(email="maria@demo.example"),
            relationship="carer",
            scopes=["view"],
            period=(None, None),
            granted_by=User.objects.system("tests"),
        )
    desk = User.objects.get(email="front.desk@demo.example")
    with acting_as(desk, reason="one person"):
        merge_members(known, again, by=desk, reason="the same person")
    ask_people(desk)
    with as_job(User.objects.system("tests"), reason="a result"):
        test = LabTest.objects.select_related("loinc").get(code="TSH")
        ancillary.order(test, Member.objects.get(user__email="maria@demo.example"), "routine", "released", "2.1")


def ask_people(desk: "User") -> None:
    """What waits for a second person, and for the one who is asked: a colleague as a proxy, a role for a member."""
    from django.utils import timezone

    from core.db import acting_as
    from core.models import User
    from members.access import ask_for_proxy
    from members.models import Member
    from network.offers import offer_role
    from network.querysets import managed_organizations

    accounts = {
        name: User.objects.get(email=f"{name}@demo.example") for name in ("maria", "physician", "administrator")
    }
    with acting_as(desk, reason="papers seen"):
        grown = Member.objects.filter(user=None, birth_date__lt="1980-01-01", deceased_at=None, status="active")
        member = grown.order_by("mrn")[0]
        asked = {"relationship": "carer", "scopes": ["view"], "start": timezone.localdate()}
        ask_for_proxy(member, accounts["physician"], by=desk, reason="Power of attorney seen", **asked)
    administrator = accounts["administrator"]
    with acting_as(administrator, reason="a volunteer"):
        (place,) = managed_organizations(administrator)[:1]
        offer_role(
            by=administrator, user=accounts["maria"], role="front_desk", organization=place, start=timezone.localdate()
        )


@pytest.fixture
def demo_sign_in(page: "Page") -> Callable[[str], "Page"]:
    """`demo_sign_in("nurse")` goes through the sign-in page with that demo account, as whoever sits at the desk.

    Who has signed in before in the same test comes back to their own browser, where they still are signed in.
    """
    browsers: dict[str, list[Any]] = {}
    at_desk: list[str] = []

    def enter(account: str) -> "Page":
        if at_desk:
            browsers[at_desk.pop()] = page.context.cookies()
        at_desk.append(account)
        page.context.clear_cookies()
        if account in browsers:
            page.context.add_cookies(browsers[account])
            page.goto("/")
            return page
        page.goto("/accounts/login/")
        page.locator("input[name=login]").fill(f"{account}@demo.example")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("form.kp-form .kp-button--main").click()
        page.wait_for_url(lambda url: "/accounts/login" not in url)
        return page

    return enter
