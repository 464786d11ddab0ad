"""Whoever cannot be evaluated for something in their record is set aside, and people are told.

The others are evaluated all the same. The member's own answers stay as they were; each night, and every change of the
record, tries again.
"""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import override

from clinical.actions import create_task
from clinical.models import Task
from core.models import JobPartition, JobRun, User
from members.models import Member
from network.models import RoleAssignment
from prevention.outreach.elsewhere import care_department

KIND = "not_evaluated"
WITHIN = timedelta(days=7)


def set_aside_share(run: JobRun, share: JobPartition, error: str) -> None:
    """The one member of a share that fails."""
    member = Member.objects.filter(pk__gte=share.lower).order_by("pk").values_list("pk", flat=True)[0]
    tell_set_aside(member, error, by=run.started_by)


def tell_set_aside(member_id: UUID, error: str, *, by: User) -> None:
    """A task for the member's coordinators, one while it stands; `error` holds no value of the record."""
    if Task.objects.filter(member_id=member_id, kind=KIND, status__in=Task.OPEN).exists():
        return
    member = Member.objects.get(pk=member_id)
    department = care_department(member)
    with override(None):
        create_task(
            by=by,
            member=member,
            kind=KIND,
            title="Preventive care could not be worked out",
            detail=(
                "Something in this record cannot be read, a date or an amount that cannot be. What is due stays as it "
                "was until the record is corrected; it is tried again each night and after every change. Of the last "
                f"changes in the record, find the one that is odd, or ask your support, who need these words: {error}"
            )[:1000],
            department=department,
            role=RoleAssignment.Role.CARE_COORDINATOR,
            # A system without coordinators: the task stands all the same, for whoever looks through the chart.
            owner=None if department else by,
            due_at=timezone.now() + WITHIN,
        )
