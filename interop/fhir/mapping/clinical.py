"""Encounters, problems, allergies, procedures, immunisations and what else was done → rows of `clinical`."""

from typing import Any

from clinical.models import CodingRole as Role
from interop.fhir.mapping import base, times
from interop.fhir.mapping.base import Context, Reference, Row, in_role, reference, references


def fact(resource: dict, model: str, subject: str = "subject", **values: Any) -> Row:
    """The columns that every clinical fact has; the mapping of each type adds its own."""
    negated, reasons = base.negation(resource)
    if "status" not in values:
        values["status"] = base.status_of(resource)
    return Row(
        model=model,
        values={"is_negated": negated, **values},
        subject=reference(resource, subject),
        codings=reasons,
        refs=references({"encounter_id": reference(resource, "encounter")}),
        sensitivity=base.sensitivity(resource),
    )


def kind_of(target: str) -> str:
    """The resource type that a reference names, or empty where its address does not say (urn:uuid)."""
    if target.startswith(("urn:", "#")):
        return ""
    if "?" in target:
        return target.partition("?")[0].rpartition("/")[2]
    return target.partition("/_history")[0].rpartition("/")[0].rpartition("/")[2]


def performed_by(row: Row, candidates: list[Reference]) -> None:
    """The first clinician and the first organisation among those who took part; others stay plain references.

    Where an address does not name its type (urn:uuid), the loader drops it again if it is no clinician.
    """
    for candidate in candidates:
        kind = kind_of(candidate.target)
        if kind == "Organization":
            row.refs.setdefault("organization_id", candidate)
        elif kind in ("Practitioner", "PractitionerRole", ""):
            row.refs.setdefault("performer_id", candidate)


def encounter(resource: dict, context: Context) -> Row:
    hospitalization = resource.get("hospitalization") or {}
    row = fact(
        resource,
        "clinical.encounter",
        reason_text=base.words((resource.get("reasonCode") or [{}])[0]),
        recorded_at=None,
        **times.during(resource.get("period"), context.zone),
    )
    clinicians = base.participants(resource.get("participant"), "participant", "individual")
    locations = base.participants(resource.get("location"), "location", "location")
    row.refs = references(
        {
            "clinician_id": next(
                (c for c in clinicians if kind_of(c.target) in ("Practitioner", "PractitionerRole", "")), None
            ),
            "organization_id": reference(resource, "serviceProvider"),
            "facility_id": locations[0] if locations else None,
            "part_of_id": reference(resource, "partOf"),
        }
    )
    row.codings += (
        base.one_coding(Role.CLASS, resource.get("class"))
        + in_role(Role.TYPE, resource.get("type"))
        + in_role(Role.CATEGORY, resource.get("serviceType"))
        + in_role(Role.REASON, resource.get("reasonCode"))
        + in_role(Role.DISCHARGE_DISPOSITION, hospitalization.get("dischargeDisposition"))
    )
    # The kinds of the places it was at, as Location says them.
    row.coding_refs += [(Role.PLACE, place) for place in locations]
    seen = set()
    for number, diagnosis in enumerate(resource.get("diagnosis") or ()):
        target = base.target_of(diagnosis.get("condition"))
        use = base.first_code(diagnosis.get("use"))[:20]
        if target and (target, use) not in seen:
            seen.add((target, use))
            row.children.append(
                Row(
                    "clinical.encounterdiagnosis",
                    {"use": use, "rank": diagnosis.get("rank")},
                    refs={"condition_id": Reference(f"diagnosis[{number}].condition", target)},
                    parent="encounter_id",
                    key=f"d{number}",
                )
            )
    return row


def _onset(resource: dict, context: Context) -> dict:
    """Onset to abatement. Ages and words have no instant; a Condition that says only when it was recorded is open."""
    start = resource.get("onsetDateTime") or (resource.get("onsetPeriod") or {}).get("start")
    period = resource.get("abatementPeriod") or {}
    end = resource.get("abatementDateTime") or period.get("end") or period.get("start")
    return times.effective(start, end, context.zone)


def condition(resource: dict, context: Context) -> Row:
    row = fact(
        resource,
        "clinical.condition",
        status=base.first_code(resource.get("clinicalStatus"), "unknown")[:20],
        verification=base.first_code(resource.get("verificationStatus"))[:20],
        is_problem=any(
            coding.get("code") == "problem-list-item"
            for category in resource.get("category") or ()
            for coding in category.get("coding") or ()
        ),
        note=base.notes(resource),
        recorded_at=times.moment(resource.get("recordedDate"), context.zone),
        **_onset(resource, context),
    )
    performed_by(row, [ref for name in ("asserter", "recorder") if (ref := reference(resource, name))])
    row.codings += (
        in_role(Role.CODE, resource.get("code"))
        + in_role(Role.CATEGORY, resource.get("category"))
        + in_role(Role.SEVERITY, resource.get("severity"))
        + in_role(Role.BODY_SITE, resource.get("bodySite"))
        + in_role(Role.VERIFICATION, resource.get("verificationStatus"))
    )
    return row


