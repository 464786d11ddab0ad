"""Who gives and ends roles: two organisations, two administrators, nobody for themselves, and never past today."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core.db import acting_as
from core.models import AuditEvent, OutboxMessage, User
from core.permissions import may
from members.models import Member
from network import actions, offers
from network.models import RoleAssignment, RoleOffer
from network.permissions import roles_in_force
from tests.members.factories import make_member
from tests.network.factories import (
    give_role,
    make_department,
    make_organization,
    make_staff,
    make_system,
    make_user,
)

pytestmark = pytest.mark.django_db
today = timezone.localdate


class World:
    """Two systems with an administrator of access each, and somebody who has no role yet."""

    def __init__(self):
        self.own, self.other = make_system("Redwood"), make_system("Cedar")
        self.group = make_organization(self.own)
        self.admin = make_staff("administrator", self.own)
        self.stranger = make_staff("administrator", self.other)
        self.dana = make_user("Dana Hill")

    def give(self, by, **fields):
        fields = {"user": self.dana, "role": "front_desk", "organization": self.group, "start": today(), **fields}
        with acting_as(by, reason="test"):
            given = offers.give_or_offer_role(by=by, **fields)
        if isinstance(given, RoleAssignment):
            return given
        with acting_as(given.user, reason="test"):
            return offers.accept_role(given, by=given.user)


@pytest.fixture
def world() -> World:
    return World()


def test_a_role_opens_what_it_says_from_its_first_day_to_its_last(world):
    tomorrow = today() + timedelta(days=1)
    assert not may(world.dana, "members.search")

    given = world.give(world.admin, start=tomorrow, end=tomorrow + timedelta(days=2))

    held = {day: roles_in_force(world.dana, today() + timedelta(days=day)) for day in range(4)}
    assert [bool(held[day]) for day in range(4)] == [False, True, True, False]
    event = AuditEvent.objects.get(verb="network.accept_role")
    assert (event.user_id, event.object_id) == (world.dana.pk, str(given.pk))
    assert event.detail["user"] == str(world.dana.pk)
    assert event.detail["role"] == "front_desk"


def test_an_administrator_of_one_organisation_gives_and_ends_nothing_at_the_other(world):
    with pytest.raises(PermissionDenied):
        world.give(world.stranger)
    given = world.give(world.admin)
    with acting_as(world.stranger, reason="test"), pytest.raises(PermissionDenied):
        actions.end_role(given, by=world.stranger, on=today())
    assert RoleAssignment.objects.filter(user=world.dana).count() == 1


@pytest.mark.parametrize("role", ["plan_administrator", "auditor", "physician", "finance", "front_desk"])
def test_no_other_role_gives_roles(world, role):
    with pytest.raises(PermissionDenied):
        world.give(make_staff(role, world.own))


def test_an_administrator_of_a_facility_stays_within_it(world):
    office, clinic = make_department(world.own), make_department(world.own)
    local = make_user("Local")
    give_role(local, "administrator", office.facility.organization, facility=office.facility)

    world.give(local, organization=office.facility.organization, department=office)
    for place in (
        {"organization": office.facility.organization},
        {"organization": clinic.facility.organization, "department": clinic},
        {"organization": world.own},
    ):
        with pytest.raises(PermissionDenied):
            world.give(local, **place)


def test_nobody_gives_or_ends_a_role_of_their_own(world):
    with pytest.raises(actions.RoleRefused, match="themselves"):
        world.give(world.admin, user=world.admin)
    own = RoleAssignment.objects.get(user=world.admin)
    with acting_as(world.admin, reason="test"), pytest.raises(actions.RoleRefused, match="own role"):
        actions.end_role(own, by=world.admin, on=today())


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"role": "integration"}, "integration client"),
        ({"end": today}, "before it starts"),
        ({"role": "emperor"}, "no such role"),
    ],
)
def test_a_role_that_does_not_fit_is_refused(world, fields, said):
    given = {name: value() if callable(value) else value for name, value in fields.items()}
    with pytest.raises(actions.RoleRefused, match=said):
        world.give(world.admin, **given)


def test_a_place_of_another_organisation_is_refused(world):
    elsewhere = make_department(world.other)
    with pytest.raises((actions.RoleRefused, PermissionDenied)):
        world.give(world.admin, department=elsewhere)
    assert not RoleAssignment.objects.filter(user=world.dana).exists()


def test_the_same_role_at_the_same_place_is_held_once_at_a_time(world):
    world.give(world.admin)
    with pytest.raises(actions.RoleRefused, match="already holds"):
        world.give(world.admin, start=today() + timedelta(days=30))
    world.give(world.admin, role="nurse")
    with pytest.raises(IntegrityError, match="network_roleassignment_once"), transaction.atomic():
        give_role(world.dana, "nurse", world.group)


def test_an_ended_role_is_gone_from_that_day_and_stays_on_record(world):
    given = give_role(world.dana, "front_desk", world.group, period=(date(2025, 1, 1), None))
    with acting_as(world.admin, reason="test"):
        actions.end_role(given, by=world.admin, on=today(), reason="left")
        with pytest.raises(actions.RoleRefused, match="already"):
            actions.end_role(given, by=world.admin, on=today())
    assert not roles_in_force(User.objects.get(pk=world.dana.pk))
    assert roles_in_force(world.dana, today() - timedelta(days=1))
    assert AuditEvent.objects.get(verb="network.end_role").reason == "left"


def test_one_that_would_begin_later_is_taken_back_whole(world):
    given = world.give(world.admin, start=today() + timedelta(days=5))
    with acting_as(world.admin, reason="test"):
        actions.end_role(given, by=world.admin, on=today())
    assert not RoleAssignment.objects.filter(user=world.dana).exists()


def test_managing_access_reaches_no_member(world):
    make_member(world.own)
    with acting_as(world.admin, reason="test"):
        assert not Member.objects.exists()
    assert not may(world.admin, "members.search")


def test_somebody_new_is_invited_and_an_account_that_exists_is_asked(world):
    asked = {"role": "nurse", "organization": world.group, "start": today()}
    with acting_as(world.admin, reason="test"):
        offers.add_staff(by=world.admin, email="new@example.test", name="New Nurse", **asked)
        offers.add_staff(by=world.admin, email=world.dana.email.upper(), name="ignored", **asked)
    assert RoleOffer.objects.get().user_id == world.dana.pk
    assert [message.address for message in OutboxMessage.objects.filter(template="invitation")] == ["new@example.test"]
    assert not User.objects.get(email="new@example.test").has_usable_password()
    assert User.objects.get(pk=world.dana.pk).name == "Dana Hill"


# --- pages --------------------------------------------------------------------------------------------------


def sign_in(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


def test_the_list_shows_own_people_only_and_in_few_queries(client, world, django_assert_max_num_queries):
    make_staff("nurse", world.other, email="foreign@example.test")
    for number in range(30):
        give_role(make_user(f"Nurse {number:02}"), "nurse", world.group)
    sign_in(client, world.admin)
    with django_assert_max_num_queries(20):
        said = client.get(reverse("network:people")).content.decode()
    assert "Nurse 29" in said
    assert "foreign@example.test" not in said
    assert "Nurse 07" in client.post(reverse("network:people"), {"q": "nurse 07"}, follow=True).content.decode()
    assert "Nurse 07" not in client.get(reverse("network:people"), {"role": "finance"}).content.decode()


def test_a_role_is_given_and_ended_on_the_page(client, world):
    world.give(world.admin, role="nurse")
    sign_in(client, world.admin)
    page = reverse("network:person", args=[world.dana.pk])
    asked = {
        "role": "front_desk",
        "place": f"o:{world.group.pk}",
        "start": today().isoformat(),
        "end": "",
        "reason": "x",
    }
    assert client.post(page, asked).status_code == 302
    assert "already holds this role" in client.post(page, asked).content.decode()
    given = RoleAssignment.objects.get(user=world.dana, role="front_desk")
    client.post(reverse("network:end_role", args=[given.pk]), {"end": today().isoformat()})
    assert not RoleAssignment.objects.filter(user=world.dana, role="front_desk").exists()


def test_pages_of_another_systems_people_stay_shut(client, world):
    given = world.give(world.admin)
    sign_in(client, world.stranger)
    assert client.get(reverse("network:person", args=[world.dana.pk])).status_code == 404
    assert client.post(reverse("network:end_role", args=[given.pk]), {"end": today().isoformat()}).status_code == 403
    assert client.post(reverse("network:switch_account", args=[world.dana.pk])).status_code == 403
    asked = {"role": "nurse", "place": f"o:{world.group.pk}", "start": today().isoformat()}
    asked |= {"name": "X", "email": "x@example.test", "language": "en"}
    assert client.post(reverse("network:add_person"), asked).status_code == 200
    assert not User.objects.filter(email="x@example.test").exists()


def test_closing_an_account_signs_it_out_at_once(client, world):
    world.give(world.admin)
    signed_in = type(client)()
    sign_in(signed_in, world.dana)
    assert signed_in.get(reverse("members:register")).status_code == 200
    sign_in(client, world.admin)
    client.post(reverse("network:switch_account", args=[world.dana.pk]))
    assert signed_in.get(reverse("members:register")).status_code == 302
    client.post(reverse("network:switch_account", args=[world.dana.pk]))
    assert User.objects.get(pk=world.dana.pk).is_active


@pytest.mark.parametrize("role", ["plan_administrator", "physician", "auditor"])
def test_other_staff_do_not_see_the_list(client, world, role):
    sign_in(client, make_staff(role, world.own))
    assert client.get(reverse("network:people")).status_code == 403


# --- the admin's forms ----------------------------------------------------------------------------------------


def admin_user(world) -> User:
    user = make_user("Root", is_staff=True)
    give_role(user, "administrator", world.own)
    return user


def test_the_admin_gives_and_ends_a_role_through_the_action(client, world):
    give_role(world.dana, "front_desk", world.group)
    sign_in(client, admin_user(world))
    asked = {"user": str(world.dana.pk), "role": "nurse", "organization": str(world.group.pk), "start": "2026-01-01"}
    assert client.post(reverse("admin:network_roleassignment_add"), {**asked, "end": ""}).status_code == 302
    given = RoleAssignment.objects.get(user=world.dana, role="nurse")
    assert AuditEvent.objects.filter(verb="network.give_role", object_id=str(given.pk)).exists()

    change = reverse("admin:network_roleassignment_change", args=[given.pk])
    client.post(change, {"role": "physician", "start": "2020-01-01", "end": "2026-06-01", "reason": ""})
    given.refresh_from_db()
    assert (given.role, given.period.lower, given.period.upper) == ("nurse", date(2026, 1, 1), date(2026, 6, 1))


def test_the_admin_says_why_a_role_is_refused(client, world):
    sign_in(client, admin_user(world))
    asked = {"user": str(world.dana.pk), "role": "nurse", "organization": str(world.other.pk), "start": "2026-01-01"}
    page = client.post(reverse("admin:network_roleassignment_add"), asked, follow=True).content.decode()
    assert "You may not do this at that place." in page
    assert not RoleAssignment.objects.filter(user=world.dana).exists()


def test_places_are_kept_through_the_action_and_only_ones_own(client, world):
    office, foreign = make_department(world.own), make_department(world.other)
    sign_in(client, admin_user(world))
    room = {"department": str(office.pk), "name": "Exam 9"}
    client.post(reverse("admin:network_room_add"), room)
    made = office.rooms.get()
    assert made.resource, "a new room can be booked"
    assert AuditEvent.objects.filter(verb="network.keep_place", object_id=str(made.pk)).exists()

    for values in (
        {"department": str(foreign.pk), "name": "Exam 9"},
        {"department": str(foreign.pk), "name": "Exam 1"},
    ):
        client.post(reverse("admin:network_room_change", args=[made.pk]), values)
        client.post(reverse("admin:network_room_add"), values)
    assert not foreign.rooms.exists()
    assert office.rooms.get().name == "Exam 9"


def test_of_two_administrators_with_one_place_open_the_later_one_sees_what_the_other_saved(client, world):
    office = make_department(world.own, name="Family Medicine")
    change = reverse("admin:network_department_change", args=[office.pk])
    two = type(client)()
    for one in (client, two):
        sign_in(one, admin_user(world))
    pages = [one.get(change).context["adminform"].form for one in (client, two)]
    first, second = ({field.html_name: field.value() or "" for field in form} for form in pages)
    assert client.post(change, {**first, "name": "Family Medicine East"}).status_code == 302

    again = two.post(change, {**second, "code": "EAST"})

    assert again.status_code == 200
    assert "Somebody else saved this meanwhile" in again.content.decode()
    assert again.context["adminform"].form["name"].value() == "Family Medicine East"
    office.refresh_from_db()
    assert (office.name, office.code) == ("Family Medicine East", second["code"])


def test_an_account_is_renamed_in_the_admin_and_nobody_becomes_superuser_there(client, world):
    world.give(world.admin)
    sign_in(client, admin_user(world))
    change = reverse("admin:core_user_change", args=[world.dana.pk])
    client.post(change, {"name": "Dana H. Hill", "language": "es", "is_active": "on", "is_superuser": "on"})
    dana = User.objects.get(pk=world.dana.pk)
    assert (dana.name, dana.language, dana.is_superuser) == ("Dana H. Hill", "es", False)
    foreign = make_staff("nurse", world.other)
    client.post(reverse("admin:core_user_change", args=[foreign.pk]), {"name": "Changed", "language": "en"})
    assert User.objects.get(pk=foreign.pk).name != "Changed"
