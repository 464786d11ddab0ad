"""Reads about who works where."""

import datetime

from django.db.models import Prefetch, Q, QuerySet

from core.models import User
from network.models import Organization, RoleAssignment, RoleOffer
from network.permissions import roles_in_force

Role = RoleAssignment.Role


def managed_organizations(user: User) -> list[Organization]:
    """The organisations where the user manages access: all of them for whoever runs the system. By name, system first.

    An administrator of one facility manages it within its organisation; the action refuses what lies outside.
    """
    everything = Organization.objects.order_by("system", "name")
    if user.is_superuser:
        return list(everything.exclude(kind=Organization.Kind.OUTSIDE)[:200])
    held = [one.organization_id for one in roles_in_force(user) if one.role == Role.ADMINISTRATOR]
    return list(everything.filter(Q(pk__in=held) | Q(system__in=held) | Q(parent__in=held))[:200])


def staff_of(
    organizations: list[Organization], *, on: datetime.date, q: str = "", role: str = "", past: bool = False
) -> QuerySet[User]:
    """Accounts with a role there (today or later; `past`: ever), by name, each with those roles as `shown_roles`."""
    roles = RoleAssignment.objects.filter(organization__in=[o.pk for o in organizations])
    if role:
        roles = roles.filter(role=role)
    if not past:
        roles = roles.exclude(period__fully_lt=(on, None))
    found = User.objects.filter(pk__in=roles.values("user"))
    if q:
        found = found.filter(Q(name__icontains=q) | Q(email__icontains=q))
    shown = roles.select_related("organization", "facility", "department__facility").order_by("period")
    return found.order_by("name", "pk").prefetch_related(Prefetch("role_assignments", shown, to_attr="shown_roles"))


def roles_shown(user: User) -> list[RoleAssignment]:
    """The roles that `staff_of` brought along."""
    return getattr(user, "shown_roles", [])


def offers_at(organizations: list[Organization]) -> list[RoleOffer]:
    """Roles there that wait for somebody's answer, the latest first; at most fifty."""
    waiting = RoleOffer.objects.filter(organization__in=[o.pk for o in organizations], status=RoleOffer.Status.OPEN)
    found = waiting.select_related("user", "organization", "facility", "department__facility")
    return list(found.order_by("-offered_at")[:50])
