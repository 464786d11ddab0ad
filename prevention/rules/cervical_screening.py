"""Cervical cancer screening from 21 to 65: cytology every three years, or from 30 an HPV test every five.

Source: USPSTF, Cervical Cancer: Screening, 21 August 2018, grade A. Before it: 19 June 2012 (21–65), 22 January 2003
(from 21 at the latest, to 65), Guide to Clinical Preventive Services, 1996 (from 18 where nothing else is known).
"""

from datetime import date

from django.utils.translation import gettext_lazy as _

from prevention.engine.elements import has_value
from prevention.engine.facts import LOINC, ValueSet
from prevention.engine.measure import Asked, CareRule, WayOut
from prevention.engine.members import age_at, exists, has_organ
from prevention.engine.moments import as_of, years
from prevention.rules import positives, surveillance
from prevention.rules import value_sets as own
from prevention.rules.common import completed, ever_diagnosed, ever_done, final_results, in_hospice, settles
from prevention.rules.positives import HPV_TEST, PAP_TEST

HYSTERECTOMY_NO_CERVIX = ValueSet("Hysterectomy with No Residual Cervix", "2.16.840.1.113883.3.464.1003.198.12.1014")
ABSENCE_OF_CERVIX = ValueSet("Congenital or Acquired Absence of Cervix", "2.16.840.1.113883.3.464.1003.111.12.1016")

RULE = CareRule(
    id="cervical_screening",
    title=_("Cervical cancer screening"),
    member_title=_("Cervical cancer test"),
    why=_("A test every three to five years from 21 to 65 finds changes before they become cancer."),
    source="USPSTF 2018-08-21, grade A",
    since=date(2018, 8, 21),
    from_age=21,
    earlier=(
        Asked(date(2012, 6, 19), 21, 65),
        Asked(date(2003, 1, 22), 21, 65),
        Asked(date(1996, 1, 1), 18),
    ),
    # After high-grade changes for 25 years, beyond 65 as well (`surveillance`).
    applies=(age_at(as_of).between(21, 65) | (age_at(as_of).at_least(66) & exists(surveillance.HIGH_GRADE)))
    & has_organ("cervix", usual_in=("female",)),
    excluded=in_hospice | ever_diagnosed(ABSENCE_OF_CERVIX) | ever_done(HYSTERECTOMY_NO_CERVIX, own.HYSTERECTOMY),
    closers=(
        # Before 30 an HPV test does not lengthen the interval.
        settles(
            "HPV test",
            # As in CMS124: a test without a result is none.
            final_results(HPV_TEST, own.HPV_TEST).where(has_value),
            years(3),
            (age_at(as_of).at_least(30), years(5)),
        ),
        settles("HPV test", completed(HPV_TEST, own.HPV_TEST), years(3), (age_at(as_of).at_least(30), years(5))),
        settles("Pap test", final_results(PAP_TEST, own.PAP_TEST).where(has_value), years(3)),
        settles("Pap test", completed(PAP_TEST, own.PAP_TEST), years(3)),
    ),
    unanswered=(
        *positives.HPV_16_OR_18.unanswered(),
        *positives.HPV.unanswered(),
        *positives.UNDETERMINED.unanswered(),
        *positives.CYTOLOGY.unanswered(),
    ),
    surveillance=surveillance.CERVIX,
    ways=(
        WayOut("order", _("Send me a home kit"), code="21440-3", system=LOINC, protocol="hpv_self_collection"),
        WayOut("book", _("Book a visit"), visit_type="WELLNESS"),
    ),
)
