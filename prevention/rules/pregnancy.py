"""Pregnancy: tests at its beginning, glucose from 24 weeks, blood pressure throughout, aspirin where risk is high.

Sources: USPSTF recommendation statements, by the dates beside each rule. Antibodies are looked for again in the weeks
from 24 to 28 unless the father is known to be rhesus-negative too: that stands in another record, so the woman is asked
and says so ("does not want it"). "In this pregnancy" is the last nine months:
where only a diagnosis says so, nobody knows the first day.
"""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from prevention.engine.elements import value_in
from prevention.engine.facts import Facts, effective
from prevention.engine.measure import Asked, CareRule, Closer, Unanswered
from prevention.engine.members import Condition, last
from prevention.engine.moments import Duration, days, months, past
from prevention.measures import value_sets as vs
from prevention.rules import positives
from prevention.rules import value_sets as own
from prevention.rules.common import (
    ONCE,
    active_medicine,
    ever_diagnosed,
    final_results,
    has_now,
    in_this_pregnancy,
    is_pregnant,
    recorded,
    settles,
    test_of,
    this_pregnancy,
    weeks_pregnant,
)
from prevention.rules.infections import has_hiv, hiv_tests

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FROM_AGE = 10


def in_pregnancy(
    id: str,
    title: "StrOrPromise",
    member_title: "StrOrPromise",
    why: "StrOrPromise",
    grade: str,
    published: date,
    closer: Closer,
    *,
    code: str = "",
    applies: Condition = is_pregnant,
    excluded: Condition | None = None,
    at_visit: bool = False,
    unanswered: tuple[Unanswered, ...] = (),
    earlier: tuple[Asked, ...] = (),
) -> CareRule:
    """A rule of pregnancy; `code`: the LOINC of the test that closes it, which is ordered with the others."""
    ways = test_of(code, id) if code else ()
    return CareRule(
        id=id,
        title=title,
        member_title=member_title,
        why=why,
        source=f"USPSTF {published}, grade {grade}",
        grade=grade,
        since=published,
        from_age=FROM_AGE,
        earlier=earlier,
        applies=applies,
        closers=(closer,),
        begins=this_pregnancy,
        confidential=True,
        ways=ways,
        at_visit=at_visit,
        remind=not at_visit,
        unanswered=unanswered,
        **({"excluded": excluded} if excluded is not None else {}),  # type: ignore[arg-type]
    )


def once_in_it(what: str, *codes: object, every: Duration = ONCE) -> Closer:
    return settles(what, in_this_pregnancy(recorded(*codes)), every)  # type: ignore[arg-type]


def since_24_weeks(facts: Facts) -> Facts:
    """Those since the twenty-fourth week: at the end of the twenty-eighth it is 34 days back."""
    return facts.where(effective.latest.during(past(days(34))))


def antibody_test(
    id: str,
    title: "StrOrPromise",
    member_title: "StrOrPromise",
    why: "StrOrPromise",
    grade: str,
    lately: Callable[[Facts], Facts],
    **more: Any,
) -> CareRule:
    """Antibodies against blood groups, looked for within what `lately` leaves of the tests."""
    closer = settles("antibody screen", lately(recorded(own.ANTIBODY_SCREEN)), ONCE)
    return in_pregnancy(id, title, member_title, why, grade, date(2004, 2, 15), closer, code="890-4", **more)


rhesus_negative = last(final_results(own.RHESUS), value_in(own.RHESUS_NEGATIVE), by=effective.latest) | ever_diagnosed(
    own.RHESUS_NEGATIVE
)

