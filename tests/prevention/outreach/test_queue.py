"""Who is written to, by what, when and how often; and who is left in peace."""

import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from clinical.models import Encounter
from core.models import OutboxMessage, User
from hospitals.models import Stay
from members.models import CommunicationPreference, Consent, Household, Member, MemberTelecom
from prevention.models import (
    Campaign,
    CampaignStep,
    CareGap,
    OneTapLink,
    OutreachEpisode,
    RegistryBatch,
    RegistryBatchItem,
    RegistryEntry,
    Reminder,
)
from prevention.outreach import queue as outreach_queue
from tests.clinical.factories import arranging, department, member, region, system
from tests.database import as_owner
from tests.prevention import charts
from tests.prevention.outreach.factories import AS_OF, AT, gap, policy, queue, reached_by, reminders

pytestmark = pytest.mark.django_db


@pytest.fixture
def of():
    with arranging():
        made = system()
        policy(made)
    return made


@pytest.fixture
def maria(of):
    """52, with an account, e-mail, mobile and an address."""
    with arranging():
        made = member(of, region=region(of))
        charts.enrol(made)
        reached_by(made, "email", "sms", "letter")
    return made


def at(days: int) -> dict:
    return {"as_of": AS_OF + timedelta(days=days), "at": AT + timedelta(days=days)}


def episode(of_gap: CareGap) -> OutreachEpisode:
    with arranging():
        return OutreachEpisode.objects.get(gap=of_gap)


def test_steps_go_from_the_portal_to_a_word_at_the_visit(maria):
    with arranging():
        due = gap(maria)

    for days in range(0, 90):
        queue(maria, **at(days))

    sent = reminders(maria)
    assert [(r.step, r.channel, (r.created_at - AT).days) for r in sent] == [
        (1, "portal", 0),
        (2, "email", 7),
        (3, "letter", 28),
        (4, "call", 45),
        (5, "visit", 60),
    ]
    assert {r.gap_id for r in sent} == {due.pk}
    assert [bool(r.message) for r in sent] == [True, True, False, False, False], "paper and people wait with us"


def test_queueing_again_writes_nothing(maria):
    with arranging():
        gap(maria)
    first = queue(maria)

    assert (first.reminders, first.episodes_entered) == (1, 1)
    assert set(queue(maria).counts().values()) == {0}
    assert set(queue(**at(0)).counts().values()) == {0}, "nor does the run over everybody"


def test_a_system_without_policy_writes_to_nobody():
    with arranging():
        other = member(system())
        charts.enrol(other)
        gap(other)

    assert set(queue(other).counts().values()) == {0}


def test_a_message_says_nothing_and_its_link_names_nobody(maria):
    with arranging():
        gap(maria)
    queue(maria)
    queue(maria, **at(7))

    portal, email = reminders(maria)
    with arranging():
        link = OneTapLink.objects.get()
    assert (portal.message.context, email.message.context) == ({}, {})
    assert portal.message.url_path == f"/gaps/{portal.gap_id}/"
    assert email.message.url_path == f"one-tap:{link.pk}", "signed when it is delivered, so that no row works as a key"
    assert (link.reminder_id, link.expires_at) == (email.pk, email.send_after + timedelta(days=30))


def test_without_account_the_first_way_that_reaches_is_taken_at_once(of):
    with arranging():
        pedro = member(of, "Pedro", with_account=False)
        charts.enrol(pedro)
        reached_by(pedro, "phone", "letter")
        gap(pedro)

    queue(pedro)

    assert [r.channel for r in reminders(pedro)] == ["letter"]


def test_wishes_go_before_the_usual_order_and_leave_out_the_rest(maria):
    with arranging():
        CommunicationPreference.objects.create(member=maria, channels=["sms"])
        gap(maria)

    queue(maria)

    assert [(r.channel, r.message.address) for r in reminders(maria)] == [("sms", "+15105550123")]


def test_what_was_answered_before_goes_before_the_usual_order(maria):
    with arranging():
        earlier = gap(maria, "breast_screening", status="closed", closed_at=AT)
        sms = Reminder.objects.create(
            member=maria, gap=earlier, step=2, channel="sms", language="en", send_after=AT, created_at=AT, status="sent"
        )
        OneTapLink.objects.create(
            member=maria, gap=earlier, reminder=sms, expires_at=AT, confirmed_at=AT, used_at=AT, used_for="booked"
        )
        gap(maria)
    queue(maria, **at(30))
    queue(maria, **at(37))

    assert [r.channel for r in reminders(maria) if r.gap.rule == "colorectal_screening"] == ["portal", "sms"]


