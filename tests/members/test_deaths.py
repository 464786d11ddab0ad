"""A death outside our hospital, recorded by staff or a client: it ends what waits, and a mistake is taken back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from clinical.models import CodingRole, ServiceRequest, ServiceRequestCoding, Task
from core.db import acting_as
from core.models import AuditEvent, OutboxMessage
from members.deaths import MemberDied
from members.models import EndedByDeath
from network.models import RoleAssignment
from scheduling import actions as scheduling
from scheduling.models import WaitlistEntry
from scheduling.waiting import join_waitlist
from tests.api.world import World, session_of, token_for
from tests.clinical import factories as make
from tests.scheduling.factories import hours, visit_type

pytestmark = pytest.mark.django_db
today = timezone.localdate


@pytest.fixture
def world():
    world = World()
    with make.arranging():
        world.desk = make.account("Dana Desk")
        make.role(world.desk, RoleAssignment.Role.FRONT_DESK, world.here)
        kind = visit_type(world.office)
    slots = hours(world.physician, world.office)
    with acting_as(world.desk, reason="test"):
        world.visits = [
            scheduling.book(by=world.desk, member=member, slot=slot, visit_type=kind)
            for member, slot in ((world.ana, slots[0]), (world.ken, slots[1]))
        ]
    return world


def standing(world):
    """Ana's date of death and visit, Ken's visit; what still waits to be sent to each."""
    with make.arranging():
        world.ana.refresh_from_db()
        for visit in world.visits:
            visit.refresh_from_db()
        queued = [
            OutboxMessage.objects.filter(member_id=m.pk, status="queued").exists() for m in (world.ana, world.ken)
        ]
    return world.ana.deceased_at, [visit.status for visit in world.visits], queued


def page(member):
    return reverse("members:death", args=[member.pk])


def test_staff_record_a_death_at_home_and_nothing_goes_on(world):
    desk = session_of(world.desk)
    assert standing(world) == (None, ["booked", "booked"], [True, True])
    yesterday = today() - timedelta(days=1)
    asked = {"on": yesterday.isoformat(), "source": "Death certificate seen"}
    assert "This field is required" in desk.post(page(world.ana), asked).content.decode()
    tomorrow = {**asked, "on": (today() + timedelta(days=1)).isoformat(), "is_sure": "on"}
    assert "still to come" in desk.post(page(world.ana), tomorrow).content.decode()
    assert "before the birth date" in desk.post(page(world.ana), {**tomorrow, "on": "1850-01-01"}).content.decode()
    assert standing(world) == (None, ["booked", "booked"], [True, True])
    assert desk.post(page(world.ana), {**asked, "is_sure": "on"}).status_code == 302
    died, visits, queued = standing(world)
    assert timezone.localdate(died) == yesterday
    assert (visits, queued) == (["cancelled", "booked"], [False, True])
    event = AuditEvent.objects.filter(verb="members.update", member_id=world.ana.pk).latest("id")
    assert (event.reason, event.detail) == ("Death certificate seen", {"fields": ["deceased_at"]})


def test_a_mistaken_death_is_taken_back_for_a_reason(world):
    desk = session_of(world.desk)
    desk.post(page(world.ana), {"on": today().isoformat(), "source": "Somebody called", "is_sure": "on"})
    assert "Died on" in desk.get(page(world.ana)).content.decode()
    assert "This field is required" in desk.post(page(world.ana), {}).content.decode()
    desk.post(page(world.ana), {"reason": "Spoke with her today"})
    assert standing(world)[:2] == (None, ["cancelled", "booked"])


def test_what_ended_with_a_mistaken_death_is_named_and_primary_care_is_asked(world):
    """Visits by name for the desk, which books them; orders by number alone; all of it for the clinician."""
    with make.arranging():
        kind = visit_type(world.office, "LATER")
        order = ServiceRequest.objects.create(
            member=world.ana, status="active", kind="imaging", requester=world.physician, effective=None
        )
        ServiceRequestCoding.objects.create(
            member=world.ana, fact=order, concept=make.concept("30746-2", "Chest CT"), role=CodingRole.CODE
        )
        hidden = ServiceRequest.objects.create(
            member=world.ana, status="active", kind="procedure", requester=world.physician, sensitivity=1
        )
        ServiceRequestCoding.objects.create(
            member=world.ana, fact=hidden, concept=make.concept("X1", "Something private"), role=CodingRole.CODE
        )
    with acting_as(world.desk, reason="test"):
        join_waitlist(by=world.desk, member=world.ana, visit_type=kind, dates=(today(), today() + timedelta(days=9)))
    died(world)
    desk = session_of(world.desk)
    shown = desk.get(page(world.ana)).content.decode()
    for said in ("1 visit was cancelled", "1 place on the waiting list", "2 orders were revoked", kind.name):
        assert said in shown
    assert "Chest CT" not in shown

    after = desk.post(page(world.ana), {"reason": "Spoke with her today"}, follow=True).content.decode()
    assert "Their primary care clinician has a task" in after
    assert "To be begun anew" in after
    assert "2 orders were revoked" in after
    assert world.physician.family in after
    with make.arranging():
        task = Task.objects.get(kind="death_taken_back")
        assert (task.member_id, task.owner_id, task.status) == (world.ana.pk, world.physician.user_id, "requested")
        assert "2 orders were revoked: Chest CT" in task.detail
        assert world.visits[0].visit_type.name in task.detail
        assert "Something private" not in task.detail
        assert not EndedByDeath.objects.filter(member=world.ken).exists()


def test_a_second_death_names_its_own_alone(world):
    died(world)
    desk = session_of(world.desk)
    desk.post(page(world.ana), {"reason": "Spoke with her today"})
    died(world)
    assert "1 visit was cancelled" not in desk.get(page(world.ana)).content.decode()


def test_whose_death_was_recorded_before_this_was_kept_is_looked_after_as_well(world):
    died(world)
    with make.arranging():
        EndedByDeath.objects.all().delete()
    session_of(world.desk).post(page(world.ana), {"reason": "Spoke with her today"})
    with make.arranging():
        assert "is not listed" in Task.objects.get(kind="death_taken_back").detail


def test_only_who_keeps_members_data_records_a_death(world):
    with make.arranging():
        elsewhere, finance = make.account("Other Desk"), make.account("Fay Finance")
        make.role(elsewhere, RoleAssignment.Role.FRONT_DESK, world.there)
        make.role(finance, RoleAssignment.Role.FINANCE, world.here)
    asked = {"on": today().isoformat(), "source": "Somebody called", "is_sure": "on"}
    assert session_of(elsewhere).post(page(world.ana), asked).status_code == 404
    assert session_of(finance).post(page(world.ana), asked).status_code == 403
    assert standing(world) == (None, ["booked", "booked"], [True, True])


def test_a_client_records_a_death_and_takes_it_back(world):
    client = token_for(world.machine, "members:read", "members:write")
    place = f"/api/v1/members/{world.ana.pk}"
    later = {"at": (timezone.now() + timedelta(days=1)).isoformat(), "source": "County file"}
    assert client.post(f"{place}/record-death/", later, format="json").status_code == 400
    told = client.post(f"{place}/record-death/", {**later, "at": timezone.now().isoformat()}, format="json")
    assert (told.status_code, told.json()["deceased_at"] is None) == (200, False)
    assert standing(world)[1:] == (["cancelled", "booked"], [False, True])
    back = client.post(f"{place}/take-back-death/", {"reason": "Another of that name"}, format="json")
    assert (back.status_code, back.json()["deceased_at"]) == (200, None)


def died(world):
    desk = session_of(world.desk)
    on = (today() - timedelta(days=1)).isoformat()
    assert desk.post(page(world.ana), {"on": on, "source": "Daughter called", "is_sure": "on"}).status_code == 302
    with make.arranging():
        world.ana.refresh_from_db()


def test_nothing_is_booked_ordered_or_enrolled_for_the_dead_and_the_list_lets_go(world):
    slots = hours(world.physician, world.office, make.tomorrow(15))
    with make.arranging():
        kind = visit_type(world.office, "LATER")
    with acting_as(world.desk, reason="test"):
        for member in (world.ana, world.ken):
            join_waitlist(by=world.desk, member=member, visit_type=kind, dates=(today(), today() + timedelta(days=9)))
    died(world)
    with acting_as(world.desk, reason="test"):
        with pytest.raises(scheduling.BookingRefused, match="nothing new begins"):
            scheduling.book(by=world.desk, member=world.ana, slot=slots[0], visit_type=kind)
        with pytest.raises(MemberDied):
            join_waitlist(
                by=world.desk, member=world.ana, visit_type=kind, dates=(today(), today() + timedelta(days=9))
            )
        scheduling.book(by=world.desk, member=world.ken, slot=slots[0], visit_type=kind)
    with make.arranging():
        assert dict(WaitlistEntry.objects.values_list("member", "status")) == {
            world.ana.pk: "withdrawn", world.ken.pk: "waiting",
        }  # fmt: skip


def test_who_died_takes_no_place_of_a_panel(world):
    def counted():
        with make.arranging(), connection.cursor() as cursor:
            cursor.execute("SELECT members FROM members_panel_counts(%s, %s)", [[world.physician.pk], today()])
            return cursor.fetchone()[0]

    assert counted() == 2
    died(world)
    assert counted() == 1
