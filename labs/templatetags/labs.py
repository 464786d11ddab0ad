"""What the laboratory's templates ask for: `{% load labs %}`."""

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()

# HL7 table 0487 (specimen type), as far as our catalogue uses it; any other code is shown as it is.
SPECIMENS = {
    "BLD": _("whole blood"),
    "SER": _("serum"),
    "PLAS": _("plasma"),
    "UR": _("urine"),
    "STL": _("stool"),
    "CSF": _("cerebrospinal fluid"),
    "SPT": _("sputum"),
    "SAL": _("saliva"),
    "TISS": _("tissue"),
    "CVX": _("cervix"),
    "THRT": _("throat"),
    "NOSE": _("nose"),
}


@register.filter
def specimen(code: str) -> str:
    """`SER` as `serum`."""
    return str(SPECIMENS.get(code, code))
