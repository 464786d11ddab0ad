"""Opioid use: the disorder, and long-term treatment of pain with opioids.

Sources: ASAM National Practice Guideline for the Treatment of Opioid Use Disorder, 2020 focused update (medicine,
without a limit in time; naloxone for everybody); CDC Clinical Practice Guideline for Prescribing Opioids for Pain, 2022
(recommendations 7, 8 and 11: reassess every three months, offer naloxone, care with benzodiazepines). Long-term: ninety
days of supply or more in 180 days.

Records of a substance-use programme (42 CFR Part 2) carry their label into the entry, which then stands in no list
without the member's consent.
"""

from django.utils.translation import gettext_lazy as _

from prevention.engine.durations import Periods, cumulative_duration
from prevention.engine.members import age_at, exists
from prevention.engine.moments import as_of, days, months, years
from prevention.measures import value_sets as vs
from prevention.registries.codes import (
    BENZODIAZEPINES,
    NALOXONE,
    OPIOID_MEDICINES,
    OPIOID_OVERDOSE,
    OPIOID_USE_DISORDER,
    OPIOID_USE_MEDICINES,
)
from prevention.registries.common import (
    EMERGENCY,
    NO_SHOWS,
    current,
    dispensed,
    in_hospice,
    invite,
    no_visit_for,
    was_admitted_for,
)
from prevention.registries.definition import ABOVE, AT_GOAL, FAR, Ground, Level, Missed, Registry, Step

disorder = current(OPIOID_USE_DISORDER)
has_disorder = exists(disorder)
# Official lists of products stand beside our own.
OPIOIDS = (OPIOID_MEDICINES, vs.MEPERIDINE_MEDICATIONS)
SEDATIVES = (BENZODIAZEPINES, vs.HARMFUL_BENZODIAZEPINES)
opioids = dispensed(days(180), *OPIOIDS)
long_term = cumulative_duration(Periods(opioids)) >= 90
treated = exists(dispensed(days(60), OPIOID_USE_MEDICINES))
overdose = was_admitted_for(years(1), OPIOID_OVERDOSE)
with_benzodiazepine = exists(dispensed(days(90), *OPIOIDS)) & exists(dispensed(days(90), *SEDATIVES))
NO_VISIT = no_visit_for(months(3), _("No visit in 3 months"))
NO_NALOXONE = Missed("no_naloxone", _("No naloxone in 12 months"), ~exists(dispensed(years(1), NALOXONE)))

REGISTRY = Registry(
    id="opioid_use",
    title=_("Opioid use"),
    source="ASAM 2020 focused update; CDC 2022, recommendations 7, 8, 11",
    applies=age_at(as_of).at_least(12) & (has_disorder | long_term),
    excluded=in_hospice,
    entry=(disorder, opioids),
    readings=(),
    control=(
        Level(FAR, _("Overdose in 12 months"), overdose),
        Level(
            ABOVE,
            _("Disorder without medicine in 60 days, or opioids together with benzodiazepines"),
            (has_disorder & ~treated) | with_benzodiazepine,
        ),
        Level(AT_GOAL, _("Treated, or reassessed within 3 months"), treated | ~NO_VISIT.when),
    ),
    unknown=_("Not reassessed in 3 months"),
    grounds=(
        Ground("overdose", _("Overdose in 12 months"), overdose, high=True),
        Ground("untreated", _("Disorder without medicine in 60 days"), has_disorder & ~treated),
        Ground("benzodiazepine", _("Opioids together with benzodiazepines"), with_benzodiazepine),
        Ground("unprotected", _("No naloxone in 12 months"), NO_NALOXONE.when),
        EMERGENCY,
    ),
    missed=(NO_VISIT, NO_NALOXONE, NO_SHOWS),
    steps=(
        Step("after_overdose", _("Call today: after an overdose"), overdose & ~treated, "call"),
        Step("offer", _("Offer medicine for opioid use disorder"), has_disorder & ~treated),
        Step("naloxone", _("Offer naloxone"), NO_NALOXONE.when, "outreach"),
        invite(NO_VISIT, NO_SHOWS),
    ),
)
