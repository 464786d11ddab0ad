from django.contrib.postgres.indexes import BrinIndex, GinIndex, OpClass
from django.db import models
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Now

from core.models.base import CurrentTransaction
from core.postgres.schema import MonthlyPartitioned
from core.triggers import OwnRow, sealed


class AuditEvent(MonthlyPartitioned, models.Model):
    """Who did or read what, about which member, when, from where, under which role and for what reason.

    Names follow FHIR AuditEvent and ATNA. Ids are kept without foreign keys: an audit row outlives what it is about.
    """

    class Action(models.TextChoices):
        CREATE = "create"
        READ = "read"
        UPDATE = "update"
        DELETE = "delete"
        EXECUTE = "execute"
        SIGN_IN = "sign_in"
        REFUSE = "refuse"

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    xid = models.BigIntegerField(db_default=CurrentTransaction())
    user_id = models.UUIDField(null=True, help_text="Null only where nobody is signed in.")
    role = models.CharField(max_length=40, db_default="")
    action = models.CharField(max_length=10, choices=Action)
    verb = models.CharField(max_length=80, help_text="The action or view, like clinical.sign_note.")
    member_id = models.UUIDField(null=True)
    object_type = models.CharField(max_length=60, db_default="", help_text="app.model")
    object_id = models.CharField(max_length=64, db_default="")
    reason = models.CharField(max_length=300, db_default="")
    ip_address = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=64, db_default="")
    detail = models.JSONField(db_default={}, default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["member_id", "-at"], name="core_audit_member"),
            models.Index(fields=["user_id", "-at"], name="core_audit_user"),
            GinIndex(
                OpClass(KeyTransform("members", "detail"), name="jsonb_path_ops"),
                name="core_audit_listed",
                condition=models.Q(detail__has_key="members"),
            ),
            BrinIndex(fields=["xid"], name="core_audit_xid", autosummarize=True, pages_per_range=32),
        ]
        triggers = [OwnRow(name="own_row"), *sealed()]


class AuditSeal(models.Model):
    """A digest over the audit rows of finished transactions in an id range, chained to the seal before it."""

    id = models.BigAutoField(primary_key=True)
    sealed_at = models.DateTimeField(db_default=Now())
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    below_xid = models.BigIntegerField(help_text="Rows of transactions at or above this one belong to a later seal.")
    above_id = models.BigIntegerField(default=0, db_default=0, help_text="Last row before a restored database began.")
    row_count = models.IntegerField()
    digest = models.BinaryField(max_length=32, help_text="SHA-256 over the previous digest and the rows in id order.")

    class Meta:
        triggers = sealed()
