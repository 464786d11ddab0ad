"""Codes that several registries read and no official measure names, and the kidney's two numbers."""

from django.utils.translation import gettext_lazy as _

from prevention.engine.codes import LOINC, Code, ValueSet
from prevention.engine.moments import years
from prevention.measures import value_sets as vs
from prevention.registries.common import final_results
from prevention.registries.readings import Reading
from prevention.rules import value_sets as own

# Small sets of our own in core/terminology/value_sets.csv; a wider one may be loaded under the same address.
CHRONIC_KIDNEY_DISEASE = ValueSet("Chronic kidney disease", "urn:kpcare:value-set:chronic-kidney-disease")
COPD = ValueSet("Chronic obstructive pulmonary disease", "urn:kpcare:value-set:copd")
OPIOID_USE_DISORDER = ValueSet("Opioid use disorder", "urn:kpcare:value-set:opioid-use-disorder")
OPIOID_OVERDOSE = ValueSet("Opioid poisoning", "urn:kpcare:value-set:opioid-overdose")
OPIOID_MEDICINES = ValueSet("Opioid medicines", "urn:kpcare:value-set:opioid-medicines")
OPIOID_USE_MEDICINES = ValueSet("Medicines for opioid use disorder", "urn:kpcare:value-set:opioid-use-medicines")
NALOXONE = ValueSet("Naloxone", "urn:kpcare:value-set:naloxone")
BENZODIAZEPINES = ValueSet("Benzodiazepines", "urn:kpcare:value-set:benzodiazepines")
RESCUE_INHALERS = ValueSet("Short-acting beta agonist inhalers", "urn:kpcare:value-set:rescue-inhalers")
CONTROLLER_INHALERS = ValueSet("Inhaled corticosteroids", "urn:kpcare:value-set:controller-inhalers")

EGFR = Reading(
    "egfr",
    _("eGFR"),
    # As the care rules read it: whoever has closed their gap is not missed here.
    final_results(
        vs.ESTIMATED_GLOMERULAR_FILTRATION_RATE,
        own.KIDNEY_FILTRATION,
        Code("98979-8", LOINC, "Glomerular filtration rate, CKD-EPI 2021"),
    ),
    # KDIGO 2024, 2.1.1: filtration and albumin at least once a year in kidney disease; likewise ADA 2025, 11.1a.
    years(1),
    "mL/min/{1.73_m2}",
)
UACR = Reading(
    "uacr",
    _("UACR"),
    final_results(
        vs.URINE_ALBUMIN_CREATININE_RATIO,
        own.URINE_ALBUMIN,
        Code("9318-7", LOINC, "Albumin/creatinine in urine"),
    ),
    years(1),
    "mg/g",
)
