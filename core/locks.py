"""Every advisory lock, each with what it protects: two with one number would wait for each other. All end with the
transaction."""

from uuid import UUID

from django.db import connection

# Coverage writes share it, the capitation close takes it alone while it freezes eligibility. A write takes it
# *before* it reads the clock for `known`: otherwise a change dated before the close could commit after it, and
# the close would have missed what, by its own date, it knew (engineering ruling 4).
ELIGIBILITY = 0x6B70_0001
# One computation of a capitation run, estimate or reconciliation at a time.
CAPITATION = 0x6B70_0002
# Seals chain: one is made after the other.
AUDIT_SEAL = 0x6B70_0003
# Who somebody is, is decided by one at a time: two imports or desks that meet the same new person at once would
# otherwise both find nobody and both make a record.
IDENTITY = 0x6B70_0004
# One consumer of changed members at a time: a second would evaluate the same members and wait for their rows.
CHANGED_MEMBERS = 0x6B70_0005
# Postings share it from when they look for an open day until they commit; who closes a month takes it alone. A month
# that nobody closed before has no row to lock: a posting on its way would otherwise arrive in closed books.
BOOKS = 0x6B70_0006
# Orders and problems of one member are checked and written by one at a time: two who order the same at the same moment
# would otherwise both be told that nobody has. Beside it stands the member.
CHART_OF = 0x6B70_0007


def _demand_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("An advisory lock lives as long as its transaction: open one first.")


def _take(function: str, key: int) -> object:
    _demand_transaction()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [key])
        return cursor.fetchone()[0]


def try_take(key: int) -> bool:
    """Hold `key` alone, if nobody has it; whether it is held. Raises `RuntimeError` outside a transaction."""
    return bool(_take("pg_try_advisory_xact_lock", key))


def share(key: int) -> None:
    """Hold `key` together with others who share it; waits while somebody has it alone.

    Raises `RuntimeError` outside a transaction.
    """
    _take("pg_advisory_xact_lock_shared", key)


def taking(key: int) -> str:
    """The statement of `take`, for who sends another along with it. Raises `RuntimeError` outside a transaction."""
    _demand_transaction()
    return f"SELECT pg_advisory_xact_lock({key})"


def take(key: int) -> None:
    """Hold `key` alone; waits for everybody who shares or holds it. Raises `RuntimeError` outside a transaction."""
    _take("pg_advisory_xact_lock", key)


def take_for(key: int, record_id: UUID) -> None:
    """Hold `key` for one record alone; two records whose ids share a hash wait for each other, which harms nobody.

    Raises `RuntimeError` outside a transaction.
    """
    _demand_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [key, str(record_id)])
