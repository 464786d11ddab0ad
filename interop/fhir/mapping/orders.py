"""Orders, medicines and tasks → rows of `clinical`."""

from typing import Any

from clinical.models import CodingRole as Role
from interop.fhir.mapping import base, times
from interop.fhir.mapping.base import Context, MappingError, Reference, Row, in_role, reference
from interop.fhir.mapping.clinical import fact, kind_of, performed_by


def _order(resource: dict, model: str, context: Context, **values: Any) -> Row:
    row = fact(
        resource,
        model,
        intent=base.required(resource, "intent")[:20],
        priority=resource.get("priority", "routine"),
        reason_text=base.words((resource.get("reasonCode") or [{}])[0]),
        recorded_at=times.moment(resource.get("authoredOn"), context.zone),
        **values,
    )
    requester = reference(resource, "requester")
    if requester and kind_of(requester.target) in ("Practitioner", "PractitionerRole", ""):
        row.refs["requester_id"] = requester
    elif requester and kind_of(requester.target) == "Organization":
        row.refs["organization_id"] = requester
    row.codings += in_role(Role.REASON, resource.get("reasonCode")) + in_role(
        Role.STATUS_REASON, resource.get("statusReason")
    )
    return row


# SNOMED CT and HL7 codes of ServiceRequest.category → our kinds.
KINDS = {
    "108252007": "laboratory",
    "laboratory": "laboratory",
    "LAB": "laboratory",
    "363679005": "imaging",
    "imaging": "imaging",
    "RAD": "imaging",
    "3457005": "referral",
    "103696004": "referral",
    "306206005": "referral",
    "387713003": "procedure",
    "409063005": "counselling",
    "409073007": "education",
}


def service_request(resource: dict, context: Context) -> Row:
    category = in_role(Role.CATEGORY, resource.get("category"))
    code = in_role(Role.CODE, resource.get("code"))
    row = _order(
        resource,
        "clinical.servicerequest",
        context,
        kind=next((KINDS[c.code] for _, c in category + code if c.code in KINDS), ""),
        **times.timing(resource, "occurrence", context.zone),
    )
    performed_by(row, base.participants(resource.get("performer"), "performer", ""))
    row.codings += (
        code
        + category
        + in_role(Role.BODY_SITE, resource.get("bodySite"))
        + in_role(Role.PERFORMER_TYPE, resource.get("performerType"))
    )
    return row


def device_request(resource: dict, context: Context) -> Row:
    row = _order(resource, "clinical.devicerequest", context, **times.timing(resource, "occurrence", context.zone))
    row.codings += in_role(Role.CODE, resource.get("codeCodeableConcept")) + in_role(
        Role.PERFORMER_TYPE, resource.get("performerType")
    )
    return row


def medicine(row: Row, resource: dict) -> None:
    """The codes of `medication[x]`: written out, of a contained Medication, or of one that is pointed at."""
    row.codings += in_role(Role.CODE, resource.get("medicationCodeableConcept"))
    target = base.target_of(resource.get("medicationReference"))
    if target.startswith("#"):
        inside = [c for c in resource.get("contained") or () if f"#{c.get('id')}" == target]
        if not inside:
            raise MappingError("medicationReference names a contained resource that is not there.")
        row.codings += in_role(Role.CODE, inside[0].get("code"))
    elif target:
        row.coding_refs.append((Role.CODE, Reference("medicationReference", target)))
    elif not row.codings:
        raise MappingError(f"{resource['resourceType']}.medication is missing.")


def days(duration: dict | None) -> int | None:
    """A Duration in whole days (UCUM d, wk, mo, a)."""
    value, unit = base.quantity(duration)
    if value is None:
        return None
    factor = {"d": 1, "day": 1, "days": 1, "wk": 7, "week": 7, "weeks": 7, "mo": 30, "a": 365, "h": 1 / 24}.get(unit, 1)
    return round(value * factor)


def route(dosage: list | None) -> list:
    return [item for d in dosage or () for item in in_role(Role.ROUTE, d.get("route"))]


def medication_request(resource: dict, context: Context) -> Row:
    dosage = resource.get("dosageInstruction")
    dispense = resource.get("dispenseRequest") or {}
    period = dispense.get("validityPeriod") or next(
        (
            repeat["boundsPeriod"]
            for d in dosage or ()
            if (repeat := (d.get("timing") or {}).get("repeat") or {}).get("boundsPeriod")
        ),
        None,
    )
    amount, unit = base.quantity(dispense.get("quantity"))
    category = in_role(Role.CATEGORY, resource.get("category"))
    row = _order(
        resource,
        "clinical.medicationrequest",
        context,
        dosage_text="; ".join(d["text"] for d in dosage or () if d.get("text"))[:500],
        dosage=dosage,
        quantity=amount,
        quantity_unit=unit,
        refills=dispense.get("numberOfRepeatsAllowed"),
        days_supply=days(dispense.get("expectedSupplyDuration")),
        category=next((c.code for _, c in category), "")[:20],
        **times.during(period, context.zone),
    )
    medicine(row, resource)
    row.codings += category + route(dosage)
    return row


