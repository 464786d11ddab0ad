"""/api/v1/orders and /api/v1/referrals: what is asked of whom, and what came of it."""

from __future__ import annotations  # a view's `list` would hide the type in the annotations below it

from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from clinical import actions
from clinical.actions.facts import clinician_of
from clinical.api.base import (
    IN_VISIT,
    ChartResource,
    FactResource,
    concepts_named,
    encounters,
    fact,
    of_member,
)
from clinical.models import Order, OrderAlert, Referral, ServiceRequest
from clinical.ports import OrderDraft, order_kind
from core.api.fields import ById, Code, Filter, Input
from core.api.requests import ApiRequest
from core.api.resources import described
from core.api.writing import creation, step
from network.models import Department

EXAMPLE = "0192f0c4-7a10-7c3e-9b1a-3f6d0c2a4e55"
PRIORITIES = [value for value, _ in Order._meta.get_field("priority").flatchoices]
OVERRIDE = "In words, at least three: needed where `override_code` is `other` or is not given."
OVERRIDE_CODE = "Why it is ordered although checks object; without it their objections are a conflict."


class OverrideInput(Input):
    """What passes the checks."""

    override_code = serializers.ChoiceField(
        OrderAlert.OverrideCode.choices, required=False, allow_blank=True, help_text=OVERRIDE_CODE
    )
    override_reason = serializers.CharField(max_length=300, required=False, allow_blank=True, help_text=OVERRIDE)


class OrderInput(OverrideInput):
    member = serializers.UUIDField()
    kind = serializers.CharField(max_length=30, help_text="Like laboratory or imaging.")
    codes = Code(many=True, allow_empty=False, max_length=10)  # type: ignore[call-arg]  # the stubs do not know what many=True adds
    priority = serializers.ChoiceField(PRIORITIES, default="routine")
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)
    encounter = ById(encounters(), required=False)


class OrderApi(FactResource):
    """Orders of tests, images and referrals. Medicines are ordered as prescriptions."""

    model = ServiceRequest
    scope = "orders"
    fields = (*IN_VISIT, "intent", "priority", "kind", "requester", "reason_text", "version")
    filters: ClassVar[dict[str, str | Filter]] = {**FactResource.filters, "kind": "kind"}
    serializer_class = fact(ServiceRequest, *fields)

    @creation(
        OrderInput,
        example={
            "member": EXAMPLE,
            "kind": "laboratory",
            "codes": [{"system": "http://loinc.org", "code": "4548-4"}],
            "reason": "Diabetes, quarterly",
        },
    )
    def place(self, request: ApiRequest, given: dict[str, Any]) -> UUID:
        """Place an order. Every check looks at the whole record first; what it objects to is a conflict.

        The same request with `override_code` passes, or with `override_reason` in at least three words; both are kept
        with each objection and reviewed.
        """
        kind = order_kind(given["kind"])
        # A kind with a form of its own (a medicine, a referral) has a place of its own here too.
        if kind is None or kind.make is not None or given["kind"] == "referral":
            raise ValidationError({"kind": ["This kind is not ordered here."]})
        # As on the screen: what the checks answer tells of the chart.
        self.member_for(request, given["member"], "clinical.view_chart")
        member = self.member_for(request, given["member"], kind.permission)
        draft = OrderDraft(
            member=member,
            kind=given["kind"],
            concepts=tuple(concepts_named(given["codes"])),
            by=request.user,
            requester=clinician_of(request.user),
            encounter=of_member(given.get("encounter"), member, "encounter"),
            priority=given["priority"],
            reason_text=given.get("reason", ""),
        )
        try:
            return actions.place_order(
                by=request.user,
                draft=draft,
                override_reason=given.get("override_reason", ""),
                override_code=given.get("override_code", ""),
            ).pk
        except ValueError as error:
            raise ValidationError({"codes": [str(error)]}) from None


class ReferralInput(OverrideInput):
    member = serializers.UUIDField()
    to_department = ById(Department.objects.select_related("facility__organization"))
    question = serializers.CharField(max_length=1000, help_text="What their report should answer.")
    priority = serializers.ChoiceField(["routine", "urgent", "asap"], default="routine")
    encounter = ById(encounters(), required=False)


class DeclineInput(Input):
    reason = serializers.CharField(max_length=300, help_text="Why, and what to do instead.")


class ReportInput(Input):
    report = serializers.CharField(max_length=20_000, help_text="It answers the question and is signed by you.")


ANSWER = ("clinical.answer_referral",)


class ReferralApi(ChartResource):
    """A question to another department, until their report closes it."""

    model = Referral
    scope = "referrals"
    permissions: ClassVar[tuple[str, ...]] = ("clinical.view_referral", "clinical.view_chart", "members.portal_view")
    fields = (
        *("id", "member", "request", "to_department", "to_organization", "question", "status", "due_at"),
        *("decline_reason", "report", "closed_at", "created_at", "version"),
    )
    filters: ClassVar[dict[str, str | Filter]] = {"status": "status"}
    serializer_class = described(Referral, fields)

    @creation(
        ReferralInput,
        example={"member": EXAMPLE, "to_department": EXAMPLE, "question": "Is this murmur innocent?"},
    )
    def refer(self, request: ApiRequest, given: dict[str, Any]) -> UUID:
        """Ask a department of the same system a question about a member."""
        # As on the screen: a question about somebody is asked from their chart.
        self.member_for(request, given["member"], "clinical.view_chart")
        member = self.member_for(request, given["member"], "clinical.place_order")
        department: Department = given["to_department"]
        if department.facility.organization.system_id != member.managing_organization_id:
            raise ValidationError({"to_department": ["There is none with this id."]})
        return actions.refer(
            by=request.user,
            member=member,
            to_department=department,
            question=given["question"],
            encounter=of_member(given.get("encounter"), member, "encounter"),
            priority=given["priority"],
            override_reason=given.get("override_reason", ""),
            override_code=given.get("override_code", ""),
        ).pk

    @step(permissions=ANSWER)
    def accept(self, request: ApiRequest, record: Referral, given: dict[str, Any]) -> None:
        """The receiving side takes it on."""
        actions.accept_referral(record, by=request.user)

    @step(DeclineInput, permissions=ANSWER)
    def decline(self, request: ApiRequest, record: Referral, given: dict[str, Any]) -> None:
        """The receiving side sends it back with a reason; the sender gets a task."""
        actions.decline_referral(record, by=request.user, reason=given["reason"])

    @step(permissions=ANSWER)
    def schedule(self, request: ApiRequest, record: Referral, given: dict[str, Any]) -> None:
        """The visit with the specialist is booked."""
        actions.schedule_referral(record, by=request.user)

    @step(ReportInput, permissions=ANSWER)
    def close(self, request: ApiRequest, record: Referral, given: dict[str, Any]) -> None:
        """The receiving side answers by a signed report, which closes the referral, its order and its task."""
        actions.close_referral(record, by=request.user, report=given["report"])
