"""FHIR resources for tests, as small as they can be and still be what they are."""

import json
from pathlib import Path

SNOMED, LOINC, CVX = "http://snomed.info/sct", "http://loinc.org", "http://hl7.org/fhir/sid/cvx"


def concept(system: str, code: str, display: str = "") -> dict:
    return {"coding": [{"system": system, "code": code, "display": display}]}


PEOPLE: dict[str, dict] = {
    "p1": {
        "name": [{"family": "Rivera", "given": ["Ana", "Luz"], "use": "official"}],
        "gender": "female",
        "birthDate": "1970-05-04",
    },
    "p2": {"name": [{"family": "Nakamura", "given": ["Ken"]}], "gender": "male", "birthDate": "1951-11-30"},
    "p4": {"name": [{"family": "Haddad", "given": ["Omar"]}], "gender": "male", "birthDate": "1988-02-17"},
    "p9": {"name": [{"family": "Boateng", "given": ["Efua"]}], "gender": "female", "birthDate": "2001-08-09"},
}


def patient(id: str = "p1", **extra) -> dict:
    return {
        "resourceType": "Patient",
        "id": id,
        "identifier": [{"system": "https://clinic.example/mrn", "value": f"M-{id}"}],
        **PEOPLE.get(id, PEOPLE["p1"]),
        **extra,
    }


def encounter(id: str = "e1", subject: str = "Patient/p1", **extra) -> dict:
    return {
        "resourceType": "Encounter",
        "id": id,
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "type": [concept(SNOMED, "185349003", "Check-up")],
        "subject": {"reference": subject},
        "period": {"start": "2026-03-02T09:00:00-08:00", "end": "2026-03-02T09:20:00-08:00"},
        **extra,
    }


def blood_pressure(id: str = "o1", systolic: float = 131, **extra) -> dict:
    def part(code: str, value: float) -> dict:
        return {"code": concept(LOINC, code), "valueQuantity": {"value": value, "code": "mm[Hg]", "unit": "mmHg"}}

    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "category": [concept("http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs")],
        "code": concept(LOINC, "85354-9", "Blood pressure panel"),
        "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": "Encounter/e1"},
        "effectiveDateTime": "2026-03-02T09:05:00-08:00",
        "component": [part("8480-6", systolic), part("8462-4", 84)],
        **extra,
    }


def condition(id: str = "c1", **extra) -> dict:
    return {
        "resourceType": "Condition",
        "id": id,
        "clinicalStatus": concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
        "code": {
            "coding": [
                {"system": SNOMED, "code": "38341003", "display": "Hypertension"},
                {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "I10"},
            ]
        },
        "subject": {"reference": "Patient/p1"},
        "onsetDateTime": "2020-01-15",
        **extra,
    }


def bundle(*resources: dict, type: str = "transaction") -> dict:
    return {
        "resourceType": "Bundle",
        "type": type,
        "entry": [{"fullUrl": f"urn:uuid:{r['id']}", "resource": r} for r in resources],
    }


def save(folder: Path, name: str, document: dict | list[dict]) -> Path:
    """A bundle as JSON, or a list of resources as NDJSON."""
    path = folder / name
    if isinstance(document, list):
        path.write_text("\n".join(json.dumps(line) for line in document))
    else:
        path.write_text(json.dumps(document))
    return path
