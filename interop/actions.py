"""Import runs: files taken in, what was set aside, and its replay."""

import datetime
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from django.utils import timezone

from core import audit
from core.db import as_job
from core.models import User
from interop.models import ImportRun, SetAside
from interop.x12 import enrolment, segments
from interop.x12.batches import Batches
from interop.x12.catalogue import Catalogue, Refused
from interop.x12.enrolment import Fault, Header, MemberLoop
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
        progress: Progress = lambda done, total: None,
    ):
        self.run, self.by, self.as_of, self.create_missing = run, by, as_of, create_missing
        self.progress = progress
        self.source = f"834 import {run.pk}"
        self.takers: dict[tuple[str, str], Taker] = {}
        self.total = Outcome()
        self.done = 0

    def file(self, path: Path, encoding: str) -> None:
        """Subscribers first, then dependants: in one file a dependant may stand before its subscriber."""
        dependants = self._pass(path, encoding, subscribers=True)
        self.run.total = self.done + dependants
        if dependants:
            self._pass(path, encoding, subscribers=False)

    def _pass(self, path: Path, encoding: str, *, subscribers: bool) -> int:
        batches, reader = Batches(), enrolment.Reader(subscribers)
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            for found in reader.read(file):
                if isinstance(found, Fault):
                    self._set_aside([(None, found)])
                    continue
                for batch in batches.add(found):
                    self._take(batch)
        self._take(batches.rest())
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
            self._set_aside(outcome.refused)
            outcome.refused = []
        self.total.add(outcome)
        self.done += len(batch)
        self._keep_counts()
        self.progress(self.done, self.run.total)

    def taker_for(self, header: Header) -> Taker:
        """The taker of the plan that N1*IN names; the only plan where it names none of ours. Raises `Refused`."""
        key = (header.insurer_id, header.insurer_name)
        if key not in self.takers:
            with as_job(self.by, reason=self.source):
                plan = self._plan(header)
                self.takers[key] = Taker(
                    Catalogue(plan, by=self.by, create_missing=self.create_missing),
                    Panels(plan.system_id or plan.pk, self.as_of),
                    by=self.by,
                    source=self.source,
                    as_of=self.as_of,
                )
        return self.takers[key]

    def _plan(self, header: Header) -> Organization:
        plans = list(Organization.objects.filter(kind=Organization.Kind.HEALTH_PLAN).select_related("system"))
        named = [plan for plan in plans if header.insurer_id and plan.tax_id == header.insurer_id]
        if named or len(plans) == 1:
            return (named or plans)[0]
        if not plans and self.create_missing:
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

    def _set_aside(self, refused: Sequence[tuple[MemberLoop | None, Fault]]) -> None:
        rows = [
            SetAside(
                run=self.run,
                position=fault.position[:100],
                code=fault.code,
                reason=fault.reason,
                payload=payload_of(loop),
            )
            for loop, fault in refused
        ]
        SetAside.objects.bulk_create(rows, ignore_conflicts=True)

    def _keep_counts(self) -> None:
        self.run.counts = {**asdict(self.total), "set_aside": self.run.set_aside.count()}
        self.run.counts.pop("refused")
        self.run.save(update_fields=["counts", "total"])


def payload_of(loop: MemberLoop | None) -> str:
    """A set-aside loop as it can be replayed."""
    return json.dumps({"x12": loop.raw.replace("\x00", "\ufffd"), "follows": loop.follows}) if loop else ""


def loop_of(payload: str) -> MemberLoop | None:
    """The loop that was set aside; None for a fault of the envelope."""
    if not payload:
        return None
    kept = json.loads(payload)
    return enrolment.read_one(kept["x12"], tuple(kept["follows"]) if kept["follows"] else None)


