"""Units of resources → the chart, in bulk: one transaction a batch, and nothing half written.

A batch that Postgres refuses is tried again unit by unit, so that one bad bundle costs the others nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any
from uuid import UUID

import psycopg2
from django.db import DatabaseError, transaction

from core.db import as_job
from core.ids import uuid7
from core.models import SourceSystem, User
from interop.fhir import corrections, matching, write
from interop.fhir.concepts import Concepts
from interop.fhir.index import Index, Target, identifiers_of
from interop.fhir.mapping import RANK, Code, Context, MappingError, map_resource
from interop.fhir.mapping.base import codes
from interop.fhir.read import Entry, Unit, Unreadable
from interop.fhir.resolve import Refused, Resolver, needs_subject
from members.deaths import settle_deaths
from network.models import Organization, ServiceArea

BATCH = 1_500


@dataclass(slots=True)
class Outcome:
    """What became of some units. `members` names, for each unit's position, the members it brought or met."""

    accepted: Counter = field(default_factory=Counter)
    changed: Counter = field(default_factory=Counter)
    unchanged: Counter = field(default_factory=Counter)
    not_taken: Counter = field(default_factory=Counter)
    references: int = 0
    refused: list[tuple[Unit, Refused]] = field(default_factory=list)
    members: dict[str, list[UUID]] = field(default_factory=dict)

    def add(self, other: "Outcome") -> None:
        for name in ("accepted", "changed", "unchanged", "not_taken"):
            getattr(self, name).update(getattr(other, name))
        self.references += other.references
        self.refused += other.refused
        self.members.update(other.members)

    @property
    def resources(self) -> int:
        return sum(sum(c.values()) for c in (self.accepted, self.changed, self.unchanged, self.not_taken))


@dataclass(slots=True)
class Work:
    """One entry on its way: its target, its mapped row, and whether that row is new, changed or as it was."""

    unit: Unit
    entry: Entry
    target: Target
    # A Row; None for a type that is not taken and for what has not changed.
    row: Any = None
    state: str = "unchanged"
    references: list[tuple[str, str, UUID | None, str]] = field(default_factory=list)

    @property
    def counted_as(self) -> str:
        """The same whenever it comes: a type that is not taken was not taken the first time either."""
        return "not_taken" if self.state == "unchanged" and self.target.object_id is None else self.state


