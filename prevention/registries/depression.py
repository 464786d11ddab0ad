"""Major depression, from twelve years of age.

Sources: APA Practice Guideline for Major Depressive Disorder (2010, section II.A.8: measure at visits); Kroenke et al.
2001 (PHQ-9: 5, 10, 15, 20 mark mild, moderate, moderately severe, severe); NCQA HEDIS MY 2025 DMS-E (a PHQ-9 every four
months) and DRR-E (remission: below 5). A score counts for six months, the middle of the four to eight in which DRR-E
looks for the next.
"""

from django.utils.translation import gettext_lazy as _

from prevention.engine.codes import LOINC, Code
from prevention.engine.members import age_at, exists
from prevention.engine.moments import as_of, months, years
from prevention.measures import value_sets as vs
from prevention.registries.common import (
    EMERGENCY,
    NO_SHOWS,
    current,
    final_results,
    in_hospice,
    invite,
    no_visit_for,
    was_admitted_for,
)
from prevention.registries.definition import ABOVE, AT_GOAL, FAR, Ground, Level, Missed, Registry, Step
from prevention.registries.readings import Reading

HALF_A_YEAR = months(6)
PHQ9 = Reading(
    "phq9",
    _("PHQ-9"),
    final_results(Code("44261-6", LOINC, "PHQ-9 total"), vs.PHQ_9_AND_PHQ_9M_TOOLS),
    HALF_A_YEAR,
)
ITEM9 = Reading("phq9_item9", _("PHQ-9, item 9"), final_results(Code("44260-8", LOINC, "PHQ-9 item 9")), HALF_A_YEAR)
diagnosis = current(vs.MAJOR_DEPRESSION)
recent = PHQ9.within(HALF_A_YEAR)
NO_VISIT = no_visit_for(months(6), _("No visit in 6 months"))
NO_SCORE = Missed("no_phq9", _("No PHQ-9 in 4 months"), ~PHQ9.within(months(4)))
thoughts = ITEM9 > 0

REGISTRY = Registry(
    id="depression",
    title=_("Depression"),
    source="APA 2010 II.A.8; HEDIS MY 2025 DMS-E and DRR-E; Kroenke 2001",
    applies=age_at(as_of).at_least(12) & exists(diagnosis),
    excluded=in_hospice,
    entry=(diagnosis,),
    readings=(PHQ9, ITEM9),
    control=(
        Level(FAR, _("PHQ-9 at or above 15"), PHQ9 >= 15),
        Level(ABOVE, _("PHQ-9 from 5 to 14"), PHQ9 >= 5),
        Level(AT_GOAL, _("PHQ-9 below 5: remission"), recent),
    ),
    unknown=_("No PHQ-9 in 6 months"),
    grounds=(
        Ground("thoughts", _("Thoughts of death or self-harm at the last PHQ-9"), thoughts, high=True),
        Ground("severe", _("PHQ-9 at or above 20"), PHQ9 >= 20, high=True),
        Ground("far_from_goal", _("PHQ-9 at or above 15"), PHQ9 >= 15),
        Ground(
            "admitted",
            _("Hospital or emergency for depression in 12 months"),
            was_admitted_for(years(1), vs.MAJOR_DEPRESSION),
        ),
        EMERGENCY,
    ),
    missed=(NO_SCORE, NO_VISIT, NO_SHOWS),
    steps=(
        Step("safety", _("Call today: safety check"), thoughts, "call"),
        Step("review", _("Visit: review treatment"), PHQ9 >= 10),
        Step("score", _("Send the PHQ-9"), NO_SCORE.when, "outreach"),
        invite(NO_VISIT, NO_SHOWS),
    ),
)
