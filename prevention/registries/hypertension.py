"""High blood pressure.

Source: ACC/AHA Guideline for the Prevention, Detection, Evaluation, and Management of High Blood Pressure in Adults,
2017 (goal below 130/80; prompt treatment from 160/100; monthly visits until at goal, then every three to six months),
kept by its 2025 revision. A reading counts for a year (HEDIS MY 2025, CBP); it asks for a visit as long as follow-up of
whoever is not at goal may take at the longest, six months, and for a call for the month within which a very high one
must have been looked at (8.1.3).
"""

from django.utils.translation import gettext_lazy as _

from prevention.engine.members import age_at, exists
from prevention.engine.moments import as_of, months, years
from prevention.measures import value_sets as vs
from prevention.registries.codes import CHRONIC_KIDNEY_DISEASE, EGFR
from prevention.registries.common import (
    BP,
    EMERGENCY,
    HOSPITAL,
    NO_SHOWS,
    SYSTOLIC_READING,
    blood_pressure_at_least,
    current,
    in_hospice,
    invite,
    no_visit_for,
    pressure_was_at_least,
)
from prevention.registries.definition import ABOVE, AT_GOAL, FAR, Ground, Level, Missed, Registry, Step

diagnosis = current(vs.ESSENTIAL_HYPERTENSION)
recent = SYSTOLIC_READING.within(years(1))
NO_VISIT = no_visit_for(years(1), _("No visit in 12 months"))
NO_READING = Missed("no_reading", _("No blood pressure reading in 6 months"), ~SYSTOLIC_READING.within(months(6)))
NO_KIDNEY_TEST = Missed("no_kidney_test", _("No kidney test in 12 months"), ~EGFR.done_within(years(1)))

REGISTRY = Registry(
    id="hypertension",
    title=_("Hypertension"),
    source="ACC/AHA 2017, sections 8.1 and 8.2; AHA/ACC 2025",
    applies=age_at(as_of).at_least(18) & exists(diagnosis),
    excluded=in_hospice,
    entry=(diagnosis,),
    readings=BP,
    control=(
        Level(FAR, _("Last reading at or above 160/100"), blood_pressure_at_least(160, 100)),
        Level(ABOVE, _("Last reading at or above 130/80"), blood_pressure_at_least(130, 80)),
        Level(AT_GOAL, _("Last reading below 130/80"), recent),
    ),
    unknown=_("No reading in 12 months"),
    grounds=(
        Ground("crisis", _("Last reading at or above 180/120"), blood_pressure_at_least(180, 120), high=True),
        Ground("far_from_goal", _("Last reading at or above 160/100"), blood_pressure_at_least(160, 100)),
        Ground(
            "stale_far",
            _("Last reading at or above 160/100, more than 12 months ago: measure again"),
            pressure_was_at_least(160, 100) & ~recent,
        ),
        Ground("diabetes", _("Diabetes as well"), exists(current(vs.DIABETES))),
        Ground("kidney", _("Chronic kidney disease as well"), exists(current(CHRONIC_KIDNEY_DISEASE))),
        HOSPITAL,
        EMERGENCY,
    ),
    missed=(NO_READING, NO_VISIT, NO_KIDNEY_TEST, NO_SHOWS),
    steps=(
        Step(
            "urgent_review",
            _("Call today: last reading at or above 180/120"),
            blood_pressure_at_least(180, 120, within=months(1)),
            "call",
        ),
        Step("soon", _("Visit within a month: at or above 160/100"), blood_pressure_at_least(160, 100, months(6))),
        Step("reading", _("Blood pressure check with a nurse"), NO_READING.when),
        Step("review", _("Review treatment"), blood_pressure_at_least(130, 80, months(6))),
        invite(NO_VISIT, NO_SHOWS),
    ),
)
