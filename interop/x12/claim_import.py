"""837 files in: each claim in a transaction of its own, set aside with its reason where it cannot be taken."""

import datetime
import io
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.utils import timezone

from billing.actions.claims import CannotTake, take_claim
from billing.matching import folded
from core import audit
from core.db import as_job
from core.models import User
from interop import runs
from interop.models import ImportRun, SetAside
from interop.runs import Aside, open_set_aside
from interop.x12 import segments
from interop.x12.claims import ClaimLoop, read_claims
from network.models import Organization

Progress = Callable[[int, int | None], None]


def is_837(path: Path) -> bool:
    """Whether the file's first transaction set is an 837, so that a command can tell claims from enrolment.

    What cannot be read as X12 is none; whoever takes it then says what is wrong with it. Raises `OSError`.
    """
    _digest, encoding = segments.digest_and_encoding(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        try:
            return next((segment.get(1) for segment in segments.read(file) if segment.name == "ST"), "") == "837"
        except segments.NotX12:
            return False


def import_837(
    path: Path,
    *,
    by: User,
    received_at: datetime.datetime | None = None,
    progress: Progress = lambda done, total: None,
) -> ImportRun:
    """Take an 837 file in. A claim that was taken before is unchanged; one that was set aside is tried again.

    Raises `OSError`; what is not X12 ends the run as failed, with the sentence on it.
    """
    digest, encoding = segments.digest_and_encoding(path)
    run = runs.begin(
        ImportRun.Kind.X12_837, by=by, system_id=_system_of(path, encoding), reason="837 import",
        file_name=path.name[:255], digest=digest, counts={},
    )  # fmt: skip
    with as_job(by, reason=f"837 import {run.pk}"):
        # The same file before this one: what it had set aside is settled by this run.
        earlier = SetAside.objects.filter(run__kind=run.kind, run__digest=digest, status=SetAside.Status.OPEN)
        earlier.update(status=SetAside.Status.REPLAYED, resolved_by=by, resolved_at=timezone.now())
    counts = {"accepted": 0, "created": 0, "unchanged": 0, "set_aside": 0}
    received_at = received_at or timezone.now()
    try:
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            for done, loop in enumerate(read_claims(file), 1):
                outcome = _take(loop, run, by=by, received_at=received_at)
                counts[outcome] += 1
                counts["created"] += outcome == "accepted"
                progress(done, None)
        run.status = ImportRun.Status.DONE
    except segments.NotX12 as error:
        run.status, run.error = ImportRun.Status.FAILED, str(error)[:500]
        runs.put_aside(run, [Aside("file", "not_x12", str(error), "")], by=by)
        counts["set_aside"] += 1
    run.counts, run.total, run.finished_at = counts, sum(counts.values()) - counts["created"], timezone.now()
    with as_job(by, reason=f"837 import {run.pk}"):
        run.save(update_fields=["status", "error", "counts", "total", "finished_at"])
        audit.record(by=by, action="execute", verb="interop.import_x12", obj=run, detail=counts)
    return run


def _take(loop: ClaimLoop, run: ImportRun, *, by: User, received_at: datetime.datetime) -> str:
    """`accepted`, `unchanged` or `set_aside`."""
    try:
        return "accepted" if take(loop, run, by=by, received_at=received_at) else "unchanged"
    except CannotTake as fault:
        runs.put_aside(run, [Aside(f"{loop.position} CLM", fault.code, str(fault), loop.text)], by=by)
        return "set_aside"


def take(loop: ClaimLoop, run: ImportRun, *, by: User, received_at: datetime.datetime) -> bool:
    """Take one claim for the plan that it names or that knows its member. Whether it is new. Raises `CannotTake`."""
    if loop.claim is None:
        raise CannotTake(loop.faults[0].code, loop.faults[0].reason)
    fault = CannotTake("no_plan", "There is no health plan to take claims for: make one, or run ./kp seed.")
    try:
        with as_job(by, reason=f"837 import {run.pk}"):
            for plan in plans_for(*loop.payer):
                try:
                    return take_claim(loop.claim, by=by, plan=plan, received_at=received_at)[1]
                except CannotTake as wrong:
                    fault = wrong
    except (DatabaseError, ValidationError, ValueError, ArithmeticError) as error:
        # One claim that nobody foresaw keeps no other from being taken.
        fault = CannotTake("refused", f"It was refused: {type(error).__name__}.")
    raise fault


def plans_for(payer_id: str, payer_name: str) -> list[Organization]:
    """The plan that the claim names; where it names none of ours, every plan, since senders write names freely."""
    plans = list(Organization.objects.filter(kind=Organization.Kind.HEALTH_PLAN).order_by("name", "pk"))
    named = [
        plan
        for plan in plans
        if (payer_id and payer_id in (plan.tax_id, plan.npi, plan.source_id)) or folded(plan.name) == folded(payer_name)
    ]
    return named or plans


def _system_of(path: Path, encoding: str) -> UUID | None:
    """The system of the plan that the first claim names, where it names one of ours alone."""
    try:
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            loop = next(read_claims(file), None)
    except segments.NotX12:
        return None
    systems = {plan.system_id or plan.pk for plan in plans_for(*loop.payer)} if loop else set()
    return systems.pop() if len(systems) == 1 else None


def replay_claims(run: ImportRun, *, by: User) -> tuple[int, int]:
    """Try again what an 837 run set aside. How many were taken, and how many still are set aside."""
    taken, reason = 0, f"837 import {run.pk}"
    with as_job(by, reason=reason):
        rows = list(open_set_aside(run).exclude(payload="").order_by("position"))
    for row in rows:
        loop = next(read_claims(io.StringIO(row.payload)), None)
        if loop is None:
            continue
        try:
            take(loop, run, by=by, received_at=timezone.now())
        except CannotTake as fault:
            row.code, row.reason = fault.code, str(fault)[:500]
        else:
            row.status, row.resolved_by, row.resolved_at = SetAside.Status.REPLAYED, by, timezone.now()
            taken += 1
        with as_job(by, reason=reason):
            row.save()
    with as_job(by, reason=reason):
        still = open_set_aside(run).count()
        run.counts = {**run.counts, "set_aside": still}
        run.save(update_fields=["counts"])
    return taken, still
