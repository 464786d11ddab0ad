"""An import of paths from beginning to end: files shared among processes, what waits tried again, all counted."""

import gc
import hashlib
import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connections
from django.utils import timezone

from core.db import as_job
from core.models import User
from interop import runs
from interop.fhir.load import Loader, Outcome, Refused
from interop.fhir.read import Unit, Unreadable, content, files, is_stream, label, units
from interop.models import ImportRun
from interop.runs import Aside
from network.models import Organization

# A task is some files of about this many bytes: small enough to share out, so that no process works on alone at the
# end, large enough to fill batches. The first is taken alone: what all share comes with its few files.
FIRST_BYTES, TASK_BYTES = 2_000_000, 5_000_000


@dataclass(frozen=True)
class Options:
    """How the paths are read; the same in every process."""

    user_id: Any
    organization_id: Any
    source: str
    zone: str = "UTC"

    def loader(self) -> Loader:
        user = User.objects.get(pk=self.user_id)
        organization = Organization.objects.get(pk=self.organization_id)
        return Loader(user, organization, source=self.source, zone=ZoneInfo(self.zone))


@dataclass
class Task:
    """Files to take together, with their place in the import, or units that waited for what they point at."""

    paths: list[tuple[int, Path]]
    waiting: list[Unit] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(path.stat().st_size for _, path in self.paths)


@dataclass
class Result:
    """What became of a task, the digests of its files, and their names by label (for whoever named them)."""

    outcome: Outcome = field(default_factory=Outcome)
    unreadable: list[tuple[str, bytes, Unreadable]] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    bytes_read: int = 0


def take(task: Task, loader: Loader, on_progress: Callable[[Outcome, int], None] | None = None) -> Result:
    """One task in this process."""
    result = Result()
    # The collector would walk the whole parsed file again and again and find nothing: a tree has no cycles.
    gc.disable()

    def stream() -> Iterator[Unit]:
        yield from task.waiting
        for number, path in task.paths:
            data = content(path)
            result.digests.append(hashlib.sha256(data).hexdigest())
            result.names[label(number, data)] = path.name
            for item in units(path, data, number=number):
                if isinstance(item, Unit):
                    yield item
                else:
                    result.unreadable.append(item)
            result.bytes_read += path.stat().st_size

    for outcome in loader.load(stream()):
        result.outcome.add(outcome)
        if on_progress:
            on_progress(outcome, result.bytes_read)
    gc.enable()
    return result


_loaders: dict[Options, Loader] = {}


def take_in_worker(task: Task, options: Options) -> Result:
    """One task in a worker process, which keeps its loader and connection from task to task."""
    if options not in _loaders:
        _loaders[options] = options.loader()
    return take(task, _loaders[options])


def tasks(paths: list[Path]) -> list[Task]:
    """The files in order, cut into tasks. NDJSON goes one file after the other: later ones point at earlier ones."""
    made: list[Task] = []
    for number, path in enumerate(paths, 1):
        size = path.stat().st_size
        limit = TASK_BYTES if len(made) > 1 else min(FIRST_BYTES, TASK_BYTES)
        if made and made[-1].size + size <= limit:
            made[-1].paths.append((number, path))
        else:
            made.append(Task([(number, path)]))
    return made


def settle(units: list[Unit], loader: Loader) -> Result:
    """Take units again and again as long as that helps: what one brings another may wait for."""
    result = take(Task([], units), loader)
    while waiting := [unit for unit, refusal in result.outcome.refused if refusal.is_waiting]:
        for_good = [(unit, refusal) for unit, refusal in result.outcome.refused if not refusal.is_waiting]
        again = take(Task([], waiting), loader)
        result.outcome.refused = for_good
        result.outcome.add(again.outcome)
        if sum(refusal.is_waiting for _, refusal in again.outcome.refused) == len(waiting):
            break
    return result


def aside(unit: Unit, refusal: Refused) -> Aside:
    """A unit that was not taken, as it is kept: where it stood by place and type, and why."""
    position = f"{unit.position}, {refusal.position}" if refusal.position else unit.position
    return Aside(position, refusal.code, str(refusal), unit.payload.decode("utf-8", "replace"))


