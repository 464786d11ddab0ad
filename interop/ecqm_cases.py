"""A case's bundle as the official logic sees it: what a retrieve sees, and nothing that no measure reads.

A deck is less tidy than a chart: ids stand twice, references lead nowhere, an element has no value. The official
logic takes each resource for itself, so that a resource which cannot be read costs the case that resource alone.
"""

import calendar
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from interop.fhir.mapping import MappingError, map_resource
from interop.fhir.mapping.times import span
from interop.fhir.read import Unit, parse

READ = {
    "AdverseEvent",
    "AllergyIntolerance",
    "Communication",
    "Condition",
    "DeviceRequest",
    "Encounter",
    "Immunization",
    "Location",
    "MedicationDispense",
    "MedicationRequest",
    "Observation",
    "Patient",
    "Procedure",
    "ServiceRequest",
    "Task",
}
DO_NOT_PERFORM = "http://hl7.org/fhir/us/qicore/StructureDefinition/qicore-doNotPerform"
REASON_REFUSED = "http://hl7.org/fhir/us/qicore/StructureDefinition/qicore-doNotPerformReason"
# `[MedicationRequest: "X"]` follows a reference to a Medication of the case, as the data requirements of the measures
# say. `[MedicationRequest: medication in "X"]` compares a code alone, and so do retrieves of dispenses and of what was
# not requested (QI-Core 4.1.1). These ask in the second way, the library of frailty among them.
BY_CODE_ALONE = {
    "BreastCancerScreeningFHIR",
    "CADBetaBlockerTherapyPriorMIorLVSDFHIR",
    "ColonCancerScreeningFHIR",
    "ControllingHighBloodPressureFHIR",
    "DiabetesEyeExamFHIR",
    "DiabetesGlycemicStatusAssessmentGreaterThan9PercentFHIR",
    "HFACEIorARBorARNIforLVSDFHIR",
}
POINTED_AT = {"text": "A medicine that is only pointed at"}
UCUM = "http://unitsofmeasure.org"
CALENDAR_UNITS = "http://hl7.org/fhirpath/CodeSystem/calendar-units"
Resource = dict[str, Any]


def resources_of(path: Path) -> list[Resource]:
    """The readable resources of a case's bundle, each as a retrieve sees it; the patient first."""
    bundle = json.loads(path.read_bytes())
    found = [entry.get("resource") or {} for entry in bundle.get("entry") or ()]
    found = [resource for resource in found if resource.get("resourceType") in READ]
    found.sort(key=lambda resource: resource["resourceType"] != "Patient")
    there = {f"{resource['resourceType']}/{resource.get('id')}" for resource in found}
    medicines = _medicines(bundle, path.parent.name)
    born = next((str(resource.get("birthDate", "")) for resource in found), "")
    for number, resource in enumerate(found):
        _as_retrieved(resource, there, medicines)
        _by_their_own_clock(resource)
        _ages(resource, born)
        _forwards(resource)
        if any(_key(other) == _key(resource) for other in found[:number]):
            resource["id"] = f"{resource.get('id', '')}-again-{number}"
    return [resource for resource in found if _is_readable(resource)]


def unit(position: str, resources: list[Resource]) -> Iterator[Unit]:
    """What the loader takes. Ids are unique only within a case: the scope keeps them apart."""
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": resource} for resource in resources],
    }
    yield from parse(position, bundle, scope=f"{position}/")


def _key(resource: Resource) -> tuple[str, str]:
    return resource["resourceType"], resource.get("id", "")


def _is_readable(resource: Resource) -> bool:
    try:
        return map_resource(resource) is not None
    except MappingError:
        return False


def _medicines(bundle: Resource, measure: str) -> dict[str, Resource]:
    """The codes of the case's medications by id, where the measure's retrieves follow a reference to them."""
    if measure in BY_CODE_ALONE:
        return {}
    found = [entry.get("resource") or {} for entry in bundle.get("entry") or ()]
    return {
        resource["id"]: resource["code"]
        for resource in found
        if resource.get("resourceType") == "Medication" and resource.get("id") and resource.get("code")
    }


def _as_retrieved(resource: Resource, there: set[str], medicines: dict[str, Resource]) -> None:
    kind = resource["resourceType"]
    if kind == "Patient":
        # Each case is a person of its own, whatever number the deck gives them all.
        resource.pop("identifier", None)
    elif kind in ("MedicationRequest", "MedicationDispense") and (pointer := resource.pop("medicationReference", None)):
        followed = kind == "MedicationRequest" and resource.get("doNotPerform") is not True
        resource["medicationCodeableConcept"] = (medicines.get(_tail(pointer)) if followed else None) or POINTED_AT
    elif kind == "Location":
        # What kind of place it is, is all that a measure asks.
        for name in resource.keys() - {"resourceType", "id", "type"}:
            del resource[name]
    elif kind == "Encounter" and resource.get("diagnosis"):
        # Where the case does not hold the condition, `encounterDiagnosis()` finds none.
        resource["diagnosis"] = [
            {**diagnosis, "condition": {"reference": condition}}
            for diagnosis in resource["diagnosis"]
            if (condition := f"Condition/{_tail(diagnosis.get('condition') or {})}") in there
        ]
    elif kind == "AllergyIntolerance":
        # The official logic compares what the allergy is to; the importer also keeps what set off a reaction.
        resource.pop("reaction", None)
        if moment := resource.pop("onsetDateTime", None):
            # An onset at a time is that moment; in the chart an allergy lasts from it.
            resource["onsetPeriod"] = {"start": moment, "end": moment}
    elif kind == "Task":
        # The measure asks for what the task is based on, by the end of each reference; the chart prefers its focus.
        resource.pop("focus", None)
        orders = [f"ServiceRequest/{_tail(reference)}" for reference in resource.get("basedOn") or ()]
        resource["basedOn"] = [{"reference": order} for order in orders if order in there]
    elif kind == "Communication":
        # The measure asks when it was sent; the chart takes when it was received where nobody says.
        resource.pop("received", None)
    elif kind == "Observation":
        for said in [resource, *(resource.get("component") or ())]:
            if not _is_quantity(said.get("valueQuantity")):
                said.pop("valueQuantity")
    else:
        _with_official_addresses(resource)


