from django.db import models

from clinical.models.facts import EncounterFact, FactCoding, fact_key
from core.history import track
from core.models import User
from network.models import Department, RoleAssignment


@track()
class Task(EncounterFact):
    """Something that somebody must do by a time (FHIR Task): handoffs, critical results, messages, follow-ups.

    Owned by a user, or by whoever holds a role at a department. Closed by the receiving side.
    """

    class Priority(models.TextChoices):
        ROUTINE = "routine"
        URGENT = "urgent"
        STAT = "stat"

    OPEN = ("requested", "accepted", "in-progress")

    kind = models.CharField(
        max_length=40, db_default="", help_text="A registered in-basket kind, like critical_result."
    )
    title = models.CharField(max_length=200, db_default="", default="")
    detail = models.TextField(blank=True, default="", db_default="")
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.ROUTINE, db_default=Priority.ROUTINE)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    role = models.CharField(max_length=25, choices=RoleAssignment.Role, blank=True, default="", db_default="")
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    due_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    completed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    outcome = models.CharField(max_length=500, blank=True, default="", db_default="")
    focus_model = models.CharField(max_length=60, blank=True, default="", db_default="", help_text="app.model")
    focus_id = models.UUIDField(null=True, blank=True)
    dedupe_key = models.CharField(max_length=150, null=True, blank=True, unique=True)

    class Meta(EncounterFact.Meta):
        indexes = [
            models.Index(
                fields=["owner", "due_at"],
                name="clinical_task_owner",
                condition=models.Q(status__in=["requested", "accepted", "in-progress"]),
            ),
            models.Index(
                fields=["department", "role", "due_at"],
                name="clinical_task_queue",
                condition=models.Q(status__in=["requested", "accepted", "in-progress"]),
            ),
        ]


@track()
class TaskCoding(FactCoding):
    fact = fact_key(Task)