def allergy_intolerance(resource: dict, context: Context) -> Row:
    start = resource.get("onsetDateTime") or (resource.get("onsetPeriod") or {}).get("start")
    categories = resource.get("category") or [""]
    row = fact(
        resource,
        "clinical.allergyintolerance",
        "patient",
        status=base.first_code(resource.get("clinicalStatus"), "unknown")[:20],
        verification=base.first_code(resource.get("verificationStatus"))[:20],
        kind=resource.get("type", ""),
        category=categories[0],
        criticality=resource.get("criticality", ""),
        reactions=[
            {
                "manifestation": [base.words(m) for m in reaction.get("manifestation") or ()],
                "severity": reaction.get("severity", ""),
                "onset": reaction.get("onset", ""),
                "description": reaction.get("description", ""),
            }
            for reaction in resource.get("reaction") or ()
        ]
        + _last_reaction(resource.get("lastOccurrence"), context),
        recorded_at=times.moment(resource.get("recordedDate"), context.zone),
        **times.effective(start, (resource.get("onsetPeriod") or {}).get("end"), context.zone),
    )
    row.codings += (
        in_role(Role.CODE, resource.get("code"))
        + in_role(Role.VERIFICATION, resource.get("verificationStatus"))
        + [
            item
            for reaction in resource.get("reaction") or ()
            for item in in_role(Role.CODE, reaction.get("substance"))
            + in_role(Role.REASON, reaction.get("manifestation"))
        ]
    )
    return row


def _last_reaction(said: str | None, context: Context) -> list[dict]:
    """lastOccurrence stands among the reactions, as one of which nothing but its time is known."""
    last = times.moment(said, context.zone)
    return [{"last_occurrence": last.isoformat()}] if last else []


def family_member_history(resource: dict, context: Context) -> Row:
    conditions = resource.get("condition") or ()
    ages = [c["onsetAge"]["value"] for c in conditions if (c.get("onsetAge") or {}).get("value") is not None]
    row = fact(
        resource,
        "clinical.familyhistory",
        "patient",
        relationship=base.first_code(base.required(resource, "relationship"), "FAMMEMB")[:20],
        onset_age=int(min(ages)) if ages else None,
        recorded_at=times.moment(resource.get("date"), context.zone),
        **times.at(resource.get("date"), context.zone),
    )
    row.codings += [item for c in conditions for item in in_role(Role.CODE, c.get("code"))]
    return row


def procedure(resource: dict, context: Context) -> Row:
    recorded = next(base.extensions(resource, "qicore-recorded"), {}).get("valueDateTime")
    row = fact(
        resource,
        "clinical.procedure",
        note=base.notes(resource),
        recorded_at=times.moment(recorded, context.zone),
        **times.timing(resource, "performed", context.zone),
    )
    performed_by(row, base.participants(resource.get("performer"), "performer", "actor"))
    row.codings += (
        in_role(Role.CODE, resource.get("code"))
        + in_role(Role.CATEGORY, resource.get("category"))
        + in_role(Role.REASON, resource.get("reasonCode"))
        + in_role(Role.STATUS_REASON, resource.get("statusReason"))
        + in_role(Role.BODY_SITE, resource.get("bodySite"))
    )
    return row


def immunization(resource: dict, context: Context) -> Row:
    dose, unit = base.quantity(resource.get("doseQuantity"))
    row = fact(
        resource,
        "clinical.immunization",
        "patient",
        lot_number=(resource.get("lotNumber") or "")[:40],
        manufacturer=((resource.get("manufacturer") or {}).get("identifier") or {}).get("value", "")[:10],
        expires_on=times.day(resource.get("expirationDate")),
        dose_quantity=dose,
        dose_unit=unit[:20],
        is_primary_source=resource.get("primarySource", True),
        recorded_at=times.moment(resource.get("recorded"), context.zone),
        **times.timing(resource, "occurrence", context.zone),
    )
    performed_by(row, base.participants(resource.get("performer"), "performer", "actor"))
    row.codings += (
        in_role(Role.CODE, base.required(resource, "vaccineCode"))
        + in_role(Role.STATUS_REASON, resource.get("statusReason"))
        + in_role(Role.REASON, resource.get("reasonCode"))
        + in_role(Role.BODY_SITE, resource.get("site"))
        + in_role(Role.ROUTE, resource.get("route"))
    )
    return row


