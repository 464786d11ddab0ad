"""What people do: calls, letters, reports of what was done elsewhere; and vaccines that are due as gaps."""

import csv
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from clinical.models import Encounter, Observation, Procedure, ServiceRequest, Task
from core.db import acting_as, as_job
from core.models import AuditEvent, User
from hospitals.models import Stay
from members.models import CommunicationPreference, Household, Member
from network.models import RoleAssignment
from prevention.actions import evaluate_members
from prevention.engine.evaluate import Partition
from prevention.measures.colon_cancer_screening_2025 import COLONOSCOPY
from prevention.models import (
    CareGap,
    ElsewhereReport,
    HomeKit,
    ImmunisationEvaluation,
    ImmunisationForecast,
    OutreachContact,
    OutreachPolicy,
)
from prevention.outreach import letters
from prevention.outreach.calls import open_calls
from prevention.outreach.elsewhere import FACTS, accept_report, report_elsewhere
from prevention.outreach.vaccines import sync_vaccine_gaps
from prevention.rules import RULES
from tests.clinical import factories as clinic
from tests.clinical.factories import arranging
from tests.prevention import charts
from tests.prevention.outreach.factories import at_any_hour, gap, policy, protocols, reached_by, waits

pytestmark = pytest.mark.django_db
# Their lists are the official ones, which the tests of the rules themselves read.
OFFICIAL = ("breast_screening", "colorectal_screening", "cervical_screening", "hba1c")


@pytest.fixture
def world():
    made = clinic.World()
    with arranging():
        policy(made.system)
        at_any_hour()
        protocols(made.system, made.chen)
        made.cora = clinic.account("Cora Dinator")
        clinic.role(made.cora, RoleAssignment.Role.CARE_COORDINATOR, made.system, made.department)
        made.other_cora = clinic.account("Otto Dinator")
        clinic.role(made.other_cora, RoleAssignment.Role.CARE_COORDINATOR, made.other_system)
        made.gap = gap(made.maria)
        reached_by(made.maria, "phone", "letter")
    return made


def again(row):
    with arranging():
        row.refresh_from_db()
    return row


# --- Calls ----------------------------------------------------------------------------------------------------


def test_one_call_a_household(client, world):
    with arranging():
        home = Household.objects.create(managing_organization=world.system)
        Member.objects.filter(pk__in=[world.maria.pk, world.pedro.pk]).update(household=home)
        waits(world.gap, "call")
        waits(gap(world.pedro), "call")
    with arranging():
        (call,) = open_calls()
        assert {one.member_id for one in (*call.reminders, *call.others)} == {world.maria.pk, world.pedro.pk}

    client.force_login(world.cora)
    page = client.get(reverse("prevention:calls")).content.decode()
    assert page.count("kp-work__open") == 1


def test_nobody_there_is_tried_three_times(client, world):
    with arranging():
        call = waits(world.gap, "call")
    client.force_login(world.cora)
    for attempt in range(1, 4):
        client.post(reverse("prevention:call", args=[call.pk]), {"outcome": "no_answer", "note": ""})
        assert again(call).status == ("queued" if attempt < 3 else "sent")
        assert again(call).send_after > timezone.now() or attempt == 3


def test_declined_on_the_telephone_needs_their_words(client, world):
    with arranging():
        call = waits(world.gap, "call")
    client.force_login(world.cora)
    url = reverse("prevention:call", args=[call.pk])

    assert client.post(url, {"outcome": "declined", "note": ""}).status_code == 422
    client.post(url, {"outcome": "declined", "note": "I am 74 and content"})

    assert (again(world.gap).status, again(world.gap).deferred_until) == ("deferred", None)
    assert again(world.gap).defer_reason == "I am 74 and content"
    assert again(call).status == "sent"


@pytest.mark.parametrize(
    ("outcome", "status", "reports"),
    [("not_now", "deferred", 0), ("declined", "deferred", 0), ("done_elsewhere", "open", 1), ("no_answer", "open", 0)],
)
def test_the_worklist_does_what_was_said_as_the_call_page_does(client, world, outcome, status, reports):
    with arranging():
        call = waits(world.gap, "call")
    client.force_login(world.cora)
    answer = client.post(reverse("prevention:contact", args=[world.gap.pk]), {"outcome": outcome, "note": "In May"})
    assert answer.status_code == 302
    assert again(world.gap).status == status
    assert again(call).status == ("queued" if outcome == "no_answer" else "sent")
    with arranging():
        assert ElsewhereReport.objects.filter(status="waiting").count() == reports


