from django.db import models
from django.db.models.functions import Now

from core.models.base import Identified


class JobRun(Identified):
    """One run of a job over the membership. `key` makes it idempotent: the same work is the same row."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    kind = models.CharField(max_length=40, help_text="Like prevention or capitation.")
    key = models.CharField(max_length=120, help_text="What is worked on, like 2026-10 or 2026-11-22.")
    parameters = models.JSONField(default=dict, db_default={})
    shares = models.PositiveIntegerField(default=1, db_default=1, help_text="Into how many shares it is cut.")
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED, db_default=Status.QUEUED)
    started_by = models.ForeignKey("core.User", models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    totals = models.JSONField(default=dict, db_default={})
    error = models.TextField(db_default="", default="")
    finish_attempts = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="How often its end was lost with the session."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="core_jobrun_once")]
        indexes = [models.Index(fields=["kind", "-created_at"], name="core_jobrun_recent")]


class JobPartition(models.Model):
    """A share of a run's members, `[lower, upper)` by member id, leased by one worker at a time."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(JobRun, models.CASCADE, related_name="partitions", db_index=False)
    number = models.PositiveIntegerField()
    lower = models.UUIDField()
    upper = models.UUIDField(null=True, help_text="Null: to the end.")
    status = models.CharField(
        max_length=10, choices=JobRun.Status, default=JobRun.Status.QUEUED, db_default=JobRun.Status.QUEUED
    )
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=100, db_default="", default="")
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict, db_default={})
    error = models.TextField(db_default="", default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="core_jobpartition_once")]


class IdempotencyKey(models.Model):
    """The answer once given to a POST with this key: whoever repeats it gets the same answer.

    The key is a program's own (`Idempotency-Key`), or names the form of a page (`core.repeats`).
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey("core.User", models.CASCADE, db_index=False)
    key = models.CharField(max_length=100)
    request_digest = models.CharField(max_length=64)
    response_status = models.PositiveSmallIntegerField(null=True)
    response_body = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="core_idempotencykey_once")]
