"""What somebody's death touches in the laboratory."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import ngettext

from clinical.effects import revoke
from clinical.models import ServiceRequest
from core.models import User
from labs.models import LabOrder
from members.deaths import Ended

Status = LabOrder.Status


def end_tests_of_the_dead(died: Mapping[UUID, datetime], by: User) -> Iterable[Ended]:
    """Tests whose tube is not taken are cancelled; one that the laboratory holds may still say why they died."""
    LabOrder.objects.filter(member__in=died, status__in=(Status.ORDERED, Status.MAILED)).update(
        status=Status.CANCELLED, status_at=timezone.now()
    )
    held = LabOrder.objects.waiting().filter(request=OuterRef("pk"))
    asked = ServiceRequest.objects.filter(~Exists(held), member__in=died, kind="laboratory", source_system=None)
    return revoke(asked, kind="test")


def tests_ended(n: int) -> str:
    """So many laboratory tests were cancelled."""
    return ngettext("%(n)s laboratory test was cancelled", "%(n)s laboratory tests were cancelled", n) % {"n": n}
