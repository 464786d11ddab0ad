"""Before, during and after a pregnancy, at a visit: folic acid, breastfeeding, depression that can be prevented.

Sources: USPSTF recommendation statements, by the dates beside each rule; folic acid before that 10 January 2017. It
asks for folic acid in everybody who could become pregnant: from 15 to 49, as the World Health Organization counts
childbearing age, unless the record says that they cannot. Whoever carries a higher risk of depression around birth is
told by what the USPSTF names and a record holds: a depression that is past, youth, violence, and trouble with money,
housing or partner. It states no intervals; those here are our own choice.
"""

from datetime import date

from django.utils.translation import gettext_lazy as _

from prevention.engine.measure import Asked, CareRule
from prevention.engine.members import age_at, exists, has_organ
from prevention.engine.moments import as_of, months, years
from prevention.rules import value_sets as own
from prevention.rules.common import (
    ONCE,
    active_medicine,
    diagnoses_since,
    ever_diagnosed,
    ever_done,
    has_now,
    in_hospice,
    is_pregnant,
    recorded,
    settles,
    this_pregnancy,
)

births = diagnoses_since(months(12), own.GIVEN_BIRTH)
lately_born = exists(diagnoses_since(months(6), own.GIVEN_BIRTH))
with_uterus = has_organ("uterus", usual_in=("female",))

FOLIC_ACID = CareRule(
    id="folic_acid",
    confidential=True,
    title=_("Folic acid for whoever could become pregnant"),
    member_title=_("Talk about folic acid"),
    why=_("Folic acid every day, from before a pregnancy begins, keeps the spine and brain of a baby from harm."),
    source="USPSTF 2023-08-01, grade A; yearly by our own choice",
    grade="A",
    since=date(2023, 8, 1),
    from_age=15,
    earlier=(Asked(date(2017, 1, 10), 15),),
    applies=age_at(as_of).between(15, 49) & with_uterus,
    excluded=in_hospice | ever_diagnosed(own.CANNOT_BECOME_PREGNANT) | ever_done(own.HYSTERECTOMY),
    closers=(
        settles("folic acid", active_medicine(own.FOLIC_ACID), ONCE),
        settles("counselling", recorded(own.FOLIC_ACID), years(1)),
    ),
    at_visit=True,
    talk="folic-acid",
    remind=False,
)

BREASTFEEDING = CareRule(
    id="breastfeeding",
    confidential=True,
    title=_("Support of breastfeeding"),
    member_title=_("Help with breastfeeding"),
    why=_("Help before and after the birth lets mothers who want to breastfeed do so, and longer."),
    source="USPSTF 2025-04-08, grade B; once in pregnancy and again after the birth",
    grade="B",
    since=date(2025, 4, 8),
    from_age=10,
    earlier=(Asked(date(2016, 10, 25), 10),),
    applies=with_uterus & (is_pregnant | lately_born),
    excluded=in_hospice,
    begins=this_pregnancy.union(births),
    closers=(settles("support of breastfeeding", recorded(own.BREASTFEEDING_SUPPORT), months(6)),),
    at_visit=True,
    talk="breastfeeding",
    remind=False,
)

PERINATAL_DEPRESSION = CareRule(
    id="perinatal_depression",
    confidential=True,
    title=_("Counselling that prevents depression around birth"),
    member_title=_("Talk about mood around birth"),
    why=_("Some carry a higher risk of depression around a birth. A few sessions of counselling lower it."),
    source="USPSTF 2019-02-12, grade B; once for each birth",
    grade="B",
    since=date(2019, 2, 12),
    from_age=10,
    applies=with_uterus
    & (is_pregnant | exists(births))
    & (ever_diagnosed(own.DEPRESSION_OR_BIPOLAR) | ever_diagnosed(own.PERINATAL_RISK) | age_at(as_of).between(10, 19)),
    # Whoever is depressed now is treated, not kept from it.
    excluded=in_hospice | has_now(own.DEPRESSION_OR_BIPOLAR),
    begins=this_pregnancy.union(births),
    closers=(settles("counselling", recorded(own.PERINATAL_COUNSELLING), years(1)),),
    at_visit=True,
    talk="perinatal-depression",
    remind=False,
)

RULES = (FOLIC_ACID, BREASTFEEDING, PERINATAL_DEPRESSION)
