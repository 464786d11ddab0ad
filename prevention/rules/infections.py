"""Infections that are found by a test: HIV, hepatitis B and C, syphilis, chlamydia and gonorrhoea, tuberculosis.

Sources: USPSTF recommendation statements, by the dates beside each rule; those that they replaced: HIV 30 April 2013,
hepatitis C 25 June 2013 (born 1945–1965), hepatitis B 27 May 2014, syphilis 7 June 2016, chlamydia and gonorrhoea 23
September 2014, tuberculosis 6 September 2016. The USPSTF states no interval for repeated
screening of people at risk; the yearly one is that of the CDC's STI Treatment Guidelines, 2021.
"""

from datetime import date

from django.utils.translation import gettext_lazy as _

from prevention.engine.elements import age_at_point
from prevention.engine.measure import Asked, CareRule
from prevention.engine.members import age_at, exists, has_organ
from prevention.engine.moments import as_of, years
from prevention.engine.predicates import At
from prevention.measures import value_sets as vs
from prevention.rules import positives
from prevention.rules import value_sets as own
from prevention.rules.common import (
    ONCE,
    diagnosed_since,
    diagnoses,
    diagnoses_since,
    ever_diagnosed,
    in_hospice,
    is_pregnant,
    recorded,
    settles,
    test_of,
    this_pregnancy,
)

with_hiv = diagnoses(vs.HIV, own.HIV)
has_hiv = exists(with_hiv)
hiv_tests = recorded(vs.HIV_LABORATORY_TEST_CODES, own.HIV_TEST)
recent_infection = diagnosed_since(years(1), own.STI)
sexual_risk = diagnoses_since(years(1), own.STI, own.STI_RISK)
at_sexual_risk = exists(sexual_risk)


HIV_SCREENING = CareRule(
    id="hiv_screening",
    confidential=True,
    title=_("HIV screening"),
    member_title=_("HIV test"),
    why=_("Everybody between 15 and 65 is tested once. Treatment lets people with HIV live as long as others."),
    source="USPSTF 2019-06-11, grade A",
    grade="A",
    since=date(2019, 6, 11),
    from_age=15,
    earlier=(Asked(date(2013, 4, 30), 15, 65),),
    applies=age_at(as_of).between(15, 65),
    excluded=in_hospice | has_hiv,
    closers=(settles("HIV test", hiv_tests, ONCE, (at_sexual_risk, years(1))),),
    unanswered=positives.HIV.unanswered(),
    ways=test_of("56888-1", "hiv_screening"),
)

HEPATITIS_C_SCREENING = CareRule(
    id="hepatitis_c_screening",
    title=_("Hepatitis C screening"),
    member_title=_("Hepatitis C test"),
    why=_("Every adult up to 79 is tested once. Hepatitis C is cured by tablets, and has no signs for years."),
    source="USPSTF 2020-03-02, grade B",
    grade="B",
    since=date(2020, 3, 2),
    from_age=18,
    earlier=(Asked(date(2013, 6, 25), 18, born=(1945, 1965)),),
    applies=age_at(as_of).between(18, 79),
    excluded=in_hospice | ever_diagnosed(own.HEPATITIS_C),
    closers=(settles("hepatitis C test", recorded(own.HEPATITIS_C_TEST), ONCE),),
    unanswered=positives.HEPATITIS_C.unanswered(),
    ways=test_of("16128-1", "hepatitis_c_screening"),
)

HEPATITIS_B_SCREENING = CareRule(
    id="hepatitis_b_screening",
    confidential=True,
    title=_("Hepatitis B screening at risk"),
    member_title=_("Hepatitis B test"),
    why=_("Something in your record makes hepatitis B more likely. It is treated best before it harms the liver."),
    source="USPSTF 2020-12-15, grade B",
    grade="B",
    since=date(2020, 12, 15),
    from_age=12,
    earlier=(Asked(date(2014, 5, 27), 12),),
    onset=with_hiv.union(diagnoses(own.HEPATITIS_B_RISK), diagnoses_since(years(1), own.STI)),
    # Country of birth, the commonest risk, is not in the record.
    applies=age_at(as_of).at_least(12) & (has_hiv | ever_diagnosed(own.HEPATITIS_B_RISK) | recent_infection),
    excluded=in_hospice | ever_diagnosed(own.HEPATITIS_B),
    closers=(settles("hepatitis B test", recorded(own.HEPATITIS_B_TEST), ONCE),),
    unanswered=positives.HEPATITIS_B.unanswered(),
    ways=test_of("5196-1", "hepatitis_b_screening"),
)

SYPHILIS_SCREENING = CareRule(
    id="syphilis_screening",
    confidential=True,
    title=_("Syphilis screening at risk"),
    member_title=_("Syphilis test"),
    why=_("Syphilis often has no signs, and is cured by an antibiotic."),
    source="USPSTF 2022-09-27, grade A; yearly by CDC STI Treatment Guidelines 2021",
    grade="A",
    since=date(2022, 9, 27),
    from_age=15,
    earlier=(Asked(date(2016, 6, 7), 15),),
    onset=with_hiv.union(sexual_risk),
    applies=age_at(as_of).at_least(15) & (has_hiv | at_sexual_risk),
    excluded=in_hospice | is_pregnant,
    closers=(settles("syphilis test", recorded(vs.SYPHILIS_TESTS, own.SYPHILIS_TEST), years(1)),),
    unanswered=positives.SYPHILIS.unanswered(),
    ways=test_of("24110-9", "syphilis_screening"),
)

