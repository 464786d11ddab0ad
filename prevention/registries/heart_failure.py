"""Heart failure.

Source: AHA/ACC/HFSA Guideline for the Management of Heart Failure, 2022: sections 7.3 (medicines with a weak left
ventricle), 9.6 (a visit within seven days of discharge), 7.1 (salt, weight, self-care). A pressure counts for six
months, as long as a visit; eGFR for a year.
"""

from django.utils.translation import gettext_lazy as _

from prevention.engine.facts import observations
from prevention.engine.members import age_at, exists
from prevention.engine.moments import as_of, days, months
from prevention.measures import value_sets as vs
from prevention.registries.codes import CHRONIC_KIDNEY_DISEASE, EGFR
from prevention.registries.common import (
    BP,
    EMERGENCY,
    HOSPITAL,
    NO_PRESSURE,
    NO_SHOWS,
    blood_pressure_at_least,
    current,
    dispensed,
    in_hospice,
    invite,
    no_visit_for,
    was_admitted_for,
)
from prevention.registries.definition import ABOVE, AT_GOAL, FAR, Ground, Level, Missed, Registry, Step

diagnosis = current(vs.HEART_FAILURE)
weak_left_ventricle = exists(current(vs.MODERATE_OR_SEVERE_LVSD)) | exists(observations(vs.MODERATE_OR_SEVERE_LVSD))
ON_ACE_INHIBITOR = exists(dispensed(months(6), vs.ACE_INHIBITOR_OR_ARB_OR_ARNI))
ON_BETA_BLOCKER = exists(dispensed(months(6), vs.BETA_BLOCKER_THERAPY_FOR_LVSD))
untreated = weak_left_ventricle & ~(ON_ACE_INHIBITOR & ON_BETA_BLOCKER)
NO_VISIT = no_visit_for(months(6), _("No visit in 6 months"))
NO_KIDNEY_TEST = Missed("no_kidney_test", _("No kidney test in 6 months"), ~EGFR.done_within(months(6)))
NO_FOLLOW_UP = Missed(
    "no_follow_up",
    _("Discharged for heart failure in the last 30 days, no visit in 7 days"),
    was_admitted_for(days(30), vs.HEART_FAILURE) & no_visit_for(days(7), "").when,
)
recent = ~NO_VISIT.when | EGFR.within(months(6))

REGISTRY = Registry(
    id="heart_failure",
    title=_("Heart failure"),
    source="AHA/ACC/HFSA 2022, sections 7.1, 7.3, 9.6",
    applies=age_at(as_of).at_least(18) & exists(diagnosis),
    excluded=in_hospice,
    entry=(diagnosis,),
    readings=(*BP, EGFR),
    control=(
        Level(
            FAR,
            _("In hospital or emergency for heart failure in the last 90 days"),
            was_admitted_for(days(90), vs.HEART_FAILURE),
        ),
        Level(
            ABOVE,
            _("Weak left ventricle without its two medicines, or pressure at or above 130/80"),
            untreated | blood_pressure_at_least(130, 80, months(6)),
        ),
        Level(
            AT_GOAL, _("No stay for heart failure in 90 days, treated, pressure below 130/80 where measured"), recent
        ),
    ),
    unknown=_("No visit and no kidney test in 6 months"),
    grounds=(
        Ground(
            "admitted",
            _("In hospital or emergency for heart failure in the last 90 days"),
            was_admitted_for(days(90), vs.HEART_FAILURE),
            high=True,
        ),
        Ground("untreated", _("Weak left ventricle without its medicines"), untreated),
        Ground(
            "kidney",
            _("eGFR below 45, or chronic kidney disease"),
            (EGFR < 45) | exists(current(CHRONIC_KIDNEY_DISEASE)),
        ),
        Ground("age", _("80 or older"), age_at(as_of).at_least(80)),
        HOSPITAL,
        EMERGENCY,
    ),
    missed=(NO_FOLLOW_UP, NO_VISIT, NO_KIDNEY_TEST, NO_PRESSURE, NO_SHOWS),
    steps=(
        Step("after_stay", _("Visit within 7 days of discharge"), NO_FOLLOW_UP.when),
        Step("medicines", _("Review medicines for a weak left ventricle"), untreated),
        Step("kidney_test", _("Kidney tests and potassium"), NO_KIDNEY_TEST.when),
        Step("review", _("Review blood pressure treatment"), blood_pressure_at_least(130, 80, months(6))),
        Step("reading", _("Blood pressure check with a nurse"), NO_PRESSURE.when),
        invite(NO_VISIT, NO_SHOWS),
    ),
)