def test_a_channel_that_is_not_set_up_here_is_passed_over(maria, settings):
    settings.DEMO, settings.MESSAGE_GATEWAYS = False, {}
    with arranging():
        CommunicationPreference.objects.create(member=maria, channels=["sms", "push", "email"])
        gap(maria)

    queue(maria)

    assert [r.channel for r in reminders(maria)] == ["email"]


def test_what_failed_for_want_of_a_gateway_says_nothing_about_the_number(maria):
    with arranging():
        CommunicationPreference.objects.create(member=maria, channels=["sms"])
        gap(maria)
        due = gap(maria, "breast_screening")
        bounced = OutboxMessage.objects.create(
            dedupe_key="x", channel="sms", template="t", status="failed", last_error="no transport for sms"
        )
        Reminder.objects.create(
            member=maria, gap=due, step=1, channel="sms", language="en", send_after=AT, created_at=AT, message=bounced
        )

    queue(maria, **at(30))

    assert {r.channel for r in reminders(maria) if r.gap.rule == "colorectal_screening"} == {"sms"}


def test_a_channel_that_failed_is_left_alone(maria):
    with arranging():
        gap(maria)
    queue(maria)
    queue(maria, **at(7))
    with arranging():
        OutboxMessage.objects.filter(channel="email").update(status="failed")
        gap(maria, "breast_screening")

    queue(maria, **at(30))
    queue(maria, **at(50))

    later = [r.channel for r in reminders(maria) if r.gap.rule == "breast_screening"]
    assert later == ["portal", "sms"]


def test_the_cap_holds_over_all_campaigns_together(of, maria):
    with arranging():
        for rule in ("colorectal_screening", "breast_screening", "blood_pressure", "immunisation:Influenza"):
            gap(maria, rule)

    queue(maria)
    queue(maria, **at(13))
    assert len(reminders(maria)) == 2
    queue(maria, **at(15))
    assert len(reminders(maria)) == 4

    with arranging():
        campaigns = set(OutreachEpisode.objects.values_list("campaign__code", flat=True))
    assert campaigns == {"preventive-care", "influenza"}


def test_whom_first_under_a_daily_limit(of):
    """The longest overdue first, but a Spanish speaker before somebody a little longer overdue."""
    with arranging():
        Campaign.objects.filter(code="preventive-care").update(daily_limit=2)
        people = {}
        for name, due, language in (
            ("Ann", date(2026, 10, 1), "en"),
            ("Bea", date(2026, 1, 1), "en"),
            ("Carmen", date(2026, 2, 1), "es"),
            ("Dora", date(2024, 1, 1), "en"),
        ):
            people[name] = member(of, name, language=language)
            charts.enrol(people[name])
            gap(people[name], due=due)

    queue()
    assert {r.member.given for r in reminders()} == {"Dora", "Carmen"}
    queue(**at(0))
    assert len(reminders()) == 2, "the day's limit is used up"
    queue(**at(1))
    assert {r.member.given for r in reminders()} == {"Ann", "Bea", "Carmen", "Dora"}


def test_of_those_who_wait_for_years_the_one_who_waits_longest_comes_first(of):
    with arranging():
        Campaign.objects.filter(code="preventive-care").update(daily_limit=1)
        for name, due, language in (
            ("Ann", date(2021, 5, 18), "en"),
            ("Bea", date(2002, 9, 3), "en"),
            ("Carmen", date(2022, 9, 3), "es"),
        ):
            one = member(of, name, language=language)
            charts.enrol(one)
            gap(one, due=due)

    queue()
    assert [r.member.given for r in reminders()] == ["Bea"]
    with arranging():
        scores = dict(OutreachEpisode.objects.values_list("member__given", "score"))
    # Twenty years more do not outweigh everything: less than three years of waiting would.
    assert 0 < scores["Bea"] - scores["Ann"] < 3


def test_of_what_is_due_since_one_day_the_same_comes_first_in_every_run(maria):
    """Breast and colon are due since one fiftieth birthday: which gap was written first decides nothing."""
    with arranging():
        # Two a fortnight are the cap.
        for rule in ("hiv_screening", "colorectal_screening", "breast_screening"):
            gap(maria, rule, due=date(2017, 5, 1))

    queue(maria)

    assert {r.gap.rule for r in reminders(maria)} == {"breast_screening", "colorectal_screening"}


