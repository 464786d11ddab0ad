"""Small cases of our own for each official measure: who is in it, who passes, who is left out.

A case is a person, what happened to them, and the populations they are then counted in for 2025, for each rate of
the measure: `ip`, `den`, `ex` (excluded), `xc` (excepted), `num`, `nx`; `ip:2` where two visits count.
"""

from dataclasses import dataclass
from functools import partial

from prevention.engine.libraries import (
    BODY_HEIGHT,
    BODY_MASS_INDEX,
    BODY_WEIGHT,
    HOUSING_STATUS,
    LIVES_IN_A_NURSING_HOME,
    YES,
)
from prevention.measures import childhood_immunization_2025 as vaccines
from prevention.measures import chlamydia_screening_2025 as chlamydia
from prevention.measures import current_medications_2025 as medications
from prevention.measures import depression_screening_2025 as phq
from prevention.measures import statin_therapy_2025 as statins
from prevention.measures import value_sets as vs
from tests.prevention.happenings import (
    Entry,
    allergy,
    answer,
    diagnosis,
    done,
    harm,
    medicine,
    order,
    pressure,
    pressure_at_visit,
    referral_and_report,
    result,
    shot,
    visit,
)


@dataclass(frozen=True)
class Case:
    name: str
    born: str
    facts: tuple[Entry, ...]
    expected: tuple[str, ...]
    sex: str


def case(name: str, born: str, facts: list[Entry], *expected: str, sex: str = "female") -> Case:
    return Case(name, born, tuple(facts), expected, sex)


HOSPICE = visit(vs.HOSPICE_ENCOUNTER, "2025-05-01")
PALLIATIVE = visit(vs.PALLIATIVE_CARE_ENCOUNTER, "2025-05-01")
OFFICE = visit(vs.OFFICE_VISIT, "2025-03-10")
FRAIL = diagnosis(vs.FRAILTY_DIAGNOSIS, "2025-02-01")
ILL = diagnosis(vs.ADVANCED_ILLNESS, "2024-06-01")
NURSING_HOME = answer(HOUSING_STATUS, "2025-04-01", says=LIVES_IN_A_NURSING_HOME)
DIABETES = diagnosis(vs.DIABETES, "2015-05-05")
IN, OUT, PASS, EXCLUDED, EXCEPTED = "ip den", "", "ip den num", "ip den ex", "ip den xc"


def in_hospice(born: str, facts: list[Entry], *expected: str, **person) -> Case:
    return case("in hospice", born, [*facts, HOSPICE], *(expected or (EXCLUDED,)), **person)


def in_palliative_care(born: str, facts: list[Entry], *expected: str, **person) -> Case:
    return case("in palliative care", born, [*facts, PALLIATIVE], *(expected or (EXCLUDED,)), **person)


def elders(facts: list[Entry], otherwise: str) -> list[Case]:
    """Exclusions from 66 on, and who is `otherwise` because one half of them is missing."""
    return [
        case("frail and very ill at 70", "1955-01-01", [*facts, FRAIL, ILL], EXCLUDED),
        case("very ill, not frail", "1955-01-01", [*facts, ILL], otherwise),
        case("in a nursing home", "1955-01-01", [*facts, NURSING_HOME], EXCLUDED),
    ]


def breast() -> list[Case]:
    mammogram = result(vs.MAMMOGRAPHY, "2024-02-02")
    return [
        case("not yet screened", "1965-05-05", [OFFICE], IN),
        case("screened", "1965-05-05", [OFFICE, mammogram], PASS),
        case("screened too long ago", "1965-05-05", [OFFICE, result(vs.MAMMOGRAPHY, "2023-09-30")], IN),
        case("never seen", "1965-05-05", [mammogram], OUT),
        case("a man", "1965-05-05", [OFFICE, mammogram], OUT, sex="male"),
        case("51 at the end", "1974-01-01", [OFFICE], OUT),
        case("both breasts removed", "1965-05-05", [OFFICE, done(vs.BILATERAL_MASTECTOMY, "2010-01-01")], EXCLUDED),
        case("one breast removed", "1965-05-05", [OFFICE, done(vs.UNILATERAL_MASTECTOMY_LEFT, "2010-01-01")], IN),
        in_hospice("1965-05-05", [OFFICE]),
        in_palliative_care("1965-05-05", [OFFICE]),
        *elders([OFFICE], IN),
    ]


