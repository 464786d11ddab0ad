"""A positive screening result is not "done": the gap stays until what answers it is there, and somebody follows it."""

from datetime import date, timedelta

import pytest

from clinical.models import Task
from core import terminology
from core.db import as_job
from core.models import User
from members.models import PrimaryCareAssignment
from network.models import Clinician, RoleAssignment
from prevention.actions import evaluate_members
from prevention.engine.codes import CPT, ICD10CM, LOINC, SNOMED, Code
from prevention.measures.breast_cancer_screening_2025 import MAMMOGRAPHY
from prevention.models import CareGap, CareRuleState, FollowUp
from prevention.outreach.explain import explain
from prevention.outreach.follow_up import close_follow_up
from prevention.outreach.protocols import ways_for_member
from prevention.rules import RULES
from prevention.rules.positives import POSITIVES
from tests.clinical import factories as clinic
from tests.clinical.factories import arranging
from tests.prevention import charts
from tests.prevention.outreach.factories import gap, policy, protocols, queue, reminders
from tests.prevention.test_guidelines import CASES, PREGNANT, Someone, place  # noqa: F401 (a fixture)
from tests.prevention.test_rules import AS_OF, AT

pytestmark = pytest.mark.django_db
# As our own sets have them: a made-up code would leave its set when these are loaded again.
FOBT, PAP_TEST, HPV_TEST = (Code(code, LOINC) for code in ("29771-3", "10524-7", "21440-3"))
COLONOSCOPY = Code("73761001", SNOMED)


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def result(asked, days: int, **value):
    code = Code(asked, LOINC) if isinstance(asked, str) else asked
    return lambda who: charts.observation(who, code, ago(days), **value)


def valued(asked, days: int, snomed: str):
    code = Code(asked, LOINC) if isinstance(asked, str) else asked
    return lambda who: charts.observation(who, code, ago(days), more_codes=[(charts.Role.VALUE, Code(snomed, SNOMED))])


def procedure(code: Code, days: int):
    return lambda who: charts.procedure(who, code, ago(days))


def diagnosis(code: str, days: int):
    return lambda who: charts.condition(who, Code(code, ICD10CM), ago(days))


