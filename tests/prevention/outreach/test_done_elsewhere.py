"""What somebody had elsewhere closes a gap by a result, with a proof or a reason, and the measure says the same."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from clinical.models import Observation
from core import terminology
from core.db import acting_as, as_job
from core.models import User
from network.models import RoleAssignment
from prevention.actions import evaluate_members
from prevention.models import ElsewhereReport, MeasureResult, OutreachContact
from prevention.outreach.calls import record_answer
from prevention.outreach.elsewhere import FACTS, accept_report, has_result, needs_result, report_elsewhere
from tests.clinical import factories as clinic
from tests.clinical.factories import arranging
from tests.prevention import charts
from tests.prevention.outreach.factories import gap, policy

pytestmark = pytest.mark.django_db
today = timezone.localdate


def lately() -> date:
    """A day of this year, if it has two."""
    return max(date(today().year, 1, 2), today() - timedelta(days=30))


@pytest.fixture
def world():
    made = clinic.World()
    terminology.load_own()
    with arranging():
        policy(made.system)
        made.cora = clinic.account("Cora Dinator")
        clinic.role(made.cora, RoleAssignment.Role.CARE_COORDINATOR, made.system)
        charts.enrol(made.maria)
    return made


def reported(world, rule: str) -> ElsewhereReport:
    with arranging():
        return report_elsewhere(gap(world.maria, rule), by=world.maria.user, when="May", where="Bay Clinic")


def accept(world, report, what: str, **said) -> None:
    with acting_as(world.cora, reason="test"):
        accept_report(
            report, by=world.cora, what=what, done_on=lately(), **{"note": "The letter was read to me", **said}
        )


def evaluated(world, report) -> str:
    with as_job(User.objects.system("prevention"), reason="test"):
        evaluate_members([world.maria.pk], as_of=today())
    with arranging():
        report.gap.refresh_from_db()
        return report.gap.status


@pytest.mark.parametrize(
    ("rule", "what"),
    [("colorectal_screening", "stool test"), ("cervical_screening", "HPV test"), ("hiv_screening", "HIV test")],
)
def test_a_test_without_a_result_does_not_settle_it(world, rule, what):
    report = reported(world, rule)
    with pytest.raises(ValueError, match="without a result"):
        accept(world, report, what)
    with arranging():
        assert not Observation.objects.exists()
        report.refresh_from_db()
    assert report.status == "waiting"


@pytest.mark.parametrize(
    ("rule", "what", "missing"),
    [("hba1c", "HbA1c", "percent"), ("blood_pressure", "blood pressure", "both numbers")],
)
def test_what_measures_go_by_a_number_needs_it(world, rule, what, missing):
    with pytest.raises(ValueError, match=missing):
        accept(world, reported(world, rule), what, result="negative", finding="fine")


def test_without_a_proof_the_reviewer_says_why(world):
    report = reported(world, "colorectal_screening")
    with pytest.raises(ValueError, match="Nobody sent a proof"):
        accept(world, report, "colonoscopy", note=" ")
    accept(world, report, "colonoscopy")
    with arranging():
        report.refresh_from_db()
    assert (report.status, report.note) == ("accepted", "The letter was read to me")


def test_with_a_proof_no_reason_is_asked(client, world):
    with arranging():
        due = gap(world.maria, "colorectal_screening")
    client.force_login(world.maria.user)
    proof = SimpleUploadedFile("r.pdf", b"%PDF-1.7 x")
    client.post(reverse("prevention:elsewhere", args=[due.pk]), {"when": "May", "where": "Bay", "proof": proof})
    with arranging():
        report = ElsewhereReport.objects.get()
    client.force_login(world.cora)
    page = reverse("prevention:report_accept", args=[report.pk])
    said = {"what": "colonoscopy", "done_on": lately().isoformat(), "note": ""}
    assert client.post(page, said).status_code == 302


def test_the_page_asks_for_a_reason_and_a_result(client, world):
    report = reported(world, "colorectal_screening")
    client.force_login(world.cora)
    page = reverse("prevention:report_accept", args=[report.pk])
    said = {"what": "stool test", "done_on": lately().isoformat(), "result": "negative"}
    assert client.post(page, said).status_code == 422
    assert client.post(page, {**said, "note": "Read to me", "result": ""}).status_code == 422
    assert client.post(page, {**said, "note": "Read to me"}).status_code == 302


def test_a_negative_stool_test_closes_the_gap_and_counts_in_cms130(world):
    report = reported(world, "colorectal_screening")
    with arranging():
        from prevention.measures import value_sets as vs

        charts.visit(world.maria, vs.OFFICE_VISIT, lately())
    accept(world, report, "stool test", result="negative")
    assert evaluated(world, report) == "closed"
    with arranging():
        result = MeasureResult.objects.get(member=world.maria, measure__startswith="CMS130/")
    assert result.numerator == 1


def test_a_positive_one_leaves_the_gap_open_and_is_followed(world):
    report = reported(world, "colorectal_screening")
    accept(world, report, "stool test", result="positive")
    assert evaluated(world, report) == "open"
    assert report.gap.last_done_what == "positive stool test"


def test_a_blood_pressure_is_written_with_both_numbers(world):
    report = reported(world, "blood_pressure")
    accept(world, report, "blood pressure", systolic=128, diastolic=76)
    with arranging():
        panel = Observation.objects.get(member=world.maria, part_of__isnull=True)
        parts = {
            part.codings.get(role=1).concept.code: part.value_quantity
            for part in Observation.objects.filter(part_of=panel)
        }
    assert parts == {"8480-6": Decimal(128), "8462-4": Decimal(76)}
    assert evaluated(world, report) == "closed"


def test_every_laboratory_test_is_told_with_its_result():
    told = {what for what in FACTS if needs_result(what)}
    assert {"stool test", "stool DNA test", "HPV test", "Pap test", "HIV test", "chlamydia test"} <= told
    assert not told & {"colonoscopy", "HbA1c", "eGFR", "mammogram"}
    assert has_result("mammogram"), "it may be said, and a picture counts without"


def test_what_is_said_on_the_telephone_is_kept_apart_as_when_and_where(world):
    with arranging():
        first, second = gap(world.maria, "colorectal_screening"), gap(world.maria, "cervical_screening")
    with acting_as(world.cora, reason="test"):
        record_answer(first, by=world.cora, outcome="done_elsewhere", when="May 2025", where="Bay", note="by Dr. Ito")
        record_answer(second, by=world.cora, outcome="done_elsewhere", note="At Bay last year")
    with arranging():
        said = {one.gap_id: (one.said_when, one.place) for one in ElsewhereReport.objects.all()}
        assert OutreachContact.objects.count() == 2
    assert said == {first.pk: ("May 2025", "Bay"), second.pk: ("told by telephone", "At Bay last year")}
