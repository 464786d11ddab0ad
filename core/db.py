"""The two doors to a transaction: `acting_as` a user, `as_job` for work over the whole membership."""

import contextlib
import io
import random
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from core.context import Context, current, opening, use

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from core.models import User

ReachProvider = Callable[["User"], tuple[set, set]]
_reach_providers: list[ReachProvider] = []
_role_namers: list[Callable[["User"], str]] = []


def register_reach(provider: ReachProvider) -> ReachProvider:
    """Plug in a function `user → (member ids, organisation ids)`; reach is the union over all providers."""
    _reach_providers.append(provider)
    return provider


def register_roles(namer: Callable[["User"], str]) -> Callable[["User"], str]:
    """Plug in what names the roles that a user holds today, for history and audit (like `nurse,physician`)."""
    _role_namers[:] = [namer]
    return namer


def context_for(
    user: "User | AnonymousUser | None",
    *,
    role: str = "",
    reason: str = "",
    ip_address: str | None = None,
    request_id: str = "",
) -> Context:
    """The context in which `user` acts: the members and organisations they reach. None or anonymous: nobody.

    Without `role` it is what `user` is today.
    """
    if user is None or not user.is_authenticated or not user.is_active:
        return Context(reason=reason, ip_address=ip_address, request_id=request_id)
    if not role and _role_namers:
        role = _role_namers[0](user)
    members: set = set()
    organizations: set = set()
    for provider in _reach_providers:
        more_members, more_organizations = provider(user)
        members |= more_members
        organizations |= more_organizations
    return Context(
        user.pk,
        role,
        reason,
        frozenset(members),
        frozenset(organizations),
        ip_address=ip_address,
        request_id=request_id,
    )


@contextlib.contextmanager
def acting_as(user: "User", *, reason: str, role: str = "") -> Iterator[Context]:
    """A transaction in which `user` acts for `reason`, bound by row-level security to what they reach."""
    with use(context_for(user, role=role, reason=reason)) as context, transaction.atomic():
        yield context


@contextlib.contextmanager
def as_job(user: "User", *, reason: str) -> Iterator[Context]:
    """A transaction over the whole membership, in a process that signed in as the jobs login.

    `user` is the system or person on whose order the job runs; history and audit name them.
    """
    with use(Context(user.pk, "job", reason, is_job=True)) as context, transaction.atomic():
        yield context


Done = TypeVar("Done")
# Postgres gives up one of several that wait for each other, or that read what another has changed: 40P01, 40001.
PASSING = ("40001", "40P01")


def until_done(act: Callable[[], Done], *, times: int = 4) -> Done:
    """What `act` gives, each time in a savepoint of its own: where Postgres gave it up for another, it is tried again.

    Raises what the last try raises. The locks of a try that failed are free again; those taken before `act` are not.
    """
    for left in range(times - 1, -1, -1):
        try:
            with transaction.atomic():
                return act()
        except OperationalError as error:
            if not left or getattr(error.__cause__, "pgcode", "") not in PASSING:
                raise
            # Not all at once again.
            time.sleep(random.uniform(0.02, 0.2))
    raise AssertionError("unreachable")


def is_alone() -> bool:
    """Whether no transaction is open: what is asked now is a transaction of its own, committed once it is answered."""
    return not connection.in_atomic_block


def ask(statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of one reading statement, in the open transaction.

    Outside one it goes to Postgres together with what tells who acts, as one transaction and one message.
    """
    # Itself and not the proxy, which looks for the thread's own at every word.
    own = connections[DEFAULT_DB_ALIAS]
    with own.cursor() as cursor:
        if own.in_atomic_block:
            cursor.execute(statement, parameters)
        else:
            told, values = opening(current())
            cursor.execute(f"{told}; {statement}", [*values, *parameters])
        return cursor.fetchall()


# The statements that each connection of the driver's has prepared.
_kept: weakref.WeakKeyDictionary[Any, set[str]] = weakref.WeakKeyDictionary()


def is_pooled(own: BaseDatabaseWrapper) -> bool:
    """Whether a pool hands each transaction to another server process, which has prepared nothing."""
    return own.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]


def keep(own: BaseDatabaseWrapper, name: str, statement: Callable[[Any], str]) -> None:
    """Have a connection keep a statement with its plan; `statement(cursor)` is its SQL, with $1 for a value."""
    own.close_if_health_check_failed()
    own.ensure_connection()
    kept = _kept.setdefault(own.connection, set())
    if name not in kept:
        with own.wrap_database_errors, own.connection.cursor() as cursor:
            cursor.execute(f"PREPARE {name} AS {statement(cursor)}")
        kept.add(name)


def copy(table: str, columns: list[str], lines: io.TextIOBase | io.BytesIO) -> int:
    """`COPY table (columns) FROM STDIN` in text format inside the open transaction; returns the rows written.

    Raises `RuntimeError` outside a transaction: history would not know who acts.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("core.db.copy() needs a transaction opened by acting_as() or as_job().")
    quoted = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" ({quoted}) FROM STDIN', lines)
        return cursor.rowcount
