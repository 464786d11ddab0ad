"""What staff may do with people's records; whose record a member may open stands in `members.portal`."""

from uuid import UUID

from django.db import connection
from django.utils import timezone

from core.models import User
from core.permissions import grant
from core.scope import Homes, register_homes
from members.portal import is_self
from network.models import RoleAssignment
from network.permissions import has_role

Role = RoleAssignment.Role
CARE_ROLES = (
    Role.PHYSICIAN,
    Role.NURSE,
    Role.MEDICAL_ASSISTANT,
    Role.PHARMACIST,
    Role.LABORATORY_TECHNOLOGIST,
    Role.CARE_COORDINATOR,
)
DESK_ROLES = (Role.FRONT_DESK, Role.PLAN_ADMINISTRATOR, Role.CARE_COORDINATOR)


def home_systems(account: User) -> set[UUID]:
    """The systems whose members' records an account opens: its own and, from today on, those whom it acts for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT members_account_systems(%s, %s)", [account.pk, timezone.localdate()])
        return {system for (system,) in cursor.fetchall()}


# Whose an account without a role is: its member's system, or that of those whom it acts for.
register_homes(
    Homes(
        paths=("member__managing_organization", "proxies__member__managing_organization"),
        systems_of=home_systems,
        entry_is_of="members_entry_is_of",
    )
)

grant("members.manage_own", is_self, because="it is their own record")
grant("members.search", has_role(*CARE_ROLES, *DESK_ROLES, Role.FINANCE), because="they work with members")
grant("members.view", is_self, because="it is their own record")
grant("members.view", has_role(*CARE_ROLES, *DESK_ROLES), because="they work with members of this system")
grant("members.register", has_role(*DESK_ROLES), because="they register members")
grant("members.update", has_role(*DESK_ROLES, Role.NURSE, Role.MEDICAL_ASSISTANT), because="they keep members' data")
grant("members.change_primary_care", has_role(*DESK_ROLES), because="they keep who looks after whom")
grant(
    "members.manage_proxies",
    has_role(Role.PLAN_ADMINISTRATOR, Role.FRONT_DESK),
    because="they see the papers that give somebody access",
)
grant(
    "members.invite",
    has_role(Role.PLAN_ADMINISTRATOR, Role.FRONT_DESK),
    because="they see who stands before them and their document",
)
grant("members.view_staff_proxies", has_role(Role.AUDITOR), because="they are an auditor")
grant("members.merge", has_role(Role.PLAN_ADMINISTRATOR), because="they administer membership")
grant("members.decide_match", has_role(Role.PLAN_ADMINISTRATOR, Role.FRONT_DESK), because="they administer membership")
