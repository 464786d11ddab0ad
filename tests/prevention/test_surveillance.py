"""Shorter intervals after a finding: they end before the general one, never after it, and say why on the gap."""

from datetime import date, datetime, time, timedelta

import pytest

from core import terminology
from core.models import User
from prevention.actions import set_personal_interval
from prevention.engine.codes import CPT, LOINC, SNOMED, Code
from prevention.engine.moments import months, years
from prevention.models import CareGap, CareRuleState
from prevention.outreach.explain import explain
from prevention.outreach.protocols import left_out
from prevention.rules import RULES, in_force, surveillance
from tests.clinical.factories import arranging
from tests.prevention.test_guidelines import CASES, Someone, place  # noqa: F401 (a fixture)
from tests.prevention.test_positives import diagnosis, procedure, result
from tests.prevention.test_rules import AS_OF

pytestmark = pytest.mark.django_db
PAP_TEST, HPV_TEST = Code("10524-7", LOINC), Code("21440-3", LOINC)
COLONOSCOPY = Code("73761001", SNOMED)
OVERWEIGHT = next(one for one in CASES if one.rule == "diabetes_screening").because
VIRUS, NORMAL = {"value_text": "Positive"}, {"value_text": "NILM"}


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def after(days: int, every) -> date:
    """So long after a day so many days ago."""
    return every.add_to(datetime.combine(ago(days), time())).date()


# Rule → age, sex; facts; when next.
NEXT = {
    "adenoma": ("colorectal_screening", 60, "male", (diagnosis("D12.3", 500), procedure(COLONOSCOPY, 505)),
                after(500, years(3))),
    "history of polyps": ("colorectal_screening", 60, "male",
                          (diagnosis("Z86.0101", 100), procedure(COLONOSCOPY, 900)), after(900, years(3))),
    "hyperplastic polyps": ("colorectal_screening", 60, "male",
                            (diagnosis("Z86.0102", 100), procedure(COLONOSCOPY, 900)), after(900, years(10))),
    "virus, then normal cells": ("cervical_screening", 40, "female",
                                 (result(HPV_TEST, 400, **VIRUS), result(PAP_TEST, 380, **NORMAL)),
                                 after(380, years(1))),
    "virus, then no virus": ("cervical_screening", 40, "female",
                             (result(HPV_TEST, 900, **VIRUS), result(PAP_TEST, 900, **NORMAL),
                              result(HPV_TEST, 500, value_text="Negative")), after(500, years(3))),
    "cells undetermined, no virus": ("cervical_screening", 40, "female",
                                     (result(PAP_TEST, 400, value_text="ASC-US"),
                                      result(HPV_TEST, 400, value_text="Negative")), after(400, years(3))),
    "never abnormal": ("cervical_screening", 40, "female", (result(HPV_TEST, 500, value_text="Negative"),),
                       after(500, years(5))),
    "treated": ("cervical_screening", 40, "female",
                (result(PAP_TEST, 300, value_text="HSIL"), procedure(Code("57522", CPT), 250),
                 procedure(Code("57454", CPT), 290)), after(250, months(6))),
    "treated ten years ago": ("cervical_screening", 50, "female",
                              (diagnosis("D06.9", 3700), procedure(Code("57522", CPT), 3650),
                               result(HPV_TEST, 200, value_text="Negative")), after(200, years(3))),
    "treated, and 70 by now": ("cervical_screening", 70, "female",
                               (diagnosis("D06.9", 3700), result(HPV_TEST, 200, value_text="Negative")),
                               after(200, years(3))),
    "polyps before 45": ("colorectal_screening", 40, "male", (diagnosis("D12.6", 1500), procedure(COLONOSCOPY, 1500)),
                         after(1500, years(3))),
    "polyps after 75": ("colorectal_screening", 79, "male", (diagnosis("D12.6", 1500), procedure(COLONOSCOPY, 1500)),
                        after(1500, years(3))),
    "probably benign": ("breast_screening", 50, "female", (result("24606-6", 100, value_text="BI-RADS 3"),),
                        after(100, months(6))),
    "probably benign, then benign": ("breast_screening", 50, "female",
                                     (result("24606-6", 300, value_text="BI-RADS 3"),
                                      result("24606-6", 100, value_text="BI-RADS 2")), after(100, years(2))),
    "thin bones": ("osteoporosis_screening", 67, "female",
                   (result("38265-5", 100, value_quantity=-2.2, value_unit="{Tscore}"),), after(100, years(1))),
    "somewhat thin bones": ("osteoporosis_screening", 67, "female",
                            (result("38265-5", 100, value_quantity=-1.7, value_unit="{Tscore}"),),
                            after(100, years(5))),
    "thin bones by diagnosis": ("osteoporosis_screening", 67, "female",
                                (diagnosis("M85.80", 100), procedure(Code("312681000", SNOMED), 110)),
                                after(100, years(2))),
    "raised sugar": ("diabetes_screening", 40, "male",
                     (*OVERWEIGHT, result("4548-4", 100, value_quantity=6.0, value_unit="%")), after(100, years(1))),
    "raised sugar, then not": ("diabetes_screening", 40, "male",
                               (*OVERWEIGHT, result("4548-4", 500, value_quantity=6.0, value_unit="%"),
                                result("4548-4", 100, value_quantity=5.2, value_unit="%")), after(100, years(3))),
}  # fmt: skip


