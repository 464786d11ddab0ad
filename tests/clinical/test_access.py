"""Who looks after a member, and access by reason: two clinicians, two members, two systems."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from clinical.access import (
    begin_to_look_after,
    break_the_glass,
    has_broken_the_glass,
    has_care_relationship,
    looks_after,
    review_access,
)
from clinical.models import AccessReview, BreakTheGlass, CareTeamMembership, Encounter, Task
from core import audit, outbox
from core.db import acting_as, as_job
from core.models import AuditEvent, OutboxMessage, User
from members.models import PrimaryCareAssignment
from tests.members.factories import make_member
from tests.network.factories import (
    ALWAYS,
    give_role,
    make_clinician,
    make_department,
    make_staff,
    make_system,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> SimpleNamespace:
    """Dr. Own is Maria's primary care clinician; Dr. Other works elsewhere in the system; a second system beside."""
    system, second = make_system(), make_system()
    office, clinic = make_department(system), make_department(system)
    own, other = make_user("Dr. Own"), make_user("Dr. Other")
    give_role(own, "physician", office.facility.organization, department=office)
    give_role(other, "physician", clinic.facility.organization, department=clinic)
    found = SimpleNamespace(
        system=system,
        second=second,
        office=office,
        clinic=clinic,
        own=own,
        other=other,
        own_clinician=make_clinician(own),
        other_clinician=make_clinician(other),
        maria=make_member(system),
        brown=make_member(system),
        foreign=make_member(second),
    )
    with as_job(User.objects.system("tests"), reason="test"):
        PrimaryCareAssignment.objects.create(
            member=found.maria, clinician=found.own_clinician, department=office, period=ALWAYS, origin="chosen"
        )
    return found


def asks(user, member) -> bool:
    with acting_as(user, reason="test"):
        return looks_after(user, member.pk)


def test_primary_care_clinician_and_their_department_look_after_a_member(world):
    nurse = make_user()
    give_role(nurse, "nurse", world.office.facility.organization, department=world.office)
    desk = make_user()
    give_role(desk, "front_desk", world.office.facility.organization, department=world.office)

    assert asks(world.own, world.maria)
    assert asks(nurse, world.maria)
    assert not asks(desk, world.maria)
    assert not asks(world.other, world.maria)
    assert not asks(world.own, world.brown)


def test_a_relationship_that_one_made_oneself_opens_no_chart(world):
    coordinator = make_user("Coordinator")
    give_role(coordinator, "care_coordinator", world.clinic.facility.organization, department=world.clinic)
    assert not asks(coordinator, world.brown)
    with acting_as(coordinator, reason="test"):
        PrimaryCareAssignment.objects.create(
            member=world.brown,
            clinician=world.other_clinician,
            department=world.clinic,
            period=ALWAYS,
            origin="assigned",
        )
    assert not asks(coordinator, world.brown), "who put them there is not led to the chart by it"
    assert asks(world.other, world.brown), "the colleagues whom it was made for are"


def test_a_task_that_one_gave_to_ones_own_department_opens_no_chart_to_oneself(world):
    colleague = make_user("Dr. Colleague")
    give_role(colleague, "physician", world.clinic.facility.organization, department=world.clinic)
    with as_job(User.objects.system("tests"), reason="test"):
        Task.objects.create(
            member=world.brown,
            status="requested",
            kind="referral",
            title="See",
            department=world.clinic,
            requested_by=world.other,
        )
    assert not asks(world.other, world.brown)
    assert asks(colleague, world.brown), "who was asked looks after them"


def test_who_begins_to_look_after_a_stranger_is_told_to_the_member_and_listed_for_auditors(world):
    with acting_as(world.other, reason="care"):
        begin_to_look_after(by=world.other, member=world.brown, reason="Admitted to Ward 3")
        begin_to_look_after(by=world.other, member=world.brown, reason="Admitted to Ward 4")
    with acting_as(world.own, reason="care"):
        begin_to_look_after(by=world.own, member=world.maria, reason="Visit begun at the office")
    with as_job(User.objects.system("tests"), reason="test"):
        opened = BreakTheGlass.objects.get()
        assert (opened.member_id, opened.user_id, opened.reason) == (
            world.brown.pk, world.other.pk, "Admitted to Ward 3"
        )  # fmt: skip
        assert OutboxMessage.objects.filter(template="record_opened", member_id=world.brown.pk).exists()


