"""FHIR R4 resource → rows: pure functions, one a resource type, that neither read nor write a database."""

from collections.abc import Callable

from interop.fhir.mapping import clinical, money, network, observations, orders, people
from interop.fhir.mapping.base import Code, Context, MappingError, Reference, Row

# In the order in which resources of a stream should come: what others point at comes first.
MAPPINGS: dict[str, Callable[[dict, Context], Row]] = {
    "Organization": network.organization,
    "Practitioner": network.practitioner,
    "PractitionerRole": network.practitioner_role,
    "Location": network.location,
    "Medication": orders.medication,
    "Patient": people.patient,
    "Coverage": money.coverage,
    "Encounter": clinical.encounter,
    "Condition": clinical.condition,
    "AllergyIntolerance": clinical.allergy_intolerance,
    "FamilyMemberHistory": clinical.family_member_history,
    "Observation": observations.observation,
    "DiagnosticReport": observations.diagnostic_report,
    "Procedure": clinical.procedure,
    "Immunization": clinical.immunization,
    "MedicationRequest": orders.medication_request,
    "MedicationDispense": orders.medication_dispense,
    "MedicationStatement": orders.medication_statement,
    "ServiceRequest": orders.service_request,
    "DeviceRequest": orders.device_request,
    "Communication": clinical.communication,
    "AdverseEvent": clinical.adverse_event,
    "Goal": clinical.goal,
    "CarePlan": clinical.care_plan,
    "CareTeam": clinical.care_team,
    "Task": orders.task,
    "Claim": money.claim,
    "ExplanationOfBenefit": money.explanation_of_benefit,
}
RANK = {name: number for number, name in enumerate(MAPPINGS)}

# Raised with every change of a mapping that gives other rows for the same resource: the next import renews them.
VERSION = 3


def map_resource(resource: dict, context: Context | None = None) -> Row | None:
    """The row for `resource`, with its codings, references and children; None for a type that is not taken.

    Raises `MappingError`, naming the element, where the resource is not what FHIR says it is.
    """
    mapping = MAPPINGS.get(resource["resourceType"])
    if mapping is None:
        return None
    try:
        return mapping(resource, context or Context())
    except MappingError as error:
        raise MappingError(f"{resource['resourceType']}: {error}") from None
    except (AttributeError, TypeError, KeyError, IndexError, ValueError) as error:
        kind = type(error).__name__
        raise MappingError(f"{resource['resourceType']} is not shaped as FHIR R4 says ({kind}).") from error


__all__ = ["MAPPINGS", "RANK", "VERSION", "Code", "Context", "MappingError", "Reference", "Row", "map_resource"]
