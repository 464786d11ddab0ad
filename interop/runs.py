"""What every import keeps of itself: its run, what it set aside, for which integrated system."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from core.db import as_job
from core.models import User
from interop.models import ImportRun, SetAside
from network.models import Organization


class Aside(NamedTuple):
    """One record that could not be taken."""

    position: str
    code: str
    reason: str
    payload: str


def only_system() -> UUID | None:
    """The integrated system, where there is one alone: whose file it is needs no saying then."""
    found = Organization.objects.filter(kind=Organization.Kind.SYSTEM).values_list("pk", flat=True)[:2]
    return found[0] if len(found) == 1 else None


def begin(kind: str, *, by: User, system_id: UUID | None, reason: str, **values: Any) -> ImportRun:
    """A run that has just begun. Without `system_id` nobody but jobs sees it, save where there is one system."""
    with as_job(by, reason=reason):
        return ImportRun.objects.create(
            kind=kind, started_by=by, managing_organization_id=system_id or only_system(), **values
        )


def put_aside(run: ImportRun, records: Iterable[Aside], *, by: User) -> int:
    """Keep what could not be taken with its reason, for people of the run's system; how many were given."""
    rows = [
        SetAside(
            run=run,
            managing_organization_id=run.managing_organization_id,
            position=record.position[-100:],
            code=record.code,
            reason=record.reason[:500],
            payload=record.payload.replace("\x00", "\ufffd"),
        )
        for record in records
    ]
    if rows:
        with as_job(by, reason=f"import {run.pk}"):
            SetAside.objects.bulk_create(rows, batch_size=100, ignore_conflicts=True)
    return len(rows)


def open_set_aside(run: ImportRun) -> QuerySet[SetAside]:
    """What waits for a mend. Ask inside a transaction that reaches the run's system."""
    return run.set_aside.filter(status=SetAside.Status.OPEN)
