"""The chart under /api/v1/: encounters, conditions, observations, immunizations, orders, referrals, messages."""

from clinical.api.base import ChartResource
from clinical.api.facts import ConditionApi, EncounterApi, ImmunizationApi, ObservationApi
from clinical.api.messages import MessageApi
from clinical.api.orders import OrderApi, ReferralApi
from core.api.resources import resource

__all__ = ["ChartResource", "api"]

api = [
    *resource("encounters", EncounterApi),
    *resource("conditions", ConditionApi),
    *resource("observations", ObservationApi),
    *resource("immunizations", ImmunizationApi),
    *resource("orders", OrderApi),
    *resource("referrals", ReferralApi),
    *resource("messages", MessageApi),
]
