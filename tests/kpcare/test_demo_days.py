"""The demo world as each role meets it: every place of theirs opens, and the desk finds its work."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from zeal import zeal_ignore

from clinical.models import BreakTheGlass
from core.db import as_job
from core.models import OutboxMessage, User
from core.navigation import portal_nav, staff_nav
from members import matching
from members.models import MatchReview, Member
from network.models import RoleAssignment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    """A small demo world, laid as `./kp seed` lays it."""
    command = [sys.executable, "manage.py", "seed", "--members", "120", "--seed", "7"]
    env = {**os.environ, "KPCARE_LOGIN": "owner", "KPCARE_DEMO": "1", "DJANGO_SETTINGS_MODULE": "kpcare.settings"}
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


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