def test_the_deceased_and_the_settled_are_not_called(world):
    with arranging():
        waits(world.gap, "call")
        waits(gap(world.pedro, status="closed", closed_at=timezone.now()), "call")
        Member.objects.filter(pk=world.maria.pk).update(deceased_at=timezone.now())
        assert open_calls() == []


def test_what_is_labelled_since_is_neither_called_about_nor_printed(world):
    with arranging():
        waits(world.gap, "call")
        waits(world.gap, "letter", step=3)
        assert (len(open_calls()), letters.waiting().count()) == (1, 1)
        CareGap.objects.filter(pk=world.gap.pk).update(sensitivity=16)
        assert (open_calls(), letters.waiting().count()) == ([], 0)


def open_names() -> set[str]:
    with arranging():
        return {one.member.given for call in open_calls() for one in (*call.reminders, *call.others)}


def test_who_was_admitted_since_the_call_was_queued_is_not_called(world):
    with arranging():
        waits(world.gap, "call")
        waits(gap(world.pedro), "call")
        assert open_names() == {"Maria", "Pedro"}
        seen = Encounter.objects.create(member=world.maria, status="in-progress")
        now = timezone.now() - timedelta(minutes=1)
        Stay.objects.create(member=world.maria, encounter=seen, facility=world.department.facility, admitted_at=now)
    assert open_names() == {"Pedro"}


def test_the_bereaved_and_who_asked_for_quiet_since_are_not_called(world):
    with arranging():
        home = Household.objects.create(managing_organization=world.system)
        other = clinic.member(world.system, "Olga")
        Member.objects.filter(pk__in=[world.maria.pk, other.pk]).update(household=home)
        waits(world.gap, "call")
        waits(gap(world.pedro), "call")
        Member.objects.filter(pk=other.pk).update(deceased_at=timezone.now() - timedelta(days=9))
    assert open_names() == {"Pedro"}
    with arranging():
        CommunicationPreference.objects.update_or_create(member=world.pedro, defaults={"no_outreach": True})
    assert open_names() == set()


def test_nobody_is_called_in_their_quiet_hours(world):
    with arranging():
        waits(world.gap, "call")
        now = timezone.localtime(timezone=ZoneInfo(settings.TIME_ZONE)).time()
        around = {"quiet_from": near(now, -1), "quiet_until": near(now, 1)}
        OutreachPolicy.objects.update(**around)
        assert open_calls() == []
        CommunicationPreference.objects.update_or_create(
            member=world.maria, defaults={"quiet_from": near(now, 1), "quiet_until": near(now, 2)}
        )
        assert len(open_calls()) == 1, "their own hours go before the policy's"


def near(now: time, hours: int) -> time:
    return (datetime.combine(date(2026, 1, 2), now) + timedelta(hours=hours)).time()


def test_the_other_system_calls_none_of_ours(client, world):
    with arranging():
        call = waits(world.gap, "call")
    client.force_login(world.other_cora)

    assert "Alvarez" not in client.get(reverse("prevention:calls")).content.decode()
    assert client.get(reverse("prevention:call", args=[call.pk])).status_code == 404


# --- Letters --------------------------------------------------------------------------------------------------


def test_letters_are_sorted_into_piles_and_tagged(client, world):
    with arranging():
        waits(world.gap, "letter", step=3)
        CommunicationPreference.objects.create(member=world.pedro, channels=[], large_print=True)
        waits(gap(world.pedro), "letter", step=3, language="es")
        piles = letters.piles(letters.waiting())
        assert [(p.language, p.large_print, len(p.reminders)) for p in piles] == [("en", False, 1), ("es", True, 1)]
    with acting_as(world.cora, reason="test"):
        pile = letters.print_pile(world.system.pk, language="es", large_print=True, by=world.cora)
    client.force_login(world.cora)

    answer = client.get(reverse("prevention:letters_pdf", args=[pile.pk]))

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert b"pdfuaid" in answer.content or b"StructTreeRoot" in answer.content
    assert b"/Lang" in answer.content


# --- Done elsewhere -------------------------------------------------------------------------------------------


def reported(client, world, **more) -> ElsewhereReport:
    client.force_login(world.maria.user)
    said = {"when": "May 2026", "where": "County Hospital", **more}
    client.post(reverse("prevention:elsewhere", args=[world.gap.pk]), said)
    with arranging():
        return ElsewhereReport.objects.get()


