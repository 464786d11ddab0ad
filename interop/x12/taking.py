"""Takes a batch of member loops in one transaction: people, contracts, coverage, primary care, invitation, audit.

Reads are made once for the batch and rows are written by COPY. One loop that cannot be taken is set aside alone: what
is refused is found before anything is written, and what Postgres refuses is found by halving the batch.
"""

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import psycopg2
from django.db import DatabaseError, connection

from core.db import as_job
from core.models import User
from interop.x12.catalogue import Catalogue, Refused
from interop.x12.codes import REINSTATE
from interop.x12.covering import VERSION, Covering
from interop.x12.enrolment import Fault, MemberLoop
from interop.x12.people import Finder, Subject, person_of
from interop.x12.person import Persons
from interop.x12.standing import Past, Standing
from interop.x12.welcome import Welcome
from interop.x12.writing import Rows, write
from members.actions import lock_identities
from members.deaths import settle_deaths
from members.panels import Panels
from plans.actions import lock_for_change


@dataclass
class Outcome:
    """What became of a batch. `changes` counts what was or would be written; `listed` are coverage and group
    of whom a full list names."""

    accepted: int = 0
    unchanged: int = 0
    created: int = 0
    without_primary_care: int = 0
    refused: list[tuple[MemberLoop, Fault]] = field(default_factory=list)
    changes: Counter[str] = field(default_factory=Counter)
    listed: list[tuple[UUID, UUID]] = field(default_factory=list)
    ends: list[tuple[UUID, datetime.date]] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        for name in ("accepted", "unchanged", "created", "without_primary_care"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.refused += other.refused
        self.changes += other.changes
        self.listed += other.listed
        self.ends += other.ends

    def counts(self) -> dict[str, int]:
        names = ("accepted", "unchanged", "created", "without_primary_care")
        return {name: getattr(self, name) for name in names}


class Taker:
    """Takes batches for one run. `source` names the run in every row that it writes.

    As a rehearsal it works inside a transaction that its caller rolls back, and holds none of the locks that make
    others wait.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        panels: Panels,
        *,
        by: User,
        source: str,
        as_of: datetime.date,
        is_rehearsal: bool = False,
    ) -> None:
        self.catalogue, self.panels, self.by, self.source, self.as_of = catalogue, panels, by, source, as_of
        self.is_rehearsal = is_rehearsal
        plan = catalogue.plan
        self.system = plan.system or plan

    def take(self, loops: Sequence[MemberLoop]) -> Outcome:
        """Take these loops, in one transaction, or in halves where Postgres refuses a row."""
        if not loops:
            return Outcome()
        try:
            with as_job(self.by, reason=self.source):
                return _Batch(self, loops).run()
        except (DatabaseError, psycopg2.Error) as error:
            # What was made in the catalogue went with the transaction.
            with as_job(self.by, reason=self.source):
                self.catalogue.reload()
            if len(loops) == 1:
                return Outcome(refused=[(loops[0], refused_by_postgres(loops[0], error))])
            outcome, half = Outcome(), len(loops) // 2
            for part in (loops[:half], loops[half:]):
                outcome.add(self.take(part))
            return outcome


def refused_by_postgres(loop: MemberLoop, error: DatabaseError | psycopg2.Error) -> Fault:
    """A fault that names the constraint or kind of error, never the row's values."""
    # COPY's errors come from the driver; Django wraps those of plain statements.
    cause = error if isinstance(error, psycopg2.Error) else error.__cause__
    diagnosis = getattr(cause, "diag", None)
    named = getattr(diagnosis, "constraint_name", None) or getattr(diagnosis, "column_name", None)
    what = named or type(error).__name__
    return Fault(
        loop.position,
        "refused",
        f"The database refuses this loop ({what}): a value is too long or contradicts others. Shorten or correct it, "
        "then replay.",
    )


class _Batch:
    def __init__(self, taker: Taker, loops: Sequence[MemberLoop]) -> None:
        self.taker, self.loops = taker, loops
        self.outcome = Outcome()
        self.finder = Finder(taker.system)

    def run(self) -> Outcome:
        taker = self.taker
        _read_by_index()
        if not taker.is_rehearsal:
            lock_identities()
        subjects = self._find()
        _read_by_index()
        at, standing = self._read(subjects)
        persons = Persons(standing, organization_id=taker.system.pk, regions=taker.panels.regions, as_of=taker.as_of)
        covering = Covering(
            taker.catalogue, standing, Past(_reinstated(subjects)), at, by=taker.by, source=taker.source
        )
        welcome = Welcome(standing, persons, taker.panels, taker.as_of)
        worked: list[tuple[Subject, Rows]] = []
        for subject in subjects:
            rows = Rows()
            try:
                changes = covering.changes(subject)
                if subject.member is None:
                    persons.make(subject, rows)
                covering.apply(subject, changes, rows)
            except Refused as refused:
                self._refuse(subject.loop, refused)
                continue
            persons.renew(subject, rows)
            welcome.wish(subject, changes, rows)
            worked.append((subject, rows))
        self.outcome.without_primary_care = welcome.assign(hold=not taker.is_rehearsal)
        self._write(worked, at)
        settle_deaths(persons.died, by=taker.by)
        return self.outcome

    def _read(self, subjects: list[Subject]) -> tuple[datetime.datetime, Standing]:
        """Their coverage is held before it is read, and the clock is read after that."""
        people = {s.member.id for s in subjects if s.member} | {c.member.id for s in subjects for c in s.family}
        people |= {s.contract.member.id for s in subjects if s.contract}
        if self.taker.is_rehearsal:
            with connection.cursor() as cursor:
                cursor.execute("SELECT clock_timestamp()")
                at = cursor.fetchone()[0]
        else:
            at = lock_for_change(people)
        ssns = {s.person.ssn for s in subjects} - {""}
        emails = {s.email for s in subjects} - {""}
        return at, Standing(self.taker.system.pk, people, ssns, emails, self.taker.as_of)

    # --- Who ---------------------------------------------------------------------------------------------

    def _find(self) -> list[Subject]:
        subjects: list[Subject] = []
        for loop in self.loops:
            try:
                if loop.faults:
                    fault = loop.faults[0]
                    raise Refused(fault.code, fault.reason, fault.position)
                group = self.taker.catalogue.group(loop, inherited_group(loop))
                subjects.append(Subject(loop, group, person_of(loop)))
            except Refused as refused:
                self._refuse(loop, refused)
        self.finder.find_contracts(subjects)
        self._follow_the_file(subjects)
        standing: list[Subject] = []
        unknown: list[Subject] = []
        for subject in subjects:
            try:
                self.finder.by_contract(subject)
                self._require_known(subject)
            except Refused as refused:
                self._refuse(subject.loop, refused)
                continue
            (standing if subject.member else unknown).append(subject)
        refusals = self.finder.by_person(unknown) if unknown else {}
        for place, subject in enumerate(unknown):
            if place in refusals:
                self._refuse(subject.loop, refusals[place])
                continue
            subject.is_new = subject.member is None
            standing.append(subject)
        return standing

    def _follow_the_file(self, subjects: Iterable[Subject]) -> None:
        """A dependant under a number that nobody holds belongs to the subscriber before it, if they share the name.

        Some senders put the dependant's own number in REF*0F.
        """
        lost = [s for s in subjects if s.contract is None and not s.loop.is_subscriber and s.loop.follows]
        stand_ins = [Subject(s.loop, s.group, s.person) for s in lost]
        for stand_in in stand_ins:
            stand_in.loop.own_number = stand_in.loop.subscriber_number
            stand_in.loop.subscriber_number = stand_in.loop.follows[0] if stand_in.loop.follows else ""
        self.finder.find_contracts(stand_ins)
        for subject, stand_in in zip(lost, stand_ins, strict=True):
            follows = subject.loop.follows
            shares_name = follows is not None and follows[2].lower() == subject.loop.name.family.lower()
            if stand_in.contract is not None and shares_name:
                subject.contract, subject.family = stand_in.contract, stand_in.family
            else:
                subject.loop.subscriber_number = subject.loop.own_number
                subject.loop.own_number = ""

    def _require_known(self, subject: Subject) -> None:
        if subject.contract is None and not subject.loop.is_subscriber:
            raise Refused(
                "unknown_subscriber",
                "No subscriber holds the number in REF*0F in this group, here or in the file. Send the subscriber's "
                "addition, then replay.",
                subject.loop.at("REF", "0F"),
            )
        # A subscriber may hold the contract for dependants alone (HD01 032).
        holds = subject.contract is not None and subject.loop.is_subscriber
        if subject.coverage is None and not subject.brings_somebody and not holds:
            raise Refused(
                "unknown_member",
                "INS03 changes or ends somebody who was never added under this group and number. Send the addition "
                "(021), then replay.",
                subject.loop.at("INS"),
            )

    # --- Counted and written -----------------------------------------------------------------------------

    def _refuse(self, loop: MemberLoop, refused: Refused) -> None:
        position = f"{refused.position}; {loop.position}" if refused.position else loop.position
        self.outcome.refused.append((loop, Fault(position[:100], refused.code, refused.reason)))

    def _write(self, worked: list[tuple[Subject, Rows]], at: datetime.datetime) -> None:
        for subject, rows in worked:
            self._count(subject, rows)
        write([rows for _, rows in worked if not rows.is_empty], at)
        if self.taker.is_rehearsal:
            # What a commit would check is checked now: there will be none.
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

    def _count(self, subject: Subject, rows: Rows) -> None:
        outcome = self.outcome
        if subject.loop.header.is_full and subject.coverage is not None:
            outcome.listed.append((subject.coverage.id, subject.group.pk))
        if rows.is_empty:
            outcome.unchanged += 1
            return
        outcome.accepted += 1
        outcome.created += subject.is_new
        outcome.ends += rows.ends
        outcome.changes.update({label: len(new) for label, new in rows.new.items() if new})
        outcome.changes.update(f"{label} changed" for label, _ in rows.changed)
        outcome.changes["coverage ended earlier"] += len(rows.ends)
        assert subject.member is not None
        rows.add(
            "core.auditevent",
            user_id=self.taker.by.pk,
            role="job",
            action="create" if subject.is_new else "update",
            verb="interop.import_x12",
            member_id=subject.member.id,
            object_type="members.member",
            object_id=str(subject.member.id),
            reason=self.taker.source[:300],
            detail={
                "maintenance": subject.loop.maintenance,
                **({"left_out": [one.code for one in subject.loop.warnings]} if subject.loop.warnings else {}),
            },
        )


def _read_by_index() -> None:
    """Everything here is read by key. Statistics lag behind an import that begins with empty tables, and a plan made
    by them (for a foreign key, say, which keeps it) would read whole tables for every row.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")


def _reinstated(subjects: Iterable[Subject]) -> list[UUID]:
    """Coverages whose past is asked for."""
    return [
        subject.coverage.id
        for subject in subjects
        if subject.coverage is not None
        and REINSTATE in (subject.loop.maintenance, *(line.maintenance for line in subject.loop.lines))
    ]


def inherited_group(loop: MemberLoop) -> str:
    """The group of the subscriber before a dependant that names none."""
    return loop.follows[1] if loop.follows and not loop.is_subscriber else ""


__all__ = ["VERSION", "Outcome", "Taker", "inherited_group"]