def colon() -> list[Case]:
    return [
        case("not yet screened", "1970-05-05", [OFFICE], IN),
        case("colonoscopy nine years ago", "1970-05-05", [OFFICE, done(vs.COLONOSCOPY, "2016-02-01")], PASS),
        case("stool test last year", "1970-05-05", [OFFICE, _stool_test("2024-12-31")], IN),
        case("stool test", "1970-05-05", [OFFICE, _stool_test("2025-02-01")], PASS),
        case("colectomy", "1970-05-05", [OFFICE, done(vs.TOTAL_COLECTOMY, "2016-02-01")], EXCLUDED),
        case("cancer", "1970-05-05", [OFFICE, diagnosis(vs.MALIGNANT_NEOPLASM_OF_COLON, "2016-02-01")], EXCLUDED),
        case("never seen", "1970-05-05", [], OUT),
        in_hospice("1970-05-05", [OFFICE]),
        in_palliative_care("1970-05-05", [OFFICE]),
        *elders([OFFICE], IN),
    ]


def _stool_test(on: str) -> Entry:
    return result(vs.FECAL_OCCULT_BLOOD_TEST_FOBT, on, value_text="negative")


def cervical() -> list[Case]:
    pap = result(vs.PAP_TEST, "2023-03-03", value_text="normal")
    hpv = result(vs.HPV_TEST, "2021-03-03", value_text="negative")
    absent = vs.CONGENITAL_OR_ACQUIRED_ABSENCE_OF_CERVIX
    return [
        case("not yet screened", "1985-05-05", [OFFICE], IN),
        case("cytology", "1985-05-05", [OFFICE, pap], PASS),
        case("cytology without a result", "1985-05-05", [OFFICE, result(vs.PAP_TEST, "2023-03-03")], IN),
        case("HPV test at 35", "1985-05-05", [OFFICE, hpv], PASS),
        case("HPV test at 29", "1991-05-05", [OFFICE, hpv], IN),
        case(
            "no cervix", "1985-05-05", [OFFICE, done(vs.HYSTERECTOMY_WITH_NO_RESIDUAL_CERVIX, "2019-01-01")], EXCLUDED
        ),
        case("no cervix, since nobody knows", "1985-05-05", [OFFICE, diagnosis(absent, "")], IN),
        case(
            "no cervix, recorded as resolved",
            "1985-05-05",
            [OFFICE, diagnosis(absent, "", abated="2021-01-01")],
            EXCLUDED,
        ),
        case("a man", "1985-05-05", [OFFICE, pap], OUT, sex="male"),
        in_hospice("1985-05-05", [OFFICE]),
        in_palliative_care("1985-05-05", [OFFICE]),
    ]


def chlamydia_cases() -> list[Case]:
    active = answer(chlamydia.EVER_HAD_VAGINAL_INTERCOURSE, "2024-03-03", says=YES)
    test = result(vs.CHLAMYDIA_SCREENING, "2025-06-06", value_text="negative")
    pregnancy_test = order(vs.PREGNANCY_TEST, "2025-04-01")
    return [
        case("not known to be active", "2005-05-05", [OFFICE, test], OUT),
        case("active, not tested", "2005-05-05", [OFFICE, active], IN),
        case("active and tested", "2005-05-05", [OFFICE, active, test], PASS),
        case("by contraceptives", "2005-05-05", [OFFICE, medicine(vs.CONTRACEPTIVE_MEDICATIONS, "2025-02-02")], IN),
        case("pregnancy test alone", "2005-05-05", [OFFICE, pregnancy_test], IN),
        case(
            "pregnancy test before an X-ray",
            "2005-05-05",
            [OFFICE, pregnancy_test, order(vs.XRAY_STUDY, "2025-04-07")],
            EXCLUDED,
        ),
        case("X-ray a week later", "2005-05-05", [OFFICE, pregnancy_test, order(vs.XRAY_STUDY, "2025-04-08")], IN),
        case(
            "and active besides",
            "2005-05-05",
            [OFFICE, active, pregnancy_test, medicine(vs.ISOTRETINOIN, "2025-04-02")],
            IN,
        ),
        in_hospice("2005-05-05", [OFFICE, active]),
    ]


