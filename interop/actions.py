"""Import runs: files taken in, rehearsed, tried again; what a person decides about what was left open."""

import datetime
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core import audit
from core.db import as_job
from core.models import User
from interop import runs
from interop.fhir.replay import replay_resources
from interop.hl7v2.run import replay_messages
from interop.models import ImportRun, SetAside, TerminationProposal
from interop.runs import open_set_aside
from interop.x12 import segments
from interop.x12.claim_import import replay_claims
from interop.x12.file import Enrolment, Progress, loop_of, system_of
from plans.actions import Source, TerminationPreview, preview_termination, terminate
from plans.models import Coverage, CoveragePeriod


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
    with as_job(by, reason="834 import"):
        system_id = system_of(path, encoding) or runs.only_system()
        same = ImportRun.objects.filter(kind=ImportRun.Kind.X12_834, digest=digest, managing_organization_id=system_id)
        earlier = same.filter(status=ImportRun.Status.DONE).order_by("-started_at").first()
        if again or earlier is None:
            # One that was killed; if it lives after all, it says so itself when it ends.
            same.filter(status=ImportRun.Status.RUNNING).update(
                status=ImportRun.Status.FAILED, error="Stopped before its end; the file was read again."
            )
    if earlier is not None and not again:
        earlier.counts_before = dict(earlier.counts)
        replay_run(earlier, by=by, as_of=as_of, create_missing=create_missing)
        return earlier
    run = runs.begin(
        ImportRun.Kind.X12_834, by=by, system_id=system_id, reason="834 import", file_name=path.name[:255],
        digest=digest, counts={},
    )  # fmt: skip
    _take_834(Enrolment(run, by=by, as_of=as_of, create_missing=create_missing, progress=progress), path, encoding)
    return run


def _take_834(taking: Enrolment, path: Path, encoding: str) -> None:
    run, by = taking.run, taking.by
    try:
        taking.file(path, encoding)
    except segments.NotX12 as error:
        run.status, run.error = ImportRun.Status.FAILED, str(error)[:500]
        runs.put_aside(run, [runs.Aside("file", "not_x12", str(error), "")], by=by)
    except BaseException as error:
        run.status, run.error, run.finished_at = ImportRun.Status.FAILED, type(error).__name__, timezone.now()
        with as_job(by, reason=taking.source):
            run.save(update_fields=["status", "error", "finished_at"])
        raise
    else:
        run.status = ImportRun.Status.DONE
    run.finished_at = timezone.now()
    with as_job(by, reason=taking.source):
        run.save(update_fields=["status", "error", "finished_at", "total"])
        audit.record(by=by, action="execute", verb="interop.import_x12", obj=run, detail=run.counts)


# --- Rehearsal ------------------------------------------------------------------------------------------------


@dataclass
class Rehearsal:
    """What a file would do: counts as of a run, rows by table, what would be set aside, who would lose coverage."""

    counts: dict[str, int]
    changes: Counter[str]
    set_aside: list[tuple[str, str, str]]
    losing: list["Loss"] = field(default_factory=list)


@dataclass(frozen=True)
class Loss:
    """Somebody whose coverage would end, from which day, and what other rooms say about the time after it."""

    mrn: str
    end: datetime.date
    effects: tuple[str, ...]


def rehearse_834(
    path: Path,
    *,
    by: User,
    as_of: datetime.date | None = None,
    create_missing: bool = False,
    progress: Progress = lambda done, total: None,
) -> Rehearsal:
    """What `import_834` would do with the file, found by doing it and rolling all of it back.

    One transaction, without the locks that make registration or a close of the month wait. Raises `OSError`.
    """
    as_of = as_of or timezone.localdate()
    digest, encoding = segments.digest_and_encoding(path)
    with as_job(by, reason="834 rehearsal"):
        run = ImportRun.objects.create(
            kind=ImportRun.Kind.X12_834, started_by=by, file_name=path.name[:255], digest=digest,
            managing_organization_id=system_of(path, encoding) or runs.only_system(),
        )  # fmt: skip
        taking = Enrolment(run, by=by, as_of=as_of, create_missing=create_missing, is_rehearsal=True, progress=progress)
        _take_834(taking, path, encoding)
        aside = open_set_aside(run).order_by("position").values_list("position", "code", "reason")
        found = Rehearsal(run.counts, taking.total.changes, list(aside), _losses(run, taking, as_of))
        transaction.set_rollback(True)
    return found


def _losses(run: ImportRun, taking: Enrolment, as_of: datetime.date) -> list[Loss]:
    """Terminations that the file states and those that it would propose, with their previews."""
    proposed = run.termination_proposals.values_list("member_id", "ends_on")
    ends = dict([*proposed, *taking.total.ends])
    found = []
    coverages = Coverage.objects.filter(member__in=list(ends)).select_related("member").order_by("member__mrn")
    for coverage in coverages:
        end = ends[coverage.member_id]
        preview = preview_termination(coverage, end=end, as_of=as_of)
        found.append(Loss(coverage.member.mrn, end, tuple(preview.effects)))
    return found


# --- Another try ----------------------------------------------------------------------------------------------

REPLAYED_KINDS = (ImportRun.Kind.X12_834, ImportRun.Kind.X12_837, ImportRun.Kind.FHIR, ImportRun.Kind.HL7V2)


