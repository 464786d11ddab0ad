"""A case's bundle as the official logic sees it, where the chart knows more or reads it otherwise."""

import json

from interop.ecqm_cases import resources_of

PATIENT = {"resourceType": "Patient", "id": "p", "birthDate": "1970-01-01", "gender": "female"}
CODE = {"coding": [{"system": "http://loinc.org", "code": "10351-5"}]}
COPIES = {"value": 20, "unit": "{copies}/mL", "system": "http://unitsofmeasure.org", "code": "{copies}/mL"}


def read(tmp_path, *resources: dict, measure: str = "StatinTherapy") -> list[dict]:
    """What is read of a measure's case that holds a patient and these; the patient left out."""
    written = [
        PATIENT,
        *({"id": f"r{n}", "subject": {"reference": "Patient/p"}, **resource} for n, resource in enumerate(resources)),
    ]
    path = tmp_path / measure / "case.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"resourceType": "Bundle", "entry": [{"resource": r} for r in written]}))
    return [resource for resource in resources_of(path) if resource["resourceType"] != "Patient"]


def observation(**said) -> dict:
    return {"resourceType": "Observation", "status": "final", "code": CODE, "effectiveDateTime": "2025-03-01", **said}


def test_a_quantity_in_ucum_units_or_in_none_is_a_value(tmp_path):
    bare = {"value": 20}

    ucum, without = read(tmp_path, observation(valueQuantity=COPIES), observation(valueQuantity=bare))

    assert ucum["valueQuantity"] == COPIES
    assert without["valueQuantity"] == bare


def test_less_than_and_foreign_units_are_no_value(tmp_path):
    below = {**COPIES, "comparator": "<"}
    foreign = {**COPIES, "system": "https://example.org/units"}

    found = read(
        tmp_path,
        observation(valueQuantity=below),
        observation(valueQuantity=foreign),
        observation(component=[{"code": CODE, "valueQuantity": below}]),
    )

    assert ["valueQuantity" in resource for resource in found] == [False, False, False]
    assert "valueQuantity" not in found[2]["component"][0]


def test_a_day_is_that_of_the_clock_it_was_written_by(tmp_path):
    """CQL 1.5, comparing dates and times: offsets are normalised for hours and finer alone."""
    last_evening = "2024-12-31T20:00:00-05:00"
    night = {"start": last_evening, "end": "2025-01-01T02:00:00.000+00:00"}
    over_night = {key: value for key, value in observation(effectivePeriod=night).items() if key != "effectiveDateTime"}

    at, over = read(tmp_path, observation(effectiveDateTime=last_evening), over_night)

    assert at["effectiveDateTime"] == "2024-12-31T20:00:00Z"
    assert over["effectivePeriod"] == {"start": "2024-12-31T20:00:00Z", "end": "2025-01-01T02:00:00.000+00:00"}


def test_a_message_has_the_time_at_which_it_was_sent(tmp_path):
    message = {"resourceType": "Communication", "status": "completed", "reasonCode": [CODE], "received": "2025-03-01"}

    (found,) = read(tmp_path, message)

    assert "received" not in found


def test_a_report_answers_the_referral_at_the_end_of_its_reference(tmp_path):
    referral = {"resourceType": "ServiceRequest", "id": "ref", "status": "active", "intent": "order", "code": CODE}
    report = {"resourceType": "Task", "for": {"reference": "Patient/p"}, "status": "completed", "intent": "order"}
    pointers = ("ServiceRequest/nowhere", "https://example.org/fhir/ServiceRequest/ref")

    found = read(tmp_path, referral, {**report, "basedOn": [{"reference": pointer} for pointer in pointers]})

    assert found[1]["basedOn"] == [{"reference": "ServiceRequest/ref"}]


def order(**said) -> dict:
    pointer = {"reference": "https://example.org/fhir/Medication/m"}
    return {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationReference": pointer,
        **said,
    }


def test_an_order_that_points_at_a_medicine_has_its_code(tmp_path):
    medicine = {"resourceType": "Medication", "id": "m", "code": CODE}

    ordered, refused = read(tmp_path, medicine, order(), order(doNotPerform=True))

    assert ordered["medicationCodeableConcept"] == CODE
    assert "coding" not in refused["medicationCodeableConcept"]


def test_measures_that_ask_by_code_alone_do_not_follow_the_pointer(tmp_path):
    medicine = {"resourceType": "Medication", "id": "m", "code": CODE}

    (ordered,) = read(tmp_path, medicine, order(), measure="HFACEIorARBorARNIforLVSDFHIR")

    assert "coding" not in ordered["medicationCodeableConcept"]


def test_a_diagnosis_of_a_visit_is_found_by_the_end_of_its_reference(tmp_path):
    condition = {"resourceType": "Condition", "id": "c", "code": CODE, "onsetDateTime": "2025-01-01"}
    pointers = ("https://example.org/fhir/Condition/c", "Condition/nowhere")
    visit = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"code": "AMB"},
        "period": {"start": "2025-03-01", "end": "2025-03-01"},
        "diagnosis": [{"condition": {"reference": pointer}} for pointer in pointers],
    }

    _, found = read(tmp_path, condition, visit)

    assert [diagnosis["condition"]["reference"] for diagnosis in found["diagnosis"]] == ["Condition/c"]
