"""What a FHIR import set aside, tried again as it was sent, with the same sender and zone."""

import orjson
from django.utils import timezone

from core.db import as_job
from core.models import User
from interop.fhir.read import Unit, Unreadable, parse
from interop.fhir.run import Options, aside, settle
from interop.models import ImportRun, SetAside
from interop.runs import open_set_aside


def replay_resources(run: ImportRun, *, by: User) -> tuple[int, int]:
    """Take what stands aside once more, all of it together; how many records were taken, how many still stand aside.

    A run that does not say who sent it (older than replaying) is left as it is.
    """
    reason = f"FHIR import {run.pk}"
    with as_job(by, reason=reason):
        rows = list(open_set_aside(run).order_by("position"))
    if not rows or "source" not in run.options or run.managing_organization_id is None:
        return 0, len(rows)
    options = Options(by.pk, run.managing_organization_id, run.options["source"], run.options.get("zone", "UTC"))
    of_unit: dict[int, SetAside] = {}
    units: list[Unit] = []
    unreadable: dict[object, Unreadable] = {}
    for row in rows:
        try:
            for unit in _units(row):
                of_unit[id(unit)] = row
                units.append(unit)
        except Unreadable as fault:
            unreadable[row.pk] = fault
    outcome = settle(units, options.loader()).outcome
    refused = {of_unit[id(unit)].pk: aside(unit, refusal) for unit, refusal in outcome.refused}
    taken = 0
    with as_job(by, reason=reason):
        for row in rows:
            if unread := unreadable.get(row.pk):
                row.code, row.reason = unread.code, str(unread)[:500]
            elif still := refused.get(row.pk):
                row.code, row.reason = still.code, still.reason[:500]
            else:
                row.status, row.resolved_by, row.resolved_at = SetAside.Status.REPLAYED, by, timezone.now()
                taken += 1
            row.save(update_fields=["code", "reason", "status", "resolved_by", "resolved_at"])
        accepted = run.counts.get("accepted", 0) + sum(outcome.accepted.values())
        run.counts = {**run.counts, "accepted": accepted, "set_aside": len(rows) - taken}
        run.save(update_fields=["counts"])
    return taken, len(rows) - taken


def _units(row: SetAside) -> list[Unit]:
    """The units of one record as sent. Raises `Unreadable`."""
    data = row.payload.encode()
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise Unreadable("not_json", "This is not JSON as it was sent. Ask the sender for it again.") from None
    return list(parse(row.position, document, data))
