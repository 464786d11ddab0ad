"""Seats: nobody gets one twice, nobody is in two places, what is given back is offered."""

import datetime
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.db import acting_as, as_job
from core.models import AuditEvent, OutboxMessage, User
from members.portal import age_on
from network.models import Resource
from scheduling import actions, offers, waiting
from scheduling.models import Appointment, ResourceBooking, Slot
from tests.clinical import factories
from tests.scheduling.factories import hours, visit_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    world = factories.World()
    world.office = visit_type(world.department)
    world.slots = hours(world.chen, world.department)
    return world


def book(world, member, slot, **more) -> Appointment:
    with acting_as(member.user, reason="test"):
        return actions.book(by=member.user, member=member, slot=slot, visit_type=world.office, **more)


def test_a_clinician_is_never_in_two_places(clinic):
    with pytest.raises(actions.BookingRefused, match="already booked"):
        hours(clinic.chen, clinic.department, clinic.slots[1].starts_at)
    assert ResourceBooking.objects.count() == 1

    # The hour right after is free: periods are half open.
    hours(clinic.chen, clinic.department, clinic.slots[-1].ends_at)


def test_booking_takes_the_seat_is_audited_and_confirmed_without_health_detail(clinic):
    made = book(clinic, clinic.maria, clinic.slots[0], reason="Swollen knee")

    assert (made.seat, made.status, made.clinician) == (1, "booked", clinic.chen)
    assert AuditEvent.objects.filter(verb="scheduling.book", member_id=clinic.maria.pk).count() == 1
    messages = OutboxMessage.objects.filter(member_id=clinic.maria.pk)
    assert {message.channel for message in messages} == {"portal", "email"}
    assert not any("knee" in str(message.context) for message in messages)


def test_a_full_slot_is_refused_in_friendly_words(clinic):
    book(clinic, clinic.maria, clinic.slots[0])
    with pytest.raises(actions.BookingRefused, match="Somebody else has just taken this time"):
        book(clinic, clinic.pedro, clinic.slots[0])


def test_free_times_leave_out_what_somebody_else_has_taken_though_the_asker_cannot_see_whose(clinic):
    book(clinic, clinic.maria, clinic.slots[0])
    with acting_as(clinic.pedro.user, reason="test"):
        assert Appointment.objects.count() == 0
        assert list(Slot.objects.with_free_seat().order_by("starts_at")) == clinic.slots[1:]


def test_postgres_refuses_a_seat_beyond_the_capacity_whoever_writes_it(clinic):
    made = book(clinic, clinic.maria, clinic.slots[0])
    with (
        acting_as(clinic.maria.user, reason="test"),
        pytest.raises(IntegrityError, match="Seat 2 of a slot with 1 seats"),
        transaction.atomic(),
    ):
        Appointment.objects.filter(pk=made.pk).update(seat=2)


def test_a_slot_does_not_shrink_below_the_seats_given(clinic):
    slot = hours(clinic.osei, clinic.cardiology, count=1, capacity=2)[0]
    book(clinic, clinic.maria, slot)
    book(clinic, clinic.pedro, slot)
    with pytest.raises(IntegrityError, match="Seats above 1 are taken"), transaction.atomic():
        Slot.objects.filter(pk=slot.pk).update(capacity=1)


@pytest.mark.parametrize("minutes", [-5, 20])
def test_a_visit_takes_the_time_of_its_slot_whoever_writes_it(clinic, minutes):
    made = book(clinic, clinic.maria, clinic.slots[0])
    away = datetime.timedelta(minutes=minutes)
    with (
        acting_as(clinic.maria.user, reason="test"),
        pytest.raises(IntegrityError, match="takes the time of its slot"),
        transaction.atomic(),
    ):
        Appointment.objects.filter(pk=made.pk).update(during=(made.starts_at + away, made.ends_at + away))


