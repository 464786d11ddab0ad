"""Small cases of our own for the measures that are not about screening and chronic care alone (see measure_cases)."""

from prevention.engine.codes import RXNORM, Code
from prevention.engine.libraries import BODY_MASS_INDEX, HEART_RATE
from prevention.measures import bone_density_2025 as dxa
from prevention.measures import value_sets as vs
from tests.prevention.happenings import (
    Entry,
    allergy,
    answer,
    diagnosis,
    done,
    fill,
    medicine,
    message,
    order,
    result,
    visit,
)
from tests.prevention.measure_cases import (
    EXCEPTED,
    EXCLUDED,
    IN,
    OFFICE,
    OUT,
    PASS,
    Case,
    _time,
    case,
    in_hospice,
    in_palliative_care,
)


def high_risk_medications() -> list[Case]:
    first, second = "2025-02-01", "2025-06-01"
    digoxin = Code("197606", RXNORM)

    def twice(kind, **fields) -> list[Entry]:
        return [medicine(kind, first, **fields), medicine(kind, second, **fields)]

    def strong(tablets: int) -> list[Entry]:
        more = {"days": 30, "quantity": tablets, "quantity_unit": "{tablet}", "more": [(1, digoxin)]}
        return twice(vs.DIGOXIN_MEDICATIONS, **more)

    benzodiazepine = twice(vs.HARMFUL_BENZODIAZEPINES)
    anxiety = diagnosis(vs.GENERALIZED_ANXIETY_DISORDER, "2025-01-10")
    later_anxiety = diagnosis(vs.GENERALIZED_ANXIETY_DISORDER, "2025-03-10")
    return [
        case("none", "1950-05-05", [OFFICE], IN, IN, IN),
        case("once", "1950-05-05", [OFFICE, medicine(vs.HARMFUL_BARBITURATES, first)], IN, IN, IN),
        case(
            "once, with a refill",
            "1950-05-05",
            [OFFICE, medicine(vs.HARMFUL_BARBITURATES, first, refills=1)],
            PASS,
            IN,
            PASS,
        ),
        case("twice", "1950-05-05", [OFFICE, *twice(vs.HARMFUL_BARBITURATES)], PASS, IN, PASS),
        case(
            "one each of two",
            "1950-05-05",
            [OFFICE, medicine(vs.HARMFUL_BARBITURATES, first), medicine(vs.HARMFUL_ESTROGENS, second)],
            IN,
            IN,
            IN,
        ),
        case(
            "anti-infective for 60 days", "1950-05-05", [OFFICE, *twice(vs.HARMFUL_ANTIINFECTIVES, days=30)], IN, IN, IN
        ),
        case(
            "anti-infective for 92 days",
            "1950-05-05",
            [OFFICE, *twice(vs.HARMFUL_ANTIINFECTIVES, days=46)],
            PASS,
            IN,
            PASS,
        ),
        case("digoxin, half a tablet a day", "1950-05-05", [OFFICE, *strong(15)], IN, IN, IN),
        case("digoxin, a tablet a day", "1950-05-05", [OFFICE, *strong(30)], PASS, IN, PASS),
        case("benzodiazepine", "1950-05-05", [OFFICE, *benzodiazepine], IN, PASS, PASS),
        case("benzodiazepine for anxiety", "1950-05-05", [OFFICE, *benzodiazepine, anxiety], IN, IN, IN),
        case(
            "anxiety since nobody knows when",
            "1950-05-05",
            [OFFICE, *benzodiazepine, diagnosis(vs.GENERALIZED_ANXIETY_DISORDER, None)],
            IN,
            IN,
            IN,
        ),
        case("anxiety known later", "1950-05-05", [OFFICE, *benzodiazepine, later_anxiety], IN, PASS, PASS),
        case("64 years old", "1961-05-05", [OFFICE, *benzodiazepine], OUT, OUT, OUT),
        in_hospice("1950-05-05", [OFFICE], EXCLUDED, EXCLUDED, EXCLUDED),
        in_palliative_care("1950-05-05", [OFFICE], EXCLUDED, EXCLUDED, EXCLUDED),
    ]


