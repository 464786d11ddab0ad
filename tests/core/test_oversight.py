"""Pages of those who watch: auditors see whom they reach, members see who looked, and the rest see nothing."""

import pytest
from django.urls import reverse

from clinical.access import break_the_glass
from core import audit, jobs, outbox
from core.db import acting_as, as_job
from core.models import AuditEvent, JobRun, User
from tests.members.factories import make_member
from tests.network.factories import make_staff, make_system, make_user

pytestmark = pytest.mark.django_db
REASON = "Found unconscious at the entrance"


def sign_in(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


@pytest.fixture
def opened():
    """A physician opened Maria's record for a reason; another system has an event of its own."""
    system, second = make_system(), make_system()
    maria = make_member(system, user=make_user("Maria"))
    foreign = make_member(second)
    physician = make_staff("physician", system)
    User.objects.filter(pk=physician.pk).update(name="Dr. Amara Chen")
    with acting_as(physician, reason="test"):
        break_the_glass(by=physician, member=maria, reason=REASON)
        audit.record_read(physician, verb="clinical.view_chart", member_id=maria.pk)
    with as_job(physician, reason="test"):
        audit.record_read(physician, verb="clinical.view_foreign", member_id=foreign.pk)
    return {"system": system, "maria": maria, "foreign": foreign, "physician": physician}


def test_an_auditor_sees_their_own_system_and_is_logged(client, opened):
    auditor = make_staff("auditor", opened["system"])
    sign_in(client, auditor)
    page = client.get(reverse("core:audit_log"))
    said = page.content.decode()
    assert "clinical.view_chart" in said
    assert "Dr. Amara Chen" in said
    assert "clinical.view_foreign" not in said
    assert AuditEvent.objects.filter(verb="core.view_audit", user_id=auditor.pk).count() == 1


def test_filters_by_member_user_day_and_reason(client, opened):
    sign_in(client, make_staff("auditor", opened["system"]))

    def verbs(**asked):
        page = client.get(reverse("core:audit_log"), asked)
        return {event.verb for event, _ in page.context["events"]}

    mrn = opened["maria"].mrn
    assert verbs(record_number=f"{mrn[:4]} {mrn[4:]}") == {"clinical.break_the_glass", "clinical.view_chart"}
    assert verbs(record_number=opened["foreign"].mrn) == set()
    assert verbs(glass="on") == {"clinical.break_the_glass"}
    assert verbs(user="nobody@example.test") == set()
    assert "clinical.view_chart" in verbs(user=opened["physician"].email)
    assert verbs(since="2090-01-01") == set()
    assert verbs(until="2001-01-01") == set()


@pytest.mark.parametrize("name", ["audit_log", "messages_sent", "job_runs"])
@pytest.mark.parametrize("role", ["physician", "front_desk", None])
def test_everybody_else_is_refused(client, name, role):
    system = make_system()
    sign_in(client, make_staff(role, system) if role else make_user())
    assert client.get(reverse(f"core:{name}")).status_code == 403


def test_the_member_sees_who_opened_the_record_and_why(client, opened):
    sign_in(client, opened["maria"].user)
    said = client.get(reverse("clinical:who_opened")).content.decode()
    assert REASON in said
    assert "Dr. Amara Chen" in said


def test_another_member_does_not(client, opened):
    other = make_member(opened["system"], user=make_user("Brown"))
    sign_in(client, other.user)
    assert REASON not in client.get(reverse("clinical:who_opened")).content.decode()


def test_messages_sent_show_no_text_outside_a_demo(client, settings):
    outbox.enqueue(
        dedupe_key="x", channel="email", template="invitation", address="m@example.test", url_path="/secret/"
    )
    sign_in(client, make_staff("plan_administrator", make_system()))
    assert "/secret/" in client.get(reverse("core:messages_sent")).content.decode()
    settings.DEMO = False
    assert "/secret/" not in client.get(reverse("core:messages_sent")).content.decode()


def test_a_running_job_is_asked_for_again_and_a_finished_one_is_not(client):
    clerk = User.objects.system("test")
    run = jobs.start_run(by=clerk, kind="test", key="2026-10", partitions=1)
    sign_in(client, make_staff("finance", make_system()))
    url = reverse("core:job_progress", args=[run.pk])
    assert f'hx-get="{url}"' in client.get(url).content.decode()

    jobs.work(run, lambda run, share: {"members": 1200})
    said = client.get(url).content.decode()
    assert "hx-get" not in said
    assert "members 1,200" in said
    assert "test 2026-10" in client.get(reverse("core:job_runs")).content.decode()


def test_totals_that_are_no_numbers_do_not_break_the_list(client):
    run = jobs.start_run(by=User.objects.system("test"), kind="test", key="2026-11", partitions=1)
    jobs.work(run, lambda run, share: {"members": 5})
    JobRun.objects.filter(pk=run.pk).update(totals={"members": 5, "open": {"a system": {"rule": 1}}})
    sign_in(client, make_staff("finance", make_system()))
    page = client.get(reverse("core:job_runs"))
    assert page.status_code == 200
    assert "members 5" in page.content.decode()
