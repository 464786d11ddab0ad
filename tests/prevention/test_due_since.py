"""Since when somebody is due who never had it done: the day from which the versions of a rule have asked them."""

from datetime import UTC, date, datetime

import pytest

from clinical.models import MedicationRequest
from core import terminology
from core.db import as_job
from core.models import User
from prevention.actions import evaluate_partition
from prevention.engine.codes import ICD10CM, LOINC, RXNORM, SNOMED, Code
from prevention.engine.evaluate import Partition
from prevention.measures import value_sets as vs
from prevention.measures.breast_cancer_screening_2025 import MAMMOGRAPHY
from prevention.models import CareGap, CareRuleState, OutreachEpisode
from prevention.outreach.explain import explain
from prevention.rules import BY_ID, RULES
from tests.clinical.factories import arranging, member, region, system
from tests.prevention import charts
from tests.prevention.outreach.factories import policy, queue

AS_OF = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 18, tzinfo=UTC)
ENROLLED = date(2020, 1, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    with arranging():
        of = system()
        return of, region(of)


def somebody(place, born: date, sex: str = "female", *facts, covered: tuple = ((ENROLLED, None),)):
    of, market = place
    with arranging():
        made = member(of, birth_date=born, sex=sex, region=market, with_account=False)
        for period in covered:
            charts.enrol(made, *period)
        for fact in facts:
            fact(made)
    return made


def due(*people) -> dict[tuple[str, str], date]:
    """(person, rule) → due since."""
    terminology.load_own()
    with as_job(User.objects.system("prevention"), reason="test"):
        evaluate_partition(Partition(ids=tuple(one.pk for one in people)), as_of=AS_OF, at=AT, measures=())
    with arranging():
        return {(gap.member_id, gap.rule): gap.due_on for gap in CareGap.objects.filter(member__in=people).open()}


def since(place, rule: str, born: date, sex: str = "female", *facts, **more) -> date:
    one = somebody(place, born, sex, *facts, **more)
    return due(one)[one.pk, rule]


def diagnosed(code: str, day: date):
    return lambda who: charts.condition(who, Code(code, ICD10CM), day)


@pytest.mark.parametrize(
    ("rule", "born", "sex", "expected"),
    [
        # 46 when the USPSTF first asked women from 40; every version since has asked her.
        ("breast_screening", date(1956, 2, 11), "female", date(2002, 9, 3)),
        # Asked at 40 until 2009, not between 43 and 50, and again from her fiftieth birthday.
        ("breast_screening", date(1966, 6, 15), "female", date(2016, 6, 15)),
        ("breast_screening", date(1974, 2, 11), "female", date(2024, 2, 11)),
        # 47 when 40 to 49 were asked again.
        ("breast_screening", date(1976, 7, 1), "female", date(2024, 4, 30)),
        ("breast_screening", date(1985, 3, 1), "female", date(2025, 3, 1)),
        ("colorectal_screening", date(1951, 12, 1), "male", date(2001, 12, 1)),
        ("colorectal_screening", date(1960, 2, 29), "male", date(2010, 2, 28)),
        ("colorectal_screening", date(1974, 2, 11), "male", date(2021, 5, 18)),
        ("colorectal_screening", date(1980, 1, 1), "male", date(2025, 1, 1)),
        ("cervical_screening", date(1990, 5, 5), "female", date(2011, 5, 5)),
        ("hiv_screening", date(1970, 1, 1), "male", date(2013, 4, 30)),
        ("hiv_screening", date(2005, 1, 1), "male", date(2020, 1, 1)),
        # Born 1945 to 1965 they were asked seven years before everybody else.
        ("hepatitis_c_screening", date(1948, 1, 1), "male", date(2013, 6, 25)),
        ("hepatitis_c_screening", date(1965, 12, 31), "male", date(2013, 6, 25)),
        ("hepatitis_c_screening", date(1966, 1, 1), "male", date(2020, 3, 2)),
        ("hepatitis_c_screening", date(2005, 5, 5), "male", date(2023, 5, 5)),
        ("osteoporosis_screening", date(1956, 2, 11), "female", date(2021, 2, 11)),
        ("osteoporosis_screening", date(1936, 2, 11), "female", date(2002, 9, 17)),
    ],
)
def test_from_the_age_at_which_a_version_of_the_rule_began_to_ask(place, rule, born, sex, expected):
    assert since(place, rule, born, sex) == expected


def test_of_two_who_were_never_screened_the_one_who_was_asked_first_comes_first(place):
    older, younger = (somebody(place, born, "female") for born in (date(1956, 2, 11), date(1972, 2, 11)))
    due(older, younger)

    with arranging():
        found = CareGap.objects.filter(rule="breast_screening").open().longest_due_first()
        assert [gap.member_id for gap in found] == [older.pk, younger.pk]


def test_a_part_that_is_asked_sooner_is_due_sooner(place):
    risk = (diagnosed("Z78.0", date(2019, 1, 1)), diagnosed("M05.9", date(2019, 1, 1)))

    assert since(place, "osteoporosis_screening", date(1974, 2, 11), "female", *risk) == date(2019, 2, 11)
    assert since(place, "osteoporosis_screening", date(1957, 2, 11), "female", *risk) == date(2018, 6, 26)


def test_a_version_that_asked_for_more_counts_for_those_who_had_it(place):
    def pack_years(count: int):
        return lambda who: charts.observation(
            who, Code("8664-5", LOINC), date(2026, 1, 5), value_quantity=count, value_unit="{PackYears}"
        )

    def smokes(who):
        charts.condition(who, Code("F17.210", ICD10CM), date(2000, 1, 1))

    born = date(1956, 2, 11)
    assert since(place, "lung_screening", born, "male", pack_years(35), smokes) == date(2013, 12, 31)
    assert since(place, "lung_screening", born, "male", pack_years(22), smokes) == date(2021, 3, 9)


def test_what_is_done_anew_at_each_practice_is_due_from_the_first_coverage_here(place):
    renewed = ((date(2018, 5, 1), date(2019, 1, 1)), (date(2019, 1, 1), date(2026, 1, 1)), (date(2026, 1, 1), None))
    one = somebody(place, date(1956, 2, 11), covered=renewed)

    found = due(one)

    assert found[one.pk, "blood_pressure"] == date(2018, 5, 1)
    assert found[one.pk, "alcohol_screening"] == date(2018, 5, 1)
    assert found[one.pk, "breast_screening"] == date(2002, 9, 3), "who joins later was due before"


def test_a_disease_asks_from_its_beginning(place):
    born = date(1960, 1, 1)
    twice = (diagnosed("E11.9", date(2023, 4, 1)), diagnosed("E11.65", date(2022, 4, 1)))
    assert since(place, "hba1c", born, "male", *twice) == date(2022, 4, 1), "the first of its diagnoses"
    assert since(place, "hba1c", born, "male", diagnosed("E11.9", date(2010, 4, 1))) == ENROLLED
    later = (diagnosed("N18.30", date(2024, 4, 1)), diagnosed("E11.65", date(2022, 4, 1)))
    assert since(place, "urine_albumin", born, "male", *later) == date(2022, 4, 1), "the first of the two diseases"


def test_a_medicine_asks_from_its_first_order(place):
    def ordered(day: date):
        return lambda who: charts.fact(
            MedicationRequest, who, Code("855332", RXNORM), day, status="active", intent="order"
        )

    orders = (ordered(date(2025, 6, 1)), ordered(date(2024, 6, 1)))
    assert since(place, "inr_on_warfarin", date(1960, 1, 1), "male", *orders) == date(2024, 6, 1)


def test_a_risk_asks_from_the_day_it_was_known(place):
    found = since(place, "syphilis_screening", date(1990, 1, 1), "male", diagnosed("A54.00", date(2026, 8, 14)))

    assert found == date(2026, 8, 14)


def test_an_interval_that_ran_out_goes_before_all_of_this(place):
    def mammogram(who):
        charts.observation(who, MAMMOGRAPHY, date(2019, 3, 1), category="imaging")

    assert since(place, "breast_screening", date(1956, 2, 11), "female", mammogram) == date(2021, 3, 1)


STOOL_TEST = Code("29771-3", LOINC)


def stool_test(day: date):
    return lambda who: charts.observation(who, STOOL_TEST, day, value_text="Negative")


@pytest.mark.parametrize(
    ("born", "done", "expected"),
    [
        # She turned 45 in 2019, when nobody asked people under 50: the test of 2016 made nobody late in 2017.
        (date(1974, 2, 11), date(2016, 10, 4), date(2021, 5, 18)),
        (date(1978, 6, 1), date(2016, 10, 4), date(2023, 6, 1)),
        # Asked since her fiftieth birthday: late since the test ran out.
        (date(1960, 2, 11), date(2016, 10, 4), date(2017, 10, 4)),
        # It ran out three days after she was asked.
        (date(1978, 6, 1), date(2022, 6, 4), date(2023, 6, 4)),
    ],
)
def test_a_test_that_ran_out_before_anybody_asked_makes_nobody_late(place, born, done, expected):
    one = somebody(place, born, "female", stool_test(done))

    assert due(one)[one.pk, "colorectal_screening"] == expected
    with arranging():
        found = explain(CareGap.objects.get(member=one, rule="colorectal_screening"), AS_OF)
    assert found.since == expected
    assert found.since_why == {
        date(2021, 5, 18): "when this was first recommended at that age",
        date(2023, 6, 1): "turned 45",
    }.get(expected, "")


def test_an_early_test_that_still_runs_keeps_somebody_from_being_due(place):
    def colonoscopy(who):
        charts.procedure(who, Code("73761001", SNOMED), date(2018, 3, 1))

    one = somebody(place, date(1978, 6, 1), "female", colonoscopy)
    found = due(one)

    assert (one.pk, "colorectal_screening") not in found
    with arranging():
        state = CareRuleState.objects.get(member=one, rule="colorectal_screening")
    assert state.next_due_on == date(2028, 3, 1)


def test_who_was_asked_later_waits_shorter_in_a_campaigns_score(place):
    with arranging():
        policy(place[0])
    late, early = (somebody(place, born, "female", stool_test(date(2016, 10, 4))) for born in (
        date(1960, 2, 11), date(1980, 11, 1)
    ))  # fmt: skip
    due(late, early)
    queue(late, early, as_of=AS_OF, at=AT)

    with arranging():
        scores = dict(
            OutreachEpisode.objects.filter(gap__rule="colorectal_screening").values_list("member_id", "score")
        )
    assert scores[late.pk] - scores[early.pk] > 2, "nine years against one: three weigh in full"


def test_the_explanation_says_why_since_then(place):
    older, joined_later, younger, treated = (
        somebody(place, date(1956, 2, 11), covered=((date(2000, 1, 1), None),)),
        somebody(place, date(1956, 2, 11)),
        somebody(place, date(1985, 3, 1)),
        somebody(place, date(1960, 1, 1), "male", diagnosed("E11.9", date(2022, 4, 1))),
    )
    due(older, joined_later, younger, treated)

    def said(one, rule: str, on: date = AS_OF) -> str:
        with arranging():
            return explain(CareGap.objects.get(member=one, rule=rule), on).since_why

    assert said(older, "breast_screening", date(2004, 1, 1)) == "when this was first recommended at that age"
    assert said(older, "breast_screening") == "", "of 2002 the date tells nobody anything"
    assert said(joined_later, "breast_screening") == "", "what came before she joined nobody knows"
    assert said(younger, "breast_screening") == "turned 40"
    assert said(treated, "blood_pressure", date(2021, 1, 1)) == "first covered here"
    assert said(treated, "hba1c") == ""


def test_versions_stand_latest_first():
    for rule in RULES:
        days = [rule.since, *(one.since for one in rule.earlier)]
        assert days == sorted(days, reverse=True), rule.id
        sooner = [one.since for one in rule.sooner]
        assert sooner == sorted(sooner, reverse=True), rule.id
    assert BY_ID["osteoporosis_screening"].from_age == 65
    assert vs.DIABETES in {code for branch in BY_ID["hba1c"].onset.branches for code in branch.retrieve.codes}
