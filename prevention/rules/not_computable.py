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
        "fluoride_by_mouth",
        _("Fluoride by mouth where water has too little"),
        USPSTF,
        "B",
        date(2021, 12, 7),
        _("The record does not hold the fluoride of the water at home. Varnish has a rule."),
    ),
)
