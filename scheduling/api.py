"""/api/v1/appointments: a member's visits. /api/v1/slots and /visit-types: what can be booked."""

from __future__ import annotations  # a view's `list` would hide the type in the annotations below it

from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from core.api.fields import ById, Filter, Input
from core.api.requests import ApiRequest
from core.api.resources import Resource, described, resource
from core.api.writing import creation, step
from core.permissions import grant
from members.api import MemberRecords
from network.models import RoleAssignment, Room
from network.permissions import has_role
from scheduling import actions, offers
from scheduling.costs import visit_cost
from scheduling.models import Appointment, Slot, VisitType

grant(
    "scheduling.book_for_member",
    has_role(RoleAssignment.Role.INTEGRATION),
    because="an integration client of this system, within its scopes",
)

EXAMPLE = "0192f0c4-7a10-7c3e-9b1a-3f6d0c2a4e55"
BOOK = ("scheduling.book_for_member", "members.portal_schedule")
RECEIVE = ("scheduling.run_visit",)
SLOTS = Slot.objects.select_related("session__department__facility__organization", "session__clinician")


class AppointmentInput(Input):
    member = serializers.UUIDField()
    slot = ById(SLOTS)
    visit_type = ById(VisitType.objects.all())
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class MoveInput(Input):
    slot = ById(SLOTS)


class CancelInput(Input):
    reason = serializers.CharField(max_length=100, required=False, allow_blank=True)


class RoomInput(Input):
    room = ById(Room.objects.all(), required=False, help_text="Video and phone need none.")


class AppointmentApi(MemberRecords):
    """A member's visits, booked, kept and missed."""

    model = Appointment
    fields = (
        *("id", "member", "slot", "seat", "during", "visit_type", "clinician", "department", "status", "reason"),
        *("expected_cost", "moved_from", "booked_at", "arrived_at", "cancel_reason", "version"),
    )
    permissions = ("members.view", "members.portal_schedule")
    scope = "appointments"
    filters: ClassVar[dict[str, str | Filter]] = {
        "status": "status",
        "from": Filter("slot__starts_at__gte", serializers.DateTimeField(), "That begin at this instant or later."),
        "until": Filter("slot__starts_at__lt", serializers.DateTimeField(), "That begin before this instant."),
    }
    serializer_class = described(Appointment, fields)

    @creation(
        AppointmentInput,
        example={"member": EXAMPLE, "slot": EXAMPLE, "visit_type": EXAMPLE, "reason": "Blood pressure check"},
    )
    def book(self, request: ApiRequest, given: dict[str, Any]) -> UUID:
        """Take a seat. A time that is taken, closed, past or overlaps another visit is a conflict that says so."""
        member = self.member_for(request, given["member"], *BOOK)
        cost = visit_cost(member, given["visit_type"], offers.local_day(given["slot"]))
        return actions.book(
            by=request.user,
            member=member,
            slot=given["slot"],
            visit_type=given["visit_type"],
            reason=given.get("reason", ""),
            expected_cost=cost,
        ).pk

    @step(MoveInput, permissions=BOOK, example={"slot": EXAMPLE})
    def move(self, request: ApiRequest, record: Appointment, given: dict[str, Any]) -> UUID:
        """Another time for the same visit, both or neither: answered is the new appointment, which points at this."""
        cost = visit_cost(record.member, record.visit_type, offers.local_day(given["slot"]))
        return actions.move(record, by=request.user, slot=given["slot"], expected_cost=cost).pk

    @step(CancelInput, permissions=BOOK)
    def cancel(self, request: ApiRequest, record: Appointment, given: dict[str, Any]) -> None:
        """Give the seat back."""
        actions.cancel(record, by=request.user, reason=given.get("reason", ""))

    @step(permissions=RECEIVE)
    def check_in(self, request: ApiRequest, record: Appointment, given: dict[str, Any]) -> None:
        """The member is here, or on the line. On the day of the visit."""
        actions.check_in(record, by=request.user)

    @step(RoomInput, permissions=RECEIVE)
    def room(self, request: ApiRequest, record: Appointment, given: dict[str, Any]) -> None:
        """Bring the member to a room of the department."""
        actions.room(record, by=request.user, room=given.get("room"))

    @step(permissions=RECEIVE)
    def mark_no_show(self, request: ApiRequest, record: Appointment, given: dict[str, Any]) -> None:
        """The member did not come. Not before the visit's time."""
        actions.mark_no_show(record, by=request.user)


class SlotApi(Resource):
    """Free times, soonest first: with `visit_type` those where such a visit fits. Nothing personal."""

    model = Slot
    scope = "catalogue"
    permissions = ("core.read_catalogue",)
    is_personal = False
    fields = ("id", "starts_at", "ends_at")
    ordering = ("starts_at", "id")
    filters: ClassVar[dict[str, str | Filter]] = {
        "department": "session__department",
        "clinician": "session__clinician",
        "from": Filter("starts_at__gte", serializers.DateTimeField(), "That begin at this instant or later."),
        "until": Filter("starts_at__lt", serializers.DateTimeField(), "That begin before this instant."),
    }
    parameters = (OpenApiParameter("visit_type", OpenApiTypes.UUID, description="Where such a visit fits."),)
    serializer_class = described(
        Slot,
        fields,
        department=serializers.UUIDField(read_only=True),
        clinician=serializers.UUIDField(read_only=True, allow_null=True),
    )

    def rows(self, request: ApiRequest) -> models.QuerySet:
        rows = Slot.objects.filter(starts_at__gte=timezone.now()).with_free_seat()
        if asked := request.query_params.get("visit_type"):
            try:
                visit_type = VisitType.objects.filter(pk=serializers.UUIDField().run_validation(asked)).first()
            except ValidationError as error:
                raise ValidationError({"visit_type": error.detail}) from None
            rows = rows.for_visit(visit_type).distinct() if visit_type else rows.none()
        return rows

    def added(self, found: list[dict], request: ApiRequest) -> list[dict]:
        columns = ("pk", "session__department", "session__clinician")
        keys = [row["id"] for row in found]
        places = {pk: rest for pk, *rest in Slot.objects.filter(pk__in=keys).values_list(*columns)}
        for row in found:
            row["department"], row["clinician"] = places[row["id"]]
        return found


class VisitTypeApi(Resource):
    """Kinds of visit that can be booked. Nothing personal."""

    model = VisitType
    scope = "catalogue"
    permissions = ("core.read_catalogue",)
    is_personal = False
    fields = (
        *("id", "organization", "code", "name", "minutes", "modality", "service", "specialty", "counts_as"),
        "is_self_scheduled",
    )
    filters: ClassVar[dict[str, str | Filter]] = {
        "code": "code",
        "organization": "organization",
        "modality": "modality",
    }
    serializer_class = described(VisitType, fields)


api = [
    *resource("appointments", AppointmentApi),
    *resource("slots", SlotApi),
    *resource("visit-types", VisitTypeApi),
]
