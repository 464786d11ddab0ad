"""The demo's prevention pages have something to show: rates with people in them, kits on their way, answers in time."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db.models import Sum
from django.utils import timezone

from clinical.models import Task
from core.db import as_job
from core.models import User
from network.models import Organization
from prevention.models import (
    Campaign,
    FollowUp,
    HomeKit,
    ImprovementProject,
    OutreachPolicy,
    OutreachSummary,
    RegistryEntry,
    Reminder,
)
from prevention.outreach import follow_up, kits, owners
from prevention.outreach.effect import compare
from prevention.quality import reading
from prevention.quality.run_chart import run_chart

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lived_in", "looking")]


SHOWN = {"CMS349", "CMS138", "CMS131", "CMS951", "CMS139", "CMS69", "CMS155", "CMS156"}


@pytest.fixture
def looking():
    with as_job(User.objects.system("tests"), reason="look"):
        yield


def test_every_rate_of_the_whole_plan_that_can_be_met_has_been_by_somebody():
    system = Organization.objects.get(kind="system").pk
    lines = reading.lines(system, reading.snapshots(system))

    empty = {
        (line.measure.id, line.group)
        for line in lines
        if line.row.rate and line.row.rate.denominator and line.row.rate.numerator == 0
    }

    assert not {one for one in empty if one[0] in SHOWN}, empty
    assert len(lines) > 12


def test_letters_and_calls_close_gaps_as_well():
    usual = Campaign.objects.get(rules=[])
    done = dict(OutreachSummary.objects.filter(campaign=usual, dimension="channel").values_list("stratum", "done"))
    sums = {
        dimension: OutreachSummary.objects.filter(campaign=usual, dimension=dimension)
        .exclude(stratum="holdout")
        .aggregate(booked=Sum("booked"), done=Sum("done"), cost=Sum("cost"))
        for dimension in ("arm", "channel", "language", "wording")
    }

    assert done["letter"] > 0 and done["call"] > 0
    assert len({tuple(one.values()) for one in sums.values()}) == 1, sums
    assert sums["arm"]["booked"] > 0
    assert compare(usual).reached.done == sums["arm"]["done"]


def test_nobody_was_written_to_more_often_than_the_policy_allows():
    policy = OutreachPolicy.objects.get()
    sent = Reminder.objects.exclude(status="skipped").exclude(channel="visit").order_by("created_at")
    days: dict = {}
    for member, at in sent.values_list("member_id", "created_at"):
        days.setdefault(member, []).append(at)
    within = timedelta(days=policy.cap_days)
    most = {member: max(sum(at - within < one <= at for one in all_) for at in all_) for member, all_ in days.items()}

    assert sum(len(one) for one in days.values()) > 100, "the months before are there"
    assert max(most.values()) <= policy.cap, Counter(most.values())


def test_every_open_watch_names_who_answers_for_it():
    """The member's own clinician, with or without an account; and what is urgent is somebody's who can act."""
    waiting = list(FollowUp.objects.filter(status="open").select_related("task__owner"))
    named = owners.clinicians_of({one.member_id for one in waiting}, timezone.localdate())

    assert waiting
    assert not [one for one in waiting if one.member_id not in named and one.task.owner_id is None]
    assert not [one for one in waiting if one.escalated_at and one.task.owner_id is None]


def test_results_that_are_not_clear_hide_no_positive_one():
    tasks = Counter(
        title.startswith("Screening result that is not clear")
        for title in Task.objects.filter(kind="abnormal_follow_up").values_list("title", flat=True)
    )

    assert tasks[False] > 0
    assert tasks[True] <= tasks[False], tasks


def test_kits_stand_at_every_stage_and_the_lost_one_has_its_successor():
    stages = Counter(row["stage"].name for row in kits.shown(list(HomeKit.objects.select_related("gap"))))

    assert set(stages) >= {"ordered", "sent", "returned", "resulted", "lost", "expired"}
    assert HomeKit.objects.filter(replaces__isnull=False).count() >= 1


def test_how_often_a_colonoscopy_came_in_time_is_told_with_its_interval():
    found = follow_up.rate(follow_up.BY_ID["positive_stool_test"], timezone.localdate())

    assert found.measured > found.in_time > 0
    low, high = found.interval
    assert low < found.percent < high
    assert FollowUp.objects.filter(status="open", due_on__lt=timezone.localdate()).exists(), "one is past its day"


def test_the_projects_numbers_are_each_of_their_fortnight_and_say_more_than_chance():
    project = ImprovementProject.objects.get()
    points = list(project.points.order_by("on").values_list("value", flat=True))

    assert any(later < sooner for sooner, later in pairwise(points)), "no sum that only grows"
    assert {signal.kind for signal in run_chart([float(one) for one in points]).signals} == {"shift"}


@pytest.mark.parametrize("registry", ["pregnancy", "depression", "ckd", "opioid_use", "diabetes", "hypertension"])
def test_registries_have_people_and_their_counts(registry):
    entries = RegistryEntry.objects.standing().in_registry(registry)

    assert entries.exists()
    assert registry not in ("depression", "ckd") or entries.exclude(readings={}).exists()
