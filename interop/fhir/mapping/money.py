"""Coverage, Claim and ExplanationOfBenefit → what others say about insurance and cost.

They are statements and touch no money of ours: enrolment comes by 834 or a person, claims that we owe by 837.
"""

from typing import Any

from clinical.models import CodingRole as Role
from interop.fhir.mapping import base, times
from interop.fhir.mapping.base import Context, Row, in_role, reference
from interop.fhir.mapping.clinical import kind_of


def coverage(resource: dict, context: Context) -> Row:
    payors = base.participants(resource.get("payor"), "payor", "")
    row = Row(
        "interop.coveragestatement",
        {
            "status": base.status_of(resource, "active"),
            "payor_name": next((p["display"] for p in resource.get("payor") or () if p.get("display")), "")[:200],
            "subscriber_number": str(resource.get("subscriberId") or "")[:80],
            "relationship": base.first_code(resource.get("relationship"))[:20],
            "payer_order": resource.get("order"),
            "recorded_at": None,
            **times.during(resource.get("period"), context.zone),
        },
        subject=reference(resource, "beneficiary"),
        sensitivity=base.sensitivity(resource),
    )
    organizations = [payor for payor in payors if kind_of(payor.target) in ("Organization", "")]
    if organizations:
        row.refs["organization_id"] = organizations[0]
    row.codings = in_role(Role.TYPE, resource.get("type")) + [
        item for c in resource.get("class") or () for item in in_role(Role.CLASS, c.get("type"))
    ]
    return row


def amount(money: dict | None) -> Any:
    return (money or {}).get("value")


# Adjudication categories: FHIR's own codes and the last part of CMS Blue Button's addresses.
CATEGORIES = {
    "submitted": "charged",
    "line_sbmtd_chrg_amt": "charged",
    "eligible": "allowed",
    "line_alowd_chrg_amt": "allowed",
    "benefit": "paid",
    "line_nch_pmt_amt": "paid",
    "line_prvdr_pmt_amt": "paid",
    "copay": "member_share",
    "deductible": "member_share",
    "coinsurance": "member_share",
    "line_coinsrnc_amt": "member_share",
    "line_bene_ptb_ddctbl_amt": "member_share",
}


def _adjudicated(item: dict) -> dict[str, Any]:
    """Charged, allowed, paid and the member's share of one line; shares are added up."""
    sums: dict[str, Any] = {"charged": amount(item.get("net")), "allowed": None, "paid": None, "member_share": None}
    for adjudication in item.get("adjudication") or ():
        code = base.first_code(adjudication.get("category")).rsplit("/", 1)[-1]
        column, value = CATEGORIES.get(code), amount(adjudication.get("amount"))
        if column is None or value is None:
            continue
        if column == "member_share" and sums[column] is not None:
            sums[column] = round(sums[column] + value, 2)
        elif code != "line_prvdr_pmt_amt" or sums["paid"] is None:
            sums[column] = value
    return sums


def _charged(resource: dict) -> Any:
    """What was asked for: one total of a Claim, the submitted one among those of an ExplanationOfBenefit."""
    total = resource.get("total")
    if not isinstance(total, list):
        return amount(total)
    return next((amount(t.get("amount")) for t in total if base.first_code(t.get("category")) == "submitted"), None)


def _insurer(resource: dict) -> str:
    """The first insurer that is named in words."""
    elements = [resource.get("insurer") or {}, *((i.get("coverage") or {}) for i in resource.get("insurance") or ())]
    return next((element["display"] for element in elements if element.get("display")), "")[:200]


def _record(resource: dict, kind: str, context: Context) -> Row:
    row = Row(
        "interop.costrecord",
        {
            "status": base.status_of(resource),
            "kind": kind,
            "use": (resource.get("use") or "")[:20],
            "outcome": (resource.get("outcome") or "")[:20],
            "insurer_name": _insurer(resource),
            "charged": _charged(resource),
            "paid": amount((resource.get("payment") or {}).get("amount")),
            "recorded_at": times.moment(resource.get("created"), context.zone),
            **times.during(resource.get("billablePeriod"), context.zone),
        },
        subject=reference(resource, "patient"),
        sensitivity=base.sensitivity(resource),
    )
    _refer(row, resource, kind)
    row.codings = in_role(Role.TYPE, resource.get("type")) + [
        item
        for d in resource.get("diagnosis") or ()
        for item in in_role(Role.REASON, d.get("diagnosisCodeableConcept"))
    ]
    for number, item in enumerate(resource.get("item") or ()):
        services = base.codes(item.get("productOrService"))
        row.codings += [(Role.CODE, code) for code in services]
        row.children.append(_line(item, number, services))
    return row


def _refer(row: Row, resource: dict, kind: str) -> None:
    """The first visit that a line names, and who provided."""
    encounters = [
        ref
        for number, item in enumerate(resource.get("item") or ())
        for ref in base.participants(item.get("encounter"), f"item[{number}].encounter", "")
    ]
    if encounters:
        row.refs["encounter_id"] = encounters[0]
    provider = reference(resource, "provider")
    if provider:
        organization = kind_of(provider.target) in ("Organization", "") and kind == "claim"
        row.refs["organization_id" if organization else "performer_id"] = provider


def _line(item: dict, number: int, services: list[base.Code]) -> Row:
    serviced = item.get("servicedPeriod") or {}
    return Row(
        "interop.costline",
        {
            "number": item.get("sequence") or number + 1,
            "service_date": times.day(item.get("servicedDate") or serviced.get("start")),
            "place_of_service": base.first_code(item.get("locationCodeableConcept"))[:2],
            "quantity": base.quantity(item.get("quantity"))[0],
            **_adjudicated(item),
        },
        concepts={"concept_id": services[0]} if services else {},
        parent="record_id",
        key=f"l{number}",
    )


def claim(resource: dict, context: Context) -> Row:
    return _record(resource, "claim", context)


def explanation_of_benefit(resource: dict, context: Context) -> Row:
    return _record(resource, "eob", context)
