"""A medicine as a kind of order: the draft's terms, the MedicationRequest it becomes, the prescription it starts."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.utils import timezone

from clinical.models import MedicationRequest
from clinical.ports import OrderDraft
from core.models import User
from network.models import Facility
from pharmacy.models import ClinicalDrug, Fill, Prescription

KIND = "medicine"
# A prescription is good for a year where no stricter rule applies; III–V for six months (21 CFR 1306.22).
VALID_DAYS = 365
CONTROLLED_MONTHS = 6


@dataclass(frozen=True)
class Terms:
    """What is prescribed. `quantity` is units a fill, which last `days_supply` days; `refills` follow the first."""

    drug: ClinicalDrug
    directions: str
    quantity: Decimal
    days_supply: int
    refills: int = 0
    pharmacy: Facility | None = None
    directions_es: str = ""
    # The prescription that this one renews: it is stopped, and is no duplicate of the new one.
    renews: Prescription | None = None


def terms_of(draft: OrderDraft) -> Terms | None:
    """The terms of a medicine's draft; where another room made it of codes alone, its drug with nothing else."""
    found = draft.detail.get("terms")
    if isinstance(found, Terms):
        return found
    drug = ClinicalDrug.objects.filter(concept__in=draft.concepts).first() if draft.kind == KIND else None
    return Terms(drug, "", Decimal(0), 0) if drug else None


def last_day(drug: ClinicalDrug, written: datetime.date) -> datetime.date:
    """The last day on which a prescription written that day may be filled."""
    if drug.schedule and drug.schedule >= 3:
        month = written.month + CONTROLLED_MONTHS
        year, month = written.year + (month - 1) // 12, (month - 1) % 12 + 1
        for day in range(written.day, 27, -1):
            try:
                return datetime.date(year, month, day)
            except ValueError:
                continue
        return datetime.date(year, month, written.day)
    return written + datetime.timedelta(days=VALID_DAYS)


def today_at(pharmacy: Facility | None) -> datetime.date:
    """The day it is at the pharmacy."""
    import zoneinfo

    zone = zoneinfo.ZoneInfo(pharmacy.time_zone if pharmacy else "America/Los_Angeles")
    return timezone.localdate(timezone=zone)


def make_request(draft: OrderDraft) -> MedicationRequest:
    """The unsaved order of a medicine."""
    terms = terms_of(draft)
    if terms is None or not terms.directions or terms.quantity <= 0:
        raise ValueError("A medicine is ordered with drug, directions and quantity.")
    now = timezone.now()
    until = datetime.datetime.combine(
        last_day(terms.drug, today_at(terms.pharmacy)) + datetime.timedelta(days=1), datetime.time(), now.tzinfo
    )
    return MedicationRequest(
        member=draft.member,
        status="active",
        encounter=draft.encounter,
        effective=(now, until),
        recorded_at=now,
        priority=draft.priority,
        requester=draft.requester,
        ordered_by=draft.by,
        reason_text=draft.reason_text,
        protocol=draft.protocol,
        dosage_text=terms.directions,
        quantity=terms.quantity,
        quantity_unit="each",
        refills=terms.refills,
        days_supply=terms.days_supply,
        category="community",
    )


def start_prescription(order: models.Model, draft: OrderDraft, *, by: User) -> None:
    """The pharmacy's workflow of a placed order; with a pharmacy its first fill stands in the queue at once."""
    terms = terms_of(draft)
    assert isinstance(order, MedicationRequest) and terms is not None
    if terms.renews is not None:
        _stop_renewed(terms.renews)
    prescription = Prescription.objects.create(
        member=draft.member,
        sensitivity=order.sensitivity,
        request=order,
        drug=terms.drug,
        pharmacy=terms.pharmacy,
        directions=terms.directions,
        directions_es=terms.directions_es,
        quantity=terms.quantity,
        days_supply=terms.days_supply,
        refills=terms.refills,
        expires_on=last_day(terms.drug, today_at(terms.pharmacy)),
    )
    if terms.pharmacy is not None:
        Fill.objects.create(
            member=draft.member,
            sensitivity=order.sensitivity,
            prescription=prescription,
            number=0,
            quantity=terms.quantity,
            requested_by=by,
        )


def _stop_renewed(renewed: Prescription) -> None:
    """A renewal takes the place of the old prescription; a bag that is ready may still be collected."""
    Fill.objects.filter(prescription=renewed, status=Fill.Status.REQUESTED).update(status=Fill.Status.CANCELLED)
    if not Fill.objects.filter(prescription=renewed, status=Fill.Status.FILLED).exists():
        Prescription.objects.filter(pk=renewed.pk).update(status=Prescription.Status.STOPPED)
    MedicationRequest.objects.filter(pk=renewed.request_id).update(status="completed")
