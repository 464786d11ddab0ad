"""Where references lead: within a unit, among units of the same batch, or to what was imported before."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from interop.fhir.mapping.clinical import kind_of
from interop.fhir.read import Entry, Unit

# What each column may point at. An address that does not name its type is held to this once it is resolved.
CLINICIANS = frozenset({"Practitioner", "PractitionerRole"})
COLUMN_TYPES = {
    "encounter_id": frozenset({"Encounter"}),
    "performer_id": CLINICIANS,
    "clinician_id": CLINICIANS,
    "requester_id": CLINICIANS,
    "organization_id": frozenset({"Organization"}),
    "parent_id": frozenset({"Organization"}),
    "facility_id": frozenset({"Location"}),
    "condition_id": frozenset({"Condition"}),
    "part_of_id": frozenset({"Encounter"}),
    "request_id": frozenset({"MedicationRequest"}),
}
RELATIVE = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]+)?$")


@dataclass(slots=True)
class Target:
    """A resource that can be pointed at. `object_id` is its row, or None for a type that is not taken."""

    type: str
    source_id: str
    # A UUID, or None where there is no row.
    object_id: Any = None
    member_id: Any = None
    digest: bytes = b""
    is_owner: bool = True
    content: Any = None
    is_stored: bool = False
    # The row of a released result that this version of it corrects.
    corrects: UUID | None = None
    unit: Unit | None = None
    row: Any = None


@dataclass(slots=True)
class Index:
    """The targets of one batch of units, from the database and from the units themselves."""

    source_system: int
    stored: dict[tuple[str, str], Target] = field(default_factory=dict)
    by_id: dict[str, list[Target]] = field(default_factory=dict)
    by_identifier: dict[tuple[str, str], list[Target]] = field(default_factory=dict)
    local: dict[int, dict[str, Target]] = field(default_factory=dict)

    def look_up(self, units: Iterable[Unit]) -> None:
        """Everything the units bring or point at that was imported before: at most two statements."""
        keys: set[tuple[str, str]] = set()
        bare: set[str] = set()
        identifiers: set[str] = set()
        for unit in units:
            for entry in unit.entries:
                keys.add((entry.type, entry.source_id))
                for target in entry.targets:
                    if found := RELATIVE.search(target):
                        keys.add((found[1], f"{unit.scope}{found[2]}"))
                    elif target.startswith("urn:uuid:"):
                        bare.add(f"{unit.scope}{target[9:]}")
                    elif search := _search(target):
                        identifiers.add(search[1])
        bare -= {source_id for _, source_id in keys}
        select = (
            "SELECT r.type, r.source_id, r.object_id, "
            "CASE WHEN m.merged_into_id IS NULL THEN r.member_id ELSE members_kept(m.merged_into_id) END, "
            "r.digest, r.is_owner, r.content, r.identifiers FROM interop_importedresource r "
            "LEFT JOIN members_member m ON m.id = r.member_id WHERE r.source_system_id = %s AND "
        )
        ids = list({source_id for _, source_id in keys} | bare)
        with connection.cursor() as cursor:
            cursor.execute(select + "r.source_id = ANY(%s)", [self.source_system, ids])
            self._take(cursor.fetchall())
            if identifiers:
                cursor.execute(
                    select + "r.identifiers IS NOT NULL AND r.identifiers && %s::varchar[]",
                    [self.source_system, list(identifiers)],
                )
                self._take(cursor.fetchall())

    def _take(self, rows: list[tuple]) -> None:
        for kind, source_id, object_id, member_id, digest, is_owner, content, identifiers in rows:
            if (kind, source_id) in self.stored:
                target = self.stored[kind, source_id]
            else:
                if kind == "Patient":
                    object_id = member_id
                target = Target(kind, source_id, object_id, member_id, bytes(digest), is_owner, content, True)
                self.stored[kind, source_id] = target
                self.by_id.setdefault(source_id, []).append(target)
            for identifier in identifiers or ():
                known = self.by_identifier.setdefault((kind, identifier), [])
                if target not in known:
                    known.append(target)

    def add(self, unit: Unit, entry: Entry, target: Target) -> None:
        """Let an entry be pointed at, from its own unit and from those after it in the batch."""
        addresses = self.local.setdefault(id(unit), {})
        if entry.full_url:
            addresses[entry.full_url] = target
        if entry.resource.get("id"):
            addresses[f"{entry.type}/{entry.resource['id']}"] = target
        if (entry.type, entry.source_id) not in self.stored:
            self.stored[entry.type, entry.source_id] = target
            self.by_id.setdefault(entry.source_id, []).append(target)
        for identifier in identifiers_of(entry.resource):
            known = self.by_identifier.setdefault((entry.type, identifier), [])
            if target not in known:
                known.append(target)

    def resolve(self, unit: Unit, target: str) -> Target | None:
        """What `target` leads to, or None. Raises `LookupError` where a search finds more than one."""
        found = self.local.get(id(unit), {}).get(target)
        if found:
            return found
        if search := _search(target):
            candidates = self.by_identifier.get(search, [])
            if len(candidates) > 1:
                raise LookupError
            return candidates[0] if candidates else None
        if target.startswith("urn:uuid:"):
            candidates = self.by_id.get(f"{unit.scope}{target[9:]}", [])
            return candidates[0] if len(candidates) == 1 else None
        if relative := RELATIVE.search(target):
            local = self.local.get(id(unit), {}).get(f"{relative[1]}/{relative[2]}")
            return local or self.stored.get((relative[1], f"{unit.scope}{relative[2]}"))
        return None


def _search(target: str) -> tuple[str, str] | None:
    """The type and system|value of a conditional reference like `Practitioner?identifier=system|value`."""
    if "?" not in target:
        return None
    kind, _, query = target.partition("?")
    name, _, value = query.partition("=")
    return (kind_of(target) or kind, value) if name == "identifier" and "&" not in value else None


def identifiers_of(resource: dict) -> list[str]:
    """Identifiers as a search writes them, for types that others point at by identifier."""
    listed = resource.get("identifier")
    return [
        f"{identifier.get('system') or ''}|{identifier['value']}"[:400]
        for identifier in (listed if isinstance(listed, list) else ())
        if isinstance(identifier, dict) and identifier.get("value")
    ]
