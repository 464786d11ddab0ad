"""Children: eyes from 3 to 5, fluoride on the first teeth, help with weight, sun and skin until 24.

Sources: USPSTF recommendation statements, by the dates beside each rule. Counselling on sun and skin is for fair skin,
which no record says: everybody is asked, once a year with the check-up (our own choice), and whoever needs none is told
so. Before it: 8 May 2012 (10–24).
"""

from datetime import date

from django.utils.translation import gettext_lazy as _

from prevention.engine.elements import quantity
from prevention.engine.measure import Asked, CareRule, WayOut
from prevention.engine.members import age_at, age_in_months_at_least
from prevention.engine.moments import as_of, months, years
from prevention.measures import value_sets as vs
from prevention.rules import value_sets as own
from prevention.rules.common import (
    ONCE,
    diagnoses_now,
    final_results,
    has_now,
    in_hospice,
    last_value,
    recorded,
    settles,
)

body_mass_percentile = final_results(own.BODY_MASS_PERCENTILE)

VISION = CareRule(
    id="child_vision",
    title=_("Eye test between 3 and 5"),
    member_title=_("Eye test for your child"),
    why=_("One test before school finds a weak eye while it can still learn to see."),
    source="USPSTF 2017-09-05, grade B",
    grade="B",
    since=date(2017, 9, 5),
    from_age=3,
    applies=age_at(as_of).between(3, 5),
    excluded=in_hospice,
    closers=(settles("eye test", recorded(own.VISION_SCREENING, *own.VISION_SCREENING_BILLED), ONCE),),
    ways=(WayOut("book", _("Book the eye test"), visit_type="EYE-EXAM"),),
)

FLUORIDE = CareRule(
    id="fluoride_varnish",
    title=_("Fluoride varnish on first teeth"),
    member_title=_("Fluoride for your child's teeth"),
    why=_("Fluoride painted on the first teeth twice a year keeps them from decay."),
    source="USPSTF 2021-12-07, grade B; every six months by the AAP's periodicity schedule",
    grade="B",
    since=date(2021, 12, 7),
    from_age=0,
    from_months=6,
    # From the first tooth, which comes by six months as a rule, until the fifth birthday.
    applies=age_in_months_at_least(as_of, 6) & age_at(as_of).between(0, 4),
    excluded=in_hospice,
    closers=(
        settles("fluoride varnish", recorded(vs.FLUORIDE_VARNISH_APPLICATION_FOR_CHILDREN, own.FLUORIDE), months(6)),
    ),
    at_visit=True,
    remind=False,
)

OBESITY = CareRule(
    id="child_obesity",
    title=_("Help with weight for children with obesity"),
    member_title=_("Help with weight for your child"),
    why=_("Intensive help for the whole family lets a child grow into a healthy weight."),
    source="USPSTF 2024-06-18, grade B",
    grade="B",
    since=date(2024, 6, 18),
    from_age=6,
    earlier=(Asked(date(2017, 6, 20), 6, 18),),
    onset=body_mass_percentile.where(quantity(">=", 95, "%")).union(diagnoses_now(own.CHILD_OBESITY)),
    applies=age_at(as_of).between(6, 18)
    & (last_value(body_mass_percentile, ">=", 95, "%") | has_now(own.CHILD_OBESITY)),
    excluded=in_hospice,
    closers=(settles("counselling", recorded(own.WEIGHT_COUNSELLING), years(1)),),
    at_visit=True,
    remind=False,
)

SUN_AND_SKIN = CareRule(
    id="skin_cancer_counselling",
    title=_("Counselling on sun and skin"),
    member_title=_("Talk about sun and skin"),
    why=_("Fair skin that is kept from burning while young has less cancer later."),
    source="USPSTF 2018-03-20, grade B; yearly by our own choice",
    grade="B",
    since=date(2018, 3, 20),
    from_age=0,
    from_months=6,
    earlier=(Asked(date(2012, 5, 8), 10, 24),),
    applies=age_in_months_at_least(as_of, 6) & age_at(as_of).between(0, 24),
    excluded=in_hospice,
    closers=(settles("counselling", recorded(own.SUN_PROTECTION), years(1)),),
    at_visit=True,
    talk="sun-protection",
    remind=False,
)

RULES = (VISION, FLUORIDE, OBESITY, SUN_AND_SKIN)
