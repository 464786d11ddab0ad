"""Each gap that a visit closes can be booked in the demo world, at a place that does it, in the next two weeks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from members.models import Member
from prevention.rules import RULES
from scheduling import offers
from scheduling.models import VisitType
from tests.clinical.factories import arranging

BOOKED = sorted({way.visit_type for rule in RULES for way in rule.ways if way.kind == "book"})


@pytest.mark.parametrize("code", BOOKED)
def test_the_visit_that_closes_a_gap_has_times(demo_to_look_at, code):
    with arranging():
        kind = VisitType.objects.get(code=code)
        member = Member.objects.filter(region__isnull=False).order_by("pk")[0]
        places = offers.places_for(member, kind, offers.primary_care_of(member, timezone.localdate()))
        now = timezone.now()

        times = offers.open_slots(offers.Where(tuple(places)), kind, now, now + timedelta(days=14))

        assert times, f"no time for {kind}"
        if kind.specialty:
            assert {slot.session.department.specialty for slot in times} == {kind.specialty}


def test_a_nurses_times_are_for_nurse_visits_alone(demo_to_look_at):
    with arranging():
        office, nurse = VisitType.objects.get(code="OFFICE"), VisitType.objects.get(code="NURSE")
        rooms = nurse.slots.all()

        assert rooms.count() > 50
        assert not rooms.filter(pk__in=type(rooms[0]).objects.for_visit(office)).exists()