# Rule → age, sex, why it applies; the positive result; what answers it. Days are before the evaluation.
CASE_OF = {one.rule: one for one in CASES}
TRIALS = {
    "positive stool test": (
        "colorectal_screening", 50, "male", (), valued(FOBT, 380, "10828004"), procedure(COLONOSCOPY, 300),
    ),
    "CT colonography that asks for more": (
        "colorectal_screening", 50, "male", (), result("79101-2", 380, interpretation="A"), procedure(COLONOSCOPY, 300),
    ),
    "undetermined Pap test": (
        "cervical_screening", 40, "female", (), result(PAP_TEST, 300, value_text="ASC-US"),
        result(HPV_TEST, 290, value_text="Not detected"),
    ),
    "positive anxiety questions": (
        "anxiety_screening", 40, "male", (), result("70274-6", 60, value_quantity=12, value_unit="{score}"),
        result("70274-6", 30, value_quantity=3, value_unit="{score}"),
    ),
    "high glucose test in pregnancy": (
        "gestational_diabetes", 30, "female", CASE_OF["gestational_diabetes"].because,
        result("1504-0", 10, value_quantity=155, value_unit="mg/dL"), diagnosis("O24.410", 5),
    ),
    "bacteria in the urine in pregnancy": (
        "pregnancy_urine_culture", 30, "female", (PREGNANT,),
        result("630-4", 30, value_text=">100,000 CFU/mL Escherichia coli"), diagnosis("O23.40", 29),
    ),
    "antibodies in pregnancy": (
        "pregnancy_antibodies", 30, "female", (PREGNANT,), result("890-4", 30, interpretation="A"),
        result("888-8", 20, value_text="Anti-E, titre 4"),
    ),
    "positive HPV test": (
        "cervical_screening", 40, "female", (), result(HPV_TEST, 400, value_text="Detected"),
        result(PAP_TEST, 380, value_text="negative"),
    ),
    "HPV 16 or 18": (
        "cervical_screening", 40, "female", (), result(HPV_TEST, 400, value_text="HPV 16 detected"),
        procedure(Code("57454", CPT), 350),
    ),
    "positive alcohol questions": (
        "alcohol_screening", 40, "male", (), result("75626-2", 60, value_quantity=7, value_unit="{score}"),
        procedure(Code("99408", CPT), 60),
    ),
    "positive drug questions": (
        "drug_use_screening", 40, "male", (), result("82667-7", 60, value_quantity=5, value_unit="{score}"),
        procedure(Code("99408", CPT), 60),
    ),
    "abnormal Pap test": (
        "cervical_screening", 40, "female", (), result(PAP_TEST, 400, value_text="HSIL"),
        procedure(Code("57454", CPT), 350),
    ),
    "mammogram that asks for more": (
        "breast_screening", 50, "female", (), valued(MAMMOGRAPHY, 200, "397138000"),
        procedure(Code("77066", CPT), 190),
    ),
    "suspicious mammogram": (
        "breast_screening", 50, "female", (), result(MAMMOGRAPHY, 200, value_text="BI-RADS 4"),
        procedure(Code("19083", CPT), 190),
    ),
    "reactive HIV test": (
        "hiv_screening", 30, "male", (), result("56888-1", 900, value_text="Reactive"),
        result("56888-1", 890, value_text="Nonreactive"),
    ),
    "reactive hepatitis C test": (
        "hepatitis_c_screening", 50, "male", (), result("16128-1", 900, interpretation="POS"),
        result("11259-9", 890, value_text="not detected"),
    ),
    "reactive hepatitis B test": (
        "hepatitis_b_screening", 40, "male", CASE_OF["hepatitis_b_screening"].because,
        result("5196-1", 900, interpretation="A"), result("42595-9", 890, value_text="not detected"),
    ),
    "reactive syphilis test": (
        "syphilis_screening", 30, "male", CASE_OF["syphilis_screening"].because,
        result("20507-0", 60, interpretation="POS"), diagnosis("A53.9", 50),
    ),
    "positive chlamydia test": (
        "chlamydia_screening", 20, "female", CASE_OF["chlamydia_screening"].because,
        valued("43304-5", 60, "260373001"), diagnosis("A56.01", 50),
    ),
    "positive gonorrhoea test": (
        "gonorrhoea_screening", 20, "female", CASE_OF["gonorrhoea_screening"].because,
        result("24111-7", 60, value_text="positive"), diagnosis("A54.00", 50),
    ),
    "positive tuberculosis test": (
        "tuberculosis_screening", 40, "male", CASE_OF["tuberculosis_screening"].because,
        result("71773-6", 1500, value_text="Positive"), procedure(Code("71046", CPT), 1490),
    ),
    "positive depression questions": (
        "depression_screening", 40, "male", (), result("44261-6", 60, value_quantity=14, value_unit="{score}"),
        result("44261-6", 30, value_quantity=4, value_unit="{score}"),
    ),
    "blood sugar in the range of diabetes": (
        "diabetes_screening", 40, "male", CASE_OF["diabetes_screening"].because,
        result("4548-4", 700, value_quantity=6.7, value_unit="%"),
        result("4548-4", 650, value_quantity=5.6, value_unit="%"),
    ),
    "widened aorta": (
        "aortic_aneurysm", 70, "male", CASE_OF["aortic_aneurysm"].because,
        lambda who: charts.observation(
            who, Code("G0389", "http://www.nlm.nih.gov/research/umls/hcpcs"), ago(300), value_quantity=3.4,
            value_unit="cm",
        ),
        lambda who: charts.procedure(who, Code("G0389", "http://www.nlm.nih.gov/research/umls/hcpcs"), ago(100)),
    ),
    "lung scan that asks for more": (
        "lung_screening", 60, "male", CASE_OF["lung_screening"].because,
        lambda who: charts.observation(
            who, Code("S8032", "http://www.nlm.nih.gov/research/umls/hcpcs"), ago(200), value_text="Lung-RADS 4A"
        ),
        procedure(Code("71260", CPT), 190),
    ),
}  # fmt: skip


def test_every_positive_has_a_trial():
    assert set(TRIALS) == {one.what for one in POSITIVES if one.holds_gap}


def test_every_rule_with_unanswered_results_is_tried():
    tried = {trial[0] for trial in TRIALS.values()} | {
        *("pregnancy_hiv", "pregnancy_hepatitis_b", "pregnancy_syphilis", "rhesus_antibodies"),
    }
    assert tried == {rule.id for rule in RULES if rule.unanswered}


