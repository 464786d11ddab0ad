"""Who may look after import runs: what was set aside holds people's data as sent."""

from core.permissions import grant
from network.models import RoleAssignment
from network.permissions import has_role

Role = RoleAssignment.Role
grant("interop.view_runs", has_role(Role.PLAN_ADMINISTRATOR, Role.AUDITOR), because="they administer membership")
grant("interop.replay", has_role(Role.PLAN_ADMINISTRATOR), because="they administer membership")
grant("interop.decide_terminations", has_role(Role.PLAN_ADMINISTRATOR), because="they administer membership")