def test_nobody_is_written_to_at_night(maria):
    """Nine in the evening in California: the message waits for nine in the morning there."""
    with arranging():
        gap(maria)

    queue(maria, at=datetime(2026, 11, 23, 5, tzinfo=UTC))

    assert {r.send_after for r in reminders(maria)} == {datetime(2026, 11, 23, 17, tzinfo=UTC)}


def test_own_quiet_hours_and_language(maria):
    with arranging():
        Member.objects.filter(pk=maria.pk).update(language="es")
        CommunicationPreference.objects.create(member=maria, channels=[], quiet_from=time(8), quiet_until=time(11))
        gap(maria)

    queue(maria)

    (found,) = reminders(maria)
    assert (found.language, found.message.language) == ("es", "es")
    assert found.send_after == datetime(2026, 11, 22, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("why", "stop"),
    [
        ("deceased", "deceased"),
        ("no_outreach", "refused"),
        ("consent", "refused"),
        ("disenrolled", "disenrolled"),
        ("declined", "declined"),
        ("closed", "done"),
        ("excluded", "excluded"),
        ("labelled", "labelled"),
    ],
)
def test_outreach_stops_for_good_and_says_why(maria, why, stop):
    with arranging():
        due = gap(maria)
    queue(maria)
    with arranging():
        _happen(why, maria, due)

    queue(maria, **at(30))

    assert (episode(due).stop_reason, len(reminders(maria))) == (stop, 1)
    (withdrawn,) = reminders(maria)
    assert (withdrawn.status, withdrawn.message.status) == ("skipped", "cancelled"), "not yet delivered: taken back"


def _happen(why: str, maria: Member, due: CareGap) -> None:
    if why == "deceased":
        Member.objects.filter(pk=maria.pk).update(deceased_at=AT)
    elif why == "no_outreach":
        CommunicationPreference.objects.create(member=maria, channels=[], no_outreach=True)
    elif why == "consent":
        by = User.objects.system("tests")
        period = (date(2026, 1, 1), None)
        Consent.objects.create(member=maria, kind="reminders", is_given=False, period=period, recorded_by=by)
    elif why == "disenrolled":
        closing = "UPDATE plans_coverageperiod SET known = tstzrange(lower(known), %s) WHERE member_id = %s"
        as_owner(closing, [AT, maria.pk])
    elif why == "labelled":
        CareGap.objects.filter(pk=due.pk).update(sensitivity=16)
    elif why == "declined":
        CareGap.objects.filter(pk=due.pk).update(status="deferred", deferred_until=None, defer_reason="No.")
    else:
        CareGap.objects.filter(pk=due.pk).update(status=why, closed_at=AT)


def test_who_may_be_reached_again_is_written_to_again(maria):
    with arranging():
        wish = CommunicationPreference.objects.create(member=maria, channels=[], no_outreach=True)
        due = gap(maria)
    queue(maria)
    assert reminders(maria) == []
    with arranging():
        # Stopped as it would have been, had it begun before the wish.
        CommunicationPreference.objects.filter(pk=wish.pk).update(no_outreach=False)
    queue(maria)
    with arranging():
        CommunicationPreference.objects.filter(pk=wish.pk).update(no_outreach=True)
    queue(maria, **at(2))
    assert episode(due).stop_reason == "refused"
    assert len(reminders(maria)) == 1

    queue(maria, **at(40))
    assert len(reminders(maria)) == 1, "while the wish stands, nobody writes"
    with arranging():
        CommunicationPreference.objects.filter(pk=wish.pk).update(no_outreach=False)
    queue(maria, **at(41))

    assert not episode(due).stopped_at
    assert [r.channel for r in reminders(maria)][-1] == "email", "from the step where it stood"


def test_a_new_address_brings_back_whom_nobody_could_reach(maria):
    with arranging():
        due = gap(maria)
    queue(maria)
    with arranging():
        OutreachEpisode.objects.filter(gap=due).update(stopped_at=AT, stop_reason="undeliverable")
    queue(maria, **at(20))
    assert episode(due).stop_reason == "undeliverable"
    with arranging():
        since = (AS_OF + timedelta(days=21), None)
        MemberTelecom.objects.create(member=maria, system="sms", value="+15105550199", period=since)
    queue(maria, **at(22))
    assert not episode(due).stopped_at


def test_in_hospital_nobody_is_written_to_until_they_are_home(maria):
    with arranging():
        ward = department(maria.managing_organization)
        encounter = Encounter.objects.create(member=maria, status="in-progress")
        stay = Stay.objects.create(
            member=maria, encounter=encounter, facility=ward.facility, admitted_at=AT - timedelta(days=2)
        )
        due = gap(maria)

    queue(maria)
    assert reminders(maria) == []
    with arranging():
        Stay.objects.filter(pk=stay.pk).update(discharged_at=AT + timedelta(days=1))
    queue(maria, **at(3))

    assert [r.channel for r in reminders(maria)] == ["portal"]
    assert not episode(due).stopped_at


