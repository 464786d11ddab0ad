"""What outreach was worth, counted and compared honestly."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from clinical.models import ServiceRequest
from core.db import as_job
from core.models import User
from network.models import RoleAssignment
from prevention.models import (
    Campaign,
    CareGap,
    OneTapLink,
    OutreachContact,
    OutreachEpisode,
    OutreachSummary,
    Reminder,
)
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


def sums(name: str) -> dict[str, int]:
    """What each table adds up to among those reached out to."""
    with arranging():
        found: dict[str, int] = {}
        for row in OutreachSummary.objects.exclude(stratum="holdout"):
            found[row.dimension] = found.get(row.dimension, 0) + getattr(row, name)
    return found


def by_channel(name: str) -> dict[str, int]:
    with arranging():
        return dict(OutreachSummary.objects.filter(dimension="channel").values_list("stratum", name))


@pytest.fixture
def later(world):
    """Of those who got the e-mail: two a letter after a month, one of them a call, whatever the others did."""
    staff = world.park.user
    with arranging():
        reached = list(OutreachEpisode.objects.filter(arm="outreach").order_by("member__given"))
        for one in reached[4:6]:
            Reminder.objects.create(
                member_id=one.member_id, gap_id=one.gap_id, step=3, channel="letter", language="en", status="sent",
                send_after=AT + timedelta(days=28), created_at=AT + timedelta(days=28),
            )  # fmt: skip
        Reminder.objects.create(
            member_id=reached[5].member_id, gap_id=reached[5].gap_id, step=4, channel="call", language="en",
            status="sent", send_after=AT + timedelta(days=45), created_at=AT + timedelta(days=45),
        )  # fmt: skip
    world.staff, world.reached = staff, reached
    return world


def contact(of: OutreachEpisode, by: User, outcome: str, days: int) -> None:
    with arranging():
        OutreachContact.objects.create(
            member_id=of.member_id, gap_id=of.gap_id, by=by, outcome=outcome, at=AT + timedelta(days=days)
        )


def closes(of: OutreachEpisode, days: int) -> None:
    with arranging():
        CareGap.objects.filter(pk=of.gap_id).update(status="closed", closed_at=AT + timedelta(days=days))


def test_a_letter_and_a_call_close_gaps_too(later):
    closes(later.reached[4], 40)
    contact(later.reached[5], later.staff, "no_answer", 45)
    contact(later.reached[5], later.staff, "booked", 48)
    closes(later.reached[5], 60)

    count()

    assert by_channel("done") == {"email": 4, "letter": 1, "call": 1}
    assert by_channel("booked") == {"email": 2, "letter": 0, "call": 1}
    assert by_channel("opened") == {"email": 2, "letter": 0, "call": 1}, "somebody answered the second call"
    assert by_channel("cost")["call"] == 2 * Decimal("5.5000"), "each attempt costs"


def test_every_table_counts_the_same_bookings_closures_and_costs(later):
    contact(later.reached[4], later.staff, "kit_ordered", 30)
    contact(later.reached[6], later.staff, "booked", 2)
    closes(later.reached[6], 20)

    count()

    for name, expected in (("booked", 4), ("done", 5)):
        assert sums(name) == {"arm": expected, "language": expected, "wording": expected, "channel": expected}
    assert len(set(sums("cost").values())) == 1


def test_a_call_that_nobody_made_is_none(later):
    """A booking from the portal settles the call that waited: the list says sent, and nobody telephoned."""
    with arranging():
        member = later.reached[5].member
        member.user = clinic.account("Herself")
        member.save()
    contact(later.reached[5], member.user, "booked", 46)

    count()

    assert by_channel("booked")["letter"] == 1, "the letter came before it"
    assert (by_channel("sent")["call"], by_channel("cost")["call"], by_channel("booked")["call"]) == (0, 0, 0)


def test_what_came_before_any_contact_has_a_row_of_its_own(later):
    with arranging():
        Reminder.objects.filter(gap=later.reached[7].gap_id).update(send_after=AT + timedelta(days=7))
    contact(later.reached[7], later.staff, "booked", 2)
    closes(later.reached[7], 5)

    count()

    assert (by_channel("booked")["none"], by_channel("done")["none"], by_channel("gaps")["none"]) == (1, 1, 1)


def test_what_was_booked_before_the_gap_came_in_or_after_it_closed_is_no_answer(later):
    contact(later.reached[6], later.staff, "booked", -3)
    contact(later.reached[2], later.staff, "booked", 31)

    count()

    assert sums("booked")["arm"] == 2


def test_an_order_under_the_gaps_protocol_counts_wherever_it_was_placed(later):
    of = later.reached[6]
    with arranging():
        ServiceRequest.objects.create(
            member_id=of.member_id, status="active", effective=(AT, None), protocol="fit_home_kit",
            recorded_at=AT + timedelta(days=3),
        )  # fmt: skip
        ServiceRequest.objects.create(
            member_id=later.reached[7].member_id, status="active", effective=(AT, None), protocol="hba1c_home_kit",
            recorded_at=AT + timedelta(days=3),
        )  # fmt: skip

    count()

    assert sums("booked")["arm"] == 3, "the kit for this gap; not the one for another"


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
    assert "too few to tell" in page and "+25.0 %" not in page, "four of eight and one of four"
    assert "counts for the last contact before it" in page

    client.force_login(other)
    assert client.get(url).status_code == 404
    client.force_login(world.maria.user)
    assert client.get(reverse("prevention:campaigns")).status_code == 403
    with arranging():
        assert Campaign.objects.count() == 1 + len(VACCINES)


def tell(
    of: Campaign, dimension: str, stratum: str, gaps: int, done: int, *, observed=0, done_observed=0, cost=0, **more
):
    made = {"sent": gaps, "opened": 0, "booked": 0, "cost_observed": 0, **more}
    OutreachSummary.objects.update_or_create(
        campaign=of, dimension=dimension, stratum=stratum,
        defaults={
            "as_of": AS_OF, "gaps": gaps, "done": done, "observed": observed, "done_observed": done_observed,
            "cost": cost, **made,
        },
    )  # fmt: skip


def test_of_what_was_not_sent_yet_there_is_no_table_and_no_chart(client, world):
    tell(world.campaign, "arm", "outreach", 40, 0, sent=0)
    tell(world.campaign, "language", "en", 20, 0, sent=0)
    tell(world.campaign, "language", "es", 20, 0, sent=0)
    with arranging():
        cora = clinic.account("Cora")
        clinic.role(cora, RoleAssignment.Role.CARE_COORDINATOR, world.system)
    client.force_login(cora)
    url = reverse("prevention:campaign", args=[world.campaign.pk])
    page = client.get(url).content.decode()
    assert "Nothing has been sent yet" in page
    assert "data-funnel" not in page
    tell(world.campaign, "arm", "outreach", 40, 15, sent=20)
    tell(world.campaign, "language", "es", 20, 15, sent=20)
    page = client.get(url).content.decode()
    assert "Nothing has been sent yet" not in page
    assert "Spanish" in page


def test_the_cost_of_those_observed_is_theirs_alone(world):
    with arranging():
        young = OutreachEpisode.objects.filter(arm="outreach").order_by("member__given").values_list("pk")[:6]
        OutreachEpisode.objects.filter(pk__in=[pk for (pk,) in young]).update(entered_at=AT + timedelta(days=30))

    count()

    with arranging():
        found = compare(world.campaign)
        rows = list(OutreachSummary.objects.exclude(stratum="holdout"))
    assert found.reached.observed == 2
    assert {row.cost_observed for row in rows} == {Decimal("0.0020")}, "two e-mails of eight, in every table"
    assert {row.cost for row in rows} == {Decimal("0.0080")}


def test_a_gap_that_would_have_stayed_open_never_costs_less_than_any_that_closed(world):
    """Of 728 observed among 5,637 a closed gap was said to cost $29.67, and one that would have stayed open $21.29."""
    with arranging():
        cost = {"cost": Decimal("19259.01"), "cost_observed": Decimal("2487.20")}
        tell(world.campaign, "arm", "outreach", 5637, 649, observed=728, done_observed=300, **cost)
        tell(world.campaign, "arm", "holdout", 300, 60, observed=200, done_observed=50)
        found = compare(world.campaign)
        tell(world.campaign, "arm", "holdout", 300, 60, observed=20, done_observed=6)
        chance = compare(world.campaign)
    assert found.cost_per_closed == Decimal("2487.20") / 300
    assert found.cost_per_further > found.cost_per_closed
    assert chance.low < 0 and chance.cost_per_further is None, "of chance no price is told"


def test_few_are_told_neither_by_number_nor_by_subtraction(client, world):
    with arranging():
        tell(world.campaign, "arm", "outreach", 5637, 649, observed=728, done_observed=300, cost=100, cost_observed=13)
        tell(world.campaign, "arm", "holdout", 300, 60, observed=200, done_observed=50)
        tell(world.campaign, "language", "en", 5000, 580, observed=600, done_observed=250, cost=80)
        tell(world.campaign, "language", "es", 594, 61, observed=100, done_observed=45, cost=18)
        tell(world.campaign, "language", "tl", 40, 5, observed=25, done_observed=5, cost=1)
        tell(world.campaign, "language", "hi", 3, 3, observed=3, done_observed=0, cost=1)
        cora = clinic.account("Cora")
        clinic.role(cora, RoleAssignment.Role.CARE_COORDINATOR, world.system)
    client.force_login(cora)

    page = client.get(reverse("prevention:campaign", args=[world.campaign.pk]))

    [table] = [one for one in page.context["strata"] if str(one["title"]) == "Language"]
    rows = {row["words"]: row for row in table["rows"]}
    assert len(rows) == 4
    few = [row for row in rows.values() if row["cells"][0] is None]
    assert len(few) == 2 and all(set(row["cells"]) == {None} and row["cost"] is None for row in few), (
        "three of forty-three"
    )
    assert [row["cells"][0] for row in rows.values() if row not in few] == [5000, 594]
    assert all(row["percent"] is None for row in few)
    # 649 are known and 8 of them are the two groups': a third one's number would give that away.
    assert sum(row["cells"][-1] is None for row in rows.values()) == 3
    assert page.context["is_hidden"] is False


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
