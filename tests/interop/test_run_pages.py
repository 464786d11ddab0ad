"""Import runs on the screen: what was set aside, another try, a dismissal, and who may."""

import json

import pytest

from core.db import acting_as, as_job
from core.models import AuditEvent
from interop.models import ImportRun, SetAside
from tests.network.factories import make_staff, make_system


@pytest.fixture
def run(db) -> ImportRun:
    system = make_system()
    admin = make_staff("plan_administrator", system)
    with as_job(admin, reason="test"):
        made = ImportRun.objects.create(
            kind="x12_834",
            managing_organization=system,
            file_name="april.834",
            digest="0" * 64,
            status="done",
            started_by=admin,
            counts={"accepted": 7, "unchanged": 2, "set_aside": 1},
        )
        SetAside.objects.create(
            run=made,
            managing_organization=system,
            position="segment 12, loop 2000 (INS)",
            code="unknown_group",
            reason="Enter the group.",
            payload="",
        )
    return made


def test_a_plan_administrator_reads_what_was_set_aside_and_why(client, run):
    client.force_login(run.started_by)
    assert "april.834" in client.get("/staff/imports/").content.decode()
    page = client.get(f"/staff/imports/{run.pk}/").content.decode()
    assert "Enter the group." in page
    assert "segment 12, loop 2000 (INS)" in page


def test_another_try_goes_to_a_worker_once_the_request_is_committed(
    client, run, monkeypatch, django_capture_on_commit_callbacks
):
    sent: list = []
    monkeypatch.setattr("interop.views.runs.replay_run.delay", lambda *arguments: sent.append(arguments))
    client.force_login(run.started_by)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/staff/imports/{run.pk}/replay/")
    assert sent == [(str(run.pk), str(run.started_by_id))]


def test_a_dismissed_record_stays_in_the_list(client, run):
    client.force_login(run.started_by)
    with as_job(run.started_by, reason="test"):
        row = run.set_aside.get()
    client.post(f"/staff/imports/{run.pk}/set-aside/{row.pk}/dismiss/")
    with as_job(run.started_by, reason="test"):
        row.refresh_from_db()
    assert (row.status, row.resolved_by) == ("dismissed", run.started_by)


def test_another_systems_administrator_sees_nothing_of_it(client, run):
    client.force_login(make_staff("plan_administrator", make_system("Elsewhere")))
    assert "april.834" not in client.get("/staff/imports/").content.decode()
    assert client.get(f"/staff/imports/{run.pk}/").status_code == 404
    assert client.post(f"/staff/imports/{run.pk}/replay/").status_code == 404
    with as_job(run.started_by, reason="test"):
        row = run.set_aside.get()
    assert client.post(f"/staff/imports/{run.pk}/set-aside/{row.pk}/dismiss/").status_code == 404


@pytest.mark.django_db
def test_postgres_itself_shows_nobody_what_another_system_sent(run):
    """Row-level security, whatever a query forgot."""
    ours, theirs = run.started_by, make_staff("plan_administrator", make_system("Elsewhere"))
    for user, seen in ((ours, 1), (theirs, 0)):
        with acting_as(user, reason="test"):
            assert (ImportRun.objects.count(), SetAside.objects.count()) == (seen, seen)


@pytest.mark.parametrize("role", ["physician", "front_desk"])
def test_others_do_not_see_people_as_sent(client, run, role):
    client.force_login(make_staff(role, run.managing_organization))
    assert client.get("/staff/imports/").status_code == 403
    assert client.get(f"/staff/imports/{run.pk}/").status_code == 403
    assert client.post(f"/staff/imports/{run.pk}/replay/").status_code == 403


def test_reasons_are_counted_and_what_was_decided_moves_to_its_own_tab(client, run):
    with as_job(run.started_by, reason="test"):
        for number in range(3):
            SetAside.objects.create(
                run=run,
                managing_organization=run.managing_organization,
                position=f"segment {number}",
                code="no_group",
                reason="Name it.",
                payload="",
            )
        first = run.set_aside.get(code="unknown_group")
    client.force_login(run.started_by)
    page = client.get(f"/staff/imports/{run.pk}/")
    assert [(row["code"], row["many"]) for row in page.context["reasons"]] == [("no_group", 3), ("unknown_group", 1)]
    only = client.get(f"/staff/imports/{run.pk}/", {"code": "unknown_group"}).content.decode()
    assert "segment 12" in only
    assert "segment 2" not in only
    client.post(f"/staff/imports/{run.pk}/set-aside/{first.pk}/dismiss/")
    assert "segment 12" not in client.get(f"/staff/imports/{run.pk}/").content.decode()
    assert "segment 12" in client.get(f"/staff/imports/{run.pk}/", {"status": "dismissed"}).content.decode()
    shown = client.get(f"/staff/imports/{run.pk}/").context["figures"]
    figures = {str(figure["label"]): figure["value"] for figure in shown}
    assert (figures["Waiting"], figures["Dismissed"]) == (3, 1)


def test_a_record_as_sent_is_opened_by_whoever_mends_it_and_logged(client, run):
    with as_job(run.started_by, reason="test"):
        row = SetAside.objects.create(
            run=run,
            managing_organization=run.managing_organization,
            position="segment 30",
            code="no_group",
            reason="Name it.",
            payload=json.dumps({"x12": "INS*Y*18*021~NM1*IL*1*OKAFOR*ADA~", "follows": None}),
        )
    client.force_login(run.started_by)
    page = client.get(f"/staff/imports/{run.pk}/set-aside/{row.pk}/")
    assert page.context["lines"] == ["INS*Y*18*021~", "NM1*IL*1*OKAFOR*ADA~"]
    assert AuditEvent.objects.filter(verb="interop.set_aside", object_id=str(row.pk)).count() == 1
    client.force_login(make_staff("auditor", run.managing_organization))
    assert client.get(f"/staff/imports/{run.pk}/").status_code == 200
    assert client.get(f"/staff/imports/{run.pk}/set-aside/{row.pk}/").status_code == 403
    client.force_login(make_staff("plan_administrator", make_system()))
    assert client.get(f"/staff/imports/{run.pk}/set-aside/{row.pk}/").status_code == 404