# Up to 24 sexual activity is enough; later it takes a risk of one's own.
_asked = has_organ("cervix", usual_in=("female",)) & (
    (
        age_at(as_of).between(15, 24)
        & (
            is_pregnant
            | recent_infection
            | ever_diagnosed(own.SEXUALLY_ACTIVE)
            | diagnosed_since(years(1), own.STI_RISK)
        )
    )
    | (age_at(as_of).at_least(25) & at_sexual_risk)
)

_young = age_at_point(At(as_of), 15, 24)
_activity = sexual_risk.union(diagnoses(own.SEXUALLY_ACTIVE).where(_young), this_pregnancy.where(_young))

CHLAMYDIA_SCREENING = CareRule(
    id="chlamydia_screening",
    confidential=True,
    title=_("Chlamydia screening"),
    member_title=_("Chlamydia test"),
    why=_("Chlamydia seldom has signs and can make infertile. The test is done from a swab or urine."),
    source="USPSTF 2021-09-14, grade B; yearly by CDC STI Treatment Guidelines 2021",
    grade="B",
    since=date(2021, 9, 14),
    from_age=15,
    earlier=(Asked(date(2014, 9, 23), 15),),
    onset=_activity,
    applies=_asked,
    excluded=in_hospice,
    closers=(settles("chlamydia test", recorded(vs.CHLAMYDIA_SCREENING, own.CHLAMYDIA_TEST), years(1)),),
    unanswered=positives.CHLAMYDIA.unanswered(),
    ways=test_of("43304-5", "chlamydia_screening"),
)

GONORRHOEA_SCREENING = CareRule(
    id="gonorrhoea_screening",
    confidential=True,
    title=_("Gonorrhoea screening"),
    member_title=_("Gonorrhoea test"),
    why=_("Gonorrhoea seldom has signs and can make infertile. The test is done from a swab or urine."),
    source="USPSTF 2021-09-14, grade B; yearly by CDC STI Treatment Guidelines 2021",
    grade="B",
    since=date(2021, 9, 14),
    from_age=15,
    earlier=(Asked(date(2014, 9, 23), 15),),
    onset=_activity,
    applies=_asked,
    excluded=in_hospice,
    closers=(settles("gonorrhoea test", recorded(vs.GONORRHEA_SCREENING, own.GONORRHOEA_TEST), years(1)),),
    unanswered=positives.GONORRHOEA.unanswered(),
    ways=test_of("43305-2", "gonorrhoea_screening"),
)

STI_COUNSELLING = CareRule(
    id="sti_counselling",
    confidential=True,
    title=_("Counselling on sexually transmitted infections"),
    member_title=_("Talk about sexual health"),
    why=_("A talk about protection after an infection, or at risk of one, prevents the next."),
    source="USPSTF 2020-08-18, grade B",
    grade="B",
    since=date(2020, 8, 18),
    from_age=12,
    applies=age_at(as_of).at_least(12) & at_sexual_risk,
    onset=sexual_risk,
    excluded=in_hospice,
    closers=(settles("counselling", recorded(own.STI_COUNSELLING), years(1)),),
    at_visit=True,
    remind=False,
)

_exposed = sexual_risk.union(diagnoses_since(years(1), own.HIV_EXPOSURE))

HIV_PREVENTION = CareRule(
    id="hiv_prevention",
    confidential=True,
    title=_("Medicine that prevents HIV (PrEP)"),
    member_title=_("Talk about protection from HIV"),
    why=_("A medicine taken before contact keeps HIV away. A talk shows whether it would help you."),
    source="USPSTF 2023-08-22, grade A; yearly while at risk by our own choice",
    grade="A",
    since=date(2023, 8, 22),
    from_age=12,
    earlier=(Asked(date(2019, 6, 11), 12),),
    # Partners and practices are told in a conversation: the record knows an infection or a contact of the last year.
    applies=age_at(as_of).at_least(12) & exists(_exposed),
    excluded=in_hospice | has_hiv,
    onset=_exposed,
    closers=(settles("counselling", recorded(own.HIV_PREVENTION), years(1)),),
    at_visit=True,
    talk="hiv-prevention",
    remind=False,
)

TUBERCULOSIS_SCREENING = CareRule(
    id="tuberculosis_screening",
    title=_("Screening for latent tuberculosis at risk"),
    member_title=_("Tuberculosis test"),
    why=_("Sleeping tuberculosis is found by a blood or skin test and treated before it becomes an illness."),
    source="USPSTF 2023-05-02, grade B",
    grade="B",
    since=date(2023, 5, 2),
    from_age=18,
    earlier=(Asked(date(2016, 9, 6), 18),),
    onset=diagnoses(own.TUBERCULOSIS_RISK),
    # Country of birth, the commonest risk, is not in the record.
    applies=age_at(as_of).at_least(18) & ever_diagnosed(own.TUBERCULOSIS_RISK),
    excluded=in_hospice | ever_diagnosed(own.TUBERCULOSIS),
    closers=(settles("tuberculosis test", recorded(own.TUBERCULOSIS_TEST), ONCE),),
    unanswered=positives.TUBERCULOSIS.unanswered(),
    ways=test_of("71773-6", "tuberculosis_screening"),
)

RULES = (
    HIV_SCREENING,
    HEPATITIS_C_SCREENING,
    HEPATITIS_B_SCREENING,
    SYPHILIS_SCREENING,
    CHLAMYDIA_SCREENING,
    GONORRHOEA_SCREENING,
    STI_COUNSELLING,
    HIV_PREVENTION,
    TUBERCULOSIS_SCREENING,
)
