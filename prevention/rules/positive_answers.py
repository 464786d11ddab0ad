"""Answers to questions that ask for something more: mood, anxiety, alcohol, drugs, violence at home.

Sources: depression, CMS2 and the cut-offs of the questionnaires (PHQ-9 10, PHQ-2 3, Edinburgh scale 10); anxiety, GAD-7
10; alcohol, AUDIT-C 4 in men and 3 in women, AUDIT 8, any day of heavy drinking (USPSTF 2018-11-13); drugs, DAST-10 3,
any use of an illegal drug (USPSTF 2020-06-09); violence, HARK 1, HITS 11 (USPSTF 2025-06-24).
"""

from django.utils.translation import gettext_lazy as _

from prevention.engine.moments import years
from prevention.measures import value_sets as vs
from prevention.rules import value_sets as own
from prevention.rules.common import cpt, hcpcs, icd10cm, loinc
from prevention.rules.findings import Finding
from prevention.rules.waiting import Positive

PLANS_FOR_MOOD = (
    vs.ADOLESCENT_DEPRESSION_MEDICATIONS,
    vs.ADULT_DEPRESSION_MEDICATIONS,
    vs.REFERRAL_FOR_ADOLESCENT_DEPRESSION,
    vs.REFERRAL_FOR_ADULT_DEPRESSION,
)
# LOINC: PHQ-9 (adults, teenagers), PHQ-2, Edinburgh scale, and the summaries that CMS2 asks for.
LOW_MOOD = Positive(
    id="positive_depression_screen",
    what="positive depression questions",
    title=_("Positive questions about mood: a plan"),
    task=_("Positive questions about mood: agree on a plan"),
    findings=(
        Finding(loinc("44261-6", "89204-2"), numbers=((10, ""),), by_number=True),
        Finding(loinc("55758-7"), numbers=((3, ""),), by_number=True),
        Finding(loinc("71354-5"), numbers=((10, ""),), by_number=True),
        Finding(loinc("73831-0", "73832-8"), coded=("428181000124104",), fine_coded=("428171000124102",)),
    ),
    answers=(vs.FOLLOW_UP_FOR_ADOLESCENT_DEPRESSION, vs.FOLLOW_UP_FOR_ADULT_DEPRESSION),
    plans=PLANS_FOR_MOOD,
    repeated=True,
    known=(own.DEPRESSION_OR_BIPOLAR,),
    lasts=years(3),
    source="USPSTF 2023 and 2022; CMS2",
    days=14,
    escalate=7,
)
ANXIETY = Positive(
    id="positive_anxiety_screen",
    what="positive anxiety questions",
    title=_("Positive questions about anxiety: a plan"),
    task=_("Positive questions about anxiety: agree on a plan"),
    findings=(Finding(loinc("70274-6"), numbers=((10, ""),), by_number=True),),
    answers=(vs.FOLLOW_UP_FOR_ADOLESCENT_DEPRESSION, vs.FOLLOW_UP_FOR_ADULT_DEPRESSION),
    plans=PLANS_FOR_MOOD,
    repeated=True,
    known=(own.ANXIETY_DISORDER,),
    lasts=years(3),
    source="USPSTF 2023 and 2022; Spitzer et al., Archives of Internal Medicine 2006 (GAD-7 of 10)",
    days=30,
    escalate=14,
)
# Brief advice and treatment, as they are billed.
ADVICE_ON_USE = (*cpt("99408", "99409"), *hcpcs("G0443", "G0396", "G0397", "H0050", "G2011"))
# LOINC answers to "how often": never; less than monthly, monthly, weekly, daily; and those of AUDIT-C.
NEVER = ("LA6270-8",)
EVER_SO_OFTEN = ("LA18933-4", "LA18876-5", "LA18891-4", "LA18934-2", "LA18926-8", "LA18927-6", "LA18928-4", "LA18929-2")
# In whoever is not known as a man: at three glasses of a woman the risk is that of four of a man.
_BY_SEX = (
    "(CASE WHEN EXISTS (SELECT FROM members_member q WHERE q.id = {row}.member_id "
    "AND coalesce(nullif(q.sex_for_clinical_use, 'unknown'), q.sex) = 'male') THEN 4 ELSE 3 END)"
)
ALCOHOL = Positive(
    id="positive_alcohol_questions",
    what="positive alcohol questions",
    title=_("Positive questions about alcohol: advice"),
    task=_("Positive questions about alcohol: speak of it, offer help"),
    findings=(
        Finding(loinc("75626-2", "72109-2"), numbers=((_BY_SEX, ""),), by_number=True),
        Finding(loinc("75624-7"), numbers=((8, ""),), by_number=True),
        Finding(loinc("88037-7"), numbers=((1, ""),), by_number=True, coded=EVER_SO_OFTEN, fine_coded=NEVER),
    ),
    answers=ADVICE_ON_USE,
    repeated=True,
    known=(vs.SUD,),
    lasts=years(3),
    source="USPSTF 2018-11-13: brief behavioural counselling",
    days=30,
    escalate=14,
)
DRUGS = Positive(
    id="positive_drug_questions",
    what="positive drug questions",
    title=_("Positive questions about drugs: help"),
    task=_("Positive questions about drugs: speak of it, offer help"),
    findings=(
        Finding(loinc("82667-7"), numbers=((3, ""),), by_number=True),
        Finding(loinc("68524-8"), numbers=((1, ""),), by_number=True, coded=EVER_SO_OFTEN, fine_coded=NEVER),
    ),
    answers=ADVICE_ON_USE,
    repeated=True,
    known=(vs.SUD,),
    lasts=years(3),
    source="USPSTF 2020-06-09: offered or referred for treatment",
    days=30,
    escalate=14,
)
VIOLENCE = Positive(
    id="positive_violence_questions",
    what="positive questions about violence",
    title=_("Positive questions about violence: support"),
    task=_("Positive questions about violence: speak in private, offer support"),
    findings=(
        Finding(loinc("76504-0"), numbers=((1, ""),), by_number=True),
        Finding(loinc("95614-4"), numbers=((11, ""),), by_number=True),
    ),
    # No later "no" answers it: she may not have been alone. Support that was given does, or her clinician's word.
    diagnoses=icd10cm("Z69.11", "Z69.81"),
    lasts=years(3),
    source="USPSTF 2025-06-24: provide or refer to ongoing support services",
    # A gap that stays would tell whoever looks over her shoulder: the task alone is there.
    holds_gap=False,
    days=7,
    escalate=3,
)
