"""Chronic obstructive pulmonary disease.

Source: Global Initiative for Chronic Obstructive Lung Disease, 2025 Report: chapter 3 (two moderate exacerbations or
one with a stay in hospital put somebody in group E) and chapter 4 (follow-up within one to four weeks of a stay).
"""

from django.utils.translation import gettext_lazy as _

from prevention.engine.members import age_at, count, exists
from prevention.engine.moments import as_of, days, months, years
from prevention.registries.codes import COPD, RESCUE_INHALERS
from prevention.registries.common import (
    EMERGENCY,
    HOSPITAL,
    NO_SHOWS,
    admissions,
    current,
    dispensed,
    in_hospice,
    invite,
    no_visit_for,
    was_admitted_for,
)
from prevention.registries.definition import ABOVE, AT_GOAL, FAR, Ground, Level, Missed, Registry, Step

diagnosis = current(COPD)
exacerbation = was_admitted_for(years(1), COPD)
overused = count(dispensed(years(1), RESCUE_INHALERS)) >= 6
NO_VISIT = no_visit_for(months(6), _("No visit in 6 months"))
NO_FOLLOW_UP = Missed(
    "no_follow_up",
    _("Hospital or emergency for COPD in the last 60 days, no visit in 4 weeks"),
    was_admitted_for(days(60), COPD) & no_visit_for(days(28), "").when,
)

REGISTRY = Registry(
    id="copd",
    title=_("COPD"),
    source="GOLD 2025, chapters 3 and 4",
    applies=age_at(as_of).at_least(18) & exists(diagnosis),
    excluded=in_hospice,
    entry=(diagnosis,),
    readings=(),
    control=(
        Level(FAR, _("Hospital or emergency for COPD in 12 months"), exacerbation),
        Level(ABOVE, _("Six or more rescue inhalers in 12 months"), overused),
        Level(AT_GOAL, _("Seen in 6 months, no exacerbation that led to hospital"), ~NO_VISIT.when),
    ),
    unknown=_("Not seen in 6 months"),
    grounds=(
        Ground("exacerbation", _("Hospital or emergency for COPD in 12 months"), exacerbation, high=True),
        Ground("stays", _("Two or more stays in hospital in 12 months"), count(admissions(years(1))) >= 2),
        Ground("rescue", _("Six or more rescue inhalers in 12 months"), overused),
        HOSPITAL,
        EMERGENCY,
    ),
    missed=(NO_FOLLOW_UP, NO_VISIT, NO_SHOWS),
    steps=(
        Step("after_stay", _("Visit within 4 weeks of an exacerbation"), NO_FOLLOW_UP.when),
        Step("review", _("Review inhalers and technique"), overused | exacerbation),
        invite(NO_VISIT, NO_SHOWS),
    ),
)
