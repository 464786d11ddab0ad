from prevention.outreach.models.effect import OutreachCost, OutreachSummary
from prevention.outreach.models.policy import Campaign, CampaignStep, OutreachPolicy
from prevention.outreach.models.protocols import BatchOrder, BatchOrderItem, FollowUp, HomeKit, StandingOrder
from prevention.outreach.models.reaching import ElsewhereReport, LetterPile, OneTapLink, OutreachEpisode

__all__ = [
    "BatchOrder",
    "BatchOrderItem",
    "Campaign",
    "CampaignStep",
    "ElsewhereReport",
    "FollowUp",
    "HomeKit",
    "LetterPile",
    "OneTapLink",
    "OutreachCost",
    "OutreachEpisode",
    "OutreachPolicy",
    "OutreachSummary",
    "StandingOrder",
]
