"""Resolved rows → tables: new ones by COPY, changed ones by update, each model once for the whole batch."""

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from core.ids import uuid7
from interop import tables
from interop.fhir import corrections
from interop.fhir.index import identifiers_of
from interop.fhir.mapping import Row

if TYPE_CHECKING:
    from interop.fhir.load import Loader, Work

# Children that are facts of their own keep their rows when their parent changes; the rest are written anew.
REPLACED = {
    "clinical.encounterdiagnosis": "encounter_id",
    "members.memberaddress": "member_id",
    "members.membertelecom": "member_id",
    "interop.costline": "record_id",
}
# What a matched or changed person gains and never loses by an import.
ADDED = ("members.memberidentifier", "members.raceethnicity")
FIND_BY_IDENTIFIER = ("Organization", "Practitioner", "PractitionerRole", "Location", "Patient", "Medication")


class Writer:
    """Gathers what one batch inserts, updates and deletes."""

    def __init__(self, loader: "Loader") -> None:
        self.loader = loader
        self.inserts: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.updates: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.codings: dict[str, list[tuple]] = defaultdict(list)
        self.changed_codings: dict[str, list[tuple]] = defaultdict(list)
        self.changed_facts: dict[str, list[UUID]] = defaultdict(list)
        self.parents: dict[str, list[UUID]] = defaultdict(list)
        self.kept_parts: dict[str, UUID] = {}

    def add(self, work: "Work", row: Row, object_id: UUID, *, is_new: bool, key: str = "") -> None:
        values = row.values
        spec = tables.table(row.model)
        member_id = work.target.member_id
        values["id"] = object_id
        if spec.is_owned:
            values["member_id"] = member_id
            values["sensitivity"] = work.row.sensitivity
        if spec.is_fact:
            values["source_system_id"] = self.loader.source_system
            values["source_id"] = f"{work.entry.source_id}#{key}" if key else work.entry.source_id
        elif spec.is_network:
            values["source_system"], values["source_id"] = self.loader.source, work.entry.source_id
        for column, code in row.concepts.items():
            values[column] = self.loader.concepts[code]
        if is_new:
            self.inserts[row.model].append(values)
        else:
            self.updates[row.model].append(values)
        if spec.codings:
            seen = {(role, self.loader.concepts[code]) for role, code in row.codings}
            found = [(member_id, role, object_id, concept) for role, concept in sorted(seen)]
            if is_new:
                self.codings[spec.codings] += found
            else:
                self.changed_facts[spec.codings].append(object_id)
                self.changed_codings[spec.codings] += found

    def flush(self) -> None:
        for label, column in REPLACED.items():
            tables.delete(label, column, self.parents[label])
        if parents := self.parents["clinical.observation"]:
            kept = [v["id"] for v in self.updates["clinical.observation"]]
            tables.delete("clinical.observation", "part_of_id", parents, keep=kept)
        # Codings first: those of a result that becomes final with this version may change for the last time.
        for name, facts in self.changed_facts.items():
            tables.replace_codings(name, facts, self.changed_codings[name])
        for label, rows in self.updates.items():
            tables.update(label, rows)
        for label, rows in self.inserts.items():
            if label == "clinical.careteammembership":
                tables.insert_where_free(label, rows)
            elif label in ADDED:
                add_missing(label, rows)
            else:
                tables.insert(label, rows)
        for name, codings in self.codings.items():
            tables.insert_plain(name, ("member_id", "role", "fact_id", "concept_id"), codings)


def write(works: list["Work"], loader: "Loader") -> None:
    """Everything of a batch, inside the open transaction. Whatever is already as it should be is not touched."""
    moving = [work for work in works if work.state != "unchanged"]
    if not moving:
        return
    known_clinicians(moving)
    writer = Writer(loader)
    parts = stored_parts(moving, loader)
    corrected = corrections.withdraw(moving)
    for work in moving:
        if work.row is not None:
            _add(writer, work, parts)
    for model in ("clinical.observation", "clinical.diagnosticreport"):
        for values in writer.inserts[model]:
            values["corrects_id"] = corrected.get((model, values["source_id"]))
    drop_team_rows(moving)
    writer.flush()
    corrections.repoint(moving)
    write_references(moving)
    write_index(moving, loader)