class Import:
    """One run of `./kp import_fhir`: its `ImportRun` row, its totals, and what it set aside."""

    def __init__(self, paths: list[Path], options: Options, *, workers: int = 1) -> None:
        self.options, self.workers = options, workers
        self.files = files(paths)
        self.user = User.objects.get(pk=options.user_id)
        self.total = Outcome()
        self.set_aside = 0
        self.bytes_read = 0
        self.digests: list[str] = []
        self.names: dict[str, str] = {}
        self.started = time.monotonic()
        self.run = runs.begin(
            ImportRun.Kind.FHIR, by=self.user, system_id=options.organization_id, reason="FHIR import",
            file_name=f"{len(self.files)} FHIR file{'s' if len(self.files) != 1 else ''}", digest="",
            options={"source": options.source, "zone": options.zone},
        )  # fmt: skip

    def execute(self, on_progress: Callable[["Import", int, int], None] = lambda *_: None) -> "Import":
        """Take everything; what waits for something is tried again as long as that helps, then set aside."""
        size = sum(path.stat().st_size for path in self.files)
        waiting: list[tuple[Unit, Refused]] = []
        for result in self._results(tasks(self.files), lambda read: on_progress(self, self.bytes_read + read, size)):
            waiting += self._keep(result)
            self.bytes_read += result.bytes_read
            on_progress(self, self.bytes_read, size)
        if waiting:
            result = settle([unit for unit, _ in waiting], self.options.loader())
            left = self._keep(result)
            self._put_aside(aside(unit, refusal) for unit, refusal in left)
        self._finish()
        on_progress(self, size, size)
        return self

    def _results(self, todo: list[Task], on_read: Callable[[int], None]) -> Iterator[Result]:
        streams = any(map(is_stream, self.files))
        if self.workers < 2 or len(todo) < 2 or streams:
            loader = self.options.loader()
            for task in todo:
                yield take(task, loader, lambda outcome, read: on_read(read))
            return
        connections.close_all()
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(self.workers, mp_context=context) as pool:
            # The first alone: it makes the codes and places that all share, and the others then only look them up.
            running = {pool.submit(take_in_worker, todo[0], self.options)}
            rest = iter(todo[1:])
            while running:
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                while len(running) < self.workers + 1 and (following := next(rest, None)):
                    running.add(pool.submit(take_in_worker, following, self.options))
                for future in finished:
                    yield future.result()

    def _keep(self, result: Result) -> list[tuple[Unit, Refused]]:
        """Add a result up; returns the units that wait."""
        refused, result.outcome.refused = result.outcome.refused, []
        self.total.add(result.outcome)
        self.digests += result.digests
        self.names |= result.names
        self._put_aside(
            Aside(position, fault.code, str(fault), data.decode("utf-8", "replace"))
            for position, data, fault in result.unreadable
        )
        self._put_aside(aside(unit, refusal) for unit, refusal in refused if not refusal.is_waiting)
        return [(unit, refusal) for unit, refusal in refused if refusal.is_waiting]

    def _put_aside(self, records: Iterable[Aside]) -> None:
        self.set_aside += runs.put_aside(self.run, records, by=self.user)

    def _finish(self) -> None:
        self.run.status = ImportRun.Status.DONE
        self.run.finished_at = timezone.now()
        self.run.digest = hashlib.sha256("".join(sorted(self.digests)).encode()).hexdigest()
        self.run.total = self.total.resources
        self.run.counts = self.counts()
        with as_job(self.user, reason="FHIR import"):
            self.run.save()

    def counts(self) -> dict[str, Any]:
        total = self.total
        return {
            "accepted": sum(total.accepted.values()),
            "changed": sum(total.changed.values()),
            "unchanged": sum(total.unchanged.values()),
            "not_taken": sum(total.not_taken.values()),
            "set_aside": self.set_aside,
            "references": total.references,
            "by_type": {
                name: dict(sorted(getattr(total, name).items()))
                for name in ("accepted", "changed", "unchanged", "not_taken")
                if getattr(total, name)
            },
        }

    @property
    def rate(self) -> float:
        """Resources a second since the start."""
        return self.total.resources / max(time.monotonic() - self.started, 1e-6)