def bone_density() -> list[Case]:
    scan = order(vs.DXA_DUAL_ENERGY_XRAY_ABSORPTIOMETRY_SCAN, "2025-06-01")
    steroid = vs.GLUCOCORTICOIDS_ORAL_ONLY
    return [
        case("no scan", "1970-05-05", [OFFICE], IN),
        case("a scan", "1970-05-05", [OFFICE, scan], PASS),
        case(
            "a scan after a risk assessment",
            "1970-05-05",
            [OFFICE, scan, answer(dxa.ORAI, "2025-05-01", value=10)],
            "ip den num nx",
        ),
        case(
            "a scan after a risk assessment in points",
            "1970-05-05",
            [OFFICE, scan, answer(dxa.OST, "2025-05-01", value=1.0, unit="{score}")],
            "ip den num nx",
        ),
        case(
            "three drinks a day",
            "1970-05-05",
            [OFFICE, scan, answer(dxa.ALCOHOLIC_DRINKS_PER_DAY, "2025-05-01", value=3.0, unit="/d")],
            EXCLUDED,
        ),
        case("assessed after the scan", "1970-05-05", [OFFICE, scan, answer(dxa.ORAI, "2025-07-01", value=10)], PASS),
        case(
            "underweight",
            "1970-05-05",
            [OFFICE, scan, result(BODY_MASS_INDEX, "2025-02-01", value=19.0, unit="kg/m2")],
            EXCLUDED,
        ),
        case(
            "underweight later",
            "1970-05-05",
            [
                OFFICE,
                result(BODY_MASS_INDEX, "2025-02-01", value=24.0, unit="kg/m2"),
                result(BODY_MASS_INDEX, "2025-05-01", value=19.0, unit="kg/m2"),
            ],
            IN,
        ),
        case(
            "steroids for 89 days",
            "1970-05-05",
            [OFFICE, medicine(steroid, "2020-01-01", days=60), medicine(steroid, "2020-02-15", days=44)],
            IN,
        ),
        case(
            "steroids for 90 days",
            "1970-05-05",
            [OFFICE, medicine(steroid, "2020-01-01", days=60), medicine(steroid, "2020-02-15", days=45)],
            EXCLUDED,
        ),
        case("arthritis", "1970-05-05", [OFFICE, diagnosis(vs.RHEUMATOID_ARTHRITIS, "2025-05-01")], EXCLUDED),
        case("osteopenia found this year", "1970-05-05", [OFFICE, diagnosis(vs.OSTEOPENIA, "2025-05-01")], IN),
        case("one ovary", "1970-05-05", [OFFICE, done(vs.UNILATERAL_OOPHORECTOMY_LEFT, "2010-01-01")], IN),
        case(
            "no ovaries",
            "1970-05-05",
            [
                OFFICE,
                done(vs.UNILATERAL_OOPHORECTOMY_LEFT, "2010-01-01"),
                done(vs.UNILATERAL_OOPHORECTOMY_RIGHT, "2011-01-01"),
            ],
            EXCLUDED,
        ),
        case("a man", "1970-05-05", [OFFICE], OUT, sex="male"),
    ]


def antidepressants() -> list[Case]:
    depressed = [diagnosis(vs.MAJOR_DEPRESSION, "2025-01-20"), visit(vs.OFFICE_VISIT, "2025-01-20")]
    begun = [*depressed, fill(vs.ANTIDEPRESSANT_MEDICATION, "2025-02-01", 30)]

    def months(count: int) -> list[Entry]:
        return [fill(vs.ANTIDEPRESSANT_MEDICATION, f"2025-{month:02}-01", 30) for month in range(3, 3 + count)]

    return [
        case("a month", "1980-05-05", begun, IN, IN),
        case("three months", "1980-05-05", [*begun, *months(2)], PASS, IN),
        case("seven months", "1980-05-05", [*begun, *months(6)], PASS, PASS),
        case(
            "begun in May", "1980-05-05", [*depressed, fill(vs.ANTIDEPRESSANT_MEDICATION, "2025-05-01", 90)], OUT, OUT
        ),
        case("not diagnosed then", "1980-05-05", [diagnosis(vs.MAJOR_DEPRESSION, "2024-11-01"), *begun[1:]], OUT, OUT),
        case(
            "not new",
            "1980-05-05",
            [*begun, medicine(vs.ANTIDEPRESSANT_MEDICATION, "2024-12-01", days=30)],
            EXCLUDED,
            EXCLUDED,
        ),
        in_hospice("1980-05-05", begun, EXCLUDED, EXCLUDED),
    ]