def _add(writer: Writer, work: "Work", parts: dict[str, UUID]) -> None:
    row, target = work.row, work.target
    is_new = work.state == "accepted" or target.corrects is not None
    if row.model and target.is_owner:
        fill(row, work, writer.loader)
        writer.add(work, row, target.object_id, is_new=is_new)
    for child in row.children:
        if not target.is_owner and child.model not in ADDED:
            continue
        if child.parent and child.parent != "member_id":
            child.values[child.parent] = target.object_id
        spec = tables.table(child.model)
        stored = parts.get(f"{work.entry.source_id}#{child.key}") if spec.is_fact and not is_new else None
        child_id = stored or uuid7()
        writer.add(work, child, child_id, is_new=stored is None, key=child.key)
        if not row.model:
            target.content = [*(target.content or []), str(child_id)]
    if not is_new and target.is_owner:
        for label in REPLACED:
            owner = "members.member" if label.startswith("members.") else row.model
            if owner == row.model:
                writer.parents[label].append(target.object_id)
        if row.model == "clinical.observation":
            writer.parents["clinical.observation"].append(target.object_id)


def fill(row: Row, work: "Work", loader: "Loader") -> None:
    """What a row needs that no resource tells."""
    if row.model == "members.member":
        row.values["managing_organization_id"] = loader.organization.pk
        if work.state == "accepted":
            home = next((c.values for c in row.children if c.values.get("use") == "home"), {})
            row.values["region_id"] = loader.regions.get(home.get("postal_code", "")[:5])
    elif row.model == "network.facility":
        row.values.setdefault("organization_id", loader.organization.pk)
        digest = hashlib.sha256(f"{loader.source}|{work.entry.source_id}".encode()).hexdigest()
        row.values["code"] = f"fhir-{digest[:15]}"


def known_clinicians(works: list["Work"]) -> None:
    """A practitioner whose NPI we have is that clinician, whoever names them."""
    named = {
        w.row.values["npi"]: w
        for w in works
        if w.entry.type == "Practitioner" and w.state == "accepted" and w.row and w.row.values["npi"]
    }
    if not named:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT npi, id FROM network_clinician WHERE npi = ANY(%s)", [list(named)])
        found = dict(cursor.fetchall())
    renamed = {}
    for work in works:
        if work.entry.type == "Practitioner" and work.state == "accepted" and work.row:
            npi = work.row.values["npi"]
            first = named.get(npi)
            ours = found.get(npi) or (first.target.object_id if first and first is not work else None)
            if ours:
                renamed[work.target.object_id] = ours
                work.target.object_id, work.target.is_owner = ours, False
    if renamed:
        repoint(works, renamed)


def repoint(works: list["Work"], renamed: dict[UUID, UUID]) -> None:
    """Rows that took a clinician's provisional id take the id of the clinician that they turned out to be."""
    for work in works:
        for row in (work.row, *work.row.children) if work.row else ():
            for column in ("performer_id", "clinician_id", "requester_id"):
                if row.values.get(column) in renamed:
                    row.values[column] = renamed[row.values[column]]
        if work.target.object_id in renamed:
            work.target.object_id = renamed[work.target.object_id]
        work.references = [
            (p, kind, renamed.get(to, to) if to else None, words) for p, kind, to, words in work.references
        ]


def stored_parts(works: list["Work"], loader: "Loader") -> dict[str, UUID]:
    """The component rows of observations that change in place, by source id."""
    changed = [
        w.target.object_id
        for w in works
        if w.state == "changed" and w.entry.type == "Observation" and w.target.corrects is None
    ]
    if not changed:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT source_id, id FROM clinical_observation WHERE part_of_id = ANY(%s)", [changed])
        return dict(cursor.fetchall())