def _with_official_addresses(request: Resource) -> None:
    """The official logic knows an extension by one address; the importer also takes misspelt ones of real files."""
    if request["resourceType"] == "ServiceRequest":
        request["extension"] = [
            extension
            for extension in request.get("extension") or ()
            if not _tail_of(extension).endswith(("Reason", "reasonRefused")) or extension.get("url") == REASON_REFUSED
        ]
    elif request["resourceType"] == "DeviceRequest":
        request["modifierExtension"] = [
            extension for extension in request.get("modifierExtension") or () if extension.get("url") == DO_NOT_PERFORM
        ]


def _tail_of(extension: Resource) -> str:
    return str(extension.get("url", "")).rsplit("/", 1)[-1]


def _tail(reference: Resource) -> str:
    """QICoreCommon.getId."""
    return str(reference.get("reference", "")).rsplit("/", 1)[-1]


def _is_quantity(said: Resource | None) -> bool:
    """FHIRHelpers.ToQuantity knows neither "less than" nor units of anybody but UCUM."""
    return said is None or (not said.get("comparator") and said.get("system", UCUM) in (UCUM, CALENDAR_UNITS))


ELSEWHERE = re.compile(r"(\d{4}-\d\d-\d\dT[\d:.]+)[+-](?!00:00)\d\d:\d\d")


def _by_their_own_clock(node: Any) -> None:
    """Times with another offset than UTC's keep what their own clock said. CQL takes offsets into account where it
    compares hours and less; a day is the day that was written, and nearly all that a measure compares is days.
    """
    keys: Any = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        if isinstance(node[key], str) and (found := ELSEWHERE.fullmatch(node[key])):
            node[key] = f"{found[1]}Z"
        else:
            _by_their_own_clock(node[key])


def _forwards(node: Any) -> None:
    """A period written backwards is the time between its ends: the official logic compares each end by itself."""
    if isinstance(node, list):
        for item in node:
            _forwards(item)
    elif isinstance(node, dict):
        for first, last in (("start", "end"), ("onsetDateTime", "abatementDateTime")):
            if _is_before(node.get(last), node.get(first)):
                node[first], node[last] = node[last], node[first]
        for value in node.values():
            _forwards(value)


def _is_before(one: Any, other: Any) -> bool:
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    try:
        return span(one).upper <= span(other).lower
    except ValueError:
        return False


# --- Times given as ages (QICoreCommon.toInterval of a Quantity) ------------------------------------------

UNITS = {"a": 12, "yr": 12, "year": 12, "years": 12, "mo": 1, "month": 1, "months": 1}
DAYS = {"wk": 7, "week": 7, "weeks": 7, "d": 1, "day": 1, "days": 1}
AGES = {"Condition": ("onset", "abatement"), "Procedure": ("performed",), "AllergyIntolerance": ("onset",)}


def _ages(resource: Resource, born: str) -> None:
    """An age stands for the year that begins with it: `Interval[birthDate + age, birthDate + age + 1 year)`."""
    for element in AGES.get(resource["resourceType"], ()):
        age, bounds = resource.pop(f"{element}Age", None), resource.pop(f"{element}Range", None)
        low, high = (age, age) if age else ((bounds or {}).get("low"), (bounds or {}).get("high"))
        start, end = _at_age(born, low), _at_age(born, high, more_months=12)
        if start and end:
            resource[f"{element}Period"] = {
                "start": f"{start}T00:00:00.000Z",
                "end": f"{end - timedelta(days=1)}T23:59:59.999Z",
            }


def _at_age(born: str, age: dict[str, Any] | None, more_months: int = 0) -> date | None:
    unit = str((age or {}).get("code") or (age or {}).get("unit") or "")
    if not age or age.get("value") is None or len(born) != 10 or unit not in (UNITS | DAYS):
        return None
    value, birth = int(age["value"]), date.fromisoformat(born)
    months = birth.year * 12 + birth.month - 1 + value * UNITS.get(unit, 0) + more_months
    year, month = divmod(months, 12)
    day = min(birth.day, calendar.monthrange(year, month + 1)[1])
    return date(year, month + 1, day) + timedelta(days=value * DAYS.get(unit, 0))
