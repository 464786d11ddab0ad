"""The clinician's pages: who gets in, what is seen, how many queries it takes."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinical import actions
from clinical.coding import RXNORM, SNOMED
from clinical.forms import ConceptField
from clinical.models import BreakTheGlass, Condition, Encounter, Note, Observation, Referral, Task
from core.db import acting_as
from core.models import AuditEvent
from members.models import Sensitivity
from scheduling import actions as scheduling
from scheduling.models import Appointment
from tests.clinical import factories
from tests.scheduling.factories import hours, visit_type

pytestmark = pytest.mark.django_db

ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"


@pytest.fixture
def world():
    return factories.World()


def chart_url(member) -> str:
    return reverse("clinical:chart", args=[member.pk])


def add_chart(world, *, values: int = 3) -> Encounter:
    """Problems, an allergy, blood pressures and a signed note for Maria."""
    chen, maria = world.chen.user, world.maria
    with acting_as(chen, reason="test"):
        encounter = Encounter.objects.create(
            member=maria,
            status="in-progress",
            clinician=world.chen,
            department=world.department,
            effective=(timezone.now() - datetime.timedelta(days=60), None),
        )
        for number in range(values):
            actions.add_problem(
                by=chen, member=maria, concepts=[factories.concept(f"E11.{number}", f"Diabetes {number}", ICD10)]
            )
            actions.record_vitals(
                encounter,
                by=chen,
                values={"systolic": Decimal(130 + number), "diastolic": Decimal(80)},
                when=timezone.now() - datetime.timedelta(days=number + 1),
            )
        actions.record_allergy(
            by=chen,
            member=maria,
            concepts=[factories.concept("7980", "Penicillin G", "http://www.nlm.nih.gov/research/umls/rxnorm")],
            criticality="high",
            reactions=["anaphylaxis"],
        )
        actions.sign_note(actions.write_note(encounter, by=chen, body="Knee better."), by=chen)
        actions.finish_visit(encounter, by=chen)
    return encounter


def test_the_doctor_opens_the_chart_and_the_read_is_on_record(client, world):
    add_chart(world)
    client.force_login(world.chen.user)
    page = client.get(chart_url(world.maria)).content.decode()

    assert "Alvarez, Maria" in page
    assert "Penicillin G: anaphylaxis" in page
    assert "Diabetes 0" in page
    read = AuditEvent.objects.get(action="read", verb="clinical.chart")
    assert (read.member_id, read.user_id, read.reason) == (
        world.maria.pk,
        world.chen.user.pk,
        "they care for this member",
    )


def test_somebody_without_a_relationship_is_asked_for_a_reason_which_the_record_shows(client, world):
    client.force_login(world.stranger.user)
    asked = client.get(chart_url(world.maria))
    assert asked.status_code == 302
    assert reverse("clinical:break_glass", args=[world.maria.pk]) in asked.url
    assert AuditEvent.objects.filter(action="refuse", verb="clinical.view_chart").count() == 1

    assert client.post(asked.url, {"reason": "short"}).status_code == 200
    assert client.get(chart_url(world.maria)).status_code == 302

    opened = client.post(asked.url, {"reason": "On call, called by the ward"})
    assert opened.url == chart_url(world.maria)
    page = client.get(chart_url(world.maria)).content.decode()
    assert "Opened with a reason" in page
    assert AuditEvent.objects.get(action="read", verb="clinical.chart").reason.startswith("they gave a reason")
    with acting_as(world.chen.user, reason="test"):
        assert BreakTheGlass.objects.get().reason == "On call, called by the ward"


def test_another_system_does_not_even_learn_that_the_member_exists(client, world):
    client.force_login(world.outsider.user)
    assert client.get(chart_url(world.maria)).status_code == 404


def test_a_member_opens_no_staff_page(client, world):
    client.force_login(world.maria.user)
    for url in (chart_url(world.maria), reverse("clinical:inbasket"), reverse("clinical:search"), "/staff/schedule/"):
        assert client.get(url).status_code == 403, url


def test_a_nurse_charts_and_does_not_order(client, world):
    client.force_login(world.park.user)
    assert client.get(chart_url(world.maria)).status_code == 200
    assert client.get(reverse("clinical:refer", args=[world.maria.pk])).status_code == 403


def test_the_chart_takes_a_bounded_number_of_queries_however_long_the_record(client, world):
    add_chart(world, values=1)
    client.force_login(world.chen.user)
    client.get(chart_url(world.maria))
    with CaptureQueriesContext(connection) as short:
        client.get(chart_url(world.maria))
    add_chart(world, values=8)
    with CaptureQueriesContext(connection) as long:
        client.get(chart_url(world.maria))
    assert len(long) <= len(short) + 1
    assert len(long) < 70


def test_since_you_last_saw_her_tells_of_visits_with_others(client, world):
    own, other = timezone.now() - datetime.timedelta(days=90), timezone.now() - datetime.timedelta(days=20)
    with factories.arranging():
        for clinician, at, reason in ((world.chen, own, "Blood pressure"), (world.osei, other, "Ankle sprain")):
            Encounter.objects.create(
                member=world.maria,
                status="finished",
                effective=(at, at + datetime.timedelta(minutes=20)),
                clinician=clinician,
                reason_text=reason,
            )
    client.force_login(world.chen.user)
    page = client.get(chart_url(world.maria)).content.decode()
    assert f"Ankle sprain · {world.osei}" in page
    assert f"Blood pressure · {world.chen}" not in page


@pytest.mark.parametrize(
    "name", ["timeline", "problems", "medicines", "results", "notes", "orders", "immunizations", "referrals", "access"]
)
def test_every_panel_has_its_page(client, world, name):
    add_chart(world)
    client.force_login(world.chen.user)
    assert client.get(reverse("clinical:chart_panel", args=[world.maria.pk, name])).status_code == 200


def test_psychotherapy_notes_are_their_authors_alone(client, world):
    encounter = add_chart(world)
    with acting_as(world.osei.user, reason="test"):
        Note.objects.create(
            member=world.maria,
            encounter=encounter,
            author=world.osei.user,
            body="Secret of the hour",
            signed_at=timezone.now(),
            sensitivity=Sensitivity.PSYCHOTHERAPY,
        )
    client.force_login(world.chen.user)
    page = client.get(reverse("clinical:chart_panel", args=[world.maria.pk, "notes"])).content.decode()
    assert "Knee better." in page
    assert "Secret of the hour" not in page


def test_an_imported_chart_shows_the_years_in_which_it_has_values(client, world):
    long_ago = timezone.now() - datetime.timedelta(days=6 * 365)
    code = factories.concept("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood")
    with factories.arranging():
        for years, value in ((0, "7.4"), (1, "7.9"), (5, "5.55")):
            at = long_ago - datetime.timedelta(days=365 * years)
            made = Observation.objects.create(
                member=world.maria,
                status="final",
                effective=(at, at + datetime.timedelta(seconds=1)),
                value_quantity=value,
                value_unit="%",
            )
            made.codings.create(member=world.maria, concept=code)
        problem = Condition.objects.create(member=world.maria, status="active", is_problem=True)
        problem.codings.create(
            member=world.maria, concept=factories.concept("38341003", "Hypertension (disorder)", SNOMED)
        )
    client.force_login(world.chen.user)
    page = client.get(chart_url(world.maria)).content.decode()
    assert "No values yet" not in page
    assert "7.9" in page
    assert "5.55" not in page, "three years up to the newest value"
    assert "Hypertension" in page
    assert "(disorder)" not in page


def test_part_2_records_stay_closed_until_the_member_consents(client, world):
    from members.models import Consent

    with factories.arranging():
        made = Observation.objects.create(
            member=world.maria,
            status="final",
            effective=(timezone.now(), timezone.now() + datetime.timedelta(seconds=1)),
            value_text="positive screen",
            sensitivity=Sensitivity.PART2,
        )
        made.codings.create(member=world.maria, concept=factories.concept("75626-2", "AUDIT-C"))
    client.force_login(world.chen.user)
    url = reverse("clinical:chart_panel", args=[world.maria.pk, "results"])
    assert "positive screen" not in client.get(url).content.decode()

    with factories.arranging():
        Consent.objects.create(
            member=world.maria, kind="part2_tpo", is_given=True, period=factories.EVER, recorded_by=world.chen.user
        )
    assert "positive screen" in client.get(url).content.decode()


def test_search_finds_members_of_ones_own_system_alone(client, world):
    client.force_login(world.chen.user)
    assert "Alvarez, Maria" in searched(client, "alvarez").content.decode()
    assert "Other, Olga" not in searched(client, "other").content.decode()
    assert searched(client, world.maria.mrn).url == chart_url(world.maria)
    client.force_login(world.outsider.user)
    assert "Other, Olga" in searched(client, "other").content.decode()


def searched(client, text: str):
    """What the search shows, where the posted question led."""
    asked = client.post(reverse("clinical:search"), {"q": text})
    assert text not in asked["Location"]
    return client.get(asked["Location"])


def test_no_address_says_whom_somebody_looked_for_and_going_back_shows_it_again(client, world):
    client.force_login(world.chen.user)
    url = reverse("clinical:search")
    first, second = (client.post(url, {"q": text})["Location"] for text in ("alvarez", world.maria.given))
    assert first != second
    for address in (first, second, first):
        page = client.get(address).content.decode()
        assert "Alvarez, Maria" in page
        assert "?q=" not in page
    assert 'value="alvarez"' in client.get(first).content.decode()
    assert "Alvarez, Maria" not in client.get(url, {"q": "alvarez"}).content.decode(), "an address asks nothing"
    client.force_login(world.park.user)
    assert "Alvarez, Maria" not in client.get(first).content.decode(), "another session holds other questions"
    assert client.post(url, {"q": " "})["Location"] == url


def test_a_visit_from_the_schedule_to_the_signature(client, world):
    office = visit_type(world.department)
    slot = hours(world.chen, world.department, timezone.now() + datetime.timedelta(minutes=1), count=1)[0]
    with acting_as(world.maria.user, reason="test"):
        booked = scheduling.book(
            by=world.maria.user, member=world.maria, slot=slot, visit_type=office, reason="Knee pain"
        )
    client.force_login(world.park.user)
    day = client.get(reverse("scheduling:day"), {"day": timezone.localdate(slot.starts_at, factories.PACIFIC)})
    assert "Knee pain" in day.content.decode()
    odd = client.post(reverse("scheduling:step", args=[booked.pk, "arrive"]), {"next": "²"})
    assert (odd.status_code, odd["Location"]) == (302, reverse("scheduling:day")), "no page of ours"
    client.post(reverse("scheduling:step", args=[booked.pk, "room"]), {"room": ""})

    client.force_login(world.chen.user)
    started = client.post(reverse("clinical:start_visit", args=[booked.pk]))
    page = client.get(started.url).content.decode()
    assert "Knee pain" in page
    vitals = {"systolic": "132", "diastolic": "81"}
    assert client.post(f"{started.url}vitals/", vitals).status_code == 302
    assert client.post(f"{started.url}vitals/", {"systolic": "132"}).status_code == 422
    factories.concept("M25.561", "Pain in right knee", ICD10)
    assert client.post(f"{started.url}diagnosis/", {"concept": "M25.561"}).status_code == 302
    assert client.post(f"{started.url}note/", {"kind": "progress", "body": "Better.", "wish": "end"}).status_code == 302
    with acting_as(world.chen.user, reason="test"):
        assert Appointment.objects.get(pk=booked.pk).status == "fulfilled"
        assert Note.objects.get().signed_at is not None


def test_the_in_basket_shows_who_else_can_close_a_task(client, world):
    with acting_as(world.maria.user, reason="test"):
        thread = actions.start_thread(by=world.maria.user, member=world.maria, subject="My knee", body="Swollen.")
    client.force_login(world.park.user)
    page = client.get(reverse("clinical:inbasket")).content.decode()
    assert "My knee" in page
    assert "Amara Chen" in page
    with acting_as(world.park.user, reason="test"):
        task = Task.objects.get()
    # A question is closed by its answer, never by hand.
    assert client.post(reverse("clinical:work_task", args=[task.pk, "complete"])).status_code == 404
    answered = client.post(reverse("clinical:staff_thread", args=[thread.pk]), {"body": "Come in at two."})
    assert answered.url == reverse("clinical:inbasket")
    assert "My knee" not in client.get(reverse("clinical:inbasket")).content.decode()

    client.force_login(world.osei.user)
    assert client.get(reverse("clinical:staff_thread", args=[thread.pk])).status_code == 403
    assert client.post(reverse("clinical:work_task", args=[task.pk, "accept"])).status_code == 403


def test_a_chart_with_a_task_that_is_somebody_elses_alone_opens(client, world):
    """An owner without a department: the page once fell over it, for everybody but the owner."""
    with acting_as(world.chen.user, reason="test"):
        actions.create_task(
            by=world.chen.user,
            member=world.maria,
            kind="follow_up",
            title="Write about HbA1c",
            owner=world.chen.user,
            due_at=timezone.now(),
        )
    client.force_login(world.park.user)
    page = client.get(reverse("clinical:chart", args=[world.maria.pk]))
    assert page.status_code == 200
    assert "Amara Chen" in page.content.decode().split("Write about HbA1c")[1][:400]


def test_a_page_of_several_people_is_on_record_with_each_of_them(client, world):
    with acting_as(world.chen.user, reason="test"):
        actions.create_task(
            by=world.chen.user,
            member=world.maria,
            kind="follow_up",
            title="Write",
            owner=world.park.user,
            due_at=timezone.now(),
        )
    client.force_login(world.park.user)
    searched(client, world.pedro.mrn)
    client.get(reverse("clinical:inbasket"))
    with factories.arranging():
        read = dict(AuditEvent.objects.filter(user_id=world.park.user.pk).values_list("verb", "detail"))
    assert read["clinical.search"]["members"] == [str(world.pedro.pk)]
    assert read["clinical.inbasket"]["members"] == [str(world.maria.pk)]


def test_nobody_opens_a_chart_by_booking_a_visit_themselves(client, world):
    kind = visit_type(world.cardiology)
    slot = hours(world.osei, world.cardiology)[0]
    chart = reverse("clinical:chart", args=[world.maria.pk])
    with acting_as(world.osei.user, reason="test"):
        visit = scheduling.book(by=world.osei.user, member=world.maria, slot=slot, visit_type=kind)
    client.force_login(world.osei.user)
    assert client.get(chart).status_code != 200

    with factories.arranging():
        Appointment.objects.filter(pk=visit.pk).update(booked_by=world.maria.user)
    assert client.get(chart).status_code == 200


def test_a_referral_by_its_pages(client, world):
    client.force_login(world.chen.user)
    sent = client.post(
        reverse("clinical:refer", args=[world.maria.pk]),
        {"to_department": world.cardiology.pk, "question": "Is it angina?", "priority": "routine"},
    )
    assert sent.status_code == 302, sent.content.decode()
    with acting_as(world.chen.user, reason="test"):
        referral = Referral.objects.get()

    def step(name: str) -> str:
        return reverse("clinical:answer_referral", args=[referral.pk, name])

    assert client.post(step("accept")).status_code == 403
    client.force_login(world.osei.user)
    assert "Is it angina?" in client.get(reverse("clinical:referrals")).content.decode()
    client.post(step("accept"))
    with factories.arranging():
        desk = factories.account("Dan Desk")
        factories.role(desk, factories.Role.FRONT_DESK, world.cardiology.facility.organization, world.cardiology)
    client.force_login(desk)
    assert "Sign the report" not in client.get(reverse("clinical:referral", args=[referral.pk])).content.decode()
    client.post(step("report"), {"report": "No angina, I should think."})
    with acting_as(world.chen.user, reason="test"):
        referral.refresh_from_db()
        assert (referral.status, referral.report_id) == ("accepted", None)
    client.force_login(world.osei.user)
    client.post(step("report"), {"report": "No angina."})
    client.force_login(world.chen.user)
    page = client.get(reverse("clinical:referral", args=[referral.pk])).content.decode()
    assert "No angina." in page
    assert "Report received and read" in page


def test_times_are_at_the_clock_of_the_readers_place(client, world):
    encounter = add_chart(world, values=1)
    at_noon = datetime.datetime(2026, 7, 1, 12, 0, tzinfo=factories.PACIFIC)
    with acting_as(world.chen.user, reason="test"):
        actions.record_vitals(encounter, by=world.chen.user, values={"heart_rate": Decimal(61)}, when=at_noon)
    client.force_login(world.chen.user)
    page = client.get(reverse("clinical:visit", args=[world.maria.pk, encounter.pk])).content.decode()
    assert "12:00 pm" in page


def test_since_you_last_saw_her_says_what_is_new(client, world):
    encounter = add_chart(world, values=1)
    with acting_as(world.chen.user, reason="test"):
        start = timezone.now() - datetime.timedelta(days=40)
        Encounter.objects.filter(pk=encounter.pk).update(effective=(start, start + datetime.timedelta(minutes=20)))
    client.force_login(world.chen.user)
    page = client.get(chart_url(world.maria)).content.decode()
    assert "Since you last saw her" in page
    assert "Blood pressure 130/80 mmHg" in page


def test_a_proxy_never_sees_a_labelled_conversation(client, world):
    with acting_as(world.maria.user, reason="test"):
        for subject, labels in (("My knee", 0), ("Between us", Sensitivity.REPRODUCTIVE)):
            actions.start_thread(
                by=world.maria.user, member=world.maria, subject=subject, body="Question", sensitivity=labels
            )
    with factories.arranging():
        factories.proxy(world.pedro.user, world.maria, "view", "message")
    client.force_login(world.pedro.user)
    client.post(reverse("members:switch_person", args=[world.maria.pk]))
    page = client.get(reverse("clinical:threads")).content.decode()
    assert "My knee" in page
    assert "Between us" not in page

    client.force_login(world.maria.user)
    assert "Between us" in client.get(reverse("clinical:threads")).content.decode()


def test_a_proxy_without_the_scope_neither_books_nor_writes(client, world):
    with factories.arranging():
        factories.proxy(world.pedro.user, world.maria, "view")
    client.force_login(world.pedro.user)
    client.post(reverse("members:switch_person", args=[world.maria.pk]))
    home = client.get("/")
    assert home.status_code == 200
    for place in ("clinical:threads", "scheduling:appointments", "plans:coverage"):
        assert f'href="{reverse(place)}"' not in home.content.decode(), "the menu leads nowhere that is closed to them"
    assert f'href="{reverse("clinical:my_results")}"' in home.content.decode()
    assert client.get(reverse("scheduling:book")).status_code == 403
    assert client.get(reverse("clinical:threads")).status_code == 403


def test_nobody_opens_anothers_appointment_or_conversation(client, world):
    office = visit_type(world.department)
    slot = hours(world.chen, world.department, count=1)[0]
    with acting_as(world.maria.user, reason="test"):
        booked = scheduling.book(by=world.maria.user, member=world.maria, slot=slot, visit_type=office)
        thread = actions.start_thread(by=world.maria.user, member=world.maria, subject="My knee", body="Swollen.")
    client.force_login(world.pedro.user)
    for name, pk in (
        ("scheduling:appointment", booked.pk),
        ("scheduling:cancel", booked.pk),
        ("clinical:thread", thread.pk),
    ):
        assert client.post(reverse(name, args=[pk])).status_code in (404, 405), name
        assert client.get(reverse(name, args=[pk])).status_code == 404, name
    client.force_login(world.outsider.user)
    assert client.post(reverse("scheduling:step", args=[booked.pk, "cancel"])).status_code == 404


def test_a_substance_is_found_by_its_name_among_its_products(world):
    with factories.arranging():
        for number in range(3):
            factories.concept(f"31407{number}", f"lisinopril {number} MG tablet", RXNORM)
        factories.concept("29046", "lisinopril", RXNORM)
        field = ConceptField(system=RXNORM)
        assert field.clean("Lisinopril").code == "29046"
        with pytest.raises(ValidationError, match="Several begin so"):
            field.clean("lisin")
