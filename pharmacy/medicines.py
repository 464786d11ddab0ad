"""A member's medicines as chart and portal show them, in a fixed number of queries."""

import datetime
import math
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from clinical.coding import names
from clinical.models import MedicationDispense, MedicationRequest
from clinical.sensitivity import visible
from core.models import User
from members.models import Member
from pharmacy.actions.dispensing import USED_UP, USED_UP_CONTROLLED
from pharmacy.adherence import proportion_of_days_covered
from pharmacy.costs import Prices, allowed_of, next_charges
from pharmacy.models import Fill, Prescription
from pharmacy.names import plain_name

SHOWN = 100
YEAR = datetime.timedelta(days=365)
SOON = 10


@dataclass
class Line:
    """One medicine: its order, our prescription if there is one, and what was filled."""

    request: MedicationRequest
    name: str
    today: datetime.date
    prescription: Prescription | None = None
    open_fill: Fill | None = None
    fills: list[tuple[datetime.date, int]] = field(default_factory=list)
    next_number: int = 0
    recalled: Fill | None = None
    cost: Decimal | None = None
    # The cost follows the charge of a lot that is not taken yet.
    is_about: bool = False

    @property
    def plain(self) -> str:
        """The name as a member reads it."""
        return plain_name(self.name)

    @property
    def directions(self) -> str:
        return self.request.dosage_text

    @property
    def last_fill(self) -> datetime.date | None:
        return self.fills[-1][0] if self.fills else None

    @property
    def days_left(self) -> int | None:
        """Days of medicine still at hand; below zero once it has run out."""
        if not self.fills:
            return None
        day, days = self.fills[-1]
        return (day + datetime.timedelta(days=days) - self.today).days

    @property
    def is_ready(self) -> bool:
        return self.open_fill is not None and self.open_fill.status == Fill.Status.FILLED

    @property
    def refills_left(self) -> int:
        rx = self.prescription
        if rx is None or rx.status != Prescription.Status.ACTIVE or rx.expires_on < self.today:
            return 0
        return max(0, rx.refills + 1 - self.next_number)

    @property
    def refill_from(self) -> datetime.date | None:
        """The first day on which a refill may be asked for."""
        if not self.fills or self.prescription is None:
            return None
        day, days = self.fills[-1]
        share = USED_UP_CONTROLLED if self.prescription.drug.schedule else USED_UP
        return day + datetime.timedelta(days=math.ceil(days * share))

    @property
    def may_refill(self) -> bool:
        early = self.refill_from is not None and self.today < self.refill_from
        return self.refills_left > 0 and self.open_fill is None and not early

    @property
    def needs_refill(self) -> bool:
        return self.may_refill and (self.days_left is None or self.days_left <= SOON)

    @property
    def covered_percent(self) -> int | None:
        share = proportion_of_days_covered(self.fills, self.today - YEAR, self.today)
        return None if share is None else round(100 * share)


def lines_of(member: Member, user: User) -> list[Line]:
    """The active medicines that `user` may see, those that need something first."""
    requests = list(
        visible(MedicationRequest.objects.filter(member=member), user, member)
        .filter(Q(status="active") | Q(pk__in=Fill.objects.filter(status="filled").values("prescription__request")))
        .filter(is_negated=False)
        .order_by("-effective")[:SHOWN]
    )
    concepts = names(requests)
    prescriptions = {
        rx.request_id: rx
        for rx in Prescription.objects.filter(member=member, request__in=requests).select_related("drug", "pharmacy")
    }
    dispensed: dict = defaultdict(list)
    rows = MedicationDispense.objects.filter(member=member, request__in=requests, status="completed")
    for request_id, effective, days in rows.order_by("effective").values_list("request_id", "effective", "days_supply"):
        if effective is not None:
            dispensed[request_id].append((timezone.localdate(effective.lower), days or 0))
    fills: dict = defaultdict(list)
    live = Fill.objects.filter(member=member, prescription__request__in=requests).order_by("number")
    for each in live.exclude(status__in=("cancelled", "returned")).select_related("lot__product"):
        fills[each.prescription_id].append(each)
    today = timezone.localdate()
    found = []
    for request in requests:
        rx = prescriptions.get(request.pk)
        own = fills[rx.pk] if rx else []
        concept = concepts.get(request.pk)
        found.append(
            Line(
                request=request,
                name=rx.drug.name if rx else (concept.display or concept.code) if concept else "–",
                today=today,
                prescription=rx,
                open_fill=next((each for each in own if each.status in ("requested", "filled")), None),
                fills=dispensed[request.pk],
                recalled=_recalled(own),
                next_number=max([each.number + 1 for each in own] + [len(dispensed[request.pk])]),
            )
        )
    return sorted(
        found, key=lambda line: (line.recalled is None, not line.is_ready, not line.needs_refill, line.name.lower())
    )


def _recalled(fills: list[Fill]) -> Fill | None:
    """The fill last handed over, if its lot was recalled since."""
    held = [each for each in fills if each.status == Fill.Status.COLLECTED]
    return held[-1] if held and held[-1].lot is not None and held[-1].lot.recalled_at else None


def add_costs(lines: list[Line], member: Member) -> None:
    """What each costs the member today at the counter: the bag that is ready, or the next fill.

    By the function that charges it; where the charge may still change before a lot is taken, it is said as "about".
    """
    today = timezone.localdate()
    ours = [line.prescription for line in lines if line.prescription]
    prices = Prices(member, today, {rx.drug_id for rx in ours})
    charges = next_charges(ours, today)
    for line in lines:
        rx = line.prescription
        if rx is None:
            continue
        allowed = allowed_of(line.open_fill) if line.is_ready and line.open_fill is not None else charges.get(rx.pk)
        cost = prices.of(rx.drug_id, allowed)
        if cost is not None:
            line.cost = cost.member_pays
            line.is_about = not line.is_ready and cost.follows_charge
