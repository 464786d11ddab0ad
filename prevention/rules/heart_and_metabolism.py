"""Heart, weight and sugar: diabetes screening, statins, counselling on diet and weight, aneurysm of the aorta.

Sources: USPSTF recommendation statements, by the dates beside each rule; those that they replaced: diabetes 27 October
2015 (40–70), statins 15 November 2016, diet 26 August 2014, obesity 26 June 2012, aneurysm 24 June 2014 and 1 February
2005.
"""

from datetime import date

from django.utils.translation import gettext_lazy as _

from prevention.engine.elements import quantity, value_in
from prevention.engine.facts import Code, Facts, ValueSet, effective
from prevention.engine.measure import Asked, CareRule, WayOut
from prevention.engine.members import Condition, administrative_sex, age_at, exists, last
from prevention.engine.moments import as_of, years
from prevention.engine.predicates import Always
from prevention.measures import value_sets as vs
from prevention.rules import positives, surveillance
from prevention.rules import value_sets as own
from prevention.rules.common import (
    ONCE,
    active_medicine,
    diagnoses,
    diagnoses_now,
    ever_diagnosed,
    final_results,
    has_now,
    in_hospice,
    is_pregnant,
    last_value,
    recorded,
    settles,
    smoking_answers,
    test_of,
)

STATINS = (vs.LOW_INTENSITY_STATIN_THERAPY, vs.MODERATE_INTENSITY_STATIN_THERAPY, vs.HIGH_INTENSITY_STATIN_THERAPY)
body_mass_index = final_results(own.BODY_MASS_INDEX)
has_diabetes = has_now(vs.DIABETES)
with_hypertension = diagnoses_now(vs.ESSENTIAL_HYPERTENSION, own.HYPERTENSION)
has_hypertension = exists(with_hypertension)
with_dyslipidaemia = diagnoses_now(own.DYSLIPIDAEMIA)
has_dyslipidaemia = exists(with_dyslipidaemia)
cardiovascular_risk = final_results(own.CARDIOVASCULAR_RISK)
with_atherosclerosis = diagnoses(own.ATHEROSCLEROTIC_DISEASE)
has_atherosclerosis = exists(with_atherosclerosis)


def body_mass_at_least(value: float, *diagnoses: ValueSet | Code) -> Condition:
    """By the last measured index, or by a diagnosis."""
    return last_value(body_mass_index, ">=", value, "kg/m2") | has_now(*diagnoses)


def since_body_mass(value: float, *codes: ValueSet | Code) -> Facts:
    """What first showed it."""
    return body_mass_index.where(quantity(">=", value, "kg/m2")).union(diagnoses_now(*codes))


# By the last answer: whoever stopped since does not smoke.
smokes = last(smoking_answers(Always()), value_in(vs.TOBACCO_USER, own.TOBACCO_USER), by=effective.latest) | has_now(
    own.TOBACCO_USER
)
ever_smoked = (
    exists(smoking_answers(value_in(vs.TOBACCO_USER, own.TOBACCO_USER, own.TOBACCO_FORMER)))
    | ever_diagnosed(own.TOBACCO_USER, own.TOBACCO_FORMER)
    | last_value(final_results(own.PACK_YEARS), ">", 0, "{PackYears}")
)

DIABETES_SCREENING = CareRule(
    id="diabetes_screening",
    title=_("Prediabetes and diabetes screening"),
    member_title=_("Diabetes test"),
    why=_("With overweight, diabetes often comes without signs. A blood test every three years finds it early."),
    source="USPSTF 2021-08-24, grade B; every three years as it suggests",
    grade="B",
    since=date(2021, 8, 24),
    from_age=35,
    earlier=(Asked(date(2015, 10, 27), 40, 70),),
    onset=since_body_mass(25, vs.OVERWEIGHT_OR_OBESE, own.OVERWEIGHT),
    applies=age_at(as_of).between(35, 70) & body_mass_at_least(25, vs.OVERWEIGHT_OR_OBESE, own.OVERWEIGHT),
    excluded=in_hospice | has_diabetes | is_pregnant,
    # The American Diabetes Association has people with prediabetes tested every year (Standards of Care 2025, 2.12).
    closers=(
        settles(
            "blood sugar test", final_results(own.GLUCOSE_SCREENING), years(3), (has_now(own.PREDIABETES), years(1))
        ),
    ),
    unanswered=positives.SUGAR.unanswered(),
    surveillance=surveillance.SUGAR,
    ways=test_of("4548-4", "diabetes_screening"),
)

