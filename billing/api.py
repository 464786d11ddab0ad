"""/api/v1/claims, /capitation-runs and /capitation-lines."""

from __future__ import annotations  # a view's `list` would hide the type in the annotations below it

import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response

from billing import claims as reading
from billing.actions.claims import CannotTake, clock, deny_claim, price_claim, take_claim
from billing.actions.voids import void_claim
from billing.capitation.close import NothingToClose, open_run
from billing.models import CapitationLine, CapitationRun, ClaimLine, OutsideClaim
from billing.permissions import CLAIMS, holds, systems_of
from core import jobs
from core.api import paging
from core.api.errors import Conflict
from core.api.fields import ById, Day, Filter, Input
from core.api.requests import ApiRequest
from core.api.resources import Resource, as_uuid, described, resource
from core.api.writing import creation, step
from core.permissions import grant
from members.api import MemberRecords
from network.models import Organization, RoleAssignment

Role = RoleAssignment.Role
grant("billing.take_claim", holds(*CLAIMS), because="finance and plan administrators handle outside claims")
grant("billing.take_claim", holds(Role.INTEGRATION), because="an integration client of this system, within its scopes")
grant("billing.view_claim", holds(Role.INTEGRATION), because="an integration client of this system, within its scopes")
EXAMPLE = "0192f0c4-7a10-7c3e-9b1a-3f6d0c2a4e55"
CLAIM = (
    *("id", "member", "claim_number", "payer", "provider", "provider_npi", "claim_type", "is_emergency"),
    *("incurred_from", "incurred_to", "received_at", "charged", "allowed", "member_share", "plan_share"),
    *("status", "pend_reason", "priced_at", "paid_on", "frequency", "corrects", "version"),
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


class ClaimLineInput(Input):
    service_date = Day()
    charged = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=Decimal(0))
    units = serializers.DecimalField(max_digits=8, decimal_places=2, min_value=Decimal("0.01"), default=Decimal(1))
    procedure = serializers.CharField(max_length=5, required=False, help_text="CPT or HCPCS level II.")
    modifiers = serializers.CharField(max_length=11, required=False, allow_blank=True)
    revenue_code = serializers.CharField(max_length=4, required=False)
    is_emergency = serializers.BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("procedure") and not attrs.get("revenue_code"):
            raise ValidationError({"procedure": ["Give a procedure or a revenue code."]})
        return attrs


class DiagnosisInput(Input):
    system = serializers.ChoiceField([reading.ICD10, reading.ICD9], default=reading.ICD10)
    code = serializers.CharField(max_length=10)


class ClaimInput(Input):
    """A claim from outside the network, as X12 837 would carry it."""

    plan = ById(Organization.objects.filter(kind=Organization.Kind.HEALTH_PLAN), help_text="The plan that is asked.")
    source = serializers.CharField(  # type: ignore[assignment]  # a column of ours; the stubs' is the field's own
        max_length=150, help_text="The sender's own key: the same claim again is the one already taken."
    )
    claim_type = serializers.ChoiceField([reading.PROFESSIONAL, reading.INSTITUTIONAL])
    patient_control_number = serializers.CharField(max_length=38)
    provider_npi = serializers.RegexField(r"^\d{10}$")
    provider_name = serializers.CharField(max_length=200)
    member_number = serializers.CharField(max_length=80, help_text="Of the card: record, member or subscriber number.")
    family = serializers.CharField(max_length=100)
    given = serializers.CharField(max_length=100)
    birth_date = Day()
    place_of_service = serializers.CharField(max_length=2, help_text="CMS place of service, or type of bill.")
    frequency = serializers.ChoiceField(["1", "7", "8"], default="1", help_text="1 original, 7 replaces, 8 voids.")
    original_number = serializers.CharField(
        max_length=80, required=False, help_text="Our number of the claim that this one replaces or voids (REF*F8)."
    )
    admission_type = serializers.CharField(max_length=1, required=False, allow_blank=True)
    diagnoses = DiagnosisInput(many=True, allow_empty=False, max_length=25)  # type: ignore[call-arg]  # the stubs do not know what many=True adds
    lines = ClaimLineInput(many=True, allow_empty=False, max_length=99)  # type: ignore[call-arg]  # the stubs do not know what many=True adds


