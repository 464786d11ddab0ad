"""/api/v1/results: results of our own laboratories, once released; all others are observations."""

from typing import ClassVar

from django.db import models
from rest_framework.request import Request

from clinical.api import ChartResource
from core.api.resources import described, resource
from labs.models import LabResult

FIELDS = (
    *("id", "member", "order", "specimen", "test", "value_quantity", "value_text", "value_concept", "unit", "flag"),
    *("is_critical", "status", "performing_laboratory", "released_at", "corrects", "observation"),
)


class ResultApi(ChartResource):
    model = LabResult
    fields = FIELDS
    filters: ClassVar[dict[str, str]] = {"test": "test", "status": "status"}
    serializer_class = described(LabResult, FIELDS)

    def rows(self, request: Request) -> models.QuerySet:
        return LabResult.objects.filter(released_at__isnull=False)


api = [
    *resource("results", ResultApi),
]
