"""The chart under /api/v1/: encounters, conditions, observations, immunizations, orders, referrals, messages."""

from __future__ import annotations  # a view's `list` would hide the type in the annotations below it

from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError as ModelError
from django.db import models
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from clinical import sensitivity
from clinical.actions import messages
from clinical.models import (
    CodingRole,
    Condition,
    Encounter,
    Immunization,
    Message,
    MessageThread,
    Observation,
    Referral,
    ServiceRequest,
)
from core.api.resources import described, resource
from core.permissions import grant
from members.api import MemberRecords
from members.models import Member
from members.portal import is_own, proxies_of
from network.models import RoleAssignment
from network.permissions import has_role

grant(
    "clinical.view_chart",
    has_role(RoleAssignment.Role.INTEGRATION),
    because="an integration client of this system, within its scopes",
)
ROLES = {role.value: role.name.lower() for role in CodingRole}


class CodingOut(serializers.Serializer):
    role = serializers.CharField(help_text="The element that the code stands in: code, category, value, reason …")
    system = serializers.CharField()
    code = serializers.CharField()
    display = serializers.CharField()


class ChartResource(MemberRecords):
    """Rows of one member's chart, without those whose labels are kept from this reader."""

    permissions = ("clinical.view_chart", "members.portal_view")
    scope = "chart"

    def visible(self, rows: models.QuerySet, request: Request, member: Member) -> models.QuerySet:
        return sensitivity.visible(rows, request.user, member)


FACT = ("id", "member", "status", "effective", "precision", "recorded_at", "is_negated", "performer", "organization")
IN_VISIT = (*FACT, "encounter")


class FactResource(ChartResource):
    """Facts with all their codes, fetched once for a page. `code` asks for one, as `system|code` or `code`."""

    ordering = ("-id",)
    filters: ClassVar[dict[str, str]] = {
        "status": "status",
        "encounter": "encounter",
        "since": "effective__startswith__gte",
        "code": "",
    }

    def filtered(self, rows: models.QuerySet, request: Request) -> models.QuerySet:
        code = request.query_params.get("code")
        if code:
            system, _, value = code.rpartition("|")
            wanted = {"codings__concept__code": value, "codings__role": CodingRole.CODE}
            if system:
                wanted["codings__concept__system__uri"] = system
            rows = rows.filter(**wanted).distinct()
        kept = {name: lookup for name, lookup in self.filters.items() if lookup}
        for name, lookup in kept.items():
            if (given := request.query_params.get(name)) not in (None, ""):
                try:
                    rows = rows.filter(**{lookup: given})
                except (ModelError, ValueError, TypeError):
                    raise ValidationError({name: "This is not a value that it can have."}) from None
        return rows

    def added(self, found: list[dict], request: Request) -> list[dict]:
        by_fact: dict[UUID, list[dict]] = {row["id"]: [] for row in found}
        coding = self.model._meta.get_field("codings").related_model
        columns = ("fact_id", "role", "concept__system__uri", "concept__code", "concept__display")
        for fact, role, system, code, display in (
            coding.objects.filter(fact__in=by_fact).order_by("id").values_list(*columns)
        ):
            by_fact[fact].append({"role": ROLES[role], "system": system, "code": code, "display": display})
        for row in found:
            row["codings"] = by_fact[row["id"]]
        return found


def fact(model: type[models.Model], *names: str, **more: serializers.Field):
    return described(model, names, codings=CodingOut(many=True, read_only=True), **more)


class EncounterApi(FactResource):
    model = Encounter
    fields = (*FACT, "department", "facility", "clinician", "appointment", "part_of", "reason_text", "version")
    filters: ClassVar[dict[str, str]] = {"status": "status", "since": "effective__startswith__gte", "code": ""}
    serializer_class = fact(Encounter, *fields)


class ConditionApi(FactResource):
    model = Condition
    fields = (*IN_VISIT, "verification", "is_problem", "note", "version")
    serializer_class = fact(Condition, *fields)


class ObservationApi(FactResource):
    model = Observation
    fields = (
        *IN_VISIT,
        *("part_of", "value_quantity", "value_unit", "value_comparator", "value_integer", "value_boolean"),
        *("value_time", "value_text", "low", "high", "interpretation", "performing_laboratory", "corrects", "version"),
    )
    serializer_class = fact(Observation, *fields)