class DenyInput(Input):
    reason = serializers.CharField(max_length=200)


class VoidInput(Input):
    reason = serializers.CharField(max_length=180)


class ClaimApi(MemberRecords):
    """Claims for care outside the network. Care inside it makes none."""

    model = OutsideClaim
    fields = CLAIM
    permissions = ("billing.view_claim", "members.portal_costs")
    scope = "claims"
    filters: ClassVar[dict[str, str | Filter]] = {"status": "status"}
    serializer_class = described(OutsideClaim, CLAIM, lines=ClaimLineOut(many=True, read_only=True))

    def refusal(self, error: Exception) -> APIException | None:
        if isinstance(error, CannotTake):
            return Conflict(str(error), code=error.code)
        if type(error) is ValueError:
            return Conflict(str(error), code="refused")
        return super().refusal(error)

    @creation(
        ClaimInput,
        example={
            "plan": EXAMPLE,
            "source": "clearinghouse:88-1204",
            "claim_type": "professional",
            "patient_control_number": "A-1204",
            "provider_npi": "1234567893",
            "provider_name": "Reno Emergency Physicians",
            "member_number": "123456782",
            "family": "Rivera",
            "given": "Ana",
            "birth_date": "1970-05-04",
            "place_of_service": "23",
            "diagnoses": [{"code": "S61.411A"}],
            "lines": [{"service_date": "2026-11-14", "charged": "540.00", "procedure": "99283"}],
        },
    )
    def take(self, request: ApiRequest, given: dict[str, Any]) -> UUID:
        """Take a claim in and price it to a known cost. Where a person must decide it pends, and says why."""
        plan: Organization = given["plan"]
        self.demand(request, plan, ("billing.take_claim",))
        return take_claim(incoming(given, plan), by=request.user, plan=plan, received_at=clock())[0].pk

    @step(permissions=("billing.price_claim",))
    def price(self, request: ApiRequest, record: OutsideClaim, given: dict[str, Any]) -> None:
        """Price a pended claim again, once its fee or coverage is there."""
        price_claim(record, by=request.user, at=clock())

    @step(DenyInput, permissions=("billing.deny_claim",))
    def deny(self, request: ApiRequest, record: OutsideClaim, given: dict[str, Any]) -> None:
        """Deny a claim that waits, saying why."""
        deny_claim(record, by=request.user, reason=given["reason"])

    @step(VoidInput, permissions=("billing.void_claim",))
    def void(self, request: ApiRequest, record: OutsideClaim, given: dict[str, Any]) -> None:
        """Take a priced or paid claim back, saying why: its cost, share and count toward the limits are met by their
        opposites, and it stays as void."""
        void_claim(record, by=request.user, at=clock(), reason=given["reason"])

    def added(self, found: list[dict], request: ApiRequest) -> list[dict]:
        lines: dict = {row["id"]: [] for row in found}
        for line in (
            ClaimLine.objects.filter(claim__in=lines).order_by("number").values("claim", *ClaimLineOut.Meta.fields)
        ):
            lines[line.pop("claim")].append(line)
        for row in found:
            row["lines"] = lines[row["id"]]
        return found


