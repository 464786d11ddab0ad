"""/api/v1/coverages: a member's coverage periods, as valid on a day and as known at an instant."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from core.api.resources import described, resource
from members.api import MemberRecords
from plans.models import CoveragePeriod, Product

FIELDS = ("id", "member", "coverage", "product", "benefit", "payer_order", "tier", "valid", "known", "reason")


class CoverageApi(MemberRecords):
    model = CoveragePeriod
    fields = FIELDS
    permissions = ("members.view", "members.portal_costs")
    scope = "coverages"
    filters: ClassVar[dict[str, str]] = {"benefit": "benefit"}
    serializer_class = described(
        CoveragePeriod,
        FIELDS,
        product_name=serializers.CharField(read_only=True),
        line_of_business=serializers.CharField(read_only=True),
    )
    parameters = (
        OpenApiParameter("on", OpenApiTypes.DATE, description="Valid on this day."),
        OpenApiParameter("known_at", OpenApiTypes.DATETIME, description="As we knew it then; without it, as now."),
    )

    def rows(self, request: Request) -> models.QuerySet:
        known_at = _parsed(request, "known_at", parse_datetime) or timezone.now()
        rows = CoveragePeriod.objects.filter(known__contains=known_at)
        if day := _parsed(request, "on", parse_date):
            rows = rows.filter(valid__contains=day)
        return rows

    def added(self, found: list[dict], request: Request) -> list[dict]:
        keys = {row["product"] for row in found}
        named = {p.pk: p for p in Product.objects.filter(pk__in=keys)}
        for row in found:
            row["product_name"] = named[row["product"]].name
            row["line_of_business"] = named[row["product"]].line_of_business
        return found


def _parsed(request: Request, name: str, parse):
    value = request.query_params.get(name)
    if not value:
        return None
    try:
        found = parse(value)
    except ValueError:
        found = None
    if found is None:
        raise ValidationError({name: "Write it as ISO 8601."})
    return timezone.make_aware(found) if hasattr(found, "hour") and timezone.is_naive(found) else found


api = [
    *resource("coverages", CoverageApi),
]
