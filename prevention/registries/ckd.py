"""Chronic kidney disease: by filtration (G) and albuminuria (A).

Source: KDIGO 2024 Clinical Practice Guideline for the Evaluation and Management of Chronic Kidney Disease, figure 1
(risk by G and A category), section 2.1 (at least once a year: so long a value counts), section 3.4 (systolic pressure).
"""

from django.utils.translation import gettext_lazy as _

from prevention.engine.members import age_at, exists
from prevention.engine.moments import as_of, years
from prevention.measures import value_sets as vs
from prevention.registries.codes import CHRONIC_KIDNEY_DISEASE, EGFR, UACR
from prevention.registries.common import (
    BP,
    HOSPITAL,
    NO_PRESSURE,
    NO_SHOWS,
    blood_pressure_at_least,
    current,
    in_hospice,
    invite,
    no_visit_for,
)
from prevention.registries.definition import ABOVE, AT_GOAL, FAR, Ground, Level, Missed, Registry, Step

diagnosis = current(CHRONIC_KIDNEY_DISEASE)
tested = EGFR.within(years(1))
# Without a urine test the filtration alone places somebody, at its lowest risk.
very_high = (EGFR < 30) | ((EGFR < 45) & (UACR >= 30)) | ((EGFR < 60) & (UACR > 300))
was_low = EGFR.of_any_age < 30
high = (EGFR < 45) | ((EGFR < 60) & (UACR >= 30)) | (UACR > 300)
NO_VISIT = no_visit_for(years(1), _("No visit in 12 months"))
NO_FILTRATION = Missed("no_egfr", _("No eGFR in 12 months"), ~EGFR.done_within(years(1)))
NO_ALBUMIN = Missed("no_uacr", _("No urine albumin in 12 months"), ~UACR.done_within(years(1)))

REGISTRY = Registry(
    id="ckd",
    title=_("Chronic kidney disease"),
    source="KDIGO 2024, figure 1, sections 2.1 and 3.4",
    applies=age_at(as_of).at_least(18) & exists(diagnosis),
    excluded=in_hospice,
    entry=(diagnosis,),
    readings=(EGFR, UACR, *BP),
    control=(
        Level(FAR, _("Very high risk by eGFR and albuminuria (KDIGO red)"), tested & very_high),
        Level(
            ABOVE,
            _("High risk (KDIGO orange), or blood pressure at or above 130/80"),
            tested & (high | blood_pressure_at_least(130, 80)),
        ),
        Level(AT_GOAL, _("Low to moderate risk by the last tests, pressure below 130/80 where measured"), tested),
    ),
    unknown=_("No eGFR in 12 months"),
    grounds=(
        Ground("failing", _("eGFR below 20"), EGFR < 20, high=True),
        Ground("very_high", _("Very high risk by eGFR and albuminuria"), very_high),
        Ground("stale_low", _("Last eGFR below 30, more than 12 months ago: measure again"), was_low & ~tested),
        Ground("albuminuria", _("Urine albumin above 300 mg/g"), UACR > 300),
        Ground("diabetes", _("Diabetes as well"), exists(current(vs.DIABETES))),
        Ground("blood_pressure", _("Blood pressure at or above 140/90"), blood_pressure_at_least(140, 90)),
        HOSPITAL,
    ),
    missed=(NO_FILTRATION, NO_ALBUMIN, NO_VISIT, NO_PRESSURE, NO_SHOWS),
    steps=(
        Step("nephrology", _("Refer to nephrology: eGFR below 30 or albumin above 300"), (EGFR < 30) | (UACR > 300)),
        Step("kidney_test", _("Kidney tests: eGFR and urine albumin"), NO_FILTRATION.when | NO_ALBUMIN.when),
        Step("review", _("Review blood pressure treatment"), blood_pressure_at_least(130, 80)),
        Step("reading", _("Blood pressure check with a nurse"), NO_PRESSURE.when),
        invite(NO_VISIT, NO_SHOWS),
    ),
)
