"""A message's link: what it tells a stranger (nothing), and what the right person does with one tap."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from clinical.models import Document, ServiceRequest, Task
from core import outbox
from core.models import AuditEvent, OutboxMessage, User
from labs.models import LabTest
from prevention.models import (
    CareGap,
    CareRuleState,
    ElsewhereReport,
    HomeKit,
    OneTapLink,
    OutreachContact,
    OutreachEpisode,
)
from prevention.outreach.one_tap import path_for
from scheduling.models import Appointment
from tests.clinical import factories as clinic
from tests.clinical.factories import arranging
from tests.prevention import charts
from tests.prevention.outreach.factories import gap, policy, protocols, reached_by, reminders
from tests.scheduling import factories as times

pytestmark = pytest.mark.django_db
BORN = "1974-02-11"
HEALTH = ("colon", "cancer", "screen", "kit", "alvarez", "maria", "test")


@pytest.fixture(autouse=True)
def nobody_tried_before():
    cache.clear()


@pytest.fixture
def world():
    made = clinic.World()
    with arranging():
        policy(made.system)
        protocols(made.system, made.chen)
        LabTest.objects.create(
            organization=made.system,
            code="FIT",
            name="FIT",
            loinc=clinic.concept("29771-3"),
            specimen_type="STL",
            is_home_kit=True,
        )
        made.gap = gap(made.maria, due=timezone.localdate() - timedelta(days=100))
        made.link = link_for(made.gap)
    return made


def link_for(of_gap, **more) -> OneTapLink:
    more.setdefault("expires_at", timezone.now() + timedelta(days=30))
    return OneTapLink.objects.create(member_id=of_gap.member_id, gap=of_gap, **more)


def confirm(client, link, born=BORN):
    return client.post(path_for(link.pk), {"born": born})


def now(model, **where):
    with arranging():
        return model.objects.get(**where)


def test_before_the_date_of_birth_the_page_tells_nothing(client, world):
    answer = client.get(path_for(world.link.pk))

    page = answer.content.decode().lower()
    assert answer.status_code == 200
    assert not [word for word in HEALTH if word in page]
    assert answer["Referrer-Policy"] == "same-origin", "no other site learns the address"
    assert "no-store" in answer["Cache-Control"]


def test_the_address_names_nobody_and_cannot_be_made_up(client, world):
    path = path_for(world.link.pk)
    assert str(world.maria.pk) not in path
    assert world.maria.mrn not in path
    assert str(world.gap.pk) not in path

    forged = path[:-3] + ("A/" if path[-3] != "A" else "B/")
    assert client.get(forged).status_code == 410
    assert client.get("/r/nothing/").status_code == 410


def test_what_is_labelled_since_the_link_was_sent_is_behind_the_sign_in(client, world):
    assert client.get(path_for(world.link.pk)).status_code == 200
    with arranging():
        type(world.gap).objects.filter(pk=world.gap.pk).update(sensitivity=16)
    assert client.get(path_for(world.link.pk)).status_code == 410
    assert confirm(client, world.link).status_code == 410


@pytest.mark.parametrize("name", ["one_tap_order", "one_tap_book", "one_tap_elsewhere", "one_tap_not_now"])
def test_nothing_is_done_without_the_date_of_birth(client, world, name):
    token = path_for(world.link.pk).strip("/").split("/")[-1]

    answer = client.post(reverse(f"prevention:{name}", args=[token]), {"when": "x", "where": "y", "reason": "z"})

    assert answer.status_code == 302
    assert now(OneTapLink, pk=world.link.pk).used_at is None
    with arranging():
        assert not ServiceRequest.objects.exists()
        assert not OutreachContact.objects.exists()


def test_five_wrong_dates_kill_the_link_for_everybody(client, world):
    for _ in range(5):
        assert confirm(client, world.link, "1980-01-01").status_code == 422

    assert confirm(client, world.link).status_code == 410
    with arranging():
        refused = AuditEvent.objects.filter(verb="prevention.confirm_one_tap", action="refuse")
        assert {event.member_id for event in refused} == {world.maria.pk}
        assert refused.count() == 5


def test_many_people_behind_one_address_open_their_links(client, world):
    assert {client.get(path_for(world.link.pk), REMOTE_ADDR="203.0.113.8").status_code for _ in range(60)} == {200}


def test_wrong_dates_are_counted_for_each_address(client, world, monkeypatch):
    monkeypatch.setattr("prevention.outreach.views.one_tap.TRIES", 3)
    there = {"REMOTE_ADDR": "203.0.113.7"}
    for _ in range(3):
        client.post(path_for(world.link.pk), {"born": "1980-01-01"}, **there)
    assert client.post(path_for(world.link.pk), {"born": "1980-01-01"}, **there).status_code == 429
    assert client.get(path_for(world.link.pk), **there).status_code == 200, "who only looks is not kept out"


def test_one_address_may_not_try_without_end(client, world, monkeypatch):
    monkeypatch.setattr("prevention.outreach.views.one_tap.PAGES", 30)
    # Windows end, and another test's process may empty the cache: in the end it holds all the same.
    answers: list[int] = []
    while 429 not in answers and len(answers) < 500:
        answers.append(client.get("/r/nothing/", REMOTE_ADDR="203.0.113.9").status_code)
    assert set(answers) == {410, 429}


@pytest.mark.parametrize("what", ["expired", "used", "dead"])
def test_a_link_that_no_longer_works_says_the_same_whatever_became_of_it(client, world, what):
    with arranging():
        if what == "expired":
            OneTapLink.objects.filter(pk=world.link.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
        elif what == "used":
            at = timezone.now()
            OneTapLink.objects.filter(pk=world.link.pk).update(confirmed_at=at, used_at=at, used_for="booked")
        else:
            type(world.maria).objects.filter(pk=world.maria.pk).update(deceased_at=timezone.now())

    answer = client.get(path_for(world.link.pk))

    assert answer.status_code == 410
    assert "no longer works" in answer.content.decode()


def test_a_confirmed_link_opens_no_other(client, world):
    with arranging():
        pedros = link_for(gap(world.pedro))
    confirm(client, world.link)

    page = client.get(path_for(pedros.pk)).content.decode()

    assert "Your date of birth" in page
    assert confirm(client, pedros).status_code == 422, "nor does her date of birth open his"


def test_the_kit_is_ordered_with_one_tap_under_the_signed_protocol(client, world):
    page = confirm(client, world.link)
    page = client.get(page["Location"]).content.decode()
    assert "Colon cancer test" in page
    assert "$0" in page

    token = path_for(world.link.pk).strip("/").split("/")[-1]
    done = client.post(reverse("prevention:one_tap_order", args=[token]), {"protocol": "fit_home_kit", "asked": "1"})

    assert "Thank you" in done.content.decode()
    order = now(ServiceRequest, member=world.maria)
    assert (order.protocol, order.requester_id) == ("fit_home_kit", world.chen.pk)
    assert now(HomeKit, member=world.maria).order_id == order.pk
    link = now(OneTapLink, pk=world.link.pk)
    assert (link.used_for, bool(link.used_at)) == ("kit_ordered", True)
    assert client.get(path_for(world.link.pk)).status_code == 410, "one answer a link"


def test_without_a_signed_protocol_no_kit_is_offered_nor_sent(client, world):
    from prevention.models import StandingOrder

    with arranging():
        StandingOrder.objects.update(members_may=False)
    confirm(client, world.link)
    assert "Send me a home kit" not in client.get(path_for(world.link.pk)).content.decode()

    token = path_for(world.link.pk).strip("/").split("/")[-1]
    answer = client.post(reverse("prevention:one_tap_order", args=[token]), {"protocol": "fit_home_kit", "asked": "1"})

    assert answer.status_code == 409
    assert now(OneTapLink, pk=world.link.pk).used_at is None, "the link still works for another answer"
    with arranging():
        assert not ServiceRequest.objects.exists()


def test_the_right_visit_is_booked_at_her_own_place(client, world):
    with arranging():
        times.visit_type(world.department, "GI-SCREEN", "Colonoscopy", service="preventive", is_self_scheduled=True)
    slot = times.hours(world.chen, world.department)[0]
    confirm(client, world.link)
    token = path_for(world.link.pk).strip("/").split("/")[-1]

    done = client.post(reverse("prevention:one_tap_book", args=[token]), {"slot": str(slot.pk)})

    assert "Booked for" in done.content.decode()
    booked = now(Appointment, member=world.maria)
    assert (booked.slot_id, booked.reason, booked.booked_by_id) == (slot.pk, "Colon cancer test", world.maria.user.pk)
    assert now(OutreachContact, member=world.maria).outcome == "booked"


def test_done_elsewhere_with_a_photo_goes_to_review(client, world):
    confirm(client, world.link)
    token = path_for(world.link.pk).strip("/").split("/")[-1]
    photo = SimpleUploadedFile("report.jpg", b"\xff\xd8\xff" + b"0" * 200, content_type="image/jpeg")
    answer = {"when": "May 2026", "where": "County Hospital", "proof": photo}

    client.post(reverse("prevention:one_tap_elsewhere", args=[token]), answer)

    report = now(ElsewhereReport, member=world.maria)
    assert (report.status, report.place) == ("waiting", "County Hospital")
    assert now(Document, pk=report.proof_id).content_type == "image/jpeg"
    assert now(Task, member=world.maria).kind == "outside_record"
    assert now(CareGap, pk=world.gap.pk).status == "open", "only a fact closes a gap"


def test_what_only_calls_itself_a_photo_is_refused(client, world):
    confirm(client, world.link)
    token = path_for(world.link.pk).strip("/").split("/")[-1]
    script = SimpleUploadedFile("report.jpg", b"<script>", content_type="image/jpeg")

    answer = client.post(
        reverse("prevention:one_tap_elsewhere", args=[token]), {"when": "May", "where": "There", "proof": script}
    )

    assert answer.status_code == 422
    with arranging():
        assert not Document.objects.exists()


def test_never_needs_a_reason_that_the_clinician_sees(client, world):
    with arranging():
        CareRuleState.objects.create(
            member=world.maria,
            rule=world.gap.rule,
            applies=True,
            next_due_on=world.gap.due_on,
            changed_at=timezone.now(),
        )
    confirm(client, world.link)
    token = path_for(world.link.pk).strip("/").split("/")[-1]
    url = reverse("prevention:one_tap_not_now", args=[token])
    assert client.post(url, {"never": "on", "reason": ""}).status_code == 422

    client.post(url, {"never": "on", "reason": "My father died of the procedure"})

    declined = now(CareGap, pk=world.gap.pk)
    assert (declined.status, declined.deferred_until) == ("deferred", None)
    client.force_login(world.chen.user)
    chart = client.get(reverse("clinical:chart", args=[world.maria.pk])).content.decode()
    assert "My father died of the procedure" in chart
    assert "Declined" in chart


def test_without_an_account_the_system_acts_and_audit_says_so(client, world):
    with arranging():
        nora = clinic.member(world.system, "Nora", with_account=False)
        link = link_for(gap(nora))
    confirm(client, link)
    token = path_for(link.pk).strip("/").split("/")[-1]

    client.post(reverse("prevention:one_tap_not_now", args=[token]), {"never": "on", "reason": "No."})

    with arranging():
        event = AuditEvent.objects.get(verb="prevention.decline_gap")
        assert (event.user_id, event.member_id) == (User.objects.system("one-tap").pk, nora.pk)
        assert event.reason == "one-tap link"


def test_the_link_is_signed_when_the_message_leaves(world):
    with arranging():
        charts.enrol(world.maria)
        reached_by(world.maria, "sms")
        type(world.maria.user).objects.filter(pk=world.maria.user.pk).update(is_active=True)
        OutreachEpisode.objects.all().delete()
        from members.models import CommunicationPreference

        CommunicationPreference.objects.create(member=world.maria, channels=["sms"])
    from tests.prevention.outreach.factories import queue

    queue(world.maria, as_of=timezone.localdate(), at=timezone.now())

    (sent,) = reminders(world.maria)
    link = now(OneTapLink, reminder=sent)
    text = outbox.render(sent.message).body
    assert path_for(link.pk) in text
    # The link's signature is of letters that fall as they will.
    words = text.replace(path_for(link.pk), "").lower()
    assert not [word for word in HEALTH[:4] if word in words]
    with arranging():
        assert path_for(link.pk) not in str(list(OutboxMessage.objects.values()))


@pytest.mark.django_db(transaction=True)
def test_pages_are_accessible(page, axe, world):
    page.goto(path_for(world.link.pk))
    axe(page, "neutral")
    page.get_by_label("Your date of birth").fill(BORN)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", name="Colon cancer test").wait_for()
    axe(page, "answers")
    page.get_by_role("button", name="Send me a home kit").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    axe(page)
    page.goto(path_for(world.link.pk))
    axe(page)