def test_the_access_log_names_the_role_on_which_an_access_rested(world):
    give_role(world.other, "auditor", world.clinic.facility.organization)
    give_role(world.other, "finance", world.clinic.facility.organization)
    with acting_as(world.other, reason="test"):
        break_the_glass(by=world.other, member=world.maria, reason="Called by the ward")
    event = AuditEvent.objects.filter(verb="clinical.break_the_glass").latest("id")
    assert event.role == "physician"


def test_a_role_that_ended_gives_nothing(world):
    former = make_user()
    give_role(
        former, "nurse", world.office.facility.organization, department=world.office,
        period=(date(2020, 1, 1), date(2021, 1, 1)),
    )  # fmt: skip
    assert not asks(former, world.maria)


def test_care_team_and_a_recent_visit_make_a_relationship_and_an_old_visit_does_not(world):
    now = timezone.now()
    with as_job(User.objects.system("tests"), reason="test"):
        CareTeamMembership.objects.create(
            member=world.brown, clinician=world.own_clinician, role="cardiologist", period=ALWAYS
        )
        recent, old = now - timedelta(days=30), now - timedelta(days=400)
        for member, at in ((world.maria, recent), (world.brown, old)):
            Encounter.objects.create(
                member=member,
                status="finished",
                effective=(at, at + timedelta(minutes=20)),
                clinician=world.other_clinician,
            )

    assert asks(world.own, world.brown)
    assert asks(world.other, world.maria)
    assert not asks(world.other, world.brown)


def test_without_reach_there_is_no_relationship_to_find(world):
    stranger = make_staff("physician", world.second)
    with acting_as(stranger, reason="test"):
        assert not has_care_relationship(stranger, world.maria)


def test_a_reason_opens_one_record_for_a_time_and_is_audited(world):
    with acting_as(world.other, reason="test"):
        assert not has_broken_the_glass(world.other, world.maria)
        opened = break_the_glass(by=world.other, member=world.maria, reason="Found unconscious at the entrance")
        assert has_broken_the_glass(world.other, world.maria)
        assert not has_broken_the_glass(world.other, world.brown)
        assert not has_broken_the_glass(world.own, world.maria)

    assert opened.until - opened.at == timedelta(hours=4)
    event = AuditEvent.objects.get(verb="clinical.break_the_glass")
    assert (event.user_id, event.member_id) == (world.other.pk, world.maria.pk)
    assert event.reason == "Found unconscious at the entrance"


def test_it_ends_by_itself(world):
    with acting_as(world.other, reason="test"):
        past = timezone.now() - timedelta(hours=5)
        BreakTheGlass.objects.create(
            member=world.maria, user=world.other, reason="Yesterday's reason", at=past, until=past + timedelta(hours=4)
        )
        assert not has_broken_the_glass(world.other, world.maria)


@pytest.mark.parametrize("reason", ["", "   ", "because"])
def test_it_needs_a_reason(world, reason):
    with acting_as(world.other, reason="test"), pytest.raises(ValueError, match="reason"):
        break_the_glass(by=world.other, member=world.maria, reason=reason)


@pytest.mark.django_db(transaction=True)
def test_only_clinicians_of_the_members_own_system_may(world):
    desk = make_staff("front_desk", world.system)
    stranger = make_staff("physician", world.second)
    for user in (desk, stranger):
        with acting_as(user, reason="test"), pytest.raises(PermissionDenied):
            break_the_glass(by=user, member=world.maria, reason="I would like to have a look")
    with as_job(desk, reason="test"):
        assert not BreakTheGlass.objects.exists()
    assert AuditEvent.objects.filter(action="refuse", verb="clinical.break_the_glass").count() == 2


