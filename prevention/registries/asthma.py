"""Asthma, from five years of age.

Source: Global Initiative for Asthma, Global Strategy for Asthma Management and Prevention, 2024: boxes 2-2 (control
and risk; three or more rescue inhalers of 200 doses a year raise the risk of attacks) and 3-4 (follow-up).
"""

from django.utils.translation import gettext_lazy as _

from prevention.engine.members import age_at, count, exists
from prevention.engine.moments import as_of, months, years
from prevention.measures import value_sets as vs
from prevention.registries.codes import CONTROLLER_INHALERS, RESCUE_INHALERS
from prevention.registries.common import (
    HOSPITAL,
    NO_SHOWS,
    current,
    dispensed,
    in_hospice,
    invite,
    no_visit_for,
    was_admitted_for,
)
from prevention.registries.definition import ABOVE, AT_GOAL, FAR, Ground, Level, Registry, Step

diagnosis = current(vs.ASTHMA)
rescue_year = dispensed(years(1), RESCUE_INHALERS)
attack = was_admitted_for(years(1), vs.ASTHMA)
overused = count(rescue_year) >= 3
uncovered = overused & ~exists(dispensed(months(6), CONTROLLER_INHALERS))
NO_VISIT = no_visit_for(years(1), _("No visit in 12 months"))

REGISTRY = Registry(
    id="asthma",
    title=_("Asthma"),
    source="GINA 2024, boxes 2-2 and 3-4",
    applies=age_at(as_of).at_least(5) & exists(diagnosis),
    excluded=in_hospice,
    entry=(diagnosis,),
    readings=(),
    control=(
        Level(FAR, _("Hospital or emergency for asthma in 12 months"), attack),
        Level(ABOVE, _("Three or more rescue inhalers in 12 months"), overused),
        Level(AT_GOAL, _("Seen in 12 months, no attack, fewer than three rescue inhalers"), ~NO_VISIT.when),
    ),
    unknown=_("Not seen in 12 months"),
    grounds=(
        Ground("attack", _("Hospital or emergency for asthma in 12 months"), attack, high=True),
        Ground("rescue", _("Three or more rescue inhalers in 12 months"), overused),
        Ground("uncovered", _("Rescue inhalers and no inhaled corticosteroid in 6 months"), uncovered),
        HOSPITAL,
    ),
    missed=(NO_VISIT, NO_SHOWS),
    steps=(
        Step("after_attack", _("Visit: review after an attack"), attack),
        Step("controller", _("Start or restart an inhaled corticosteroid"), uncovered),
        Step("technique", _("Check inhaler technique and action plan"), overused),
        invite(NO_VISIT, NO_SHOWS),
    ),
)
