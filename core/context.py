"""Who acts, why, and what they may reach: told to Postgres at the start of every transaction.

Row-level security and history read these settings. They are local to the transaction, so nothing leaks to
the next user of a pooled connection, and a transaction without context reaches no member.
"""

import contextlib
import contextvars
import functools
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

JOBS_ROLE = "kpcare_jobs"
# How much of roles an audit row takes.
ROLE_LENGTH = 40


@dataclass(frozen=True)
class Context:
    """What Postgres is told. `member_ids` are reached one by one, `organization_ids` with all their members."""

    user_id: uuid.UUID | None = None
    role: str = ""
    reason: str = ""
    member_ids: frozenset[uuid.UUID] = field(default_factory=frozenset)
    organization_ids: frozenset[uuid.UUID] = field(default_factory=frozenset)
    is_job: bool = False
    # Where the request came from, for the audit row; Postgres is not told.
    ip_address: str | None = None
    request_id: str = ""
    # The checksum of the access token that it all rests on, where Postgres is to look at it in the same statement.
    token: str = ""

    def settings(self) -> dict[str, str]:
        """Setting name → value, as `set_config` takes them."""
        # Only the tests' app login may become the jobs role; a web process that tries is refused by Postgres.
        become = JOBS_ROLE if self.is_job and settings.LOGIN == "app" else "none"
        return {
            "role": become,
            "kpcare.user_id": str(self.user_id or ""),
            "kpcare.reason": self.reason,
            "kpcare.member_ids": _array(self.member_ids),
            "kpcare.organization_ids": _array(self.organization_ids),
            "pghistory.context_metadata": _metadata(self.user_id, self.role, self.reason),
        }


# A program asks many times a second as the same account, within the same reach.
@functools.lru_cache(maxsize=500)
def _metadata(user_id: uuid.UUID | None, role: str, reason: str) -> str:
    return json.dumps({"user": str(user_id or ""), "role": role, "reason": reason})


@functools.lru_cache(maxsize=500)
def _array(ids: frozenset[uuid.UUID]) -> str:
    return "{" + ",".join(sorted(map(str, ids))) + "}"


NOBODY = Context()
_current: contextvars.ContextVar[Context] = contextvars.ContextVar("kpcare_context", default=NOBODY)


# The role on which the last permission rested that was asked for in this context.
_role: contextvars.ContextVar[str] = contextvars.ContextVar("kpcare_role", default="")


def note_role(role: str) -> None:
    """From here on audit rows name this role as the one under which things are done."""
    _role.set(role)


def role_in_use() -> str:
    """The role on which the last decision rested; without one, all that the person holds, as many as an entry takes."""
    if role := _role.get():
        return role
    held = _current.get().role
    return held if len(held) <= ROLE_LENGTH else held[: ROLE_LENGTH + 1].rpartition(",")[0]


def current() -> Context:
    """The context of this thread of work; `NOBODY` where none was set."""
    return _current.get()


def apply_to(connection: BaseDatabaseWrapper) -> None:
    """Tell the connection's open transaction who acts. One statement."""
    context = _current.get()
    if context is NOBODY and settings.LOGIN == "owner":
        return
    statement, parameters = opening(context)
    with connection.connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def opening(context: Context) -> tuple[str, list[str]]:
    """The statement that tells Postgres of `context`, with its parameters.

    Where the context rests on an access token Postgres looks at that too, and refuses (SQLSTATE 28000) one that was
    revoked or has expired.
    """
    values = context.settings()
    if context.token:
        return "SELECT core_enter(%s, %s, %s, %s, %s, %s, %s)", [*values.values(), context.token]
    calls = ", ".join(["set_config(%s, %s, true)"] * len(values))
    return f"SELECT {calls}", [part for item in values.items() for part in item]


@contextlib.contextmanager
def use(context: Context) -> Iterator[Context]:
    """Work as `context`: transactions that begin inside carry it, and one already open is told at once."""
    token, before = _current.set(context), _role.set("")
    _tell_open_transactions()
    try:
        yield context
    finally:
        _current.reset(token)
        _role.reset(before)
        _tell_open_transactions()


def become(context: Context) -> None:
    """Change who acts for the rest of the present context (an API client known only once its token is read)."""
    _current.set(context)
    _role.set("")
    _tell_open_transactions()


def _tell_open_transactions() -> None:
    for connection in connections.all(initialized_only=True):
        if connection.in_atomic_block and not connection.needs_rollback and not connection.closed_in_transaction:
            _tell(connection)


def _tell(connection: BaseDatabaseWrapper) -> None:
    # After an error Postgres takes no statement; rolling back restores the settings too.
    if connection.connection.info.transaction_status != TRANSACTION_STATUS_INERROR:
        apply_to(connection)