def depression_remission() -> list[Case]:
    depression = diagnosis(vs.MAJOR_DEPRESSION_INCLUDING_REMISSION, "2023-01-01")
    seen = visit(vs.CONTACT_OR_OFFICE_VISIT, "2024-03-10")

    def score(on: str, points: int) -> Entry:
        return answer(vs.PHQ_9_AND_PHQ_9M_TOOLS, on, value=points)

    begun = [depression, seen, score("2024-03-10", 15)]
    return [
        case("not measured again", "1980-05-05", begun, IN),
        case("better within the sixty days", "1980-05-05", [*begun, score("2025-05-09", 3)], PASS),
        case("better too late", "1980-05-05", [*begun, score("2025-05-10", 3)], IN),
        case("better, then worse", "1980-05-05", [*begun, score("2025-02-10", 3), score("2025-04-10", 8)], IN),
        case("never above nine", "1980-05-05", [depression, seen, score("2024-03-10", 9)], OUT),
        case("bipolar disorder", "1980-05-05", [*begun, diagnosis(vs.BIPOLAR_DISORDER, "2025-01-01")], EXCLUDED),
        in_hospice("1980-05-05", begun),
        in_palliative_care("1980-05-05", begun),
    ]


def dementia() -> list[Case]:
    ill = diagnosis(vs.DEMENTIA_AND_MENTAL_DEGENERATIONS, "2022-01-01")
    seen = [ill, OFFICE, visit(vs.OFFICE_VISIT, "2025-06-10T09:00", until="2025-06-10T10:00")]
    refused = answer(
        vs.COGNITIVE_ASSESSMENT,
        "2025-06-10",
        status="cancelled",
        recorded_at=_time("2025-06-10T09:30"),
        more_codes=[(5, vs.PATIENT_REASON)],
    )
    return [
        case("not assessed", "1945-05-05", seen, IN),
        case("assessed", "1945-05-05", [*seen, answer(vs.COGNITIVE_ASSESSMENT, "2024-08-01", value=20)], PASS),
        case(
            "assessed too long ago", "1945-05-05", [*seen, answer(vs.COGNITIVE_ASSESSMENT, "2024-03-01", value=20)], IN
        ),
        case("one visit", "1945-05-05", [ill, OFFICE], OUT),
        case("refused", "1945-05-05", [*seen, refused], EXCEPTED),
    ]


def viral_suppression() -> list[Case]:
    known = [OFFICE, diagnosis(vs.HIV, "2015-01-01")]

    def load(on: str, copies: int, unit: str = "{copies}/mL") -> Entry:
        return result(vs.HIV_VIRAL_LOAD, on, value=copies, unit=unit)

    return [
        case("not tested", "1980-05-05", known, IN),
        case("suppressed", "1980-05-05", [*known, load("2025-03-01", 50)], PASS),
        case("what is counted is not said", "1980-05-05", [*known, load("2025-03-01", 50, "/mL")], PASS),
        case("counted by another name", "1980-05-05", [*known, load("2025-03-01", 50, "{cp}/mL")], PASS),
        case("in another unit", "1980-05-05", [*known, load("2025-03-01", 50, "mg/mL")], IN),
        case("no longer", "1980-05-05", [*known, load("2025-03-01", 50), load("2025-09-01", 2000)], IN),
        case("diagnosed in May", "1980-05-05", [OFFICE, diagnosis(vs.HIV, "2025-05-01")], OUT),
        case("seen in December alone", "1980-05-05", [visit(vs.OFFICE_VISIT, "2025-12-01"), known[1]], OUT),
    ]


