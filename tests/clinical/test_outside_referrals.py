"""A question to a specialist outside: the letter goes out, the loop is watched, the reply closes it."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from clinical import actions
from clinical.letters import as_pdf, letter_of
from clinical.models import Condition, Note, Referral, ServiceRequest, Task
from clinical.querysets import referrals_from, tasks_for
from core.db import acting_as
from core.models import AuditEvent
from members.models import Sensitivity
from network.models import Organization
from tests.clinical import factories

pytestmark = pytest.mark.django_db
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"


@pytest.fixture
def world():
    world = factories.World()
    with factories.arranging():
        world.bay = Organization.objects.create(name="Bay Orthopaedics", kind="outside")
        world.ruth = factories.account("Ruth Coordinator")
        factories.role(world.ruth, factories.Role.CARE_COORDINATOR, world.group, world.department)
    return world


def refer(world, **more) -> Referral:
    with acting_as(world.chen.user, reason="test"):
        return actions.refer(
            by=world.chen.user,
            member=world.maria,
            question="Would an arthroscopy help?",
            to_organization=world.bay,
            **more,
        )


def test_the_loop_belongs_to_the_senders_department_until_the_reply_is_in(world):
    referral = refer(world)
    with acting_as(world.ruth, reason="test"):
        letter = tasks_for(world.ruth).get()
        assert (letter.title, letter.department) == ("Send the letter: Bay Orthopaedics", world.department)

        actions.send_letter(referral, by=world.ruth, how="fax")
        waiting = tasks_for(world.ruth).get()
        assert waiting.pk == letter.pk, "one loop, one task"
        assert waiting.title == "Reply awaited: Bay Orthopaedics"
        assert waiting.due_at.date() == (timezone.now() + datetime.timedelta(days=30)).date()

        visit = timezone.localdate() + datetime.timedelta(days=10)
        actions.note_outside_visit(referral, by=world.ruth, on=visit)
        assert tasks_for(world.ruth).get().due_at.date() >= visit + datetime.timedelta(days=14)

        closed = actions.take_in_reply(
            referral, by=world.ruth, author="Dr. Ida Knee", on=timezone.localdate(), report="No. Exercises first."
        )
        assert closed.status == "closed"
        assert "Dr. Ida Knee" in closed.report.body and "No. Exercises first." in closed.report.body
        assert not tasks_for(world.ruth).exists()
        assert ServiceRequest.objects.get(pk=closed.request_id).status == "completed"
    with acting_as(world.chen.user, reason="test"):
        assert tasks_for(world.chen.user).get().kind == "referral_report", "whoever asked reads it"


def test_an_overdue_loop_escalates_again_after_a_new_due_time(world):
    referral = refer(world)
    with acting_as(world.ruth, reason="test"):
        actions.send_letter(referral, by=world.ruth, how="mail")
    late = timezone.now() + datetime.timedelta(days=31)
    with factories.arranging():
        job = world.ruth
        assert actions.escalate_overdue(by=job, as_of=late) == 1
        assert Task.objects.get(kind="referral_outside").escalated_at == late
    with acting_as(world.ruth, reason="test"):
        actions.note_outside_visit(referral, by=world.ruth, on=late.date())
        assert Task.objects.get(kind="referral_outside").escalated_at is None, "the new time can be missed anew"


@pytest.mark.parametrize("who", ["stranger", "osei"])
def test_colleagues_of_other_departments_do_not_touch_the_loop(world, who):
    referral = refer(world)
    other = getattr(world, who).user
    with acting_as(other, reason="test"), pytest.raises((PermissionDenied, Referral.DoesNotExist)):
        actions.send_letter(referral, by=other, how="fax")


def test_a_reply_needs_its_author_a_day_that_was_and_words(world):
    referral = refer(world)
    today = timezone.localdate()
    with acting_as(world.ruth, reason="test"):
        for author, on, report in (
            (" ", today, "No."),
            ("Dr. Ida Knee", today + datetime.timedelta(days=2), "No."),
            ("Dr. Ida Knee", today, " "),
        ):
            with pytest.raises(ValidationError):
                actions.take_in_reply(referral, by=world.ruth, author=author, on=on, report=report)
        with pytest.raises(ValidationError, match="who wrote it"):
            actions.close_referral(referral, by=world.ruth, report="No.")
        assert Note.objects.count() == 0


def test_a_referral_has_one_receiver(world):
    with acting_as(world.chen.user, reason="test"):
        for receivers in ({}, {"to_department": world.cardiology, "to_organization": world.bay}):
            with pytest.raises(ValidationError, match="Choose one of our departments"):
                actions.refer(by=world.chen.user, member=world.maria, question="Well?", **receivers)
    referral = refer(world)
    with (
        acting_as(world.chen.user, reason="test"),
        pytest.raises(IntegrityError, match="clinical_referral_receiver"),
        transaction.atomic(),
    ):
        Referral.objects.filter(pk=referral.pk).update(to_department=world.cardiology)


def test_the_sender_takes_the_question_back_and_only_the_sender(world):
    with acting_as(world.chen.user, reason="test"):
        inside = actions.refer(
            by=world.chen.user, member=world.maria, question="Is it angina?", to_department=world.cardiology
        )
    with acting_as(world.osei.user, reason="test"), pytest.raises(PermissionDenied):
        actions.cancel_referral(inside, by=world.osei.user, reason="Not ours")
    with acting_as(world.chen.user, reason="test"):
        actions.cancel_referral(inside, by=world.chen.user, reason="Pain is gone")
        inside.refresh_from_db()
        assert (inside.status, inside.decline_reason) == ("cancelled", "Pain is gone")
        assert not Task.objects.filter(kind="referral", status__in=Task.OPEN).exists()


def test_the_letter_says_what_is_needed_and_leaves_labelled_rows_here(world):
    with acting_as(world.chen.user, reason="test"):
        actions.record_allergy(
            by=world.chen.user,
            member=world.maria,
            concepts=[factories.concept("7980", "Penicillin G", "http://www.nlm.nih.gov/research/umls/rxnorm")],
            criticality="high",
            reactions=["anaphylaxis"],
        )
        for code, name in (("M25.561", "Pain in right knee"), ("B20", "HIV disease")):
            actions.add_problem(by=world.chen.user, member=world.maria, concepts=[factories.concept(code, name, ICD10)])
    with factories.arranging():
        assert Condition.objects.filter(codings__concept__code="B20").update(sensitivity=Sensitivity.HIV) == 1
    referral = refer(world)
    with acting_as(world.ruth, reason="test"):
        letter = letter_of(Referral.objects.get(pk=referral.pk), world.ruth)
        said = str(letter)
        assert "Penicillin G" in said and "Pain in right knee (M25.561)" in said
        assert "Would an arthroscopy help?" in said and "Bay Orthopaedics" in said
        assert "HIV" not in said, "a labelled row leaves the system only with a consent of its own"
        assert as_pdf(letter).startswith(b"%PDF-")


def test_markup_in_a_question_stays_words_in_the_pdf(world):
    letter = {
        "title": "Referral of #panic()",
        "date": "1 Nov",
        "to": "*Bay*",
        "from": ["Dr. Chen"],
        "about": ["Maria"],
        "asked": "We ask you",
        "question": '#read("/etc/passwd") $x$ @y <z>',
        "sections": [],
        "reply": "",
        "secret": "",
    }
    assert as_pdf(letter).startswith(b"%PDF-")


def test_by_its_pages_from_question_to_reply(client, world):
    client.force_login(world.chen.user)
    made = client.post(
        reverse("clinical:refer", args=[world.maria.pk]),
        {"to_organization": world.bay.pk, "question": "Would an arthroscopy help?", "priority": "routine"},
    )
    with acting_as(world.chen.user, reason="test"):
        referral = Referral.objects.get()
    page_url = reverse("clinical:referral", args=[referral.pk])
    assert made.url == page_url

    client.force_login(world.ruth)
    assert "Send the letter: Bay Orthopaedics" in client.get(reverse("clinical:inbasket")).content.decode()
    letter = client.get(reverse("clinical:referral_letter", args=[referral.pk])).content.decode()
    assert "Would an arthroscopy help?" in letter
    pdf = client.get(reverse("clinical:referral_letter_pdf", args=[referral.pk]))
    assert pdf["Content-Type"] == "application/pdf" and "Alvarez" not in pdf["Content-Disposition"]
    assert AuditEvent.objects.filter(verb="clinical.referral_letter", user_id=world.ruth.pk).count() == 2

    def step(name: str):
        return reverse("clinical:answer_referral", args=[referral.pk, name])

    assert client.post(step("sent"), {"how": "pigeon"}).status_code == 422
    client.post(step("sent"), {"how": "fax"})
    ours = client.get(reverse("clinical:referrals") + "?whose=ours").content.decode()
    assert "Bay Orthopaedics" in ours and "awaits their reply" in ours
    day = (timezone.localdate() - datetime.timedelta(days=1)).isoformat()
    client.post(step("reply"), {"author": "Dr. Ida Knee", "on": day, "report": "Exercises first."})
    assert "Exercises first." in client.get(page_url).content.decode()
    assert (
        "Every question of ours has its report"
        in client.get(reverse("clinical:referrals") + "?whose=ours").content.decode()
    )


def test_a_colleague_elsewhere_sees_neither_the_letter_nor_the_list(client, world):
    referral = refer(world)
    client.force_login(world.stranger.user)
    assert client.get(reverse("clinical:referral_letter", args=[referral.pk])).status_code in (403, 404)
    with acting_as(world.stranger.user, reason="test"):
        assert not referrals_from(world.stranger.user).exists()
    client.force_login(world.outsider.user)
    assert client.get(reverse("clinical:referral_letter", args=[referral.pk])).status_code == 404


def test_the_member_sees_whom_their_doctor_asked_and_what_comes_next(client, world):
    referral = refer(world)
    client.force_login(world.maria.user)
    home = client.get("/").content.decode()
    assert "Bay Orthopaedics" in home and "We are writing to them." in home
    assert "arthroscopy" not in home, "the question is between the doctors; the record has it"
    with acting_as(world.ruth, reason="test"):
        actions.send_letter(referral, by=world.ruth, how="fax")
        actions.note_outside_visit(referral, by=world.ruth, on=timezone.localdate() + datetime.timedelta(days=9))
    assert "Your visit there is on" in client.get("/").content.decode()
    client.force_login(world.pedro.user)
    assert "Bay Orthopaedics" not in client.get("/").content.decode()