@pytest.mark.parametrize("what", TRIALS)
def test_a_positive_result_keeps_the_gap_open_until_its_answer(place, what):  # noqa: F811
    rule, age, sex, because, positive, answer = TRIALS[what]
    someone = Someone(place, age, sex)
    someone.has(*because, positive)

    assert rule in someone.due(), "it is not done"
    found = someone.state(rule)
    assert found.last_done_what == what
    assert found.next_due_on == found.last_done_on <= AS_OF

    someone.has(answer)
    due = someone.due()
    found = someone.state(rule)
    assert found.last_done_what != what
    assert rule not in due or found.next_due_on > found.last_done_on, "answered: its own interval counts again"


NEGATIVES = [
    ("colorectal_screening", 50, "male", result(FOBT, 60, value_text="negative")),
    ("cervical_screening", 40, "female", result(HPV_TEST, 60, value_text="not detected")),
    ("breast_screening", 50, "female", result(MAMMOGRAPHY, 60, value_text="BI-RADS 1")),
    ("depression_screening", 40, "male", result("44261-6", 60, value_quantity=9, value_unit="{score}")),
    ("hiv_screening", 30, "male", result("56888-1", 60, value_text="Nonreactive")),
]


@pytest.mark.parametrize(
    ("rule", "age", "sex", "negative"), NEGATIVES, ids=lambda one: one if isinstance(one, str) else ""
)
def test_a_negative_result_settles_it(place, rule, age, sex, negative):  # noqa: F811
    someone = Someone(place, age, sex)
    someone.has(negative)
    assert rule not in someone.due()


def test_another_stool_test_answers_no_positive_one_and_an_older_colonoscopy_neither(place):  # noqa: F811
    someone = Someone(place, 50, "male")
    someone.has(
        procedure(COLONOSCOPY, 900), result(FOBT, 800, value_text="positive"), result(FOBT, 60, value_text="negative")
    )
    assert "colorectal_screening" in someone.due()
    assert someone.state("colorectal_screening").next_due_on == ago(800)


@pytest.mark.parametrize("rule", ["pregnancy_hiv", "pregnancy_hepatitis_b", "pregnancy_syphilis"])
def test_in_pregnancy_a_reactive_test_is_not_done_either(place, rule):  # noqa: F811
    code = {"pregnancy_hiv": "56888-1", "pregnancy_hepatitis_b": "5196-1", "pregnancy_syphilis": "20507-0"}[rule]
    someone = Someone(place, 30, "female")
    someone.has(PREGNANT, result(code, 30, value_text="reactive"))
    assert rule in someone.due()
    assert someone.state(rule).last_done_what.startswith("reactive")


# --- The cervix: what answers what -----------------------------------------------------------------------------

HSIL = result(PAP_TEST, 60, value_text="High-grade squamous intraepithelial lesion")
VIRUS = result(HPV_TEST, 60, value_text="High-risk HPV detected")
NO_VIRUS = result(HPV_TEST, 60, value_text="No high-risk HPV detected")
NORMAL = result(PAP_TEST, 60, value_text="Negative for intraepithelial lesion or malignancy")
UNDETERMINED = result(PAP_TEST, 60, value_text="Atypical squamous cells of undetermined significance")
TYPE_16 = result(HPV_TEST, 60, value_text="HPV 16 positive")
OTHER_TYPE = result(HPV_TEST, 60, value_text="HPV 16 not detected, HPV 18 not detected, other high-risk HPV detected")
COLPOSCOPY = procedure(Code("57454", CPT), 40)


@pytest.mark.parametrize(
    ("both", "waits"),
    [
        ((VIRUS, HSIL), True),
        ((NO_VIRUS, HSIL), True),
        ((VIRUS, UNDETERMINED), True),
        ((NO_VIRUS, UNDETERMINED), False),
        ((VIRUS, NORMAL), False),
        ((VIRUS, HSIL, COLPOSCOPY), False),
        ((TYPE_16, NORMAL), True),
        ((TYPE_16, NORMAL, COLPOSCOPY), False),
        ((OTHER_TYPE, NORMAL), False),
    ],
    ids=[
        "both abnormal",
        "HSIL alone",
        "virus and ASC-US",
        "ASC-US alone",
        "virus alone",
        "colposcopy",
        "HPV 16",
        "HPV 16 and colposcopy",
        "another type",
    ],
)
def test_two_tests_of_one_day_answer_each_other_only_where_one_is_negative(place, both, waits):  # noqa: F811
    """ASCCP 2019: an HPV test answers no lesion; cytology that is not normal answers no virus."""
    someone = Someone(place, 40, "female")
    someone.has(*both)
    assert ("cervical_screening" in someone.due()) is waits


