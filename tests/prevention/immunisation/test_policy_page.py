"""Plan staff set which schedule a market follows: who may, what is kept, what it would do beforehand."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from core.db import acting_as, as_job
from core.models import AuditEvent, User
from members.models import Member
from prevention.immunisation import actions
from prevention.immunisation.models import ImmunisationPolicy
from prevention.immunisation.policy import Policies, PolicyError
from prevention.immunisation.run import evaluate_changed
from tests.clinical.factories import arranging, member, region, system
from tests.network.factories import make_staff, make_system

pytestmark = pytest.mark.django_db
WITHOUT = {"authority": "State Health Authority", "without": ["HPV"]}


class World:
    def __init__(self):
        self.today = timezone.localdate()
        with arranging():
            self.system = system()
            self.market, self.other = region(self.system), region(self.system)
            for place in (self.market, self.market, self.other):
                member(self.system, birth_date=date(2014, 5, 1), region=place)
        self.admin = make_staff("plan_administrator", self.system)

    def follow(self, where, start: date | None = None, overlay=None, by=None) -> ImmunisationPolicy:
        by = by or self.admin
        with acting_as(by, reason="test"):
            return actions.set_policy(
                by=by, system=self.system, region=where, name="Own", start=start or self.today,
                source="Order 26-1", today=self.today, overlay=WITHOUT if overlay is None else overlay,
            )  # fmt: skip

    def groups(self, where, on: date) -> set[str]:
        with arranging():
            return set(Policies(on).of(self.system.pk, where.pk).schedule.groups)


@pytest.fixture
def world() -> World:
    return World()


def test_a_market_follows_its_own_schedule_from_the_day_and_the_others_do_not(world):
    tomorrow = world.today + timedelta(days=1)
    world.follow(world.market, start=tomorrow)

    assert "HPV" in world.groups(world.market, world.today)
    assert "HPV" not in world.groups(world.market, tomorrow)
    assert "HPV" in world.groups(world.other, tomorrow)
    event = AuditEvent.objects.get(verb="prevention.set_immunisation_policy", action="create")
    assert event.user_id == world.admin.pk


def test_a_later_one_ends_the_earlier_and_rewrites_nothing(world):
    first = world.follow(world.market)
    later = world.today + timedelta(days=30)
    world.follow(world.market, start=later, overlay={})

    with arranging():
        first.refresh_from_db()
    assert first.period.upper == later
    assert "HPV" not in world.groups(world.market, world.today)
    assert "HPV" in world.groups(world.market, later)


def test_what_is_set_for_a_later_day_stands_and_ends_the_new_one(world):
    later = world.today + timedelta(days=30)
    coming = world.follow(world.market, start=later, overlay={})
    made = world.follow(world.market)

    with arranging():
        coming.refresh_from_db()
        made.refresh_from_db()
    assert (made.period.upper, coming.period.lower, coming.period.upper) == (later, later, None)
    assert "HPV" not in world.groups(world.market, world.today)
    assert "HPV" in world.groups(world.market, later)


@pytest.mark.parametrize(
    ("overlay", "error"),
    [({"without": ["HPV"]}, PolicyError), ({"authority": "X", "without": ["Plague"]}, PolicyError)],
)
def test_what_the_schedule_does_not_understand_is_refused(world, overlay, error):
    with pytest.raises(error):
        world.follow(world.market, overlay=overlay)


def test_the_past_is_not_rewritten(world):
    with pytest.raises(ValueError, match="still to come"):
        world.follow(world.market, start=world.today - timedelta(days=1))


def test_only_administrators_of_the_system_set_it(world):
    for somebody in (make_staff("physician", world.system), make_staff("plan_administrator", make_system())):
        with pytest.raises(PermissionDenied):
            world.follow(world.market, by=somebody)


def test_ended_it_gives_way_to_what_holds_everywhere_else(world):
    made = world.follow(world.market)
    with acting_as(world.admin, reason="test"):
        actions.end_policy(made.pk, by=world.admin, on=world.today + timedelta(days=5))

    assert "HPV" not in world.groups(world.market, world.today)
    assert "HPV" in world.groups(world.market, world.today + timedelta(days=5))


def form(world, **more) -> dict:
    return {
        "region": str(world.market.pk), "name": "Own", "start": world.today.isoformat(), "source": "Order 26-1",
        "authority": "State Health Authority", "without": ["HPV"], **more,
    }  # fmt: skip


def test_the_page_looks_ahead_before_it_keeps(world, client):
    page = reverse("prevention:immunisation_policies")
    with as_job(User.objects.system("tests"), reason="test"):
        evaluate_changed(list(Member.objects.values_list("pk", flat=True)), as_of=world.today)
    client.force_login(world.admin)

    ahead = client.post(page, form(world))
    assert ahead.context["preview"] == {"people": 2, "again": 2, "gone": ["HPV"], "new": [], "same": False}
    with arranging():
        assert not ImmunisationPolicy.objects.exists()
    nothing = client.post(page, form(world, without=[], authority="")).context["preview"]
    assert (nothing["again"], nothing["same"]) == (0, True)

    assert client.post(page, form(world, keep="1")).status_code == 302
    with arranging():
        made = ImmunisationPolicy.objects.get()
    assert (made.region_id, made.overlay) == (world.market.pk, WITHOUT)
    assert "Holds now" in client.get(page).content.decode()
    assert client.post(reverse("prevention:end_immunisation_policy", args=[made.pk])).status_code == 302
    assert "Holds now" not in client.get(page).content.decode()


def test_an_overlay_without_authority_is_told_on_the_form(world, client):
    client.force_login(world.admin)

    answer = client.post(reverse("prevention:immunisation_policies"), form(world, authority=""))

    assert answer.status_code == 422
    assert "Name who says so" in answer.content.decode()


def test_others_see_no_such_page(world, client):
    made = world.follow(world.market)
    client.force_login(make_staff("physician", world.system))
    assert client.get(reverse("prevention:immunisation_policies")).status_code == 403
    client.force_login(make_staff("plan_administrator", make_system()))
    assert client.post(reverse("prevention:end_immunisation_policy", args=[made.pk])).status_code == 404
