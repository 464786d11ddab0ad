"""Questions at a visit: tobacco, alcohol, drugs, depression, anxiety, violence at home.

Sources: USPSTF recommendation statements, by the dates beside each rule. The USPSTF states no interval for these
questions; they are asked once a year, from when somebody was first covered here, as Medicare pays for (42 CFR 410.33,
HCPCS G0442 and G0444).
"""

from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from prevention.engine.facts import Facts
from prevention.engine.measure import Asked, CareRule, Unanswered
from prevention.engine.members import Condition, Never, age_at, has_organ
from prevention.engine.moments import as_of, years
from prevention.measures import value_sets as vs
from prevention.rules import positive_answers as positives
from prevention.rules import value_sets as own
from prevention.rules.common import ONCE, active_medicine, final_results, has_now, in_hospice, recorded, settles
from prevention.rules.heart_and_metabolism import smokes

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def question(
    id: str,
    title: "StrOrPromise",
    why: "StrOrPromise",
    *,
    published: date,
    grade: str,
    ages: Condition,
    from_age: int,
    what: str,
    answers: Facts,
    excluded: Condition | None = None,
    earlier: tuple[Asked, ...] = (),
    talk: str = "",
    confidential: bool = False,
    unanswered: tuple[Unanswered, ...] = (),
) -> CareRule:
    """A question at the next visit, once a year."""
    return CareRule(
        id=id,
        title=title,
        member_title=title,
        why=why,
        source=f"USPSTF {published}, grade {grade}; yearly by our own choice",
        grade=grade,
        since=published,
        from_age=from_age,
        earlier=earlier,
        applies=ages,
        excluded=in_hospice | (excluded or Never()),
        closers=(settles(what, answers, years(1)),),
        at_visit=True,
        talk=talk,
        remind=False,
        confidential=confidential,
        unanswered=unanswered,
    )


TOBACCO_HELP = CareRule(
    id="tobacco_help",
    title=_("Help to stop tobacco"),
    member_title=_("Help to stop smoking"),
    why=_("Advice together with nicotine replacement or medicine doubles the chance to stop."),
    source="USPSTF 2021-01-19, grade A (adults); 2020-04-28, grade B (children)",
    grade="A",
    since=date(2021, 1, 19),
    from_age=10,
    applies=age_at(as_of).at_least(10) & smokes,
    excluded=in_hospice,
    closers=(
        settles("counselling", recorded(vs.TOBACCO_USE_CESSATION_COUNSELING, own.TOBACCO_COUNSELLING), years(1)),
        settles(
            "medicine",
            active_medicine(vs.TOBACCO_USE_CESSATION_PHARMACOTHERAPY, own.TOBACCO_COUNSELLING),
            ONCE,
        ),
    ),
    at_visit=True,
    remind=False,
)

RULES = (
    question(
        "tobacco_screening",
        _("Question about tobacco"),
        _("Every adult is asked about tobacco, and helped to stop."),
        published=date(2021, 1, 19),
        grade="A",
        ages=age_at(as_of).at_least(18),
        from_age=18,
        earlier=(Asked(date(2015, 9, 22), 18), Asked(date(2009, 4, 21), 18)),
        what="smoking status",
        answers=final_results(vs.TOBACCO_USE_SCREENING, own.SMOKING_STATUS),
    ),
    TOBACCO_HELP,
    question(
        "tobacco_prevention",
        _("Keeping children and adolescents from tobacco"),
        _("A few words before anybody has tried it keep many from beginning."),
        published=date(2020, 4, 28),
        grade="B",
        # School-aged children and adolescents who have not begun.
        ages=age_at(as_of).between(6, 17) & ~smokes,
        from_age=6,
        earlier=(Asked(date(2013, 8, 27), 6, 17),),
        what="counselling",
        answers=recorded(own.TOBACCO_EDUCATION),
        talk="tobacco-prevention",
    ),
    question(
        "alcohol_screening",
        _("Questions about alcohol"),
        _("A few questions show whether drinking has become a risk; a short talk then helps."),
        published=date(2018, 11, 13),
        grade="B",
        ages=age_at(as_of).at_least(18),
        from_age=18,
        earlier=(Asked(date(2013, 5, 14), 18), Asked(date(2004, 4, 6), 18)),
        what="alcohol questions",
        unanswered=positives.ALCOHOL.unanswered(),
        answers=recorded(own.ALCOHOL_SCREENING),
    ),
    question(
        "drug_use_screening",
        _("Question about drugs"),
        _("Every adult is asked, so that help and treatment can be offered."),
        published=date(2020, 6, 9),
        grade="B",
        ages=age_at(as_of).at_least(18),
        from_age=18,
        what="drug use question",
        unanswered=positives.DRUGS.unanswered(),
        answers=recorded(own.DRUG_USE_SCREENING),
        excluded=has_now(vs.SUD),
    ),
    question(
        "depression_screening",
        _("Questions about depression"),
        _("Two to nine questions show depression, for which there is good treatment."),
        published=date(2022, 10, 11),
        grade="B",
        ages=age_at(as_of).at_least(12),
        from_age=12,
        earlier=(Asked(date(2016, 2, 9), 12), Asked(date(2009, 12, 1), 18)),
        what="depression questions",
        unanswered=positives.LOW_MOOD.unanswered(),
        answers=recorded(own.DEPRESSION_SCREENING),
        excluded=has_now(own.DEPRESSION_OR_BIPOLAR),
    ),
    question(
        "anxiety_screening",
        _("Questions about anxiety"),
        _("A few questions show an anxiety disorder, for which there is good treatment."),
        published=date(2022, 10, 11),
        grade="B",
        ages=age_at(as_of).between(8, 64),
        from_age=8,
        what="anxiety questions",
        unanswered=positives.ANXIETY.unanswered(),
        answers=recorded(own.ANXIETY_SCREENING),
        excluded=has_now(own.ANXIETY_DISORDER),
    ),
    question(
        "violence_screening",
        _("Question about violence at home"),
        _("Women of childbearing age are asked in private, and offered help."),
        published=date(2025, 6, 24),
        grade="B",
        ages=age_at(as_of).between(15, 49) & has_organ("uterus", usual_in=("female",)),
        from_age=15,
        earlier=(Asked(date(2018, 10, 23), 15, 49), Asked(date(2013, 1, 22), 14, 46)),
        what="questions about violence",
        confidential=True,
        answers=recorded(own.IPV_SCREENING),
    ),
)
