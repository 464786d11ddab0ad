"""Reads of the pharmacy: what stands in the queue, what is on the shelf, what does not add up."""

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, TypedDict

from django.db.models import DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from members.models import Member, PrimaryCareAssignment
from network.models import Facility, Organization
from pharmacy.models import Fill, StockLot, StockMovement

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

UNITS = DecimalField(max_digits=12, decimal_places=3)


class Balance(TypedDict):
    """What a lot's movements add up to."""

    moved: Decimal


def lots_out_of_balance() -> "QuerySet[WithAnnotations[StockLot, Balance]]":
    """Lots whose units are not the sum of their movements (`moved`). Always empty, or somebody wrote by hand."""
    moved = (
        StockMovement.objects.filter(lot=OuterRef("pk")).values("lot").annotate(total=Sum("quantity")).values("total")
    )
    return StockLot.objects.annotate(
        moved=Coalesce(Subquery(moved, output_field=UNITS), Value(0, output_field=UNITS))
    ).exclude(on_hand=F("moved"))


def pharmacies_of(system: uuid.UUID | Organization) -> QuerySet[Facility]:
    """Where members of a system pick up medicines: its pharmacies, and offices that keep stock."""
    owned = Q(organization__system=system) | Q(organization=system)
    stocked = Q(pk__in=StockLot.objects.values("facility"))
    return Facility.objects.filter(owned & (stocked | Q(kind=Facility.Kind.PHARMACY))).order_by("name")


def nearest_first(places: QuerySet[Facility], member: Member) -> list[Facility]:
    """The member's own office first, then those of their region, then the rest by name."""
    today = timezone.localdate()
    own = (
        PrimaryCareAssignment.objects.filter(member=member, period__contains=today)
        .values_list("department__facility", flat=True)
        .first()
    )
    return sorted(places, key=lambda place: (place.pk != own, place.region_id != member.region_id, place.name))


def queue(facility: Facility | None, status: str) -> QuerySet[Fill]:
    """Fills of a state, oldest first, with all that a row shows."""
    rows = Fill.objects.filter(status=status).select_related(
        "member", "prescription__drug", "prescription__pharmacy", "lot"
    )
    if facility is not None:
        rows = rows.filter(prescription__pharmacy=facility)
    return rows.order_by("requested_at", "id")
