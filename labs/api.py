"""/api/v1/lab-orders: the laboratory's work on an order. /api/v1/results: its results; all others are observations."""

from __future__ import annotations  # a view's `list` would hide the type in the annotations below it

from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError

from clinical.api import ChartResource
from clinical.api.base import CHART
from core.api.errors import KeptConflict
from core.api.fields import ById, Day, Filter, Input, Instant
from core.api.requests import ApiRequest
from core.api.resources import Resource, described, resource
from core.api.writing import creation, step
from core.permissions import may
from labs.actions import ordering, results, specimens
from labs.models import LabOrder, LabResult, LabTest
from labs.workflow import WrongStage

REFUSED = (WrongStage, specimens.IdentityMismatch)
PROCESS = ("labs.process_specimen",)
EXAMPLE = "0192f0c4-7a10-7c3e-9b1a-3f6d0c2a4e55"


class IdentifyInput(Input):
    """Two identifiers of the person, as they say them or as the label shows."""

    mrn = serializers.CharField(max_length=20)
    birth_date = Day()
    collected_at = Instant(is_past=True, required=False, help_text="Now without it.")


class LabReasonInput(Input):
    reason = serializers.CharField(max_length=200)


class LabResource(ChartResource):
    refused = REFUSED

    def refusal(self, error: Exception) -> APIException | None:
        if isinstance(error, results.SpecimenMismatch):
            return KeptConflict(str(error), code="specimen_mismatch")
        if isinstance(error, specimens.ImpossibleTime):
            return ValidationError({"collected_at": [str(error)]})
        if type(error) is ValueError:
            return ValidationError(str(error))
        return super().refusal(error)


class LabOrderApi(LabResource):
    """One ordered test on its way through the laboratory: ordered, collected, at the bench, entered, released."""

    model = LabOrder
    scope = "orders"
    permissions = ("labs.view_order", "clinical.view_chart", "members.portal_view")
    list_permissions = CHART
    fields = ("id", "member", "request", "test", "department", "status", "status_at", "created_at", "version")
    filters: ClassVar[dict[str, str | Filter]] = {"status": "status", "request": "request", "test": "test"}
    serializer_class = described(LabOrder, fields)

    @step(
        IdentifyInput, permissions=("labs.collect_specimen",), example={"mrn": "123456782", "birth_date": "1970-05-04"}
    )
    def collect(self, request: ApiRequest, record: LabOrder, given: dict[str, Any]) -> None:
        """Take the specimen from the person, known by record number and birth date."""
        specimens.collect_specimen(by=request.user, order=record, **identity(given))

    @step(permissions=PROCESS)
    def receive(self, request: ApiRequest, record: LabOrder, given: dict[str, Any]) -> None:
        """The tube has come to the bench."""
        specimens.receive_specimen(by=request.user, order=record)

    @step(LabReasonInput, permissions=PROCESS)
    def reject(self, request: ApiRequest, record: LabOrder, given: dict[str, Any]) -> None:
        """The tube cannot be tested: the order waits to be collected again."""
        specimens.reject_specimen(by=request.user, order=record, reason=given["reason"])

    @step(permissions=PROCESS)
    def mail_kit(self, request: ApiRequest, record: LabOrder, given: dict[str, Any]) -> None:
        """The home kit is on its way to the member."""
        specimens.mail_kit(by=request.user, order=record)

    @step(IdentifyInput, permissions=PROCESS, example={"mrn": "123456782", "birth_date": "1970-05-04"})
    def receive_kit(self, request: ApiRequest, record: LabOrder, given: dict[str, Any]) -> None:
        """The kit has come back with a label of record number and birth date."""
        specimens.receive_kit(by=request.user, order=record, **identity(given))

    @step(LabReasonInput, permissions=("labs.cancel_order",))
    def cancel(self, request: ApiRequest, record: LabOrder, given: dict[str, Any]) -> None:
        """Cancel a test that has no result yet."""
        ordering.cancel_order(by=request.user, order=record, reason=given["reason"])


def identity(given: dict[str, Any]) -> dict[str, Any]:
    return {"collected_at": None, **given}


class ResultInput(Input):
    order = ById(LabOrder.objects.select_related("member", "test", "request"), help_text="A lab order at the bench.")
    accession = serializers.CharField(max_length=20, help_text="The number on the tube.")
    value = serializers.CharField(max_length=200)


class CorrectInput(Input):
    value = serializers.CharField(max_length=200)
    reason = serializers.CharField(max_length=300)


class ResultApi(LabResource):
    """Results of our own laboratories. Those not yet released are shown to the laboratory alone."""

    model = LabResult
    scope = "results"
    permissions = ("labs.process_specimen", "clinical.view_chart", "members.portal_view")
    list_permissions = CHART
    fields = (
        *("id", "member", "order", "specimen", "test", "value_quantity", "value_text", "value_concept", "unit"),
        *("flag", "is_critical", "status", "performing_laboratory", "released_at", "corrects", "observation"),
    )
    filters: ClassVar[dict[str, str | Filter]] = {"test": "test", "status": "status", "order": "order"}
    serializer_class = described(LabResult, fields)

    def rows(self, request: ApiRequest) -> models.QuerySet:
        if may(request.user, "labs.process_specimen"):
            return LabResult.objects.exclude(status="cancelled")
        return LabResult.objects.filter(released_at__isnull=False)

    @creation(ResultInput, example={"order": EXAMPLE, "accession": "26326-000412", "value": "7.1"})
    def enter(self, request: ApiRequest, given: dict[str, Any]) -> UUID:
        """Enter the value of a tube; it is seen by the laboratory alone until it is released.

        A tube that belongs to another order is a conflict, and what was entered is kept for review.
        """
        self.demand(request, given["order"], PROCESS)
        return results.enter_result(by=request.user, **given).pk

    @step(permissions=("labs.release_result",))
    def release(self, request: ApiRequest, record: LabResult, given: dict[str, Any]) -> UUID:
        """Release it into the chart: the member is told that something is new, the ordering side gets a task."""
        return results.release_result(by=request.user, order=record.order).pk

    @step(CorrectInput, permissions=("labs.release_result",))
    def correct(self, request: ApiRequest, record: LabResult, given: dict[str, Any]) -> UUID:
        """Replace a released value by a new result that points at it; the old one stays as it was."""
        return results.correct_result(by=request.user, result=record, value=given["value"], reason=given["reason"]).pk


class LabTestApi(Resource):
    """Tests that can be ordered. Nothing personal."""

    model = LabTest
    scope = "catalogue"
    permissions = ("core.read_catalogue",)
    is_personal = False
    fields = ("id", "organization", "code", "name", "specimen_type", "unit", "turnaround_hours", "is_home_kit")
    filters: ClassVar[dict[str, str | Filter]] = {
        "code": "code",
        "loinc": "loinc__code",
        "name": Filter("name__icontains", serializers.CharField(max_length=100), "Whose name holds these letters."),
    }
    serializer_class = described(LabTest, fields, loinc=serializers.CharField(read_only=True))

    def rows(self, request: ApiRequest) -> models.QuerySet:
        return LabTest.objects.filter(is_active=True)

    def added(self, found: list[dict], request: ApiRequest) -> list[dict]:
        codes = dict(LabTest.objects.filter(pk__in=[row["id"] for row in found]).values_list("pk", "loinc__code"))
        for row in found:
            row["loinc"] = codes[row["id"]]
        return found


api = [
    *resource("lab-orders", LabOrderApi),
    *resource("results", ResultApi),
    *resource("lab-tests", LabTestApi),
]
