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
# Days that have not been seen green yet: they are not run, so that they hide nothing and are not forgotten.
OWED = pytest.mark.xfail(run=False, reason="owed: written for these screens and not yet seen green")
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
    """Holds the name of the seeded database once the first test has made it; drops it at the end."""
    from tests import database

    held: dict[str, str] = {}
    yield held
    if held:
        database.drop(held["name"])


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
    if seeded:
        database.clone(seeded["name"], database_name)
    else:
        command("owner", "seed", f"--members={MEMBERS}", f"--at={clinic_morning.isoformat()}")
        command("jobs", "evaluate_prevention", "--processes=1", f"--as-of={clinic_morning.date()}")
        database.disconnect(database_name)
        name = f"test_{os.getpid()}_demo_{database_name.rpartition('_')[2]}"
        database.clone(database_name, name)
        seeded["name"] = name
    terminology.forget()
    real, ahead = timezone.now, clinic_morning - timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: real() + ahead)


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