class Loader:
    """Loads FHIR units of one sender for one organisation, on behalf of `user`, as the jobs login.

    `lenient` takes what test decks contain: references that lead nowhere are kept as words, a subject that is
    not there means the bundle's only patient, and patients are not matched with members we have.
    """

    def __init__(
        self,
        user: User,
        organization: Organization,
        *,
        source: str = "urn:kpcare:fhir",
        zone: tzinfo = UTC,
        lenient: bool = False,
    ) -> None:
        self.user, self.organization, self.lenient = user, organization, lenient
        self.source = source[:200]
        with as_job(user, reason="FHIR import"):
            self.source_system = SourceSystem.objects.get_or_create(uri=self.source)[0].pk
            areas = ServiceArea.objects.filter(region__system=organization)
            self.regions = dict(areas.values_list("postal_code", "region_id"))
        self.context = Context(zone, as_written=lenient)
        self.concepts = Concepts(user)

    def load(self, units: Iterable[Unit]) -> Iterator[Outcome]:
        """Take units in batches of about `BATCH` resources; an outcome after each. Refused units are in it."""
        for batch in batches(units):
            yield self.take(batch)

    def take(self, batch: list[Unit], *, again: bool = True) -> Outcome:
        """One batch in one transaction; where Postgres refuses it, once more whole, then unit by unit."""
        try:
            return self._take(batch)
        except (DatabaseError, psycopg2.Error) as error:
            # Another process may have brought the same organisation meanwhile: then the second try finds it.
            if again:
                return self.take(batch, again=False)
            if len(batch) == 1:
                return Outcome(refused=[(batch[0], Refused("database", reason_of(error)))])
        outcome = Outcome()
        for unit in batch:
            outcome.add(self.take([unit]))
        return outcome

    def _take(self, batch: list[Unit]) -> Outcome:
        outcome = Outcome()
        with as_job(self.user, reason="FHIR import"), transaction.atomic():
            index = Index(self.source_system)
            index.look_up(batch)
        works: dict[int, list[Work]] = {}
        failed: dict[int, Refused] = {}
        for unit in batch:
            try:
                works[id(unit)] = self._map(unit, index)
            except Refused as refusal:
                failed[id(unit)] = refusal
        with as_job(self.user, reason="FHIR import"):
            self._identify(batch, works, failed)
            corrections.find(work for of_unit in works.values() for work in of_unit)
        for unit in batch:
            if id(unit) not in failed:
                try:
                    self._resolve(unit, works[id(unit)], index)
                except Refused as refusal:
                    failed[id(unit)] = refusal
        cascade(batch, works, failed, index)
        good = [work for unit in batch if id(unit) not in failed for work in works[id(unit)]]
        self.concepts.ensure(codes_of(good))
        with as_job(self.user, reason="FHIR import"):
            write.write(good, self)
            settle_deaths(deaths_in(good), by=self.user)
        for work in good:
            getattr(outcome, work.counted_as)[work.entry.type] += 1
            outcome.references += len(work.entry.targets) if work.state != "unchanged" else 0
        for unit in batch:
            if id(unit) in failed:
                outcome.refused.append((unit, failed[id(unit)]))
            else:
                members = dict.fromkeys(w.target.member_id for w in works[id(unit)] if w.entry.type == "Patient")
                outcome.members[unit.position] = list(members)
        return outcome

    def _map(self, unit: Unit, index: Index) -> list[Work]:
        """Each entry as what it is to us: unchanged, changed, new, or of a type that is not taken."""
        works: list[Work] = []
        seen: dict[tuple[str, str], Work] = {}
        for entry in unit.entries:
            key = (entry.type, entry.source_id)
            if key in seen:
                if seen[key].entry.digest != entry.digest:
                    raise Refused("twice", f"{entry.type} comes twice with different content.", entry.position)
                index.add(unit, entry, seen[key].target)
                works.append(Work(unit, entry, seen[key].target))
                continue
            known = index.stored.get(key)
            if known and known.digest == entry.digest:
                work = Work(unit, entry, known)
            else:
                work = self._mapped(unit, entry, known)
            seen[key] = work
            works.append(work)
            index.add(unit, entry, work.target)
        return works

    def _mapped(self, unit: Unit, entry: Entry, known: Target | None) -> Work:
        try:
            row = map_resource(entry.resource, self.context)
        except MappingError as error:
            raise Refused("mapping", str(error), entry.position) from None
        if row and entry.type == "Patient":
            matching.protect(row)
            if self.lenient:
                # A deck gives one identifier to many of its people.
                row.children = [c for c in row.children if c.model != "members.memberidentifier"]
        if known:
            known.digest, known.row = entry.digest, row
            return Work(unit, entry, known, row, "changed" if row else "not_taken")
        object_id = uuid7() if row else None
        target = Target(entry.type, entry.source_id, object_id, None, entry.digest, unit=unit, row=row)
        if entry.type == "Medication" and row:
            target.content = [list(code) for _, code in row.codings]
        if entry.type == "Location":
            target.content = [list(code) for kind in entry.resource.get("type") or () for code in codes(kind)]
        return Work(unit, entry, target, row, "accepted" if row else "not_taken")

    def _identify(self, batch: list[Unit], works: dict[int, list[Work]], failed: dict[int, Refused]) -> None:
        """Patients → members: the one this sender named before, one with the same identifier, or a new one."""
        new = [
            work
            for unit in batch
            for work in works.get(id(unit), ())
            if work.entry.type == "Patient" and work.state == "accepted"
        ]
        rows = [] if self.lenient else [w.row for w in new if w.row]
        matches = matching.Matches(self.organization.pk, rows)
        matches.look_alike(rows)
        claimed: dict[tuple[str, str], Unit] = {}
        for work in new:
            if id(work.unit) in failed:
                continue
            pairs = [] if self.lenient else matching.identifiers(work.row)
            try:
                member_id = None if self.lenient else matches.match(work.row)
            except matching.Conflict as conflict:
                failed[id(work.unit)] = Refused("match", str(conflict), work.entry.position)
                continue
            rival = next((claimed[pair] for pair in pairs if pair in claimed), None)
            if rival is not None and member_id is None:
                reason = "Patient.identifier is also that of another new patient in this import."
                failed[id(work.unit)] = Refused("match", reason, work.entry.position, is_waiting=rival is not work.unit)
                continue
            claimed.update(dict.fromkeys(pairs, work.unit))
            if member_id:
                work.target.object_id, work.target.is_owner = member_id, False
            work.target.member_id = work.target.object_id

    def _resolve(self, unit: Unit, works: list[Work], index: Index) -> None:
        """References → keys. Raises `Refused` for the first that leads nowhere."""
        patients = {w.target.object_id: w.target for w in works if w.entry.type == "Patient"}
        only = next(iter(patients.values())) if len(patients) == 1 else None
        for work in sorted(works, key=lambda w: RANK.get(w.entry.type, 99)):
            if work.row is None or work.state == "unchanged":
                continue
            resolver = Resolver(work, index, self.lenient)
            if work.entry.type == "Patient":
                resolver.member_id = work.target.member_id
            elif work.row.subject or needs_subject(work.row):
                subject = resolver.subject(only)
                resolver.member_id = work.target.member_id = subject.member_id
            resolver.row(work.row)
            resolver.leftovers()
            if work.entry.type == "PractitionerRole":
                clinician = work.row.values.get("clinician_id")
                if clinician is None:
                    raise Refused("reference", "PractitionerRole.practitioner is missing.", work.entry.position)
                work.target.object_id = clinician