def test_what_carries_a_label_is_never_written_about(maria):
    with arranging():
        gap(maria, sensitivity=16)

    assert queue(maria).episodes_entered == 0


def test_when_the_label_is_lifted_it_goes_on_from_where_it_stood(maria):
    with arranging():
        due = gap(maria)
    queue(maria)
    with arranging():
        CareGap.objects.filter(pk=due.pk).update(sensitivity=16)
    for days in range(1, 90):
        queue(maria, **at(days))
    assert (episode(due).stop_reason, len(reminders(maria))) == ("labelled", 1)

    with arranging():
        CareGap.objects.filter(pk=due.pk).update(sensitivity=0)
    queue(maria, **at(90))

    assert not episode(due).stopped_at
    assert [r.channel for r in reminders(maria)] == ["portal", "email"]


def test_influenza_has_its_season(maria):
    with arranging():
        gap(maria, "immunisation:Influenza")

    queue(maria, as_of=date(2026, 8, 31), at=datetime(2026, 8, 31, 18, tzinfo=UTC))
    assert reminders(maria) == []
    queue(maria, as_of=date(2026, 9, 1), at=datetime(2026, 9, 1, 18, tzinfo=UTC))
    assert len(reminders(maria)) == 1
    assert queue(maria, as_of=date(2027, 4, 1), at=datetime(2027, 4, 1, 18, tzinfo=UTC)).episodes_stopped == 1


def test_what_a_season_left_undone_begins_anew_with_the_next(maria):
    with arranging():
        due = gap(maria, "immunisation:Influenza")
    autumn, spring = datetime(2026, 9, 1, 18, tzinfo=UTC), datetime(2027, 4, 1, 18, tzinfo=UTC)
    for moment in (autumn, autumn + timedelta(days=7), spring, spring + timedelta(days=30)):
        queue(maria, as_of=moment.date(), at=moment)
    assert [r.channel for r in reminders(maria)] == ["portal", "email"]
    assert episode(due).stop_reason == "ended"

    again = datetime(2027, 9, 1, 18, tzinfo=UTC)
    for moment in (again, again + timedelta(days=7)):
        queue(maria, as_of=moment.date(), at=moment)

    assert not episode(due).stop_reason
    sent = reminders(maria)
    assert [r.channel for r in sent] == ["portal", "email", "portal", "email"]
    assert len({r.step for r in sent}) == 4, "each step of each season once"


def test_what_a_care_team_wrote_to_many_counts_under_the_cap(maria):
    by = User.objects.system("tests")
    with arranging():
        gap(maria)
        entry = RegistryEntry.objects.create(
            member=maria, registry="diabetes", entered_on=AS_OF, control="above", control_since=AS_OF, tier=2,
            changed_at=AT,
        )  # fmt: skip
        for number in range(2):
            batch = RegistryBatch.objects.create(
                managing_organization=maria.managing_organization, registry="diabetes", action="message", by=by,
                status="done", done_at=AT - timedelta(days=3 + number),
            )  # fmt: skip
            RegistryBatchItem.objects.create(batch=batch, member=maria, entry=entry, status="done")

    queue(maria)
    assert reminders(maria) == [], "two in fourteen days, whoever wrote them"
    queue(maria, **at(12))
    assert len(reminders(maria)) == 1


def test_the_holdout_is_the_same_people_whatever_gap_or_share_brings_them(of):
    with arranging():
        Campaign.objects.filter(code="preventive-care").update(holdout_percent=Decimal(50))
        people = [member(of, f"P{n}") for n in range(40)]
        for one in people:
            charts.enrol(one)
            gap(one)
    for one in people[:20]:
        queue(one)
    queue()
    with arranging():
        before = dict(OutreachEpisode.objects.values_list("member", "arm"))
        for one in people:
            gap(one, "blood_pressure")

    queue(**at(30))

    with arranging():
        arms = {(e.member_id, e.arm) for e in OutreachEpisode.objects.all()}
    assert arms == set(before.items())
    held = {m for m, arm in before.items() if arm == "holdout"}
    assert 8 <= len(held) <= 32
    assert not held & {r.member_id for r in reminders()}, "held back means held back"


