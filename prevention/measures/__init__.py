"""The official measures that kpcare evaluates, one file for each measure and year."""

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


def measure(name: str) -> Measure:
    """The measure of this id or name. Raises `KeyError` with the names there are."""
    for candidate in MEASURES:
        if name in (candidate.id, candidate.name, candidate.key):
            return candidate
    raise KeyError(f"No measure {name!r}. There are: {', '.join(m.id for m in MEASURES)}.")
