"""The tables that a world's households are written to, each with its columns in the order of the values."""

# What every clinical fact begins with.
FACT = "id member_id status effective precision recorded_at source_system_id source_id"
CODED = (
    "Encounter",
    "Condition",
    "Observation",
    "Procedure",
    "Immunization",
    "Allergy",
    "MedicationRequest",
    "MedicationDispense",
)
COLUMNS = {
    "members.Household": "id managing_organization_id",
    "members.Member": (
        "id managing_organization_id household_id mrn family given birth_date birth_country sex sex_assigned_at_birth "
        "sex_for_clinical_use language needs_interpreter region_id"
    ),
    "members.MemberAddress": "id member_id line1 city state postal_code country latitude longitude",
    "members.MemberTelecom": "id member_id system value",
    "members.RaceEthnicity": "id member_id code source",
    "members.PrimaryCareAssignment": "id member_id clinician_id department_id period origin",
    "plans.CoverageContract": "id member_id group_id group_class_id number",
    "plans.Coverage": "id member_id contract_id relationship number administrative_sex",
    "plans.CoveragePeriod": "id member_id coverage_id product_id tier valid known source recorded_by_id",
    "clinical.Encounter": f"{FACT} department_id facility_id clinician_id reason_text",
    "clinical.Condition": f"{FACT} is_problem",
    "clinical.Observation": (
        f"{FACT} encounter_id part_of_id value_quantity value_unit value_text interpretation low high"
    ),
    "clinical.Procedure": f"{FACT} encounter_id",
    "clinical.Immunization": FACT,
    "clinical.AllergyIntolerance": f"{FACT} kind category criticality",
    "clinical.MedicationRequest": (
        f"{FACT} dosage_text quantity quantity_unit refills days_supply category requester_id reason_text"
    ),
    "clinical.MedicationDispense": f"{FACT} request_id quantity days_supply",
    "pharmacy.Prescription": (
        "id member_id request_id drug_id directions directions_es quantity days_supply refills expires_on"
    ),
    "billing.ServiceLine": (
        "id member_id encounter_id setting service_date procedure_id place_of_service clinician_id "
        "facility_id department_id cost source"
    ),
    "billing.ServiceLineDiagnosis": "member_id line_id concept_id rank",
    "hospitals.Stay": "id member_id encounter_id facility_id attending_id admitted_at discharged_at disposition",
    "hospitals.StayStatus": "id member_id stay_id status during",
    "billing.OutsideClaim": (
        "id member_id claim_number patient_control_number payer_id provider_id provider_npi claim_type "
        "place_of_service is_emergency incurred_from incurred_to received_at charged allowed member_share plan_share "
        "status priced_at paid_on source pend_reason"
    ),
    "billing.ClaimLine": (
        "id member_id claim_id number concept_id service_date units charged allowed revenue_code modifiers pricing"
    ),
    "billing.ClaimDiagnosis": "member_id claim_id concept_id rank",
    "billing.UtilisationCost": "id member_id category amount incurred_on facility_id department_id source",
    **{f"clinical.{kind}Coding": "member_id fact_id role concept_id" for kind in CODED},
}
