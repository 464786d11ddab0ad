"""Blood pressure: yearly from 40 or with hypertension, every three years before that.

Source: USPSTF, Hypertension in Adults: Screening, 27 April 2021, grade A (three to five years at 18–39 where not at
increased risk; the shorter is used). Before it: 13 October 2015, 4 December 2007, 14 July 2003 (from 18). Due from when
somebody was first covered here at the earliest: what others measured year by year seldom comes with a record.
"""

from datetime import date

from django.utils.translation import gettext_lazy as _

from prevention.engine.measure import Asked, CareRule, WayOut
from prevention.engine.members import age_at
from prevention.engine.moments import as_of, months, years
from prevention.measures.controlling_high_blood_pressure_2025 import BLOOD_PRESSURE, ESSENTIAL_HYPERTENSION
from prevention.rules import value_sets as own
from prevention.rules.common import final_results, has_now, in_hospice, settles

RULE = CareRule(
    id="blood_pressure",
    title=_("Blood pressure check"),
    member_title=_("Blood pressure check"),
    why=_("High blood pressure has no signs. A check takes five minutes."),
    known=ESSENTIAL_HYPERTENSION,
    why_known=_("You have high blood pressure: a check shows whether your treatment works. It takes five minutes."),
    source="USPSTF 2021-04-27, grade A",
    since=date(2021, 4, 27),
    from_age=18,
    earlier=(Asked(date(2015, 10, 13), 18), Asked(date(2007, 12, 4), 18), Asked(date(2003, 7, 14), 18)),
    ours=True,
    applies=age_at(as_of).at_least(18),
    excluded=in_hospice,
    closers=(
        settles(
            "blood pressure",
            final_results(BLOOD_PRESSURE, own.BLOOD_PRESSURE),
            years(3),
            (has_now(ESSENTIAL_HYPERTENSION), months(12)),
            (age_at(as_of).at_least(40), months(12)),
        ),
    ),
    ways=(WayOut("book", _("Book a nurse visit"), visit_type="NURSE"),),
)
