"""Who prescribes, dispenses, keeps the stock and asks for refills."""

from typing import Any

import rules

from core.models import User
from core.permissions import grant
from members.portal import is_proxy, is_self
from network.models import Facility, RoleAssignment
from network.permissions import has_role, roles_in_force

Role = RoleAssignment.Role


@rules.predicate
def is_pharmacist_there(user: User, obj: Any = None) -> bool:
    """A pharmacist of the system that the facility, or the lot's facility, belongs to."""
    facility = obj if isinstance(obj, Facility) else getattr(obj, "facility", None)
    held = [role for role in roles_in_force(user) if role.role == Role.PHARMACIST]
    if facility is None:
        return bool(held)
    owner = facility.organization.system_id or facility.organization_id
    return any((role.organization.system_id or role.organization_id) == owner for role in held)


grant("pharmacy.prescribe", has_role(Role.PHYSICIAN), because="they prescribe as a physician of this system")
grant("pharmacy.view_queue", has_role(Role.PHARMACIST), because="a pharmacist of this system")
grant("pharmacy.dispense", has_role(Role.PHARMACIST), because="a pharmacist of the member's system")
grant("pharmacy.manage_stock", is_pharmacist_there, because="a pharmacist of the system that holds the stock")
grant("pharmacy.request_refill", is_self, because="their own medicine")
grant("pharmacy.request_refill", is_proxy("refill"), because="a proxy who may refill")
grant("pharmacy.request_refill", has_role(Role.PHARMACIST), because="a pharmacist of the member's system")
grant(
    "pharmacy.view_medicines",
    has_role(Role.PHYSICIAN, Role.NURSE, Role.PHARMACIST, Role.MEDICAL_ASSISTANT, Role.CARE_COORDINATOR),
    because="they care for members of this system",
)
