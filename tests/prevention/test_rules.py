"""Care rules: who is due, when next, what closes it."""

from datetime import UTC, date, datetime

import pytest

from core.db import as_job
from core.models import User
from members.models import MemberTelecom, Sensitivity
from prevention.actions import evaluate_members
from prevention.measures.breast_cancer_screening_2025 import BILATERAL_MASTECTOMY, MAMMOGRAPHY
from prevention.measures.colon_cancer_screening_2025 import COLONOSCOPY, FOBT, TOTAL_COLECTOMY
from prevention.models import CareGap, CareRuleState, SurveillanceInterval
from prevention.rules.hba1c import DIABETES, HBA1C
from prevention.rules.value_sets import HIV_TEST
from tests.clinical.factories import arranging, member, region, system
from tests.prevention import charts

AS_OF = date(2026, 11, 22)
FIVE = {"breast_screening", "colorectal_screening", "cervical_screening", "blood_pressure", "hba1c"}
AT = datetime(2026, 11, 22, 18, tzinfo=UTC)  # ten in the morning in California

pytestmark = pytest.mark.django_db


@pytest.fixture
def maria():
    """52, enrolled since 2020, nothing in her chart."""
    with arranging():
        of = system()
        made = member(of, birth_date=date(1974, 2, 11), sex="female", region=region(of))
        MemberTelecom.objects.create(member=made, system="email", value="maria@example.org")
        charts.enrol(made)
    return made


def evaluate(*members, as_of=AS_OF, at=AT):
    with as_job(User.objects.system("prevention"), reason="test"):
        return evaluate_members([m.pk for m in members], as_of=as_of, at=at)


def gaps(of) -> dict[str, CareGap]:
    """Open gaps of the five rules that these tests are about; the rest have tests/prevention/test_guidelines.py."""
    with arranging():
        return {gap.rule: gap for gap in CareGap.objects.filter(member=of, status="open", rule__in=FIVE)}


def state(of, rule) -> CareRuleState:
    with arranging():
        return CareRuleState.objects.get(member=of, rule=rule)


def test_everything_due_for_somebody_who_was_never_seen(maria):
    evaluate(maria)

    assert set(gaps(maria)) == {"breast_screening", "colorectal_screening", "cervical_screening", "blood_pressure"}
    # 47 when the rule began to ask from 45; tests/prevention/test_due_since.py has the rest.
    assert gaps(maria)["colorectal_screening"].due_on == date(2021, 5, 18)


def test_without_coverage_nobody_is_due(maria):
    with arranging():
        stranger = member(maria.managing_organization, "Nora", "Nobody")
        left = member(maria.managing_organization, "Leo", "Left")
        charts.enrol(left, date(2020, 1, 1), date(2026, 11, 22))

    evaluate(stranger, left)

    assert not gaps(stranger)
    assert not gaps(left)


@pytest.mark.parametrize(
    ("done", "what", "next_due"),
    [
        (lambda m: charts.procedure(m, COLONOSCOPY, date(2018, 3, 1)), "colonoscopy", date(2028, 3, 1)),
        (
            lambda m: charts.observation(m, FOBT, date(2026, 1, 5), value_text="negative"),
            "stool test",
            date(2027, 1, 5),
        ),
        (
            lambda m: charts.observation(m, FOBT, date(2024, 1, 5), value_text="negative"),
            "stool test",
            date(2025, 1, 5),
        ),
    ],
)
def test_each_test_settles_it_for_its_own_interval(maria, done, what, next_due):
    with arranging():
        done(maria)

    evaluate(maria)

    found = state(maria, "colorectal_screening")
    assert (found.last_done_what, found.next_due_on) == (what, next_due)
    assert ("colorectal_screening" in gaps(maria)) == (next_due <= AS_OF)


def test_the_longest_standing_test_counts_not_the_latest(maria):
    """A stool test after a colonoscopy does not shorten what the colonoscopy settled."""
    with arranging():
        charts.procedure(maria, COLONOSCOPY, date(2020, 3, 1))
        charts.observation(maria, FOBT, date(2024, 1, 5), value_text="negative")

    evaluate(maria)

    assert state(maria, "colorectal_screening").next_due_on == date(2030, 3, 1)


def test_a_personal_interval_overrides_the_general_one(maria):
    with arranging():
        charts.procedure(maria, COLONOSCOPY, date(2022, 3, 1))
        SurveillanceInterval.objects.create(
            member=maria,
            rule="colorectal_screening",
            months=36,
            reason="Two adenomas",
            set_by=User.objects.system("tests"),
            period=(date(2022, 3, 1), None),
        )

    evaluate(maria)

    assert gaps(maria)["colorectal_screening"].due_on == date(2025, 3, 1)


