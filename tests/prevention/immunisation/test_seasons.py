"""Seasons whose dates have run out: they are told, and rolled over in the organisation's own name."""

import json
from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from core.db import acting_as, as_job
from core.models import AuditEvent, User
from prevention.immunisation import actions, seasons
from prevention.immunisation import run as immunisations
from prevention.immunisation.engine import Assessor
from prevention.immunisation.models import ImmunisationForecast, ImmunisationPolicy
from prevention.immunisation.outlook import outlook
from prevention.immunisation.patient import Patient, VaccineDoseAdministered
from prevention.immunisation.policy import PolicyError, make, packaged_policy
from prevention.immunisation.run import evaluate_changed
from prevention.immunisation.table import PACKAGED
from tests.clinical.factories import arranging, member, region, system
from tests.network.factories import make_staff, make_system

NOVEMBER = date(2026, 11, 22)


@pytest.fixture(scope="module")
def table():
    return json.loads(PACKAGED.read_text())


def rolled(table, **more):
    shipped = seasons.shipped(NOVEMBER)
    return make(table, {"seasons": shipped.overlay("Redwood Health"), **more})


def status(policy, group: str, *, born: date, on: date = NOVEMBER, doses=()) -> tuple[str, date | None]:
    given = tuple(VaccineDoseAdministered(given_on=day, cvx=cvx, key=str(n)) for n, (day, cvx) in enumerate(doses))
    found = Assessor(policy.schedule, on).assess(Patient(born_on=born, gender="Female", doses=given, observations=()))
    one = next(each for each in found.forecasts if each.group == group and not each.risk)
    return one.status.value, one.forecast.recommended


# --- What has run out -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "groups"),
    [
        (date(2026, 6, 30), []),
        # Between two seasons nothing has run out: infants' RSV ends in March and comes again in October.
        (date(2026, 7, 1), ["Influenza"]),
        (date(2026, 10, 1), ["Influenza", "RSV"]),
    ],
)
def test_a_season_has_run_out_when_the_next_should_have_begun(on, groups):
    assert [one.vaccine_group for one in seasons.run_out(packaged_policy().schedule, on)] == groups


def test_rolled_over_it_has_not_run_out_until_the_season_after(table):
    schedule = rolled(table).schedule
    assert seasons.run_out(schedule, NOVEMBER) == []
    assert [one.on for one in seasons.run_out(schedule, date(2027, 7, 1))] == [date(2027, 6, 30)]


def test_a_roll_over_is_carried_for_its_season_alone():
    assert seasons.shipped(date(2026, 7, 1)).name == seasons.shipped(date(2027, 6, 30)).name == "2026–27"
    assert seasons.shipped(date(2026, 6, 30)) is seasons.shipped(date(2027, 7, 1)) is None


# --- What it does -----------------------------------------------------------------------------------------------


def test_adults_are_due_for_influenza_again(table):
    born = date(1974, 2, 11)
    assert status(packaged_policy(), "Influenza", born=born)[0] == "Not Recommended"
    assert status(rolled(table), "Influenza", born=born) == ("Not Complete", date(2026, 7, 1))


def test_last_seasons_dose_is_not_this_seasons_and_this_seasons_is(table):
    born = date(1974, 2, 11)
    before, now = (date(2025, 10, 5), "140"), (date(2026, 10, 5), "140")
    assert status(rolled(table), "Influenza", born=born, doses=[before])[0] == "Not Complete"
    assert status(rolled(table), "Influenza", born=born, doses=[before, now])[0] == "Complete"


def test_a_small_child_needs_two_in_the_first_season_and_one_in_the_next(table):
    born = date(2023, 5, 1)
    first = [(date(2026, 9, 20), "140")]
    assert status(rolled(table), "Influenza", born=born, doses=first) == ("Not Complete", date(2026, 10, 18))
    earlier = [(date(2025, 10, 1), "140"), (date(2025, 11, 5), "140")]
    assert status(rolled(table), "Influenza", born=born, doses=[*earlier, *first])[0] == "Complete"


