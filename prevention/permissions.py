"""Who works the prevention lists and runs. Members answer their own gaps through `members.portal_*`."""

from typing import Any
from zoneinfo import ZoneInfo

import rules
from django.utils import timezone

from core.models import User
from core.permissions import grant, may
from network.models import Facility, RoleAssignment
from network.permissions import has_role, roles_in_force
from prevention.reach import is_in_reach
from prevention.vaccine_clinic import VISIT_TYPE
from scheduling.models import Appointment
from scheduling.permissions import works_in_system_of

Role = RoleAssignment.Role
CARE = (Role.CARE_COORDINATOR, Role.NURSE, Role.MEDICAL_ASSISTANT, Role.PHYSICIAN)


@rules.predicate
def keeps_stock_of(user: User, obj: Any = None) -> bool:
    """The user works in the system that the facility, or the lot's facility, belongs to."""
    facility = obj if isinstance(obj, Facility) else getattr(obj, "facility", None)
    if facility is None:
        return True
    owner = facility.organization.system_id or facility.organization_id
    return any((held.organization.system_id or held.organization_id) == owner for held in roles_in_force(user))


@rules.predicate
def is_at_the_clinic_today(user: User, obj: Any = None) -> bool:
    """The visit is a vaccine visit of today at its place, and has not fallen through."""
    if not isinstance(obj, Appointment) or obj.visit_type.code != VISIT_TYPE:
        return False
    zone = ZoneInfo(obj.department.facility.time_zone)
    return obj.status in Appointment.HOLDING and timezone.localdate(obj.starts_at, zone) == timezone.localdate(
        timezone=zone
    )


@rules.predicate
def writes_in_the_chart(user: User, obj: Any = None) -> bool:
    """They may write in the member's chart, by whatever ground."""
    return obj is not None and bool(may(user, "clinical.write_chart", obj))


# A pharmacist orders where a protocol says so.
ORDERING = (*CARE, Role.PHARMACIST)

grant("prevention.view_worklist", has_role(*ORDERING) & is_in_reach, because="they look after members of this system")
grant("prevention.reach_out", has_role(*CARE) & is_in_reach, because="they reach out to members of this place")
grant(
    "prevention.order_for_gap",
    has_role(*ORDERING) & is_in_reach,
    because="they order under protocol for members of this place",
)
grant("prevention.set_interval", has_role(Role.PHYSICIAN), because="they set a member's own interval as a physician")
grant(
    "prevention.view_runs",
    has_role(Role.CARE_COORDINATOR, Role.PHYSICIAN, Role.PLAN_ADMINISTRATOR, Role.AUDITOR, Role.QUALITY),
    because="they answer for the measures of this system",
)
grant(
    "prevention.set_immunisation_policy",
    has_role(Role.PLAN_ADMINISTRATOR),
    because="they set what this system's markets follow",
)
grant("prevention.start_run", has_role(Role.PLAN_ADMINISTRATOR), because="they run the plan's jobs")
# Of one person: whoever coordinates care, works where they are cared for, or looks after them.
grant("prevention.view_registries", has_role(*CARE) & is_in_reach, because="they look after members of this place")
grant(
    "prevention.work_registry",
    has_role(Role.CARE_COORDINATOR, Role.NURSE, Role.PHYSICIAN) & is_in_reach,
    because="they follow up members of this system",
)
grant(
    "prevention.build_cohort",
    has_role(Role.PHYSICIAN, Role.PLAN_ADMINISTRATOR, Role.AUDITOR, Role.QUALITY),
    because="they study the members of this system",
)
# Data leave by these alone: nobody has them by caring for members.
grant("prevention.export_deidentified", has_role(Role.PLAN_ADMINISTRATOR), because="they answer for what leaves")
grant("prevention.export_limited", has_role(Role.PLAN_ADMINISTRATOR), because="they answer for what leaves")
grant("prevention.keep_agreements", has_role(Role.PLAN_ADMINISTRATOR), because="they keep the agreements")

# Rates by group are sums with small cells hidden; lists of people are for who improves care, each opening audited.
QUALITY_READERS = (Role.QUALITY, Role.PLAN_ADMINISTRATOR, Role.AUDITOR, Role.PHYSICIAN)
grant("prevention.view_quality", has_role(*QUALITY_READERS), because="they answer for the rates of this system")
grant("prevention.view_measure_members", has_role(Role.QUALITY), because="they improve care for members of this system")
grant("prevention.set_goal", has_role(Role.QUALITY), because="they set what this system aims at")
grant("prevention.run_project", has_role(Role.QUALITY), because="they lead this system's improvement")
grant("prevention.keep_guideline", has_role(Role.QUALITY), because="they keep this system's guidelines")
grant(
    "prevention.review_report",
    has_role(*CARE) & is_in_reach,
    because="they look at what members of this place report",
)
grant("prevention.view_protocols", has_role(*ORDERING), because="they order under protocol for members of this system")
grant("prevention.prepare_batch", has_role(*CARE), because="they prepare orders for members of this system")
for _name in ("sign_protocol", "sign_batch"):
    grant(f"prevention.{_name}", has_role(Role.PHYSICIAN), because="they sign as a physician of this system")
grant(
    "prevention.close_follow_up",
    has_role(Role.PHYSICIAN) & is_in_reach,
    because="they follow results as a physician of this place",
)
grant(
    "prevention.view_outreach",
    has_role(Role.CARE_COORDINATOR, Role.PHYSICIAN, Role.PLAN_ADMINISTRATOR, Role.AUDITOR, Role.QUALITY),
    because="they answer for outreach in this system",
)
CAMPAIGNERS = (Role.PLAN_ADMINISTRATOR, Role.QUALITY)
grant("prevention.set_campaign", has_role(*CAMPAIGNERS), because="they set whom this system reaches out to")
grant(
    "prevention.set_outreach_terms",
    has_role(*CAMPAIGNERS),
    because="they set how often, when and at what cost this system reaches out",
)
# Of a department, a facility's lot or a visit: those of the system that holds the clinic.
VACCINATING = (Role.NURSE, Role.MEDICAL_ASSISTANT, Role.PHYSICIAN, Role.PHARMACIST)
grant(
    "prevention.run_vaccine_clinic",
    has_role(*VACCINATING) & works_in_system_of,
    because="they vaccinate in this system",
)
# Whom they vaccinate, by the member's visit: it opens what a vaccination needs, for the day, and not the chart.
grant(
    "prevention.vaccinate",
    has_role(*VACCINATING) & works_in_system_of & is_at_the_clinic_today,
    because="the member is at their vaccine clinic today",
)
grant(
    "prevention.vaccinate",
    has_role(*VACCINATING) & works_in_system_of & writes_in_the_chart,
    because="they care for this member",
)
grant(
    "prevention.keep_vaccine_stock",
    has_role(Role.NURSE, Role.MEDICAL_ASSISTANT, Role.PHARMACIST) & keeps_stock_of,
    because="they keep the vaccines of this system",
)
