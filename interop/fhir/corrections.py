"""A new version of a released result or report: the old row is withdrawn, a new one points at it (decision 0043)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection

from clinical.triggers import RELEASED, RELEASED_REPORT
from core.ids import uuid7

if TYPE_CHECKING:
    from interop.fhir.load import Work


# Type of resource → its table, and the statuses from which a row of it never changes.
FINAL = {
    "Observation": ("clinical_observation", RELEASED),
    "DiagnosticReport": ("clinical_diagnosticreport", RELEASED_REPORT),
}


def find(works: Iterable["Work"]) -> None:
    """Give each changed resource whose stored row is released an id of its own, before anything points at it."""
    by_type: dict[str, dict[UUID, Work]] = {kind: {} for kind in FINAL}
    for work in works:
        if work.state == "changed" and work.entry.type in FINAL and work.target.is_owner:
            by_type[work.entry.type][work.target.object_id] = work
    for kind, changed in by_type.items():
        if not changed:
            continue
        table, released = FINAL[kind]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id FROM {table} WHERE id = ANY(%s) AND status = ANY(%s)", [list(changed), list(released)]
            )
            for (stored,) in cursor.fetchall():
                work = changed[stored]
                # Who points at it from another unit must wait if this one is refused.
                work.target.corrects, work.target.object_id, work.target.unit = stored, uuid7(), work.unit


def withdraw(works: Iterable["Work"]) -> dict[tuple[str, str], UUID]:
    """Withdraw the rows that these correct, components too; their ids by model and the source id that they give up."""
    old = [work.target.corrects for work in works if work.target.corrects]
    if not old:
        return {}
    found: dict[tuple[str, str], UUID] = {}
    for table, _released in FINAL.values():
        parts = "OR o.part_of_id = ANY(%(old)s)" if table == "clinical_observation" else ""
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} o SET status = 'entered-in-error', "
                "source_id = left(o.source_id, 83) || '~' || o.id "
                f"FROM {table} was WHERE was.id = o.id AND (o.id = ANY(%(old)s) {parts}) "
                "RETURNING was.source_id, o.id",
                {"old": old},
            )
            model = table.replace("_", ".", 1)
            found |= {(model, source_id): pk for source_id, pk in cursor.fetchall()}
    return found


def repoint(works: Iterable["Work"]) -> None:
    """Reports and references that were imported before lead to the result as it now stands."""
    moved = [
        (work.target.corrects, work.target.object_id, work.target.member_id) for work in works if work.target.corrects
    ]
    if not moved:
        return
    old, new, members = ([row[at] for row in moved] for at in range(3))
    given = {"old": old, "new": new, "members": members}
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE clinical_diagnosticreport r SET observations = (SELECT jsonb_agg(coalesce(v.new::text, e.id) "
            "ORDER BY e.place) FROM jsonb_array_elements_text(r.observations) WITH ORDINALITY e(id, place) "
            "LEFT JOIN unnest(%(old)s::uuid[], %(new)s::uuid[]) v(old, new) ON v.old::text = e.id) "
            # A withdrawn report stays as it was read.
            "WHERE r.member_id = ANY(%(members)s) AND r.observations ?| %(old)s::text[] "
            "AND r.status <> 'entered-in-error'",
            given,
        )
        cursor.execute(
            "UPDATE interop_resourcereference r SET to_id = v.new "
            "FROM unnest(%(old)s::uuid[], %(new)s::uuid[], %(members)s::uuid[]) v(old, new, member_id) "
            "WHERE r.member_id = v.member_id AND r.to_id = v.old",
            given,
        )
