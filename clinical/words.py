"""What observations and their units are called where people read them: portal, chart and letters say the same."""

import re

from django.utils.translation import gettext_lazy as _

# LOINC code → the word for it. What stands in no row is called by its LOINC name without the axes.
SHORT_NAMES = {
    "4548-4": _("HbA1c"),
    "8480-6": _("Blood pressure, upper"),
    "8462-4": _("Blood pressure, lower"),
    "98979-8": _("Kidney function (eGFR)"),
    "62238-1": _("Kidney function (eGFR)"),
    "33914-3": _("Kidney function (eGFR)"),
    "9318-7": _("Albumin to creatinine, urine"),
    "14959-1": _("Albumin to creatinine, urine"),
    "13457-7": _("LDL cholesterol"),
    "18262-6": _("LDL cholesterol"),
    "2089-1": _("LDL cholesterol"),
    "2085-9": _("HDL cholesterol"),
    "2093-3": _("Cholesterol"),
    "2571-8": _("Triglycerides"),
    "3016-3": _("TSH"),
    "39156-5": _("Body mass index"),
    "2708-6": _("Oxygen saturation"),
    "59408-5": _("Oxygen saturation"),
    "24606-6": _("Mammogram"),
    "29771-3": _("Stool test for hidden blood (FIT)"),
    "57905-2": _("Stool test for hidden blood (FIT)"),
    "10524-7": _("Cervical smear"),
    "21440-3": _("HPV test"),
    "72166-2": _("Tobacco smoking"),
    "44261-6": _("PHQ-9 score"),
}


# What SNOMED CT writes behind a fully specified name to keep namesakes apart; people do not say it.
TAG = re.compile(
    r" \((?:disorder|finding|procedure|situation|event|observable entity|regime/therapy|substance|product|"
    r"medicinal product|clinical drug|qualifier value|body structure|morphologic abnormality|specimen|organism|"
    r"physical object|person|social concept|occupation|environment|record artifact|assessment scale|navigational "
    r"concept|context-dependent category)\)$"
)


def said(display: str) -> str:
    """The words of a concept without the semantic tag of SNOMED CT: "Hypertension (disorder)" is "Hypertension"."""
    return TAG.sub("", display)


def short_name(code: str, display: str) -> str:
    """What was measured, as people say it; `display` is its LOINC name, or empty."""
    known = SHORT_NAMES.get(code)
    return str(known) if known else said(display).split("[")[0].split(" in ")[0].strip() or code


def readable_unit(ucum: str) -> str:
    """A UCUM unit as people write it: without braces and brackets, squares and cubes raised."""
    for sign, word in (("{", ""), ("}", ""), ("[", ""), ("]", ""), ("_m2", " m²"), ("10*", "10^"), ("Cel", "°C")):
        ucum = ucum.replace(sign, word)
    return ucum