def sti_testing() -> list[Case]:
    known = [OFFICE, diagnosis(vs.HIV, "2015-01-01")]
    tests = [
        result(test, "2025-03-01", value_text="negative")
        for test in (vs.CHLAMYDIA_SCREENING, vs.GONORRHEA_SCREENING, vs.SYPHILIS_TESTS)
    ]
    return [
        case("not tested", "1980-05-05", known, IN),
        case("two of three", "1980-05-05", [*known, *tests[:2]], IN),
        case("all three", "1980-05-05", [*known, *tests], PASS),
        case("12 years old", "2012-05-05", known, OUT),
    ]


def adhd() -> list[Case]:
    """The medicine is begun on 10 February 2025."""
    begun = [visit(vs.OFFICE_VISIT, "2025-01-10"), medicine(vs.METHYLPHENIDATE, "2025-02-10", days=30)]
    soon = visit(vs.OFFICE_VISIT, "2025-03-01")
    later = [visit(vs.OFFICE_VISIT, "2025-05-01"), visit(vs.OFFICE_VISIT, "2025-08-01")]
    more = [medicine(vs.METHYLPHENIDATE, f"2025-{month:02}-10", days=30) for month in range(3, 10)]
    narcolepsy = diagnosis(vs.NARCOLEPSY, "2024-01-01")
    therapy = vs.PSYCHOTHERAPY_AND_PHARMACOLOGIC_MANAGEMENT
    stay = visit(vs.ENCOUNTER_INPATIENT, "2025-02-20", diagnosis=vs.MENTAL_BEHAVIORAL_AND_NEURODEVELOPMENTAL_DISORDERS)
    return [
        case("not seen again", "2015-05-05", begun, IN, OUT),
        case("seen", "2015-05-05", [*begun, soon], PASS, OUT),
        case("seen on the thirty-first day", "2015-05-05", [*begun, visit(vs.OFFICE_VISIT, "2025-03-13")], IN, OUT),
        case("therapy, nobody says where", "2015-05-05", [*begun, visit(therapy, "2025-03-01")], IN, OUT),
        case(
            "therapy at a clinic",
            "2015-05-05",
            [*begun, visit(therapy, "2025-03-01", place=vs.AMBULATORY)],
            PASS,
            OUT,
        ),
        case("taken for long", "2015-05-05", [*begun, *more, soon], PASS, IN),
        case("taken for long, seen twice more", "2015-05-05", [*begun, *more, soon, *later], PASS, PASS),
        case("not new", "2015-05-05", [*begun, medicine(vs.CLONIDINE, "2024-12-01", days=60)], OUT, OUT),
        case("in hospital meanwhile", "2015-05-05", [*begun, stay], OUT, OUT),
        case("narcolepsy", "2015-05-05", [*begun, narcolepsy], EXCLUDED, OUT),
        case("narcolepsy, taken for long", "2015-05-05", [*begun, *more, narcolepsy], EXCLUDED, EXCLUDED),
        in_hospice("2015-05-05", begun, EXCLUDED, OUT),
    ]


def substance_use() -> list[Case]:
    episode = [
        visit(vs.OFFICE_VISIT, "2025-03-10T09:00", until="2025-03-10T10:00"),
        diagnosis(vs.SUD, "2025-03-10T09:30"),
    ]
    therapy = [done(vs.SUD_TREATMENT, day) for day in ("2025-03-20", "2025-04-01", "2025-04-10")]
    return [
        case("no treatment", "1980-05-05", episode, IN, IN),
        case("begun", "1980-05-05", [*episode, therapy[0]], PASS, IN),
        case("begun after a fortnight", "1980-05-05", [*episode, done(vs.SUD_TREATMENT, "2025-03-24")], IN, IN),
        case("begun and one more", "1980-05-05", [*episode, *therapy[:2]], PASS, IN),
        case("begun and two more", "1980-05-05", [*episode, *therapy], PASS, PASS),
        case(
            "two more, too late",
            "1980-05-05",
            [*episode, therapy[0], done(vs.SUD_TREATMENT, "2025-04-24"), done(vs.SUD_TREATMENT, "2025-05-24")],
            PASS,
            IN,
        ),
        case(
            "then long-acting medicine",
            "1980-05-05",
            [*episode, therapy[0], medicine(vs.SUD_LONG_ACTING_MEDICATION, "2025-04-01")],
            PASS,
            PASS,
        ),
        case("not new", "1980-05-05", [*episode, done(vs.SUD_TREATMENT, "2025-02-10")], OUT, OUT),
        in_hospice("1980-05-05", episode, EXCLUDED, EXCLUDED),
    ]