def test_infants_are_due_for_rsv_in_the_season(table):
    born = date(2026, 6, 1)
    assert status(packaged_policy(), "RSV", born=born)[0] == "Not Recommended"
    assert status(rolled(table), "RSV", born=born) == ("Not Complete", date(2026, 10, 1))


def test_the_forecast_names_whose_dates_they_are(table):
    policy = rolled(table)
    assert seasons.in_words(policy.authority("Influenza")) == (
        "CDC ACIP; season dates rolled over to 2026–27 by Redwood Health until the CDC's come"
    )
    assert policy.authority("MMR") == seasons.in_words("CDC ACIP, CDSi 4.64") == "CDC ACIP, CDSi 4.64"
    assert len(seasons.stored_authority(seasons.shipped(NOVEMBER).overlay("W" * 200))) <= 120


def test_what_is_kept_holds_no_words_of_a_language(table):
    overlay = seasons.shipped(NOVEMBER).overlay("Redwood | Health")
    policy = make(table, {"seasons": overlay})
    assert "authority" not in overlay
    assert policy.authority("Influenza") == "rolled-over|2026–27|Redwood   Health"
    assert "by Redwood   Health until" in seasons.in_words(policy.authority("Influenza"))
    named = make(table, {"seasons": {**overlay, "organization": "", "authority": "State health department"}})
    assert seasons.in_words(named.authority("Influenza")) == "State health department"


def test_another_authority_goes_before_for_what_it_says(table):
    row = {**table["antigens"]["Influenza"], "contraindications": []}
    policy = rolled(table, authority="State health department", antigens={"Influenza": row})
    assert policy.authority("Influenza") == "State health department"
    assert "rolled over" in seasons.in_words(policy.authority("RSV"))


def test_newer_dates_of_the_cdc_go_before(table):
    newer = json.loads(json.dumps(table).replace("20250701", "20260701").replace("20260630", "20270630"))
    policy = rolled(newer)
    assert policy.authority("Influenza") == "CDC ACIP, CDSi 4.64"
    assert status(policy, "Influenza", born=date(1974, 2, 11))[1] == date(2026, 7, 1)


def test_without_it_the_schedule_is_the_cdcs_to_the_letter(table):
    assert make(table, {}).key == packaged_policy().key != rolled(table).key


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"authority": "", "dates": {}}, "authority"), ({"authority": "A", "dates": {"Plague": {}}}, "no antigen")],
)
def test_a_roll_over_that_makes_no_sense_is_refused(table, wrong, says):
    with pytest.raises(PolicyError, match=says):
        make(table, {"seasons": wrong})


# --- Who sets it, and who is told -------------------------------------------------------------------------------


class World:
    def __init__(self):
        self.today = timezone.localdate()
        with arranging():
            self.system = system()
            self.market = region(self.system)
            self.maria = member(self.system, birth_date=self.today - relativedelta(years=52))
            self.pedro = member(self.system, "Pedro", birth_date=self.today - relativedelta(years=52))
            self.pedro.region = self.market
            self.pedro.save()
        self.admin = make_staff("plan_administrator", self.system)

    def roll_over(self, by=None) -> list[ImmunisationPolicy]:
        by = by or self.admin
        with acting_as(by, reason="test"):
            return actions.roll_over_seasons(by=by, system=self.system, today=self.today)

    def is_due(self, whom) -> bool:
        with as_job(User.objects.system("tests"), reason="test"):
            evaluate_changed([whom.pk], as_of=self.today)
            return "Influenza" in {due.row.vaccine_group for due in outlook(whom, whom.user, self.today).now}


@pytest.fixture
def world(db) -> World:
    made = World()
    if seasons.shipped(made.today) is None:
        pytest.skip("kpcare carries no roll-over for today: ship the next season's, or newer supporting data")
    return made


