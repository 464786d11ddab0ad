"""Campaign policy as people change it: whom it would reach is said before; what ran before stays as it was."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from core.db import acting_as
from core.models import AuditEvent
from members.models import CommunicationPreference
from network.models import RoleAssignment
from prevention.models import Campaign
from prevention.outreach import campaigns
from prevention.outreach.campaigns import Plan
from tests.clinical import factories as clinic
from tests.clinical.factories import arranging
from tests.forms import seen
from tests.prevention import charts
from tests.prevention.outreach.factories import gap, policy, queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    made = clinic.World()
    with arranging():
        policy(made.system)
        made.keeper = clinic.account("Paula Keeper")
        clinic.role(made.keeper, RoleAssignment.Role.PLAN_ADMINISTRATOR, made.system)
        made.stranger = clinic.account("Otto Keeper")
        clinic.role(made.stranger, RoleAssignment.Role.PLAN_ADMINISTRATOR, made.other_system)
        for one in (made.maria, made.pedro, made.olga):
            charts.enrol(one)
            gap(one)
        made.campaign = Campaign.objects.get(code="preventive-care")
    return made


def plan(**more) -> Plan:
    given = {"name": "Stool tests", "rules": ["colorectal_screening"], "wordings": ["care_waiting"]}
    return Plan(**{**given, "steps": {0: ["portal", "push"], 9: ["email", "sms"]}, **more})


def change(world, *, days: int = 0, by=None, of: Plan | None = None, code: str = "preventive-care") -> Campaign:
    today = timezone.localdate()
    with acting_as(by or world.keeper, reason="test"):
        return campaigns.set_campaign(
            of or plan(),
            by=by or world.keeper,
            system=world.system,
            region=None,
            code=code,
            start=today + timedelta(days=days),
            today=today,
        )


def test_a_change_is_a_new_version_and_the_old_one_ends_where_it_begins(world):
    changed = change(world, days=3)

    with arranging():
        world.campaign.refresh_from_db()
        assert changed.pk != world.campaign.pk
        assert world.campaign.period.upper == changed.period.lower == timezone.localdate() + timedelta(days=3)
        assert [step.after_days for step in changed.steps.order_by("number")] == [0, 9]
        assert world.campaign.steps.count() == 5, "what ran stays as it was"
        assert AuditEvent.objects.filter(verb="prevention.set_campaign").count() == 1


def test_a_second_change_on_the_same_day_replaces_the_first(world):
    first = change(world)
    second = change(world, of=plan(steps={4: ["letter"]}))

    with arranging():
        assert first.pk == second.pk
        assert [step.channels for step in second.steps.all()] == [["letter"]]


@pytest.mark.parametrize(("days", "of"), [(-1, plan()), (0, plan(steps={}))])
def test_the_past_and_a_plan_without_steps_are_refused(world, days, of):
    with pytest.raises(ValueError):
        change(world, days=days, of=of)


def test_who_may_not_set_it_sets_nothing(world):
    for user in (world.stranger, world.park.user):
        with pytest.raises(PermissionDenied):
            change(world, by=user)


def test_the_preview_counts_whom_the_run_then_takes(world):
    with arranging():
        CommunicationPreference.objects.create(member=world.pedro, no_outreach=True)
    with acting_as(world.keeper, reason="test"):
        # An administrator sees no member's rows: sums alone, of the own system.
        reach = campaigns.preview(plan(), system=world.system, region=None, code="preventive-care", at=timezone.now())
    entered = queue(as_of=timezone.localdate(), at=timezone.now())

    assert (reach.gaps, reach.people, reach.unreachable) == (2, 2, 1)
    assert entered.episodes_entered == reach.gaps - reach.unreachable, "Maria; Olga's system has no campaign"


def test_a_stopped_campaign_writes_to_nobody_and_begins_again_where_people_wait(world):
    today = timezone.localdate()
    queue(as_of=today, at=timezone.now())
    with acting_as(world.keeper, reason="test"):
        campaigns.stop_campaign(world.campaign.pk, by=world.keeper, today=today)
    stopped = queue(as_of=today + timedelta(days=1), at=timezone.now() + timedelta(days=1))
    with pytest.raises(ValueError), acting_as(world.keeper, reason="test"):
        campaigns.stop_campaign(world.campaign.pk, by=world.keeper, today=today + timedelta(days=1))
    change(world, days=2)
    resumed = queue(as_of=today + timedelta(days=2), at=timezone.now() + timedelta(days=2))

    assert (stopped.episodes_stopped, resumed.episodes_entered) == (2, 2)


# --- The pages --------------------------------------------------------------------------------------------------


def sent(**more) -> dict:
    given = {
        "name": "Stool tests by post", "code": "stool-tests", "rules": ["colorectal_screening"], "portal_day": "0",
        "letter_day": "21", "weight_overdue": "1", "weight_risk": "1", "weight_equity": "0.5", "holdout_percent": "10",
        "equity_languages": "es, vi", "rank": "50", "wordings": ["care_waiting"], "start": str(timezone.localdate()),
    }  # fmt: skip
    return {**given, **more}


def seen_in(response) -> dict[str, str]:
    """What the page that came back says it shows."""
    field = response.context["form"]["seen"]
    return {field.html_name: field.value()}


def test_a_campaign_is_begun_on_its_page(client, world):
    client.force_login(world.keeper)
    address = reverse("prevention:new_campaign")

    assert client.post(address, sent(letter_day="", portal_day="")).status_code == 422, "no step"
    looked = client.post(address, sent(preview="1"))
    with arranging():
        assert not Campaign.objects.filter(code="stool-tests").exists(), "a preview saves nothing"
    client.post(address, sent())

    assert "Whom it would reach today" in looked.content.decode()
    with arranging():
        made = Campaign.objects.get(code="stool-tests")
    assert (made.holdout_percent, made.equity_languages) == (Decimal(10), ["es", "vi"])
    assert [(step.after_days, step.channels) for step in made.steps.order_by("number")] == [
        (0, ["portal", "push"]),
        (21, ["letter"]),
    ]
    again = client.post(address, sent())
    assert "short name exists" in again.content.decode()


def test_a_campaign_is_changed_and_stopped_on_its_page(client, world):
    client.force_login(world.keeper)
    page = client.get(reverse("prevention:campaign", args=[world.campaign.pk])).content.decode()
    address = reverse("prevention:change_campaign", args=[world.campaign.pk])
    form = client.get(address).content.decode()
    client.post(address, sent(name="All that is due", **seen(client, address)))

    assert "Change it" in page and "Preventive care that is due" in form
    with arranging():
        now = Campaign.objects.get(code="preventive-care", name="All that is due")
        assert not Campaign.objects.filter(code="stool-tests").exists(), "the short name stays"
    client.post(reverse("prevention:stop_campaign", args=[now.pk]))
    with arranging():
        assert not Campaign.objects.filter(pk=now.pk, period__contains=timezone.localdate() + timedelta(1)).exists()


def test_groups_put_first_are_chosen_and_a_finer_one_is_kept(client, world):
    with arranging():
        Campaign.objects.filter(pk=world.campaign.pk).update(equity_races=["2056-0"])
    client.force_login(world.keeper)
    address = reverse("prevention:change_campaign", args=[world.campaign.pk])
    assert "Black or African American" in client.get(address).content.decode()
    client.post(address, sent(equity_races=["2056-0", "2054-5"], **seen(client, address)))

    with arranging():
        now = Campaign.objects.get(code="preventive-care", period__contains=timezone.localdate())
    assert sorted(now.equity_races) == ["2054-5", "2056-0"]


def test_of_two_who_change_a_campaign_the_second_sees_what_the_first_has_saved(client, world):
    client.force_login(world.keeper)
    address = reverse("prevention:change_campaign", args=[world.campaign.pk])
    shown = seen(client, address)
    client.post(address, sent(holdout_percent="12", **shown))

    late = client.post(address, sent(holdout_percent="20", name="Mine", **shown))

    assert late.status_code == 422
    page = late.content.decode()
    assert "Somebody else saved this meanwhile" in page and "12" in page and "Mine" in page
    with arranging():
        now = Campaign.objects.get(code="preventive-care", period__contains=timezone.localdate())
        assert (now.holdout_percent, now.name) == (Decimal(12), "Stool tests by post")
    client.post(address, sent(holdout_percent="20", name="Mine", **seen_in(late)))
    with arranging():
        now.refresh_from_db()
        assert (now.holdout_percent, now.name) == (Decimal(20), "Mine")


def test_strangers_see_no_campaign_and_coordinators_change_none(client, world):
    with arranging():
        cora = clinic.account("Cora Dinator")
        clinic.role(cora, RoleAssignment.Role.CARE_COORDINATOR, world.system, world.department)
    for user in (world.stranger, cora):
        client.force_login(user)
        for name in ("change_campaign", "stop_campaign"):
            assert client.post(reverse(f"prevention:{name}", args=[world.campaign.pk]), sent()).status_code in (
                403,
                404,
            )
