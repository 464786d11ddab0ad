"""Each rate by group: counted once, in every dimension, hidden where small, kept by month, written where it differs."""

from datetime import date

import pytest
from django.db import connection

from core.context import use
from core.db import as_job, context_for
from core.models import User
from prevention.engine.evaluate import Partition
from prevention.jobs import start_nightly
from prevention.measures import MEASURES, measure
from prevention.models import AreaDeprivation, MeasureStratum, QualitySnapshot
from prevention.quality.count import count_share
from prevention.quality.merge import merge
from prevention.quality.strata import UNKNOWN
from tests.clinical.factories import arranging
from tests.prevention.quality.conftest import AS_OF

pytestmark = pytest.mark.django_db


def stored(world, dimension: str, *, region: str = "", measure_id: str = "CMS130", group: int = 1) -> dict:
    """Stratum → (numerator, denominator), or None where it is hidden."""
    with arranging():
        found = MeasureStratum.objects.filter(
            managing_organization=world.system,
            measure=measure(measure_id).key,
            group=group,
            dimension=dimension,
            region=region,
        )
        return {row.stratum: None if row.is_hidden else (row.numerator, row.denominator) for row in found}


def test_a_rate_is_counted_by_every_dimension(quality_world, lay):
    with arranging():
        AreaDeprivation.objects.create(postal_code="94601", percentile=95, index="ADI", version="2023", source="test")
    lay("oakland", 20, 15, sex="female", language="es-US", race="2148-5", birth_date=date(1960, 1, 1), postal="94601")
    lay("fresno", 30, 10, sex="male", language="en", race="2106-3", birth_date=date(1980, 1, 1), postal="99999-1234")

    quality_world.count()

    assert stored(quality_world, "all") == {"": (25, 50)}
    assert stored(quality_world, "sex") == {"female": (15, 20), "male": (10, 30)}
    assert stored(quality_world, "language") == {"es": (15, 20), "en": (10, 30)}
    assert stored(quality_world, "age_band") == {"65-74": (15, 20), "45-64": (10, 30)}
    assert stored(quality_world, "ethnicity") == {"hispanic": (15, 20), UNKNOWN: (10, 30)}
    assert stored(quality_world, "race") == {UNKNOWN: (15, 20), "white": (10, 30)}
    assert stored(quality_world, "deprivation") == {"5": (15, 20), UNKNOWN: (10, 30)}
    assert stored(quality_world, "line_of_business") == {UNKNOWN: (25, 50)}
    north, south = (str(quality_world.places[place].region.pk) for place in ("oakland", "fresno"))
    assert stored(quality_world, "region") == {north: (15, 20), south: (10, 30)}
    assert stored(quality_world, "sex", region=north) == {"female": (15, 20)}


def test_places_lie_within_each_other(quality_world, lay):
    lay("oakland", 20, 15)
    lay("richmond", 15, 5)
    lay("fresno", 30, 10)

    quality_world.count()

    oakland = quality_world.places["oakland"]
    facility = f"{oakland.region.pk}/{oakland.department.facility_id}"
    department = f"{facility}/{oakland.department.pk}"
    assert stored(quality_world, "facility")[facility] == (15, 20)
    assert stored(quality_world, "department")[department] == (15, 20)
    assert stored(quality_world, "clinician")[f"{department}/{oakland.clinician.pk}"] == (15, 20)
    assert len(stored(quality_world, "clinician")) == 3


def test_two_races_are_two_or_more_and_detailed_codes_belong_to_their_group(quality_world, lay):
    people = lay("oakland", 12, 6, race="2034-7")
    with arranging():
        from members.models import RaceEthnicity

        RaceEthnicity.objects.bulk_create(
            RaceEthnicity(member=person, code="2108-9", source="self") for person in people
        )
    lay("oakland", 12, 6, race="2034-7")
    lay("oakland", 12, 3, race="2060-2")

    quality_world.count()

    assert stored(quality_world, "race") == {"two_or_more": (6, 12), "asian": (6, 12), "black": (3, 12)}


def test_a_small_group_is_hidden_and_cannot_be_had_by_subtraction(quality_world, lay):
    lay("oakland", 40, 20, language="en")
    lay("oakland", 20, 5, language="zh")
    lay("oakland", 4, 4, language="tl")

    quality_world.count()

    assert stored(quality_world, "language") == {"en": (20, 40), "zh": None, "tl": None}
    assert stored(quality_world, "all") == {"": (29, 64)}


def test_excluded_people_leave_the_rate_and_few_of_them_are_hidden(quality_world, lay):
    lay("oakland", 20, 10, sex="female", excluded=3)
    lay("oakland", 30, 10, sex="male", excluded=20)

    quality_world.count()

    with arranging():
        by_sex = {
            row.stratum: (row.denominator, row.hides_exclusions)
            for row in MeasureStratum.objects.filter(dimension="sex", region="")
        }
    assert by_sex == {"female": (20, True), "male": (30, True)}


def test_a_system_sees_its_own_rates_alone(quality_world, lay):
    lay("oakland", 20, 10)
    lay("provo", 50, 50)

    quality_world.count()

    assert stored(quality_world, "all") == {"": (10, 20)}
    with use(context_for(quality_world.director)):
        assert set(MeasureStratum.objects.values_list("managing_organization", flat=True)) == {quality_world.system.pk}


def test_counting_again_writes_nothing_and_a_change_writes_its_rows(quality_world, lay):
    lay("oakland", 20, 10, sex="female")
    lay("oakland", 20, 10, sex="male")
    assert quality_world.count() > 0
    assert quality_world.count() == 0

    lay("oakland", 1, 1, sex="male")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, xmin::text FROM prevention_measurestratum WHERE stratum = 'female'")
        before = cursor.fetchall()
    assert quality_world.count() > 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, xmin::text FROM prevention_measurestratum WHERE stratum = 'female'")
        assert cursor.fetchall() == before


def test_each_month_is_kept_with_its_last_day(quality_world, lay):
    lay("oakland", 20, 10)
    for day in (date(2026, 10, 3), date(2026, 10, 30), AS_OF):
        quality_world.count(day)

    with arranging():
        kept = list(QualitySnapshot.objects.order_by("month").values_list("month", "as_of"))
    assert kept == [(date(2026, 10, 1), date(2026, 10, 30)), (date(2026, 11, 1), AS_OF)]


def test_shares_add_up_and_those_of_an_earlier_cut_are_left_out(quality_world, lay):
    people = sorted(one.pk for one in lay("oakland", 30, 12) + lay("fresno", 20, 4))
    user = User.objects.system("tests")
    with as_job(user, reason="count"):
        run = start_nightly(by=user, as_of=AS_OF).pk
        count_share(run, 3, Partition(), [measure("CMS130")], AS_OF)
        for _again in range(2):
            count_share(run, 1, Partition(upper=people[17]), [measure("CMS130")], AS_OF)
            count_share(run, 2, Partition(lower=people[17]), [measure("CMS130")], AS_OF)
        merge(run, 2, AS_OF)

    assert stored(quality_world, "all") == {"": (16, 50)}


def test_a_rate_of_several_says_what_it_is():
    for one in MEASURES:
        assert len(one.rates) == (len(one.groups) if len(one.groups) > 1 else 0), one.id
        assert len(set(one.rates)) == len(one.rates)
