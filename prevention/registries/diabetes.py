"""Diabetes: blood sugar and blood pressure.

Sources: American Diabetes Association, Standards of Care in Diabetes 2025, sections 4, 6 (HbA1c twice a year, every
three months above goal), 10 (blood pressure below 130/80) and 11 (kidney tests yearly); NCQA HEDIS MY 2025, Glycemic
Status Assessment (below 8 %, above 9 %; the last value of the year), which is the goal for a population, not for a
person. A value of 10 % and more asks for a visit for the three months after which it would be measured again (6.2).
"""

from django.utils.translation import gettext_lazy as _

from prevention.engine.members import age_at, exists
from prevention.engine.moments import as_of, months, years
from prevention.measures import value_sets as vs
from prevention.registries.codes import CHRONIC_KIDNEY_DISEASE, EGFR, UACR
from prevention.registries.common import (
    BP,
    EMERGENCY,
    HOSPITAL,
    NO_PRESSURE,
    NO_SHOWS,
    blood_pressure_at_least,
    current,
    final_results,
    in_hospice,
    invite,
    no_visit_for,
)
from prevention.registries.definition import ABOVE, AT_GOAL, FAR, Ground, Level, Missed, Registry, Step
from prevention.registries.readings import Reading

HBA1C = Reading("hba1c", _("HbA1c"), final_results(vs.HBA1C_LABORATORY_TEST), years(1), "%")
diagnosis = current(vs.DIABETES)
recent = HBA1C.within(years(1))
NO_VISIT = no_visit_for(months(6), _("No visit in 6 months"))
NO_TEST = Missed("no_hba1c", _("No HbA1c in 6 months"), ~HBA1C.within(months(6)))
NO_KIDNEY_TEST = Missed(
    "no_kidney_test",
    _("No kidney test in 12 months"),
    ~(EGFR.done_within(years(1)) & UACR.done_within(years(1))),
)

REGISTRY = Registry(
    id="diabetes",
    title=_("Diabetes"),
    source="ADA Standards of Care 2025, sections 4, 6, 10, 11; HEDIS MY 2025 GSD",
    applies=age_at(as_of).at_least(18) & exists(diagnosis),
    excluded=in_hospice,
    entry=(diagnosis,),
    readings=(HBA1C, *BP),
    control=(
        Level(FAR, _("HbA1c above 9 %"), HBA1C > 9),
        Level(
            ABOVE,
            _("HbA1c 8 to 9 %, or blood pressure at or above 130/80"),
            recent & ((HBA1C >= 8) | blood_pressure_at_least(130, 80)),
        ),
        Level(AT_GOAL, _("HbA1c below 8 %, and blood pressure below 130/80 where measured"), HBA1C < 8),
    ),
    unknown=_("No HbA1c in 12 months"),
    grounds=(
        Ground("very_high_hba1c", _("HbA1c at or above 10 %"), HBA1C >= 10, high=True),
        Ground("far_from_goal", _("HbA1c above 9 %"), HBA1C > 9),
        Ground(
            "stale_far",
            _("Last HbA1c above 9 %, more than 12 months ago: measure again"),
            (HBA1C.of_any_age > 9) & ~recent,
        ),
        Ground("kidney", _("Kidney disease with diabetes"), exists(current(CHRONIC_KIDNEY_DISEASE))),
        Ground("blood_pressure", _("Blood pressure at or above 140/90"), blood_pressure_at_least(140, 90)),
        HOSPITAL,
        EMERGENCY,
    ),
    missed=(NO_VISIT, NO_TEST, NO_KIDNEY_TEST, NO_PRESSURE, NO_SHOWS),
    steps=(
        Step(
            "urgent_review",
            _("Visit within two weeks: HbA1c at or above 10 %"),
            HBA1C.counting(months(3)) >= 10,
        ),
        Step("order_hba1c", _("Order HbA1c"), NO_TEST.when | (HBA1C >= 10), kind="order", rule="hba1c"),
        Step("review", _("Review treatment"), (HBA1C >= 8) | blood_pressure_at_least(130, 80)),
        Step("order_kidney", _("Kidney tests at the next visit"), NO_KIDNEY_TEST.when, kind="visit"),
        Step("reading", _("Blood pressure check with a nurse"), NO_PRESSURE.when),
        invite(NO_VISIT, NO_SHOWS),
    ),
)