def childhood() -> list[Case]:
    """Born on 10 April 2023, two years old at the end of 2025."""

    def shots(kind, *days: str) -> list[Entry]:
        return [shot(kind, day) for day in days]

    two_four_six = ("2023-06-10", "2023-08-10", "2023-10-10")
    infant = [
        *shots(vs.DTAP_VACCINE, *two_four_six, "2024-07-10"),
        *shots(vs.INACTIVATED_POLIO_VACCINE_IPV, *two_four_six),
        *shots(vs.HIB_VACCINE_3_DOSE_SCHEDULE, *two_four_six),
        *shots(vs.HEPATITIS_B_VACCINE, "2023-04-11", "2023-06-10", "2023-10-10"),
        *shots(vs.PNEUMOCOCCAL_CONJUGATE_VACCINE, *two_four_six, "2024-04-20"),
        *shots(vaccines.ROTAVIRUS_MONOVALENT, "2023-06-10", "2023-08-10"),
        *shots(vs.CHILD_INFLUENZA_VACCINE, "2023-10-20", "2023-11-20"),
    ]
    toddler = [
        *shots(vs.VARICELLA_ZOSTER_VACCINE_VZV, "2024-04-10"),
        *shots(vs.HEPATITIS_A_VACCINE, "2024-04-20"),
    ]
    mmr = shots(vs.MEASLES_MUMPS_AND_RUBELLA_MMR_VACCINE, "2024-04-10")
    early_mmr = shots(vs.MEASLES_MUMPS_AND_RUBELLA_MMR_VACCINE, "2024-04-09")
    born, later = "2023-04-10", shots(vs.HIB_VACCINE_4_DOSE_SCHEDULE, "2023-06-10")
    return [
        case("no vaccine", born, [OFFICE], IN),
        case("all of them", born, [OFFICE, *infant, *toddler, *mmr], PASS),
        case("measles vaccine the day before the first birthday", born, [OFFICE, *infant, *toddler, *early_mmr], IN),
        case(
            "anaphylaxis instead",
            born,
            [OFFICE, *infant, *toddler, diagnosis(vaccines.ANAPHYLAXIS_MMR, "2024-05-01")],
            PASS,
        ),
        case("Hib by the longer schedule wants four", born, [OFFICE, *infant, *toddler, *mmr, *later], IN),
        case("immune disorder", born, [OFFICE, diagnosis(vs.DISORDERS_OF_THE_IMMUNE_SYSTEM, "2024-01-01")], EXCLUDED),
        case("immune disorder after the second birthday", born, [OFFICE, diagnosis(vs.HIV, "2025-04-11")], IN),
        case("three years old", "2022-04-10", [OFFICE], OUT),
        in_hospice(born, [OFFICE]),
    ]


def hiv_screening() -> list[Case]:
    test = result(vs.HIV_LABORATORY_TEST_CODES, "2012-03-03", value_text="negative")
    return [
        case("never tested", "1980-05-05", [OFFICE], IN),
        case("tested long ago", "1980-05-05", [OFFICE, test], PASS),
        case("tested at 14", "1998-05-05", [OFFICE, test], IN),
        case("HIV before the year", "1980-05-05", [OFFICE, diagnosis(vs.HIV, "2020-01-01")], EXCLUDED),
        case("HIV refuted", "1980-05-05", [OFFICE, diagnosis(vs.HIV, "2020-01-01", verification="refuted")], IN),
        case("66 years old", "1958-05-05", [OFFICE], OUT),
    ]


def tobacco_use() -> list[Case]:
    smokes = answer(vs.TOBACCO_USE_SCREENING, "2025-03-03", says=vs.TOBACCO_USER)
    smoked_not = answer(vs.TOBACCO_USE_SCREENING, "2025-05-05", says=vs.TOBACCO_NON_USER)
    seen = [visit(vs.ANNUAL_WELLNESS_VISIT, "2025-03-03")]
    counselled = done(vs.TOBACCO_USE_CESSATION_COUNSELING, "2024-08-01")
    return [
        case("not asked", "1990-05-05", seen, IN, "ip", IN),
        case("one office visit alone", "1990-05-05", [OFFICE], OUT, OUT, OUT),
        case("two office visits", "1990-05-05", [OFFICE, visit(vs.OFFICE_VISIT, "2025-04-04")], IN, "ip", IN),
        case("does not smoke", "1990-05-05", [*seen, smoked_not], PASS, "ip", PASS),
        case("smokes, not helped", "1990-05-05", [*seen, smokes], PASS, IN, IN),
        case("smokes, helped", "1990-05-05", [*seen, smokes, counselled], PASS, PASS, PASS),
        case("stopped since", "1990-05-05", [*seen, smokes, smoked_not], PASS, "ip", PASS),
        in_hospice("1990-05-05", [*seen, smokes], EXCLUDED, EXCLUDED, EXCLUDED),
    ]


