"""/api/v1/claims, /capitation-runs and /capitation-lines."""

from __future__ import annotations  # a view's `list` would hide the type in the annotations below it

from typing import ClassVar

from django.db import models
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from billing.models import CapitationLine, CapitationRun, ClaimLine, OutsideClaim
from billing.permissions import systems_of
from core.api import paging
from core.api.resources import Resource, as_uuid, described, resource
from members.api import MemberRecords
from network.models import RoleAssignment

Role = RoleAssignment.Role
CLAIM = (
    *("id", "member", "claim_number", "payer", "provider", "provider_npi", "claim_type", "is_emergency"),
    *("incurred_from", "incurred_to", "received_at", "charged", "allowed", "member_share", "plan_share"),
    *("status", "pend_reason", "priced_at", "paid_on", "version"),
)
RUN = ("id", "organization", "payment_month", "version", "status", "known_at", "totals", "posted_at", "created_at")
LINE = (
    *("id", "run", "contract", "member", "service_month", "rate_cell", "rate", "risk_score", "fraction"),
    *("full_amount", "posted_before", "amount", "line_of_business", "region", "facility", "department"),
)


class ClaimLineOut(serializers.ModelSerializer):
    class Meta:
        model = ClaimLine
        fields = ("number", "concept", "service_date", "units", "charged", "allowed", "pricing")


class ClaimApi(MemberRecords):
    model = OutsideClaim
    fields = CLAIM
    permissions = ("billing.view_claim", "members.portal_costs")
    scope = "claims"
    filters: ClassVar[dict[str, str]] = {"status": "status"}
    serializer_class = described(OutsideClaim, CLAIM, lines=ClaimLineOut(many=True, read_only=True))

    def added(self, found: list[dict], request: Request) -> list[dict]:
        lines: dict = {row["id"]: [] for row in found}
        for line in (
            ClaimLine.objects.filter(claim__in=lines).order_by("number").values("claim", *ClaimLineOut.Meta.fields)
        ):
            lines[line.pop("claim")].append(line)
        for row in found:
            row["lines"] = lines[row["id"]]
        return found


class CapitationRunApi(Resource):
    model = CapitationRun
    fields = RUN
    permissions = ("billing.view_capitation",)
    scope = "capitation"
    filters: ClassVar[dict[str, str]] = {"organization": "organization", "month": "payment_month", "status": "status"}
    serializer_class = described(CapitationRun, RUN)

    def rows(self, request: Request) -> models.QuerySet:
        return CapitationRun.objects.filter(of_systems(request, "organization__"))


class CapitationLineApi(Resource):
    """Lines of one run, or of one member: each is a person's, so each read says why and is audited."""

    model = CapitationLine
    fields = LINE
    permissions = ("billing.view_capitation_member",)
    scope = "capitation"
    filters: ClassVar[dict[str, str]] = {"contract": "contract", "member": "member", "service_month": "service_month"}
    serializer_class = described(CapitationLine, LINE)
    parameters = (OpenApiParameter("run", OpenApiTypes.UUID, required=True, description="Of which run."),)

    def rows(self, request: Request) -> models.QuerySet:
        return CapitationLine.objects.filter(of_systems(request, "run__organization__"))

    def list(self, request: Request, **kwargs) -> Response:
        asked = request.query_params.get("run")
        if not asked:
            raise ValidationError({"run": "Say of which run: ?run=<id>."})
        runs = CapitationRun.objects.filter(of_systems(request, "organization__"))
        run = runs.filter(pk=as_uuid(asked, "run")).first()
        if run is None:
            raise Http404
        decision = self.demand(request, run)
        rows = self.filtered(self.rows(request).filter(run=run), request)
        found, cursor = paging.page(rows.values(*self.columns()), request, self.ordering)
        self.note_read(request, member_id=None, obj=run, because=decision.why, count=len(found))
        return Response({"next": cursor, "results": self.trimmed(found)})


def of_systems(request: Request, prefix: str) -> models.Q:
    """Rows whose organisation is, or belongs to, a system where the user works with money."""
    systems = systems_of(request.user, Role.FINANCE, Role.AUDITOR)
    return models.Q(**{f"{prefix}in": systems}) | models.Q(**{f"{prefix}system__in": systems})


api = [
    *resource("claims", ClaimApi),
    *resource("capitation-runs", CapitationRunApi),
    *resource("capitation-lines", CapitationLineApi),
]
