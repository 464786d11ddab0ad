"""Roles: what a user is, at which organisation, facility or department, today."""

import copy
import datetime
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

import rules
from django.db import models
from django.utils import timezone

from core.db import register_reach, register_roles
from core.models import User
from core.permissions import grant, may, show_role
from core.scope import Systems, home_systems, register_systems
from network.models import Organization, RoleAssignment

Role = RoleAssignment.Role


# Where a user's roles are kept for the length of a request.
KEPT = "_roles_in_force"


def roles_in_force(user: User, on: datetime.date | None = None) -> list[RoleAssignment]:
    """The user's role assignments in force on a day, kept on the user for the length of a request.

    Where the user acts through an app (`acts_within`), only those at the systems that registered it.
    """
    if on is not None:
        return _within(user, _assignments(user, on))
    cached = getattr(user, KEPT, None)
    if cached is None:
        cached = _within(user, _assignments(user, timezone.localdate()))
        setattr(user, KEPT, cached)
    return cached


def _within(user: User, held: Iterable[RoleAssignment]) -> list[RoleAssignment]:
    systems = getattr(user, "acts_within", None)
    return [one for one in held if systems is None or _system_id(one.organization) in systems]


def _assignments(user: User, on: datetime.date) -> Iterable[RoleAssignment]:
    return RoleAssignment.objects.filter(user=user, period__contains=on).select_related(
        "organization", "facility", "department__facility"
    )


def systems_held(user: User, *roles: str) -> set[UUID]:
    """The systems where the user holds a role today: one of `roles`, or any."""
    return {_system_id(held.organization) for held in roles_in_force(user) if not roles or held.role in roles}


def systems_where(user: User, permission: str) -> set[UUID]:
    """The systems where the user's roles of today give a permission: asked with the roles of each alone."""
    found, held = set(), roles_in_force(user)
    for system in systems_held(user):
        there = copy.copy(user)
        setattr(there, KEPT, [one for one in held if _system_id(one.organization) == system])
        if may(there, permission):
            found.add(system)
    return found


def organizations_of(systems: Collection[UUID]) -> models.QuerySet[Any]:
    """The ids of systems and of all organisations that belong to them."""
    return Organization.objects.filter(models.Q(pk__in=systems) | models.Q(system__in=systems)).values("pk")


register_systems(
    Systems(
        organization=Organization,
        from_account="role_assignments__organization",
        where=systems_where,
        organizations_of=organizations_of,
        count=Organization.objects.filter(kind=Organization.Kind.SYSTEM).count,
    )
)


def works_here(user: User) -> bool:
    """Whether the user holds a role today."""
    return bool(roles_in_force(user))


def first_system(user: User, *roles: str) -> Organization | None:
    """The system at which the user holds a role today (one of `roles`, or any); of several the first."""
    found = first_system_id(user, *roles)
    return Organization.objects.filter(pk=found).first() if found else None


def first_system_id(user: User, *roles: str) -> UUID | None:
    """The id of `first_system`, without a query more."""
    held = (one for one in roles_in_force(user) if not roles or one.role in roles)
    return next((_system_id(one.organization) for one in held), None)


def _holds_on(held: Iterable[RoleAssignment]) -> bool:
    """Whether there is an assignment; its role is what the decision names."""
    first = next(iter(held), None)
    if first is not None:
        show_role(first.role)
    return first is not None


def has_role(*roles: str) -> rules.Predicate:
    """Predicate: the user holds one of `roles` today, at the record's system where the record says which it is."""

    @rules.predicate(name="has_role:" + ",".join(roles))
    def holds(user: User, obj: Any = None) -> bool:
        system = system_of(obj)
        return _holds_on(
            held
            for held in roles_in_force(user)
            if held.role in roles and (system is None or _system_id(held.organization) == system)
        )

    return holds


def system_of(obj: Any) -> UUID | None:
    """The id of the integrated system that a record belongs to, or None where it belongs to none in particular."""
    if obj is None:
        return None
    if hasattr(obj, "managing_organization_id"):
        return obj.managing_organization_id
    member = getattr(obj, "member", None)
    return member.managing_organization_id if member is not None else None


def _system_id(organization: Organization) -> UUID:
    return organization.system_id or organization.pk


