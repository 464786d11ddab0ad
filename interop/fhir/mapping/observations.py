"""Observations with their components, and the reports that gather them → rows of `clinical`."""

from typing import Any

from clinical.models import CodingRole as Role
from interop.fhir.mapping import base, times
from interop.fhir.mapping.base import Context, MappingError, Row, in_role
from interop.fhir.mapping.clinical import fact, performed_by

NO_VALUE = {
    "value_quantity": None,
    "value_unit": "",
    "value_comparator": "",
    "value_integer": None,
    "value_boolean": None,
    "value_time": None,
    "value_text": "",
}


def value_of(element: dict, context: Context) -> tuple[dict, list]:
    """The columns and VALUE codings of a `value[x]`. What has no column of its own is kept as words."""
    values: dict[str, Any] = dict(NO_VALUE)
    codings: list = []
    if (quantity := element.get("valueQuantity")) is not None:
        values["value_quantity"], values["value_unit"] = base.quantity(quantity)
        values["value_comparator"] = quantity.get("comparator", "")
    elif (concept := element.get("valueCodeableConcept")) is not None:
        codings = in_role(Role.VALUE, concept)
        values["value_text"] = base.words(concept)
    elif (text := element.get("valueString")) is not None:
        values["value_text"] = text
    elif (integer := element.get("valueInteger")) is not None:
        values["value_integer"] = integer
    elif (boolean := element.get("valueBoolean")) is not None:
        values["value_boolean"] = boolean
    elif moment := element.get("valueDateTime"):
        values["value_time"] = times.moment(moment, context.zone)
        values["value_text"] = moment
    elif (clock := element.get("valueTime")) is not None:
        values["value_text"] = clock
    elif (ratio := element.get("valueRatio")) is not None:
        values["value_text"] = ":".join(_plain(ratio.get(part)) for part in ("numerator", "denominator"))
    elif (bounds := element.get("valueRange")) is not None:
        values["value_text"] = "–".join(_plain(bounds.get(part)) for part in ("low", "high"))
    elif (period := element.get("valuePeriod")) is not None:
        values["value_time"] = times.moment(period.get("start"), context.zone)
        values["value_text"] = f"{period.get('start', '')}/{period.get('end', '')}"
    elif (sampled := element.get("valueSampledData")) is not None:
        values["value_text"] = sampled.get("data", "")
    else:
        codings = in_role(Role.VALUE, element.get("dataAbsentReason"))
    return values, codings


def _plain(quantity: dict | None) -> str:
    value, unit = base.quantity(quantity)
    return f"{value if value is not None else ''} {unit}".strip()


def limits(element: dict) -> dict:
    """The first normal reference range; ranges of other kinds are left to the laboratory's own catalogue."""
    for bounds in element.get("referenceRange") or ():
        if base.first_code(bounds.get("type"), "normal") == "normal":
            return {"low": base.quantity(bounds.get("low"))[0], "high": base.quantity(bounds.get("high"))[0]}
    return {"low": None, "high": None}


def when_of(resource: dict, context: Context) -> dict:
    """`effective`, or where nobody says it `issued`: the latest moment at which it can have been.

    A result without a day is read by no rule: it would be neither due nor done.
    """
    when = times.timing(resource, "effective", context.zone)
    if when["effective"] is None and not context.as_written:
        return times.at(resource.get("issued"), context.zone)
    return when


def observation(resource: dict, context: Context) -> Row:
    values, value_codings = value_of(resource, context)
    when = when_of(resource, context)
    recorded = resource.get("issued") or next(base.extensions(resource, "qicore-recorded"), {}).get("valueDateTime")
    row = fact(
        resource,
        "clinical.observation",
        interpretation=base.first_code(resource.get("interpretation"))[:10],
        recorded_at=times.moment(recorded, context.zone),
        **values,
        **limits(resource),
        **when,
    )
    performed_by(row, base.participants(resource.get("performer"), "performer", ""))
    categories = in_role(Role.CATEGORY, resource.get("category"))
    row.codings += (
        in_role(Role.CODE, base.required(resource, "code"))
        + categories
        + value_codings
        + in_role(Role.INTERPRETATION, resource.get("interpretation"))
        + in_role(Role.BODY_SITE, resource.get("bodySite"))
        + in_role(Role.METHOD, resource.get("method"))
    )
    for number, component in enumerate(resource.get("component") or ()):
        part_values, part_codings = value_of(component, context)
        part = Row(
            "clinical.observation",
            {
                "status": row.values["status"],
                "is_negated": row.values["is_negated"],
                "interpretation": base.first_code(component.get("interpretation"))[:10],
                "recorded_at": row.values["recorded_at"],
                **part_values,
                **limits(component),
                **when,
            },
            refs=dict(row.refs),
            codings=in_role(Role.CODE, component.get("code")) + categories + part_codings,
            parent="part_of_id",
            key=f"c{number}",
        )
        if not part.codings:
            raise MappingError("Observation.component.code is missing.")
        row.children.append(part)
    return row


def diagnostic_report(resource: dict, context: Context) -> Row:
    row = fact(
        resource,
        "clinical.diagnosticreport",
        conclusion=resource.get("conclusion", ""),
        text="",
        recorded_at=times.moment(resource.get("issued"), context.zone),
        **when_of(resource, context),
    )
    performed_by(row, base.participants(resource.get("performer"), "performer", ""))
    row.codings += (
        in_role(Role.CODE, base.required(resource, "code"))
        + in_role(Role.CATEGORY, resource.get("category"))
        + in_role(Role.VALUE, resource.get("conclusionCode"))
    )
    row.lists["observations"] = base.participants(resource.get("result"), "result", "")
    return row
