"""/api/v1/stays: hospital stays of a member."""

from typing import ClassVar

from clinical.api import ChartResource
from core.api.resources import described, resource
from hospitals.models import Stay

FIELDS = (
    *("id", "member", "encounter", "facility", "attending", "admitted_at", "expected_discharge_at"),
    *("discharged_at", "disposition", "version"),
)


class StayApi(ChartResource):
    model = Stay
    fields = FIELDS
    filters: ClassVar[dict[str, str]] = {"facility": "facility"}
    serializer_class = described(Stay, FIELDS)


api = [
    *resource("stays", StayApi),
]
