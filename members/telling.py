"""Telling a member that something waits: by portal notice and e-mail that say no more than that.

Who has no account of their own, as every child, is told through those who act for them; who has neither is written a
letter where the matter would be missed otherwise.
"""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from core.models import User
from core.outbox import enqueue
from members.models import Member, MemberAddress, MemberMerge, Proxy


def tell(
    member: Member,
    template: str,
    *,
    key: str,
    url_path: str,
    scope: str,
    sensitivity: int = 0,
    by_email: bool = True,
    by_letter: bool = False,
    also: Iterable[User] = (),
) -> None:
    """Write the messages that tell of something in `member`'s record, once for each person and `key`.

    `scope`: what a proxy must be allowed to do to be told of it (`members.portal.SCOPES`). `also`: proxies to tell
    beside a member with an account, such as whoever asked. A matter with a sensitivity label, and a member who asked
    for confidential communications (45 CFR 164.522(b)), is told to no proxy.
    """
    own = member.user if member.user is not None and member.user.is_active else None
    told = {} if sensitivity else {user.pk: user for user in _acting_for(member, scope)}
    if own is not None:
        asked = {user.pk for user in also}
        told = {own.pk: own} | {pk: user for pk, user in told.items() if pk in asked}
    languages = dict(Member.objects.filter(user__in=told).values_list("user", "language"))
    common: dict[str, Any] = {"template": template, "member_id": member.pk, "url_path": url_path}
    for user in told.values():
        said = {**common, "user": user, "language": languages.get(user.pk, member.language)}
        mine = key if user == own else f"{key}:{user.pk}"
        enqueue(dedupe_key=f"{mine}:portal", channel="portal", **said)
        if by_email:
            enqueue(dedupe_key=f"{mine}:email", channel="email", address=user.email, **said)
    if by_letter and not told:
        enqueue(dedupe_key=f"{key}:letter", channel="letter", language=member.language, **common)


def _acting_for(member: Member, scope: str) -> list[User]:
    """Proxies in force who may do this for the member, the longest first."""
    today = timezone.localdate()
    if MemberAddress.objects.filter(member=member, use="confidential", period__contains=today).exists():
        return []
    if MemberMerge.objects.closing().filter(member=member).exists():
        return []
    found = Proxy.objects.filter(member=member, scopes__contains=[scope], user__is_active=True).in_force(today)
    return [proxy.user for proxy in found.select_related("user").order_by("period", "pk")]
