"""Who may do what in the laboratory."""

from typing import Any

import rules

from clinical.access import has_broken_the_glass
from clinical.permissions import has_care_relationship
from core.context import current
from core.models import User
from core.permissions import grant
from labs.models import LabOrder
from members.models import Member
from network.models import RoleAssignment
from network.permissions import has_role, roles_in_force

Role = RoleAssignment.Role
TECHNOLOGIST = has_role(Role.LABORATORY_TECHNOLOGIST)
COLLECTORS = has_role(Role.LABORATORY_TECHNOLOGIST, Role.NURSE, Role.MEDICAL_ASSISTANT)
CLINICIANS = has_role(Role.PHYSICIAN, Role.NURSE, Role.MEDICAL_ASSISTANT, Role.PHARMACIST)


@rules.predicate
def waits_for_collection(user: User, obj: Any = None) -> bool:
    """Nothing is known of the order yet but that a specimen is wanted."""
    return isinstance(obj, LabOrder) and obj.status == LabOrder.Status.ORDERED


@rules.predicate
def took_its_specimen(user: User, obj: Any = None) -> bool:
    """Whoever took it sees what to put on the label, and what became of it."""
    return isinstance(obj, LabOrder) and obj.specimens.filter(collected_by=user).exists()


@rules.predicate
def ordered_it(user: User, obj: Any = None) -> bool:
    """Whoever asked sees the answer."""
    return isinstance(obj, LabOrder) and obj.request.ordered_by_id == user.pk


# The account under which another laboratory's messages are taken in.
INTERFACE = "laboratory-interface"


@rules.predicate
def is_interface(user: User, obj: Any = None) -> bool:
    """The interface's own account, in a job: nobody can sign in to it, and no request acts as a job."""
    return user.kind == User.Kind.SYSTEM and user.email == f"{INTERFACE}@system.invalid" and current().is_job


def has_open_order(user: User, member: Member) -> str | None:
    """A technologist cares for the members whose specimen is being tested in their system."""
    held = [role for role in roles_in_force(user) if role.role == Role.LABORATORY_TECHNOLOGIST]
    if member.managing_organization_id not in {role.organization.system_id or role.organization_id for role in held}:
        return None
    return "their specimen is being tested" if LabOrder.objects.waiting().filter(member=member).exists() else None


grant("labs.view_bench", COLLECTORS, because="they collect or test specimens")
grant("labs.view_order", TECHNOLOGIST, because="they test specimens of this system")
grant("labs.view_order", CLINICIANS & has_care_relationship, because="they care for this member")
grant("labs.view_order", CLINICIANS & has_broken_the_glass, because="they gave a reason (break the glass)")
grant("labs.view_order", CLINICIANS & ordered_it, because="they ordered it")
grant("labs.view_order", COLLECTORS & waits_for_collection, because="they collect its specimen")
grant("labs.view_order", COLLECTORS & took_its_specimen, because="they took its specimen")
grant("labs.collect_specimen", COLLECTORS, because="they collect specimens in this system")
grant("labs.process_specimen", TECHNOLOGIST, because="they test specimens of this system")
grant("labs.release_result", TECHNOLOGIST, because="they answer for results of this system's laboratory")
grant("labs.cancel_order", TECHNOLOGIST, because="they test specimens of this system")
grant("labs.cancel_order", has_role(Role.PHYSICIAN), because="they order as a physician of this system")
grant("labs.acknowledge_result", has_role(Role.PHYSICIAN, Role.NURSE), because="they act on results in this system")

# What a laboratory's own system sends is taken as its people would enter it.
for name in ("collect_specimen", "process_specimen", "release_result", "file_outside_result"):
    grant(f"labs.{name}", is_interface, because="the laboratory's system sends it")