def test_an_accepted_report_becomes_the_fact_as_reported(client, world):
    proof = SimpleUploadedFile("r.pdf", b"%PDF-1.7 x")
    report = reported(client, world, proof=proof)
    client.force_login(world.cora)
    assert client.get(reverse("prevention:report_proof", args=[report.pk])).content == b"%PDF-1.7 x"

    client.post(
        reverse("prevention:report_accept", args=[report.pk]),
        {"what": "colonoscopy", "done_on": "2026-05-12", "result": "", "note": "Report seen"},
    )

    with arranging():
        report.refresh_from_db()
        fact = Procedure.objects.get(member=world.maria)
        assert (report.status, report.fact_id, report.reviewed_by_id) == ("accepted", fact.pk, world.cora.pk)
        assert fact.source_system.uri == "urn:kpcare:reported"
        assert fact.effective.lower.astimezone().date() == date(2026, 5, 12)
        assert Task.objects.get(kind="outside_record").status == "completed"


def test_a_positive_result_from_elsewhere_is_charted_as_positive(client, world):
    report = reported(client, world)
    client.force_login(world.cora)

    client.post(
        reverse("prevention:report_accept", args=[report.pk]),
        {"what": "stool test", "done_on": "2026-05-12", "result": "positive", "note": "The letter was read to me"},
    )

    with arranging():
        fact = Observation.objects.get(member=world.maria)
    assert (fact.value_text, fact.interpretation, fact.performing_laboratory) == ("positive", "A", "County Hospital")


def test_what_does_not_settle_it_says_why_and_outreach_goes_on(client, world):
    report = reported(client, world)
    client.force_login(world.cora)
    url = reverse("prevention:report_refuse", args=[report.pk])
    assert client.post(url, {"note": ""}).status_code == 422

    client.post(url, {"note": "The paper is about another person"})

    assert again(report).status == "refused"
    with arranging():
        assert not Procedure.objects.exists()
        assert OutreachContact.objects.get().outcome == "done_elsewhere"


@pytest.mark.parametrize("name", ["report", "report_accept", "report_refuse", "report_proof"])
def test_nobody_else_reviews_or_reads_it(client, world, name):
    report = reported(client, world)
    for user in (world.other_cora, world.pedro.user):
        client.force_login(user)
        method = client.get if name in ("report", "report_proof") else client.post
        assert method(reverse(f"prevention:{name}", args=[report.pk])).status_code in (403, 404)


# --- Vaccines -------------------------------------------------------------------------------------------------


def forecast(of: Member, **more) -> ImmunisationForecast:
    today = timezone.localdate()
    values = {"status": "Not Complete", "earliest_on": today, "recommended_on": today, "vaccines": ["158"], **more}
    return ImmunisationForecast.objects.create(
        member=of, vaccine_group="Influenza", authority="CDC", changed_at=timezone.now(), **values
    )


def sync() -> int:
    with as_job(User.objects.system("prevention"), reason="test"):
        today, now = timezone.localdate(), timezone.now()
        return sync_vaccine_gaps(Partition(), as_of=today, at=now, zone="UTC")


def test_a_vaccine_that_is_due_is_a_gap_until_the_dose_is_given(client, world):
    with arranging():
        charts.enrol(world.maria)
        row = forecast(world.maria)
        forecast(world.pedro)
    assert (sync(), sync()) == (1, 0), "Pedro has no coverage; nothing twice"
    with arranging():
        due = CareGap.objects.get(rule="immunisation:Influenza")
    client.force_login(world.maria.user)
    page = client.get(reverse("prevention:gap", args=[due.pk])).content.decode()
    assert "Vaccine: Flu" in page

    with arranging():
        from clinical.models import Immunization

        dose = Immunization.objects.create(
            member=world.maria, status="completed", effective=charts.moment(timezone.now())
        )
        ImmunisationEvaluation.objects.create(
            member=world.maria,
            immunization=dose,
            vaccine_group="Influenza",
            status="Valid",
            changed_at=timezone.now(),
        )
        ImmunisationForecast.objects.filter(pk=row.pk).update(status="Complete", earliest_on=None, recommended_on=None)
    sync()

    due = again(due)
    assert (due.status, due.evidence["facts"][0]["id"]) == ("closed", str(dose.pk))


def test_what_rests_on_a_condition_is_no_gap(world):
    with arranging():
        charts.enrol(world.maria)
        forecast(world.maria, is_risk=True)

    assert sync() == 0


# --- At the next visit ------------------------------------------------------------------------------------------