def test_a_new_version_of_a_campaign_goes_on_where_the_old_one_was(of, maria):
    with arranging():
        gap(maria)
    queue(maria)
    with arranging():
        old = Campaign.objects.get(code="preventive-care")
        Campaign.objects.filter(pk=old.pk).update(period=(date(2020, 1, 1), date(2026, 11, 25)))
        new = Campaign.objects.create(
            managing_organization=of,
            period=(date(2026, 11, 25), None),
            set_by=old.set_by,
            code=old.code,
            name=old.name,
            wordings=["reminder"],
        )
        CampaignStep.objects.create(campaign=new, number=1, after_days=0, channels=["portal"])
        CampaignStep.objects.create(campaign=new, number=2, after_days=10, channels=["sms"])

    queue(maria, **at(9))
    assert len(reminders(maria)) == 1
    queue(maria, **at(10))

    assert [(r.step, r.channel) for r in reminders(maria)] == [(1, "portal"), (2, "sms")]


def test_two_policies_for_one_market_are_refused(of):
    with arranging(), pytest.raises(IntegrityError), transaction.atomic():
        policy(of)


def test_one_systems_campaign_does_not_touch_anothers_members(of, maria):
    with arranging():
        other = member(system())
        charts.enrol(other)
        gap(other)
        gap(maria)

    queue()

    assert {r.member_id for r in reminders()} == {maria.pk}


def test_the_bereaved_are_not_called(of):
    with arranging():
        home = Household.objects.create(managing_organization=of)
        widow = member(of, "Wilma", with_account=False, household=home)
        member(of, "Fred", household=home, deceased_at=AT - timedelta(days=10))
        charts.enrol(widow)
        reached_by(widow, "phone")
        gap(widow)

    queue(widow)
    assert [r.channel for r in reminders(widow)] == ["visit"], "a word at the next visit, no call"


# --- Whose day has not come is passed over --------------------------------------------------------------------

PASSED_OVER = "SELECT FROM prevention_campaignstep s\n        WHERE s.campaign_id = e.campaign_id AND s.number"


def nights(people, days: range) -> tuple[set, set]:
    """What half a year of nights leaves, taken back afterwards: reminders, and where episodes ended."""
    with transaction.atomic():
        for day in days:
            queue(*people, **at(day))
        told = {(r.member.given, r.gap.rule, r.step, r.channel, (r.created_at - AT).days) for r in reminders()}
        with arranging():
            ended = set(OutreachEpisode.objects.values_list("member__given", "gap__rule", "stop_reason"))
        transaction.set_rollback(True)
    return told, ended


@pytest.mark.parametrize("step", [1, 2, 5])
def test_to_look_at_everybody_each_night_changes_nothing(of, monkeypatch, step):
    """Episodes whose next step is of another day are left out early: nobody is told later, or not at all, for that.

    Also where the nightly run was away: it comes each night, every other, every fifth.
    """
    rng = random.Random(step)
    with arranging():
        market = region(of)
        people = [member(of, f"P{n}", region=market, with_account=rng.random() < 0.4) for n in range(12)]
        for one in people:
            charts.enrol(one)
            reached_by(one, *(kind for kind in ("email", "sms", "phone", "letter") if rng.random() < 0.5))
            for rule in rng.sample(("colorectal_screening", "cervical_screening", "blood_pressure"), rng.randint(1, 3)):
                gap(one, rule, due=AS_OF - timedelta(days=rng.randint(0, 900)))
            if rng.random() < 0.3:
                wanted = rng.sample(["email", "sms", "letter"], 1)
                CommunicationPreference.objects.create(member=one, channels=wanted)
    days = range(0, 190, step)

    early = nights(people, days)
    everybody = outreach_queue.STEPPING.replace(f"EXISTS ({PASSED_OVER}", f"true OR EXISTS ({PASSED_OVER}")
    assert everybody != outreach_queue.STEPPING
    monkeypatch.setattr(outreach_queue, "STEPPING", everybody)

    assert nights(people, days) == early
    assert early[0]


def test_an_episode_whose_day_has_not_come_is_not_looked_at(maria):
    """What makes the ordinary night short: after a step only those are asked about whose next one has come."""
    with arranging():
        gap(maria)
    stepping = []

    def watch(execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        if "CREATE TEMPORARY TABLE po_stepping" in sql:
            stepping.append(context["cursor"].rowcount)
        return answer

    with connection.execute_wrapper(watch):
        for day in range(10):
            queue(maria, **at(day))

    assert stepping == [1, 0, 0, 0, 0, 0, 0, 1, 0, 0]
