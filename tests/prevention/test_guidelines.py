"""Each recommendation: whom it is for, what settles it, who is left in peace. Codes as the product ships them."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from clinical.models import Encounter, MedicationRequest
from core import terminology
from core.db import as_job
from core.models import User, ValueSetMember
from prevention.actions import evaluate_partition
from prevention.engine.codes import ICD10CM, LOINC, RXNORM, SNOMED, Code, ValueSet
from prevention.engine.evaluate import Partition
from prevention.models import CareGap, CareRuleState
from prevention.rules import BY_ID, NOT_COMPUTABLE, RULES, in_force
from prevention.rules import value_sets as own
from tests.clinical.factories import arranging, member, region, system
from tests.prevention import charts

AS_OF = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 18, tzinfo=UTC)
HCPCS = "http://www.nlm.nih.gov/research/umls/hcpcs"
TALKS = "urn:kpcare:code-system:talks"
pytestmark = pytest.mark.django_db

# --- A chart in few words -------------------------------------------------------------------------------


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def icd(code: str, days: int = 100):
    return lambda who: charts.condition(who, Code(code, ICD10CM), ago(days))


def sct(code: str, days: int = 100):
    return lambda who: charts.condition(who, Code(code, SNOMED), ago(days))


def lab(code: str, days: int = 30, **value):
    return lambda who: charts.observation(who, Code(code, LOINC), ago(days), **value)


def amount(code: str, quantity: str, unit: str, days: int = 30):
    return lab(code, days, value_quantity=quantity, value_unit=unit)


def answer(code: str, value: Code, days: int = 30):
    return lab(code, days, more_codes=[(charts.Role.VALUE, value)])


def done(code: str, days: int = 30, system: str = SNOMED):
    return lambda who: charts.procedure(who, Code(code, system), ago(days))


def paid(code: str, days: int = 30):
    """A visit that carries a HCPCS code."""
    return lambda who: charts.fact(
        Encounter, who, Code(code, HCPCS), ago(days), role=charts.Role.TYPE, status="finished"
    )


def takes(code: str, days: int = 60):
    def order(who):
        since = charts.moment(ago(days))[0]
        made = charts.fact(MedicationRequest, who, Code(code, RXNORM), (since, None), status="active", intent="order")
        MedicationRequest.objects.filter(pk=made.pk).update(recorded_at=since)

    return order


def expecting(weeks_to_go: int):
    """A due date so many weeks ahead."""

    def observe(who):
        due = datetime.combine(AS_OF + timedelta(weeks=weeks_to_go), datetime.min.time(), UTC) + timedelta(hours=12)
        charts.observation(who, Code("11778-8", LOINC), ago(20), value_time=due)

    return observe


SMOKES = answer("72166-2", Code("449868002", SNOMED))
SMOKED = answer("72166-2", Code("8517006", SNOMED))
NEVER_SMOKED = answer("72166-2", Code("266919005", SNOMED))
PREGNANT = icd("Z34.90", 60)


@dataclass
class Case:
    """Somebody of an age and sex with facts; `settled` closes the rule; with `spared` instead it does not apply."""

    rule: str
    age: int
    sex: str = "female"
    because: tuple = ()
    settled: tuple = ()
    spared: tuple = field(default=())


CASES = [
    Case(
        "lung_screening",
        60,
        "male",
        (amount("8664-5", "30", "{PackYears}"), SMOKES),
        (paid("S8032", 200),),
        (icd("C34.90"),),
    ),
    Case("osteoporosis_screening", 66, settled=(done("312681000", 900),), spared=(icd("M81.0"),)),
    Case("osteoporosis_screening", 55, because=(icd("Z78.0"), icd("Z79.52")), settled=(lab("24701-5", 2000),)),
    Case("falls_prevention", 70, "male", (icd("Z91.81"),), (paid("S9451"),)),
    Case(
        "diabetes_screening", 40, "male", (amount("39156-5", "27.4", "kg/m2"),), (lab("4548-4", 700),), (icd("E11.9"),)
    ),
    Case(
        "statin_prevention",
        55,
        "male",
        (icd("I10"), amount("79423-0", "12.5", "%")),
        (takes("617310"),),
        (icd("I25.10"),),
    ),
    Case("healthy_diet", 50, "male", (icd("E78.5"),), (icd("Z71.3", 20),), (icd("I21.9", 900),)),
    Case("obesity_counselling", 30, "male", (amount("39156-5", "31", "kg/m2"),), (paid("G0447"),)),
    Case("aortic_aneurysm", 70, "male", (SMOKED,), (paid("G0389", 3000),), (icd("I71.43"),)),
    Case("hiv_screening", 30, "male", settled=(lab("56888-1", 4000),), spared=(icd("B20"),)),
    Case("hepatitis_c_screening", 50, "male", settled=(lab("16128-1", 4000),), spared=(icd("B18.2"),)),
    Case("hepatitis_b_screening", 40, "male", (icd("F11.20"),), (lab("5196-1", 3000),), (icd("B18.1"),)),
    Case("syphilis_screening", 30, "male", (icd("A54.00", 100),), (lab("20507-0", 90),)),
    Case("chlamydia_screening", 20, because=(icd("Z30.41"),), settled=(lab("43304-5", 90),)),
    Case("gonorrhoea_screening", 20, because=(icd("Z30.41"),), settled=(lab("36902-5", 90),)),
    Case("sti_counselling", 20, "male", (icd("A56.00", 100),), (paid("G0445"),)),
    Case("tuberculosis_screening", 40, "male", (icd("Z59.00"),), (lab("71773-6", 1500),), (icd("Z22.7"),)),
    Case("tobacco_screening", 40, "male", settled=(NEVER_SMOKED,)),
    Case("tobacco_help", 40, "male", (SMOKES,), (takes("198031"),)),
    Case("alcohol_screening", 40, "male", settled=(lab("75626-2", 90),)),
    Case("drug_use_screening", 40, "male", settled=(lab("82667-7", 90),)),
    Case("depression_screening", 13, "male", settled=(lab("89204-2", 90),), spared=(icd("F33.1"),)),
    Case("anxiety_screening", 9, "male", settled=(lab("70274-6", 90),), spared=(icd("F41.1"),)),
    Case("violence_screening", 30, settled=(lab("76504-0", 90),)),
    Case("pregnancy_hepatitis_b", 30, because=(PREGNANT,), settled=(lab("5196-1", 30),), spared=(icd("B18.1"),)),
    Case("pregnancy_hiv", 30, because=(PREGNANT,), settled=(lab("56888-1", 30),)),
    Case("pregnancy_syphilis", 30, because=(sct("72892002", 60),), settled=(lab("20507-0", 30),)),
    Case("pregnancy_rhesus", 30, because=(expecting(30),), settled=(lab("882-1", 3000),)),
    Case("pregnancy_urine_culture", 30, because=(PREGNANT,), settled=(lab("630-4", 30),)),
    Case("gestational_diabetes", 30, because=(expecting(14),), settled=(lab("1504-0", 5),), spared=(icd("E11.9"),)),
    Case("pregnancy_blood_pressure", 30, because=(PREGNANT,), settled=(lab("85354-9", 10),)),
    Case("preeclampsia_aspirin", 30, because=(expecting(24), icd("I10", 900)), settled=(takes("243670", 10),)),
    Case("pregnancy_weight", 30, because=(PREGNANT,), settled=(icd("Z71.3", 10),)),
    Case("child_vision", 4, settled=(icd("Z01.00", 200),)),
    Case("fluoride_varnish", 2, settled=(done("313042009", 60),)),
    Case("child_obesity", 10, because=(amount("59576-9", "97", "%"),), settled=(paid("S9470"),)),
    Case("pregnancy_antibodies", 30, because=(expecting(30),), settled=(lab("890-4", 20),)),
    Case(
        "rhesus_antibodies",
        30,
        because=(expecting(14), answer("10331-7", Code("165746003", SNOMED), 120), lab("890-4", 120)),
        settled=(lab("890-4", 5),),
        spared=(icd("O36.0121", 60),),
    ),
    Case("folic_acid", 30, settled=(takes("4511"),), spared=(icd("Z90.710"),)),
    Case("folic_acid", 15, settled=(done("folic-acid", 30, TALKS),), spared=(icd("Z98.51"),)),
    Case("breastfeeding", 30, because=(PREGNANT,), settled=(paid("S9443", 20),)),
    Case("breastfeeding", 30, because=(icd("Z37.0", 40),), settled=(icd("Z39.1", 10),)),
    Case(
        "perinatal_depression",
        30,
        because=(PREGNANT, icd("Z62.810", 900)),
        settled=(done("443730003", 10),),
        spared=(icd("F32.1", 50),),
    ),
    Case("perinatal_depression", 18, because=(icd("Z37.0", 40),), settled=(done("306227000", 10),)),
    Case("skin_cancer_counselling", 5, "male", settled=(done("sun-protection", 30, TALKS),)),
    Case("tobacco_prevention", 12, "male", settled=(done("225324006", 30),), spared=(SMOKES,)),
    Case("hiv_prevention", 25, "male", (icd("A54.00"),), (icd("Z29.81", 20),), (icd("B20"),)),
    Case("hiv_prevention", 25, "male", (icd("Z20.6", 30),), (paid("G0011"),)),
    Case("brca_risk", 35, because=(icd("Z80.3"),), settled=(paid("S0265", 900),)),
    Case("diabetes_eyes", 50, "male", (icd("E11.9"),), (paid("S3000", 100),)),
    Case("diabetes_feet", 50, "male", (icd("E11.9"),), (done("401191002", 100),)),
    Case("urine_albumin", 50, "male", (icd("E11.9"),), (lab("9318-7", 100),), (icd("N18.6"),)),
    Case("kidney_filtration", 50, "male", (icd("N18.31"),), (amount("98979-8", "52", "mL/min/{1.73_m2}", 200),)),
    Case("lipids_in_treatment", 50, "male", (takes("617310"),), (lab("13457-7", 100),)),
    Case("thyroid_on_hormone", 50, "male", (takes("966224"),), (lab("3016-3", 100),)),
    Case("inr_on_warfarin", 50, "male", (takes("855332"),), (amount("6301-6", "2.5", "{INR}", 60),)),
    Case("potassium_on_medicine", 50, "male", (takes("314076"),), (lab("2823-3", 100),)),
    Case("creatinine_on_medicine", 50, "male", (takes("314076"),), (lab("2160-0", 100),)),
    Case("spirometry_in_copd", 60, "male", (icd("J44.9"),), (done("127783003", 3000),)),
]
OF_THE_SPINE = {"breast_screening", "colorectal_screening", "cervical_screening", "blood_pressure", "hba1c"}


@pytest.fixture
def place(db):
    with arranging():
        of = system()
        return of, region(of)


class Someone:
    """A person of an age and sex, enrolled since 2020."""

    def __init__(self, place, age: int, sex: str) -> None:
        self.of, market = place
        born = date(AS_OF.year - age, 3, 1)
        with arranging():
            self.who = member(self.of, birth_date=born, sex=sex, region=market)
            charts.enrol(self.who)

    def has(self, *facts) -> None:
        with arranging():
            for fact in facts:
                fact(self.who)

    def due(self) -> set[str]:
        terminology.load_own()
        with as_job(User.objects.system("prevention"), reason="test"):
            # The rules alone: compiling 36 measures besides would take most of the time.
            evaluate_partition(Partition(ids=(self.who.pk,)), as_of=AS_OF, at=AT, measures=())
        with arranging():
            return set(CareGap.objects.filter(member=self.who).open().values_list("rule", flat=True))

    def state(self, rule: str) -> CareRuleState | None:
        with arranging():
            return CareRuleState.objects.filter(member=self.who, rule=rule).first()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.age}")
def test_whom_it_is_for_and_what_settles_it(place, case):
    someone = Someone(place, case.age, case.sex)
    if case.because:
        assert case.rule not in someone.due(), "without the reason nobody is asked"
        someone.has(*case.because)
    assert case.rule in someone.due()

    someone.has(*case.settled)
    assert case.rule not in someone.due()
    state = someone.state(case.rule)
    assert state is not None
    assert state.last_done_on is not None
    assert state.last_done_what


@pytest.mark.parametrize("case", [case for case in CASES if case.spared], ids=lambda case: case.rule)
def test_who_is_left_in_peace(place, case):
    someone = Someone(place, case.age, case.sex)
    someone.has(*case.because, *case.spared)

    assert case.rule not in someone.due()


def test_every_rule_has_a_case_here_or_in_the_spine():
    assert {case.rule for case in CASES} | OF_THE_SPINE == set(BY_ID)


@pytest.mark.parametrize(
    ("rule", "age", "sex"),
    [
        ("lung_screening", 49, "male"),
        ("aortic_aneurysm", 70, "female"),
        ("hiv_screening", 66, "male"),
        ("hepatitis_c_screening", 80, "male"),
        ("osteoporosis_screening", 64, "female"),
        ("osteoporosis_screening", 70, "male"),
        ("anxiety_screening", 65, "male"),
        ("depression_screening", 11, "male"),
        ("child_vision", 6, "male"),
        ("fluoride_varnish", 5, "male"),
        ("violence_screening", 50, "female"),
        ("folic_acid", 50, "female"),
        ("folic_acid", 30, "male"),
        ("skin_cancer_counselling", 25, "female"),
        ("tobacco_prevention", 18, "male"),
        ("tobacco_prevention", 5, "male"),
    ],
)
def test_ages_and_sexes_outside(place, rule, age, sex):
    someone = Someone(place, age, sex)
    someone.has(amount("8664-5", "30", "{PackYears}"), SMOKES)

    assert rule not in someone.due()


# --- What makes a difference ----------------------------------------------------------------------------


def test_what_is_done_once_has_no_next_day(place):
    someone = Someone(place, 40, "male")
    someone.has(lab("16128-1", 4000))
    someone.due()

    assert someone.state("hepatitis_c_screening").next_due_on is None


def test_at_risk_an_hiv_test_is_asked_for_again(place):
    someone = Someone(place, 30, "male")
    someone.has(lab("56888-1", 500))
    assert "hiv_screening" not in someone.due()

    someone.has(icd("A54.00", 100))
    assert "hiv_screening" in someone.due()


def test_who_stopped_long_ago_needs_no_scan(place):
    someone = Someone(place, 60, "male")
    someone.has(amount("8664-5", "30", "{PackYears}"), SMOKED)
    assert "lung_screening" in someone.due()

    long_ago = datetime(2008, 1, 1, 12, tzinfo=UTC)
    with arranging():
        charts.observation(someone.who, Code("74010-0", LOINC), ago(10), value_time=long_ago)
    assert "lung_screening" not in someone.due()


def test_a_test_before_this_pregnancy_does_not_count(place):
    someone = Someone(place, 30, "female")
    someone.has(PREGNANT, lab("56888-1", 800))

    due = someone.due()

    assert "pregnancy_hiv" in due
    with arranging():
        gap = CareGap.objects.get(rule="pregnancy_hiv")
    assert gap.due_on == ago(60), "since the pregnancy, not since the guideline"


def test_no_sugar_test_before_24_weeks_and_no_pregnancy_for_ever(place):
    someone = Someone(place, 30, "female")
    someone.has(expecting(20))
    assert "gestational_diabetes" not in someone.due()

    long_past = Someone(place, 30, "female")
    long_past.has(icd("Z34.90", 500))
    assert not {rule for rule in long_past.due() if rule.startswith("pregnancy")}


def test_rhesus_negative_women_alone_are_tested_again_and_only_in_those_weeks(place):
    negative, positive = (answer("882-1", Code(code, SNOMED), 120) for code in ("278148006", "278147001"))
    for blood, to_go, asked in (
        (negative, 14, True),
        (positive, 14, False),
        (negative, 18, False),
        (negative, 9, False),
    ):
        someone = Someone(place, 30, "female")
        someone.has(expecting(to_go), blood, lab("890-4", 120))
        assert ("rhesus_antibodies" in someone.due()) is asked, (to_go, asked)

    by_diagnosis = Someone(place, 30, "female")
    by_diagnosis.has(expecting(14), icd("Z67.41", 3000))
    assert "rhesus_antibodies" in by_diagnosis.due()


def test_support_of_breastfeeding_is_offered_again_after_the_birth(place):
    someone = Someone(place, 30, "female")
    someone.has(icd("Z37.0", 20), paid("S9443", 200))
    assert "breastfeeding" in someone.due()

    long_past = Someone(place, 30, "female")
    long_past.has(icd("Z37.0", 300))
    assert "breastfeeding" not in long_past.due()


def test_no_rule_is_left_out_but_for_want_of_a_fact():
    assert {one.id for one in NOT_COMPUTABLE} == {"newborn_eyes", "breast_cancer_medicine", "fluoride_by_mouth"}


def test_kidneys_that_filter_less_are_looked_at_more_often(place):
    someone = Someone(place, 60, "male")
    someone.has(icd("N18.4"), amount("98979-8", "24", "mL/min/{1.73_m2}", 130))

    assert "kidney_filtration" in someone.due()


def test_an_inr_out_of_range_comes_back_in_four_weeks(place):
    someone = Someone(place, 60, "male")
    someone.has(takes("855332"), amount("6301-6", "4.1", "{INR}", 35))

    assert "inr_on_warfarin" in someone.due()


def test_prediabetes_is_tested_every_year(place):
    someone = Someone(place, 45, "male")
    someone.has(amount("39156-5", "29", "kg/m2"), lab("4548-4", 500))
    assert "diabetes_screening" not in someone.due()

    someone.has(icd("R73.03"))
    assert "diabetes_screening" in someone.due()


# --- What every rule states -----------------------------------------------------------------------------


def test_each_rule_says_its_source_and_what_the_member_can_do():
    assert len(BY_ID) == len(RULES)
    for rule in RULES:
        assert any(c.isdigit() for c in rule.source), rule.id
        assert rule.closers, rule.id
        assert rule.at_visit or rule.ways, f"{rule.id}: a gap that nobody can do anything about"
        assert not (rule.at_visit and rule.remind), rule.id
    assert not {one.id for one in NOT_COMPUTABLE} & set(BY_ID)
    assert all(str(one.why) and one.grade in "AB" for one in NOT_COMPUTABLE)


def test_a_rule_holds_from_its_day():
    assert "osteoporosis_screening" not in {rule.id for rule in in_force(date(2025, 1, 13))}
    assert "osteoporosis_screening" in {rule.id for rule in in_force(date(2025, 1, 14))}


def test_every_set_of_our_own_holds_codes(db):
    terminology.load_own()
    for code in ("E11.9", "Z34.00", "O09.511", "Z3A.24", "F17.210"):
        terminology.concept("icd10cm", code)
    terminology.load_own()
    filled = set(ValueSetMember.objects.values_list("value_set__url", flat=True))
    asked = {one.url for one in vars(own).values() if isinstance(one, ValueSet)}

    # Some hold nothing but categories of ICD-10-CM, which fill with what records have.
    missing = asked - filled - {own.WEEKS_24_OR_MORE.url}
    assert not missing


def test_who_stopped_smoking_is_no_longer_asked_to(place):
    someone = Someone(place, 40, "male")
    someone.has(answer("72166-2", Code("449868002", SNOMED), days=200))
    assert "tobacco_help" in someone.due()

    someone.has(answer("72166-2", Code("8517006", SNOMED), days=20))
    assert "tobacco_help" not in someone.due()
