"""/api/v1/prescriptions and /api/v1/fills: what was prescribed and what was dispensed. /api/v1/drugs: what can be."""

from __future__ import annotations  # a view's `list` would hide the type in the annotations below it

from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.db import IntegrityError, models
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError

from clinical.api import ChartResource
from clinical.api.base import CHART, encounters, of_member
from clinical.api.orders import OverrideInput
from core.api.errors import Conflict
from core.api.fields import ById, Filter, Input
from core.api.requests import ApiRequest
from core.api.resources import Resource, described, resource
from core.api.writing import creation, step
from network.models import Facility
from pharmacy import actions
from pharmacy.actions.dispensing import Refused
from pharmacy.forms import PrescribeForm
from pharmacy.models import ClinicalDrug, Fill, Prescription
from pharmacy.ordering import Terms
from pharmacy.querysets import pharmacies_of

EXAMPLE = "0192f0c4-7a10-7c3e-9b1a-3f6d0c2a4e55"
DISPENSE = ("pharmacy.dispense",)
ASK = ("pharmacy.request_refill",)


class PrescriptionInput(OverrideInput):
    member = serializers.UUIDField()
    drug = ById(ClinicalDrug.objects.select_related("concept"))
    directions = serializers.CharField(max_length=500, help_text="As on the label.")
    directions_es = serializers.CharField(max_length=500, required=False, allow_blank=True)
    quantity = serializers.DecimalField(max_digits=12, decimal_places=3, min_value=Decimal("0.001"))
    days_supply = serializers.IntegerField(min_value=1, max_value=365)
    refills = serializers.IntegerField(min_value=0, max_value=12, default=0)
    pharmacy = ById(Facility.objects.all(), required=False, help_text="Where the first fill is prepared at once.")
    renews = ById(Prescription.objects.select_related("drug", "request"), required=False)
    encounter = ById(encounters(), required=False)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


class PrescriptionApi(ChartResource):
    """What was prescribed."""

    model = Prescription
    scope = "prescriptions"
    fields = (
        *("id", "member", "request", "drug", "pharmacy", "directions", "quantity", "days_supply", "refills"),
        *("expires_on", "status", "created_at", "version"),
    )
    filters: ClassVar[dict[str, str | Filter]] = {"status": "status", "drug": "drug"}
    serializer_class = described(Prescription, fields)

    def refusal(self, error: Exception) -> APIException | None:
        if isinstance(error, IntegrityError):
            return Conflict("This controlled drug cannot have so many refills or so long a time.", code="controlled")
        return super().refusal(error)

    @creation(
        PrescriptionInput,
        example={
            "member": EXAMPLE,
            "drug": EXAMPLE,
            "directions": "Take 1 tablet by mouth every morning",
            "quantity": "30",
            "days_supply": 30,
            "refills": 3,
        },
    )
    def prescribe(self, request: ApiRequest, given: dict[str, Any]) -> UUID:
        """Order a medicine: allergies, interactions, kidneys, pregnancy, duplicates and formulary are looked at first.

        What the checks object to is a conflict; the same request with `override_code` or `override_reason` passes, and
        both are kept.
        """
        # As on the screen: what the checks answer tells of the chart.
        self.member_for(request, given["member"], "clinical.view_chart")
        member = self.member_for(request, given["member"], "pharmacy.prescribe")
        renews = of_member(given.get("renews"), member, "renews")
        pharmacy = given.get("pharmacy")
        if pharmacy is not None and not pharmacies_of(member.managing_organization_id).filter(pk=pharmacy.pk).exists():
            raise ValidationError({"pharmacy": ["There is none with this id."]})
        self.check_schedule(given)
        terms = Terms(
            drug=given["drug"],
            directions=given["directions"],
            directions_es=given.get("directions_es", ""),
            quantity=given["quantity"],
            days_supply=given["days_supply"],
            refills=given["refills"],
            pharmacy=pharmacy,
            renews=renews,
        )
        return actions.prescribe(
            by=request.user,
            member=member,
            terms=terms,
            encounter=of_member(given.get("encounter"), member, "encounter"),
            reason_text=given.get("reason", ""),
            override_reason=given.get("override_reason", ""),
            override_code=given.get("override_code", ""),
        ).pk

    def check_schedule(self, given: dict[str, Any]) -> None:
        """The form's own rule for controlled drugs. Raises 400."""
        form = PrescribeForm(
            {
                "drug": given["drug"].pk,
                "directions": given["directions"],
                "quantity": given["quantity"],
                "days_supply": given["days_supply"],
                "refills": given["refills"],
            },
            pharmacies=Facility.objects.none(),
        )
        if not form.is_valid():
            raise ValidationError({name: [str(one) for one in words] for name, words in form.errors.items()})