def test_a_slot_that_somebody_holds_does_not_move_away_under_the_visit(clinic):
    slot = clinic.slots[0]
    book(clinic, clinic.maria, slot)
    with pytest.raises(IntegrityError, match="Somebody is booked at this time"), transaction.atomic():
        Slot.objects.filter(pk=slot.pk).update(ends_at=slot.ends_at + datetime.timedelta(minutes=5))


def test_a_group_visit_has_as_many_seats_as_its_capacity(clinic):
    slot = hours(clinic.osei, clinic.cardiology, count=1, capacity=2)[0]
    assert [book(clinic, who, slot).seat for who in (clinic.maria, clinic.pedro)] == [1, 2]


def test_a_member_is_not_in_two_places(clinic):
    book(clinic, clinic.maria, clinic.slots[0])
    other = hours(clinic.osei, clinic.cardiology, clinic.slots[0].starts_at, count=1)[0]
    with pytest.raises(actions.BookingRefused, match="You already have an appointment at that time"):
        book(clinic, clinic.maria, other)


def of_specialty(clinic, department: str, clinician: str = "") -> None:
    type(clinic.department).objects.filter(pk=clinic.department.pk).update(specialty=department)
    type(clinic.chen).objects.filter(pk=clinic.chen.pk).update(specialty=clinician)


@pytest.mark.parametrize(
    ("department", "clinician", "adult", "child"),
    [
        ("208000000X", "", False, True),
        ("207Q00000X", "208000000X", False, True),
        ("207R00000X", "", True, False),
        ("207Q00000X", "207Q00000X", True, True),
    ],
)
def test_primary_care_is_booked_with_those_who_look_after_that_age(clinic, department, clinician, adult, child):
    of_specialty(clinic, department, clinician)
    born = {True: datetime.date(1974, 2, 11), False: timezone.localdate() - datetime.timedelta(days=3000)}
    for number, (is_adult, is_taken) in enumerate(((True, adult), (False, child))):
        with as_job(User.objects.system("tests"), reason="test"):
            type(clinic.maria).objects.filter(pk=clinic.maria.pk).update(birth_date=born[is_adult])
        slot = Slot.objects.select_related("session").get(pk=clinic.slots[number].pk)
        clinic.maria.birth_date = born[is_adult]
        age = age_on(clinic.maria, timezone.localdate())
        with acting_as(clinic.maria.user, reason="test"):
            places = offers.places_for(clinic.maria, clinic.office, None)
            where = offers.Where(tuple(places), age=age)
            free = offers.open_slots(where, clinic.office, slot.starts_at, slot.ends_at)
        assert (slot in free) == is_taken
        if is_taken:
            book(clinic, clinic.maria, slot)
        else:
            with pytest.raises(actions.BookingRefused, match="another age"):
                book(clinic, clinic.maria, slot)


def test_a_clinician_who_came_by_an_interface_is_not_in_two_places_either(clinic):
    Resource.objects.filter(clinician=clinic.osei).delete()
    slots = hours(clinic.osei, clinic.cardiology)
    with pytest.raises(actions.BookingRefused, match="already booked"):
        hours(clinic.osei, clinic.department, slots[1].starts_at)
    assert ResourceBooking.objects.filter(resource__clinician=clinic.osei).count() == 1


def test_a_place_of_another_system_is_refused(clinic):
    theirs = hours(clinic.outsider, clinic.other_department, count=1)[0]
    with pytest.raises(actions.BookingRefused, match="not part of your network"):
        book(clinic, clinic.maria, theirs)


def test_moving_keeps_what_the_visit_is_for_and_frees_the_old_seat(clinic):
    old = book(clinic, clinic.maria, clinic.slots[0], reason="Knee", expected_cost=20)
    with acting_as(clinic.maria.user, reason="test"):
        new = actions.move(old, by=clinic.maria.user, slot=clinic.slots[1])
        old.refresh_from_db()
    assert (new.moved_from, new.reason, new.expected_cost) == (old, "Knee", 20)
    assert (old.status, old.cancel_reason) == ("cancelled", "moved")
    assert book(clinic, clinic.pedro, clinic.slots[0]).seat == 1


