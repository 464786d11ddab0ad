"""/api/v1/coverages: a member's coverage periods, as valid on a day and as known at an instant. /api/v1/products."""

from __future__ import annotations  # a view's `list` would hide the type in the annotations below it

from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from core.api.errors import Conflict
from core.api.fields import ById, Day, Filter, Input
from core.api.requests import ApiRequest
from core.api.resources import Resource, described, resource
from core.api.writing import creation, step
from core.permissions import grant
from members.api import MemberRecords
from network.models import RoleAssignment
from network.permissions import has_role
from plans import actions
from plans.models import Coverage, CoveragePeriod, EmployerGroup, Product
from plans.timeline import CoverageError

grant(
    "plans.change_coverage",
    has_role(RoleAssignment.Role.INTEGRATION),
    because="an integration client of this system, within its scopes",
)
CHANGE = ("plans.change_coverage",)
EXAMPLE = "0192f0c4-7a10-7c3e-9b1a-3f6d0c2a4e55"
# X12 1069, individual relationship: self, spouse, child, domestic partner, other.
RELATIONSHIPS = ["18", "01", "19", "53", "G8"]


class CoverageInput(Input):
    """Either `coverage`, a place that the person has under a contract, or `group` with the subscriber's `number`."""

    member = serializers.UUIDField()
    product = ById(Product.objects.select_related("organization"))
    start = Day()
    end = Day(required=False, help_text="The first day without.")
    coverage = ById(Coverage.objects.all(), required=False)
    group = ById(EmployerGroup.objects.all(), required=False)
    number = serializers.CharField(max_length=80, required=False, help_text="Of the subscriber in the group.")
    subscriber = serializers.UUIDField(required=False, help_text="The subscriber, where the member is another.")
    relationship = serializers.ChoiceField(RELATIONSHIPS, default="18", help_text="X12 1069, to the subscriber.")
    tier = serializers.CharField(max_length=3, required=False, allow_blank=True, help_text="X12 1205.")
    benefit = serializers.ChoiceField(CoveragePeriod.BenefitKind.choices, default=CoveragePeriod.BenefitKind.MEDICAL)
    payer_order = serializers.IntegerField(min_value=1, max_value=9, default=1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "coverage" not in attrs:
            missing = [name for name in ("group", "number") if name not in attrs]
            if missing:
                raise ValidationError({name: ["Give it, or `coverage`."] for name in missing})
        if "end" in attrs and attrs["end"] <= attrs["start"]:
            raise ValidationError({"end": ["It must be after the start."]})
        return attrs


class TerminateInput(Input):
    end = Day(help_text="The first day without coverage.")
    reason = serializers.CharField(max_length=20, required=False, allow_blank=True, help_text="X12 1203.")


class ChangeInput(Input):
    on = Day()
    product = ById(Product.objects.select_related("organization"), required=False)
    tier = serializers.CharField(max_length=3, required=False, allow_blank=True)
    reason = serializers.CharField(max_length=20, required=False, allow_blank=True, help_text="X12 1203.")


class ReinstateInput(Input):
    start = Day(required=False, help_text="Without it, as if it had not ended.")
    reason = serializers.CharField(max_length=20, required=False, allow_blank=True, help_text="X12 1203.")


class CoverageApi(MemberRecords):
    """Periods of coverage. None is ever overwritten: a change closes what was known and tells the new truth."""

    model = CoveragePeriod
    fields = ("id", "member", "coverage", "product", "benefit", "payer_order", "tier", "valid", "known", "reason")
    permissions = ("members.view", "plans.view_coverage", "members.portal_costs")
    scope = "coverages"
    filters: ClassVar[dict[str, str | Filter]] = {
        "benefit": "benefit",
        "on": Filter("valid__contains", serializers.DateField(), "Valid on this day."),
        "known_at": Filter("", serializers.DateTimeField(), "As we knew it then; without it, as now."),
    }
    refused = (CoverageError,)
    serializer_class = described(
        CoveragePeriod,
        fields,
        product_name=serializers.CharField(read_only=True),
        line_of_business=serializers.CharField(read_only=True),
    )

    def rows(self, request: ApiRequest) -> models.QuerySet:
        if self.action != "list":
            return CoveragePeriod.objects.all()
        return CoveragePeriod.objects.filter(known__contains=self.asked(request).get("known_at") or timezone.now())

    def added(self, found: list[dict], request: ApiRequest) -> list[dict]:
        named = {p.pk: p for p in Product.objects.filter(pk__in={row["product"] for row in found})}
        for row in found:
            row["product_name"] = named[row["product"]].name
            row["line_of_business"] = named[row["product"]].line_of_business
        return found

    @creation(
        CoverageInput,
        example={
            "member": EXAMPLE,
            "product": EXAMPLE,
            "group": EXAMPLE,
            "number": "S-1001",
            "start": "2026-12-01",
            "tier": "EMP",
        },
    )
    def enrol(self, request: ApiRequest, given: dict[str, Any]) -> UUID:
        """Cover a person by a product from a day on; another product that stood there gives way."""
        member = self.member_for(request, given["member"], *CHANGE)
        product = self.own(given["product"], member, "product")
        coverage = given.get("coverage")
        if coverage is None:
            coverage = self.place(request, given, member)
        elif coverage.member_id != member.pk:
            raise ValidationError({"coverage": ["There is none with this id."]})
        rows = actions.enrol(
            coverage,
            product,
            by=request.user,
            start=given["start"],
            source=actions.Source("API"),
            end=given.get("end"),
            tier=given.get("tier", ""),
            benefit=given["benefit"],
            payer_order=given["payer_order"],
        )
        return self.standing(rows, coverage, given["benefit"])

    def place(self, request: ApiRequest, given: dict[str, Any], member: Any) -> Coverage:
        """The person's place under the subscriber's contract with the group."""
        group = self.own(given["group"], member, "group")
        subscriber = member
        if "subscriber" in given:
            subscriber = self.member_for(request, given["subscriber"], *CHANGE)
        contract = actions.open_contract(by=request.user, group=group, number=given["number"], subscriber=subscriber)
        return actions.cover_person(
            by=request.user, contract=contract, member=member, relationship=given["relationship"]
        )

    def own(self, record: Any, member: Any, field: str) -> Any:
        """A product or group of the member's own system. Raises 400 for another's."""
        plan = record.organization
        if member.managing_organization_id not in (plan.pk, plan.system_id):
            raise ValidationError({field: ["There is none with this id."]})
        return record

    def standing(self, rows: list[CoveragePeriod], coverage: Coverage, benefit: str) -> UUID:
        """The period that answers a change: the newest that now stands. Raises 409 where nothing is covered now."""
        if rows:
            return newest(rows)
        stands = CoveragePeriod.objects.as_known_at().filter(
            member=coverage.member_id, coverage=coverage, benefit=benefit
        )
        found = stands.order_by("-valid").values_list("pk", flat=True).first()
        if found is None:
            raise Conflict("Nothing is covered then.", code="nothing_covered")
        return found

    @step(TerminateInput, permissions=CHANGE, example={"end": "2026-12-31", "reason": "07"})
    def terminate(self, request: ApiRequest, record: CoveragePeriod, given: dict[str, Any]) -> UUID:
        """No coverage from `end` on. Answered is the period that stands now, or, where none is left, the closed one."""
        rows = actions.terminate(
            record.coverage,
            by=request.user,
            end=given["end"],
            source=actions.Source("API", given.get("reason", "")),
            benefit=record.benefit,
        )
        return newest(rows) if rows else record.pk

    @step(ChangeInput, permissions=CHANGE)
    def change(self, request: ApiRequest, record: CoveragePeriod, given: dict[str, Any]) -> UUID:
        """Another product or tier from a day on."""
        if "product" not in given and "tier" not in given:
            raise ValidationError({"product": ["Give another product or tier."]})
        product = given.get("product")
        rows = actions.change_coverage(
            record.coverage,
            by=request.user,
            on=given["on"],
            source=actions.Source("API", given.get("reason", "")),
            product=self.own(product, record.member, "product") if product else None,
            tier=given.get("tier"),
            benefit=record.benefit,
        )
        return self.standing(rows, record.coverage, record.benefit)

    @step(ReinstateInput, permissions=CHANGE)
    def reinstate(self, request: ApiRequest, record: CoveragePeriod, given: dict[str, Any]) -> UUID:
        """Coverage again, by the product that it had last."""
        rows = actions.reinstate(
            record.coverage,
            by=request.user,
            source=actions.Source("API", given.get("reason", "")),
            start=given.get("start"),
            benefit=record.benefit,
        )
        return self.standing(rows, record.coverage, record.benefit)


def newest(rows: list[CoveragePeriod]) -> UUID:
    """The one that begins last, of versions just written."""
    return CoveragePeriod.objects.filter(pk__in=[row.pk for row in rows]).order_by("-valid").values_list("pk")[0][0]


class ProductApi(Resource):
    """What a plan sells. Nothing personal."""

    model = Product
    scope = "catalogue"
    permissions = ("core.read_catalogue",)
    is_personal = False
    fields = (
        *("id", "organization", "code", "name", "line_of_business", "kind", "metal", "deductible"),
        *("family_deductible", "out_of_pocket_limit", "family_out_of_pocket_limit"),
    )
    filters: ClassVar[dict[str, str | Filter]] = {
        "organization": "organization",
        "code": "code",
        "line_of_business": "line_of_business",
    }
    serializer_class = described(Product, fields)


class GroupApi(Resource):
    """Purchasers: employers, agencies, the marketplace. Nothing personal."""

    model = EmployerGroup
    scope = "catalogue"
    permissions = ("plans.change_coverage", "plans.view_coverage")
    is_personal = False
    fields = ("id", "organization", "number", "name")
    filters: ClassVar[dict[str, str | Filter]] = {"organization": "organization", "number": "number"}
    serializer_class = described(EmployerGroup, fields)


api = [
    *resource("coverages", CoverageApi),
    *resource("products", ProductApi),
    *resource("groups", GroupApi),
]
