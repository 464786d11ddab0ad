from members.models.contact import CommunicationPreference, MemberAddress, MemberTelecom
from members.models.identity import Household, MatchReview, Member, MemberIdentifier, MemberMerge, RaceEthnicity
from members.models.owned import MemberOwned, Sensitivity, member_key, member_without_key
from members.models.relations import Consent, PrimaryCareAssignment, Proxy

__all__ = [
    "CommunicationPreference",
    "Consent",
    "Household",
    "MatchReview",
    "Member",
    "MemberAddress",
    "MemberIdentifier",
    "MemberMerge",
    "MemberOwned",
    "MemberTelecom",
    "PrimaryCareAssignment",
    "Proxy",
    "RaceEthnicity",
    "Sensitivity",
    "member_key",
    "member_without_key",
]
