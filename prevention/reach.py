"""Whose rows a list of many people may show: of the whole system to care coordinators, else of one's own place."""

from typing import TypeVar

import rules
from django.db.models import Q, QuerySet
from django.utils import timezone

from clinical.access import looks_after
from core.models import User
from members.models import Member, PrimaryCareAssignment
from network.models import RoleAssignment
from network.permissions import roles_in_force

Role = RoleAssignment.Role
Rows = TypeVar("Rows", bound=QuerySet)
# They look after people of every place; row-level security keeps them to their own system.
OF_THE_SYSTEM = (Role.CARE_COORDINATOR, Role.QUALITY)
AT_A_PLACE = (Role.PHYSICIAN, Role.NURSE, Role.MEDICAL_ASSISTANT, Role.PHARMACIST)


def sees_the_system(user: User) -> bool:
    return any(held.role in OF_THE_SYSTEM for held in roles_in_force(user))


def places_of(user: User) -> Q:
    """The primary care assignments at the facilities where the user works, and of their own panel."""
    mine = Q(clinician__user=user)
    for held in roles_in_force(user):
        if held.role not in AT_A_PLACE:
            continue
        facility = held.facility_id or (held.department.facility_id if held.department else None)
        if facility:
            mine |= Q(department__facility=facility)
        else:
            mine |= Q(department__facility__organization=held.organization_id)
            mine |= Q(department__facility__organization__system=held.organization_id)
    return mine


def in_reach(rows: Rows, user: User) -> Rows:
    """Rows of members whom the user may meet in a list: a chart of somebody else is opened by its own rule."""
    if sees_the_system(user):
        return rows
    cared_for = PrimaryCareAssignment.objects.filter(places_of(user), period__contains=timezone.localdate())
    return rows.filter(member__in=cared_for.values("member"))


@rules.predicate
def is_in_reach(user: User, obj: object = None) -> bool:
    """Predicate: the row is of somebody in the user's lists, or whom they look after; without a row, True."""
    member_id = obj.pk if isinstance(obj, Member) else getattr(obj, "member_id", None)
    if member_id is None or sees_the_system(user):
        return True
    mine = PrimaryCareAssignment.objects.filter(
        places_of(user), member=member_id, period__contains=timezone.localdate()
    )
    return mine.exists() or looks_after(user, member_id)
