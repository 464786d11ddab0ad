"""An import of paths from beginning to end, and another try of what it set aside."""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone

from core import audit
from core.db import as_job
from core.models import User
from interop import runs
from interop.hl7v2.ack import answer
from interop.hl7v2.faults import Fault
from interop.hl7v2.read import LINE_END, Raw, messages_of
from interop.hl7v2.taking import Options, Taken, Taker, nothing
from interop.models import ImportRun, SetAside
from interop.runs import Aside, open_set_aside
from network.models import Organization

SUFFIXES = (".hl7", ".hl7v2", ".oru", ".adt", ".vxu", ".msg", ".dat", ".txt")
HEADS = (b"MSH", b"FHS", b"BHS", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x0bMS")
OUTCOMES = ("accepted", "changed", "unchanged", "not_taken", "refused")
Progress = Callable[["Import", int, int], None]


def files_of(paths: list[Path]) -> list[Path]:
    """Files named, and in folders those that are called or begin like HL7, by name. Raises `FileNotFoundError`."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(one for one in path.rglob("*") if one.is_file() and _looks_like_hl7(one))
        elif path.is_file():
            found.append(path)
        else:
            raise FileNotFoundError(path)
    return list(dict.fromkeys(found))


def _looks_like_hl7(path: Path) -> bool:
    if path.name.startswith("."):
        return False
    if path.suffix.lower() in SUFFIXES[:5]:
        return True
    try:
        with path.open("rb") as opened:
            return opened.read(8).lstrip().startswith(HEADS[:3]) or path.suffix.lower() in SUFFIXES
    except OSError:
        return False


class Import:
    """One run of `./kp import_hl7`: its `ImportRun` row, its totals, and what it set aside.

    The same files a second time take up the run that they made: what is still set aside is tried again.
    """

    def __init__(
        self,
        paths: list[Path],
        *,
        by: User,
        system: Organization,
        options: Options | None = None,
        answers: Path | None = None,
    ) -> None:
        self.files, self.by, self.system, self.answers = files_of(paths), by, system, answers
        self.options = options or Options()
        self.total: Counter[str] = Counter()
        self.kinds: dict[str, Counter[str]] = {name: Counter() for name in OUTCOMES}
        self.reasons: Counter[str] = Counter()
        self.set_aside = 0
        self.is_repeat = False
        self.digests = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in self.files}
        self.labels = {path: f"file {at} ({self.digests[path][:12]})" for at, path in enumerate(self.files, 1)}
        self.names = {label: path.name for path, label in self.labels.items()}

    def execute(self, on_progress: Progress = lambda *_: None) -> ImportRun:
        """Take everything. One message that cannot be taken never stops the others."""
        digest = hashlib.sha256("".join(sorted(self.digests.values())).encode()).hexdigest()
        if earlier := self._earlier(digest):
            replay_messages(earlier, by=self.by, options=self.options, on_taken=self._count)
            self.set_aside = self.total["refused"]
            self.run, self.is_repeat = earlier, True
            return earlier
        self.run = runs.begin(
            ImportRun.Kind.HL7V2, by=self.by, system_id=self.system.pk, reason="HL7 v2 import",
            file_name=f"{len(self.files)} HL7 v2 file{'s' if len(self.files) != 1 else ''}", digest=digest,
            options=self.options.kept(),
        )  # fmt: skip
        try:
            self._take_files(on_progress)
        except BaseException as error:
            self._finish(ImportRun.Status.FAILED, type(error).__name__)
            raise
        self._finish(ImportRun.Status.DONE)
        return self.run

    def _earlier(self, digest: str) -> ImportRun | None:
        with as_job(self.by, reason="HL7 v2 import"):
            same = ImportRun.objects.filter(kind=ImportRun.Kind.HL7V2, digest=digest, managing_organization=self.system)
            # One that was killed; if it lives after all, it says so itself when it ends.
            same.filter(status=ImportRun.Status.RUNNING).update(
                status=ImportRun.Status.FAILED, error="Stopped before its end; the files were read again."
            )
            return same.filter(status=ImportRun.Status.DONE).order_by("-started_at").first()

    def _take_files(self, on_progress: Progress) -> None:
        taker = Taker(self.system, f"HL7 v2 import {self.run.pk}", self.options)
        for number, path in enumerate(self.files, 1):
            self._take_file(taker, self.labels[path], path)
            on_progress(self, number, len(self.files))

    def _take_file(self, taker: Taker, label: str, path: Path) -> None:
        messages, faults = messages_of(path.read_bytes())
        if not messages and not faults:
            faults = [(Raw(0, []), nothing(0))]
        asides: list[Aside] = []
        for raw, fault in faults:
            asides.append(aside(label, raw, fault))
            self.reasons[fault.code] += 1
        answers: list[str] = []
        for raw in messages:
            taken = taker.take(raw)
            self._count(taken)
            if taken.outcome == "refused" and taken.fault is not None:
                asides.append(aside(label, raw, taken.fault))
            if self.answers is not None:
                answers.append(answer(taken))
        self.set_aside += runs.put_aside(self.run, asides, by=self.by)
        if self.answers is not None and answers:
            # Each message ends with a carriage return, as HL7 has it.
            (self.answers / f"{path.name}.ack").write_bytes("".join(answers).encode())

    def _count(self, taken: Taken) -> None:
        self.total[taken.outcome] += 1
        self.kinds[taken.outcome][taken.kind] += 1
        if taken.fault is not None:
            self.reasons[taken.fault.code] += 1

    def _finish(self, status: str, error: str = "") -> None:
        self.run.status, self.run.error, self.run.finished_at = status, error, timezone.now()
        # What stands aside without a message (a broken batch trailer) is a record too.
        self.run.total = sum(self.total.values()) + self.set_aside - self.total["refused"]
        self.run.counts = self.counts()
        with as_job(self.by, reason="HL7 v2 import"):
            self.run.save()
            audit.record(by=self.by, action="execute", verb="interop.import_hl7", obj=self.run, detail=self.totals())

    def totals(self) -> dict[str, int]:
        """Accepted (of them `changed` corrected what stood), unchanged, not taken, set aside: they add up."""
        return {
            "accepted": self.total["accepted"] + self.total["changed"],
            "changed": self.total["changed"],
            "unchanged": self.total["unchanged"],
            "not_taken": self.total["not_taken"],
            "set_aside": self.set_aside,
        }

    def counts(self) -> dict[str, Any]:
        by_type = {name: dict(sorted(kinds.items())) for name, kinds in self.kinds.items() if kinds}
        return {**self.totals(), "by_type": by_type, "reasons": dict(sorted(self.reasons.items()))}


# --- Set aside and taken again --------------------------------------------------------------------------------------


def aside(label: str, raw: Raw, fault: Fault) -> Aside:
    """A message that was not taken, as it is kept: where it stood by number and segment, and why."""
    parts = [label, f"message {raw.number}" if raw.number else "", str(fault.place)]
    return Aside(", ".join(part for part in parts if part)[:100], fault.code, fault.reason, payload_of(raw))


def payload_of(raw: Raw) -> str:
    """The message as text to be read, and its bytes where they are not that text."""
    kept: dict[str, Any] = {"hl7": raw.shown(), "number": raw.number}
    if raw.shown().encode() != b"\n".join(raw.lines):
        kept["bytes"] = base64.b64encode(raw.data).decode()
    return json.dumps(kept, ensure_ascii=False)


def raw_of(payload: str) -> Raw | None:
    """The message of a kept payload; None for what is no message (a line of a batch)."""
    try:
        kept = json.loads(payload)
        data = base64.b64decode(kept["bytes"]) if "bytes" in kept else kept["hl7"].encode()
        number = int(kept.get("number") or 0)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return Raw(number, LINE_END.split(data)) if number else None


def replay_messages(
    run: ImportRun,
    *,
    by: User,
    options: Options | None = None,
    on_taken: Callable[[Taken], None] = lambda taken: None,
) -> tuple[int, int]:
    """Take what stands aside once more, as it was sent, in order; how many were taken, and how many still stand aside.

    A run whose system is not known is left as it is.
    """
    reason = f"HL7 v2 import {run.pk}"
    with as_job(by, reason=reason):
        rows = list(open_set_aside(run).order_by("created_at", "id"))
        system = run.managing_organization
    if not rows or system is None:
        return 0, len(rows)
    kept = options or Options(run.options.get("zone", "UTC"), run.options.get("charset", ""))
    taker = Taker(system, f"{reason}, again", kept)
    counts: Counter[str] = Counter()
    for row, taken in _tried(rows, taker):
        if taken is not None:
            on_taken(taken)
        counts["still" if taken is None or taken.outcome == "refused" else taken.outcome] += 1
        with as_job(by, reason=reason):
            _settle(row, taken, by)
    done = len(rows) - counts["still"]
    _add_to(run, counts, by, reason)
    return done, counts["still"]


def _tried(rows: list[SetAside], taker: Taker) -> Iterator[tuple[SetAside, Taken | None]]:
    for row in rows:
        raw = raw_of(row.payload)
        yield row, taker.take(raw) if raw is not None else None


def _settle(row: SetAside, taken: Taken | None, by: User) -> None:
    if taken is None:
        return
    if taken.outcome == "refused" and taken.fault is not None:
        row.code, row.reason = taken.fault.code, taken.fault.reason[:500]
    else:
        row.status, row.resolved_by, row.resolved_at = SetAside.Status.REPLAYED, by, timezone.now()
    row.save(update_fields=["code", "reason", "status", "resolved_by", "resolved_at"])


def _add_to(run: ImportRun, counts: Counter[str], by: User, reason: str) -> None:
    before = dict(run.counts)
    more = {
        "accepted": counts["accepted"] + counts["changed"],
        "changed": counts["changed"],
        "unchanged": counts["unchanged"],
        "not_taken": counts["not_taken"],
    }
    for name, number in more.items():
        before[name] = before.get(name, 0) + number
    run.counts = {**before, "set_aside": counts["still"]}
    with as_job(by, reason=reason):
        run.save(update_fields=["counts"])


def system_named(wanted: str | None) -> Organization:
    """The system to import for: the only one, or that of an id or name. Raises `LookupError` with what to do."""
    systems = Organization.objects.filter(kind=Organization.Kind.SYSTEM)
    if wanted:
        found = systems.filter(pk=wanted).first() if _is_id(wanted) else systems.filter(name__iexact=wanted).first()
        if found is None:
            raise LookupError(f"There is no system with the id or name {wanted!r}.")
        return found
    some = list(systems.order_by("name")[:2])
    if not some:
        raise LookupError("There is no system yet to import for: make one in the admin, or run ./kp seed.")
    if len(some) > 1:
        raise LookupError("There is more than one system: say which with --organization NAME.")
    return some[0]


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