def test_a_culture_in_pregnancy_is_followed_where_the_rule_asks(world):
    with arranging():
        for one in (PREGNANT, result("630-4", 30, value_text=">100,000 CFU/mL Escherichia coli")):
            one(world.maria)
    evaluate(world.maria)
    with arranging():
        assert list(FollowUp.objects.values_list("rule", "status")) == [("bacteria_in_urine_in_pregnancy", "open")]


def test_both_watches_stay_open_when_both_are_abnormal(world):
    with arranging():
        for one in (VIRUS, HSIL):
            one(world.maria)
    evaluate(world.maria)
    with arranging():
        found = dict(FollowUp.objects.values_list("rule", "status"))
    assert found == {"positive_hpv_test": "open", "abnormal_pap_test": "open"}


# --- A result that nobody can read ------------------------------------------------------------------------------


def test_a_result_that_is_not_clear_is_read_by_somebody_and_a_clear_one_answers_it(world):
    with arranging():
        charts.observation(world.maria, FOBT, ago(60), value_text="See report")
    evaluate(world.maria)
    with arranging():
        found = CareGap.objects.get(member=world.maria, rule="colorectal_screening")
        assert (found.status, found.last_done_what) == ("open", "result that is not clear")
        watch = FollowUp.objects.select_related("task").get()
        assert (watch.rule, watch.status) == ("positive_stool_test", "open")
        assert watch.task.title.startswith("Screening result that is not clear")
        assert ways_for_member([found], AS_OF) == {found.pk: []}, "no kit is sent meanwhile"
        charts.observation(world.maria, FOBT, ago(30), value_text="Negative")
    evaluate(world.maria)
    with arranging():
        found.refresh_from_db()
        watch.refresh_from_db()
    assert (found.status, watch.status) == ("closed", "done")


def test_what_is_not_clear_of_one_person_is_one_task_beside_the_positive_one(world):
    with arranging():
        for code in (FOBT, HPV_TEST, PAP_TEST):
            charts.observation(world.maria, code, ago(60), value_text="See report")
        charts.observation(world.maria, Code("24606-6", LOINC), ago(50), value_text="BI-RADS 5")
    evaluate(world.maria)
    with arranging():
        watches = {one.rule: one for one in FollowUp.objects.select_related("task")}
        assert len(watches) == 4
        tasks = list(Task.objects.order_by("title").values_list("title", flat=True))
        assert len(tasks) == 2
        assert tasks[0].startswith("Screening result that is not clear")
        assert tasks[1].startswith("Suspicious mammogram")
        charts.observation(world.maria, HPV_TEST, ago(30), value_text="Not detected")
    evaluate(world.maria)
    with arranging():
        one = watches["positive_stool_test"].task
        one.refresh_from_db()
        assert one.status == "requested", "two more wait in it"
        for rule in ("positive_stool_test", "abnormal_pap_test"):
            found = watches[rule]
            found.refresh_from_db()
            if found.status == "open":
                close_follow_up(found, by=world.chen.user, reason="Read on paper")
        one.refresh_from_db()
        assert one.status == "completed"


