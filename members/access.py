"""Who may act for a member: given by the member, or by staff who saw the papers; to staff only by two of them.

Why two, and what auditors see: docs/decisions/0055-whose-word-opens-a-record.md.
"""

import datetime
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.models import User
from core.outbox import enqueue
from core.permissions import require
from members.invitations import has_opened
from members.models import Member, Proxy, ProxyRequest
from members.models.relations import birthday
from members.portal import SCOPES, age_on
from network.ages import ADULT
from network.models import RoleAssignment

Status = ProxyRequest.Status


class ConfirmationNeeded(ValueError):
    """The account works here, or who gives the access opened it: a second person confirms (`ask_for_proxy`)."""


@transaction.atomic
def grant_proxy(
    member: Member,
    user: User,
    *,
    by: User,
    relationship: str,
    scopes: Iterable[str],
    start: datetime.date,
    end: datetime.date | None = None,
    reason: str = "",
) -> Proxy:
    """`user` may act for the member within `scopes` over `[start, end)`; the member is told, where another gave it.

    For a child it ends no later than the day on which they are of age. Raises `ValueError` for an unknown scope, for
    a parent of somebody of age, and where `by` would give themselves access: what papers say is looked at by somebody
    else. Raises `ConfirmationNeeded` where staff would give it to somebody who works as staff, or to an account that
    they invited or whose record they made: it may be their own under another name.
    """
    scopes, end = _fit(member, user, by, relationship, scopes, start, end)
    if by != member.user and works_as_staff(user):
        raise ConfirmationNeeded(_("They work here: a second person confirms the access."))
    if by != member.user and has_opened(user, by):
        raise ConfirmationNeeded(_("You opened this account yourself: a second person confirms the access."))
    return _grant(member, user, by=by, relationship=relationship, scopes=scopes, period=(start, end), reason=reason)


def works_as_staff(user: User) -> bool:
    """Whether the account holds a role anywhere, today or later."""
    return RoleAssignment.objects.filter(user=user).exclude(period__fully_lt=(timezone.localdate(), None)).exists()


def _fit(
    member: Member,
    user: User,
    by: User,
    relationship: str,
    scopes: Iterable[str],
    start: datetime.date,
    end: datetime.date | None,
) -> tuple[list[str], datetime.date | None]:
    """The scopes in order and the end that holds. Raises `ValueError` where access is not to be given so."""
    if user == by:
        raise ValueError(_("You cannot give yourself access: ask a colleague who sees the papers."))
    wanted = sorted(set(scopes))
    if not wanted or set(wanted) - set(SCOPES):
        raise ValueError(f"Choose one or more of {', '.join(SCOPES)}.")
    age = age_on(member, start)
    if age is None or member.birth_date is None:
        return wanted, end
    if age < ADULT:
        of_age = birthday(member.birth_date, ADULT)
        return wanted, min(end, of_age) if end is not None else of_age
    if relationship == Proxy.Relationship.PARENT:
        raise ValueError(
            _("They are of age, where a parent's access ends: choose carer or legal guardian, on the papers for it.")
        )
    return wanted, end


def _grant(
    member: Member,
    user: User,
    *,
    by: User,
    relationship: str,
    scopes: list[str],
    period: tuple[datetime.date, datetime.date | None],
    reason: str,
    confirmed_by: User | None = None,
) -> Proxy:
    proxy = Proxy.objects.create(
        member=member,
        user=user,
        relationship=relationship,
        scopes=scopes,
        period=period,
        granted_by=by,
        reason=reason,
        confirmed_by=confirmed_by,
    )
    audit.record(
        by=confirmed_by or by,
        action="create",
        verb="members.grant_proxy",
        member_id=member.pk,
        obj=proxy,
        reason=reason,
        detail={"scopes": scopes, "asked_by": str(by.pk)} if confirmed_by else {"scopes": scopes},
    )
    if by != member.user:
        _tell_of_access(proxy, member)
    return proxy


def _tell_of_access(proxy: Proxy, member: Member) -> None:
    """By portal notice and e-mail, or by letter without an account; who it is stands in the portal alone."""
    common: dict[str, Any] = {
        "template": "access_given",
        "member_id": member.pk,
        "language": member.language,
        "url_path": reverse("members:family"),
    }
    if member.user is None:
        enqueue(dedupe_key=f"access_given:{proxy.pk}:letter", channel="letter", **common)
        return
    for channel, address in (("portal", ""), ("email", member.user.email)):
        key = f"access_given:{proxy.pk}:{channel}"
        enqueue(dedupe_key=key, channel=channel, user=member.user, address=address, **common)


