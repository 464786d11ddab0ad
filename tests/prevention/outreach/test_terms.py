"""The terms of outreach and its costs as the quality director changes them: dated, bounded, each with its author."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from core.db import acting_as
from core.models import AuditEvent
from network.models import RoleAssignment
from prevention.models import OutreachCost, OutreachPolicy
from prevention.outreach import terms
from prevention.outreach.terms import Terms
from tests.clinical import factories as clinic
from tests.clinical.factories import arranging
from tests.forms import seen
from tests.prevention import charts
from tests.prevention.outreach.factories import gap, policy, queue, reached_by, reminders

pytestmark = pytest.mark.django_db
SINCE = date(2020, 1, 1)


@pytest.fixture
def world():
    made = clinic.World()
    with arranging():
        policy(made.system)
        policy(made.other_system)
        made.market = clinic.region(made.system)
        made.director, made.stranger, made.cora = (
            clinic.account(name) for name in ("Quinn Director", "Otto Director", "Cora Dinator")
        )
        clinic.role(made.director, RoleAssignment.Role.QUALITY, made.system)
        clinic.role(made.stranger, RoleAssignment.Role.QUALITY, made.other_system)
        clinic.role(made.cora, RoleAssignment.Role.CARE_COORDINATOR, made.system, made.department)
    return made


TERMS, COSTS = reverse("prevention:outreach_terms"), reverse("prevention:outreach_costs")


def given(**more) -> Terms:
    usual = {
        "cap": 1, "cap_days": 30, "quiet_from": time(20), "quiet_until": time(10), "channels": ["sms", "letter"],
        "link_days": 14, "bounce_days": 180, "call_attempts": 3, "call_again_days": 3,
    }  # fmt: skip
    return Terms(**{**usual, **more})


def set_terms(world, *, days: int = 0, by=None, of: Terms | None = None, region=None) -> OutreachPolicy:
    today, user = timezone.localdate(), by or world.director
    with acting_as(user, reason="test"):
        return terms.set_terms(
            of or given(), by=user, system=world.system, region=region, start=today + timedelta(days), today=today
        )


def sent(**more) -> dict:
    usual = {
        "cap": "1", "cap_days": "30", "quiet_from": "20:00", "quiet_until": "10:00", "channel_1": "sms",
        "channel_2": "letter", "channel_3": "", "channel_4": "", "channel_5": "", "link_days": "14",
        "bounce_days": "180", "call_attempts": "3", "call_again_days": "3", "start": str(timezone.localdate()),
    }  # fmt: skip
    return {**usual, **more}


def versions(system) -> list[OutreachPolicy]:
    with arranging():
        return list(OutreachPolicy.objects.filter(managing_organization=system).order_by("period"))


# --- What holds from when ---------------------------------------------------------------------------------------


def test_a_change_is_a_new_row_and_the_old_one_ends_where_it_begins(world):
    changed = set_terms(world, days=3)

    before, now = versions(world.system)
    assert now.pk == changed.pk and now.set_by == world.director
    assert before.period.upper == now.period.lower == timezone.localdate() + timedelta(days=3)
    assert (before.cap, now.cap, now.channels) == (2, 1, ["sms", "letter"])
    assert [one.cap for one in versions(world.other_system)] == [2], "another system's stay as they are"
    with arranging():
        (said,) = AuditEvent.objects.filter(verb="prevention.set_outreach_terms")
    assert said.user_id == world.director.pk and said.detail["cap"] == "1"


def test_a_second_change_of_the_same_day_takes_the_place_of_the_first(world):
    first, second = set_terms(world), set_terms(world, of=given(cap=3))

    assert first.pk == second.pk
    assert [one.cap for one in versions(world.system)] == [2, 3]


def test_a_market_goes_its_own_way_and_comes_back(world):
    own = set_terms(world, region=world.market)
    with acting_as(world.director, reason="test"):
        terms.end_terms(own.pk, by=world.director, today=timezone.localdate() + timedelta(days=9))
        with pytest.raises(ValueError):
            terms.end_terms(own.pk, by=world.director, today=timezone.localdate() + timedelta(days=9))
        with pytest.raises(ValueError):
            terms.end_terms(terms.standing(world.system, None).pk, by=world.director, today=timezone.localdate())

    with arranging():
        own.refresh_from_db()
    assert own.period.upper == timezone.localdate() + timedelta(days=9)
    assert versions(world.system)[0].period.upper is None, "the system's goes on"


@pytest.mark.parametrize("days", [-1, 2])
def test_the_past_and_what_lies_before_a_later_version_are_refused(world, days):
    if days > 0:
        set_terms(world, days=5)
    with pytest.raises(ValueError):
        set_terms(world, days=days)
    assert versions(world.system)[0].cap == 2


def test_who_may_not_set_them_sets_nothing(world):
    for user in (world.stranger, world.cora, world.park.user):
        with pytest.raises(PermissionDenied):
            set_terms(world, by=user)
    assert len(versions(world.system)) == 1


def test_the_queue_keeps_to_the_terms_of_the_day(world):
    today = timezone.localdate()
    with arranging():
        charts.enrol(world.maria)
        reached_by(world.maria, "email", "sms")
        for rule in ("colorectal_screening", "breast_screening", "hba1c"):
            gap(world.maria, rule)
    set_terms(world, of=given(cap=1, channels=["sms", "email"]))
    queue(world.maria, as_of=today, at=timezone.now())
    queue(world.maria, as_of=today + timedelta(days=8), at=timezone.now() + timedelta(days=8))

    assert len(reminders(world.maria)) == 1, "one in 30 days, where it was two in 14"


# --- The pages --------------------------------------------------------------------------------------------------


def test_the_director_changes_them_on_their_page(client, world):
    client.force_login(world.director)
    shown = client.get(TERMS).content.decode()
    told = client.post(TERMS, {**sent(), **seen(client, TERMS)}, follow=True).content.decode()

    assert "2 in 14 days" in shown and "set by tests" in shown
    assert "1 in 30 days; quiet from 20:00 to 10:00; text message, letter; links for 14 days" in told
    assert "Quinn Director" in told and "Ended" in told, "with what held before and who set it"
    assert [one.cap for one in versions(world.system)] == [2, 1]


def test_a_market_has_terms_of_its_own_on_its_page(client, world):
    client.force_login(world.director)
    address = f"{TERMS}?market={world.market.pk}"
    assert "follows the whole system" in client.get(address).content.decode()
    client.post(address, {**sent(), **seen(client, address)})

    own = next(one for one in versions(world.system) if one.region_id)
    assert (own.region_id, own.cap) == (world.market.pk, 1)
    client.post(reverse("prevention:end_outreach_terms", args=[own.pk]))
    assert not [one for one in versions(world.system) if one.region_id], "what began today and ended today is gone"
    with arranging():
        elsewhere = clinic.region(world.other_system)
    assert client.get(f"{TERMS}?market={elsewhere.pk}").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"cap": "0"}, "greater than or equal to 1"),
        ({"cap": "21"}, "less than or equal to 20"),
        ({"cap_days": "91"}, "less than or equal to 90"),
        ({"quiet_from": "21:30"}, "later nobody may be called"),
        ({"quiet_until": "07:00"}, "earlier nobody may be called"),
        ({"channel_2": "sms"}, "Each way once"),
        ({"channel_1": "pigeon"}, "not one of the available choices"),
        ({"link_days": "3"}, "greater than or equal to 7"),
        ({"start": "2020-01-01"}, "today or a day that is still to come"),
    ],
)
def test_what_no_policy_may_say_is_refused_in_words(client, world, wrong, words):
    client.force_login(world.director)
    refused = client.post(TERMS, {**sent(), **seen(client, TERMS), **wrong})

    assert refused.status_code == 422
    assert words in refused.content.decode()
    assert len(versions(world.system)) == 1


def test_of_two_who_save_the_second_sees_what_the_first_has_saved(client, world):
    client.force_login(world.director)
    shown = seen(client, TERMS)
    client.post(TERMS, {**sent(cap="4"), **shown})
    late = client.post(TERMS, {**sent(cap="5", cap_days="14"), **shown})

    assert late.status_code == 422
    page = late.content.decode()
    assert "Somebody else saved this meanwhile" in page and "What you typed stands in the field" in page
    assert versions(world.system)[-1].cap == 4
    field = late.context["form"]["seen"]
    client.post(TERMS, {**sent(cap="5"), field.html_name: field.value()})
    assert versions(world.system)[-1].cap == 5


def test_costs_are_changed_on_their_page_and_yesterdays_stay(client, world):
    client.force_login(world.director)
    usual = {kind: str(one.amount) for kind, one in costs(world.system).items()}
    new = {**usual, "letter": "1.35", "start": str(timezone.localdate())}
    told = client.post(COSTS, {**new, **seen(client, COSTS)}, follow=True).content.decode()

    assert "1.3500" in told and "Quinn Director" in told
    with arranging():
        letters = OutreachCost.objects.filter(managing_organization=world.system, kind="letter").order_by("period")
        assert [(one.amount, one.period.lower) for one in letters] == [
            (Decimal("1.1000"), SINCE),
            (Decimal("1.3500"), timezone.localdate()),
        ]
        assert OutreachCost.objects.filter(managing_organization=world.system, kind="call").count() == 1, "the same"
    assert costs(world.other_system)["letter"].amount == Decimal("1.1")
    refused = client.post(COSTS, {**new, "kit": "-1", **seen(client, COSTS)})
    assert refused.status_code == 422 and "greater than or equal to 0" in refused.content.decode()


def test_of_two_who_set_costs_the_second_sees_the_firsts(client, world):
    client.force_login(world.director)
    shown = seen(client, COSTS)
    usual = {kind: str(one.amount) for kind, one in costs(world.system).items()}
    today = str(timezone.localdate())
    client.post(COSTS, {**usual, "call": "7", "start": today, **shown})
    late = client.post(COSTS, {**usual, "kit": "19", "start": today, **shown})

    assert late.status_code == 422 and "Somebody else saved this meanwhile" in late.content.decode()
    assert costs(world.system)["call"].amount == 7
    assert costs(world.system)["kit"].amount == 24


def costs(system) -> dict[str, OutreachCost]:
    with arranging():
        return terms.standing_costs(system)


def test_others_find_no_way_in(client, world):
    for user in (world.cora, world.park.user):
        client.force_login(user)
        assert client.get(TERMS).status_code == client.get(COSTS).status_code == 403
        assert client.post(TERMS, sent()).status_code == 403
    client.force_login(world.stranger)
    (own,) = versions(world.system)
    assert client.post(reverse("prevention:end_outreach_terms", args=[own.pk])).status_code in (403, 404)
    client.post(TERMS, {**sent(), **seen(client, TERMS)})
    assert [one.cap for one in versions(world.system)] == [2]
    assert [one.cap for one in versions(world.other_system)] == [2, 1], "their own system's"
