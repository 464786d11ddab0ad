"""Who may do what with money. Totals are for finance; a person's line is opened for a stated purpose and audited."""

from typing import Any
from uuid import UUID

import rules

from core.permissions import grant
from network.models import Organization, RoleAssignment
from network.permissions import systems_held

Role = RoleAssignment.Role


def systems_of(user: Any, *roles: str) -> set[UUID]:
    """The integrated systems at which the user holds one of `roles` today."""
    return systems_held(user, *roles) if roles else set()


def system_of(obj: Any) -> UUID | None:
    """The system whose money a record is about: its member's, or that of the organisation that pays or keeps books."""
    if hasattr(obj, "managing_organization_id"):
        return obj.managing_organization_id
    if getattr(obj, "member_id", None):
        return obj.member.managing_organization_id
    organization = obj if isinstance(obj, Organization) else obj.organization
    return organization.system_id or organization.pk


def holds(*roles: str) -> rules.Predicate:
    """Predicate: one of `roles` today, at the record's system where a record is given."""

    @rules.predicate(name="holds:" + ",".join(roles))
    def held(user: Any, obj: Any = None) -> bool:
        systems = systems_of(user, *roles)
        return bool(systems) if obj is None else system_of(obj) in systems

    return held


READ = (Role.FINANCE, Role.AUDITOR)
# Cost beside under-use asks whether care is withheld: not for those who are paid to save.
GUARDRAILS = (Role.QUALITY, Role.AUDITOR)
CLAIMS = (Role.FINANCE, Role.PLAN_ADMINISTRATOR)

grant("billing.view_capitation", holds(*READ), because="finance and auditors see what is paid in total")
grant("billing.view_capitation_member", holds(*READ), because="finance and auditors open a line for a stated reason")
grant("billing.close_capitation", holds(Role.FINANCE), because="finance closes months")
grant("billing.view_ledger", holds(*READ), because="finance and auditors see the books")
grant("billing.close_period", holds(Role.FINANCE), because="finance closes the books of a month")
grant("billing.view_budget", holds(*READ), because="finance and auditors compare budget and actual")
grant("billing.view_claim", holds(*CLAIMS), because="finance and plan administrators handle outside claims")
grant("billing.price_claim", holds(*CLAIMS), because="finance and plan administrators handle outside claims")
grant("billing.deny_claim", holds(*CLAIMS), because="finance and plan administrators handle outside claims")
grant("billing.void_claim", holds(*CLAIMS), because="finance and plan administrators handle outside claims")
grant("billing.manage_fees", holds(*CLAIMS), because="finance and plan administrators keep what outside care is paid")
grant("billing.view_guardrails", holds(*GUARDRAILS), because="they watch that no care is withheld")
