"""USPSTF recommendations of grade A and B that no rule here decides, each with the reason.

A rule that guesses asks the wrong people. These stand here so that nobody takes their absence for an oversight, and so
that whoever adds the missing fact or code knows what to write next.
"""

from datetime import date

from django.utils.translation import gettext_lazy as _

from prevention.engine.measure import NotComputable

USPSTF = "USPSTF"
NOT_COMPUTABLE: tuple[NotComputable, ...] = (
    NotComputable(
        "hiv_prevention",
        _("HIV pre-exposure prophylaxis"),
        USPSTF,
        "A",
        date(2023, 8, 22),
        _("Who is at risk is told in a conversation; the record holds partners and practices of hardly anybody."),
    ),
    NotComputable(
        "folic_acid",
        _("Folic acid before and early in pregnancy"),
        USPSTF,
        "A",
        date(2023, 8, 1),
        _("Whether somebody plans to become pregnant is not in the record, and folic acid is bought without a script."),
    ),
    NotComputable(
        "newborn_eyes",
        _("Ointment against gonorrhoea in the eyes of newborns"),
        USPSTF,
        "A",
        date(2019, 1, 29),
        _("It is given in the delivery room within a day; a rule that runs at night comes too late for it."),
    ),
    NotComputable(
        "breast_cancer_medicine",
        _("Medicine that lowers the risk of breast cancer"),
        USPSTF,
        "B",
        date(2019, 9, 3),
        _("It needs the five-year risk of breast cancer, which no code in free use carries."),
    ),
    NotComputable(
        "perinatal_depression",
        _("Counselling that prevents depression around birth"),
        USPSTF,
        "B",
        date(2019, 2, 12),
        _("The counselling has no code in free use that tells it from any other."),
    ),
    NotComputable(
        "breastfeeding",
        _("Support of breastfeeding"),
        USPSTF,
        "B",
        date(2025, 4, 8),
        _("Support at a visit has no code in free use; what a lactation consultant does is billed with CPT."),
    ),
    NotComputable(
        "skin_cancer_counselling",
        _("Counselling on sun and skin from 6 months to 24 years"),
        USPSTF,
        "B",
        date(2018, 3, 20),
        _("It is for fair skin, and the record holds no skin type."),
    ),
    NotComputable(
        "tobacco_prevention",
        _("Keeping children and adolescents from tobacco"),
        USPSTF,
        "B",
        date(2020, 4, 28),
        _("Education before anybody smoked has no code in free use; help to stop has a rule."),
    ),
    NotComputable(
        "fluoride_by_mouth",
        _("Fluoride by mouth where water has too little"),
        USPSTF,
        "B",
        date(2021, 12, 7),
        _("The record does not hold the fluoride of the water at home. Varnish has a rule."),
    ),
    NotComputable(
        "rhesus_antibodies",
        _("Antibody test again at 24 to 28 weeks in rhesus-negative women"),
        USPSTF,
        "B",
        date(2004, 2, 15),
        _("It depends on the rhesus factor of the father, which stands in another person's record."),
    ),
)