def depression_screening() -> list[Case]:
    seen = [visit(vs.ENCOUNTER_TO_SCREEN_FOR_DEPRESSION, "2025-03-10T09:00", until="2025-03-10T09:30")]
    positive = result(phq.ADULT_SCREENING, "2025-03-01", says=phq.POSITIVE)
    referred = order(vs.REFERRAL_FOR_ADULT_DEPRESSION, "2025-03-11")
    refused = result(
        phq.ADULT_SCREENING,
        "2025-03-10",
        status="cancelled",
        recorded_at=_time("2025-03-10T09:10"),
        more_codes=[(5, phq.DECLINED)],
    )
    return [
        case("11 years old", "2013-05-05", seen, OUT),
        case("not screened", "1980-05-05", seen, IN),
        case("negative", "1980-05-05", [*seen, result(phq.ADULT_SCREENING, "2025-03-01", says=phq.NEGATIVE)], PASS),
        case(
            "screened three weeks before",
            "1980-05-05",
            [*seen, result(phq.ADULT_SCREENING, "2025-02-17", says=phq.NEGATIVE)],
            IN,
        ),
        case("positive, nothing followed", "1980-05-05", [*seen, positive], IN),
        case("positive, referred", "1980-05-05", [*seen, positive, referred], PASS),
        case(
            "positive, referred a week later",
            "1980-05-05",
            [*seen, positive, order(vs.REFERRAL_FOR_ADULT_DEPRESSION, "2025-03-17")],
            IN,
        ),
        case("the adult's form does for an adolescent of 17", "2007-05-05", [*seen, positive, referred], PASS),
        case("but not for one of 15", "2009-05-05", [*seen, positive, referred], IN),
        case("declined", "1980-05-05", [*seen, refused], EXCEPTED),
        case("bipolar disorder before", "1980-05-05", [*seen, diagnosis(vs.BIPOLAR_DISORDER, "2020-01-01")], EXCLUDED),
    ]


def _time(written: str):
    from tests.prevention.happenings import at

    return at(written)


def bmi() -> list[Case]:
    seen = [visit(vs.ENCOUNTER_TO_EVALUATE_BMI, "2025-03-10")]
    high, low, normal = (result(BODY_MASS_INDEX, "2025-03-10", value=v, unit="kg/m2") for v in (31.0, 17.0, 22.0))
    return [
        case("not measured", "1980-05-05", seen, IN),
        case(
            "by video alone", "1980-05-05", [visit(vs.ENCOUNTER_TO_EVALUATE_BMI, "2025-03-10", visit_class="VR")], OUT
        ),
        case("normal", "1980-05-05", [*seen, normal], PASS),
        case("once normal, once high", "1980-05-05", [*seen, normal, high], IN),
        case(
            "high, for that reason",
            "1980-05-05",
            [*seen, high, order(vs.FOLLOW_UP_FOR_ABOVE_NORMAL_BMI, "2025-04-01", reason=vs.OVERWEIGHT_OR_OBESE)],
            PASS,
        ),
        case(
            "high, followed up for no reason",
            "1980-05-05",
            [*seen, high, order(vs.FOLLOW_UP_FOR_ABOVE_NORMAL_BMI, "2025-04-01")],
            IN,
        ),
        case(
            "high, known as overweight",
            "1980-05-05",
            [
                *seen,
                high,
                diagnosis(vs.OVERWEIGHT_OR_OBESE, "2025-01-01"),
                order(vs.FOLLOW_UP_FOR_ABOVE_NORMAL_BMI, "2025-04-01"),
            ],
            PASS,
        ),
        case(
            "high, known as overweight, seen to at one time",
            "1980-05-05",
            [
                *seen,
                high,
                diagnosis(vs.OVERWEIGHT_OR_OBESE, "2025-01-01"),
                done(vs.FOLLOW_UP_FOR_ABOVE_NORMAL_BMI, "2025-04-01T09:00"),
            ],
            PASS,
        ),
        case(
            "high, known as overweight, seen to over a period, with which the text compares nothing",
            "1980-05-05",
            [
                *seen,
                high,
                diagnosis(vs.OVERWEIGHT_OR_OBESE, "2025-01-01"),
                done(vs.FOLLOW_UP_FOR_ABOVE_NORMAL_BMI, "2025-04-01T09:00", until="2025-04-01T10:00"),
            ],
            IN,
        ),
        case(
            "high, seen to over a period for that reason",
            "1980-05-05",
            [
                *seen,
                high,
                done(
                    vs.FOLLOW_UP_FOR_ABOVE_NORMAL_BMI,
                    "2025-04-01T09:00",
                    until="2025-04-01T10:00",
                    reason=vs.OVERWEIGHT_OR_OBESE,
                ),
            ],
            PASS,
        ),
        case(
            "low, followed up",
            "1980-05-05",
            [*seen, low, done(vs.FOLLOW_UP_FOR_BELOW_NORMAL_BMI, "2025-04-01", reason=vs.UNDERWEIGHT)],
            PASS,
        ),
        case(
            "not followed up, for a medical reason",
            "1980-05-05",
            [
                *seen,
                high,
                order(
                    vs.FOLLOW_UP_FOR_ABOVE_NORMAL_BMI,
                    "2025-03-10",
                    status="completed",
                    refused=vs.MEDICAL_REASON,
                    is_negated=True,
                ),
            ],
            EXCEPTED,
        ),
        case(
            "pregnant",
            "1980-05-05",
            [*seen, diagnosis(vs.PREGNANCY_OR_OTHER_RELATED_DIAGNOSES, "2025-02-01")],
            EXCLUDED,
        ),
        in_hospice("1980-05-05", seen),
        in_palliative_care("1980-05-05", seen),
    ]


