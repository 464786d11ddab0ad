"""The demo world for browser tests: seeded once a session, cloned for each test, signed in to by its own accounts.

It is a working day's morning there, whenever the tests run: their clock stands at `morning()` when a test begins.
"""

import datetime
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
MEMBERS = 600
CLINIC = ZoneInfo("America/Los_Angeles")
SEVEN_PAST_TEN = datetime.time(10, 7)
PASSWORD = "kpcare-demo"


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


@pytest.fixture(scope="session")
def clinic_morning() -> datetime.datetime:
    return morning(datetime.datetime.now(datetime.UTC))


@pytest.fixture(scope="session")
def seeded() -> Iterator[dict[str, str]]:
    """Holds the names of the worlds' databases once the first test has made them; drops them at the end."""
    from tests import database

    held: dict[str, str] = {}
    yield held
    for name in held.values():
        database.drop(name)


@pytest.fixture
def demo(
    transactional_db: None,
    database_name: str,
    seeded: dict[str, str],
    clinic_morning: datetime.datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A demo world of `MEMBERS` people, evaluated, in this test's database; the server's clock is at its morning."""
    from django.db import connections
    from django.utils import timezone

    from core import terminology
    from tests import database

    connections.close_all()
    if "demo" in seeded:
        database.clone(seeded["demo"], database_name)
    else:
        command("owner", "seed", f"--members={MEMBERS}", f"--at={clinic_morning.isoformat()}")
        command("jobs", "evaluate_prevention", "--processes=1", f"--as-of={clinic_morning.date()}")
        seeded["demo"] = kept(database_name, "demo")
    terminology.forget()
    real, ahead = timezone.now, clinic_morning - timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: real() + ahead)


def kept(database_name: str, world: str) -> str:
    """A copy of the test's database to clone for the next test; its name."""
    from tests import database

    database.disconnect(database_name)
    name = f"test_{os.getpid()}_{world}_{database_name.rpartition('_')[2]}"
    database.clone(database_name, name)
    return name


@pytest.fixture
def lived_in(demo: None, database_name: str, seeded: dict[str, str], clinic_morning: datetime.datetime) -> None:
    """The demo world after its first jobs and some weeks' work: every room has rows to look at."""
    from django.db import connections

    from tests import database

    connections.close_all()
    if "lived_in" in seeded:
        database.clone(seeded["lived_in"], database_name)
        return
    at, day = clinic_morning.isoformat(), clinic_morning.date()
    last_month = day.replace(day=1) - datetime.timedelta(days=1)
    command("jobs", "evaluate_registries", "--processes=1", f"--as-of={day}")
    command("jobs", "post_costs", f"--as-of={day}")
    command("jobs", "close_capitation", f"{last_month:%Y-%m}")
    command("jobs", "demo_work", f"--at={at}")
    add_leftovers()
    connections.close_all()
    seeded["lived_in"] = kept(database_name, "lived_in")


def add_leftovers() -> None:
    """What no job and no demo account leaves behind: two records of one person made one; Maria's own result."""
    from core.db import acting_as, as_job
    from core.models import User
    from kpcare.demo import ancillary
    from labs.models import LabTest
    from members.actions import merge_members
    from members.models import Member

    with as_job(User.objects.system("tests"), reason="one person"):
        known = Member.objects.filter(user=None, household__isnull=False).order_by("-mrn")[0]
        again = Member.objects.create(
            managing_organization_id=known.managing_organization_id,
            family=known.family,
            given=known.given,
            birth_date=known.birth_date,
            region_id=known.region_id,
        )
    desk = User.objects.get(email="front.desk@demo.example")
    with acting_as(desk, reason="one person"):
        merge_members(known, again, by=desk, reason="the same person")
    with as_job(User.objects.system("tests"), reason="a result"):
        test = LabTest.objects.select_related("loinc").get(code="TSH")
        ancillary.order(test, Member.objects.get(user__email="maria@demo.example"), "routine", "released", "2.1")


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