@transaction.atomic
def end_proxy(proxy: Proxy, *, by: User, on: datetime.date) -> None:
    """The access ends: from `on` on, or as if it had never begun where it starts later.

    Raises `ValueError` where it has ended already, be it a moment ago.
    """
    held = Proxy.objects.select_for_update(of=["self"]).filter(pk=proxy.pk).first()
    if held is None or (held.period.upper is not None and held.period.upper <= on):
        raise ValueError(_("This access has ended already."))
    audit.record(by=by, action="update", verb="members.end_proxy", member_id=held.member_id, obj=held)
    if held.period.lower is not None and held.period.lower >= on:
        held.delete()
        return
    held.period = (held.period.lower, on)
    held.save(update_fields=["period"])


# --- to somebody who works here: asked by one, confirmed by another ------------------------------------------


@transaction.atomic
def ask_for_proxy(
    member: Member,
    user: User,
    *,
    by: User,
    relationship: str,
    scopes: Iterable[str],
    start: datetime.date,
    end: datetime.date | None = None,
    reason: str,
) -> ProxyRequest:
    """`grant_proxy` for an account of staff: nothing holds until `confirm_proxy`. It raises the same."""
    wanted, until = _fit(member, user, by, relationship, scopes, start, end)
    if len(reason.strip()) < 5:
        raise ValueError(_("Say on what ground."))
    request = ProxyRequest.objects.create(
        member=member,
        user=user,
        relationship=relationship,
        scopes=wanted,
        period=(start, until),
        reason=reason,
        asked_by=by,
    )
    _record(request, by=by, action="create", verb="members.ask_for_proxy")
    return request


@transaction.atomic
def confirm_proxy(request: ProxyRequest, *, by: User) -> Proxy:
    """A second person has seen the papers: the access holds from today.

    Raises `PermissionDenied` for who may not give access to this member, `ValueError` for who asked or would get it,
    and where it is decided already.
    """
    held = _undecided(request, by)
    if by.pk in (held.asked_by_id, held.user_id):
        raise ValueError(_("Somebody else confirms this: neither who asked for it nor who would get it."))
    today, end = timezone.localdate(), held.period.upper
    if end is not None and end <= today:
        raise ValueError(_("It would have ended already: refuse it, and ask anew."))
    _decide(held, by, Status.CONFIRMED)
    return _grant(
        held.member,
        held.user,
        by=held.asked_by,
        relationship=held.relationship,
        scopes=held.scopes,
        period=(max(held.period.lower, today), end),
        reason=held.reason,
        confirmed_by=by,
    )


@transaction.atomic
def refuse_proxy(request: ProxyRequest, *, by: User) -> None:
    """The papers do not bear it, or whoever asked takes it back. Raises as `confirm_proxy`, but for who asked."""
    held = _undecided(request, by)
    _decide(held, by, Status.REFUSED)
    _record(held, by=by, action="update", verb="members.refuse_proxy")


def _undecided(request: ProxyRequest, by: User) -> ProxyRequest:
    found = ProxyRequest.objects.select_for_update(of=["self"]).select_related("member", "user", "asked_by")
    held = found.get(pk=request.pk)
    require(by, "members.manage_proxies", held.member)
    if held.user_id == by.pk and held.asked_by_id != by.pk:
        raise PermissionDenied("Nobody decides about their own access.")
    if held.status != Status.OPEN:
        raise ValueError(_("This is decided already."))
    return held


def _decide(request: ProxyRequest, by: User, status: ProxyRequest.Status) -> None:
    request.status, request.decided_by, request.decided_at = status, by, timezone.now()
    request.save(update_fields=["status", "decided_by", "decided_at"])


def _record(request: ProxyRequest, *, by: User, action: str, verb: str) -> None:
    audit.record(
        by=by,
        action=action,
        verb=verb,
        member_id=request.member_id,
        obj=request,
        reason=request.reason,
        detail={"user": str(request.user_id), "scopes": request.scopes},
    )