@rules.predicate
def is_superuser(user: User, obj: Any = None) -> bool:
    return user.is_superuser


def covers(held: RoleAssignment, place: RoleAssignment) -> bool:
    """Whether the place of one assignment lies within that of another: department, facility, organisation, system."""
    if held.department_id:
        return place.department_id == held.department_id
    if held.facility_id:
        return held.facility_id in (place.facility_id, place.department.facility_id if place.department else None)
    organization = place.organization
    return held.organization_id in (organization.pk, organization.parent_id, organization.system_id)


def has_role_at(*roles: str) -> rules.Predicate:
    """Predicate: one of `roles` today at a place that covers `obj`, an assignment (kept or not) or an organisation."""

    @rules.predicate(name="has_role_at:" + ",".join(roles))
    def holds(user: User, obj: Any = None) -> bool:
        held = [one for one in roles_in_force(user) if one.role in roles]
        if obj is None:
            return _holds_on(held)
        place = obj if isinstance(obj, RoleAssignment) else RoleAssignment(organization=obj)
        return _holds_on(one for one in held if covers(one, place))

    return holds


administers = has_role_at(Role.ADMINISTRATOR)


# The admin also asks for `is_staff`, and row-level security for reach: a superuser without a role sees no member.
grant("core.view_admin", is_superuser, because="they run the system")
# Clinicians read charts on their own pages, where the care relationship is asked for; nobody does by a role in here.
grant("core.view_chart_rows", is_superuser, because="they run the system")
# What belongs to no system: seals, kept answers, the schedule of the nightly jobs.
grant("core.view_platform", is_superuser, because="they run the system")


@rules.predicate
def manages_account(user: User, obj: Any = None) -> bool:
    """Predicate: an administrator of every place where the account holds a role; it holds one, and runs no system.

    It opens no record of a member of another system either: a role there gives nobody the right to close that.
    """
    if obj is None:
        return administers.test(user, None)
    held = [] if obj.is_superuser else roles_in_force(obj)
    if not held or not all(administers.test(user, one) for one in held):
        return False
    return home_systems(obj) <= systems_held(user, Role.ADMINISTRATOR)


grant("core.manage_account", manages_account, because="they manage access wherever this person works")
grant("core.manage_account", is_superuser, because="they run the system")


@rules.predicate
def manages_app(user: User, obj: Any = None) -> bool:
    """Predicate: an administrator of the system that registered the app, `obj`."""
    if obj is None:
        return administers.test(user, None)
    return obj.user is not None and manages_account.test(user, obj.user)


grant("core.manage_apps", manages_app, because="they manage access at the system that registered the app")
grant("core.manage_apps", is_superuser, because="they run the system")
grant("core.view_admin", has_role(Role.AUDITOR, Role.PLAN_ADMINISTRATOR), because="they look records up")
grant("core.view_admin", administers, because="they manage access and places")
# Deny by default: running the system gives no right to hand out roles, except where nobody else can yet.
grant("network.manage_access", administers, because="they manage access at this place")
grant("network.manage_access", is_superuser, because="they run the system")
grant("network.keep_places", administers, because="they keep the places of this organisation")
grant("network.keep_places", is_superuser, because="they run the system")
grant("core.view_audit", has_role(Role.AUDITOR), because="they are an auditor")
grant("core.view_outbox", has_role(Role.AUDITOR, Role.PLAN_ADMINISTRATOR), because="they see what is sent")
grant(
    "core.view_jobs",
    has_role(Role.AUDITOR, Role.PLAN_ADMINISTRATOR, Role.FINANCE, Role.CARE_COORDINATOR),
    because="they watch the jobs",
)
grant("core.run_jobs", has_role(Role.PLAN_ADMINISTRATOR, Role.FINANCE), because="they run the jobs")


@register_reach
def staff_reach(user: User) -> tuple[set, set]:
    """Staff reach the members of the systems where they hold a role today; who only manages access reaches nobody."""
    working = (held for held in roles_in_force(user) if held.role != Role.ADMINISTRATOR)
    return set(), {_system_id(held.organization) for held in working}


@register_roles
def role_names(user: User) -> str:
    """The user's roles of today in one word or a few; empty for a member."""
    return ",".join(sorted({held.role for held in roles_in_force(user)}))
