"""HbA1c in diabetes: every six months, every three where the last was at or above 7 %.

Source: American Diabetes Association, Standards of Care in Diabetes 2025, section 6 (recommendations 6.1 and 6.2);
twice a year since the Standards of 2003 at the latest (Diabetes Care 2003;26 Suppl 1:S33). Due from the beginning of
diabetes, or of coverage here.
"""

from datetime import date

from django.utils.translation import gettext_lazy as _

from prevention.engine.facts import LOINC, ValueSet, effective, quantity_at_least
from prevention.engine.measure import Asked, CareRule, WayOut
from prevention.engine.members import age_at, last
from prevention.engine.moments import as_of, months
from prevention.rules.common import diagnoses_now, final_results, has_now, in_hospice, settles

DIABETES = ValueSet("Diabetes", "2.16.840.1.113883.3.464.1003.103.12.1001")
HBA1C = ValueSet("HbA1c Laboratory Test", "2.16.840.1.113883.3.464.1003.198.12.1013")

results = final_results(HBA1C)

RULE = CareRule(
    id="hba1c",
    title=_("HbA1c in diabetes"),
    member_title=_("Blood sugar test (HbA1c)"),
    why=_("This blood test shows your blood sugar over three months, and whether treatment still fits."),
    source="ADA Standards of Care 2025, 6.1–6.2",
    since=date(2025, 1, 1),
    from_age=18,
    earlier=(Asked(date(2003, 1, 1), 18),),
    onset=diagnoses_now(DIABETES),
    ours=True,
    applies=age_at(as_of).at_least(18) & has_now(DIABETES),
    excluded=in_hospice,
    closers=(
        settles(
            "HbA1c",
            results,
            months(6),
            (last(results, quantity_at_least(7, "%"), by=effective.latest), months(3)),
        ),
    ),
    costs_nothing=False,
    ways=(
        WayOut("order", _("Order the blood test"), code="4548-4", system=LOINC, protocol="hba1c_in_diabetes"),
        WayOut("order", _("Send me a home kit"), code="96595-4", system=LOINC, protocol="hba1c_home_kit"),
        WayOut("book", _("Book a nurse visit"), visit_type="NURSE"),
    ),
)
