"""Who may do what with a stay: people with a role at that hospital, or at an organisation above it."""

from typing import Any

import rules
from django.db.models import QuerySet

from clinical.access import has_care_relationship as has_own_relationship
from clinical.ports import register_relationship
from core.models import User
from core.permissions import grant
from hospitals.models import Handoff, Stay
from members.models import Member
from network.models import Bed, Department, Facility, Organization, RoleAssignment
from network.permissions import has_role, roles_in_force

Role = RoleAssignment.Role
WARD_ROLES = (Role.PHYSICIAN, Role.NURSE)
CARE_ROLES = (*WARD_ROLES, Role.MEDICAL_ASSISTANT, Role.PHARMACIST, Role.CARE_COORDINATOR)
BOARD_ROLES = (*WARD_ROLES, Role.FRONT_DESK, Role.CARE_COORDINATOR, Role.MEDICAL_ASSISTANT)


def works_in(held: RoleAssignment, facility: Facility) -> bool:
    """Whether a role assignment covers a hospital: held there, or at its organisation or one above that."""
    if held.facility_id:
        return held.facility_id == facility.pk
    if held.department_id:
        return Department.objects.filter(pk=held.department_id, facility=facility).exists()
    own = facility.organization
    return held.organization_id in {own.pk, own.parent_id, own.system_id}


def facility_of(obj: Any) -> Facility | None:
    """The hospital of a stay, a handoff, a bed or of itself."""
    if isinstance(obj, Facility):
        return obj
    if isinstance(obj, Bed):
        return obj.room.department.facility
    if isinstance(obj, Stay):
        return obj.facility
    return obj.stay.facility if isinstance(obj, Handoff) else None


def has_role_there(*roles: str) -> rules.Predicate:
    """Predicate: one of `roles` today at the hospital of the record; without a record, at any hospital."""

    @rules.predicate(name="has_role_there:" + ",".join(roles))
    def holds(user: User, obj: Any = None) -> bool:
        mine = [held for held in roles_in_force(user) if held.role in roles]
        if obj is None:
            return any(hospitals_of(held).exists() for held in mine)
        facility = facility_of(obj)
        return facility is not None and any(works_in(held, facility) for held in mine)

    return holds


def hospitals_of(held: RoleAssignment) -> QuerySet[Facility]:
    """The hospitals that a role assignment covers."""
    found = Facility.objects.filter(kind=Facility.Kind.HOSPITAL)
    if held.facility_id:
        return found.filter(pk=held.facility_id)
    if held.department_id:
        return found.filter(departments=held.department_id)
    covered = Organization.objects.filter(pk=held.organization_id)
    covered |= Organization.objects.filter(parent=held.organization_id)
    covered |= Organization.objects.filter(system=held.organization_id)
    return found.filter(organization__in=covered)


def hospitals_for(user: User) -> QuerySet[Facility]:
    """The hospitals whose bed board `user` may open, by name."""
    ids: set = set()
    for held in roles_in_force(user):
        if held.role in BOARD_ROLES:
            ids.update(hospitals_of(held).values_list("pk", flat=True))
    return Facility.objects.filter(pk__in=ids).select_related("organization").order_by("name", "pk")


def cares_on_the_ward(user: User, member: Member) -> str | None:
    """Whoever gives care in the hospital where somebody lies now looks after them."""
    stay = (
        Stay.objects.filter(member=member, discharged_at__isnull=True).select_related("facility__organization").first()
    )
    if stay is None:
        return None
    there = any(held.role in CARE_ROLES and works_in(held, stay.facility) for held in roles_in_force(user))
    return "they give care in the hospital where this person is" if there else None


WARD = has_role_there(*WARD_ROLES)
grant("hospitals.view_board", has_role_there(*BOARD_ROLES), because="they work in this hospital")
grant("hospitals.view_stay", has_role_there(*BOARD_ROLES), because="they work in this hospital")
grant("hospitals.view_stay", has_role(*CARE_ROLES) & has_own_relationship, because="they care for this member")
grant("hospitals.admit", has_role_there(*WARD_ROLES, Role.FRONT_DESK), because="they admit to this hospital")
grant("hospitals.admit_member", has_role(*WARD_ROLES, Role.FRONT_DESK), because="they work with members of this system")
grant("hospitals.transfer", has_role_there(*WARD_ROLES, Role.FRONT_DESK), because="they place people in its beds")
grant("hospitals.change_status", has_role_there(Role.PHYSICIAN), because="they are a physician of this hospital")
grant("hospitals.write_summary", has_role_there(Role.PHYSICIAN), because="they are a physician of this hospital")
grant("hospitals.discharge", WARD, because="they give care in this hospital")
grant("hospitals.hand_off", WARD, because="they give care in this hospital")

register_relationship("hospitals.stay", cares_on_the_ward)
