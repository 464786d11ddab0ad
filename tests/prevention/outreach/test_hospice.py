"""In hospice care nobody is reminded, called or written to, about vaccines as little as about anything else."""

from datetime import timedelta

import pytest

from prevention.engine.libraries import HOSPICE_CARE_AMBULATORY, HOSPICE_DIAGNOSIS, HOSPICE_ENCOUNTER
from prevention.models import CareGap, ImmunisationForecast, OutreachEpisode
from tests.clinical.factories import arranging
from tests.prevention import charts
from tests.prevention.outreach.factories import AS_OF, gap, queue, reached_by, reminders
from tests.prevention.outreach.test_vaccine_campaigns import Family

pytestmark = pytest.mark.django_db


@pytest.fixture
def family():
    return Family()


def ago(days: int):
    return AS_OF - timedelta(days=days)


WAYS_IN = {
    "a visit": lambda who: charts.visit(who, HOSPICE_ENCOUNTER, ago(20)),
    "care": lambda who: charts.procedure(who, HOSPICE_CARE_AMBULATORY, ago(20), status="in-progress"),
    "a diagnosis": lambda who: charts.condition(who, HOSPICE_DIAGNOSIS, ago(400)),
}


@pytest.mark.parametrize("way", WAYS_IN)
def test_outreach_under_way_stops_and_says_why(family, way):
    with arranging():
        gap(family.maria)
    queue(family.maria)
    assert [one.status for one in reminders(family.maria)] == ["queued"]
    with arranging():
        WAYS_IN[way](family.maria)
    queue(family.maria)
    with arranging():
        assert OutreachEpisode.objects.get().stop_reason == "hospice"
    assert [one.status for one in reminders(family.maria)] == ["skipped"]


def test_nothing_begins_in_hospice_and_an_end_long_ago_is_over(family):
    with arranging():
        pedro = family.person("Pedro", 50)
        reached_by(pedro, "email")
        for one, days in ((family.maria, 20), (pedro, 800)):
            gap(one)
            charts.visit(one, HOSPICE_ENCOUNTER, ago(days))
    queue(family.maria, pedro)
    assert reminders(family.maria) == []
    assert len(reminders(pedro)) == 1


def test_a_vaccine_that_is_due_is_no_gap_in_hospice(family):
    family.forecast(family.maria, "Influenza")
    family.sync()
    with arranging():
        made = CareGap.objects.get(member=family.maria, rule="immunisation:Influenza")
        assert made.status == "open"
        charts.visit(family.maria, HOSPICE_ENCOUNTER, ago(20))
    family.sync()
    with arranging():
        made.refresh_from_db()
        assert made.status == "excluded"
        assert ImmunisationForecast.objects.filter(member=family.maria).exists(), "her page says it all the same"
