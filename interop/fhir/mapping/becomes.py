"""What each FHIR type becomes here, for people: docs/fhir-import.md holds this table, and a test compares them."""

# Type → the model of its row (empty: none of its own), and what to know about it.
BECOMES: dict[str, tuple[str, str]] = {
    "Organization": ("network.Organization", "outside organisation or payer"),
    "Practitioner": ("network.Clinician", "the clinician whose NPI we have, or an outside one"),
    "PractitionerRole": ("", "whoever points at it means its practitioner"),
    "Location": ("network.Facility", "outside place"),
    "Medication": ("", "its codes go to whoever points at it"),
    "Patient": ("members.Member", "the member this sender named before, by identifier, by likeness, or a new one"),
    "Coverage": ("interop.CoverageStatement", "as told; it enrols nobody"),
    "Encounter": ("clinical.Encounter", "diagnoses as `clinical.EncounterDiagnosis`"),
    "Condition": ("clinical.Condition", "problem where the category says so"),
    "AllergyIntolerance": ("clinical.AllergyIntolerance", "reactions with it"),
    "FamilyMemberHistory": ("clinical.FamilyHistory", ""),
    "Observation": ("clinical.Observation", "components as rows with `part_of`"),
    "DiagnosticReport": ("clinical.DiagnosticReport", "the observations it gathers"),
    "Procedure": ("clinical.Procedure", ""),
    "Immunization": ("clinical.Immunization", ""),
    "MedicationRequest": ("clinical.MedicationRequest", "medicine written out, contained or pointed at"),
    "MedicationDispense": ("clinical.MedicationDispense", ""),
    "MedicationStatement": ("clinical.MedicationStatement", ""),
    "ServiceRequest": ("clinical.ServiceRequest", ""),
    "DeviceRequest": ("clinical.DeviceRequest", ""),
    "Communication": ("clinical.Communication", ""),
    "AdverseEvent": ("clinical.AdverseEvent", ""),
    "Goal": ("clinical.Goal", ""),
    "CarePlan": ("clinical.CarePlan", ""),
    "CareTeam": ("", "a `clinical.CareTeamMembership` for each clinician in it"),
    "Task": ("clinical.Task", ""),
    "Claim": ("interop.CostRecord", "cost history with lines; nothing that we owe"),
    "ExplanationOfBenefit": ("interop.CostRecord", "cost history with lines; nothing that we owe"),
}


def table() -> str:
    """The table as Markdown, by type."""
    lines = ["| resource | becomes | |", "|---|---|---|"]
    for kind, (model, note) in sorted(BECOMES.items()):
        lines.append(f"| {kind} | {f'`{model}`' if model else 'no row of its own'} | {note} |")
    return "\n".join(lines)
