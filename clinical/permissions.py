"""Who may open a chart, write in it, and work an in-basket. Reasons are told and audited."""

from typing import Any

import rules

from clinical import ports
from clinical.access import has_broken_the_glass
from clinical.access import has_care_relationship as has_own_relationship
from clinical.actions.referrals import follows_referral, receives_referral
from clinical.actions.tasks import receives, works_at
from clinical.models import MessageThread, Referral, Task
from core.models import User
from core.permissions import grant
from members.models import Member
from network.models import RoleAssignment
from network.permissions import has_role, roles_in_force

Role = RoleAssignment.Role
CLINICAL = (Role.PHYSICIAN, Role.NURSE, Role.MEDICAL_ASSISTANT, Role.PHARMACIST, Role.CARE_COORDINATOR)
# Who may sign orders and notes; others prepare them.
SIGNING = (Role.PHYSICIAN, Role.NURSE, Role.PHARMACIST)


def _member(obj: Any) -> Member | None:
    return obj if isinstance(obj, Member) else getattr(obj, "member", None)


@rules.predicate
def has_further_relationship(user: User, obj: Any = None) -> bool:
    """A ground that a higher room knows: an open stay on one's ward, a prescription being filled."""
    member = _member(obj)
    return member is not None and any(find(user, member) for find in ports.further_relationships().values())


# The care relationship, whichever room knows of it.
has_care_relationship = has_own_relationship | has_further_relationship


@rules.predicate
def is_receiver(user: User, obj: Any = None) -> bool:
    """The user is on the receiving side of a task or referral."""
    if isinstance(obj, Task):
        return receives(user, obj)
    return isinstance(obj, Referral) and receives_referral(user, obj)


@rules.predicate
def is_sender(user: User, obj: Any = None) -> bool:
    """The user asked, or works where the question came from."""
    return isinstance(obj, Referral) and follows_referral(user, obj)


@rules.predicate
def answers_thread(user: User, obj: Any = None) -> bool:
    """The user works at the department that a message thread was written to."""
    if not isinstance(obj, MessageThread) or obj.department is None:
        return False
    return any(works_at(held, obj.department) for held in roles_in_force(user))


for _name in ("view_chart", "write_chart"):
    grant(f"clinical.{_name}", has_role(*CLINICAL) & has_care_relationship, because="they care for this member")
    grant(
        f"clinical.{_name}", has_role(*CLINICAL) & has_broken_the_glass, because="they gave a reason (break the glass)"
    )
# A technologist reads what explains a value (a transfusion, a new medicine) and writes nothing.
for _because, _predicate in (
    ("they care for this member", has_care_relationship),
    ("they gave a reason (break the glass)", has_broken_the_glass),
):
    grant("clinical.view_chart", has_role(Role.LABORATORY_TECHNOLOGIST) & _predicate, because=_because)
# Ordering follows the role; a check, not a locked door, asks about members whom one does not know.
grant("clinical.place_order", has_role(Role.PHYSICIAN), because="they order as a physician of this system")
for _because, _predicate in (
    ("they care for this member", has_care_relationship),
    ("they gave a reason (break the glass)", has_broken_the_glass),
):
    grant("clinical.sign_note", has_role(*SIGNING) & _predicate, because=_because)
grant(
    "clinical.use_inbasket",
    has_role(*CLINICAL, Role.FRONT_DESK, Role.LABORATORY_TECHNOLOGIST),
    because="tasks reach their role",
)
grant(
    "clinical.find_member",
    has_role(*CLINICAL, Role.FRONT_DESK, Role.LABORATORY_TECHNOLOGIST, Role.PLAN_ADMINISTRATOR),
    because="their work begins with finding a member",
)
grant(
    "clinical.review_overrides",
    has_role(Role.PHARMACIST, Role.QUALITY),
    because="they review what checks objected to and was ordered all the same",
)
grant("clinical.work_task", is_receiver, because="they are on the receiving side")
grant("clinical.answer_referral", is_receiver, because="their department was asked, or follows it outside")
grant("clinical.report_referral", is_receiver & has_role(*SIGNING), because="they answer for the department asked")
grant(
    "clinical.follow_referral",
    is_sender & has_role(*CLINICAL, Role.FRONT_DESK),
    because="the question is theirs to follow",
)
grant("clinical.view_referral", is_receiver | is_sender, because="they sent or received it")
grant("clinical.view_referral", has_role(*CLINICAL) & has_care_relationship, because="they care for this member")
grant("clinical.answer_thread", answers_thread & has_role(*CLINICAL), because="the message is to their department")
