"""What outreach was worth, counted and compared honestly."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from core.db import as_job
from core.models import User
from network.models import RoleAssignment
from prevention.models import Campaign, CareGap, OneTapLink, OutreachContact, OutreachEpisode, OutreachSummary
from prevention.outreach.defaults import VACCINES
from prevention.outreach.effect import compare, difference, summarise
from tests.clinical import factories as clinic
from tests.clinical.factories import arranging
from tests.prevention import charts
from tests.prevention.outreach.factories import AS_OF, AT, gap, policy, queue, reached_by, reminders

pytestmark = pytest.mark.django_db


def test_the_interval_is_newcombes():
    """The worked example of his paper (1998, table II): 56 of 70 against 48 of 80."""
    gained, low, high = difference(56, 70, 48, 80)

    assert (round(gained, 4), round(low, 4), round(high, 4)) == (0.2, 0.0524, 0.3339)


@pytest.fixture
def world():
    """Twelve people by e-mail, some of them held back; of those reached four closed their gap, of those held one."""
    made = clinic.World()
    with arranging():
        made.campaign = policy(made.system)
        people = [clinic.member(made.system, f"P{n}", with_account=False) for n in range(12)]
        for one in people:
            charts.enrol(one)
            reached_by(one, "email")
            gap(one)
    queue()
    with arranging():
        episodes = list(OutreachEpisode.objects.filter(campaign=made.campaign).order_by("member__given"))
        held = [one.pk for one in episodes[:4]]
        OutreachEpisode.objects.filter(pk__in=held).update(arm="holdout")
        for one in (*episodes[:1], *episodes[4:8]):
            CareGap.objects.filter(pk=one.gap_id).update(status="closed", closed_at=AT + timedelta(days=30))
        for one in episodes[4:6]:
            link = OneTapLink.objects.get(gap=one.gap_id)
            OneTapLink.objects.filter(pk=link.pk).update(confirmed_at=AT, used_at=AT, used_for="kit_ordered")
            OutreachContact.objects.create(
                member_id=one.member_id, gap_id=one.gap_id, by=User.objects.system("one-tap"), outcome="kit_ordered"
            )
        for sent in reminders():
            if sent.gap_id not in {one.gap_id for one in episodes[:4]}:
                type(sent.message).objects.filter(pk=sent.message_id).update(status="sent")
    return made


def count(days: int = 91) -> None:
    with as_job(User.objects.system("prevention"), reason="test"):
        summarise(as_of=AS_OF + timedelta(days=days), at=AT + timedelta(days=days))


def test_both_arms_and_the_way_from_sent_to_done(world):
    count()
    count()

    with arranging():
        found = compare(world.campaign)
        channel = OutreachSummary.objects.get(dimension="channel")
    reached, held = found.reached, found.held
    assert (reached.gaps, reached.sent, reached.opened, reached.booked, reached.done) == (8, 8, 2, 2, 4)
    assert (held.gaps, held.sent, held.done) == (4, 0, 1)
    assert round(found.difference, 3) == 0.25
    assert found.low < 0 < found.high and not found.is_told, "twelve people prove nothing, and the page says so"
    assert (channel.stratum, channel.cost) == ("email", Decimal("0.0080"))
    assert found.cost_per_closed == Decimal("0.0020")


def test_what_is_not_observed_long_enough_is_not_counted_as_failed(world):
    count(days=40)

    with arranging():
        found = compare(world.campaign)
        assert found.reached.done == 4, "what has closed is seen at once"
        assert found.reached.observed == 0 and found.difference is None, "but no rate is told of those who closed early"


def test_the_page_shows_it_to_those_who_answer_for_it(client, world):
    count()
    with arranging():
        cora = clinic.account("Cora")
        clinic.role(cora, RoleAssignment.Role.CARE_COORDINATOR, world.system)
        other = clinic.account("Otto")
        clinic.role(other, RoleAssignment.Role.CARE_COORDINATOR, world.other_system)
    url = reverse("prevention:campaign", args=[world.campaign.pk])
    client.force_login(cora)
    page = client.get(url).content.decode()
    assert "The difference may be chance." in page
    assert "+25.0 %" in page

    client.force_login(other)
    assert client.get(url).status_code == 404
    client.force_login(world.maria.user)
    assert client.get(reverse("prevention:campaigns")).status_code == 403
    with arranging():
        assert Campaign.objects.count() == 1 + len(VACCINES)


def test_the_list_of_campaigns_asks_no_more_for_each_of_them(client, world):
    count()
    with arranging():
        cora = clinic.account("Cora")
        clinic.role(cora, RoleAssignment.Role.CARE_COORDINATOR, world.system)
        for one in Campaign.objects.all():
            OutreachSummary.objects.get_or_create(
                campaign=one, dimension="arm", stratum="outreach", defaults={"as_of": AS_OF, "gaps": 1}
            )
    client.force_login(cora)

    page = client.get(reverse("prevention:campaigns"))

    assert page.status_code == 200