STATIN_PREVENTION = CareRule(
    id="statin_prevention",
    title=_("Statin to prevent a first heart attack or stroke"),
    member_title=_("Protect your heart"),
    why=_("Your risk of a heart attack or stroke is raised. A statin lowers it: talk about it with your doctor."),
    source="USPSTF 2022-08-23, grade B",
    grade="B",
    since=date(2022, 8, 23),
    from_age=40,
    earlier=(Asked(date(2016, 11, 15), 40, 75),),
    onset=cardiovascular_risk.where(quantity(">=", 10, "%")),
    applies=age_at(as_of).between(40, 75)
    & (has_dyslipidaemia | has_diabetes | has_hypertension | smokes)
    & last_value(cardiovascular_risk, ">=", 10, "%"),
    excluded=in_hospice | has_atherosclerosis | is_pregnant | has_now(own.KIDNEY_FAILURE),
    closers=(settles("statin", active_medicine(*STATINS, own.STATIN), ONCE),),
    at_visit=True,
    remind=False,
)

HEALTHY_DIET = CareRule(
    id="healthy_diet",
    title=_("Counselling on diet and movement with cardiovascular risk"),
    member_title=_("Talk about food and movement"),
    why=_("With high blood pressure or blood fats, advice on food and movement protects the heart."),
    source="USPSTF 2020-11-24, grade B",
    grade="B",
    since=date(2020, 11, 24),
    from_age=18,
    earlier=(Asked(date(2014, 8, 26), 18),),
    onset=with_hypertension.union(with_dyslipidaemia),
    applies=age_at(as_of).at_least(18) & (has_hypertension | has_dyslipidaemia),
    excluded=in_hospice | has_atherosclerosis,
    closers=(settles("counselling", recorded(own.HEART_COUNSELLING), years(1)),),
    at_visit=True,
    remind=False,
)

OBESITY = CareRule(
    id="obesity_counselling",
    title=_("Help with weight for adults with obesity"),
    member_title=_("Help with weight"),
    why=_("A programme of several sessions helps to lose weight and to keep it off."),
    source="USPSTF 2018-09-18, grade B",
    grade="B",
    since=date(2018, 9, 18),
    from_age=18,
    earlier=(Asked(date(2012, 6, 26), 18),),
    onset=since_body_mass(30, own.OBESITY),
    applies=age_at(as_of).at_least(18) & body_mass_at_least(30, own.OBESITY),
    excluded=in_hospice | is_pregnant,
    closers=(settles("counselling", recorded(own.WEIGHT_COUNSELLING), years(1)),),
    at_visit=True,
    remind=False,
)

AORTIC_ANEURYSM = CareRule(
    id="aortic_aneurysm",
    title=_("Screening for aneurysm of the abdominal aorta"),
    member_title=_("Ultrasound of the belly artery"),
    why=_("Men between 65 and 75 who ever smoked have one ultrasound: a widened artery is mended before it bursts."),
    source="USPSTF 2019-12-10, grade B",
    grade="B",
    since=date(2019, 12, 10),
    from_age=65,
    earlier=(Asked(date(2014, 6, 24), 65, 75), Asked(date(2005, 2, 1), 65, 75)),
    applies=age_at(as_of).between(65, 75) & administrative_sex("male") & ever_smoked,
    excluded=in_hospice | ever_diagnosed(own.AORTIC_ANEURYSM),
    closers=(settles("ultrasound", recorded(own.AORTA_ULTRASOUND, own.AORTA_ULTRASOUND_BILLED), ONCE),),
    unanswered=positives.AORTA.unanswered(),
    ways=(WayOut("book", _("Book the ultrasound"), visit_type="AORTA-US"),),
)

RULES = (DIABETES_SCREENING, STATIN_PREVENTION, HEALTHY_DIET, OBESITY, AORTIC_ANEURYSM)