def test_a_move_to_a_taken_time_leaves_the_old_one_as_it_was(clinic):
    old = book(clinic, clinic.maria, clinic.slots[0])
    book(clinic, clinic.pedro, clinic.slots[1])
    with acting_as(clinic.maria.user, reason="test"):
        with pytest.raises(actions.BookingRefused):
            actions.move(old, by=clinic.maria.user, slot=clinic.slots[1])
        old.refresh_from_db()
        assert old.status == "booked"


def test_a_visit_goes_its_way_and_no_other(clinic):
    soon = timezone.now() + datetime.timedelta(minutes=1)
    slot = hours(clinic.park, clinic.department, soon, count=1)[0]
    made = book(clinic, clinic.maria, slot)
    place = factories.room(clinic.department)
    nurse = clinic.park.user
    with acting_as(nurse, reason="test"):
        with pytest.raises(actions.BookingRefused, match="already booked"):
            actions.fulfil(made, by=nurse)
        assert actions.check_in(made, by=nurse).arrived_at is not None
        assert actions.room(made, by=nurse, room=place).room == place
        with pytest.raises(actions.BookingRefused, match="already in the room"):
            actions.cancel(made, by=nurse)
        assert actions.fulfil(made, by=nurse).status == "fulfilled"


def test_a_room_is_not_given_to_two_people(clinic):
    soon = timezone.now() + datetime.timedelta(minutes=1)
    first, second = hours(clinic.park, clinic.department, soon, count=2)
    place = factories.room(clinic.department)
    nurse = clinic.park.user
    visits = [book(clinic, clinic.maria, first), book(clinic, clinic.pedro, second)]
    with acting_as(nurse, reason="test"):
        actions.room(visits[0], by=nurse, room=place)
        with pytest.raises(actions.BookingRefused, match="room is already booked"):
            actions.room(visits[1], by=nurse, room=place)


def test_a_freed_time_is_offered_to_the_first_who_waits(clinic):
    made = book(clinic, clinic.maria, clinic.slots[0])
    today = timezone.localdate()
    dates = (today, today + datetime.timedelta(days=10))
    with acting_as(clinic.pedro.user, reason="test"):
        wish = waiting.join_waitlist(by=clinic.pedro.user, member=clinic.pedro, visit_type=clinic.office, dates=dates)
        again = waiting.join_waitlist(by=clinic.pedro.user, member=clinic.pedro, visit_type=clinic.office, dates=dates)
    assert wish == again
    with acting_as(clinic.maria.user, reason="test"):
        actions.cancel(made, by=clinic.maria.user)

    job = User.objects.system("scheduling")
    with as_job(job, reason="test"):
        assert waiting.offer_freed_slot(clinic.slots[0], by=job, on=today) == wish
        assert waiting.offer_freed_slot(clinic.slots[0], by=job, on=today) is None
    with acting_as(clinic.pedro.user, reason="test"):
        wish.refresh_from_db()
        assert (wish.status, wish.offered_slot) == ("offered", clinic.slots[0])


@pytest.mark.django_db(transaction=True)
def test_two_people_who_press_at_the_same_moment_do_not_get_the_same_seat():
    world = factories.World()
    world.office = visit_type(world.department)
    slot = hours(world.chen, world.department, count=1)[0]
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    def press(member) -> None:
        try:
            with acting_as(member.user, reason="test"):
                barrier.wait(timeout=10)
                actions.book(by=member.user, member=member, slot=slot, visit_type=world.office)
                outcomes.append("booked")
        except actions.BookingRefused as refused:
            outcomes.append(refused.code)
        finally:
            connection.close()

    pressing = [threading.Thread(target=press, args=[who]) for who in (world.maria, world.pedro)]
    for thread in pressing:
        thread.start()
    for thread in pressing:
        thread.join(timeout=20)

    assert sorted(outcomes) == ["booked", "taken"]
    with factories.arranging():
        assert Appointment.objects.filter(slot=slot).holding().count() == 1
