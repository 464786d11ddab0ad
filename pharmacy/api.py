"""/api/v1/prescriptions and /api/v1/fills: what was prescribed and what was dispensed."""

from typing import ClassVar

from clinical.api import ChartResource
from core.api.resources import described, resource
from pharmacy.models import Fill, Prescription

PRESCRIPTION = (
    *("id", "member", "request", "drug", "pharmacy", "directions", "quantity", "days_supply", "refills"),
    *("expires_on", "status", "created_at", "version"),
)
FILL = (
    *("id", "member", "prescription", "number", "quantity", "lot", "status", "requested_at", "filled_at"),
    *("collected_at", "pickup_place", "copay", "dispense"),
)


class PrescriptionApi(ChartResource):
    model = Prescription
    fields = PRESCRIPTION
    filters: ClassVar[dict[str, str]] = {"status": "status", "drug": "drug"}
    serializer_class = described(Prescription, PRESCRIPTION)


class FillApi(ChartResource):
    model = Fill
    fields = FILL
    filters: ClassVar[dict[str, str]] = {"status": "status", "prescription": "prescription"}
    serializer_class = described(Fill, FILL)


api = [
    *resource("prescriptions", PrescriptionApi),
    *resource("fills", FillApi),
]
