"""Access log and outbox as tests read them: outside any request, over everybody.

Postgres gives nobody a row of either. A test that looks afterwards whether something was recorded or written is such
a nobody; it looks as the jobs login does. Product code that asks without a context gets nothing, here as in service.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db.models import Manager, QuerySet

from core.context import NOBODY, current
from core.db import as_job
from core.models import AuditEvent, OutboxMessage, User

HERE = Path(__file__).parent


def _asked_by_a_test() -> bool:
    """Whether the first code on the way up that is nobody else's stands in tests/."""
    frame = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if file != __file__ and "site-packages" not in file and not file.endswith("contextlib.py"):
            return Path(file).is_relative_to(HERE)
        frame = frame.f_back
    return False


@contextmanager
def _reach() -> Iterator[None]:
    if current() is NOBODY and _asked_by_a_test():
        with as_job(User.objects.system("tests"), reason="look at the logs"):
            yield
    else:
        yield


def _reaching(name: str) -> Any:
    def method(self: QuerySet, *arguments: Any, **more: Any) -> Any:
        with _reach():
            return getattr(QuerySet, name)(self, *arguments, **more)

    return method


class LogQuerySet(QuerySet):
    """A test's look at a log."""

    # What a test writes is read back by the same statement, so writing asks for reach as well.
    _fetch_all, count, exists, aggregate = map(_reaching, ("_fetch_all", "count", "exists", "aggregate"))
    update, _update, delete, _insert = map(_reaching, ("update", "_update", "delete", "_insert"))


def open_logs() -> None:
    """Let tests read access log and outbox where nobody acts."""
    for model in (AuditEvent, OutboxMessage):
        meta = model._meta
        meta.local_managers = [one for one in meta.local_managers if one.name != "objects"]
        model.add_to_class("objects", Manager.from_queryset(LogQuerySet)())
        base: Manager = Manager.from_queryset(LogQuerySet)()
        base.model, base.name = model, "_base_manager"
        meta.__dict__["base_manager"] = base