class FillInput(Input):
    prescription = ById(Prescription.objects.select_related("drug", "pharmacy", "member"))
    pharmacy = ById(
        Facility.objects.select_related("organization"), required=False, help_text="Another one than before."
    )


class PrepareInput(Input):
    scanned_ndc = serializers.CharField(max_length=20, required=False, allow_blank=True, help_text="Of the bottle.")
    pickup_place = serializers.CharField(max_length=60, required=False, allow_blank=True)


class FillReasonInput(Input):
    reason = serializers.CharField(max_length=200)


class FillApi(ChartResource):
    """Refills that were asked for, are ready, or were handed over."""

    model = Fill
    scope = "fills"
    permissions = ("pharmacy.dispense", "clinical.view_chart", "members.portal_view")
    list_permissions = CHART
    fields = (
        *("id", "member", "prescription", "number", "quantity", "lot", "status", "requested_at", "filled_at"),
        *("collected_at", "pickup_place", "copay", "dispense"),
    )
    filters: ClassVar[dict[str, str | Filter]] = {"status": "status", "prescription": "prescription"}
    refused = (Refused,)
    serializer_class = described(Fill, fields)

    @creation(FillInput, example={"prescription": EXAMPLE})
    def request_refill(self, request: ApiRequest, given: dict[str, Any]) -> UUID:
        """Ask for the next fill. Too early, used up or in preparation is a conflict that says so."""
        self.demand(request, given["prescription"], ASK)
        return actions.request_refill(
            by=request.user, prescription=given["prescription"], pharmacy=given.get("pharmacy")
        ).pk

    @step(PrepareInput, permissions=DISPENSE)
    def prepare(self, request: ApiRequest, record: Fill, given: dict[str, Any]) -> None:
        """Take the units from the lot that expires first; the scanned bottle must be of that lot's product."""
        actions.fill(by=request.user, fill=record, **given)

    @step(permissions=DISPENSE)
    def collect(self, request: ApiRequest, record: Fill, given: dict[str, Any]) -> None:
        """Hand the bag over: the chart gets its dispense, the member's share is charged once."""
        actions.collect(by=request.user, fill=record)

    @step(FillReasonInput, permissions=ASK)
    def cancel(self, request: ApiRequest, record: Fill, given: dict[str, Any]) -> None:
        """Give up a fill that nobody prepared yet."""
        actions.cancel_fill(by=request.user, fill=record, reason=given["reason"])

    @step(FillReasonInput, permissions=DISPENSE)
    def return_to_stock(self, request: ApiRequest, record: Fill, given: dict[str, Any]) -> None:
        """A bag that was never collected goes back to its lot."""
        actions.return_to_stock(by=request.user, fill=record, reason=given["reason"])


class DrugApi(Resource):
    """Medicines that can be prescribed. Nothing personal."""

    model = ClinicalDrug
    scope = "catalogue"
    permissions = ("core.read_catalogue",)
    is_personal = False
    fields = ("id", "name", "strength", "form", "route", "schedule")
    filters: ClassVar[dict[str, str | Filter]] = {
        "rxnorm": "concept__code",
        "name": Filter("name__icontains", serializers.CharField(max_length=100), "Whose name holds these letters."),
    }
    serializer_class = described(ClinicalDrug, fields, rxnorm=serializers.CharField(read_only=True))

    def rows(self, request: ApiRequest) -> models.QuerySet:
        return ClinicalDrug.objects.all()

    def added(self, found: list[dict], request: ApiRequest) -> list[dict]:
        keys = [row["id"] for row in found]
        codes = dict(ClinicalDrug.objects.filter(pk__in=keys).values_list("pk", "concept__code"))
        for row in found:
            row["rxnorm"] = codes[row["id"]]
        return found


api = [
    *resource("prescriptions", PrescriptionApi),
    *resource("fills", FillApi),
    *resource("drugs", DrugApi),
]