class ImmunizationApi(FactResource):
    model = Immunization
    fields = (*IN_VISIT, "lot_number", "manufacturer", "dose_quantity", "dose_unit", "is_primary_source", "version")
    serializer_class = fact(Immunization, *fields)


class OrderApi(FactResource):
    model = ServiceRequest
    fields = (*IN_VISIT, "intent", "priority", "kind", "requester", "reason_text", "version")
    filters: ClassVar[dict[str, str]] = {**FactResource.filters, "kind": "kind"}
    serializer_class = fact(ServiceRequest, *fields)


class ReferralApi(ChartResource):
    model = Referral
    fields = (
        *("id", "member", "request", "to_department", "to_organization", "question", "status", "due_at"),
        *("decline_reason", "report", "closed_at", "created_at", "version"),
    )
    filters: ClassVar[dict[str, str]] = {"status": "status"}
    serializer_class = described(Referral, fields)


class MessageOut(serializers.Serializer):
    id = serializers.UUIDField()
    author = serializers.UUIDField()
    from_member = serializers.BooleanField()
    body = serializers.CharField()
    sent_at = serializers.DateTimeField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A question",
            value={
                "member": "0192f0c4-7a10-7c3e-9b1a-3f6d0c2a4e55",
                "subject": "Refill",
                "body": "May I have my refill a week early? I travel on Monday.",
            },
            request_only=True,
        )
    ]
)
class MessageInput(serializers.Serializer):
    member = serializers.UUIDField()
    subject = serializers.CharField(max_length=200, required=False, allow_blank=True)
    body = serializers.CharField(max_length=10_000)
    thread = serializers.UUIDField(required=False, help_text="To go on with a conversation.")


class MessageApi(ChartResource):
    """Conversations with their messages. A member or proxy writes; the care team answers in kpcare."""

    model = MessageThread
    fields = ("id", "member", "subject", "clinician", "department", "is_closed", "created_at", "last_message_at")
    permissions = ("clinical.view_chart", "members.portal_message")
    scope = "messages"
    serializer_class = described(MessageThread, fields, messages=MessageOut(many=True, read_only=True))
    inputs: ClassVar[dict[str, Any]] = {"create": MessageInput}

    def added(self, found: list[dict], request: Request) -> list[dict]:
        said: dict[UUID, list[dict]] = {row["id"]: [] for row in found}
        columns = ("thread_id", "id", "author_id", "from_member", "body", "sent_at")
        for thread, key, author, ours, body, sent_at in (
            Message.objects.filter(thread__in=said).order_by("sent_at", "id").values_list(*columns)
        ):
            said[thread].append({"id": key, "author": author, "from_member": ours, "body": body, "sent_at": sent_at})
        for row in found:
            row["messages"] = said[row["id"]]
        return found

    def create(self, request: Request) -> Response:
        data = MessageInput(data=request.data)
        data.is_valid(raise_exception=True)
        asked = data.validated_data
        member = Member.objects.filter(pk=asked["member"], status="active").first()
        if member is None:
            raise Http404
        self.demand(request, member, ("members.portal_message",))
        if not is_own(request.user, member) and member.pk not in proxies_of(request.user):
            raise Http404
        thread = None
        if "thread" in asked:
            threads = self.visible(MessageThread.objects.filter(member=member), request, member)
            thread = threads.filter(pk=asked["thread"]).first()
            if thread is None:
                raise Http404

        def write() -> UUID:
            if thread is not None:
                messages.write_message(thread, by=request.user, body=asked["body"])
                return thread.pk
            return messages.start_thread(
                by=request.user, member=member, subject=asked.get("subject", ""), body=asked["body"]
            ).pk

        try:
            return self.once(request, write)
        except ModelError as error:
            raise ValidationError({"body": error.messages}) from None


api = [
    *resource("encounters", EncounterApi),
    *resource("conditions", ConditionApi),
    *resource("observations", ObservationApi),
    *resource("immunizations", ImmunizationApi),
    *resource("orders", OrderApi),
    *resource("referrals", ReferralApi),
    *resource("messages", MessageApi),
]
