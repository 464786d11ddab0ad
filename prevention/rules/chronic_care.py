"""Intervals of chronic care: eyes, feet, kidneys and blood fats in diabetes, kidneys in kidney disease, medicines that
need watching, and the test that proves COPD.

Sources: American Diabetes Association, Standards of Care in Diabetes 2025 (sections 10–12); KDIGO 2024 guideline for
CKD (2.1); ACC/AHA cholesterol guideline 2018; American Thyroid Association 2014 (hypothyroidism, 6); CHEST 2012
(antithrombotic therapy, 3.1); GOLD report 2025. HbA1c has a file of its own. Earlier ones that asked the same: ADA
Standards 2003 (eyes, feet, albumin, lipids) and 2007 (eGFR), JNC 7 of 21 May 2003 (potassium and creatinine on
medicine), GOLD 2001. Due from the beginning of the disease or the medicine, or of coverage here.
"""

from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from prevention.engine.elements import quantity
from prevention.engine.facts import Facts, effective
from prevention.engine.measure import Asked, CareRule, Closer, WayOut
from prevention.engine.members import Condition, age_at, exists, last
from prevention.engine.moments import as_of, days, months, years
from prevention.measures import value_sets as vs
from prevention.rules import value_sets as own
from prevention.rules.common import (
    ONCE,
    active_medicine,
    diagnoses_now,
    final_results,
    has_now,
    in_hospice,
    on_medicine,
    recorded,
    settles,
    test_of,
)
from prevention.rules.heart_and_metabolism import STATINS, has_atherosclerosis, with_atherosclerosis

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

with_diabetes = diagnoses_now(vs.DIABETES)
has_diabetes = exists(with_diabetes)
with_kidney_disease = diagnoses_now(own.KIDNEY_DISEASE)
has_kidney_disease = exists(with_kidney_disease)
with_copd = diagnoses_now(own.COPD)
without_kidneys = has_now(own.KIDNEY_FAILURE)
filtration = final_results(vs.ESTIMATED_GLOMERULAR_FILTRATION_RATE, own.KIDNEY_FILTRATION)
inr = final_results(own.INR)
# Official lists of products stand beside our own.
THYROID_HORMONE = (own.THYROXINE, vs.DESICCATED_THYROID_MEDICATIONS)
KIDNEY_MEDICINE = (own.KIDNEY_MEDICINE, vs.ACE_INHIBITOR_OR_ARB_OR_ARNI)
# Twice in range within half a year, the last one included: stable.
inr_in_range = last(inr, quantity(">=", 2, "{INR}") & quantity("<=", 3, "{INR}"), by=effective.latest)


def interval(
    id: str,
    title: "StrOrPromise",
    member_title: "StrOrPromise",
    why: "StrOrPromise",
    source: str,
    since: date,
    applies: Condition,
    closer: Closer,
    *,
    code: str = "",
    visit_type: str = "",
    onset: Facts,
    asked_from: date | None = None,
    excluded: Condition | None = None,
    at_visit: bool = False,
) -> CareRule:
    """`code`: the LOINC of the test that closes it; `visit_type`: the visit that does; `asked_from`: since when an
    earlier guideline asked the same.
    """
    ways = test_of(code, id) if code else ()
    if visit_type:
        ways += (WayOut("book", _("Book the visit"), visit_type=visit_type),)
    return CareRule(
        id=id,
        title=title,
        member_title=member_title,
        why=why,
        source=source,
        since=since,
        from_age=18,
        earlier=(Asked(asked_from, 18),) if asked_from else (),
        onset=onset,
        ours=True,
        applies=age_at(as_of).at_least(18) & applies,
        excluded=in_hospice if excluded is None else in_hospice | excluded,
        closers=(closer,),
        costs_nothing=False,
        ways=ways,
        at_visit=at_visit,
        remind=not at_visit,
    )


def results(*codes: object) -> Facts:
    return final_results(*codes)  # type: ignore[arg-type]


# Since when the American Diabetes Association asks for these once a year, at the latest.
ADA_2003, ADA_2007 = date(2003, 1, 1), date(2007, 1, 1)
JNC_7 = date(2003, 5, 21)
ADA, KDIGO = "ADA Standards of Care 2025", "KDIGO 2024"
SINCE_ADA, SINCE_KDIGO = date(2025, 1, 1), date(2024, 4, 1)

