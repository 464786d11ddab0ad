from clinical.models.access import AccessReview, BreakTheGlass
from clinical.models.careteam import CareTeamMembership, Referral
from clinical.models.conditions import (
    AllergyCoding,
    AllergyIntolerance,
    Condition,
    ConditionCoding,
    FamilyHistory,
    FamilyHistoryCoding,
)
from clinical.models.encounters import Encounter, EncounterCoding, EncounterDiagnosis
from clinical.models.facts import CodingRole, EncounterFact, Fact, FactCoding
from clinical.models.goals import CarePlan, CarePlanCoding, Goal, GoalCoding
from clinical.models.medications import (
    MedicationDispense,
    MedicationDispenseCoding,
    MedicationRequest,
    MedicationRequestCoding,
    MedicationStatement,
    MedicationStatementCoding,
)
from clinical.models.messages import Message, MessageThread
from clinical.models.notes import DiagnosticReport, DiagnosticReportCoding, Document, Note
from clinical.models.observations import Observation, ObservationCoding
from clinical.models.orders import (
    DeviceRequest,
    DeviceRequestCoding,
    Order,
    OrderAlert,
    ServiceRequest,
    ServiceRequestCoding,
)
from clinical.models.procedures import (
    AdverseEvent,
    AdverseEventCoding,
    Communication,
    CommunicationCoding,
    Immunization,
    ImmunizationCoding,
    Procedure,
    ProcedureCoding,
)
from clinical.models.tasks import Task, TaskCoding

__all__ = [
    "AccessReview",
    "AdverseEvent",
    "AdverseEventCoding",
    "AllergyCoding",
    "AllergyIntolerance",
    "BreakTheGlass",
    "CarePlan",
    "CarePlanCoding",
    "CareTeamMembership",
    "CodingRole",
    "Communication",
    "CommunicationCoding",
    "Condition",
    "ConditionCoding",
    "DeviceRequest",
    "DeviceRequestCoding",
    "DiagnosticReport",
    "DiagnosticReportCoding",
    "Document",
    "Encounter",
    "EncounterCoding",
    "EncounterDiagnosis",
    "EncounterFact",
    "Fact",
    "FactCoding",
    "FamilyHistory",
    "FamilyHistoryCoding",
    "Goal",
    "GoalCoding",
    "Immunization",
    "ImmunizationCoding",
    "MedicationDispense",
    "MedicationDispenseCoding",
    "MedicationRequest",
    "MedicationRequestCoding",
    "MedicationStatement",
    "MedicationStatementCoding",
    "Message",
    "MessageThread",
    "Note",
    "Observation",
    "ObservationCoding",
    "Order",
    "OrderAlert",
    "Procedure",
    "ProcedureCoding",
    "Referral",
    "ServiceRequest",
    "ServiceRequestCoding",
    "Task",
    "TaskCoding",
]