HEART_FAILURE = [
    diagnosis(vs.HEART_FAILURE, "2020-01-01"),
    visit(vs.OFFICE_VISIT, "2025-03-10T09:00", until="2025-03-10T10:00"),
    visit(vs.OFFICE_VISIT, "2025-09-10T09:00", until="2025-09-10T10:00"),
]
WEAK = result(vs.EJECTION_FRACTION, "2024-01-01", value=35.0, unit="%")


def _going_on(kind) -> Entry:
    bounds = {"start": "2024-01-01T08:00:00Z", "end": "2026-01-01T08:00:00Z"}
    return medicine(kind, "2024-01-01", dosage=[{"timing": {"repeat": {"boundsPeriod": bounds}}}])


INGREDIENT = vs.ACE_INHIBITOR_OR_ARB_OR_ARNI_INGREDIENT


def ace_inhibitor() -> list[Case]:
    ill = [*HEART_FAILURE, WEAK]
    return [
        case("ventricle not weak", "1960-05-05", HEART_FAILURE, "ip"),
        case("one visit", "1960-05-05", [*HEART_FAILURE[:2], WEAK], OUT),
        case("no medicine", "1960-05-05", ill, IN),
        case(
            "ordered at the visit", "1960-05-05", [*ill, medicine(vs.ACE_INHIBITOR_OR_ARB_OR_ARNI, "2025-03-10")], PASS
        ),
        case(
            "ordered between visits", "1960-05-05", [*ill, medicine(vs.ACE_INHIBITOR_OR_ARB_OR_ARNI, "2025-03-11")], IN
        ),
        case("taken all along", "1960-05-05", [*ill, _going_on(vs.ACE_INHIBITOR_OR_ARB_OR_ARNI)], PASS),
        case(
            "allergic",
            "1960-05-05",
            [*ill, allergy(vs.ACE_INHIBITOR_OR_ARB_OR_ARNI_INGREDIENT, "2022-01-01")],
            EXCEPTED,
        ),
        case("allergic, who knows since when", "1960-05-05", [*ill, allergy(INGREDIENT, "")], EXCEPTED),
        case("not felt since", "1960-05-05", [*ill, allergy(INGREDIENT, "2022-01-01", last="2024-06-01")], IN),
        case("felt again", "1960-05-05", [*ill, allergy(INGREDIENT, "2022-01-01", last="2025-11-01")], EXCEPTED),
        case("pregnant", "1990-05-05", [*ill, diagnosis(vs.PREGNANCY, "2025-01-01")], EXCEPTED),
        case("new heart", "1960-05-05", [*ill, done(vs.HEART_TRANSPLANT, "2024-06-01")], EXCLUDED),
        case(
            "assist device",
            "1960-05-05",
            [*ill, done(vs.LEFT_VENTRICULAR_ASSIST_DEVICE_PLACEMENT, "2024-06-01")],
            EXCLUDED,
        ),
    ]


def beta_blocker() -> list[Case]:
    ill = [*HEART_FAILURE, WEAK]
    slow = [result(HEART_RATE, f"2025-03-10T09:{minute}", value=45.0, unit="/min") for minute in (15, 30)]
    block = diagnosis(vs.ATRIOVENTRICULAR_BLOCK, "2020-01-01")
    return [
        case("ventricle not weak", "1960-05-05", HEART_FAILURE, "ip"),
        case("one visit", "1960-05-05", [*HEART_FAILURE[:2], WEAK], OUT),
        case("no medicine", "1960-05-05", ill, IN),
        case(
            "ordered at the visit", "1960-05-05", [*ill, medicine(vs.BETA_BLOCKER_THERAPY_FOR_LVSD, "2025-03-10")], PASS
        ),
        case("slow once", "1960-05-05", [*ill, slow[0]], IN),
        case("slow twice", "1960-05-05", [*ill, *slow], EXCEPTED),
        case("asthma", "1960-05-05", [*ill, diagnosis(vs.ASTHMA, "2010-01-01")], EXCEPTED),
        case("heart block", "1960-05-05", [*ill, block], EXCEPTED),
        case("heart block, pacer", "1960-05-05", [*ill, block, done(vs.CARDIAC_PACER, "2021-01-01")], IN),
        case("new heart", "1960-05-05", [*ill, done(vs.HEART_TRANSPLANT, "2024-06-01")], EXCLUDED),
    ]