def test_whoever_rooms_her_reads_what_is_due_and_the_desk_does_not(client, world):
    from scheduling import actions as booking
    from tests.scheduling import factories as times

    with arranging():
        visit = times.visit_type(world.department)
        desk = clinic.account("Dee Sk")
        clinic.role(desk, RoleAssignment.Role.FRONT_DESK, world.group, world.department)
    slot = times.hours(world.chen, world.department)[0]
    with arranging():
        booking.book(by=world.cora, member=world.maria, slot=slot, visit_type=visit)
    url = f"{reverse('scheduling:day')}?department={world.department.pk}&day={slot.starts_at.astimezone().date()}"

    client.force_login(world.park.user)
    assert "Due: Colorectal cancer screening" in client.get(url).content.decode()
    client.force_login(desk)
    page = client.get(url).content.decode()
    assert "Maria Alvarez" in page
    assert "Colorectal" not in page


# --- Who looked -----------------------------------------------------------------------------------------------


def test_every_list_of_people_says_in_the_access_log_whom_it_showed(client, world):
    with arranging():
        waits(world.gap, "call")
        waits(world.gap, "letter", step=3)
        second = gap(world.maria, "cervical_screening")
        report_elsewhere(second, by=world.maria.user, when="May", where="Elsewhere")
        order = ServiceRequest.objects.create(member=world.maria, status="active")
        HomeKit.objects.create(member=world.maria, gap=second, order=order)
    client.force_login(world.cora)
    for page in ("calls", "kits", "letters", "reports"):
        assert client.get(reverse(f"prevention:{page}")).status_code == 200
        with arranging():
            seen = AuditEvent.objects.filter(verb=f"prevention.{page}").order_by("-at").first()
        assert seen.detail["members"] == [str(world.maria.pk)], page


# --- Every rule's report can be accepted ------------------------------------------------------------------------


def codes_of(closer) -> set[str]:
    """The codes by which a closer knows its facts."""
    sets = {code.url for branch in closer.facts.branches for code in branch.retrieve.codes if hasattr(code, "url")}
    named = {code.code for branch in closer.facts.branches for code in branch.retrieve.codes if hasattr(code, "code")}
    with (Path(__file__).parents[3] / "core/terminology/value_sets.csv").open() as file:
        return named | {row["code"] for row in csv.DictReader(file) if row["value_set"] in sets}


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.remind], ids=lambda rule: rule.id)
def test_what_members_are_reminded_of_can_be_accepted_as_done_elsewhere(rule):
    writable = [closer for closer in rule.closers if closer.what in FACTS]
    assert writable, "nothing that a reviewer could say was done"
    for what in {closer.what for closer in writable}:
        model, _system, code = FACTS[what]
        known = {
            known
            for closer in writable
            if closer.what == what
            and model._meta.model_name in {resource.name for resource in closer.facts.by_resource}
            for known in codes_of(closer)
        }
        assert code in known or rule.id in OFFICIAL, "the fact that is written must close the rule"


def test_a_report_of_a_value_is_written_as_said_with_its_honest_source(world):
    with arranging():
        due = gap(world.maria, "urine_albumin")
        report = report_elsewhere(due, by=world.maria.user, when="May", where="Elsewhere")
    with acting_as(world.cora, reason="test"):
        said = {"by": world.cora, "what": "urine albumin", "done_on": date(2026, 5, 5), "note": "She read it to me"}
        with pytest.raises(ValueError, match="value with its unit"):
            accept_report(report, **said)
        accept_report(report, **said, finding="12 mg/g")
    with arranging():
        fact = Observation.objects.get(member=world.maria)
        assert (fact.value_text, fact.source_system.name) == ("12 mg/g", "Reported by the member, without proof")


def test_a_report_is_settled_when_a_charted_fact_closes_its_gap(world):
    with arranging():
        charts.enrol(world.maria)
        report = report_elsewhere(world.gap, by=world.maria.user, when="May", where="Elsewhere")
        done = charts.procedure(world.maria, COLONOSCOPY, date(2026, 5, 5))
    with as_job(User.objects.system("prevention"), reason="test"):
        evaluate_members([world.maria.pk], as_of=timezone.localdate())
    with arranging():
        report.refresh_from_db()
        assert (report.status, report.fact_id, report.done_on) == ("accepted", done.pk, date(2026, 5, 5))
        assert not Task.objects.filter(dedupe_key=f"prevention:elsewhere:{report.pk}", status__in=Task.OPEN).exists()
