"""What all kinds of the chart have in common: whose, with which codes, and what is kept from whom."""

from __future__ import annotations  # a view's `list` would hide the type in the annotations below it

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from rest_framework import serializers
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError

from clinical import sensitivity
from clinical.actions.orders import ReasonNeeded
from clinical.coding import codings_of
from clinical.models import CodingRole, Encounter
from core.api.errors import Conflict
from core.api.fields import Filter
from core.api.requests import ApiRequest
from core.api.resources import RowSerializer, described
from core.models import Concept
from core.permissions import grant
from members.api import MemberRecords
from members.models import Member
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


CHART = ("clinical.view_chart", "members.portal_view")


class ChartResource(MemberRecords):
    """Rows of one member's chart, without those whose labels are kept from this reader."""

    permissions: ClassVar[tuple[str, ...]] = CHART

    def visible(self, rows: models.QuerySet, request: ApiRequest, member: Member) -> models.QuerySet:
        return sensitivity.visible(rows, request.user, member)

    def refusal(self, error: Exception) -> APIException | None:
        """Checks that object are told one by one; the same request with `override_code` (or `_reason`) passes them."""
        if isinstance(error, ReasonNeeded):
            said = [ErrorDetail(alert.message, "reason_needed") for alert in error.alerts if alert.needs_reason]
            return Conflict({"override_reason": said})
        return super().refusal(error)


FACT = ("id", "member", "status", "effective", "precision", "recorded_at", "is_negated", "performer", "organization")
IN_VISIT = (*FACT, "encounter")


SINCE = Filter("effective__startswith__gte", serializers.DateTimeField(), "That began at this instant or later.")
CODE = Filter("", serializers.CharField(max_length=300), "With this code: `system|code`, or `code` of any system.")


class FactResource(ChartResource):
    """Facts with all their codes, fetched once for a page."""

    filters: ClassVar[dict[str, str | Filter]] = {
        "status": "status",
        "encounter": "encounter",
        "since": SINCE,
        "code": CODE,
    }

    def filtered(self, rows: models.QuerySet, request: ApiRequest) -> models.QuerySet:
        rows = super().filtered(rows, request)
        if code := self.asked(request).get("code"):
            system, _, value = code.rpartition("|")
            coding = codings_of(self.model)
            wanted = coding.objects.filter(role=CodingRole.CODE, concept__code=value)
            if system:
                wanted = wanted.filter(concept__system__uri=system)
            rows = rows.filter(pk__in=wanted.values("fact"))
        return rows

    def added(self, found: list[dict], request: ApiRequest) -> list[dict]:
        by_fact: dict[UUID, list[dict]] = {row["id"]: [] for row in found}
        coding = codings_of(self.model)
        columns = ("fact_id", "role", "concept__system__uri", "concept__code", "concept__display")
        for fact, role, system, code, display in (
            coding.objects.filter(fact__in=by_fact).order_by("id").values_list(*columns)
        ):
            by_fact[fact].append({"role": ROLES[role], "system": system, "code": code, "display": display})
        for row in found:
            row["codings"] = by_fact[row["id"]]
        return found


def fact(model: type[models.Model], *names: str, **more: serializers.Field) -> type[RowSerializer]:
    return described(model, names, codings=CodingOut(many=True, read_only=True), **more)


def concepts_named(codes: Iterable[dict[str, str]]) -> list[Concept]:
    """The concepts of codes in a body. Raises 400 for a code that the terminology does not hold."""
    found = []
    for number, one in enumerate(codes):
        concept = Concept.objects.filter(system__uri=one["system"], code=one["code"]).first()
        if concept is None:
            raise ValidationError({"codes": {str(number): {"code": ["This code is not known."]}}})
        found.append(concept)
    return found


def of_member(record: Any, member: Member, field: str) -> Any:
    """`record`, which a body names in `field`, where it is this member's. Raises 400 otherwise."""
    if record is not None and record.member_id != member.pk:
        raise ValidationError({field: ["There is none with this id."]})
    return record


def encounters() -> models.QuerySet:
    return Encounter.objects.all()
