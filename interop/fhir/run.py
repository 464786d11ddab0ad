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
from interop.fhir.load import Loader, Outcome, Refused
from interop.fhir.read import Unit, Unreadable, content, files, units
from interop.models import ImportRun, SetAside
from network.models import Organization

# A task is some files of about this many bytes: small enough to share out, large enough to fill batches.
TASK_BYTES = 12_000_000


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
    """Files to take together, or units of an earlier task that waited for what they point at."""

    paths: list[Path]
    waiting: list[Unit] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(path.stat().st_size for path in self.paths)


@dataclass
class Result:
    """What became of a task, and the digests of its files."""

    outcome: Outcome = field(default_factory=Outcome)
    unreadable: list[tuple[str, bytes, Unreadable]] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    bytes_read: int = 0


def take(task: Task, loader: Loader, on_progress: Callable[[Outcome, int], None] | None = None) -> Result:
    """One task in this process."""
    result = Result()
    # The collector would walk the whole parsed file again and again and find nothing: a tree has no cycles.
    gc.disable()

    def stream() -> Iterator[Unit]:
        yield from task.waiting
        for path in task.paths:
            data = content(path)
            result.digests.append(hashlib.sha256(data).hexdigest())
            for item in units(path, data):
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
    for path in paths:
        size = path.stat().st_size
        if made and made[-1].size + size <= TASK_BYTES:
            made[-1].paths.append(path)
        else:
            made.append(Task([path]))
    return made


class Import:
    """One run of `./kp import_fhir`: its `ImportRun` row, its totals, and what it set aside."""

    def __init__(self, paths: list[Path], options: Options, *, workers: int = 1, label: str = ""):
        self.options, self.workers = options, workers
        self.files = files(paths)
        self.user = User.objects.get(pk=options.user_id)
        self.total = Outcome()
        self.set_aside = 0
        self.bytes_read = 0
        self.digests: list[str] = []
        self.started = time.monotonic()
        with as_job(self.user, reason="FHIR import"):
            self.run = ImportRun.objects.create(
                kind=ImportRun.Kind.FHIR,
                file_name=(label or ", ".join(str(p) for p in paths))[-255:],
                digest="",
                started_by=self.user,
            )

    def execute(self, on_progress: Callable[["Import", int, int], None] = lambda *_: None) -> "Import":
        """Take everything; what waits for something is tried again as long as that helps, then set aside."""
        size = sum(path.stat().st_size for path in self.files)
        waiting: list[tuple[Unit, Refused]] = []
        for result in self._results(tasks(self.files), lambda read: on_progress(self, self.bytes_read + read, size)):
            waiting += self._keep(result)
            self.bytes_read += result.bytes_read
            on_progress(self, self.bytes_read, size)
        while waiting:
            before, loader = len(waiting), self.options.loader()
            waiting = self._keep(take(Task([], [unit for unit, _ in waiting]), loader))
            if len(waiting) == before:
                break
        self._put_aside([(u.position, u.payload, r.code, f"{r.position}: {r}") for u, r in waiting])
        self._finish()
        on_progress(self, size, size)
        return self

    def _results(self, todo: list[Task], on_read: Callable[[int], None]) -> Iterator[Result]:
        streams = any(".ndjson" in p.name or ".jsonl" in p.name for p in self.files)
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
        self._put_aside([(position, data, fault.code, str(fault)) for position, data, fault in result.unreadable])
        self._put_aside(
            [
                (u.position, u.payload, r.code, f"{r.position}: {r}" if r.position else str(r))
                for u, r in refused
                if not r.is_waiting
            ]
        )
        return [(unit, refusal) for unit, refusal in refused if refusal.is_waiting]

    def _put_aside(self, records: Iterable[tuple[str, bytes, str, str]]) -> None:
        rows = [
            SetAside(
                run=self.run,
                position=position[-100:],
                code=code,
                reason=reason[:500],
                payload=payload.decode("utf-8", "replace").replace("\x00", ""),
            )
            for position, payload, code, reason in records
        ]
        if rows:
            self.set_aside += len(rows)
            with as_job(self.user, reason="FHIR import"):
                SetAside.objects.bulk_create(rows, batch_size=100, ignore_conflicts=True)

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
