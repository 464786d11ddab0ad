"""What follows from a labelled fact is as quiet as the fact: lists, messages and a parent see none of it."""

from datetime import date

import pytest

from clinical.models import Condition
from clinical.sensitivity import visible
from core import terminology
from members.models import Sensitivity
from prevention.models import CareGap, OutreachEpisode
from tests.clinical.factories import account, arranging, member, proxy, region, system
from tests.prevention import charts
from tests.prevention.outreach.factories import policy, queue, reached_by, reminders
from tests.prevention.test_guidelines import PREGNANT, icd
from tests.prevention.test_rules import AS_OF, evaluate, state

pytestmark = pytest.mark.django_db

MINOR = int(Sensitivity.MINOR_CONSENTED)
KEPT = int(Sensitivity.REPRODUCTIVE) | MINOR


@pytest.fixture(autouse=True)
def own_sets(db):
    terminology.load_own()


@pytest.fixture
def girl():
    """16, with an account and a mobile; her mother sees her record."""
    with arranging():
        of = system()
        policy(of)
        made = member(of, "Ana", birth_date=date(2010, 3, 1), region=region(of))
        charts.enrol(made)
        reached_by(made, "email", "sms", "letter")
        made.parent = account("Her Mother")
        proxy(made.parent, made, "view")
    return made


def label(of, sensitivity: int) -> None:
    with arranging():
        Condition.objects.filter(member=of).update(sensitivity=sensitivity)


def open_rules(of, user=None) -> set[str]:
    with arranging():
        rows = CareGap.objects.filter(member=of, status="open")
        return set((visible(rows, user, of) if user else rows).values_list("rule", flat=True))


def test_a_parent_reads_nothing_that_follows_from_a_labelled_pregnancy(girl):
    evaluate(girl)
    before = open_rules(girl)
    with arranging():
        PREGNANT(girl)
    label(girl, KEPT)
    evaluate(girl)

    follow = open_rules(girl) - before
    assert {"pregnancy_hiv", "pregnancy_urine_culture"} <= follow
    assert len(follow) >= 9
    assert not open_rules(girl, girl.parent) & follow
    assert open_rules(girl, girl.parent) >= {"blood_pressure"} & before, "what does not follow from it stays"
    assert {state(girl, rule).sensitivity for rule in follow} == {KEPT}

    queue(girl)
    with arranging():
        entered = set(OutreachEpisode.objects.values_list("gap__rule", flat=True))
    assert not entered & follow
    assert not {one.gap.rule for one in reminders(girl)} & follow
    assert set(evaluate(girl).values()) <= {0, 1}, "a second look finds nothing to change"


def test_a_label_that_comes_later_reaches_what_is_due_and_leaves_when_it_is_lifted(girl):
    with arranging():
        PREGNANT(girl)
    evaluate(girl)
    assert state(girl, "pregnancy_hiv").sensitivity == MINOR, "at sixteen nobody else learns of it"
    label(girl, KEPT)
    evaluate(girl)
    with arranging():
        assert CareGap.objects.get(member=girl, rule="pregnancy_hiv").sensitivity == KEPT
    label(girl, 0)
    evaluate(girl)
    with arranging():
        assert CareGap.objects.get(member=girl, rule="pregnancy_hiv").sensitivity == MINOR


def test_what_no_longer_applies_keeps_its_label(girl):
    with arranging():
        PREGNANT(girl)
    label(girl, KEPT)
    evaluate(girl)
    evaluate(girl, as_of=date(AS_OF.year + 2, 1, 1))
    with arranging():
        gap = CareGap.objects.get(member=girl, rule="pregnancy_hiv")
    assert (gap.status, gap.sensitivity) == ("excluded", KEPT)


def test_where_the_age_alone_would_do_the_fact_is_no_ground():
    """From 65 on bones are measured, whoever one is; before that for a reason, which the gap would tell."""
    with arranging():
        of = system()
        younger, older = (
            member(of, name, birth_date=born, region=region(of))
            for name, born in (("Bea", date(1971, 3, 1)), ("Cleo", date(1951, 3, 1)))
        )
        for one in (younger, older):
            charts.enrol(one)
            icd("Z78.0")(one)
            icd("Z79.52")(one)
    for one in (younger, older):
        label(one, KEPT)
    evaluate(younger, older)
    assert state(younger, "osteoporosis_screening").sensitivity == KEPT
    assert state(older, "osteoporosis_screening").sensitivity == 0