def test_a_bare_number_makes_no_task_but_one_line_for_whoever_knows_the_sender(client, world):
    with arranging():
        people = [
            world.maria,
            *(clinic.member(world.system, f"Una {n}", birth_date=date(1970, 3, 1)) for n in range(3)),
        ]
        for one in people:
            if one != world.maria:
                charts.enrol(one)
            charts.observation(one, FOBT, ago(60), value_quantity=1, performing_laboratory="Old Laboratory")
    evaluate(*people)
    with arranging():
        assert not FollowUp.objects.exists() and not Task.objects.exists()
        gaps = CareGap.objects.filter(rule="colorectal_screening")
        assert {one.last_done_what for one in gaps} == {"result that is not clear"}, "a positive one may be among them"
        coordinator = clinic.account("Cora Dinator")
        clinic.role(coordinator, "care_coordinator", world.system)
        physician = clinic.account("Quinn Physician")
        clinic.role(physician, "physician", world.system)
        clinic.role(physician, "care_coordinator", world.system)

    client.force_login(coordinator)
    page = client.get("/staff/outreach/follow-up/").content.decode()
    assert "Old Laboratory" in page and "4 people" in page and "such as 1" in page
    refused = client.post(
        "/staff/outreach/follow-up/settle/", {"rule": "colorectal_screening", "sender": "", "reason": "x"}
    )
    assert refused.status_code == 403
    client.force_login(physician)
    said = {"rule": "colorectal_screening", "sender": "Old Laboratory"}
    client.post("/staff/outreach/follow-up/settle/", {**said, "reason": " "})
    with arranging():
        assert not FollowUp.objects.exists(), "not without a reason"
    client.post("/staff/outreach/follow-up/settle/", {**said, "reason": "They write 1 for negative"})
    evaluate(*people)
    with arranging():
        assert set(FollowUp.objects.values_list("status", "reason")) == {("closed", "They write 1 for negative")}
        assert not CareGap.objects.filter(rule="colorectal_screening", status="open").exists()
    assert "Old Laboratory" not in client.get("/staff/outreach/follow-up/").content.decode()


def test_a_negative_result_without_a_day_is_looked_at_by_somebody(world):
    """No rule can count from it: it neither closes its gap nor stays unread."""
    with arranging():
        charts.observation(world.maria, FOBT, None, value_text="Negative", recorded_at=AT - timedelta(days=3))
    evaluate(world.maria)
    with arranging():
        found = FollowUp.objects.select_related("task").get()
        assert found.task.title.startswith("Screening result that is not clear")
        charts.observation(world.maria, FOBT, ago(1), value_text="Negative")
    evaluate(world.maria)
    with arranging():
        found.refresh_from_db()
    assert found.status == "done"


def test_positive_answers_about_violence_are_followed_and_leave_no_gap(world):
    """A gap that stays would tell whoever looks over her shoulder."""
    with arranging():
        charts.observation(world.maria, Code("76504-0", LOINC), ago(3), value_quantity=2, value_unit="{score}")
    evaluate(world.maria)
    with arranging():
        found = FollowUp.objects.select_related("task").get()
        assert (found.rule, found.task.owner_id) == ("positive_violence_questions", world.chen.user_id)
        assert not CareGap.objects.filter(rule="violence_screening", status="open").exists()
        charts.observation(world.maria, Code("76504-0", LOINC), ago(1), value_quantity=0, value_unit="{score}")
    evaluate(world.maria)
    with arranging():
        found.refresh_from_db()
        assert found.status == "open", "she may not have been alone when she said no"
        charts.condition(world.maria, Code("Z69.11", ICD10CM), ago(1))
    evaluate(world.maria)
    with arranging():
        found.refresh_from_db()
        assert found.status == "done"


# --- Whose it is --------------------------------------------------------------------------------------------------


def test_a_task_of_nobody_goes_to_a_physician_who_can_act(world):
    """Her doctor has no account here: the department's physicians see it, and past its time one of them has it."""
    with arranging():
        nameless = Clinician.objects.create(family="Okafor", given="Ngozi", prefix="Dr.")
        PrimaryCareAssignment.objects.filter(member=world.maria).update(clinician=nameless)
        charts.observation(world.maria, FOBT, ago(5), value_text="positive")
        lone = clinic.member(world.system, "Una", birth_date=date(1970, 3, 1))
        PrimaryCareAssignment.objects.filter(member=lone).delete()
        charts.enrol(lone)
        charts.observation(lone, FOBT, ago(5), value_text="positive")
    evaluate(world.maria, lone)
    with arranging():
        found = {one.member_id: one for one in FollowUp.objects.select_related("task")}
        assert found[world.maria.pk].task.owner_id is None, "not yet: whoever of the department comes first"
        owner = found[lone.pk].task.owner
        assert owner is not None, "nobody would have seen it"
        held = RoleAssignment.objects.get(user=owner)
        assert (held.role, held.organization.system_id) == ("physician", world.system.pk)
    evaluate(world.maria, lone, as_of=AS_OF + timedelta(days=50), at=AT + timedelta(days=50))
    with arranging():
        task = found[world.maria.pk].task
        task.refresh_from_db()
        assert (task.owner_id, task.priority) == (world.chen.user_id, "urgent")


