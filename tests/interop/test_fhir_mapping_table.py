"""What docs/fhir-import.md says of each type is what the code does with it."""

import os
from collections import Counter
from pathlib import Path

import pytest
from django.apps import apps

from interop.fhir.mapping import MAPPINGS, map_resource
from interop.fhir.mapping.base import MappingError
from interop.fhir.mapping.becomes import BECOMES, table
from interop.fhir.read import Unit, units

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("KPCARE_DATA", ROOT.parent / "shared" / "data"))
# Every type that issue 2 names.
LISTED = {
    "Patient",
    "Encounter",
    "Condition",
    "AllergyIntolerance",
    "Observation",
    "Procedure",
    "Immunization",
    "Medication",
    "MedicationRequest",
    "MedicationDispense",
    "MedicationStatement",
    "ServiceRequest",
    "DeviceRequest",
    "Communication",
    "Task",
    "AdverseEvent",
    "Goal",
    "Coverage",
    "DiagnosticReport",
    "CarePlan",
    "CareTeam",
    "Organization",
    "Practitioner",
    "Location",
    "Claim",
    "ExplanationOfBenefit",
}


def test_every_listed_type_is_mapped_and_every_mapped_type_is_told():
    assert MAPPINGS.keys() >= LISTED
    assert BECOMES.keys() == MAPPINGS.keys()
    for model, _ in BECOMES.values():
        assert not model or apps.get_model(model)


def test_the_document_holds_the_table():
    assert table() in (ROOT / "docs" / "fhir-import.md").read_text()


@pytest.mark.skipif(not (DATA / "synthea" / "bundles").is_dir(), reason="KPCARE_DATA holds no synthea/bundles")
def test_real_bundles_become_what_the_table_says():
    seen: Counter[str] = Counter()
    for path in sorted((DATA / "synthea" / "bundles").glob("*.json"))[:8]:
        for unit in units(path):
            assert isinstance(unit, Unit)
            for entry in unit.entries:
                row = map_resource(entry.resource)
                seen[entry.type] += 1
                assert (row.model if row else None) == (
                    BECOMES[entry.type][0].lower() if entry.type in BECOMES else None
                )
    assert len(seen) >= 15


@pytest.mark.parametrize(
    ("died", "says"), [("1960-01-01", "before Patient.birthDate"), ("2150-01-01T00:00:00Z", "still to come")]
)
def test_nobody_dies_before_birth_or_in_another_century(died, says):
    patient = {
        "resourceType": "Patient",
        "id": "p",
        "name": [{"family": "Doe", "given": ["Jo"]}],
        "birthDate": "1970-01-01",
        "deceasedDateTime": died,
    }
    with pytest.raises(MappingError, match=says):
        map_resource(patient)