def incoming(given: dict[str, Any], plan: Organization) -> reading.IncomingClaim:
    """A claim in the body as the action takes it; its source is kept apart for each plan."""
    lines = tuple(reading.IncomingLine(number=number, **line) for number, line in enumerate(given["lines"], 1))
    days = [line.service_date for line in lines]
    return reading.IncomingClaim(
        source=f"api:{plan.pk}:{given['source']}:{given['frequency']}",
        claim_type=given["claim_type"],
        patient_control_number=given["patient_control_number"],
        provider_npi=given["provider_npi"],
        provider_name=given["provider_name"],
        subscriber_number=given["member_number"],
        subscriber_family=given["family"],
        subscriber_given=given["given"],
        patient_family=given["family"],
        patient_given=given["given"],
        patient_is_subscriber=True,
        patient_number=given["member_number"],
        birth_date=given["birth_date"],
        place_of_service=given["place_of_service"],
        frequency=given["frequency"],
        charged=sum((line.charged for line in lines), Decimal(0)),
        incurred_from=min(days),
        incurred_to=max(days),
        admission_type=given.get("admission_type", ""),
        diagnoses=tuple((one["system"], one["code"]) for one in given["diagnoses"]),
        lines=lines,
        original_number=given.get("original_number", ""),
    )


class RunInput(Input):
    organization = ById(
        Organization.objects.filter(kind=Organization.Kind.HEALTH_PLAN), help_text="The plan that pays."
    )
    month = serializers.RegexField(r"^[12]\d{3}-(0[1-9]|1[0-2])$", help_text="Like 2026-10.")


class CapitationRunApi(Resource):
    """Runs of a plan's month: what was paid to whom."""

    model = CapitationRun
    fields = RUN
    permissions = ("billing.view_capitation",)
    scope = "capitation"
    counts_versions = False
    filters: ClassVar[dict[str, str | Filter]] = {
        "organization": "organization",
        "month": Filter("payment_month", serializers.DateField(), "Of this month: its first day."),
        "status": "status",
    }
    refused = (NothingToClose,)
    serializer_class = described(CapitationRun, RUN)

    def rows(self, request: ApiRequest) -> models.QuerySet:
        return CapitationRun.objects.filter(of_systems(request, "organization__"))

    @creation(RunInput, example={"organization": EXAMPLE, "month": "2026-10"})
    def close(self, request: ApiRequest, given: dict[str, Any]) -> UUID:
        """Close a month. Eligibility is frozen now; the workers write and post the lines: read the run until `posted`.

        A month that is closed already is answered as it stands, and nothing is written.
        """
        plan: Organization = given["organization"]
        self.demand(request, plan, ("billing.close_capitation",))
        run = open_run(plan, datetime.date.fromisoformat(f"{given['month']}-01"), by=request.user)
        if run.status == CapitationRun.Status.OPEN and run.job is not None:
            jobs.send(run.job)
        return run.pk


class CapitationLineApi(Resource):
    """Lines of a run, each a person's: a read says why (`Access-Reason`), which the access log keeps beside whose."""

    model = CapitationLine
    fields = LINE
    permissions = ("billing.view_capitation_member",)
    scope = "capitation"
    demands_reason = True
    filters: ClassVar[dict[str, str | Filter]] = {
        "contract": "contract",
        "member": "member",
        "service_month": "service_month",
    }
    serializer_class = described(CapitationLine, LINE)
    parameters = (OpenApiParameter("run", OpenApiTypes.UUID, required=True, description="Of which run."),)

    def rows(self, request: ApiRequest) -> models.QuerySet:
        return CapitationLine.objects.filter(of_systems(request, "run__organization__"))

    def list(self, request: ApiRequest, **kwargs: Any) -> Response:
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
        self.note_read(
            request, member_id=None, obj=run, because=decision.why, members=[str(row["member"]) for row in found]
        )
        return Response({"next": cursor, "results": self.trimmed(found)})


def of_systems(request: ApiRequest, prefix: str) -> models.Q:
    """Rows whose organisation is, or belongs to, a system where the user works with money."""
    systems = systems_of(request.user, Role.FINANCE, Role.AUDITOR)
    return models.Q(**{f"{prefix}in": systems}) | models.Q(**{f"{prefix}system__in": systems})


api = [
    *resource("claims", ClaimApi),
    *resource("capitation-runs", CapitationRunApi),
    *resource("capitation-lines", CapitationLineApi),
]