def test_set_once_everybody_is_due_and_a_second_time_does_nothing(world):
    assert not world.is_due(world.maria)

    [made] = world.roll_over()

    assert world.is_due(world.maria) and world.is_due(world.pedro)
    assert world.roll_over() == []
    with arranging():
        assert AuditEvent.objects.get(verb="prevention.roll_over_seasons").user_id == world.admin.pk
        assert (
            ImmunisationForecast.objects.filter(vaccine_group="Influenza").first().authority.startswith("rolled-over")
        )
    assert made.region is None


def test_the_members_page_says_it_in_their_language(world, monkeypatch):
    world.roll_over()
    assert world.is_due(world.maria)
    monkeypatch.setattr(seasons, "_", lambda words: f"in their words: {words}")
    with arranging():
        words = outlook(world.maria, world.maria.user, world.today).authorities
        kept = set(ImmunisationForecast.objects.values_list("authority", flat=True))
    assert all("season dates" not in one for one in kept)
    assert any(one.startswith("in their words: CDC ACIP; season dates rolled over") for one in words)


def test_what_a_market_follows_stays_as_it_is_but_for_the_seasons(world):
    later = world.today + timedelta(days=60)
    with acting_as(world.admin, reason="test"):
        common = {"by": world.admin, "system": world.system, "region": world.market, "today": world.today}
        overlay = {"authority": "State", "without": ["Dengue"]}
        actions.set_policy(name="Own", start=world.today, source="Order 1", overlay=overlay, **common)
        actions.set_policy(name="Later", start=later, source="Order 2", overlay={}, **common)

    world.roll_over()

    with arranging():
        now, coming = ImmunisationPolicy.objects.filter(region=world.market).order_by("period")
    assert (now.name, now.source, now.overlay["without"], now.period.upper) == ("Own", "Order 1", ["Dengue"], later)
    assert now.overlay["seasons"]["name"] == "2026–27"
    assert (coming.name, coming.overlay) == ("Later", {})
    assert world.is_due(world.pedro)


def test_only_administrators_of_the_system_roll_over(world):
    for somebody in (make_staff("physician", world.system), make_staff("plan_administrator", make_system())):
        with pytest.raises(PermissionDenied):
            world.roll_over(by=somebody)


def test_the_page_warns_and_one_button_rolls_over(client, world):
    page = reverse("prevention:immunisation_policies")
    client.force_login(world.admin)
    before = client.get(page).content.decode()
    assert "Season dates have run out" in before and "Flu until 30 Jun 2026" in before

    assert client.post(reverse("prevention:roll_over_seasons")).status_code == 302

    after = client.get(page).content.decode()
    assert "Season dates have run out" not in after and "season dates rolled over to 2026–27" in after
    client.force_login(make_staff("physician", world.system))
    assert client.post(reverse("prevention:roll_over_seasons")).status_code == 403


def test_a_schedule_set_by_hand_keeps_the_season_where_it_is_ticked(client, world):
    client.force_login(world.admin)
    data = {"region": str(world.market.pk), "name": "Own", "start": world.today.isoformat(), "source": "Order 1"}

    client.post(reverse("prevention:immunisation_policies"), {**data, "roll_over": "on", "keep": "1"})

    with arranging():
        assert ImmunisationPolicy.objects.get().overlay["seasons"]["name"] == "2026–27"


def test_the_runs_page_and_the_run_itself_say_so(client, world):
    client.force_login(world.admin)
    page = reverse("prevention:runs")
    assert "Nobody is due for: Flu" in client.get(page).content.decode()

    with as_job(User.objects.system("prevention"), reason="test"):
        run = immunisations.start_nightly(by=world.admin, as_of=world.today)
        immunisations.finish(run)
    assert run.totals["seasons_run_out"] >= 1

    world.roll_over()
    assert "Nobody is due for" not in client.get(page).content.decode()
