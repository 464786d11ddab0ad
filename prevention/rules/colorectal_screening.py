"""Colorectal cancer screening from 45 to 75: a stool test at home or a look inside, each with its own interval.

Source: USPSTF, Colorectal Cancer: Screening, 18 May 2021, grade A (50–75) and B (45–49). Intervals of its Table 1.
Before it: 21 June 2016 and 4 November 2008 (50–75), 16 July 2002 and Guide to Clinical Preventive Services, 1996 (from
50).
"""

from datetime import date

from django.utils.translation import gettext_lazy as _

from prevention.engine.elements import has_value
from prevention.engine.facts import LOINC
from prevention.engine.measure import Asked, CareRule, WayOut
from prevention.engine.members import age_at, exists, has_organ
from prevention.engine.moments import as_of, years
from prevention.measures.colon_cancer_screening_2025 import (
    COLONOSCOPY,
    CT_COLONOGRAPHY,
    FLEXIBLE_SIGMOIDOSCOPY,
    FOBT,
    MALIGNANT_NEOPLASM_OF_COLON,
    SDNA_FIT,
    TOTAL_COLECTOMY,
)
from prevention.rules import positives, surveillance
from prevention.rules import value_sets as own
from prevention.rules.common import completed, ever_diagnosed, ever_done, final_results, in_hospice, settles

RULE = CareRule(
    id="colorectal_screening",
    title=_("Colorectal cancer screening"),
    member_title=_("Colon cancer test"),
    why=_("Testing from 45 to 75 finds colon cancer early, or prevents it. A test you do at home is a good start."),
    source="USPSTF 2021-05-18, grade A (50–75), B (45–49)",
    since=date(2021, 5, 18),
    from_age=45,
    earlier=(
        Asked(date(2016, 6, 21), 50, 75),
        Asked(date(2008, 11, 4), 50, 75),
        Asked(date(2002, 7, 16), 50),
        Asked(date(1996, 1, 1), 50),
    ),
    # Whoever had an adenoma is watched from then on, whatever their age, until 85 (`surveillance`).
    applies=(age_at(as_of).between(45, 75) | (age_at(as_of).between(18, 85) & exists(surveillance.ADENOMAS)))
    & has_organ("colon"),
    excluded=in_hospice | ever_diagnosed(MALIGNANT_NEOPLASM_OF_COLON) | ever_done(TOTAL_COLECTOMY),
    closers=(
        settles("colonoscopy", completed(COLONOSCOPY), years(10)),
        settles("CT colonography", final_results(CT_COLONOGRAPHY), years(5)),
        settles("CT colonography", completed(CT_COLONOGRAPHY, own.CT_COLONOGRAPHY), years(5)),
        settles("flexible sigmoidoscopy", completed(FLEXIBLE_SIGMOIDOSCOPY), years(5)),
        # As in CMS130: a test without a result is none.
        settles("stool DNA test", final_results(SDNA_FIT).where(has_value), years(3)),
        settles("stool test", final_results(FOBT).where(has_value), years(1)),
        settles("stool test", completed(FOBT, own.STOOL_TEST), years(1)),
    ),
    unanswered=(*positives.STOOL.unanswered(), *positives.COLONOGRAPHY.unanswered()),
    surveillance=surveillance.COLON,
    ways=(
        WayOut(
            "order",
            _("Send me a home kit"),
            code="29771-3",
            system=LOINC,
            protocol="fit_home_kit",
        ),
        WayOut("book", _("Book a colonoscopy"), visit_type="GI-SCREEN"),
    ),
)