def coronary() -> list[Case]:
    ill = [diagnosis(vs.CORONARY_ARTERY_DISEASE_NO_MI, "2020-01-01"), *HEART_FAILURE[1:]]
    infarction = diagnosis(vs.MYOCARDIAL_INFARCTION, "2023-06-01")
    return [
        case("one visit", "1960-05-05", [*ill[:2], WEAK], OUT, OUT),
        case("weak ventricle, asthma", "1960-05-05", [*ill, WEAK, diagnosis(vs.ASTHMA, "2010-01-01")], EXCEPTED, "ip"),
        case("neither", "1960-05-05", ill, "ip", "ip"),
        case("weak ventricle", "1960-05-05", [*ill, WEAK], IN, "ip"),
        case(
            "weak ventricle, treated",
            "1960-05-05",
            [*ill, WEAK, _going_on(vs.BETA_BLOCKER_THERAPY_FOR_LVSD)],
            PASS,
            "ip",
        ),
        case("heart attack", "1960-05-05", [*ill, infarction], "ip", IN),
        case(
            "heart attack, treated",
            "1960-05-05",
            [*ill, infarction, medicine(vs.BETA_BLOCKER_THERAPY, "2025-03-10")],
            "ip",
            PASS,
        ),
        case(
            "heart attack long ago", "1960-05-05", [*ill, diagnosis(vs.MYOCARDIAL_INFARCTION, "2020-06-01")], "ip", "ip"
        ),
        case("both", "1960-05-05", [*ill, WEAK, infarction], IN, "ip"),
        case(
            "heart attack, asthma", "1960-05-05", [*ill, infarction, diagnosis(vs.ASTHMA, "2010-01-01")], "ip", EXCEPTED
        ),
    ]


def retinopathy() -> list[Case]:
    ill = [
        diagnosis(vs.DIABETIC_RETINOPATHY, "2020-01-01"),
        visit(vs.OFFICE_VISIT, "2025-03-10T09:00", until="2025-03-10T10:00"),
    ]
    exam = result(vs.MACULAR_EXAM, "2025-03-10T09:30", value_text="seen", category="exam")
    severity = vs.LEVEL_OF_SEVERITY_OF_RETINOPATHY_FINDINGS
    told = [message(severity, "2025-03-12"), message(vs.MACULAR_EDEMA_ABSENT_SITUATION, "2025-03-12")]
    not_told = message(severity, "2025-03-10T09:45", status="not-done", reason=vs.PATIENT_REASON)
    return [
        case("no exam", "1960-05-05", ill, "ip"),
        case("not told", "1960-05-05", [*ill, exam], IN),
        case("half told", "1960-05-05", [*ill, exam, told[0]], IN),
        case("told", "1960-05-05", [*ill, exam, *told], PASS),
        case("patient said no", "1960-05-05", [*ill, exam, not_told], EXCEPTED),
        case("by video", "1960-05-05", [ill[0], visit(vs.OFFICE_VISIT, "2025-03-10", visit_class="VR")], OUT),
    ]


