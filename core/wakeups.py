"""Wake-ups after commit: a worker looks at once at what a transaction left for it. Redis carries them alone, so what it
loses is found by the next sweep of beat."""

from collections.abc import Callable

from django.db import connection, transaction

Send = Callable[[], None]
_of_members: list[Send] = []
_known: set[Send] = set()


def register_member_wakeup(send: Send) -> None:
    """Plug in what is sent once a change about a member is committed."""
    _of_members.append(send)


def member_changed() -> None:
    """Wake whoever looks at changed members, once the open transaction has committed."""
    for send in _of_members:
        after_commit(send)


def after_commit(send: Send) -> None:
    """Have `send` called once this transaction has committed; a thousand calls are one wake-up."""
    _known.add(send)
    if any(entry[1] is send for entry in connection.run_on_commit):
        return
    # Robust: with Redis away the change stands, and the sweep finds it.
    transaction.on_commit(send, robust=True)


def leave_to_the_sweep() -> None:
    """Wake nobody for what the open transaction wrote: a world is laid before there are workers."""
    connection.run_on_commit = [entry for entry in connection.run_on_commit if entry[1] not in _known]
