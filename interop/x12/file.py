"""One 834 file from beginning to end: whose it is, its passes, what is set aside, whom a full list leaves out."""

import datetime
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from uuid import UUID

from core.db import as_job
from core.models import User
from interop import runs
from interop.models import ImportRun
from interop.runs import Aside
from interop.x12 import enrolment, segments
from interop.x12.ahead import ahead
from interop.x12.batches import Batches
from interop.x12.catalogue import Catalogue, Refused
from interop.x12.enrolment import Fault, Header, MemberLoop
from interop.x12.full_list import FullList
from interop.x12.taking import Outcome, Taker
from members.panels import Panels
from network.models import Organization

Progress = Callable[[int, int | None], None]


class Enrolment:
    """Takes one 834 file, or what of it was set aside. Each batch is a transaction; killed, it is run again."""

    def __init__(
        self,
        run: ImportRun,
        *,
        by: User,
        as_of: datetime.date,
        create_missing: bool = False,
        is_rehearsal: bool = False,
        progress: Progress = lambda done, total: None,
    ) -> None:
        self.run, self.by, self.as_of, self.create_missing = run, by, as_of, create_missing
        self.is_rehearsal, self.progress = is_rehearsal, progress
        self.source = f"834 import {run.pk}"
        self.takers: dict[tuple[str, str], Taker] = {}
        self.total = Outcome()
        self.full_list = FullList()
        self.set_aside = 0
        self.proposed = 0
        self.done = 0

    def file(self, path: Path, encoding: str) -> None:
        """Subscribers first, then dependants: in one file a dependant may stand before its subscriber."""
        dependants = self._pass(path, encoding, subscribers=True)
        self.run.total = self.done + dependants
        if dependants:
            self._pass(path, encoding, subscribers=False)
        self.proposed = self.full_list.propose(self.run, by=self.by)
        self._keep_counts()

    def _pass(self, path: Path, encoding: str, *, subscribers: bool) -> int:
        reader = enrolment.Reader(subscribers)
        for found in ahead(read_batches(reader, path, encoding)):
            if isinstance(found, Fault):
                self.full_list.is_whole = False
                self._put_aside([(None, found)])
            else:
                self._take(found)
        return reader.dependants if subscribers else 0

    def loops(self, found: list[MemberLoop]) -> list[tuple[MemberLoop, Fault]]:
        """Take these loops, one by one; those that are refused, with why."""
        for loop in found:
            self._take([loop], keep=False)
        return self.total.refused

    def _take(self, batch: list[MemberLoop], *, keep: bool = True) -> None:
        if not batch:
            return
        try:
            outcome = self.taker_for(batch[0].header).take(batch)
        except Refused as refused:
            outcome = Outcome(refused=[(loop, Fault(loop.position, refused.code, refused.reason)) for loop in batch])
        if keep:
            self.full_list.note(batch, outcome)
            self._put_aside(outcome.refused)
            outcome.refused = []
        outcome.listed = []
        if not self.is_rehearsal:
            outcome.ends = []
        self.total.add(outcome)
        self.done += len(batch)
        if keep:
            self._keep_counts()
        self.progress(self.done, self.run.total)

    def taker_for(self, header: Header) -> Taker:
        """The taker of the plan that N1*IN names. Raises `Refused`."""
        key = (header.insurer_id, header.insurer_name)
        if key not in self.takers:
            with as_job(self.by, reason=self.source):
                plan = plan_of(header, create_missing=self.create_missing)
                self._require_own(plan.system_id or plan.pk)
                self.takers[key] = Taker(
                    Catalogue(plan, by=self.by, create_missing=self.create_missing),
                    Panels(plan.system_id or plan.pk, self.as_of),
                    by=self.by,
                    source=self.source,
                    as_of=self.as_of,
                    is_rehearsal=self.is_rehearsal,
                )
        return self.takers[key]

    def _require_own(self, system_id: UUID) -> None:
        """A run writes for one system: its people see it and what it set aside, nobody else is touched."""
        if self.run.managing_organization_id is None:
            self.run.managing_organization_id = system_id
            self.run.save(update_fields=["managing_organization"])
        elif self.run.managing_organization_id != system_id:
            raise Refused(
                "other_system",
                "N1*IN names a health plan of another system than the rest of the file. Import that part for that "
                "system, in a file of its own.",
            )

    def _put_aside(self, refused: Iterable[tuple[MemberLoop | None, Fault]]) -> None:
        self.set_aside += runs.put_aside(
            self.run,
            [Aside(fault.position[:100], fault.code, fault.reason, payload_of(loop)) for loop, fault in refused],
            by=self.by,
        )

    def _keep_counts(self) -> None:
        self.run.counts = {
            **self.total.counts(),
            "set_aside": self.set_aside,
            **({"proposed_terminations": self.proposed} if self.proposed else {}),
        }
        with as_job(self.by, reason=self.source):
            self.run.save(update_fields=["counts", "total"])


def read_batches(reader: enrolment.Reader, path: Path, encoding: str) -> Iterator[list[MemberLoop] | Fault]:
    """The file's loops in batches, and faults of its envelope where they stand between."""
    batches = Batches()
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        for found in reader.read(file):
            if isinstance(found, Fault):
                yield found
            else:
                yield from batches.add(found)
    yield batches.rest()


def plan_of(header: Header, *, create_missing: bool = False) -> Organization:
    """The plan whose tax id N1*IN names; the only plan where it names none of ours. Raises `Refused`."""
    plans = list(Organization.objects.filter(kind=Organization.Kind.HEALTH_PLAN).select_related("system"))
    named = [plan for plan in plans if header.insurer_id and plan.tax_id == header.insurer_id]
    if named or len(plans) == 1:
        return (named or plans)[0]
    if not plans and create_missing:
        name = header.insurer_name or "Health plan"
        system = Organization.objects.create(name=name, kind=Organization.Kind.SYSTEM)
        return Organization.objects.create(
            name=name,
            kind=Organization.Kind.HEALTH_PLAN,
            parent=system,
            system=system,
            tax_id=header.insurer_id[:20],
        )
    raise Refused(
        "unknown_insurer",
        "N1*IN names no health plan of ours by its tax id, and there is not exactly one plan to take it for. Enter "
        "the plan's tax id, then replay.",
    )


def system_of(path: Path, encoding: str) -> UUID | None:
    """The system of the plan that the file's first transaction set names; None where that is nobody's."""
    reader = enrolment.Reader()
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        try:
            for segment in segments.read(file):
                if segment.name == "INS":
                    break
                reader.take(segment)
        except segments.NotX12:
            return None
    try:
        plan = plan_of(reader.header)
    except Refused:
        return None
    return plan.system_id or plan.pk


def payload_of(loop: MemberLoop | None) -> str:
    """A set-aside loop as it can be replayed."""
    return json.dumps({"x12": loop.raw.replace("\x00", "\ufffd"), "follows": loop.follows}) if loop else ""


def loop_of(payload: str) -> MemberLoop | None:
    """The loop that was set aside; None for a fault of the envelope."""
    if not payload:
        return None
    kept = json.loads(payload)
    return enrolment.read_one(kept["x12"], tuple(kept["follows"]) if kept["follows"] else None)