def blood_pressure_screening() -> list[Case]:
    def seen(day: str) -> Entry:
        return visit(vs.ENCOUNTER_TO_SCREEN_FOR_BLOOD_PRESSURE, f"{day}T09:00", until=f"{day}T10:00")

    first, second = "2025-03-10", "2025-06-10"
    high = pressure(f"{first}T09:30", 150, 95)
    rescreen, advice = order(vs.FOLLOW_UP_WITHIN_4_WEEKS, first), order(vs.LIFESTYLE_RECOMMENDATION, first)
    return [
        case("not measured", "1980-05-05", [seen(first)], IN),
        case("normal", "1980-05-05", [seen(first), pressure(f"{first}T09:30", 115, 75)], PASS),
        case("measured before the visit", "1980-05-05", [seen(first), pressure(f"{first}T08:30", 115, 75)], IN),
        case(
            "normal at one of two visits",
            "1980-05-05",
            [seen(first), seen(second), pressure(f"{first}T09:30", 115, 75)],
            "ip:2 den:2 num",
        ),
        case(
            "elevated, advised",
            "1980-05-05",
            [seen(first), pressure(f"{first}T09:30", 125, 75), order(vs.FOLLOW_UP_WITHIN_6_MONTHS, first), advice],
            PASS,
        ),
        case("high for the first time", "1980-05-05", [seen(first), high], IN),
        case("high for the first time, followed up", "1980-05-05", [seen(first), high, rescreen, advice], PASS),
        case("rescreen without advice", "1980-05-05", [seen(first), high, rescreen], IN),
        case(
            "high again",
            "1980-05-05",
            [seen(first), high, rescreen, advice, seen(second), pressure(f"{second}T09:30", 135, 75)],
            "ip:2 den:2 num",
        ),
        case(
            "declined",
            "1980-05-05",
            [
                seen(first),
                high,
                order(
                    vs.FOLLOW_UP_WITHIN_4_WEEKS, first, status="completed", refused=vs.PATIENT_DECLINED, is_negated=True
                ),
            ],
            EXCEPTED,
        ),
        case(
            "hypertension known",
            "1980-05-05",
            [seen(first), high, diagnosis(vs.DIAGNOSIS_OF_HYPERTENSION, "2020-01-01")],
            EXCLUDED,
        ),
        case("a child", "2010-05-05", [seen(first)], OUT),
    ]


