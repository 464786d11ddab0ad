"""What a committed change leaves to workers is looked at at once; beat finds what a wake-up lost."""

import pytest
from django.db import transaction

from core import audit, wakeups
from core.db import as_job
from core.models import User
from core.models.audit import AuditEvent
from prevention import tasks
from tests.members.factories import make_member
from tests.network.factories import make_system

pytestmark = pytest.mark.django_db


@pytest.fixture
def woken(monkeypatch):
    """How often a worker was asked to look at changed members."""
    asked = []
    monkeypatch.setattr(tasks.changed_members, "apply_async", lambda **options: asked.append(options))
    return asked


def change(member=None, times=1):
    by = User.objects.system("tests")
    with as_job(by, reason="test"):
        for _ in range(times):
            audit.record(by=by, action="update", verb="test.change", member_id=member and member.pk)


def test_changes_about_members_wake_one_worker_after_commit(woken, django_capture_on_commit_callbacks):
    member = make_member(make_system())
    with django_capture_on_commit_callbacks(execute=True):
        change(member, times=3)
        assert not woken
    assert len(woken) == 1


def test_what_is_about_nobody_wakes_nobody(woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        change()
    assert not woken


def test_what_is_taken_back_wakes_nobody(woken, django_capture_on_commit_callbacks):
    member = make_member(make_system())
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError), transaction.atomic():
        change(member)
        raise RuntimeError
    assert not woken


def test_a_world_that_is_laid_leaves_everything_to_the_sweep(woken, django_capture_on_commit_callbacks):
    member, others = make_member(make_system()), []
    with django_capture_on_commit_callbacks(execute=True):
        change(member)
        transaction.on_commit(lambda: others.append("another's"))
        wakeups.leave_to_the_sweep()
    assert not woken
    assert others == ["another's"]


@pytest.mark.django_db(transaction=True)
def test_without_redis_the_change_stands(monkeypatch):
    def unreachable(**options):
        raise ConnectionError("Redis is away")

    monkeypatch.setattr(tasks.changed_members, "apply_async", unreachable)
    member = make_member(make_system())
    change(member)
    with as_job(User.objects.system("tests"), reason="test"):
        assert AuditEvent.objects.filter(verb="test.change", member_id=member.pk).count() == 1
