"""Mammography every two years from 40 to 74.

Source: USPSTF, Breast Cancer: Screening, 30 April 2024, grade B. Before it: 12 January 2016 and 17 November 2009
(50–74), 3 September 2002 (from 40), Guide to Clinical Preventive Services, 2nd edition, 1996 (50–69).
"""

from datetime import date

from django.utils.translation import gettext_lazy as _

from prevention.engine.measure import Asked, CareRule, WayOut
from prevention.engine.members import age_at, has_organ
from prevention.engine.moments import as_of, years
from prevention.measures.breast_cancer_screening_2025 import (
    BILATERAL_MASTECTOMY,
    HISTORY_OF_BILATERAL_MASTECTOMY,
    MAMMOGRAPHY,
    STATUS_POST_LEFT,
    STATUS_POST_RIGHT,
    UNILATERAL_LEFT,
    UNILATERAL_RIGHT,
)
from prevention.rules import positives, surveillance
from prevention.rules import value_sets as own
from prevention.rules.common import completed, ever_diagnosed, ever_done, final_results, in_hospice, settles

no_breast = (
    ever_diagnosed(HISTORY_OF_BILATERAL_MASTECTOMY)
    | ever_done(BILATERAL_MASTECTOMY)
    | (
        (ever_diagnosed(STATUS_POST_LEFT) | ever_done(UNILATERAL_LEFT))
        & (ever_diagnosed(STATUS_POST_RIGHT) | ever_done(UNILATERAL_RIGHT))
    )
)

RULE = CareRule(
    id="breast_screening",
    title=_("Breast cancer screening"),
    member_title=_("Mammogram"),
    why=_("A mammogram every two years from 40 to 74 finds breast cancer early, when it is easier to treat."),
    source="USPSTF 2024-04-30, grade B",
    since=date(2024, 4, 30),
    from_age=40,
    earlier=(
        Asked(date(2016, 1, 12), 50, 74),
        Asked(date(2009, 11, 17), 50, 74),
        Asked(date(2002, 9, 3), 40),
        Asked(date(1996, 1, 1), 50, 69),
    ),
    applies=age_at(as_of).between(40, 74) & has_organ("breast", usual_in=("female",)),
    excluded=in_hospice | no_breast,
    closers=(
        settles("mammogram", final_results(MAMMOGRAPHY, own.MAMMOGRAPHY), years(2)),
        settles("mammogram", completed(MAMMOGRAPHY, own.MAMMOGRAPHY), years(2)),
    ),
    unanswered=(*positives.SUSPICIOUS_MAMMOGRAM.unanswered(), *positives.INCOMPLETE_MAMMOGRAM.unanswered()),
    surveillance=surveillance.BREAST,
    ways=(WayOut("book", _("Book a mammogram"), visit_type="MAMMOGRAM"),),
)
