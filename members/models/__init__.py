from members.models.contact import CommunicationPreference, MemberAddress, MemberTelecom
from members.models.ended import EndedByDeath
from members.models.identity import Household, MatchReview, Member, MemberIdentifier, MemberMerge, RaceEthnicity
from members.models.owned import MemberOwned, Sensitivity, member_key, member_without_key
from members.models.relations import Consent, IdentityCheck, PrimaryCareAssignment, Proxy, ProxyRequest

__all__ = [
    "CommunicationPreference",
    "Consent",
    "EndedByDeath",
    "Household",
    "IdentityCheck",
    "MatchReview",
    "Member",
    "MemberAddress",
    "MemberIdentifier",
    "MemberMerge",
    "MemberOwned",
    "MemberTelecom",
    "PrimaryCareAssignment",
    "Proxy",
    "ProxyRequest",
    "RaceEthnicity",
    "Sensitivity",
    "member_key",
    "member_without_key",
]