def medication_dispense(resource: dict, context: Context) -> Row:
    amount, unit = base.quantity(resource.get("quantity"))
    row = fact(
        resource,
        "clinical.medicationdispense",
        quantity=amount,
        quantity_unit=unit,
        days_supply=days(resource.get("daysSupply")),
        dosage=resource.get("dosageInstruction"),
        recorded_at=times.moment(resource.get("whenPrepared"), context.zone),
        **times.at(resource.get("whenHandedOver") or resource.get("whenPrepared"), context.zone),
    )
    encounter = reference(resource, "context")
    if encounter and kind_of(encounter.target) in ("Encounter", ""):
        row.refs["encounter_id"] = encounter
    prescriptions = base.participants(resource.get("authorizingPrescription"), "authorizingPrescription", "")
    if prescriptions:
        row.refs["request_id"] = prescriptions[0]
    performed_by(row, base.participants(resource.get("performer"), "performer", "actor"))
    medicine(row, resource)
    row.codings += (
        in_role(Role.TYPE, resource.get("type"))
        + in_role(Role.CATEGORY, resource.get("category"))
        + in_role(Role.STATUS_REASON, resource.get("statusReasonCodeableConcept"))
        + route(resource.get("dosageInstruction"))
    )
    return row


def medication_statement(resource: dict, context: Context) -> Row:
    source = reference(resource, "informationSource")
    row = fact(
        resource,
        "clinical.medicationstatement",
        dosage_text="; ".join(d["text"] for d in resource.get("dosage") or () if d.get("text"))[:500],
        information_source=kind_of(source.target)[:40] if source else "",
        recorded_at=times.moment(resource.get("dateAsserted"), context.zone),
        **times.timing(resource, "effective", context.zone),
    )
    encounter = reference(resource, "context")
    if encounter and kind_of(encounter.target) in ("Encounter", ""):
        row.refs["encounter_id"] = encounter
    based_on = [
        r for r in base.participants(resource.get("basedOn"), "basedOn", "") if kind_of(r.target) == "MedicationRequest"
    ]
    if based_on:
        row.refs["request_id"] = based_on[0]
    medicine(row, resource)
    row.codings += (
        in_role(Role.CATEGORY, resource.get("category"))
        + in_role(Role.REASON, resource.get("reasonCode"))
        + in_role(Role.STATUS_REASON, resource.get("statusReason"))
        + route(resource.get("dosage"))
    )
    return row


def medication(resource: dict, context: Context) -> Row:
    """A Medication becomes no row: those that point at it take over its codes."""
    return Row("", {}, codings=in_role(Role.CODE, resource.get("code")))


def task(resource: dict, context: Context) -> Row:
    """`focus` is what the task is about: its focus, or the order it answers (`basedOn`)."""
    period = resource.get("executionPeriod") or {}
    restriction = (resource.get("restriction") or {}).get("period") or {}
    outputs = [o["valueString"] for o in resource.get("output") or () if o.get("valueString")]
    row = fact(
        resource,
        "clinical.task",
        "for",
        kind="",
        title=(resource.get("description") or base.words(resource.get("code")))[:200],
        detail=base.notes(resource, 5000),
        priority={"asap": "urgent"}.get(resource.get("priority", ""), resource.get("priority", "routine")),
        due_at=times.moment(restriction.get("end"), context.zone),
        completed_at=times.moment(period.get("end"), context.zone) if resource.get("status") == "completed" else None,
        outcome="; ".join(outputs)[:500],
        recorded_at=times.moment(resource.get("authoredOn"), context.zone),
        **times.during(period, context.zone),
    )
    requester = reference(resource, "requester")
    performed_by(row, [requester] if requester else [])
    about = base.participants(resource.get("basedOn"), "basedOn", "")
    focus = reference(resource, "focus")
    if focus or about:
        row.refs["focus_id"] = focus or about[0]
    row.codings += (
        in_role(Role.CODE, resource.get("code"))
        + in_role(Role.REASON, resource.get("reasonCode"))
        + in_role(Role.STATUS_REASON, resource.get("statusReason"))
        + in_role(Role.PERFORMER_TYPE, resource.get("performerType"))
    )
    return row
