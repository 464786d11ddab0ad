"""The demo's invented months behave as months do: a year to date climbs, and what each added can be compared."""

import pytest

from core.db import as_job
from core.models import User
from kpcare.demo import past_quality
from prevention.quality import by_month, reading
from tests.clinical.factories import arranging
from tests.prevention.quality.conftest import AS_OF, lay, quality_world  # noqa: F401

pytestmark = pytest.mark.django_db


def test_the_year_to_date_climbs_and_each_month_adds_about_as_much(quality_world, lay):  # noqa: F811
    lay("oakland", 90, 60)
    lay("oakland", 90, 20, measure_id="CMS122")
    quality_world.count()
    by = User.objects.system("tests")

    with as_job(by, reason="demo"):
        past_quality.add(quality_world.system, by=by, today=AS_OF)

    with arranging():
        kept = reading.snapshots(quality_world.system.pk)
        assert len(kept) == AS_OF.month
        for measure, better in (("CMS130", 1), ("CMS122", -1)):
            (row,) = reading.rows(kept[0], ["all"], measure=measure, group=1)
            rates = [found.rate.value for _month, found in reading.trend(kept, row)]
            assert rates == sorted(rates, reverse=better < 0), measure
            gained = [month.gained for month in by_month.added(kept, row)]
            assert len(gained) == AS_OF.month - 1
            assert min(gained) > 0, measure
