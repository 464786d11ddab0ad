"""Low-dose CT of the lungs every year from 50 to 80, with 20 pack-years, smoking now or within 15 years.

Source: USPSTF, Lung Cancer: Screening, 9 March 2021, grade B; before it 31 December 2013 (55–80, 30 pack-years).
Somebody whose day of stopping is not in the record counts as long as a smoking status of the last 15 years says they
smoke or smoked.
"""

from datetime import date

from django.utils.translation import gettext_lazy as _

from prevention.engine.elements import value_in
from prevention.engine.facts import Point, effective, observations
from prevention.engine.libraries import FINAL
from prevention.engine.measure import Asked, CareRule, WayOut
from prevention.engine.members import Condition, age_at, exists
from prevention.engine.moments import as_of, past, years
from prevention.rules import positives
from prevention.rules import value_sets as own
from prevention.rules.common import (
    ever_diagnosed,
    final_results,
    in_hospice,
    last_value,
    recorded,
    settles,
    smoking_answers,
)
from prevention.rules.heart_and_metabolism import smokes

PACK_YEARS = final_results(own.PACK_YEARS)
stopped = observations(own.STOPPED_SMOKING).with_status(*FINAL)
day_of_stopping = Point("{row}.value_time", "{row}.value_time")
stopped_lately = exists(stopped.where(day_of_stopping.during(past(years(15)))))
former = exists(smoking_answers(value_in(own.TOBACCO_FORMER)).where(effective.latest.during(past(years(15)))))
stopped_long_ago = exists(stopped.where(day_of_stopping.before(as_of - years(15))))


def smoked(pack_years: int) -> Condition:
    return (
        last_value(PACK_YEARS, ">=", pack_years, "{PackYears}")
        | last_value(PACK_YEARS, ">=", pack_years, "{pack-years}")
        | last_value(PACK_YEARS, ">=", pack_years, "")
    )


RULE = CareRule(
    id="lung_screening",
    title=_("Lung cancer screening"),
    member_title=_("Scan of the lungs"),
    why=_("After many years of smoking, a yearly low-dose scan finds lung cancer while it can be removed."),
    source="USPSTF 2021-03-09, grade B",
    grade="B",
    since=date(2021, 3, 9),
    from_age=50,
    earlier=(Asked(date(2013, 12, 31), 55, 80, when=smoked(30)),),
    applies=age_at(as_of).between(50, 80) & smoked(20) & (smokes | stopped_lately | (former & ~stopped_long_ago)),
    excluded=in_hospice | ever_diagnosed(own.LUNG_CANCER),
    closers=(settles("low-dose CT", recorded(own.LUNG_CT, own.LUNG_CT_BILLED), years(1)),),
    unanswered=positives.LUNG.unanswered(),
    ways=(WayOut("book", _("Book the scan"), visit_type="LUNG-CT"),),
)