def test_the_row_cannot_be_changed_afterwards(world):
    with acting_as(world.other, reason="test"):
        break_the_glass(by=world.other, member=world.maria, reason="Found unconscious at the entrance")
        with pytest.raises(DatabaseError), transaction.atomic():
            BreakTheGlass.objects.update(until=datetime(2099, 1, 1, tzinfo=timezone.get_current_timezone()))


# --- afterwards -------------------------------------------------------------------------------------------------


def test_the_member_is_told_and_the_message_says_neither_who_nor_why(world):
    maria = make_member(world.system, user=make_user("Maria"), language="es")
    with acting_as(world.other, reason="test"):
        break_the_glass(by=world.other, member=maria, reason="Found unconscious at the entrance")
        break_the_glass(by=world.other, member=world.brown, reason="Found unconscious at the entrance")
    told = OutboxMessage.objects.filter(template="record_opened")
    assert set(told.filter(member_id=maria.pk).values_list("channel", "address", "language")) == {
        ("portal", "", "es"),
        ("email", maria.user.email, "es"),
    }
    assert list(told.filter(member_id=world.brown.pk).values_list("channel", flat=True)) == ["letter"]
    for message in told:
        said = outbox.render(message)
        assert "unconscious" not in said.subject + said.body
        assert "Dr. Other" not in said.subject + said.body


def test_the_home_shows_it_until_the_member_has_looked(client, world):
    maria = make_member(world.system, user=make_user("Maria"))
    with acting_as(world.other, reason="test"):
        break_the_glass(by=world.other, member=maria, reason="Found unconscious at the entrance")
    client.force_login(maria.user)
    assert "Somebody opened your record with a reason" in client.get("/").content.decode()
    assert reverse("clinical:who_opened") in client.get(reverse("clinical:my_record")).content.decode()
    page = client.get(reverse("clinical:who_opened")).content.decode()
    assert "Open until" in page
    assert "Found unconscious" in page
    assert "Somebody opened your record with a reason" not in client.get("/").content.decode()


class Opened:
    """An access of each system, one of them gone by."""

    def __init__(self, world):
        now = timezone.now()
        stranger = make_staff("physician", world.second)
        with as_job(User.objects.system("tests"), reason="test"):
            for member, user, reason, hours in (
                (world.maria, world.other, "Yesterday on the ward", 30),
                (world.foreign, stranger, "Of another system", 1),
            ):
                BreakTheGlass.objects.create(
                    member=member,
                    user=user,
                    reason=reason,
                    at=now - timedelta(hours=hours),
                    until=now - timedelta(hours=hours - 4),
                )
        with acting_as(world.other, reason="test"):
            break_the_glass(by=world.other, member=world.brown, reason="Called by the ward")
            for _ in range(3):
                audit.record_read(world.other, verb="clinical.view_chart", member_id=world.brown.pk)


def test_auditors_list_every_access_of_their_system_with_what_was_looked_at(client, world):
    Opened(world)
    auditor = make_staff("auditor", world.system)
    client.force_login(auditor)
    url = reverse("clinical:accesses")

    rows = client.get(url).context["rows"]
    assert [(row["access"].reason, row["is_open"]) for row in rows] == [
        ("Called by the ward", True),
        ("Yesterday on the ward", False),
    ]
    assert [row["access"].looks for row in rows] == [3, 0]

    def reasons(**asked):
        return [row["access"].reason for row in client.post(url, asked, follow=True).context["rows"]]

    assert reasons(only_open="on") == ["Called by the ward"]
    assert reasons(record_number=world.maria.mrn) == ["Yesterday on the ward"]
    assert reasons(record_number=world.foreign.mrn) == []
    assert reasons(user=world.own.email) == []
    assert reasons(since="2090-01-01") == []
    assert AuditEvent.objects.filter(verb="clinical.review_access", user_id=auditor.pk).count() == 6


@pytest.mark.parametrize("role", ["physician", "plan_administrator", "administrator", "front_desk"])
def test_nobody_else_lists_them(client, world, role):
    client.force_login(make_staff(role, world.system))
    assert client.get(reverse("clinical:accesses")).status_code == 403


