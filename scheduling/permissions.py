"""Who may see and change the schedule. Members book through `members.portal_schedule`."""

from typing import Any

import rules

from core.models import User
from core.permissions import grant
from network.models import Organization, RoleAssignment
from network.permissions import has_role, roles_in_force

Role = RoleAssignment.Role
DESK = (Role.FRONT_DESK, Role.CARE_COORDINATOR, Role.NURSE, Role.MEDICAL_ASSISTANT)


@rules.predicate
def works_in_system_of(user: User, obj: Any = None) -> bool:
    """The user works somewhere in the system of the department (or of what has one)."""
    department = getattr(obj, "department", obj)
    if department is None:
        return True
    organization: Organization = department.facility.organization
    system = organization.system_id or organization.pk
    return any((held.organization.system_id or held.organization_id) == system for held in roles_in_force(user))


def _at_our_place(*roles: str) -> rules.Predicate:
    return has_role(*roles) & works_in_system_of


grant("scheduling.view_schedule", _at_our_place(*DESK, Role.PHYSICIAN), because="they work with this schedule")
grant("scheduling.book_for_member", has_role(*DESK, Role.PHYSICIAN), because="they book visits for members")
grant("scheduling.run_visit", _at_our_place(*DESK, Role.PHYSICIAN), because="they receive members here")
grant(
    "scheduling.manage_sessions",
    _at_our_place(Role.FRONT_DESK, Role.CARE_COORDINATOR, Role.NURSE, Role.PHYSICIAN),
    because="they open the clinic's hours",
)