def drop_team_rows(works: list["Work"]) -> None:
    """The memberships that an earlier version of a changed care team brought."""
    old = [i for w in works if w.entry.type == "CareTeam" and w.state == "changed" for i in w.target.content or ()]
    new = {str(c.values.get("id")) for w in works if w.row for c in w.row.children}
    tables.delete("clinical.careteammembership", "id", [UUID(i) for i in old if i not in new])
    for work in works:
        if work.entry.type == "CareTeam" and work.state == "changed":
            work.target.content = [i for i in work.target.content or () if i in new]


def add_missing(label: str, rows: list[dict[str, Any]]) -> None:
    """Identifiers and races that the member does not have yet."""
    spec = tables.table(label)
    same = ("member_id", "code") if label == "members.raceethnicity" else ("member_id", "system", "value")
    columns = [c for c in spec.names if c in rows[0]]
    stage = tables._stage(spec.name, columns, spec.lines(rows, columns))
    quoted = ", ".join(f'"{c}"' for c in columns)
    match = " AND ".join(f't."{c}" = s."{c}"' for c in same)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{spec.name}" ({quoted}) SELECT {quoted} FROM {stage} s '
            f'WHERE NOT EXISTS (SELECT FROM "{spec.name}" t WHERE {match})'
        )


def write_references(works: list["Work"]) -> None:
    """References without a column; those of a changed resource are written anew."""
    changed = [w.target.corrects or w.target.object_id for w in works if w.state == "changed"]
    if changed:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM interop_resourcereference WHERE from_id = ANY(%s)", [changed])
    rows = [
        (w.target.member_id, w.entry.type, w.target.object_id, path[:200], kind, to_id, words[:400])
        for w in works
        if w.target.object_id and (w.target.is_owner or w.entry.type != "Patient")
        for path, kind, to_id, words in w.references
    ]
    columns = ("member_id", "from_type", "from_id", "path", "to_type", "to_id", "target")
    tables.insert_plain("interop_resourcereference", columns, rows)


def write_index(works: list["Work"], loader: "Loader") -> None:
    """Where each resource went, with its digest. Sorted, so that two processes wait for each other in one order."""
    new = sorted((w for w in works if not w.target.is_stored), key=lambda w: (w.entry.type, w.entry.source_id))
    tables.insert_plain(
        "interop_importedresource",
        (
            "source_system_id",
            "type",
            "source_id",
            "object_id",
            "member_id",
            "digest",
            "is_owner",
            "identifiers",
            "content",
        ),
        [
            (
                loader.source_system,
                w.entry.type,
                w.entry.source_id,
                w.target.object_id,
                w.target.member_id,
                w.entry.digest,
                w.target.is_owner,
                array(identifiers_of(w.entry.resource)) if w.entry.type in FIND_BY_IDENTIFIER else None,
                w.target.content,
            )
            for w in new
        ],
    )
    changed = [w for w in works if w.target.is_stored]
    if changed:
        from psycopg2.extras import Json, execute_values

        with connection.cursor() as cursor:
            execute_values(
                cursor.cursor,
                "UPDATE interop_importedresource r SET digest = v.digest, content = v.content, "
                "object_id = coalesce(v.moved, r.object_id) "
                "FROM (VALUES %s) v(type, source_id, digest, content, moved) WHERE r.source_system_id = "
                f"{int(loader.source_system)} AND r.type = v.type AND r.source_id = v.source_id",
                [
                    (
                        w.entry.type,
                        w.entry.source_id,
                        w.entry.digest,
                        Json(w.target.content),
                        w.target.object_id if w.target.corrects else None,
                    )
                    for w in changed
                ],
                template="(%s, %s, %s::bytea, %s::jsonb, %s::uuid)",
            )


def array(items: list[str]) -> str | None:
    """A Postgres array literal of strings."""
    escaped = (item.replace("\\", "\\\\").replace('"', '\\"') for item in items)
    return "{" + ",".join(f'"{item}"' for item in escaped) + "}" if items else None
