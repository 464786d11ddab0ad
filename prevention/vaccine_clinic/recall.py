"""A vaccine lot that is called back: it leaves every shelf, and whoever got a dose of it is found and told."""

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from clinical.actions.tasks import create_task
from clinical.coding import CVX
from clinical.models import CodingRole, Immunization
from core import audit, outbox
from core.models import User
from core.permissions import require
from members.models import Member, Proxy
from network.models import RoleAssignment
from pharmacy.actions.dispensing import Refused
from pharmacy.models import StockLot
from prevention.outreach.elsewhere import care_department
from prevention.outreach.guardians import PARENTS, is_child
from prevention.vaccine_clinic.models import DoseGiven, VaccineProduct

KIND = "vaccine_recall"
# A nurse has spoken with everybody by then.
WITHIN = datetime.timedelta(days=3)


@dataclass(frozen=True)
class Recalled:
    """What a recall did: lots that closed with it, people who have a task and a message now."""

    lots: int
    people: int


def same_lots(lot: StockLot) -> QuerySet[StockLot]:
    """The lot at every facility of its system."""
    system = lot.facility.organization.system_id or lot.facility.organization_id
    ours = Q(facility__organization__system=system) | Q(facility__organization=system)
    return StockLot.objects.filter(ours, product=lot.product_id, lot_number=lot.lot_number)


def doses_of(lot: StockLot) -> QuerySet[Immunization]:
    """Doses of the lot: taken from its stock, or charted with its number as the same vaccine."""
    vaccine = VaccineProduct.objects.get(product=lot.product_id)
    charted = Q(
        lot_number__iexact=lot.lot_number,
        encounter__isnull=False,
        codings__role=CodingRole.CODE,
        codings__concept__system__uri=CVX,
        codings__concept__code=vaccine.cvx,
    )
    from_stock = DoseGiven.objects.filter(lot__in=same_lots(lot)).values("immunization")
    found = Immunization.objects.filter(charted | Q(pk__in=from_stock), status="completed", is_negated=False)
    return found.select_related("member__user").distinct()


@transaction.atomic
def recall_vaccine(lot: StockLot, *, by: User, reason: str) -> Recalled:
    """Close the lot at every place of the system; a task for a nurse and a message for everybody who got a dose.

    Once each: run again, it closes and tells only what is new. Raises `Refused` without a reason or for what is no
    vaccine.
    """
    require(by, "prevention.keep_vaccine_stock", lot)
    if not VaccineProduct.objects.filter(product=lot.product_id).exists():
        raise Refused(_("This is no vaccine: the pharmacy keeps it."))
    if not reason.strip():
        raise Refused(_("Say why it is called back."))
    held = list(same_lots(lot).select_for_update(of=("self",)).order_by("pk"))
    closed = StockLot.objects.filter(pk__in=[one.pk for one in held], recalled_at__isnull=True).update(
        recalled_at=timezone.now()
    )
    people = {dose.member_id: dose for dose in doses_of(lot)}
    for dose in people.values():
        _task(dose, lot, by=by, reason=reason)
        _tell(dose.member, lot)
    audit.record(
        by=by,
        action="execute",
        verb="prevention.recall_vaccine",
        obj=lot,
        reason=reason,
        detail={"lots": closed, "people": len(people)},
    )
    return Recalled(closed, len(people))


def _key(lot: StockLot) -> str:
    return f"prevention:vaccine_recall:{lot.product_id}:{lot.lot_number}"


def _task(dose: Immunization, lot: StockLot, *, by: User, reason: str) -> None:
    with override(None):
        create_task(
            by=by,
            member=dose.member,
            kind=KIND,
            title=f"Vaccine called back: lot {lot.lot_number}"[:200],
            detail=f"They got a dose of it. Say what it means and whether it is repeated. {reason}"[:1000],
            department=care_department(dose.member),
            role=RoleAssignment.Role.NURSE,
            priority="urgent",
            due_at=timezone.now() + WITHIN,
            focus=dose,
            dedupe_key=f"{_key(lot)}:{dose.member_id}",
        )


def _tell(member: Member, lot: StockLot) -> None:
    """A message that says only that something waits; about a child to their parents."""
    today = timezone.localdate()
    readers: list[User | None] = [member.user]
    if is_child(member, today):
        proxies = Proxy.objects.filter(
            member=member, period__contains=today, relationship__in=PARENTS, scopes__contains=["view"]
        )
        readers = [proxy.user for proxy in proxies.select_related("user")]
    for user in readers or [None]:
        outbox.enqueue(
            dedupe_key=f"{_key(lot)}:{member.pk}:{user.pk if user else 'letter'}",
            channel="portal" if user else "letter",
            template="vaccine_recall",
            user=user,
            member_id=member.pk,
            language=member.language,
            url_path="/vaccines/",
        )