def can_replay(run: ImportRun) -> bool:
    """Whether `replay_run` knows how to try this kind of record again."""
    return run.kind in REPLAYED_KINDS


def replay_run(
    run: ImportRun, *, by: User, as_of: datetime.date | None = None, create_missing: bool = False
) -> tuple[int, int]:
    """Try again what the run set aside, of whatever kind. How many were taken, and how many are still set aside."""
    if run.kind == ImportRun.Kind.FHIR:
        taken, still = replay_resources(run, by=by)
    elif run.kind == ImportRun.Kind.HL7V2:
        taken, still = replay_messages(run, by=by)
    elif run.kind == ImportRun.Kind.X12_837:
        taken, still = replay_claims(run, by=by)
    else:
        taken, still = _replay_834(run, by=by, as_of=as_of or timezone.localdate(), create_missing=create_missing)
    if taken or still:
        with as_job(by, reason=f"replay of {run.pk}"):
            audit.record(
                by=by, action="execute", verb="interop.replay", obj=run, detail={"taken": taken, "still": still}
            )
    return taken, still


def _replay_834(run: ImportRun, *, by: User, as_of: datetime.date, create_missing: bool) -> tuple[int, int]:
    """Subscribers first."""
    taking = Enrolment(run, by=by, as_of=as_of, create_missing=create_missing)
    with as_job(by, reason=taking.source):
        rows = list(open_set_aside(run).order_by("position"))
    waiting = [(row, loop) for row in rows if (loop := loop_of(row.payload))]
    waiting.sort(key=lambda pair: not pair[1].is_subscriber)
    before = dict(run.counts)
    taken = 0
    for row, loop in waiting:
        taking.total.refused = []
        refused = taking.loops([loop])
        if refused:
            row.code, row.reason = refused[0][1].code, refused[0][1].reason
        else:
            row.status, row.resolved_by, row.resolved_at = SetAside.Status.REPLAYED, by, timezone.now()
            taken += 1
        with as_job(by, reason=taking.source):
            row.save(update_fields=["code", "reason", "status", "resolved_by", "resolved_at"])
    still = len(rows) - taken
    for name, more in taking.total.counts().items():
        before[name] = before.get(name, 0) + more
    run.counts = {**before, "set_aside": still}
    with as_job(by, reason=taking.source):
        run.save(update_fields=["counts"])
    return taken, still


def sent_lines(row: SetAside) -> list[str]:
    """What was set aside, a line for each segment (X12, HL7 v2) or as sent; for the page of whoever mends it."""
    if not row.payload:
        return []
    with suppress(ValueError, TypeError):
        kept = json.loads(row.payload)
        if isinstance(kept, dict) and isinstance(kept.get("x12"), str):
            lines = kept["x12"].replace("\n", "").replace("~", "~\n").split("\n")
            # The ISA is not as sent: it only states the delimiters.
            return [line for line in lines if line.strip() and not line.startswith("ISA")]
        if isinstance(kept, dict) and isinstance(kept.get("hl7"), str):
            return kept["hl7"].split("\n")
        return json.dumps(kept, indent=2, ensure_ascii=False).split("\n")
    return row.payload.split("\n")


@transaction.atomic
def dismiss(row: SetAside, *, by: User) -> None:
    """The record will not be taken: somebody looked and decided so."""
    row.status, row.resolved_by, row.resolved_at = SetAside.Status.DISMISSED, by, timezone.now()
    row.save(update_fields=["status", "resolved_by", "resolved_at"])
    audit.record(by=by, action="update", verb="interop.dismiss", obj=row)


# --- Whom a full list leaves out --------------------------------------------------------------------------------


def preview_proposal(proposal: TerminationProposal, *, as_of: datetime.date) -> TerminationPreview:
    """What accepting would take away."""
    return preview_termination(proposal.coverage, end=proposal.ends_on, as_of=as_of)


@transaction.atomic
def accept_termination(proposal_id: UUID, *, by: User) -> TerminationProposal:
    """End every benefit of the coverage on the proposed day. Raises `TerminationProposal.DoesNotExist` if decided."""
    proposal = _open_proposal(proposal_id)
    source = Source(f"834 full list, import {proposal.run_id}")
    for benefit in CoveragePeriod.BenefitKind.values:
        terminate(proposal.coverage, by=by, end=proposal.ends_on, source=source, benefit=benefit)
    return _decide(proposal, TerminationProposal.Status.ACCEPTED, by=by)


@transaction.atomic
def decline_termination(proposal_id: UUID, *, by: User) -> TerminationProposal:
    """The person stays covered: the list was wrong. Raises `TerminationProposal.DoesNotExist` if decided."""
    return _decide(_open_proposal(proposal_id), TerminationProposal.Status.DECLINED, by=by)


def _open_proposal(proposal_id: UUID) -> TerminationProposal:
    held = TerminationProposal.objects.select_for_update(of=("self",)).select_related("coverage__member")
    return held.get(pk=proposal_id, status=TerminationProposal.Status.OPEN)


def _decide(proposal: TerminationProposal, status: str, *, by: User) -> TerminationProposal:
    proposal.status, proposal.decided_by, proposal.decided_at = status, by, timezone.now()
    proposal.save(update_fields=["status", "decided_by", "decided_at"])
    audit.record(
        by=by, action="update", verb="interop.decide_termination", member_id=proposal.member_id, obj=proposal,
        detail={"decision": str(status)},
    )  # fmt: skip
    return proposal


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