def test_the_page_has_each_clinicians_watches_together_and_ones_own_first(client, world):
    with arranging():
        nameless = Clinician.objects.create(family="Okafor", given="Ngozi", prefix="Dr.")
        una = clinic.member(world.system, "Una", birth_date=date(1970, 3, 1))
        PrimaryCareAssignment.objects.filter(member=una).delete()
        PrimaryCareAssignment.objects.create(
            member=una,
            clinician=nameless,
            department=world.department,
            period=(date(2020, 1, 1), None),
            origin="chosen",
        )
        charts.enrol(una)
        for one, days in ((world.maria, 5), (una, 20)):
            charts.observation(one, FOBT, ago(days), value_text="positive")
    evaluate(world.maria, una)
    client.force_login(world.chen.user)
    with arranging():
        owners = client.get("/staff/outreach/follow-up/").context["owners"]

    assert [row["row"].member_id for row in owners[0]["rows"]] == [world.maria.pk]
    assert "Okafor" in owners[1]["name"] and owners[1]["rows"][0]["row"].member_id == una.pk


# --- Beside it ----------------------------------------------------------------------------------------------------


def test_a_negative_stool_test_answers_no_positive_one_that_is_followed(world):
    with arranging():
        charts.observation(world.maria, FOBT, ago(60), value_quantity=250, value_unit="ng/mL", interpretation="H")
        charts.observation(world.maria, FOBT, ago(30), value_text="Negative")
    evaluate(world.maria)
    with arranging():
        assert FollowUp.objects.get().status == "open"


# --- In whomever they are found -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "sex", "rule", "found"),
    [
        (80, "female", "suspicious_mammogram", result("24606-6", 60, value_text="BI-RADS 5")),
        (38, "female", "suspicious_mammogram", valued("24606-6", 60, "397144001")),
        (67, "female", "abnormal_pap_test", HSIL),
        (70, "male", "reactive_hiv_test", result("56888-1", 60, value_text="Reactive")),
        (30, "male", "positive_chlamydia_test", result("43304-5", 60, value_text="Detected")),
        (
            82,
            "male",
            "lung_nodule",
            lambda who: charts.observation(
                who, Code("S8032", "http://www.nlm.nih.gov/research/umls/hcpcs"), ago(60), value_text="Lung-RADS 4B"
            ),
        ),
    ],
)
def test_an_abnormal_result_is_followed_in_those_whom_no_rule_asks(world, age, sex, rule, found):
    with arranging():
        charts.enrol(someone := clinic.member(world.system, "Una", birth_date=date(AS_OF.year - age, 3, 1), sex=sex))
        found(someone)
    evaluate(someone)
    with arranging():
        assert list(FollowUp.objects.filter(member=someone).values_list("rule", "status")) == [(rule, "open")]


def test_a_result_without_a_day_is_followed_from_the_day_on_which_it_came(world):
    with arranging():
        charts.observation(world.maria, HPV_TEST, None, value_text="Positive", recorded_at=AT - timedelta(days=3))
    evaluate(world.maria)
    with arranging():
        found = FollowUp.objects.get()
    assert (found.rule, found.status, found.resulted_on) == ("positive_hpv_test", "open", ago(3))


def test_a_culture_outside_pregnancy_is_no_screening_and_an_old_result_is_left(world):
    with arranging():
        charts.enrol(someone := clinic.member(world.system, "Una", birth_date=date(1940, 3, 1), sex="female"))
        charts.observation(someone, Code("630-4", LOINC), ago(60), value_text="Positive")
        charts.observation(someone, Code("24606-6", LOINC), ago(1200), value_text="BI-RADS 5")
    evaluate(someone)
    with arranging():
        assert not FollowUp.objects.filter(member=someone).exists()


# --- Followed, told, ordered ----------------------------------------------------------------------------------


@pytest.fixture
def world():
    made = clinic.World()
    terminology.load_own()
    with arranging():
        policy(made.system)
        protocols(made.system, made.chen)
        charts.enrol(made.maria)
    return made


def evaluate(*members, as_of=AS_OF, at=AT):
    # Anew: a set takes the codes that some record has.
    terminology.load_own()
    with as_job(User.objects.system("prevention"), reason="test"):
        return evaluate_members([one.pk for one in members], as_of=as_of, at=at)


