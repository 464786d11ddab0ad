"""Women with breast or ovarian cancer in the family, or behind them, are offered genetic counselling.

Source: USPSTF, BRCA-Related Cancer: Risk Assessment, Genetic Counseling, and Genetic Testing, 20 August 2019, grade B;
before it 24 December 2013. Ancestry, the other ground, is not in the record.
"""

from datetime import date

from django.utils.translation import gettext_lazy as _

from prevention.engine.measure import Asked, CareRule
from prevention.engine.members import administrative_sex, age_at
from prevention.engine.moments import as_of
from prevention.rules import value_sets as own
from prevention.rules.common import ONCE, diagnoses, ever_diagnosed, in_hospice, recorded, settles

RULE = CareRule(
    id="brca_risk",
    title=_("Genetic counselling on breast and ovarian cancer"),
    member_title=_("Cancer in the family"),
    why=_("With breast or ovarian cancer in the family, counselling shows whether a gene test would help you."),
    source="USPSTF 2019-08-20, grade B",
    grade="B",
    since=date(2019, 8, 20),
    from_age=18,
    earlier=(Asked(date(2013, 12, 24), 18),),
    onset=diagnoses(own.BRCA_FAMILY),
    applies=administrative_sex("female") & age_at(as_of).at_least(18) & ever_diagnosed(own.BRCA_FAMILY),
    excluded=in_hospice,
    closers=(settles("genetic counselling", recorded(own.GENETIC_COUNSELLING), ONCE),),
    at_visit=True,
    remind=False,
)