RULES = (
    interval(
        "diabetes_eyes",
        _("Diabetic eye examination"),
        _("Eye examination for diabetes"),
        _("Diabetes harms the back of the eye without signs. Once a year somebody looks, while it can be treated."),
        f"{ADA}, 12.15–12.17",
        SINCE_ADA,
        has_diabetes,
        settles(
            "eye examination",
            recorded(vs.RETINAL_OR_DILATED_EYE_EXAM, own.RETINAL_EXAM),
            # Every one to two years without retinopathy and in good control; the shorter is used.
            years(1),
        ),
        visit_type="EYE-EXAM",
        onset=with_diabetes,
        asked_from=ADA_2003,
    ),
    interval(
        "diabetes_feet",
        _("Diabetic foot examination"),
        _("Foot examination for diabetes"),
        _("Once a year your feet are looked at and touched, so that no wound goes unnoticed."),
        f"{ADA}, 12.20",
        SINCE_ADA,
        has_diabetes,
        settles("foot examination", recorded(own.FOOT_EXAM), years(1)),
        onset=with_diabetes,
        asked_from=ADA_2003,
        at_visit=True,
    ),
    interval(
        "urine_albumin",
        _("Urine albumin in diabetes or kidney disease"),
        _("Urine test for your kidneys"),
        _("Protein in the urine is the first sign that kidneys suffer."),
        f"{ADA}, 11.1a; {KDIGO}, 2.1.1",
        SINCE_ADA,
        has_diabetes | has_kidney_disease,
        settles("urine albumin", results(vs.URINE_ALBUMIN_CREATININE_RATIO, own.URINE_ALBUMIN), years(1)),
        code="9318-7",
        onset=with_diabetes.union(with_kidney_disease),
        asked_from=ADA_2003,
        excluded=without_kidneys,
    ),
    interval(
        "kidney_filtration",
        _("eGFR in diabetes or kidney disease"),
        _("Blood test for your kidneys"),
        _("The test shows how well your kidneys filter, and whether your medicines still fit."),
        f"{ADA}, 11.1a; {KDIGO}, 2.1.1",
        SINCE_ADA,
        has_diabetes | has_kidney_disease,
        settles(
            "eGFR",
            filtration,
            years(1),
            # KDIGO 2024, figure 9: three times a year and more below 30, twice below 45.
            (last(filtration, quantity("<", 30, "mL/min/{1.73_m2}"), by=effective.latest), months(4)),
            (last(filtration, quantity("<", 45, "mL/min/{1.73_m2}"), by=effective.latest), months(6)),
        ),
        code="98979-8",
        onset=with_diabetes.union(with_kidney_disease),
        asked_from=ADA_2007,
        excluded=without_kidneys,
    ),
    interval(
        "lipids_in_treatment",
        _("Blood fats in diabetes or on a statin"),
        _("Blood fats"),
        _("The test shows whether your heart is protected well enough."),
        f"{ADA}, 10.15–10.17; ACC/AHA 2018, 4.5",
        SINCE_ADA,
        has_diabetes | has_atherosclerosis | on_medicine(*STATINS, own.STATIN),
        settles("blood fats", results(vs.LDL_CHOLESTEROL, own.LIPIDS), years(1)),
        code="13457-7",
        onset=with_diabetes.union(with_atherosclerosis, active_medicine(*STATINS, own.STATIN)),
        asked_from=ADA_2003,
    ),
    interval(
        "thyroid_on_hormone",
        _("Thyroid test on thyroid hormone"),
        _("Thyroid test"),
        _("Once a year a blood test shows whether the dose still fits."),
        "American Thyroid Association 2014, recommendation 6",
        date(2014, 12, 1),
        on_medicine(*THYROID_HORMONE),
        settles("thyroid test", results(own.TSH), years(1)),
        code="3016-3",
        onset=active_medicine(*THYROID_HORMONE),
    ),
    interval(
        "inr_on_warfarin",
        _("INR on warfarin"),
        _("Blood clotting test (INR)"),
        _("The dose of warfarin follows this test: too little clots, too much bleeds."),
        "CHEST 2012, 3.1",
        date(2012, 2, 1),
        on_medicine(own.WARFARIN),
        settles("INR", inr, days(28), (inr_in_range, days(84))),
        code="6301-6",
        onset=active_medicine(own.WARFARIN),
    ),
    interval(
        "potassium_on_medicine",
        _("Potassium on blood pressure medicine"),
        _("Blood salts"),
        _("Your blood pressure medicine can change the salts in your blood. Once a year that is looked at."),
        "ACC/AHA hypertension guideline 2017, 11.2",
        date(2017, 11, 13),
        on_medicine(*KIDNEY_MEDICINE),
        settles("potassium", results(own.POTASSIUM), years(1)),
        code="2823-3",
        onset=active_medicine(*KIDNEY_MEDICINE),
        asked_from=JNC_7,
    ),
    interval(
        "creatinine_on_medicine",
        _("Creatinine on blood pressure medicine"),
        _("Kidney test on your medicine"),
        _("Your blood pressure medicine can strain the kidneys. Once a year that is looked at."),
        "ACC/AHA hypertension guideline 2017, 11.2",
        date(2017, 11, 13),
        on_medicine(*KIDNEY_MEDICINE) & ~(has_diabetes | has_kidney_disease),
        settles("creatinine", results(own.CREATININE, own.KIDNEY_FILTRATION), years(1)),
        code="2160-0",
        onset=active_medicine(*KIDNEY_MEDICINE),
        asked_from=JNC_7,
    ),
    interval(
        "spirometry_in_copd",
        _("Spirometry in COPD"),
        _("Breathing test"),
        _("Only a breathing test tells COPD from other causes of short breath; it is done once at least."),
        "GOLD report 2025, chapter 2",
        date(2024, 11, 11),
        exists(with_copd),
        settles("spirometry", recorded(own.SPIROMETRY, *own.SPIROMETRY_BILLED), ONCE),
        onset=with_copd,
        asked_from=date(2001, 4, 1),
        at_visit=True,
    ),
)