RULES = (
    in_pregnancy(
        "pregnancy_hepatitis_b",
        _("Hepatitis B test in pregnancy"),
        _("Hepatitis B test"),
        _("Found in time, hepatitis B is kept from the baby."),
        "A",
        date(2019, 7, 23),
        once_in_it("hepatitis B test", own.HEPATITIS_B_TEST),
        code="5196-1",
        excluded=ever_diagnosed(own.HEPATITIS_B),
        unanswered=positives.HEPATITIS_B.unanswered(),
    ),
    in_pregnancy(
        "pregnancy_hiv",
        _("HIV test in pregnancy"),
        _("HIV test"),
        _("Treatment in pregnancy keeps HIV from the baby."),
        "A",
        date(2019, 6, 11),
        settles("HIV test", in_this_pregnancy(hiv_tests), ONCE),
        code="56888-1",
        excluded=has_hiv,
        unanswered=positives.HIV.unanswered(),
    ),
    in_pregnancy(
        "pregnancy_syphilis",
        _("Syphilis test in pregnancy"),
        _("Syphilis test"),
        _("Syphilis harms the baby and is cured by an antibiotic in time."),
        "A",
        date(2025, 5, 13),
        once_in_it("syphilis test", vs.SYPHILIS_TESTS, own.SYPHILIS_TEST),
        code="24110-9",
        earlier=(Asked(date(2018, 9, 4), FROM_AGE), Asked(date(2009, 5, 19), FROM_AGE)),
        unanswered=positives.SYPHILIS.unanswered(),
    ),
    in_pregnancy(
        "pregnancy_rhesus",
        _("Rhesus factor in pregnancy"),
        _("Blood group and rhesus factor"),
        _("The test shows whether you need an injection that protects the next baby."),
        "A",
        date(2004, 2, 15),
        # A blood group does not change: any earlier result will do.
        settles("rhesus factor", recorded(own.RHESUS), ONCE),
        code="10331-7",
    ),
    antibody_test(
        "pregnancy_antibodies",
        _("Antibody test in pregnancy"),
        _("Blood test for antibodies"),
        _("The test shows antibodies in your blood that could harm the baby, while there is time to watch over it."),
        "A",
        in_this_pregnancy,
        unanswered=positives.ANTIBODIES.unanswered(),
    ),
    antibody_test(
        "rhesus_antibodies",
        _("Antibody test again at 24 to 28 weeks, rhesus negative"),
        _("Blood test for antibodies, again"),
        _("You are rhesus negative: antibodies are looked for again now, before the injection that protects the baby."),
        "B",
        since_24_weeks,
        applies=weeks_pregnant(24, 28, own.WEEKS_24_TO_28) & rhesus_negative,
        excluded=ever_diagnosed(own.SENSITISED),
        unanswered=positives.ANTIBODIES.unanswered(),
    ),
    in_pregnancy(
        "pregnancy_urine_culture",
        _("Urine culture in pregnancy"),
        _("Urine test"),
        _("Bacteria in the urine without signs can become a kidney infection in pregnancy."),
        "B",
        date(2019, 9, 24),
        once_in_it("urine culture", own.URINE_CULTURE),
        code="630-4",
        unanswered=positives.URINE.unanswered(),
    ),
    in_pregnancy(
        "gestational_diabetes",
        _("Gestational diabetes screening"),
        _("Sugar test in pregnancy"),
        _("From 24 weeks a sugar test shows diabetes that comes with pregnancy."),
        "B",
        date(2021, 8, 10),
        once_in_it("glucose test", own.GESTATIONAL_GLUCOSE),
        code="1504-0",
        applies=weeks_pregnant(24, 42, own.WEEKS_24_OR_MORE),
        excluded=has_now(vs.DIABETES),
        unanswered=positives.GESTATIONAL_SUGAR.unanswered(),
    ),
    in_pregnancy(
        "pregnancy_blood_pressure",
        _("Blood pressure in pregnancy"),
        _("Blood pressure check"),
        _("High blood pressure in pregnancy is watched for at every visit."),
        "B",
        date(2023, 9, 19),
        settles("blood pressure", final_results(own.BLOOD_PRESSURE), months(1)),
        at_visit=True,
    ),
    in_pregnancy(
        "preeclampsia_aspirin",
        _("Aspirin against pre-eclampsia"),
        _("Aspirin in pregnancy"),
        _("A small dose of aspirin from 12 weeks lowers the risk of high blood pressure in pregnancy. Talk about it."),
        "B",
        date(2021, 9, 28),
        settles("low-dose aspirin", in_this_pregnancy(active_medicine(own.LOW_DOSE_ASPIRIN)), ONCE),
        applies=weeks_pregnant(12, 28, own.WEEKS_12_TO_28) & ever_diagnosed(own.PREECLAMPSIA_RISK),
        at_visit=True,
    ),
    in_pregnancy(
        "pregnancy_weight",
        _("Counselling on weight in pregnancy"),
        _("Talk about weight in pregnancy"),
        _("Advice on food and movement keeps the gain in weight within what is healthy."),
        "B",
        date(2021, 5, 25),
        once_in_it("counselling", own.WEIGHT_COUNSELLING),
        at_visit=True,
    ),
)
