from django.db import models
from django.db.models.functions import Now

from core.models.base import Identified


class OutboxMessage(Identified):
    """A message written in the action's transaction and delivered after commit, at least once.

    The text never carries health detail: e-mail and SMS say only that something waits in the portal.
    """

    class Channel(models.TextChoices):
        PORTAL = "portal", "notice in the portal"
        EMAIL = "email", "e-mail"
        SMS = "sms", "text message"
        LETTER = "letter"
        PUSH = "push"

    class Status(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"
        CANCELLED = "cancelled"

    # Its key stands below: `unique=True` would bring a second index, for searches by how it begins, that nobody makes.
    dedupe_key = models.CharField(max_length=200, help_text="Delivered once for each key, however often written.")
    channel = models.CharField(max_length=10, choices=Channel)
    template = models.CharField(max_length=60, help_text="Name under templates/messages/.")
    language = models.CharField(max_length=10, db_default="en", default="en")
    user = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+", db_index=False)
    member_id = models.UUIDField(null=True)
    address = models.CharField(
        max_length=254, db_default="", default="", help_text="E-mail address or phone at the time of writing."
    )
    context = models.JSONField(default=dict, db_default={}, help_text="Values for the template; no health detail.")
    url_path = models.CharField(max_length=200, db_default="", default="")
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED, db_default=Status.QUEUED)
    send_after = models.DateTimeField(db_default=Now(), help_text="Not before: quiet hours, step dates.")
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    last_error = models.CharField(max_length=300, db_default="", default="")
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True, help_text="When the person opened a portal notice.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dedupe_key"], name="core_outbox_once")]
        indexes = [
            models.Index(
                fields=["send_after"],
                name="core_outbox_due",
                condition=models.Q(status__in=["queued", "sending"]),
            ),
            models.Index(fields=["member_id", "-created_at"], name="core_outbox_member"),
            models.Index(fields=["user", "-created_at"], name="core_outbox_user"),
        ]
