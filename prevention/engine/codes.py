"""Codes and value sets, the kinds of fact, and the elements in which a code may stand."""

from dataclasses import dataclass, field

VALUE_SET_BASE = "http://cts.nlm.nih.gov/fhir/ValueSet/"


@dataclass(frozen=True)
class ValueSet:
    """A value set by its canonical address; an OID stands for VSAC's. What it is called makes no difference."""

    name: str = field(compare=False)
    oid: str

    @property
    def url(self) -> str:
        return self.oid if "://" in self.oid or self.oid.startswith("urn:") else VALUE_SET_BASE + self.oid


@dataclass(frozen=True)
class Code:
    """One code of one system. What it is called makes no difference."""

    code: str
    system: str
    display: str = field(default="", compare=False)


Codes = ValueSet | Code

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
CPT = "http://www.ama-assn.org/go/cpt"
CVX = "http://hl7.org/fhir/sid/cvx"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
CONDITION_CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
US_CORE_CONDITION_CATEGORY = "http://hl7.org/fhir/us/core/CodeSystem/condition-category"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


@dataclass(frozen=True)
class Role:
    """Numbers of clinical.CodingRole, named where a measure reads them."""

    CODE = 1
    CATEGORY = 2
    VALUE = 3
    REASON = 4
    STATUS_REASON = 5
    BODY_SITE = 6
    TYPE = 7
    CLASS = 8
    DISCHARGE_DISPOSITION = 9
    SEVERITY = 12
    PLACE = 16


@dataclass(frozen=True)
class Resource:
    """A kind of fact: its table, and the columns that measures read besides the common ones.

    Where `tells_negation`, what was asked for and what was not are different profiles of QI-Core: a retrieve
    names one of them. `has_supply`: a medicine, whose days of supply make a period.
    """

    name: str
    table: str
    code_role: int = Role.CODE
    columns: tuple[str, ...] = ()
    tells_negation: bool = False
    has_supply: bool = False
    codings: str = ""

    @property
    def coding_table(self) -> str:
        return self.codings or f"{self.table}coding"

    @property
    def rows(self) -> str:
        """The temporary table into which a partition's facts of this kind are fetched."""
        return f"pf_{self.name}"


ENCOUNTER = Resource("encounter", "clinical_encounter", Role.TYPE)
CONDITION = Resource("condition", "clinical_condition", columns=("verification",))
OBSERVATION = Resource(
    "observation",
    "clinical_observation",
    columns=(
        "encounter_id",
        "part_of_id",
        "value_quantity",
        "value_unit",
        "value_comparator",
        "high",
        "value_integer",
        "value_boolean",
        "value_time",
        "value_text",
        "interpretation",
    ),
)
PROCEDURE = Resource("procedure", "clinical_procedure", columns=("encounter_id",))
SERVICE_REQUEST = Resource(
    "servicerequest", "clinical_servicerequest", columns=("intent", "encounter_id"), tells_negation=True
)
DEVICE_REQUEST = Resource("devicerequest", "clinical_devicerequest", columns=("intent",))
MEDICATION_REQUEST = Resource(
    "medicationrequest",
    "clinical_medicationrequest",
    columns=("intent", "dosage", "refills", "quantity", "quantity_unit"),
    tells_negation=True,
    has_supply=True,
)
MEDICATION_DISPENSE = Resource("medicationdispense", "clinical_medicationdispense", has_supply=True)
IMMUNIZATION = Resource("immunization", "clinical_immunization")
ALLERGY_INTOLERANCE = Resource(
    "allergyintolerance",
    "clinical_allergyintolerance",
    columns=("verification", "reactions"),
    codings="clinical_allergycoding",
)
ADVERSE_EVENT = Resource("adverseevent", "clinical_adverseevent")
# QI-Core 4.1.1: what a message is about stands as its reason.
COMMUNICATION = Resource("communication", "clinical_communication", Role.REASON)
TASK = Resource("task", "clinical_task", columns=("focus_id",))
RESOURCES = (
    ENCOUNTER,
    CONDITION,
    OBSERVATION,
    PROCEDURE,
    SERVICE_REQUEST,
    DEVICE_REQUEST,
    MEDICATION_REQUEST,
    MEDICATION_DISPENSE,
    IMMUNIZATION,
    ALLERGY_INTOLERANCE,
    ADVERSE_EVENT,
    COMMUNICATION,
    TASK,
)