def blood_pressure_control() -> list[Case]:
    known = [OFFICE, diagnosis(vs.ESSENTIAL_HYPERTENSION, "2020-01-01")]
    return [
        case("never measured", "1970-05-05", known, IN),
        case("controlled", "1970-05-05", [*known, pressure_at_visit("2025-03-10", 130, 80)], PASS),
        case(
            "not controlled since",
            "1970-05-05",
            [*known, pressure_at_visit("2025-03-10", 130, 80), pressure_at_visit("2025-06-10", 150, 80)],
            IN,
        ),
        case(
            "controlled on the second try",
            "1970-05-05",
            [*known, pressure_at_visit("2025-03-10T09:00", 150, 80), pressure_at_visit("2025-03-10T09:30", 138, 80)],
            PASS,
        ),
        case(
            "hypertension from August on",
            "1970-05-05",
            [OFFICE, diagnosis(vs.ESSENTIAL_HYPERTENSION, "2025-08-01")],
            OUT,
        ),
        case("measured nobody knows where", "1970-05-05", [*known, pressure("2025-03-10", 130, 80)], PASS),
        case("measured in hospital", "1970-05-05", [*known, pressure_at_visit("2025-03-10", 130, 80, "IMP")], IN),
        case("pregnant", "1990-05-05", [*known, diagnosis(vs.PREGNANCY, "2025-02-01")], EXCLUDED),
        case("dialysis", "1970-05-05", [*known, done(vs.DIALYSIS_SERVICES, "2024-02-01")], EXCLUDED),
        in_hospice("1970-05-05", known),
        in_palliative_care("1970-05-05", known),
        *elders(known, IN),
    ]


def glycemic() -> list[Case]:
    known = [OFFICE, DIABETES]

    def a1c(on: str, percent: float | None, unit: str = "%") -> Entry:
        return result(vs.HBA1C_LABORATORY_TEST, on, value=percent, unit=unit)

    return [
        case("no result at all", "1970-05-05", known, PASS),
        case("high", "1970-05-05", [*known, a1c("2025-03-01", 10.1)], PASS),
        case("good", "1970-05-05", [*known, a1c("2025-03-01", 7.1)], IN),
        case("good, then high", "1970-05-05", [*known, a1c("2025-03-01", 7.1), a1c("2025-06-01", 9.5)], PASS),
        case(
            "the lower of one day counts",
            "1970-05-05",
            [*known, a1c("2025-06-01T08:00", 9.5), a1c("2025-06-01T09:00", 8.9)],
            IN,
        ),
        case("tested, no value", "1970-05-05", [*known, a1c("2025-03-01", None)], PASS),
        case("as a share of one, good", "1970-05-05", [*known, a1c("2025-03-01", 0.07, "1")], IN),
        case("as a share of one, high", "1970-05-05", [*known, a1c("2025-03-01", 0.1, "1")], PASS),
        case("no unit is a share of one", "1970-05-05", [*known, a1c("2025-03-01", 10.5, "")], PASS),
        case("no diabetes", "1970-05-05", [OFFICE], OUT),
        in_hospice("1970-05-05", known),
        in_palliative_care("1970-05-05", known),
        *elders(known, PASS),
    ]


def eye_exam() -> list[Case]:
    known = [OFFICE, DIABETES]
    last_year = result(vs.RETINAL_OR_DILATED_EYE_EXAM, "2024-03-01", category="exam")
    this_year = result(vs.RETINAL_OR_DILATED_EYE_EXAM, "2025-03-01", category="exam")
    retinopathy = diagnosis(vs.DIABETIC_RETINOPATHY, "2020-01-01")
    diabetes, over = partial(diagnosis, vs.DIABETES), {"status": "resolved"}
    return [
        case("not examined", "1970-05-05", known, IN),
        case("last year", "1970-05-05", [*known, last_year], PASS),
        case("last year, with retinopathy", "1970-05-05", [*known, last_year, retinopathy], IN),
        case("this year, with retinopathy", "1970-05-05", [*known, this_year, retinopathy], PASS),
        case("no diabetes", "1970-05-05", [OFFICE, this_year], OUT),
        case("resolved, with a date", "1970-05-05", [OFFICE, diabetes("2025-03-01", abated="2025-04-01", **over)], IN),
        case("resolved, nobody says when", "1970-05-05", [OFFICE, diabetes("2025-03-01", **over)], OUT),
        case("resolved this year, since nobody knows", "1970-05-05", [OFFICE, diabetes("", abated="2025-04-01")], IN),
        case("active, since nobody knows", "1970-05-05", [OFFICE, diabetes("")], IN),
        in_hospice("1970-05-05", known),
        in_palliative_care("1970-05-05", known),
        *elders(known, IN),
    ]