def deaths_in(works: Iterable[Work]) -> dict[UUID, datetime]:
    """Whose death these works have written, and when it was; of a member whom we had it is ours to say."""
    return {
        work.target.member_id: work.row.values["deceased_at"]
        for work in works
        if work.entry.type == "Patient"
        and work.state in ("accepted", "changed")
        and work.target.is_owner
        and work.row is not None
        and work.row.values.get("deceased_at")
    }


def codes_of(works: Iterable[Work]) -> Iterator[Code]:
    for work in works:
        if work.state in ("accepted", "changed") and work.row:
            for row in (work.row, *work.row.children):
                yield from (code for _, code in row.codings)
                yield from row.concepts.values()


def cascade(batch: list[Unit], works: dict[int, list[Work]], failed: dict[int, Refused], index: Index) -> None:
    """A unit that leans on one that failed must wait for it."""
    while failed:
        before = len(failed)
        for unit in batch:
            if id(unit) in failed:
                continue
            for work in works[id(unit)]:
                targets = (index.resolve(unit, t) for t in work.entry.targets if not t.startswith("#"))
                leans = [
                    t
                    for t in (*targets, work.target)
                    if t and t.unit and (t.corrects or not t.is_stored) and id(t.unit) in failed
                ]
                if leans:
                    reason = "A resource that it shares with or takes from another record, which was set aside."
                    failed[id(unit)] = Refused("depends", reason, work.entry.position, is_waiting=True)
                    break
        if len(failed) == before:
            return


def batches(units: Iterable[Unit]) -> Iterator[list[Unit]]:
    """Units in groups of about `BATCH` resources, in which no resource comes with two different contents."""
    batch: list[Unit] = []
    keys: dict[tuple[str, str], bytes] = {}
    size = 0
    for unit in units:
        own = unit.keys
        clash = any(keys.get(key, digest) != digest for key, digest in own.items())
        if batch and (clash or size + len(unit.entries) > BATCH):
            yield batch
            batch, keys, size = [], {}, 0
        batch.append(unit)
        keys.update(own)
        size += len(unit.entries)
    if batch:
        yield batch


def reason_of(error: Exception) -> str:
    """What Postgres refused, by the names of table, column and constraint; never by value."""
    # COPY's errors come from the driver; Django wraps those of plain statements.
    cause = error if isinstance(error, psycopg2.Error) else error.__cause__
    diagnosis = getattr(cause, "diag", None)
    names = [
        f"{word} {name}"
        for word, name in (
            ("table", getattr(diagnosis, "table_name", None)),
            ("column", getattr(diagnosis, "column_name", None)),
            ("constraint", getattr(diagnosis, "constraint_name", None)),
        )
        if name
    ]
    state = getattr(cause, "pgcode", "") or type(error).__name__
    return f"Postgres refused it ({', '.join([*names, f'SQLSTATE {state}'])})."


__all__ = ["Loader", "Outcome", "Refused", "Unit", "Unreadable", "batches", "identifiers_of"]
