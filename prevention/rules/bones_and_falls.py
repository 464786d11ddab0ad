"""Bone density in women, exercise for those who fall.

Sources: USPSTF, Osteoporosis to Prevent Fractures: Screening, 14 January 2025, grade B (before it: 26 June 2018, 18
January 2011, 17 September 2002: from 65; younger ones at risk since 2018); Falls Prevention in Community-Dwelling Older
Adults, 4 June 2024, grade B.
"""

from datetime import date

from django.utils.translation import gettext_lazy as _

from prevention.engine.measure import Asked, CareRule, WayOut
from prevention.engine.members import administrative_sex, age_at
from prevention.engine.moments import as_of, years
from prevention.measures import value_sets as vs
from prevention.rules import surveillance
from prevention.rules import value_sets as own
from prevention.rules.common import (
    ONCE,
    diagnosed_since,
    diagnoses_since,
    ever_diagnosed,
    in_hospice,
    recorded,
    settles,
)

DXA = vs.DXA_DUAL_ENERGY_XRAY_ABSORPTIOMETRY_SCAN

at_risk_of_fracture = ever_diagnosed(own.POSTMENOPAUSAL) & ever_diagnosed(own.FRACTURE_RISK, own.TOBACCO_USER)

OSTEOPOROSIS = CareRule(
    id="osteoporosis_screening",
    title=_("Osteoporosis screening"),
    member_title=_("Bone density scan"),
    why=_("A scan from 65, or earlier after the menopause at risk, shows whether bones need protection from breaking."),
    source="USPSTF 2025-01-14, grade B",
    grade="B",
    since=date(2025, 1, 14),
    from_age=65,
    earlier=(Asked(date(2018, 6, 26), 65), Asked(date(2011, 1, 18), 65), Asked(date(2002, 9, 17), 65)),
    sooner=(Asked(date(2018, 6, 26), 45, 64, when=at_risk_of_fracture),),
    applies=administrative_sex("female")
    & (age_at(as_of).at_least(65) | (age_at(as_of).between(45, 64) & at_risk_of_fracture)),
    excluded=in_hospice | ever_diagnosed(own.OSTEOPOROSIS),
    # The USPSTF names no interval; what follows a scan goes by its result, where that is coded.
    closers=(settles("bone density scan", recorded(DXA, own.BONE_DENSITY), ONCE),),
    surveillance=surveillance.BONES,
    ways=(WayOut("book", _("Book the scan"), visit_type="DXA"),),
)

FALLS = CareRule(
    id="falls_prevention",
    title=_("Exercise to prevent falls"),
    member_title=_("Exercise against falls"),
    why=_("After a fall, or unsteady on one's feet, exercise for strength and balance prevents the next fall."),
    source="USPSTF 2024-06-04, grade B",
    grade="B",
    since=date(2024, 6, 4),
    from_age=65,
    applies=age_at(as_of).at_least(65) & diagnosed_since(years(2), own.FALLS_RISK),
    onset=diagnoses_since(years(2), own.FALLS_RISK),
    excluded=in_hospice,
    closers=(settles("exercise or physiotherapy", recorded(own.FALLS_PREVENTION), years(1)),),
    at_visit=True,
    remind=False,
)

RULES = (OSTEOPOROSIS, FALLS)
