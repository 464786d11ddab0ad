"""Whose claim it is: by the numbers on it first, then by name and birth date; never by a guess."""

import unicodedata
from collections.abc import Iterable

from django.db.models import Q

from billing.claims import IncomingClaim
from members.models import Member, MemberIdentifier
from network.models import Organization
from plans.models import Coverage


def folded(name: str) -> str:
    """Letters alone, unaccented, lower case: `O'Néill` and `ONEILL` are the same name."""
    plain = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in plain if letter.isalpha() and not unicodedata.combining(letter)).lower()


def find_member(claim: IncomingClaim, plan: Organization) -> tuple[Member | None, str]:
    """The member whom the claim is about, or None and a code: `member_not_found` or `member_ambiguous`.

    A number alone does not make a match: name or birth date must agree as well, since families share numbers.
    """
    active = Member.objects.filter(managing_organization=plan.system_id or plan.pk, status=Member.Status.ACTIVE)
    numbers = [number for number in (claim.patient_number, claim.subscriber_number) if number]
    if numbers:
        known = MemberIdentifier.objects.filter(value__in=numbers).values("member")
        covered = Coverage.objects.filter(Q(number__in=numbers) | Q(contract__number__in=numbers)).values("member")
        by_number = active.filter(Q(pk__in=known) | Q(pk__in=covered) | Q(mrn__in=numbers))
        found = [member for member in by_number if agrees(member, claim)]
        if len(found) == 1:
            return found[0], ""
        if found:
            return None, "member_ambiguous"
    if claim.birth_date is None:
        return None, "member_not_found"
    same_day: Iterable[Member] = active.filter(birth_date=claim.birth_date)
    found = [member for member in same_day if same_name(member, claim)]
    if len(found) == 1:
        return found[0], ""
    return None, "member_ambiguous" if found else "member_not_found"


def same_name(member: Member, claim: IncomingClaim) -> bool:
    return folded(member.family) == folded(claim.patient_family) and same_given(member, claim)


def same_given(member: Member, claim: IncomingClaim) -> bool:
    return folded(claim.patient_given) in {folded(member.given), folded(member.name_used)} - {""}


def agrees(member: Member, claim: IncomingClaim) -> bool:
    """Whether somebody with the claim's number is its patient: the given name, and birth date or family name.

    Twins share number, family name and birth date, so the given name always counts.
    """
    if claim.birth_date and member.birth_date:
        return claim.birth_date == member.birth_date and same_given(member, claim)
    return same_name(member, claim)