def pharyngitis() -> list[Case]:
    sore = [visit(vs.OFFICE_VISIT, "2025-03-10"), diagnosis(vs.ACUTE_PHARYNGITIS, "2025-03-10")]
    treated = [*sore, medicine(vs.ANTIBIOTIC_MEDICATIONS_FOR_PHARYNGITIS, "2025-03-12", days=10)]
    test = result(vs.GROUP_A_STREPTOCOCCUS_TEST, "2025-03-13", value_text="positive")
    before = medicine(vs.ANTIBIOTIC_MEDICATIONS_FOR_PHARYNGITIS, "2025-02-20", days=10)
    return [
        case("no antibiotic", "2010-05-05", sore, OUT),
        case("antibiotic, no test", "2010-05-05", treated, IN),
        case("tested", "2010-05-05", [*treated, test], PASS),
        case(
            "tested too late",
            "2010-05-05",
            [*treated, result(vs.GROUP_A_STREPTOCOCCUS_TEST, "2025-03-14", value_text="x")],
            IN,
        ),
        case(
            "two visits, both tested",
            "2010-05-05",
            [*treated, test, visit(vs.OFFICE_VISIT, "2025-03-11"), diagnosis(vs.ACUTE_TONSILLITIS, "2025-03-11")],
            "ip:2 den:2 num:2",
        ),
        case("antibiotic before", "2010-05-05", [*treated, before], EXCLUDED),
        case(
            "lung disease",
            "2010-05-05",
            [*treated, diagnosis(vs.COMORBID_CONDITIONS_FOR_RESPIRATORY_CONDITIONS, "2024-09-01")],
            EXCLUDED,
        ),
        case(
            "another reason",
            "2010-05-05",
            [*treated, diagnosis(vs.COMPETING_CONDITIONS_FOR_RESPIRATORY_CONDITIONS, "2025-03-13")],
            EXCLUDED,
        ),
        case("two years old", "2022-05-05", treated, OUT),
        in_hospice("2010-05-05", treated),
    ]


def respiratory() -> list[Case]:
    cold = [visit(vs.OFFICE_VISIT, "2025-03-10"), diagnosis(vs.UPPER_RESPIRATORY_INFECTION, "2025-03-10")]
    antibiotics = vs.ANTIBIOTIC_MEDICATIONS_FOR_UPPER_RESPIRATORY_INFECTION
    return [
        case("no antibiotic", "1990-05-05", cold, PASS),
        case("antibiotic", "1990-05-05", [*cold, medicine(antibiotics, "2025-03-12")], IN),
        case("antibiotic a week later", "1990-05-05", [*cold, medicine(antibiotics, "2025-03-17")], PASS),
        case("antibiotic before", "1990-05-05", [*cold, medicine(antibiotics, "2025-02-20", days=10)], EXCLUDED),
        case("sore throat too", "1990-05-05", [*cold, diagnosis(vs.ACUTE_PHARYNGITIS, "2025-03-11")], EXCLUDED),
        case("two months old", "2024-11-05", cold, OUT),
        case(
            "ill since nobody knows when",
            "1990-05-05",
            [cold[0], diagnosis(vs.UPPER_RESPIRATORY_INFECTION, None)],
            PASS,
        ),
        in_hospice("1990-05-05", cold),
    ]


def dental_decay() -> list[Case]:
    seen = visit(vs.CLINICAL_ORAL_EVALUATION, "2025-03-10")
    return [
        case("sound teeth", "2015-05-05", [seen], IN),
        case("decay", "2015-05-05", [seen, diagnosis(vs.DENTAL_CARIES, "2025-03-10")], PASS),
        case("21 years old", "2003-05-05", [seen], OUT),
        in_hospice("2015-05-05", [seen]),
    ]


def caries_prevention() -> list[Case]:
    seen = visit(vs.CLINICAL_ORAL_EVALUATION, "2025-03-10")

    def varnish(on: str) -> Entry:
        return done(vs.FLUORIDE_VARNISH_APPLICATION_FOR_CHILDREN, on)

    return [
        case("21 years old", "2003-05-05", [seen], OUT),
        case("once", "2015-05-05", [seen, varnish("2025-03-10")], IN),
        case("twice on one day", "2015-05-05", [seen, varnish("2025-03-10T09:00"), varnish("2025-03-10T10:00")], IN),
        case("on two days", "2015-05-05", [seen, varnish("2025-03-10"), varnish("2025-09-10")], PASS),
        in_hospice("2015-05-05", [seen]),
    ]