def communication(resource: dict, context: Context) -> Row:
    based_on = base.participants(resource.get("basedOn"), "basedOn", "")
    recorded = next(base.extensions(resource, "qicore-recorded"), {}).get("valueDateTime")
    row = fact(
        resource,
        "clinical.communication",
        note="\n".join(
            [p["contentString"] for p in resource.get("payload") or () if p.get("contentString")]
            + [base.notes(resource)]
        ).strip()[:500],
        in_response_to=based_on[0].target[:120] if based_on else "",
        recorded_at=times.moment(recorded or resource.get("received"), context.zone),
        **times.at(resource.get("sent") or resource.get("received"), context.zone),
    )
    performed_by(row, [ref for name in ("sender",) if (ref := reference(resource, name))])
    row.codings += (
        in_role(Role.CATEGORY, resource.get("category"))
        + in_role(Role.CODE, resource.get("topic"))
        + in_role(Role.REASON, resource.get("reasonCode"))
        + in_role(Role.STATUS_REASON, resource.get("statusReason"))
        + [item for p in resource.get("payload") or () for item in in_role(Role.VALUE, p.get("contentCodeableConcept"))]
    )
    return row


def adverse_event(resource: dict, context: Context) -> Row:
    row = fact(
        resource,
        "clinical.adverseevent",
        status=base.required(resource, "actuality"),
        note="",
        recorded_at=times.moment(resource.get("recordedDate"), context.zone),
        **times.at(resource.get("date") or resource.get("detected"), context.zone),
    )
    row.codings += (
        in_role(Role.CODE, resource.get("event"))
        + in_role(Role.CATEGORY, resource.get("category"))
        + in_role(Role.SEVERITY, resource.get("severity") or resource.get("seriousness"))
        + in_role(Role.VALUE, resource.get("outcome"))
    )
    return row


def goal(resource: dict, context: Context) -> Row:
    row = fact(
        resource,
        "clinical.goal",
        status=base.required(resource, "lifecycleStatus")[:20],
        description=base.words(resource.get("description")),
        target=resource.get("target"),
        recorded_at=times.moment(resource.get("statusDate"), context.zone),
        **times.effective(resource.get("startDate"), None, context.zone),
    )
    performed_by(row, [ref for name in ("expressedBy",) if (ref := reference(resource, name))])
    row.codings += (
        in_role(Role.CODE, resource.get("description"))
        + in_role(Role.CATEGORY, resource.get("category"))
        + in_role(Role.VALUE, resource.get("achievementStatus"))
        + in_role(Role.VALUE, [t["measure"] for t in resource.get("target") or () if t.get("measure")])
    )
    return row


def care_plan(resource: dict, context: Context) -> Row:
    row = fact(
        resource,
        "clinical.careplan",
        title=(resource.get("title") or base.words((resource.get("category") or [{}])[0]))[:200],
        activities=[a.get("detail") or a for a in resource.get("activity") or ()],
        recorded_at=times.moment(resource.get("created"), context.zone),
        **times.during(resource.get("period"), context.zone),
    )
    performed_by(row, [ref for name in ("author",) if (ref := reference(resource, name))])
    row.codings += in_role(Role.CATEGORY, resource.get("category")) + [
        item for a in resource.get("activity") or () for item in in_role(Role.CODE, (a.get("detail") or {}).get("code"))
    ]
    return row


def care_team(resource: dict, context: Context) -> Row:
    """A care team is its members: one row for each clinician in it, for the team's period."""
    row = Row("", {}, subject=reference(resource, "subject"), sensitivity=base.sensitivity(resource))
    if resource.get("status") in ("proposed", "entered-in-error"):
        return row
    period = times.day_range(resource.get("period"))
    seen = set()
    for number, participant in enumerate(resource.get("participant") or ()):
        target = base.target_of(participant.get("member"))
        role = base.words((participant.get("role") or [{}])[0]) or "care team"
        # Teams for two illnesses may hold the same person in the same role at once.
        role = f"{role}: {resource['name']}"[:60] if resource.get("name") else role[:60]
        if target and kind_of(target) in ("Practitioner", "PractitionerRole", "") and (target, role) not in seen:
            seen.add((target, role))
            row.children.append(
                Row(
                    "clinical.careteammembership",
                    {
                        "role": role,
                        "period": times.day_range(participant.get("period")) if participant.get("period") else period,
                    },
                    refs={"clinician_id": Reference(f"participant[{number}].member", target)},
                    key=f"p{number}",
                )
            )
    return row
