from django.db import models
from django.db.models.functions import Now

from core.ids import UUIDv7, uuid7


class CurrentTransaction(models.Func):
    """The writing transaction's id, as `xid8` cast to a 64-bit integer.

    Readers of append-only queues take only rows older than the oldest running transaction
    (`pg_snapshot_xmin(pg_current_snapshot())`): a late commit is then never skipped.
    """

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()


class ClockTimestamp(models.Func):
    """The instant of the statement; `Now()` is the instant at which the transaction began."""

    function = "clock_timestamp"
    template = "%(function)s()"
    output_field = models.DateTimeField()


class Identified(models.Model):
    """A row with an id that may leave the system: UUIDv7, made by Postgres or, for bulk work, by `uuid7()`."""

    id = models.UUIDField(primary_key=True, default=uuid7, db_default=UUIDv7(), editable=False)

    class Meta:
        abstract = True


class MemberChange(models.Model):
    """A member whose chart or coverage changed, to be re-evaluated. Written by triggers, taken by prevention.

    A queue emptied by DELETE, so it needs no transaction id: what commits late is simply there the next time.
    """

    id = models.BigAutoField(primary_key=True)
    member_id = models.UUIDField()
    source = models.CharField(max_length=63, help_text="The table that changed.")
    at = models.DateTimeField(db_default=Now())


class SystemParameter(models.Model):
    """A setting that people change while the system runs: one JSON value a name."""

    name = models.CharField(max_length=100, primary_key=True)
    value = models.JSONField()
    updated_at = models.DateTimeField(auto_now=True)
