"""A person's own interval: a physician sets and ends it on the chart, with a reason, and nobody else does."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from core.db import acting_as, as_job
from core.models import AuditEvent, User
from members.models import PrimaryCareAssignment
from prevention.models import SurveillanceInterval
from prevention.rules import RULES, polyps
from tests.members.factories import make_member
from tests.network.factories import ALWAYS, give_role, make_clinician, make_department, make_system, make_user

pytestmark = pytest.mark.django_db
RULE = RULES[1].id


def today() -> date:
    """The day at the physician's own facility, whose clock the pages follow."""
    return timezone.localdate(timezone=ZoneInfo("America/Los_Angeles"))


class World:
    """Maria with her physician and a nurse at one office; a physician elsewhere who does not look after her."""

    def __init__(self):
        self.system = make_system()
        office, clinic = make_department(self.system), make_department(self.system)
        self.own, self.nurse, self.other = make_user("Dr. Own"), make_user("Nurse"), make_user("Dr. Other")
        for user, role, place in (
            (self.own, "physician", office),
            (self.nurse, "nurse", office),
            (self.other, "physician", clinic),
        ):
            give_role(user, role, place.facility.organization, department=place)
        clinician = make_clinician(self.own)
        make_clinician(self.other)
        self.maria = make_member(self.system)
        with as_job(User.objects.system("tests"), reason="test"):
            PrimaryCareAssignment.objects.create(
                member=self.maria, clinician=clinician, department=office, period=ALWAYS, origin="chosen"
            )
        self.page = reverse("prevention:interval", args=[self.maria.pk, RULE])

    def held(self):
        with acting_as(self.own, reason="test"):
            return list(SurveillanceInterval.objects.filter(member=self.maria).order_by("period"))


@pytest.fixture
def world() -> World:
    return World()


def asked(months: int, start: date | None = None, reason="Two adenomas under 10 mm") -> dict:
    return {"months": months, "start": (start or today()).isoformat(), "reason": reason}


def test_it_is_set_replaced_and_ended(client, world):
    client.force_login(world.own)
    assert "The general one" in client.get(world.page).content.decode()
    assert client.post(world.page, asked(36, reason="")).status_code == 200, "no interval without a reason"
    client.post(world.page, asked(36, today() - timedelta(days=30)))
    client.post(world.page, asked(12))
    first, second = world.held()
    assert (first.months, first.period.upper) == (36, today())
    assert (second.months, second.period.upper, second.set_by_id) == (12, None, world.own.pk)
    assert "12 months, this person's own" in client.get(world.page).content.decode()

    client.post(reverse("prevention:end_interval", args=[world.maria.pk, second.pk]))
    assert [row.months for row in world.held()] == [36], "begun today, it is taken back whole"
    verbs = AuditEvent.objects.filter(verb__contains="personal_interval").values_list("verb", flat=True)
    assert sorted(verbs) == ["prevention.end_personal_interval"] + ["prevention.set_personal_interval"] * 2


def test_one_that_begins_before_an_ended_one_takes_its_place(client, world):
    client.force_login(world.own)
    for months, ago in ((36, 90), (12, 10), (24, 50)):
        assert client.post(world.page, asked(months, today() - timedelta(days=ago))).status_code == 302
    assert [(row.months, row.period.upper) for row in world.held()] == [(36, today() - timedelta(days=50)), (24, None)]


@pytest.mark.parametrize(
    ("finding", "months"),
    # USMSTF 2020: of a span the shorter end.
    [("adenomas-1-2", 84), ("adenomas-3-4", 36), ("adenomas-5-10", 36), ("adenomas-many", 12), ("piecemeal", 6)],
)
def test_after_polyps_number_and_size_fill_the_form(client, world, finding, months):
    client.force_login(world.own)
    page = reverse("prevention:interval", args=[world.maria.pk, "colorectal_screening"])
    shown = client.get(f"{page}?finding={finding}")
    form = shown.context["form"]

    assert form.initial["months"] == months
    assert str(polyps.BY_SLUG[finding].words) in form.initial["reason"] and "2020" in form.initial["reason"]
    assert not world.held(), "nothing is set by looking"
    client.post(page, asked(months, reason=form.initial["reason"]))
    assert [row.months for row in world.held()] == [months]


def test_polyps_are_spoken_of_where_the_colon_is(client, world):
    client.force_login(world.own)
    of_colon, of_another = (
        client.get(reverse("prevention:interval", args=[world.maria.pk, rule]) + "?finding=piecemeal").context
        for rule in ("colorectal_screening", "cervical_screening")
    )
    assert len(of_colon["findings"]) == 12
    assert (of_another["findings"], of_another["form"].initial["reason"]) == ((), "")


def test_a_nurse_reads_and_does_not_set(client, world):
    client.force_login(world.nurse)
    assert client.post(world.page, asked(12)).status_code == 403
    assert not world.held()


def test_a_physician_who_does_not_look_after_them_is_asked_for_a_reason(client, world):
    client.force_login(world.other)
    answer = client.post(world.page, asked(12))
    assert answer.status_code == 302
    assert reverse("clinical:break_glass", args=[world.maria.pk]) in answer.url
    assert not world.held()


def test_an_unknown_rule_is_not_found(client, world):
    client.force_login(world.own)
    assert client.get(reverse("prevention:interval", args=[world.maria.pk, "no-such-rule"])).status_code == 404
