"""Chainable reads of tasks, referrals and messages."""

import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from clinical import ports
from clinical.models import Message, MessageThread, Referral, Task
from core.models import User
from network.permissions import roles_in_force


def _places(user: User) -> Q:
    """Where the user's roles reach: as a condition on a `department` of a task, with the role that it asks for."""
    asked = Q(pk__in=[])
    for held in roles_in_force(user):
        wanted = (Q(role="") & ~Q(kind__in=ports.kinds_closed_to(held.role))) | Q(role=held.role)
        if held.department_id:
            asked |= Q(department=held.department_id) & wanted
        elif held.facility_id:
            asked |= Q(department__facility=held.facility_id) & wanted
        else:
            asked |= Q(department__facility__organization=held.organization_id) & wanted
    return asked


def tasks_for(user: User) -> QuerySet[Task]:
    """Open tasks that the user may close: their own, and those of their roles that nobody has taken yet."""
    return Task.objects.filter(Q(owner=user) | (Q(owner__isnull=True) & _places(user)), status__in=Task.OPEN)


def tasks_of_colleagues(user: User) -> QuerySet[Task]:
    """Open tasks of the user's departments that a colleague has taken."""
    return Task.objects.filter(_places(user), owner__isnull=False, status__in=Task.OPEN).exclude(owner=user)


def overdue(tasks: QuerySet[Task], now: datetime.datetime) -> QuerySet[Task]:
    return tasks.filter(due_at__lt=now)


def referrals_for(user: User) -> QuerySet[Referral]:
    """Referrals that wait for the user's department."""
    asked = Q(pk__in=[])
    for held in roles_in_force(user):
        if held.department_id:
            asked |= Q(to_department=held.department_id)
        elif held.facility_id:
            asked |= Q(to_department__facility=held.facility_id)
        else:
            asked |= Q(to_department__facility__organization=held.organization_id)
    return Referral.objects.filter(asked).exclude(status__in=("closed", "declined", "cancelled"))


def referrals_from(user: User) -> QuerySet[Referral]:
    """Open referrals that the user's department follows: what it asked and has no report of."""
    asked = Q(requested_by=user)
    for held in roles_in_force(user):
        if held.department_id:
            asked |= Q(from_department=held.department_id)
        elif held.facility_id:
            asked |= Q(from_department__facility=held.facility_id)
        else:
            asked |= Q(from_department__facility__organization=held.organization_id)
    return Referral.objects.filter(asked).exclude(status__in=("closed", "declined", "cancelled"))


def waiting(threads: QuerySet[MessageThread]) -> QuerySet[MessageThread]:
    """Threads with `is_waiting`: the last word is the member's."""
    newer = Message.objects.filter(thread=OuterRef("pk"), sent_at=OuterRef("last_message_at"), from_member=True)
    return threads.annotate(is_waiting=Exists(newer))
