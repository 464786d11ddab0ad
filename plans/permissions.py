"""Who may see and change coverage; a member's own stands under members.portal_costs."""

from core.permissions import grant
from network.models import RoleAssignment
from network.permissions import has_role, has_role_at

Role = RoleAssignment.Role
grant(
    "plans.view_coverage",
    has_role(Role.PLAN_ADMINISTRATOR, Role.FRONT_DESK, Role.FINANCE, Role.CARE_COORDINATOR, Role.PHARMACIST),
    because="they answer for coverage and its cost",
)
grant("plans.change_coverage", has_role(Role.PLAN_ADMINISTRATOR), because="they administer coverage")
grant("plans.keep_catalogue", has_role_at(Role.PLAN_ADMINISTRATOR), because="they keep the plan's products and groups")
