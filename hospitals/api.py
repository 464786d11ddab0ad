"""/api/v1/stays: hospital stays. /api/v1/beds: where somebody can lie."""

from __future__ import annotations  # a view's `list` would hide the type in the annotations below it

from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from rest_framework import serializers

from clinical.api import ChartResource
from core.api.fields import ById, Filter, Input, Instant
from core.api.requests import ApiRequest
from core.api.resources import Resource, described, resource
from core.api.writing import creation, step
from hospitals.actions import stays
from hospitals.actions.beds import AlreadyAdmitted, BedOccupied, NotPossible
from hospitals.models import BedAssignment, Stay, StayStatus
from network.models import Bed, Clinician

EXAMPLE = "0192f0c4-7a10-7c3e-9b1a-3f6d0c2a4e55"
BEDS = Bed.objects.select_related("room__department__facility__organization")


class StayInput(Input):
    member = serializers.UUIDField()
    bed = ById(BEDS)
    status = serializers.ChoiceField(StayStatus.Status.choices, default=StayStatus.Status.INPATIENT)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)
    attending = ById(Clinician.objects.all(), required=False)
    expected_discharge_at = Instant(required=False)


class BedInput(Input):
    bed = ById(BEDS)


class StatusInput(Input):
    status = serializers.ChoiceField(StayStatus.Status.choices)


class SummaryInput(Input):
    body = serializers.CharField(max_length=20_000, help_text="What happened, what changed, what is to be done.")


class DischargeInput(Input):
    disposition = serializers.ChoiceField(sorted(stays.DISPOSITIONS))
    died_at = Instant(required=False, is_past=True, help_text="Of `exp`: when they died; otherwise at this moment.")


class StayApi(ChartResource):
    """Hospital stays from admission to discharge."""

    model = Stay
    scope = "stays"
    permissions = ("hospitals.view_stay", "clinical.view_chart", "members.portal_view")
    fields = (
        *("id", "member", "encounter", "facility", "attending", "admitted_at", "expected_discharge_at"),
        *("discharged_at", "disposition", "version"),
    )
    filters: ClassVar[dict[str, str | Filter]] = {"facility": "facility"}
    refused = (BedOccupied, AlreadyAdmitted, NotPossible)
    serializer_class = described(
        Stay,
        fields,
        bed=serializers.UUIDField(read_only=True, allow_null=True, help_text="Where the person lies now."),
        status=serializers.ChoiceField(StayStatus.Status.choices, read_only=True, allow_null=True),
    )

    def added(self, found: list[dict], request: ApiRequest) -> list[dict]:
        keys = [row["id"] for row in found]
        beds = dict(BedAssignment.objects.in_force().filter(stay__in=keys).values_list("stay", "bed"))
        statuses = dict(StayStatus.objects.in_force().filter(stay__in=keys).values_list("stay", "status"))
        for row in found:
            row["bed"], row["status"] = beds.get(row["id"]), statuses.get(row["id"])
        return found

    @creation(StayInput, example={"member": EXAMPLE, "bed": EXAMPLE, "status": "inpatient", "reason": "Pneumonia"})
    def admit(self, request: ApiRequest, given: dict[str, Any]) -> UUID:
        """Admit a person to a bed: encounter, stay, status and bed, all or none. A taken bed is a conflict."""
        self.demand(request, given["bed"], ("hospitals.admit",))
        member = self.member_for(request, given.pop("member"), "hospitals.admit_member")
        return stays.admit(by=request.user, member=member, **given).pk

    @step(BedInput, permissions=("hospitals.transfer",), example={"bed": EXAMPLE})
    def transfer(self, request: ApiRequest, record: Stay, given: dict[str, Any]) -> None:
        """Move the person to another bed."""
        stays.transfer(by=request.user, stay=record, bed=given["bed"])

    @step(StatusInput, permissions=("hospitals.change_status",))
    def change_status(self, request: ApiRequest, record: Stay, given: dict[str, Any]) -> None:
        """Turn the stay into another status, like observation into inpatient."""
        stays.change_status(by=request.user, stay=record, status=given["status"])

    @step(SummaryInput, permissions=("hospitals.write_summary",))
    def sign_summary(self, request: ApiRequest, record: Stay, given: dict[str, Any]) -> None:
        """Write and sign the discharge summary."""
        stays.sign_summary(by=request.user, stay=record, body=given["body"])

    @step(DischargeInput, permissions=("hospitals.discharge",), example={"disposition": "home"})
    def discharge(self, request: ApiRequest, record: Stay, given: dict[str, Any]) -> None:
        """End the stay; primary care gets a task to see the person within seven days. Needs a signed summary."""
        stays.discharge(by=request.user, stay=record, disposition=given["disposition"], died_at=given.get("died_at"))


class BedApi(Resource):
    """Beds of the hospitals, taken or not. Nothing personal."""

    model = Bed
    scope = "catalogue"
    permissions = ("core.read_catalogue",)
    is_personal = False
    fields = ("id", "room", "label", "is_open")
    filters: ClassVar[dict[str, str | Filter]] = {
        "department": "room__department",
        "facility": "room__department__facility",
    }
    serializer_class = described(Bed, fields, department=serializers.UUIDField(read_only=True))

    def rows(self, request: ApiRequest) -> models.QuerySet:
        return Bed.objects.all()

    def added(self, found: list[dict], request: ApiRequest) -> list[dict]:
        wards = dict(Bed.objects.filter(pk__in=[r["id"] for r in found]).values_list("pk", "room__department"))
        for row in found:
            row["department"] = wards[row["id"]]
        return found


api = [
    *resource("stays", StayApi),
    *resource("beds", BedApi),
]
