"""From the outcome to entries: who came in, who left, what changed. Only what differs is written."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from prevention.registries.definition import Registry
from prevention.registries.program import COLUMNS, TIER

WANTED = """
CREATE TEMPORARY TABLE pf_registry ON COMMIT DROP AS
SELECT o.member_id, v.registry, v.control, {tier}::smallint AS tier, v.grounds, v.missed, v.readings, v.next_step,
    v.labels
FROM pf_outcome o CROSS JOIN LATERAL (VALUES {values}) v(registry, {columns}) WHERE v.belongs
"""
LEAVE = """
UPDATE prevention_registryentry e SET left_on = greatest(%(as_of)s::date, e.entered_on), changed_at = %(at)s
FROM pf_outcome o WHERE e.member_id = o.member_id AND e.left_on IS NULL AND e.registry = ANY (%(registries)s)
    AND NOT EXISTS (SELECT FROM pf_registry w WHERE w.member_id = e.member_id AND w.registry = e.registry)
"""
CHANGE = """
UPDATE prevention_registryentry e SET control = w.control, tier = w.tier, grounds = w.grounds, missed = w.missed,
    readings = w.readings, next_step = w.next_step, sensitivity = w.labels, changed_at = %(at)s,
    control_since = CASE WHEN e.control = w.control THEN e.control_since ELSE %(as_of)s::date END
FROM pf_registry w WHERE e.member_id = w.member_id AND e.registry = w.registry AND e.left_on IS NULL
    AND (e.control, e.tier, e.grounds, e.missed, e.readings, e.next_step, e.sensitivity) IS DISTINCT FROM
        (w.control::varchar, w.tier, w.grounds, w.missed, w.readings, w.next_step::varchar, w.labels)
"""
ENTER = """
INSERT INTO prevention_registryentry (member_id, registry, entered_on, control, control_since, tier, grounds, missed,
    readings, next_step, sensitivity, changed_at)
SELECT w.member_id, w.registry, %(as_of)s, w.control, %(as_of)s, w.tier, w.grounds, w.missed, w.readings, w.next_step,
    w.labels, %(at)s
FROM pf_registry w WHERE NOT EXISTS (SELECT FROM prevention_registryentry e WHERE e.member_id = w.member_id
    AND e.registry = w.registry AND e.left_on IS NULL)
ON CONFLICT (member_id, registry) WHERE left_on IS NULL DO NOTHING
"""


def record(registries: Sequence[Registry], *, as_of: date, at: datetime) -> dict[str, int]:
    """Write what `pf_outcome` says; counts of rows written."""
    rows = ", ".join(
        f"('{registry.id}', {', '.join(f'o.g{number}_{name}' for name in COLUMNS)})"
        for number, registry in enumerate(registries)
    )
    tier = TIER.format(high="v.high", grounds="v.grounds")
    parameters: dict[str, Any] = {"as_of": as_of, "at": at, "registries": [registry.id for registry in registries]}
    counts = {}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pf_registry")
        cursor.execute(WANTED.format(tier=tier, values=rows, columns=", ".join(COLUMNS)))
        cursor.execute("ANALYZE pf_registry")
        for name, sql in (("left", LEAVE), ("changed", CHANGE), ("entered", ENTER)):
            cursor.execute(sql, parameters)
            counts[name] = cursor.rowcount
    return counts