def kidney_health() -> list[Case]:
    known = [OFFICE, DIABETES]
    both = [
        result(vs.ESTIMATED_GLOMERULAR_FILTRATION_RATE, "2025-02-01", value=70, unit="mL/min/{1.73_m2}"),
        result(vs.URINE_ALBUMIN_CREATININE_RATIO, "2025-03-01", value=12, unit="mg/g"),
    ]
    return [
        case("not tested", "1970-05-05", known, IN),
        case("one of two", "1970-05-05", [*known, both[0]], IN),
        case("both", "1970-05-05", [*known, *both], PASS),
        case("diabetes resolved", "1970-05-05", [OFFICE, diagnosis(vs.DIABETES, "2015-01-01", status="resolved")], OUT),
        case("kidney failure", "1970-05-05", [*known, diagnosis(vs.END_STAGE_RENAL_DISEASE, "2022-01-01")], EXCLUDED),
        in_hospice("1970-05-05", known),
        in_palliative_care("1970-05-05", known),
    ]


def statin() -> list[Case]:
    statin = medicine(vs.HIGH_INTENSITY_STATIN_THERAPY, "2025-04-01")
    infarction = diagnosis(vs.MYOCARDIAL_INFARCTION, "2019-01-01")
    diabetes = diagnosis(vs.DIABETES, "2015-01-01")
    ldl = result(vs.LDL_CHOLESTEROL, "2018-01-01", value=195.0, unit="mg/dL")
    risk = result(statins.CVD_10_YEAR_RISK, "2025-02-01", value=21.0, unit="%")

    def only(number: int, what: str) -> list[str]:
        return [what if n == number else "" for n in (1, 2, 3, 4)]

    not_ordered = medicine(
        vs.HIGH_INTENSITY_STATIN_THERAPY, "2025-03-10", status="completed", reason=vs.MEDICAL_REASON, is_negated=True
    )
    return [
        *[
            case(f"{outcome} in group {number}", born, [OFFICE, *facts, *more], *only(number, outcome))
            for number, facts in ((2, [ldl]), (3, [diabetes]), (4, [risk]))
            for outcome, born, more in (
                (PASS, "1960-05-05", [statin]),
                (EXCEPTED, "1960-05-05", [HOSPICE]),
                (EXCLUDED, "1984-05-05", [diagnosis(vs.RHABDOMYOLYSIS, "2025-02-01")]),
            )
        ],
        case("at no special risk", "1960-05-05", [OFFICE, statin], *only(0, "")),
        case("heart attack, no statin", "1960-05-05", [OFFICE, infarction], *only(1, IN)),
        case("heart attack, statin", "1960-05-05", [OFFICE, infarction, statin], *only(1, PASS)),
        case(
            "not on the problem list",
            "1960-05-05",
            [OFFICE, diagnosis(vs.MYOCARDIAL_INFARCTION, "2019-01-01", listed=False)],
            *only(0, ""),
        ),
        case(
            "a heart attack that is over, nobody says until when",
            "1960-05-05",
            [OFFICE, diagnosis(vs.MYOCARDIAL_INFARCTION, "2019-01-01", status="inactive"), statin],
            *only(0, ""),
        ),
        case("high LDL", "1960-05-05", [OFFICE, ldl, diabetes, statin], *only(2, PASS)),
        case("diabetes", "1960-05-05", [OFFICE, diabetes], *only(3, IN)),
        case("high risk", "1960-05-05", [OFFICE, risk], *only(4, IN)),
        case(
            "a statin of last year still taken",
            "1960-05-05",
            [OFFICE, diabetes, _taken("2024-12-01", "2025-02-01")],
            *only(3, PASS),
        ),
        case(
            "a statin of last year", "1960-05-05", [OFFICE, diabetes, _taken("2024-10-01", "2024-12-30")], *only(3, IN)
        ),
        case(
            "allergic",
            "1960-05-05",
            [OFFICE, infarction, allergy(vs.STATIN_ALLERGEN, "2025-02-01")],
            *only(1, EXCEPTED),
        ),
        case(
            "harmed by one",
            "1960-05-05",
            [OFFICE, infarction, harm(vs.STATIN_ALLERGEN, "2025-02-01")],
            *only(1, EXCEPTED),
        ),
        case("not ordered for a reason", "1960-05-05", [OFFICE, infarction, not_ordered], *only(1, EXCEPTED)),
        case(
            "liver disease",
            "1960-05-05",
            [OFFICE, infarction, diagnosis(vs.LIVER_DISEASE, "2020-01-01")],
            *only(1, EXCEPTED),
        ),
        case("in hospice", "1960-05-05", [OFFICE, infarction, HOSPICE], *only(1, EXCEPTED)),
        case(
            "breastfeeding",
            "1990-05-05",
            [OFFICE, infarction, diagnosis(vs.BREASTFEEDING, "2025-02-01")],
            *only(1, EXCLUDED),
        ),
    ]