def test_an_account_without_record_and_role_is_told_so_and_not_sent_round(client):
    client.force_login(make_user("Pat Lone"), backend="django.contrib.auth.backends.ModelBackend")
    response = client.get("/", follow=True)
    assert response.redirect_chain == [("/staff/", 302)]
    assert "Nothing is open to you yet" in response.content.decode()


# --- What an auditor finds ----------------------------------------------------------------------------------


def opened_by(world, user, member) -> BreakTheGlass:
    now = timezone.now()
    with as_job(User.objects.system("tests"), reason="test"):
        return BreakTheGlass.objects.create(
            member=member, user=user, reason="Called by the ward", at=now - timedelta(hours=5), until=now
        )


def test_an_auditor_reviews_an_access_and_the_list_says_by_whom_and_what(client, world):
    opened = opened_by(world, world.other, world.maria)
    auditor = make_staff("auditor", world.system)
    client.force_login(auditor)
    listing, page = reverse("clinical:accesses"), reverse("clinical:review_access", args=[opened.pk])
    assert page in client.get(listing).content.decode()

    # Without a word nothing but "appropriate" is taken.
    refused = client.post(page, {"outcome": "inappropriate", "note": ""})
    assert refused.status_code == 422
    assert (
        client.post(page, {"outcome": "follow_up", "note": "Ask the ward whether she was called."}).status_code == 302
    )
    assert client.post(page, {"outcome": "appropriate", "note": ""}).status_code == 302

    (row,) = client.get(listing).context["rows"]
    assert (row["review"].outcome, row["review"].reviewed_by) == ("appropriate", auditor)
    assert [r.outcome for r in client.get(page).context["reviews"]] == ["appropriate", "follow_up"]
    written = AuditEvent.objects.filter(verb="clinical.settle_access", action="create", member_id=world.maria.pk)
    assert sorted(event.detail["outcome"] for event in written) == ["appropriate", "follow_up"]


def test_the_list_of_what_is_to_be_reviewed_gets_shorter(client, world):
    done, waiting, followed = (opened_by(world, world.other, world.maria) for _ in range(3))
    auditor = make_staff("auditor", world.system)
    with acting_as(auditor, reason="test"):
        review_access(done, by=auditor, outcome="appropriate")
        review_access(followed, by=auditor, outcome="follow_up", note="Ask the ward about it.")
    client.force_login(auditor)

    rows = client.get(reverse("clinical:accesses"), {"only_waiting": "on"}).context["rows"]

    assert {row["access"].pk for row in rows} == {waiting.pk, followed.pk}


def test_nobody_reviews_their_own_access_not_even_an_auditor(client, world):
    auditor = make_staff("auditor", world.system)
    opened = opened_by(world, auditor, world.maria)
    client.force_login(auditor)
    assert client.get(reverse("clinical:review_access", args=[opened.pk])).status_code == 403

    with acting_as(auditor, reason="test"), pytest.raises(PermissionDenied):
        review_access(opened, by=auditor, outcome="appropriate")
    with (
        as_job(auditor, reason="past the permission"),
        pytest.raises(IntegrityError, match="an access of their own"),
        transaction.atomic(),
    ):
        AccessReview.objects.create(member=world.maria, access=opened, outcome="appropriate", reviewed_by=auditor)


def test_only_auditors_of_the_members_system_review(client, world):
    opened, foreign = opened_by(world, world.other, world.maria), opened_by(world, world.other, world.foreign)
    auditor = make_staff("auditor", world.system)
    client.force_login(auditor)
    assert client.get(reverse("clinical:review_access", args=[foreign.pk])).status_code == 404
    client.force_login(world.own)
    assert client.get(reverse("clinical:review_access", args=[opened.pk])).status_code in (403, 404)


def test_a_review_is_never_changed(world):
    opened = opened_by(world, world.other, world.maria)
    auditor = make_staff("auditor", world.system)
    with acting_as(auditor, reason="test"):
        made = review_access(opened, by=auditor, outcome="appropriate")
    with as_job(User.objects.system("tests"), reason="test"), pytest.raises(DatabaseError), transaction.atomic():
        AccessReview.objects.filter(pk=made.pk).update(outcome="inappropriate", note="Rewritten later on.")
