"""What clinicians may do in the chart."""

from core.permissions import grant
from network.models import RoleAssignment
from network.permissions import has_role

Role = RoleAssignment.Role

grant("clinical.place_order", has_role(Role.PHYSICIAN), because="they order as a physician of this system")
