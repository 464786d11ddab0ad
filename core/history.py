"""Who changed what, when and why: kept by statement-level triggers, so that no code path can skip it."""

from collections.abc import Callable
from typing import TypeVar

import pghistory
import pgtrigger
from django.db import models
from pghistory.models import Event

Tracked = TypeVar("Tracked", bound=models.Model)


class HistoryEvent(Event):
    """Base of every history table: 64-bit key, partitioned by month, readable and never writable by the app."""

    pgh_id = models.BigAutoField(primary_key=True)

    class Meta:
        abstract = True


class RequireContext(pgtrigger.Trigger):
    """A change by nobody is refused: COPY and raw SQL too open through `core.db`."""

    when = pgtrigger.Before
    level = pgtrigger.Statement
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
    func = """
        IF coalesce(current_setting('kpcare.user_id', true), '') = '' THEN
            RAISE EXCEPTION 'Nobody acts: open the transaction with core.db.acting_as() or as_job() before writing %.',
                TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NULL;
    """


def track() -> Callable[[type[Tracked]], type[Tracked]]:
    """Class decorator: insert, update and delete of the model's rows are kept as events, with their context."""
    events = pghistory.track(
        pghistory.InsertEvent(level=pgtrigger.Statement),
        pghistory.UpdateEvent(level=pgtrigger.Statement),
        pghistory.DeleteEvent(level=pgtrigger.Statement),
        base_model=HistoryEvent,
        context_field=pghistory.ContextJSONField(),
        context_id_field=None,  # type: ignore[arg-type]  # documented as None for "no such column"
    )

    def decorate(model: type[Tracked]) -> type[Tracked]:
        pgtrigger.register(RequireContext(name="require_context"))(model)
        return events(model)

    return decorate
