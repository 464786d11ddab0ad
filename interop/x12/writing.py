"""What a batch writes: rows as values by column, joined only once nothing can refuse them, then COPY."""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from interop import tables
from plans.actions import close_known

Values = dict[str, Any]

# In the order in which rows refer to each other.
WRITTEN = (
    "core.user",
    "members.household",
    "members.member",
    "members.memberidentifier",
    "members.memberaddress",
    "members.membertelecom",
    "members.raceethnicity",
    "plans.coveragecontract",
    "plans.coverage",
    "plans.coverageperiod",
    "members.primarycareassignment",
    "core.outboxmessage",
    "core.auditevent",
)


@dataclass(slots=True)
class Rows:
    """What one subject writes. `changed` is by table and row; `again` are messages that may have been sent before.

    `ends`: whose coverage ends earlier than it did, and from which day.
    """

    new: dict[str, list[Values]] = field(default_factory=lambda: defaultdict(list))
    changed: dict[tuple[str, UUID], Values] = field(default_factory=dict)
    closed: list[UUID] = field(default_factory=list)
    removed_addresses: list[UUID] = field(default_factory=list)
    again: list[Values] = field(default_factory=list)
    ends: list[tuple[UUID, datetime.date]] = field(default_factory=list)

    def add(self, label: str, **values: Any) -> Values:
        self.new[label].append(values)
        return values

    def change(self, label: str, pk: UUID, **columns: Any) -> None:
        self.changed.setdefault((label, pk), {"id": pk}).update(columns)

    @property
    def is_empty(self) -> bool:
        return not (self.closed or self.changed or self.removed_addresses or any(self.new.values()))


def period(lower: datetime.date | None, upper: datetime.date | None = None) -> str:
    """A half-open range as Postgres reads it; None is open."""
    return f"[{lower.isoformat() if lower else ''},{upper.isoformat() if upper else ''})"


def write(batch: list[Rows], at: datetime.datetime) -> None:
    """Everything of a batch inside the open transaction; what is superseded is closed `at`."""
    if closed := [pk for rows in batch for pk in rows.closed]:
        close_known(closed, at)
    tables.delete("members.memberaddress", "id", [pk for rows in batch for pk in rows.removed_addresses])
    _change(batch)
    tables.insert_where_free("core.outboxmessage", [message for rows in batch for message in rows.again])
    for label in WRITTEN:
        for same in _alike(row for rows in batch for row in rows.new.get(label, ())):
            tables.insert(label, same)


def _change(batch: list[Rows]) -> None:
    by_label: dict[str, list[Values]] = defaultdict(list)
    for rows in batch:
        for (label, _), values in rows.changed.items():
            by_label[label].append(values)
    for label, changed in by_label.items():
        for same in _alike(changed):
            tables.update(label, same)


def _alike(found: Any) -> list[list[Values]]:
    """Rows in groups that name the same columns: what a row does not name is not touched, or is the default."""
    groups: dict[tuple[str, ...], list[Values]] = {}
    for values in found:
        groups.setdefault(tuple(values), []).append(values)
    return list(groups.values())
