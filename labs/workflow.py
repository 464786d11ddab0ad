"""The stages of a laboratory order, as one table: step → from which stages, to which."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from labs.models import LabOrder

Status = LabOrder.Status
TRANSITIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "collect": ((Status.ORDERED,), Status.COLLECTED),
    "mail_kit": ((Status.ORDERED,), Status.MAILED),
    "receive": ((Status.COLLECTED,), Status.RECEIVED),
    "receive_kit": ((Status.MAILED,), Status.RECEIVED),
    "reject": ((Status.COLLECTED, Status.RECEIVED, Status.RESULTED), Status.ORDERED),
    "enter": ((Status.RECEIVED, Status.RESULTED), Status.RESULTED),
    "release": ((Status.RESULTED,), Status.RELEASED),
    "correct": ((Status.RELEASED,), Status.RELEASED),
    "withdraw": ((Status.RELEASED,), Status.ORDERED),
    "cancel": ((Status.ORDERED, Status.MAILED, Status.COLLECTED, Status.RECEIVED), Status.CANCELLED),
}


class WrongStage(Exception):
    """The order is not where this step begins; somebody else may have been quicker."""


def locked(order_id: UUID) -> LabOrder:
    """The order, held until the end of the transaction, so that two people do not take the same step."""
    return LabOrder.objects.select_for_update(of=("self",)).select_related("member", "test", "request").get(pk=order_id)


def allows(order: LabOrder, step: str) -> bool:
    return order.status in TRANSITIONS[step][0]


def move(order: LabOrder, step: str) -> None:
    """Take `step` with a locked order. Raises `WrongStage`."""
    begins, ends = TRANSITIONS[step]
    if order.status not in begins:
        raise WrongStage(_("This order is already at “%(stage)s”.") % {"stage": order.get_status_display()})
    order.status = ends
    order.status_at = timezone.now()
    order.save(update_fields=["status", "status_at"])
