"""Who did or read what. Changes are recorded in the action's transaction; reads and refusals on a connection of
their own, since a rollback must not take them along, and a read that cannot be recorded is refused."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import orjson
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connections, models
from django.http import HttpRequest

from core import wakeups
from core.context import current, role_in_use
from core.db import ask, is_pooled, keep
from core.models import User
from core.models.audit import AuditEvent

ALIAS = "audit"
Somebody = User | AnonymousUser | None


class AuditUnavailable(Exception):
    """The read could not be recorded, so it does not happen."""


def _values(
    user: Somebody,
    *,
    action: str,
    verb: str,
    member_id: UUID | None,
    obj: Any,
    reason: str,
    detail: dict[str, Any] | None,
    request: HttpRequest | None,
) -> dict[str, Any]:
    """The row, by field. Id, instant and transaction are the database's."""
    is_record = isinstance(obj, models.Model)
    context = current()
    return {
        "user_id": getattr(user, "pk", None),
        "role": role_in_use(),
        "action": action,
        "verb": verb,
        "member_id": member_id if member_id is not None else _member_of(obj),
        "object_type": obj._meta.label_lower if is_record else "",
        "object_id": str(obj.pk) if is_record else "",
        "reason": (reason or context.reason)[:300],
        "ip_address": context.ip_address or (request.META.get("REMOTE_ADDR") or None if request is not None else None),
        "request_id": context.request_id,
        "detail": detail or {},
    }


def _member_of(obj: Any) -> UUID | None:
    if not isinstance(obj, models.Model):
        return None
    return obj.pk if obj._meta.label_lower == "members.member" else getattr(obj, "member_id", None)


_COLUMNS = (
    *("user_id", "role", "action", "verb", "member_id", "object_type", "object_id", "reason", "ip_address"),
    *("request_id", "detail"),
)
_PLACES = ["%s"] * len(_COLUMNS)
_INSERT = (
    f"INSERT INTO {AuditEvent._meta.db_table} ({', '.join(_COLUMNS)}) VALUES ({', '.join(['{}'] * len(_COLUMNS))})"
)
_EXECUTE = f"EXECUTE kp_audit ({', '.join(_PLACES)})"


def _insert(alias: str, values: dict[str, Any]) -> None:
    """By hand: every read and every change pays for it, and the model's way costs 0.3 ms and reads the row back, which
    a policy may refuse to who wrote it."""
    row = {**values, "detail": _json(values["detail"])}
    own = connections[alias]
    if is_kept := not is_pooled(own):
        keep(own, "kp_audit", lambda _: _INSERT.format(*(f"${place}" for place, _ in enumerate(_COLUMNS, 1))))
    with own.cursor() as cursor:
        cursor.execute(_EXECUTE if is_kept else _INSERT.format(*_PLACES), [row[column] for column in _COLUMNS])


def _json(detail: dict[str, Any]) -> str:
    return orjson.dumps(detail, option=orjson.OPT_NON_STR_KEYS).decode()


def _write_now(values: dict[str, Any]) -> None:
    """Insert a row that no rollback takes along."""
    # Where no transaction is open, the connection that is there commits at once as well.
    _insert(ALIAS if connections["default"].in_atomic_block else "default", values)


def about(member_id: UUID) -> models.Q:
    """The events about one member: about them alone, and lists on which they stood.

    What was written of a record that was merged into theirs keeps its id, and is about them as well.
    """
    ((found,),) = ask("SELECT core_records_of(%s)", [member_id])
    records = sorted({member_id, *found})
    listed = models.Q()
    for record_id in records:
        listed |= models.Q(detail__members__contains=[str(record_id)])
    return models.Q(member_id__in=records) | (models.Q(detail__has_key="members") & listed)


def record(
    *,
    by: User,
    action: str,
    verb: str,
    member_id: UUID | None = None,
    obj: Any = None,
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Record a change in the open transaction. `verb` names the action, like "clinical.sign_note".

    `detail` holds names of fields and counts, never values of a chart.
    """
    row = _values(
        by, action=action, verb=verb, member_id=member_id, obj=obj, reason=reason, detail=detail, request=None
    )
    _insert("default", row)
    if row["member_id"] is not None:
        wakeups.member_changed()


def record_read(
    user: Somebody,
    *,
    verb: str,
    member_id: UUID | None = None,
    members: Iterable[UUID] = (),
    obj: Any = None,
    reason: str = "",
    detail: dict[str, Any] | None = None,
    request: HttpRequest | None = None,
    action: str = AuditEvent.Action.READ,
) -> None:
    """Record that `user` reads about a member, before it is shown (or signs in, or out).

    A page about several `members` is one row whose detail names them all.

    Raises `AuditUnavailable` where the row cannot be written: nobody reads unseen.
    """
    named = sorted({str(member) for member in members})
    row = _values(
        user,
        action=action,
        verb=verb,
        member_id=member_id,
        obj=obj,
        reason=reason,
        detail={**(detail or {}), "members": named} if named else detail,
        request=request,
    )
    try:
        _write_now(row)
    except DatabaseError as error:
        raise AuditUnavailable("The access log cannot be written, so the record stays closed.") from error


# --- Reads that record themselves ---------------------------------------------------------------------------------

# What the statement finds; the other columns are known before it is asked.
_FOUND = ("member_id", "object_id")
_TYPES = {"user_id": "uuid", "ip_address": "inet", "detail": "jsonb"}


def recording(*, source: str = "", member_id: str = "NULL", object_id: str = "''", more: str = "'{}'") -> str:
    """`INSERT … SELECT`: one statement reads and records what it read, so that neither happens without the other.

    All are SQL: an entry is made for each row of `source` (`FROM …`; without it one), `more` is added to its detail.
    The placeholders take what `entry` gives.
    """
    written = {column: f"%s::{_TYPES.get(column, 'text')}" for column in _COLUMNS}
    written |= {"member_id": member_id, "object_id": object_id, "detail": f"{written['detail']} || {more}"}
    columns = ", ".join(_COLUMNS)
    return f"INSERT INTO {AuditEvent._meta.db_table} ({columns}) SELECT {', '.join(written.values())} {source}"


def entry(
    user: Somebody, *, verb: str, object_type: str, reason: str, detail: dict[str, Any], request: HttpRequest
) -> list[Any]:
    """What an entry of `recording` says beside what is found."""
    row = _values(
        user,
        action=AuditEvent.Action.READ,
        verb=verb,
        member_id=None,
        obj=None,
        reason=reason,
        detail=None,
        request=request,
    )
    row |= {"object_type": object_type, "detail": _json(detail)}
    return [row[column] for column in _COLUMNS if column not in _FOUND]


def record_refusal(
    user: Somebody, *, verb: str, obj: Any = None, reason: str = "", request: HttpRequest | None = None
) -> None:
    """Record that `user` was refused. Never raises: the refusal itself stands either way."""
    row = _values(
        user,
        action=AuditEvent.Action.REFUSE,
        verb=verb,
        member_id=None,
        obj=obj,
        reason=reason,
        detail=None,
        request=request,
    )
    try:
        _write_now(row)
    except DatabaseError:
        # The refusal is raised by the caller; the missing row shows as a gap against the request log.
        return
