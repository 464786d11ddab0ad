"""Pregnancy, from the first diagnosis until it is ended, at most ten months.

Sources: ACOG/AAP, Guidelines for Perinatal Care, 8th edition, chapter 6 (visits every four weeks at the least); ACOG
Practice Bulletin 222, 2020 (blood pressure at or above 140/90, severe from 160/110); ACOG Committee Opinion 757
(screening for depression).
"""

from django.utils.translation import gettext_lazy as _

from prevention.engine.facts import effective
from prevention.engine.members import age_at, exists, has_organ
from prevention.engine.moments import DAY, as_of, days, past
from prevention.measures import value_sets as vs
from prevention.registries.codes import OPIOID_USE_DISORDER
from prevention.registries.common import (
    BP,
    EMERGENCY,
    NO_SHOWS,
    SYSTOLIC_READING,
    blood_pressure_at_least,
    current,
    in_hospice,
    invite,
    no_visit_for,
)
from prevention.registries.definition import ABOVE, AT_GOAL, FAR, Ground, Level, Missed, Registry, Step

diagnosis = current(vs.PREGNANCY).where(effective.starts_during(past(days(300)), of=DAY))
# Visits are every four weeks at the least: two of them missed, nobody knows.
RECENT = days(60)
measured = SYSTOLIC_READING.within(RECENT)
raised = blood_pressure_at_least(140, 90, RECENT)
severe = blood_pressure_at_least(160, 110, RECENT)
NO_VISIT = no_visit_for(days(35), _("No visit in 5 weeks"))
NO_READING = Missed("no_reading", _("No blood pressure reading in 60 days"), ~measured)
depressed = exists(current(vs.MAJOR_DEPRESSION))

REGISTRY = Registry(
    id="pregnancy",
    title=_("Pregnancy"),
    source="ACOG/AAP Perinatal Care, 8th edition; ACOG PB 222 and CO 757",
    applies=has_organ("uterus", usual_in=("female",)) & exists(diagnosis),
    excluded=in_hospice,
    entry=(diagnosis,),
    readings=BP,
    control=(
        Level(FAR, _("Blood pressure at or above 160/110"), severe),
        Level(ABOVE, _("Blood pressure at or above 140/90"), raised),
        Level(AT_GOAL, _("Blood pressure below 140/90 in the last 60 days"), measured),
    ),
    unknown=_("No blood pressure reading in 60 days"),
    grounds=(
        Ground("severe", _("Blood pressure at or above 160/110"), severe, high=True),
        Ground("raised", _("Blood pressure at or above 140/90"), raised),
        Ground("diabetes", _("Diabetes as well"), exists(current(vs.DIABETES))),
        Ground("hypertension", _("High blood pressure before"), exists(current(vs.ESSENTIAL_HYPERTENSION))),
        Ground("depression", _("Depression as well"), depressed),
        Ground("opioids", _("Opioid use disorder as well"), exists(current(OPIOID_USE_DISORDER)), high=True),
        Ground("age", _("35 or older, or under 18"), age_at(as_of).at_least(35) | ~age_at(as_of).at_least(18)),
        EMERGENCY,
    ),
    missed=(NO_VISIT, NO_READING, NO_SHOWS),
    steps=(
        Step("same_day", _("Call today: blood pressure at or above 160/110"), severe, "call"),
        Step("review", _("Visit this week: blood pressure at or above 140/90"), raised),
        Step("visit", _("Prenatal visit"), NO_VISIT.when | NO_READING.when),
        invite(NO_SHOWS),
    ),
)
