"""Pages of those who watch: auditors see whom they reach, members see who looked, and the rest see nothing."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinical.access import break_the_glass
from core import audit, jobs, outbox
from core.db import acting_as, as_job
from core.models import AuditEvent, JobPartition, JobRun, User
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
    assert "view chart (clinical)" in said
    assert "Dr. Amara Chen" in said
    assert opened["maria"].family in said, "whose record, by name and number"
    assert "view foreign" not in said
    assert 'role="search"' not in said, "who may not search members is not offered to"
    assert AuditEvent.objects.filter(verb="core.view_audit", user_id=auditor.pk).count() == 1


def test_filters_by_member_user_day_and_reason(client, opened):
    sign_in(client, make_staff("auditor", opened["system"]))

    def verbs(**asked):
        page = client.post(reverse("core:audit_log"), asked, follow=True)
        return {event.verb for event, *_ in page.context["events"]}

    mrn = opened["maria"].mrn
    assert verbs(record_number=f"{mrn[:4]} {mrn[4:]}") == {"clinical.break_the_glass", "clinical.view_chart"}
    assert verbs(record_number=opened["foreign"].mrn) == set()
    assert verbs(glass="on") == {"clinical.break_the_glass"}
    assert verbs(user="nobody@example.test") == set()
    assert "clinical.view_chart" in verbs(user=opened["physician"].email)
    assert verbs(since="2090-01-01") == set()
    assert verbs(until="2001-01-01") == set()


def test_what_is_asked_is_posted_and_the_address_names_people_by_key(client, opened):
    sign_in(client, make_staff("auditor", opened["system"]))
    maria, physician = opened["maria"], opened["physician"]
    asked = {"record_number": maria.mrn, "user": physician.email, "since": "2020-01-01", "glass": "on"}
    answer = client.post(reverse("core:audit_log"), asked)
    for personal in (maria.mrn, physician.email, "%40"):
        assert personal not in answer.url
    page = client.get(answer.url)
    assert {event.verb for event, *_ in page.context["events"]} == {"clinical.break_the_glass"}
    assert len(page.context["whose"]) == 2
    assert maria.family in page.context["whose"][0]
    # Whoever is asked for next takes the place of the one before.
    again = client.post(
        reverse("core:audit_log"), {"member": str(maria.pk), "record_number": opened["foreign"].mrn}, follow=True
    )
    assert list(again.context["events"]) == []
    assert client.post(reverse("core:audit_log"), {"since": "never"}).context["form"].errors
    unknown = client.post(reverse("core:audit_log"), {"user": "nobody@example.test"}, follow=True)
    assert list(unknown.context["events"]) == []


def test_a_list_on_which_somebody_stood_is_found_by_them_and_told_to_them(client, opened):
    nurse, maria, other = make_staff("nurse", opened["system"]), opened["maria"], make_member(opened["system"])
    User.objects.filter(pk=nurse.pk).update(name="Nurse Okafor")
    with acting_as(nurse, reason="test"):
        audit.record_read(nurse, verb="clinical.in_basket", members=[maria.pk])
        audit.record_read(nurse, verb="clinical.day_list", members=[other.pk])
    sign_in(client, make_staff("auditor", opened["system"]))
    page = client.post(reverse("core:audit_log"), {"record_number": maria.mrn}, follow=True)
    verbs = {event.verb for event, *_ in page.context["events"]}
    assert "clinical.in_basket" in verbs
    assert "clinical.day_list" not in verbs
    sign_in(client, maria.user)
    assert "Nurse Okafor" in client.get(reverse("clinical:who_opened")).content.decode()


def test_entries_about_nobody_are_seen_by_the_system_whose_people_made_them(client, opened):
    """A worker and a member of each system, somebody not signed in, and a list of others on which Maria stood."""
    other = opened["foreign"].managing_organization
    foreign_clerk, clerk = make_staff("front_desk", other), make_staff("front_desk", opened["system"])
    stranger = make_member(other, user=make_user("Brown"))
    audit.record_read(clerk, verb="clinical.our_search")
    audit.record_read(opened["maria"].user, verb="core.our_sign_in")
    audit.record_read(stranger.user, verb="core.their_sign_in")
    audit.record_read(foreign_clerk, verb="clinical.their_search", members=[opened["maria"].pk])
    audit.record_read(None, verb="core.failed_sign_in")

    def verbs(reader, **asked):
        sign_in(client, reader)
        page = client.post(reverse("core:audit_log"), asked, follow=True)
        return {event.verb for event, *_ in page.context["events"]}

    ours, theirs = make_staff("auditor", opened["system"]), make_staff("auditor", other)
    seen, foreign = verbs(ours), verbs(theirs)
    assert {"clinical.our_search", "core.our_sign_in", "clinical.view_chart"} <= seen
    assert not seen & {"clinical.their_search", "core.their_sign_in", "core.failed_sign_in", "clinical.view_foreign"}
    assert {"clinical.their_search", "core.their_sign_in", "clinical.view_foreign"} <= foreign
    assert not foreign & {"clinical.our_search", "core.our_sign_in", "core.failed_sign_in", "clinical.view_chart"}
    for asked in ({"record_number": opened["maria"].mrn}, {"member": str(opened["maria"].pk)}):
        assert "clinical.their_search" in verbs(ours, **asked), "whoever read about our member"
    assert verbs(theirs, member=str(opened["maria"].pk)) == {"clinical.their_search"}, "what their own people did"
    assert verbs(theirs, user=clerk.email) == set()


def test_where_there_is_one_system_what_nobody_signed_in_did_is_its_own(client):
    auditor = make_staff("auditor", make_system())
    audit.record_read(None, verb="core.failed_sign_in")
    sign_in(client, auditor)
    page = client.get(reverse("core:audit_log"))
    assert "core.failed_sign_in" in {event.verb for event, *_ in page.context["events"]}


def test_messages_of_another_system_are_not_shown(client, opened):
    other = opened["foreign"].managing_organization
    clerk, foreign_clerk = make_staff("front_desk", opened["system"]), make_staff("front_desk", other)
    for key, to in (
        ("ours", {"user": clerk, "address": "our.clerk@example.test"}),
        ("maria", {"member_id": opened["maria"].pk, "address": "maria@example.test"}),
        ("theirs", {"user": foreign_clerk, "address": "their.clerk@example.test"}),
        ("foreign", {"member_id": opened["foreign"].pk, "address": "foreign@example.test"}),
        ("nobody", {"address": "nobody@example.test"}),
    ):
        outbox.enqueue(dedupe_key=key, channel="email", template="invitation", url_path="/", **to)
    for system, shown in (
        (opened["system"], {"our.clerk@example.test", "maria@example.test"}),
        (other, {"their.clerk@example.test", "foreign@example.test"}),
    ):
        sign_in(client, make_staff("plan_administrator", system))
        rows = client.get(reverse("core:messages_sent")).context["rows"]
        named = {message.address for message, _text in rows if message.template == "invitation"}
        assert named == shown
        assert {message.member_id for message, _text in rows if message.member_id} <= {
            member.pk for member in (opened["maria"], opened["foreign"]) if member.managing_organization_id == system.pk
        }


@pytest.mark.parametrize("asked", [{"until": "9999-12-31"}, {"before": "²"}, {"since": "0001-01-01"}])
def test_an_odd_question_is_no_fault_of_ours(client, opened, asked):
    sign_in(client, make_staff("auditor", opened["system"]))
    assert client.get(reverse("core:audit_log"), asked).status_code == 200


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


# --- jobs started by hand ---------------------------------------------------------------------------------------


@pytest.fixture
def started(monkeypatch):
    """What was handed to the workers, instead of handing it."""
    sent: list = []
    monkeypatch.setattr("core.tasks.work_run.delay", lambda run: sent.append(("run", run)))
    monkeypatch.setattr("billing.tasks.close_month_for.delay", lambda *asked: sent.append(("close", *asked)))
    return sent


def test_prevention_is_started_by_whoever_may_and_on_record(client, started, django_capture_on_commit_callbacks):
    admin = make_staff("plan_administrator", make_system())
    sign_in(client, admin)
    page = client.get(reverse("core:job_runs")).content.decode()
    assert "Evaluate prevention" in page
    assert "Close a month of capitation" not in page
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("core:start_job", args=["prevention"]))
    run = JobRun.objects.get(kind="prevention")
    assert ("run", str(run.pk)) in started
    event = AuditEvent.objects.get(verb="core.start_job")
    assert (event.user_id, event.detail["job"]) == (admin.pk, "prevention")
    assert run.started_by_id == admin.pk
    assert f"Prevention, {run.key}" in client.get(reverse("core:job_runs")).content.decode()


def test_a_month_is_closed_by_finance_for_its_own_plan_only(client, started, django_capture_on_commit_callbacks):
    from tests.billing.factories import make_world

    with as_job(User.objects.system("tests"), reason="test"):
        world, other = make_world(), make_world()
    sign_in(client, make_staff("finance", world.plan))
    url = reverse("core:start_job", args=["capitation"])
    with django_capture_on_commit_callbacks(execute=True):
        for plan, month in ((other.plan, "2026-10"), (world.plan, "2090-10"), (world.plan, "soon")):
            client.post(url, {"plan": str(plan.pk), "month": month})
    assert not started
    assert not AuditEvent.objects.filter(verb="core.start_job").exists()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url, {"plan": str(world.plan.pk), "month": "2026-10"})
    ((_close, plan_id, month, _user),) = started
    assert (plan_id, month) == (str(world.plan.pk), "2026-10-01")


@pytest.mark.parametrize(("role", "name"), [("finance", "prevention"), ("plan_administrator", "capitation")])
def test_each_job_asks_for_its_own_right(client, started, role, name):
    sign_in(client, make_staff(role, make_system()))
    assert client.post(reverse("core:start_job", args=[name])).status_code == 403
    assert client.post(reverse("core:start_job", args=["no-such-job"])).status_code == 404
    assert not started


def test_auditors_watch_and_start_nothing(client, started):
    sign_in(client, make_staff("auditor", make_system()))
    assert "Run now" not in client.get(reverse("core:job_runs")).content.decode()
    assert client.post(reverse("core:start_job", args=["prevention"])).status_code == 403


def test_a_run_says_how_far_how_fast_and_how_long_it_still_takes(client):
    admin = make_staff("plan_administrator", make_system())
    now = timezone.now()
    run = JobRun.objects.create(
        kind="counting", key="k", started_by=admin, status="running", started_at=now - timedelta(seconds=100)
    )
    for number in range(1, 5):
        done = number <= 2
        JobPartition.objects.create(
            run=run,
            number=number,
            lower=uuid.UUID(int=number),
            status="done" if done else "queued",
            counts={"members": 25_000} if done else {},
        )
    sign_in(client, admin)
    said = client.get(reverse("core:job_progress", args=[run.pk])).content.decode()
    assert "about 1 min left" in said
    assert "members a second" in said
    rate = jobs.progress(run, now=now).per_second
    assert rate == pytest.approx(500, rel=0.05)


def test_a_run_is_stopped_and_taken_up_again_where_it_stood(client, started):
    clerk = User.objects.system("test")
    run = jobs.start_run(by=clerk, kind="test", key="2026-11", partitions=1)
    admin = make_staff("plan_administrator", make_system())
    sign_in(client, admin)
    stop = reverse("core:stop_job", args=[run.pk])
    assert stop in client.get(reverse("core:job_runs")).content.decode()

    client.post(stop)

    run.refresh_from_db()
    assert run.status == "cancelled"
    assert AuditEvent.objects.get(verb="core.cancel_run").user_id == admin.pk
    jobs.work(run, lambda run, share: pytest.fail("a stopped run is not worked on"))

    again = jobs.start_run(by=clerk, kind="test", key="2026-11", partitions=1)
    assert jobs.work(again, lambda run, share: {"members": 3}).totals == {"members": 3}
    assert client.post(stop).status_code == 302
    again.refresh_from_db()
    assert again.status == "done", "what has ended is not stopped"


def test_who_only_watches_stops_nothing(client):
    run = jobs.start_run(by=User.objects.system("test"), kind="test", key="2026-12", partitions=1)
    sign_in(client, make_staff("auditor", make_system()))

    assert client.post(reverse("core:stop_job", args=[run.pk])).status_code == 403
    assert reverse("core:stop_job", args=[run.pk]) not in client.get(reverse("core:job_runs")).content.decode()
