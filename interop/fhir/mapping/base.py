"""What a mapping returns, and the small readers that every mapping uses."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any, NamedTuple

from clinical.models import CodingRole
from members.models import Sensitivity

# A CodeableConcept that has words and no code is kept as a concept of this system.
TEXT_SYSTEM = "urn:kpcare:text"


class MappingError(ValueError):
    """The resource cannot be taken. The message names elements, never what stands in them."""


class Code(NamedTuple):
    system: str
    code: str
    display: str


class Reference(NamedTuple):
    """A reference as written, with the path of the element that holds it."""

    path: str
    target: str


@dataclass(slots=True)
class Row:
    """One row to be: values by column, references and codings still to be resolved to keys, rows that hang on it.

    `model` is a Django label, or empty for a resource that becomes no row of its own (Medication). `key` tells
    the children of one resource apart; a child's `parent` column takes its parent's id.
    """

    model: str
    values: dict[str, Any]
    refs: dict[str, Reference] = field(default_factory=dict)
    codings: list[tuple[int, Code]] = field(default_factory=list)
    coding_refs: list[tuple[int, Reference]] = field(default_factory=list)
    concepts: dict[str, Code] = field(default_factory=dict)
    lists: dict[str, list[Reference]] = field(default_factory=dict)
    children: list["Row"] = field(default_factory=list)
    parent: str = ""
    key: str = ""
    subject: Reference | None = None
    sensitivity: int = 0


class Context(NamedTuple):
    """What a mapping may know besides the resource: the zone in which bare dates are read.

    `as_written`: official cases, in which a result without a day of its own has none.
    """

    zone: tzinfo = UTC
    as_written: bool = False


# HL7 v3 ActCode, sensitivity policies (InformationSensitivityPolicy) and 42 CFR Part 2.
SECURITY_LABELS = {
    "42CFRPart2": Sensitivity.PART2,
    "ETH": Sensitivity.PART2,
    "ETHUD": Sensitivity.PART2,
    "OPIOIDUD": Sensitivity.PART2,
    "SUD": Sensitivity.PART2,
    "PSYTHPN": Sensitivity.PSYCHOTHERAPY,
    "SEX": Sensitivity.REPRODUCTIVE,
    "STD": Sensitivity.REPRODUCTIVE,
    "SDV": Sensitivity.REPRODUCTIVE,
    "REPRO": Sensitivity.REPRODUCTIVE,
    "SOGI": Sensitivity.GENDER_AFFIRMING,
    "GENDER": Sensitivity.GENDER_AFFIRMING,
    "HIV": Sensitivity.HIV,
    "GDIS": Sensitivity.GENETIC,
    "ADOL": Sensitivity.MINOR_CONSENTED,
}


def sensitivity(resource: dict) -> int:
    """The bits of `Sensitivity` that `meta.security` asks for."""
    labels = resource.get("meta", {}).get("security")
    bits = 0
    for label in labels or ():
        bits |= SECURITY_LABELS.get(label.get("code", ""), 0)
    return int(bits)


def codes(concept: dict | None) -> list[Code]:
    """Every coding of a CodeableConcept; one that has only words becomes a concept of `TEXT_SYSTEM`."""
    if not concept:
        return []
    found = [
        Code(
            coding.get("system") or "",
            coding["code"].strip(),
            (coding.get("display") or concept.get("text") or "").strip(),
        )
        for coding in concept.get("coding") or ()
        if coding.get("code")
    ]
    if not found:
        words = concept.get("text") or next((c["display"] for c in concept.get("coding") or () if c.get("display")), "")
        if words.strip():
            digest = hashlib.sha256(words.strip().lower().encode()).hexdigest()[:32]
            found.append(Code(TEXT_SYSTEM, digest, words.strip()))
    for code in found:
        if len(code.code) > 80 or len(code.system) > 200:
            raise MappingError("A coding has a code or system too long to be one.")
    return found


def in_role(role: int, concepts: dict | Iterable[dict] | None) -> list[tuple[int, Code]]:
    """The codings of one CodeableConcept, or of a list of them, in `role`."""
    if not concepts:
        return []
    if isinstance(concepts, dict):
        return [(role, code) for code in codes(concepts)]
    return [(role, code) for concept in concepts for code in codes(concept)]


def one_coding(role: int, coding: dict | None) -> list[tuple[int, Code]]:
    """A bare Coding (like Encounter.class) in `role`."""
    return in_role(role, {"coding": [coding]}) if coding else []


def first_code(concept: dict | list | None, default: str = "") -> str:
    """The first code of a CodeableConcept, or of the first of a list: for columns that keep the FHIR code itself."""
    if isinstance(concept, list):
        concept = concept[0] if concept else None
    for coding in (concept or {}).get("coding") or ():
        if coding.get("code"):
            return coding["code"].strip()
    return default


def words(concept: dict | None, limit: int = 500) -> str:
    """A CodeableConcept as a person reads it."""
    concept = concept or {}
    text = concept.get("text") or next((c["display"] for c in concept.get("coding") or () if c.get("display")), "")
    return text.strip()[:limit]


def notes(resource: dict, limit: int = 500) -> str:
    return "\n".join(note["text"] for note in resource.get("note") or () if note.get("text"))[:limit]


def target_of(element: dict | None) -> str:
    """What a Reference points at: its address, or the search that its identifier amounts to; empty for words only."""
    if not element:
        return ""
    if element.get("reference"):
        return element["reference"]
    identifier = element.get("identifier")
    if identifier and identifier.get("value") and element.get("type"):
        return f"{element['type']}?identifier={identifier.get('system', '')}|{identifier['value']}"
    return ""


def reference(resource: dict, path: str) -> Reference | None:
    """The reference at the top-level element `path`, or None."""
    target = target_of(resource.get(path))
    return Reference(path, target) if target else None


def references(refs: dict[str, Reference | None]) -> dict[str, Reference]:
    return {column: ref for column, ref in refs.items() if ref}


def extensions(resource: dict, *names: str) -> Iterator[dict]:
    """Extensions and modifier extensions whose address ends in one of `names` (QI-Core, US Core)."""
    for element in ("extension", "modifierExtension"):
        for extension in resource.get(element) or ():
            if extension.get("url", "").rsplit("/", 1)[-1] in names:
                yield extension


def required(resource: dict, element: str) -> Any:
    value = resource.get(element)
    if value in (None, "", [], {}):
        raise MappingError(f"{resource.get('resourceType', 'The resource')}.{element} is missing.")
    return value


def status_of(resource: dict, default: str | None = None) -> str:
    """`status`, at most twenty characters. Raises `MappingError` where FHIR requires it and it is missing."""
    value = resource.get("status") or default
    if not value:
        raise MappingError(f"{resource['resourceType']}.status is missing.")
    if not isinstance(value, str) or len(value) > 20:
        raise MappingError(f"{resource['resourceType']}.status is no FHIR status.")
    return value


def quantity(element: dict | None) -> tuple[Any, str]:
    """Value and UCUM unit of a Quantity."""
    element = element or {}
    return element.get("value"), (element.get("code") or element.get("unit") or "")[:40]


def negation(resource: dict) -> tuple[bool, list[tuple[int, Code]]]:
    """Whether the resource says that something was not done or not asked for, and the reasons it gives.

    `doNotPerform`, the status `not-done`, and QI-Core's extensions, in the spellings that real files have.
    """
    negated = resource.get("doNotPerform") is True or resource.get("status") == "not-done"
    for extension in extensions(resource, *NOT_DONE):
        negated = negated or extension.get("valueBoolean") is True
    reasons = [
        item
        for extension in extensions(resource, *NOT_DONE_REASON)
        for item in in_role(CodingRole.STATUS_REASON, extension.get("valueCodeableConcept"))
    ]
    return negated, reasons


NOT_DONE = ("qicore-notDone", "qicore-doNotPerform", "qicore-doNotPeform")
NOT_DONE_REASON = (
    "qicore-notDoneReason",
    "qicore-doNotPerformReason",
    "qicore-qicore-doNotPerformReason",
    "qicore-reasonRefused",
    "request-statusReason",
    "workflow-reasonCode",
)


def participants(items: list[dict] | None, path: str, element: str) -> list[Reference]:
    """The references that a list like `participant` or `performer` holds in `element` (empty: the item itself)."""
    found = []
    for number, item in enumerate(items or ()):
        target = target_of(item.get(element) if element else item)
        if target:
            found.append(Reference(f"{path}[{number}]{'.' + element if element else ''}", target))
    return found
