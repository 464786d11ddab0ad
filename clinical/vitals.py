"""Vital signs: what they are called, in which unit, and what a person can have.

Codes: LOINC, as in the FHIR R4 vital signs profile. Bounds catch slips of the hand, not illness.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Vital:
    name: str
    label: "StrPromise"
    loinc: str
    display: str
    unit: str
    least: Decimal
    most: Decimal


BLOOD_PRESSURE = ("85354-9", "Blood pressure panel with all children optional")
SYSTOLIC = Vital("systolic", _("Systolic"), "8480-6", "Systolic blood pressure", "mm[Hg]", Decimal(40), Decimal(300))
DIASTOLIC = Vital(
    "diastolic", _("Diastolic"), "8462-4", "Diastolic blood pressure", "mm[Hg]", Decimal(20), Decimal(200)
)
SINGLE = (
    Vital("heart_rate", _("Heart rate"), "8867-4", "Heart rate", "/min", Decimal(20), Decimal(300)),
    Vital("respiratory_rate", _("Breaths a minute"), "9279-1", "Respiratory rate", "/min", Decimal(4), Decimal(80)),
    Vital("temperature", _("Temperature, °C"), "8310-5", "Body temperature", "Cel", Decimal(30), Decimal(43)),
    Vital(
        "oxygen_saturation",
        _("Oxygen saturation, %"),
        "2708-6",
        "Oxygen saturation in Arterial blood",
        "%",
        Decimal(50),
        Decimal(100),
    ),
    Vital("weight", _("Weight, kg"), "29463-7", "Body weight", "kg", Decimal("0.3"), Decimal(400)),
    Vital("height", _("Height, cm"), "8302-2", "Body height", "cm", Decimal(20), Decimal(260)),
)
ALL = (SYSTOLIC, DIASTOLIC, *SINGLE)
BODY_MASS_INDEX = ("39156-5", "Body mass index (BMI) [Ratio]", "kg/m2")

# Every code that charting vital signs may need, with its display.
DISPLAYS = {
    BLOOD_PRESSURE[0]: BLOOD_PRESSURE[1],
    BODY_MASS_INDEX[0]: BODY_MASS_INDEX[1],
    **{vital.loinc: vital.display for vital in ALL},
}