@pytest.mark.parametrize(
    ("exclude", "rule"),
    [
        (lambda m: charts.procedure(m, BILATERAL_MASTECTOMY, date(2015, 1, 1)), "breast_screening"),
        (lambda m: charts.procedure(m, TOTAL_COLECTOMY, date(2015, 1, 1)), "colorectal_screening"),
        (lambda m: type(m).objects.filter(pk=m.pk).update(anatomy={"cervix": False}), "cervical_screening"),
    ],
)
def test_whoever_lost_the_organ_is_not_asked(maria, exclude, rule):
    with arranging():
        exclude(maria)

    evaluate(maria)

    assert rule not in gaps(maria)
    assert len(gaps(maria)) == 3


def test_the_anatomy_inventory_goes_before_sex(maria):
    with arranging():
        trans_man = member(
            maria.managing_organization,
            "Theo",
            "Tran",
            birth_date=date(1985, 1, 1),
            sex="male",
            anatomy={"cervix": True},
        )
        charts.enrol(trans_man)

    evaluate(trans_man)

    assert "cervical_screening" in gaps(trans_man)


def test_hba1c_comes_sooner_while_it_is_high(maria):
    with arranging():
        charts.condition(maria, DIABETES, date(2015, 1, 1))
        charts.observation(maria, HBA1C, date(2026, 7, 1), value_quantity="6.5", value_unit="%")
    evaluate(maria)
    assert state(maria, "hba1c").next_due_on == date(2027, 1, 1)

    with arranging():
        charts.observation(maria, HBA1C, date(2026, 7, 2), value_quantity="8.1", value_unit="%")
    evaluate(maria)

    assert state(maria, "hba1c").next_due_on == date(2026, 10, 2)
    assert "hba1c" in gaps(maria)


def test_a_result_closes_the_gap_and_says_which(maria):
    evaluate(maria)
    opened = gaps(maria)["breast_screening"]
    with arranging():
        mammogram = charts.observation(maria, MAMMOGRAPHY, date(2026, 11, 20), category="imaging")

    evaluate(maria)

    with arranging():
        opened.refresh_from_db()
    assert opened.status == "closed"
    assert opened.closed_at == AT
    assert opened.evidence["facts"] == [
        {"model": "clinical.observation", "id": str(mammogram.pk), "on": "2026-11-20"},
    ]


def test_a_gap_comes_back_when_its_result_is_withdrawn(maria):
    with arranging():
        mammogram = charts.observation(maria, MAMMOGRAPHY, date(2026, 11, 20), category="imaging")
    evaluate(maria)
    assert "breast_screening" not in gaps(maria)

    with arranging():
        type(mammogram).objects.filter(pk=mammogram.pk).update(status="entered-in-error")
    evaluate(maria)

    assert "breast_screening" in gaps(maria)


def test_a_second_evaluation_writes_nothing(maria):
    first = evaluate(maria)
    second = evaluate(maria)

    assert first["gaps_opened"] >= len(gaps(maria)) == 4
    assert {name: count for name, count in second.items() if name != "members" and count} == {}


def test_a_deferred_gap_opens_again_on_its_day(maria):
    evaluate(maria)
    with arranging():
        CareGap.objects.filter(member=maria, rule="blood_pressure").update(
            status="deferred", deferred_until=date(2027, 1, 10), defer_reason="Travelling"
        )

    evaluate(maria, as_of=date(2027, 1, 9))
    assert "blood_pressure" not in gaps(maria)

    evaluate(maria, as_of=date(2027, 1, 10))
    assert "blood_pressure" in gaps(maria)


def test_the_label_of_what_settled_a_rule_stands_on_its_state_and_gap(maria):
    evaluate(maria)
    with arranging():
        charts.observation(maria, HIV_TEST, date(2026, 10, 23), sensitivity=int(Sensitivity.HIV))
    evaluate(maria)

    with arranging():
        gap = CareGap.objects.get(member=maria, rule="hiv_screening")
        other = CareGap.objects.get(member=maria, rule="colorectal_screening")
        assert (gap.status, gap.sensitivity, other.sensitivity) == ("closed", int(Sensitivity.HIV), 0)
        assert state(maria, "hiv_screening").sensitivity == int(Sensitivity.HIV)
    # A second look finds nothing to change; a later result that is not labelled takes the label's place.
    assert set(evaluate(maria).values()) <= {0, 1}
    with arranging():
        charts.observation(maria, HIV_TEST, date(2026, 11, 1))
    evaluate(maria)
    assert state(maria, "hiv_screening").sensitivity == 0
