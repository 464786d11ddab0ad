"""/api/v1/care-gaps: what is due for a member, since when, and what closed it."""

from typing import ClassVar

from clinical.api import ChartResource
from core.api.resources import described, resource
from prevention.models import CareGap

FIELDS = (
    *("id", "member", "rule", "status", "due_on", "last_done_on", "last_done_what", "opened_at", "closed_at"),
    *("deferred_until", "defer_reason"),
)


class CareGapApi(ChartResource):
    model = CareGap
    fields = FIELDS
    filters: ClassVar[dict[str, str]] = {"status": "status", "rule": "rule"}
    serializer_class = described(CareGap, FIELDS)


api = [
    *resource("care-gaps", CareGapApi),
]
