"""Who may open a record after another was merged into it: nobody online, until a second person has looked.

Whoever registers a false twin with an address of their own, and merges it with somebody's record, would else open that
record to themselves. What else was thought of: docs/decisions/0056-a-merge-moves-no-access.md.
"""

import datetime
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, outbox
from core.models import AuditEvent, User
from members.models import Member, MemberMerge, MemberTelecom, Proxy

# Whoever wrote in one of the records since then does not decide who opens them.
OF_LATE = datetime.timedelta(days=30)
# What of their writing counts: who somebody is, how they are reached and covered, and who was invited. Whoever has
# looked before, and ended an access by it, may look again.
HANDS = ("members.", "plans.", "core.invite")
LOOKED = frozenset({"members.settle_access", "members.end_proxy"})


@dataclass(frozen=True)
class Side:
    """One of two records, with every address by which its person is reached: (channel, address)."""

    member: Member
    addresses: frozenset[tuple[str, str]]


def side_of(member: Member, *, on: datetime.date) -> Side:
    """The record as it stands before a merge, which makes two people's addresses one list."""
    standing = MemberTelecom.objects.filter(member=member, period__contains=on, system__in=("email", "sms"))
    found = set(standing.values_list("system", "value"))
    account = User.objects.filter(member=member).first()
    if account is not None:
        found.add(("email", account.email))
    return Side(member, frozenset(found))


def tell_of_merge(merge: MemberMerge, sides: Iterable[Side], template: str = "records_joined") -> None:
    """By letter to both records and by every address of both, so that whoever was robbed of theirs hears of it."""
    for side in sides:
        if side.member.deceased_at is not None:
            continue
        common: dict[str, Any] = {
            "template": template,
            "member_id": side.member.pk,
            "language": side.member.language if side.member.language in ("en", "es") else "en",
        }
        outbox.enqueue(dedupe_key=f"{template}:{merge.pk}:letter:{side.member.pk}", channel="letter", **common)
        for channel, address in sorted(side.addresses):
            # The address stands in the row alone; the key says it by a digest.
            digest = hashlib.sha256(address.lower().encode()).hexdigest()[:16]
            key = f"{template}:{merge.pk}:{channel}:{digest}"
            outbox.enqueue(dedupe_key=key, channel=channel, address=address, **common)


def waits(member: Member) -> bool:
    """Whether a merge keeps the record closed to accounts and proxies."""
    return MemberMerge.objects.closing().filter(member=member).exists()


def merged_of_late(member: Member, *, on: datetime.date) -> bool:
    """Whether another record was merged into this one of late: how long an address has stood says nothing then."""
    found = MemberMerge.objects.filter(member=member, undone_at__isnull=True, at__date__gt=on - OF_LATE)
    return found.exists()


def standing_proxies(merge: MemberMerge, *, on: datetime.date) -> list[Proxy]:
    """Those of either record that would hold on a day, the record that stays first; of one taken apart its own."""
    sides = [merge.member_id] if merge.undone_at is not None else [merge.member_id, merge.merged_id]
    found = Proxy.objects.filter(member__in=sides, period__contains=on)
    return sorted(found.select_related("user", "member", "granted_by"), key=lambda p: p.member_id != merge.member_id)


def refusal(merge: MemberMerge, by: User) -> str:
    """Why `by` is not the second person; empty where they may be."""
    sides = (merge.member_id, merge.merged_id)
    if by.pk == merge.by_id:
        return _("You merged them: somebody else looks at who may open the record.")
    if by.pk == merge.undone_by_id:
        return _("You took them apart: somebody else looks at who may open the record.")
    if (
        by.pk in (merge.kept_account_id, merge.gone_account_id)
        or Proxy.objects.filter(user=by, member__in=sides).exists()
    ):
        return _("One of these records is open to yourself: somebody else looks at who may open it.")
    written = AuditEvent.objects.filter(
        user_id=by.pk, member_id__in=sides, action__in=("create", "update"), at__gt=merge.at - OF_LATE
    ).values_list("verb", flat=True)
    if any(verb.startswith(HANDS) for verb in set(written) - LOOKED):
        return _("You wrote in one of these records of late: somebody else looks at who may open it.")
    return ""


@transaction.atomic
def settle_access(
    merge: MemberMerge, *, by: User, account: User | None, proxies: Iterable[UUID], reason: str
) -> MemberMerge:
    """The record that stays opens to `account`, which opened one of the two before, or to none; of its own proxies to
    those in `proxies`, and the others end. Proxies of the record that went in are given anew, by who sees the papers.
    Of a merge that was taken apart the other record is left alone.

    Raises `ValueError` where it is settled already, or `by` merged them, opens one of them or wrote in them of late.
    """
    held = MemberMerge.objects.select_for_update(of=("self",)).select_related("member").get(pk=merge.pk)
    if held.access != MemberMerge.Access.WAITS or held.member.merged_into_id:
        raise ValueError(_("Somebody has looked at it already, or the record has gone on into another."))
    if why := refusal(held, by):
        raise ValueError(why)
    before = accounts_before(held)
    if account is not None and account.pk not in before:
        raise ValueError(_("Choose an account that opened one of the two records before."))
    _open_to(held, account, before)
    ended = _end_others(held, set(proxies), by=by)
    held.access, held.settled_by, held.settled_at = MemberMerge.Access.SETTLED, by, timezone.now()
    held.save(update_fields=["access", "settled_by", "settled_at"])
    audit.record(
        by=by,
        action="update",
        verb="members.settle_access",
        member_id=held.member_id,
        obj=held,
        reason=reason,
        detail={"account": str(account.pk) if account else None, "merged_by": str(held.by_id), "ended": ended},
    )
    if account is not None:
        key = f"record_open:{held.pk}"
        outbox.enqueue(
            dedupe_key=key,
            channel="email",
            template="record_open",
            user=account,
            member_id=held.member_id,
            address=account.email,
            language=account.language,
        )
    return held


def accounts_before(merge: MemberMerge) -> set[UUID]:
    """The accounts among which a second person chooses: those of both, or where it was taken apart the one's own."""
    found = [merge.kept_account_id] if merge.undone_at is not None else [merge.kept_account_id, merge.gone_account_id]
    return {account_id for account_id in found if account_id is not None}


def _open_to(merge: MemberMerge, account: User | None, before: set[UUID]) -> None:
    Member.objects.filter(pk__in=(merge.member_id, merge.merged_id), user__in=before).update(user=None)
    if account is not None:
        Member.objects.filter(pk=merge.member_id).update(user=account)


def _end_others(merge: MemberMerge, kept: set[UUID], *, by: User) -> list[str]:
    """End the proxies of the record that stays that are not in `kept`; gives back their ids."""
    from members.access import end_proxy

    today = timezone.localdate()
    others = [
        proxy
        for proxy in standing_proxies(merge, on=today)
        if proxy.member_id == merge.member_id and proxy.pk not in kept
    ]
    for proxy in others:
        end_proxy(proxy, by=by, on=today)
    return [str(proxy.pk) for proxy in others]
