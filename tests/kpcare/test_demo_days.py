"""The demo world as each role meets it: every place of theirs opens, and the desk finds its work."""

import datetime
import os
import subprocess
import sys
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from zeal import zeal_ignore

from clinical.models import BreakTheGlass, Encounter
from core.db import as_job
from core.models import OutboxMessage, User
from core.navigation import portal_nav, staff_nav
from kpcare.demo import clinic_day
from members import matching
from members.models import MatchReview, Member
from network.models import RoleAssignment
from scheduling.models import Appointment, Slot
from tests.clinical.factories import arranging

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    """A small demo world, laid as `./kp seed` lays it; the load brings back every rule that it set aside."""
    before = rules()
    command = [sys.executable, "manage.py", "seed", "--members", "120", "--seed", "7"]
    env = {**os.environ, "KPCARE_LOGIN": "owner", "KPCARE_DEMO": "1", "DJANGO_SETTINGS_MODULE": "kpcare.settings"}
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert rules() == before


def rules() -> list[set[tuple]]:
    """What Postgres holds the rows to: constraints with whether they are validated, indexes, triggers that fire."""
    asked = (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint",
        "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal",
    )
    found = []
    with connection.cursor() as cursor:
        for statement in asked:
            cursor.execute(statement)
            found.append(set(cursor.fetchall()))
    return found


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


HOURS = ("00:00:30", "00:25", "09:10", "12:45", "16:50", "22:50", "23:47", "23:58:10")


@zeal_ignore()
def test_the_clinic_has_its_day_at_any_hour(world):
    """Laid on another day than the world's own, as the demo's next start lays it, over hours planned there already."""
    zone = ZoneInfo("America/Los_Angeles")
    midnight = datetime.datetime.now(zone).replace(hour=0, minute=0, second=0, microsecond=0) + datetime.timedelta(3)
    for local in HOURS:
        now = datetime.datetime.combine(midnight.date(), datetime.time.fromisoformat(local), zone)
        with arranging():
            assert clinic_day.lay(now) == len(clinic_day.VISITS), local
            today = Appointment.objects.on_day(midnight, midnight + datetime.timedelta(days=1))
            assert {row.status for row in today} == {"booked", "arrived", "roomed", "fulfilled"}, local
            assert Encounter.objects.filter(appointment__in=today, status="in-progress").count() == 1, local
            later = Slot.objects.between(now, midnight + datetime.timedelta(days=1)).with_free_seat()
            assert later.filter(session__clinician=today[0].clinician).exists(), f"{local}: nothing to book"
            assert clinic_day.lay(now) == 0, "a day that has its visits is left alone"
            transaction.set_rollback(True)


@zeal_ignore()
def test_every_role_finds_its_places_open_and_the_desk_its_work(world, rf):
    closed = []
    for user in User.objects.filter(email__endswith="@demo.example"):
        client, request = signed_in(user), rf.get("/")
        request.user = user
        nav = staff_nav if RoleAssignment.objects.filter(user=user).exists() else portal_nav
        links = nav.links(request)
        assert links, f"{user} has no place to go to"
        closed += [(user.email, link.url) for link in links if client.get(link.url).status_code != 200]
    assert not closed

    job = User.objects.system("tests")
    with as_job(job, reason="test"):
        maria = Member.objects.get(user__email="maria@demo.example")
        access = BreakTheGlass.objects.get()
        review = MatchReview.objects.get()
        pairs = [
            member.pk
            for member in Member.objects.order_by("pk")
            if any(match.score >= matching.SAME for match in matching.duplicates_of(member))
        ]
    assert access.member_id == maria.pk
    assert OutboxMessage.objects.filter(template="record_opened", user=maria.user, read_at=None).count() == 1
    assert len(pairs) >= 2, "somebody was registered twice"

    admin = signed_in(User.objects.get(email="plan.administrator@demo.example"))
    assert "enrolment-" in admin.get(reverse("interop:runs")).content.decode()
    page = admin.get(reverse("members:match", args=[review.pk]))
    assert page.context["candidates"], "the demo's question has a candidate"
    auditor = signed_in(User.objects.get(email="auditor@demo.example"))
    assert "chest pain" in auditor.get(reverse("clinical:accesses")).content.decode()
    home = signed_in(maria.user).get("/").content.decode()
    assert reverse("clinical:who_opened") in home