def import_834(
    path: Path,
    *,
    by: User,
    as_of: datetime.date | None = None,
    create_missing: bool = False,
    again: bool = False,
    progress: Progress = lambda done, total: None,
) -> ImportRun:
    """Take an 834 file in. The same content a second time replays what is still set aside, and nothing else.

    `again` reads it whole once more; members that stand as the file says are left alone. Raises `OSError`.
    """
    as_of = as_of or timezone.localdate()
    digest, encoding = segments.digest_and_encoding(path)
    earlier = ImportRun.objects.filter(kind=ImportRun.Kind.X12_834, digest=digest, status=ImportRun.Status.DONE)
    if not again and (run := earlier.order_by("-started_at").first()):
        replay_run(run, by=by, as_of=as_of, create_missing=create_missing)
        return run
    # One that was killed; if it lives after all, it says so itself when it ends.
    ImportRun.objects.filter(kind=ImportRun.Kind.X12_834, digest=digest, status=ImportRun.Status.RUNNING).update(
        status=ImportRun.Status.FAILED, error="Stopped before its end; the file was read again."
    )
    run = ImportRun.objects.create(
        kind=ImportRun.Kind.X12_834, file_name=path.name[:255], digest=digest, started_by=by, counts={}
    )
    taking = Enrolment(run, by=by, as_of=as_of, create_missing=create_missing, progress=progress)
    try:
        taking.file(path, encoding)
    except segments.NotX12 as error:
        run.status, run.error = ImportRun.Status.FAILED, str(error)[:500]
        SetAside.objects.create(run=run, position="file", code="not_x12", reason=str(error)[:500], payload="")
    except BaseException as error:
        run.status, run.error, run.finished_at = ImportRun.Status.FAILED, type(error).__name__, timezone.now()
        run.save(update_fields=["status", "error", "finished_at"])
        raise
    else:
        run.status = ImportRun.Status.DONE
    run.finished_at = timezone.now()
    run.save(update_fields=["status", "error", "finished_at", "total"])
    with as_job(by, reason=taking.source):
        audit.record(by=by, action="execute", verb="interop.import_x12", obj=run, detail=run.counts)
    return run


def open_set_aside(run: ImportRun):
    return run.set_aside.filter(status=SetAside.Status.OPEN)


def replay_run(
    run: ImportRun, *, by: User, as_of: datetime.date | None = None, create_missing: bool = False
) -> tuple[int, int]:
    """Try again what the run set aside: subscribers first. How many were taken, and how many are still set aside."""
    waiting = [(row, loop) for row in open_set_aside(run).order_by("position") if (loop := loop_of(row.payload))]
    waiting.sort(key=lambda pair: not pair[1].is_subscriber)
    taking = Enrolment(run, by=by, as_of=as_of or timezone.localdate(), create_missing=create_missing)
    before = dict(run.counts)
    taken = 0
    for row, loop in waiting:
        taking.total.refused = []
        refused = taking.loops([loop])
        if refused:
            _, fault = refused[0]
            row.code, row.reason = fault.code, fault.reason
            row.save(update_fields=["code", "reason"])
            continue
        row.status, row.resolved_by, row.resolved_at = SetAside.Status.REPLAYED, by, timezone.now()
        row.save(update_fields=["status", "resolved_by", "resolved_at"])
        taken += 1
    still = open_set_aside(run).count()
    for name in ("accepted", "unchanged", "created", "without_primary_care"):
        before[name] = before.get(name, 0) + getattr(taking.total, name)
    run.counts = {**before, "set_aside": still}
    run.save(update_fields=["counts"])
    if waiting:
        with as_job(by, reason=taking.source):
            audit.record(
                by=by, action="execute", verb="interop.replay", obj=run, detail={"taken": taken, "still": still}
            )
    return taken, still


def dismiss(row: SetAside, *, by: User) -> None:
    """The record will not be taken: somebody looked and decided so."""
    row.status, row.resolved_by, row.resolved_at = SetAside.Status.DISMISSED, by, timezone.now()
    row.save(update_fields=["status", "resolved_by", "resolved_at"])
    audit.record(by=by, action="update", verb="interop.dismiss", obj=row)


def files_of(paths: list[Path]) -> Iterator[Path]:
    """Files named, and in folders every file that begins like an interchange, by name."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for file in sorted(p for p in path.rglob("*") if p.is_file()):
            with suppress(OSError), file.open("rb") as opened:
                if b"ISA" in opened.read(16):
                    yield file
