"""Whose eyes a labelled row is for (domain ruling 5).

The member themselves sees all of their record, a proxy nothing that carries a label. Staff see labelled rows of the
members whose chart they may open, except psychotherapy notes (45 CFR 164.508(a)(2): their author's alone) and
substance-use programme records (42 CFR Part 2) while the member has not consented.
"""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.models import User
from members.models import Consent, Member, Sensitivity
from members.portal import is_own, proxies_of


def has_part2_consent(member: Member) -> bool:
    """Whether the member's consent to treatment, payment and operations (Part 2) is in force."""
    return Consent.objects.filter(
        member=member, kind="part2_tpo", is_given=True, period__contains=timezone.localdate()
    ).exists()


def hidden_labels(user: User, member: Member) -> int:
    """The bits of Sensitivity that are kept from `user` in this member's record; every bit for a proxy."""
    known = user.__dict__.setdefault("_hidden_labels", {})
    if member.pk not in known:
        if is_own(user, member):
            known[member.pk] = 0
        elif member.pk in proxies_of(user):
            known[member.pk] = ~0 & 0x7FFF
        else:
            known[member.pk] = Sensitivity.PSYCHOTHERAPY | (0 if has_part2_consent(member) else Sensitivity.PART2)
    return known[member.pk]


def visible(rows: models.QuerySet, user: User, member: Member) -> models.QuerySet:
    """`rows` of a member without those whose labels are kept from `user`. One's own notes one always sees."""
    hidden = int(hidden_labels(user, member))
    if not hidden:
        return rows
    allowed = Q(labels=0)
    if "author" in {field.name for field in rows.model._meta.get_fields()}:
        allowed |= Q(author=user)
    return rows.alias(labels=F("sensitivity").bitand(hidden)).filter(allowed)
