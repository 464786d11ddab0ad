"""The official measures that kpcare evaluates, one file for each measure and year.

A new year's version is a new file beside the old one: which of them holds for a measurement period is told by its year.
"""

from collections.abc import Sequence

from prevention.engine.measure import Measure
from prevention.measures import (
    adhd_follow_up_2025,
    antidepressant_management_2025,
    blood_pressure_screening_2025,
    bmi_screening_2025,
    bone_density_2025,
    breast_cancer_screening_2025,
    caries_prevention_2025,
    cervical_cancer_screening_2025,
    childhood_immunization_2025,
    chlamydia_screening_2025,
    colon_cancer_screening_2025,
    controlling_high_blood_pressure_2025,
    coronary_beta_blocker_2025,
    current_medications_2025,
    dementia_assessment_2025,
    dental_decay_2025,
    depression_remission_2025,
    depression_screening_2025,
    diabetes_eye_exam_2025,
    falls_screening_2025,
    glycemic_status_2025,
    heart_failure_ace_inhibitor_2025,
    heart_failure_beta_blocker_2025,
    high_risk_medications_2025,
    hiv_screening_2025,
    hiv_sti_testing_2025,
    hiv_viral_suppression_2025,
    kidney_health_2025,
    pharyngitis_testing_2025,
    referral_loop_2025,
    respiratory_infection_treatment_2025,
    retinopathy_communication_2025,
    statin_therapy_2025,
    substance_use_treatment_2025,
    tobacco_use_2025,
    weight_counseling_2025,
)

# Prevention and chronic care first, the most frequent sixteen before all.
MEASURES: tuple[Measure, ...] = (
    breast_cancer_screening_2025.MEASURE,
    colon_cancer_screening_2025.MEASURE,
    cervical_cancer_screening_2025.MEASURE,
    chlamydia_screening_2025.MEASURE,
    childhood_immunization_2025.MEASURE,
    hiv_screening_2025.MEASURE,
    tobacco_use_2025.MEASURE,
    depression_screening_2025.MEASURE,
    bmi_screening_2025.MEASURE,
    blood_pressure_screening_2025.MEASURE,
    controlling_high_blood_pressure_2025.MEASURE,
    glycemic_status_2025.MEASURE,
    diabetes_eye_exam_2025.MEASURE,
    kidney_health_2025.MEASURE,
    statin_therapy_2025.MEASURE,
    falls_screening_2025.MEASURE,
    weight_counseling_2025.MEASURE,
    referral_loop_2025.MEASURE,
    current_medications_2025.MEASURE,
    high_risk_medications_2025.MEASURE,
    bone_density_2025.MEASURE,
    dental_decay_2025.MEASURE,
    caries_prevention_2025.MEASURE,
    hiv_viral_suppression_2025.MEASURE,
    hiv_sti_testing_2025.MEASURE,
    antidepressant_management_2025.MEASURE,
    depression_remission_2025.MEASURE,
    dementia_assessment_2025.MEASURE,
    heart_failure_ace_inhibitor_2025.MEASURE,
    heart_failure_beta_blocker_2025.MEASURE,
    coronary_beta_blocker_2025.MEASURE,
    retinopathy_communication_2025.MEASURE,
    adhd_follow_up_2025.MEASURE,
    substance_use_treatment_2025.MEASURE,
    pharyngitis_testing_2025.MEASURE,
    respiratory_infection_treatment_2025.MEASURE,
)


def measures_of(year: int, among: Sequence[Measure] | None = None) -> tuple[Measure, ...]:
    """The measures of a measurement year: for each id the latest file whose year has come by then.

    In the order of the ids. A measure whose first file is of a later year was not there yet.
    """
    found: dict[str, Measure] = {}
    for one in MEASURES if among is None else among:
        if one.year <= year and (one.id not in found or found[one.id].year <= one.year):
            found[one.id] = one
    return tuple(found.values())


def measure(name: str, year: int | None = None) -> Measure:
    """The measure of this id, name or key as it holds in a year; without one, its newest file.

    A year before the first file is answered by the first file: its text is the nearest there is. A key names one file,
    whatever the year. Raises `KeyError` with the ids there are.
    """
    files = [one for one in MEASURES if name in (one.id, one.name, one.key)]
    if not files:
        raise KeyError(f"No measure {name!r}. There are: {', '.join(dict.fromkeys(m.id for m in MEASURES))}.")
    held = [one for one in files if year is None or one.year <= year] or [min(files, key=lambda one: one.year)]
    return max(held, key=lambda one: one.year)


def files() -> dict[str, Measure]:
    """Every file by the key under which its results stand, in the order of the measures."""
    return {one.key: one for one in MEASURES}


def keys_of(id: str) -> list[str]:
    """What the results of a measure stand under, in whichever year."""
    return [one.key for one in MEASURES if one.id == id]