@pytest.mark.parametrize("name", NEXT)
def test_a_finding_shortens_the_interval(place, name):  # noqa: F811
    rule, age, sex, facts, expected = NEXT[name]
    someone = Someone(place, age, sex)
    someone.has(*facts)
    due = someone.due()
    assert someone.state(rule).next_due_on == expected
    assert (rule in due) is (expected <= AS_OF)


@pytest.mark.parametrize(("age", "facts"), [(87, (diagnosis("D12.6", 1500),)), (40, ()), (79, ())])
def test_nobody_else_is_watched_before_45_and_after_75(place, age, facts):  # noqa: F811
    someone = Someone(place, age, "male")
    someone.has(*facts, procedure(COLONOSCOPY, 1500))
    assert "colorectal_screening" not in someone.due()
    with arranging():
        assert not CareRuleState.objects.filter(member=someone.who, rule="colorectal_screening", applies=True).exists()


def test_without_any_test_they_are_due_as_everybody(place):  # noqa: F811
    """An interval begins with what was done: a diagnosis alone puts nothing off."""
    someone = Someone(place, 60, "male")
    someone.has(diagnosis("D12.3", 100))
    assert "colorectal_screening" in someone.due()


def test_an_interval_of_a_physician_stands_before_it(place):  # noqa: F811
    someone = Someone(place, 60, "male")
    someone.has(diagnosis("D12.3", 500), procedure(COLONOSCOPY, 505))
    with arranging():
        set_personal_interval(
            someone.who,
            "colorectal_screening",
            by=User.objects.system("tests"),
            months=84,
            reason="One, 4 mm",
            start=ago(400),
        )
    someone.due()
    assert someone.state("colorectal_screening").next_due_on == after(505, years(7))


def test_the_gap_says_why_it_is_there_sooner(place):  # noqa: F811
    someone = Someone(place, 60, "male")
    someone.has(diagnosis("D12.3", 1200), procedure(COLONOSCOPY, 1205))
    assert "colorectal_screening" in someone.due()
    with arranging():
        found = CareGap.objects.select_related("member").get(member=someone.who, rule="colorectal_screening")
        said = explain(found, AS_OF)
    assert "Polyps were found in the colon: a colonoscopy after 3 years" in said.facts
    assert "Multi-Society Task Force" in said.source
    assert said.closes == ["colonoscopy, good for 3 years"], "a stool test settles nothing here"
    assert "order" not in {way.kind for way in said.now}


@pytest.mark.parametrize(
    ("protocol", "why"),
    [
        ("fit_home_kit", diagnosis("D12.3", 1200)),
        ("fit_home_kit", result("29771-3", 2000, value_quantity=250, value_unit="ng/mL")),
        ("fit_home_kit", result("29771-3", 2000, value_text="Positive for occult blood")),
        ("hpv_self_collection", diagnosis("N87.1", 1200)),
    ],
)
def test_no_kit_is_sent_to_whom_it_would_mislead(place, protocol, why):  # noqa: F811
    someone = Someone(place, 50, "female")
    with arranging():
        assert left_out(protocol, [someone.who.pk], AS_OF) == {}
    someone.has(why)
    terminology.load_own()
    with arranging():
        assert list(left_out(protocol, [someone.who.pk], AS_OF)) == [someone.who.pk]


def test_an_interval_does_not_hold_before_its_source_appeared():
    def asked(day):
        (found,) = [one for one in in_force(day) if one.id == "colorectal_screening"]
        return found.surveillance

    assert len(surveillance.ALL) == sum(len(rule.surveillance) for rule in RULES)
    later = next(rule for rule in RULES if rule.id == "breast_screening")
    assert [one.since > date(2012, 6, 1) for one in later.surveillance] == [True]
    assert asked(date(2026, 11, 22)) == surveillance.COLON
    assert all(one.source and str(one.words) for one in surveillance.ALL)
