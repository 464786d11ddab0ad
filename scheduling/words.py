"""The names of visits that come with the product, in the reader's language; others are read as they were written."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

VISITS: "dict[str, StrPromise]" = {
    "Office visit": _("Office visit"),
    "Video visit": _("Video visit"),
    "Phone visit": _("Phone visit"),
    "Preventive visit": _("Preventive visit"),
    "Nurse visit": _("Nurse visit"),
    "Vaccine visit": _("Vaccine visit"),
    "Specialist visit": _("Specialist visit"),
    "Screening colonoscopy": _("Screening colonoscopy"),
    "Mammogram": _("Mammogram"),
    "Bone density scan": _("Bone density scan"),
    "Low-dose CT of the lungs": _("Low-dose CT of the lungs"),
    "Ultrasound of the aorta": _("Ultrasound of the aorta"),
    "Eye examination": _("Eye examination"),
}


def visit_words(name: str) -> str:
    return str(VISITS.get(name, name))