def _taken(start: str, end: str) -> Entry:
    bounds = {"start": f"{start}T08:00:00Z", "end": f"{end}T08:00:00Z"}
    return medicine(
        vs.HIGH_INTENSITY_STATIN_THERAPY, "2024-01-01", dosage=[{"timing": {"repeat": {"boundsPeriod": bounds}}}]
    )


def falls() -> list[Case]:
    return [
        case("not asked", "1950-05-05", [OFFICE], IN),
        case("asked", "1950-05-05", [OFFICE, answer(vs.FALLS_SCREENING, "2025-03-01")], PASS),
        case("64 at the start", "1960-01-02", [OFFICE], OUT),
        in_hospice("1950-05-05", [OFFICE]),
    ]


def weight_counseling() -> list[Case]:
    measured = [
        result(what, "2025-03-10", value=v, unit=unit)
        for what, v, unit in ((BODY_MASS_INDEX, 18.0, "kg/m2"), (BODY_HEIGHT, 120.0, "cm"), (BODY_WEIGHT, 26.0, "kg"))
    ]
    food, exercise = (
        done(vs.COUNSELING_FOR_NUTRITION, "2025-03-10"),
        done(vs.COUNSELING_FOR_PHYSICAL_ACTIVITY, "2025-03-10"),
    )
    return [
        case("18 years old", "2007-05-05", [OFFICE, food, exercise], OUT, OUT, OUT),
        case("nothing", "2015-05-05", [OFFICE], IN, IN, IN),
        case("measured, not counselled", "2015-05-05", [OFFICE, *measured], PASS, IN, IN),
        case("height missing", "2015-05-05", [OFFICE, measured[0], measured[2]], IN, IN, IN),
        case("counselled", "2015-05-05", [OFFICE, food, exercise], IN, PASS, PASS),
        case("pregnant", "2009-05-05", [OFFICE, diagnosis(vs.PREGNANCY, "2025-02-01")], EXCLUDED, EXCLUDED, EXCLUDED),
        in_hospice("2015-05-05", [OFFICE], EXCLUDED, EXCLUDED, EXCLUDED),
    ]


def referral_loop() -> list[Case]:
    return [
        case("no referral", "1980-05-05", [OFFICE], OUT),
        case("no report", "1980-05-05", [OFFICE, referral_and_report("2025-04-01", "")], IN),
        case("report", "1980-05-05", [OFFICE, referral_and_report("2025-04-01", "2025-05-01")], PASS),
        case("report next year", "1980-05-05", [OFFICE, referral_and_report("2025-04-01", "2026-01-02")], IN),
        case(
            "report on the second referral",
            "1980-05-05",
            [OFFICE, referral_and_report("2025-04-01", ""), referral_and_report("2025-05-01", "2025-06-01")],
            IN,
        ),
        case("referred in November", "1980-05-05", [OFFICE, referral_and_report("2025-11-01", "2025-11-20")], OUT),
    ]


def current_medications() -> list[Case]:
    seen = visit(vs.ENCOUNTER_TO_DOCUMENT_MEDICATIONS, "2025-03-10T09:00", until="2025-03-10T10:00")
    again = visit(vs.ENCOUNTER_TO_DOCUMENT_MEDICATIONS, "2025-06-10T09:00", until="2025-06-10T10:00")
    written = done(medications.DOCUMENTATION_OF_CURRENT_MEDICATIONS, "2025-03-10T09:30")
    not_written = done(
        medications.DOCUMENTATION_OF_CURRENT_MEDICATIONS,
        "2025-03-10T09:30",
        status="not-done",
        reason=vs.MEDICAL_REASON,
        recorded_at=_time("2025-03-10T09:30"),
    )
    return [
        case("not documented", "1980-05-05", [seen], IN),
        case("documented at one of two visits", "1980-05-05", [seen, again, written], "ip:2 den:2 num"),
        case("not possible", "1980-05-05", [seen, not_written], EXCEPTED),
        case(
            "visit cancelled",
            "1980-05-05",
            [visit(vs.ENCOUNTER_TO_DOCUMENT_MEDICATIONS, "2025-03-10", status="cancelled")],
            OUT,
        ),
    ]
