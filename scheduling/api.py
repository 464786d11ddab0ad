"""/api/v1/appointments: a member's visits; book one and give it back."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.errors import Conflict
from core.api.resources import described, resource
from core.permissions import grant
from members.api import MemberRecords
from members.models import Member
from network.models import RoleAssignment
from network.permissions import has_role
from scheduling import actions
from scheduling.models import Appointment, Slot, VisitType

grant(
    "scheduling.book_for_member",
    has_role(RoleAssignment.Role.INTEGRATION),
    because="an integration client of this system, within its scopes",
)

FIELDS = (
    *("id", "member", "slot", "seat", "during", "visit_type", "clinician", "department", "status", "reason"),
    *("expected_cost", "moved_from", "booked_at", "arrived_at", "cancel_reason", "version"),
)
BOOK = ("scheduling.book_for_member", "members.portal_schedule")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A visit",
            value={
                "member": "0192f0c4-7a10-7c3e-9b1a-3f6d0c2a4e55",
                "slot": "0192f0c4-7a10-7c3e-9b1a-3f6d0c2a4e56",
                "visit_type": "0192f0c4-7a10-7c3e-9b1a-3f6d0c2a4e57",
                "reason": "Blood pressure check",
            },
            request_only=True,
        )
    ]
)
class AppointmentInput(serializers.Serializer):
    member = serializers.UUIDField()
    slot = serializers.UUIDField()
    visit_type = serializers.UUIDField()
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class CancelInput(serializers.Serializer):
    reason = serializers.CharField(max_length=100, required=False, allow_blank=True)


class AppointmentApi(MemberRecords):
    model = Appointment
    fields = FIELDS
    permissions = ("members.view", "members.portal_schedule")
    scope = "appointments"
    filters: ClassVar[dict[str, str]] = {
        "status": "status",
        "from": "slot__starts_at__gte",
        "until": "slot__starts_at__lt",
    }
    serializer_class = described(Appointment, FIELDS)
    inputs: ClassVar[dict[str, Any]] = {"create": AppointmentInput, "cancel": CancelInput}

    def create(self, request: Request) -> Response:
        data = AppointmentInput(data=request.data)
        data.is_valid(raise_exception=True)
        asked = data.validated_data
        member = Member.objects.filter(pk=asked["member"], status="active").first()
        if member is None:
            raise Http404
        self.demand(request, member, BOOK)
        slot = Slot.objects.select_related("session__department__facility").filter(pk=asked["slot"]).first()
        visit_type = VisitType.objects.filter(pk=asked["visit_type"]).first()
        if slot is None or visit_type is None:
            raise ValidationError({"slot" if slot is None else "visit_type": "There is none with this id."})

        def book() -> UUID:
            return actions.book(
                by=request.user, member=member, slot=slot, visit_type=visit_type, reason=asked.get("reason", "")
            ).pk

        try:
            return self.once(request, book)
        except actions.BookingRefused as refusal:
            raise Conflict("; ".join(refusal.messages), code=refusal.code or "refused") from None

    def cancel(self, request: Request, id: UUID) -> Response:
        data = CancelInput(data=request.data)
        data.is_valid(raise_exception=True)
        appointment, _ = self.record(request, id, BOOK)
        if request.headers.get("If-Match"):
            self.demand_version(request, appointment)
        try:
            actions.cancel(appointment, by=request.user, reason=data.validated_data.get("reason", ""))
        except actions.BookingRefused as refusal:
            raise Conflict("; ".join(refusal.messages), code=refusal.code or "refused") from None
        row = self.as_read(request, id)
        return self.answer(request, row, version=row["version"])


api = [
    *resource("appointments", AppointmentApi, cancel={"post": "cancel"}),
]
