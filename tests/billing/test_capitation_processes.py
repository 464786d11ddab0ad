"""The close in processes of its own: killed half way and started again, or started twice at once, it is one close."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from billing.capitation import close
from billing.capitation.close import close_month
from billing.models import CapitationEligibility, CapitationLine, CapitationRun, LedgerEntry, Posting
from billing.reconcile import differences
from core.db import as_job
from core.models import JobPartition, User
from network.models import Organization
from tests.billing.factories import World, make_world

pytestmark = pytest.mark.django_db(transaction=True)
OCTOBER = date(2026, 10, 1)
MEMBERS, SHARE = 12, 3

# Closes October in shares of three. `half way` is said in the second share, after its rows are written and before
# they are committed; then the process waits for what its input says, or for its end.
PROCESS = f"""
import django, sys, time
django.setup()
from datetime import date
from billing.capitation import close
from core.models import User
from network.models import Organization

close.SHARE = {SHARE}
compute, calls = close.compute, []

def watched(scope, lower, upper, **more):
    counts = compute(scope, lower, upper, **more)
    calls.append(lower)
    if sys.argv[1] == "stop" and len(calls) == 2:
        print("half way", flush=True)
        sys.stdin.readline()
    time.sleep(0.4)
    return counts

close.compute = watched
plan = Organization.objects.get(kind="health_plan")
by = User.objects.system("capitation-test")
print("ready", flush=True)
sys.stdin.readline()
close.close_month(plan, date(2026, 10, 1), by=by)
"""


@pytest.fixture
def world(transactional_db, monkeypatch) -> World:
    """Twelve members of all ages, priced by age."""
    monkeypatch.setattr(close, "SHARE", SHARE)
    with as_job(User.objects.system("capitation-test"), reason="test"):
        made = make_world()
        made.cell("100.00", age_to=40)
        made.cell("171.43", age_from=40)
        for number in range(MEMBERS):
            made.member(birth_date=date(1950 + number * 6, 5, 1))
    return made


@contextlib.contextmanager
def closing(how: str):
    """A process that closes October once it is told to."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROCESS, how],
        env={**os.environ, "KPCARE_LOGIN": "jobs", "DJANGO_SETTINGS_MODULE": "kpcare.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def go(process: subprocess.Popen) -> None:
    process.stdin.write("\n")
    process.stdin.flush()


def rows() -> dict[str, list]:
    """What a close leaves, without ids and instants that no two runs share."""
    with as_job(User.objects.system("capitation-test"), reason="test"):
        return {
            "runs": list(CapitationRun.objects.values_list("payment_month", "version", "status")),
            "eligibility": list(
                CapitationEligibility.objects.order_by("member", "service_month").values_list(
                    "member", "service_month", "age", "covered_days"
                )
            ),
            "lines": list(
                CapitationLine.objects.order_by("member", "service_month").values_list(
                    "member", "service_month", "rate", "amount"
                )
            ),
            "entries": [LedgerEntry.objects.count()],
            "postings": sorted(Posting.objects.values_list("account__code", "amount")),
            "differences": differences(),
        }


def undisturbed(world: World) -> dict[str, list]:
    """What one close leaves, found out and taken back."""

    class TakeBack(Exception):
        pass

    by = User.objects.system("capitation-test")
    found: dict[str, list] = {}
    with contextlib.suppress(TakeBack), as_job(by, reason="test"):
        close_month(world.plan, OCTOBER, by=by)
        found = rows()
        raise TakeBack
    assert len(found["lines"]) == len(found["eligibility"]) == MEMBERS
    assert found["differences"] == []
    return found


def test_killed_half_way_and_started_again_it_leaves_the_rows_of_one_close(world):
    expected = undisturbed(world)
    with closing("stop") as process:
        go(process)
        assert process.stdout.readline() == "half way\n"
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    left = rows()
    assert 0 < len(left["lines"]) < MEMBERS / 2, "the first share is kept, the second is gone with its process"
    assert left["entries"] == [0]

    JobPartition.objects.filter(status="running").update(lease_until=timezone.now())
    by = User.objects.system("capitation-test")
    until = time.monotonic() + 20
    while close_month(world.plan, OCTOBER, by=by).status != "posted" and time.monotonic() < until:
        time.sleep(0.1)

    assert rows() == expected


def test_two_closes_at_once_are_one(world):
    expected = undisturbed(world)
    with closing("run through") as one, closing("run through") as two:
        go(one)
        go(two)
        assert (one.wait(30), two.wait(30)) == (0, 0)

    workers = {worker.partition("#")[0] for worker in JobPartition.objects.values_list("worker", flat=True)}
    assert len(workers) == 2, "both took part"
    assert rows() == expected
    assert Organization.objects.filter(kind="health_plan").count() == 1
    assert sum(line[3] for line in expected["lines"]) > Decimal("1200.00")