def test_an_old_positive_result_is_followed_by_her_doctor_until_its_answer(world):
    with arranging():
        charts.observation(world.maria, HPV_TEST, ago(1500), value_text="positive")
    evaluate(world.maria)
    with arranging():
        found = FollowUp.objects.get()
        assert (found.rule, found.status, found.resulted_on) == ("positive_hpv_test", "open", ago(1500))
        task = Task.objects.get(pk=found.task_id)
        assert (task.owner_id, task.priority) == (world.chen.user_id, "urgent"), "its time is over: at once urgent"
    again = evaluate(world.maria)
    assert again["follow_ups"] == 0, "once"
    with arranging():
        charts.procedure(world.maria, Code("57454", CPT), ago(10))
    evaluate(world.maria)
    with arranging():
        assert FollowUp.objects.get().status == "done"


def test_a_reactive_test_is_followed_and_a_diagnosis_answers_it(world):
    with arranging():
        charts.observation(world.maria, Code("16128-1", LOINC), ago(30), value_text="reactive")
    evaluate(world.maria)
    with arranging():
        assert FollowUp.objects.get(rule="reactive_hepatitis_c_test").status == "open"
        charts.condition(world.maria, Code("B18.2", ICD10CM), ago(5))
    evaluate(world.maria)
    with arranging():
        assert FollowUp.objects.get(rule="reactive_hepatitis_c_test").status == "done"


def test_known_diabetes_is_followed_by_its_own_rules(world):
    with arranging():
        charts.condition(world.maria, Code("E11.9", ICD10CM), ago(900))
        charts.observation(world.maria, Code("4548-4", LOINC), ago(30), value_quantity=8.1, value_unit="%")
    evaluate(world.maria)
    with arranging():
        assert not FollowUp.objects.exists()


def positive_stool(world) -> CareGap:
    with arranging():
        charts.observation(world.maria, FOBT, ago(60), value_text="positive")
    evaluate(world.maria)
    with arranging():
        return CareGap.objects.select_related("member").get(member=world.maria, rule="colorectal_screening")


def test_nobody_is_reminded_of_a_screening_whose_result_is_followed(world):
    with arranging():
        gap(world.maria, "colorectal_screening")
    queue(world.maria)
    with arranging():
        before = {one.pk for one in reminders(world.maria) if one.gap.rule == "colorectal_screening"}
    found = positive_stool(world)
    queue(world.maria)
    after = [one for one in reminders(world.maria) if one.gap_id == found.pk]
    assert {one.pk for one in after} == before, "nothing new"
    assert all(one.status != "queued" for one in after), "and what waited is taken back"


def test_the_page_says_that_a_result_asks_for_more_and_sends_no_kit(client, world):
    found = positive_stool(world)
    with arranging():
        said = explain(found, AS_OF)
        assert said.follows_result
        assert said.now == []
        assert said.closes == ["Positive stool test: colonoscopy"]
        assert ways_for_member([found], AS_OF) == {found.pk: []}
    client.force_login(world.maria.user)
    page = client.get(f"/gaps/{found.pk}/").content.decode()
    assert "asks for something more" in page
    assert "home kit" not in page
    assert f'action="/gaps/{found.pk}/order/"' not in client.get("/").content.decode()


def test_a_physician_who_ends_the_watch_with_a_reason_ends_the_wait(world):
    found = positive_stool(world)
    with arranging():
        watch = FollowUp.objects.get()
        close_follow_up(watch, by=world.chen.user, reason="Colonoscopy abroad, report in the file")
    evaluate(world.maria)
    with arranging():
        found.refresh_from_db()
        state = CareRuleState.objects.get(member=world.maria, rule="colorectal_screening")
    assert found.status == "closed"
    assert state.last_done_what == "stool test"


def test_a_test_without_a_result_is_none(world):
    """As the measures have it: CMS130 and CMS124 count a laboratory test by its result."""
    with arranging():
        charts.observation(world.maria, FOBT, ago(10))
        charts.observation(world.maria, HPV_TEST, ago(10))
    evaluate(world.maria)
    with arranging():
        due = set(CareGap.objects.filter(member=world.maria).open().values_list("rule", flat=True))
    assert {"colorectal_screening", "cervical_screening"} <= due
