"""Roles offered to somebody who has an account already: nothing holds until that person accepts it.

Whoever manages access at one place could else make anybody their staff by an address: a member, or somebody of another
system, who would then have staff pages and be asked for a second proof before their own portal.
"""

import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import accounts, audit, outbox
from core.models import OutboxMessage, User
from core.permissions import require
from network import actions
from network.actions import AcceptanceNeeded, RoleRefused
from network.models import RoleAssignment, RoleOffer

# So long an offer waits for an answer.
OFFER_DAYS = 30
Status = RoleOffer.Status


@transaction.atomic
def add_staff(
    *, by: User, email: str, name: str, language: str = "en", invite: bool = True, reason: str = "", **role: Any
) -> RoleAssignment | RoleOffer:
    """A role for whoever signs in with `email`: an account is made and invited where there is none.

    Where there is one, it is `give_or_offer_role`. `role` is what `give_role` takes; raises what that raises.
    """
    user = User.objects.filter(email__iexact=email).first()
    if user is not None:
        return give_or_offer_role(by=by, user=user, reason=reason, **role)
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, name=name, language=language)
    except IntegrityError as error:
        if "core_user_email" not in str(error):
            raise
        # Somebody else made the account a moment ago.
        made = User.objects.get(email__iexact=email)
        return give_or_offer_role(by=by, user=made, reason=reason, **role)
    given = actions.hold(_asked(by, user, role), by=by, verb="network.give_role", reason=reason)
    audit.record(by=by, action="create", verb="network.add_staff", obj=user)
    if invite:
        accounts.invite(by=by, user=user)
    return given


def give_or_offer_role(*, by: User, user: User, **role: Any) -> RoleAssignment | RoleOffer:
    """The role from now on for who works under `by`; an offer of it for anybody else. Raises as `give_role`."""
    try:
        return actions.give_role(by=by, user=user, **role)
    except AcceptanceNeeded:
        return offer_role(by=by, user=user, **role)


def _asked(by: User, user: User, role: dict[str, Any]) -> RoleAssignment:
    return actions.asked_role(
        by,
        user,
        role["role"],
        role["organization"],
        role.get("facility"),
        role.get("department"),
        role["start"],
        role.get("end"),
    )


@transaction.atomic
def offer_role(*, by: User, user: User, reason: str = "", **role: Any) -> RoleOffer:
    """Ask `user` to take a role, and tell them. Raises as `give_role`, and where it is offered or held already."""
    asked = _asked(by, user, role)
    if user.kind != User.Kind.PERSON:
        raise RoleRefused("An app belongs to the system that registered it: register one of your own.")
    start, end = asked.period
    place = {"organization": asked.organization, "facility": asked.facility, "department": asked.department}
    held = RoleAssignment.objects.filter(user=user, role=asked.role, period__overlap=(start, end), **place)
    if held.exists():
        raise RoleRefused("This person already holds this role at this place in that period.")
    try:
        with transaction.atomic():
            offer = RoleOffer.objects.create(
                user=user, role=asked.role, period=asked.period, offered_by=by, reason=reason, **place
            )
    except IntegrityError as error:
        if "network_roleoffer_once" not in str(error):
            raise
        raise RoleRefused("This role is offered to this person already.") from error
    _record(offer, by=by, action="create", verb="network.offer_role")
    for channel, address in ((OutboxMessage.Channel.PORTAL, ""), (OutboxMessage.Channel.EMAIL, user.email)):
        outbox.enqueue(
            dedupe_key=f"role_offered:{offer.pk}:{channel}",
            channel=channel,
            template="role_offered",
            user=user,
            address=address,
            language=user.language,
            context={"organization": asked.organization.name},
            url_path=reverse("network:offers"),
        )
    return offer


@transaction.atomic
def accept_role(offer: RoleOffer, *, by: User) -> RoleAssignment:
    """The person takes the role: it holds from today, or from its first day where that is still to come.

    Raises `PermissionDenied` for anybody else, `RoleRefused` where the offer is answered or has run out.
    """
    kept, today = _open(offer, by), timezone.localdate()
    start, end = kept.period.lower, kept.period.upper
    if runs_out(kept) <= today or (end is not None and end <= today):
        raise RoleRefused(_("This offer has run out. Ask whoever made it for a new one."))
    given = RoleAssignment(
        user=by,
        role=kept.role,
        organization=kept.organization,
        facility=kept.facility,
        department=kept.department,
        period=(max(start, today), end),
    )
    given = actions.hold(given, by=by, verb="network.accept_role", reason=kept.reason)
    _answer(kept, Status.ACCEPTED)
    return given


@transaction.atomic
def decline_role(offer: RoleOffer, *, by: User) -> None:
    """The person does not take the role. Raises `PermissionDenied` for anybody else, `RoleRefused` once answered."""
    kept = _open(offer, by)
    _answer(kept, Status.DECLINED)
    _record(kept, by=by, action="update", verb="network.decline_role")


@transaction.atomic
def withdraw_role(offer: RoleOffer, *, by: User) -> None:
    """The role is offered no more. Raises `PermissionDenied` for who does not manage access at that place."""
    kept = RoleOffer.objects.select_for_update(of=["self"]).get(pk=offer.pk)
    require(by, "network.manage_access", place_of(kept))
    if kept.status != Status.OPEN:
        raise RoleRefused(_("This offer is answered already."))
    _answer(kept, Status.WITHDRAWN)
    _record(kept, by=by, action="update", verb="network.withdraw_role")


def place_of(offer: RoleOffer) -> RoleAssignment:
    """Where the role would be held, as who manages access there is asked for: an assignment, not kept."""
    return RoleAssignment(
        user=offer.user,
        role=offer.role,
        organization=offer.organization,
        facility=offer.facility,
        department=offer.department,
    )


def runs_out(offer: RoleOffer) -> datetime.date:
    """The first day on which the offer can be accepted no more."""
    return timezone.localdate(offer.offered_at) + datetime.timedelta(days=OFFER_DAYS)


def _open(offer: RoleOffer, by: User) -> RoleOffer:
    kept = RoleOffer.objects.select_for_update(of=["self"]).get(pk=offer.pk)
    if kept.user_id != by.pk:
        raise PermissionDenied("Only the person themselves answers an offer.")
    if kept.status != Status.OPEN:
        raise RoleRefused(_("This offer is answered already."))
    return kept


def _answer(offer: RoleOffer, status: RoleOffer.Status) -> None:
    offer.status, offer.answered_at = status, timezone.now()
    offer.save(update_fields=["status", "answered_at"])


def _record(offer: RoleOffer, *, by: User, action: str, verb: str) -> None:
    audit.record(
        by=by,
        action=action,
        verb=verb,
        obj=offer,
        reason=offer.reason,
        detail={"user": str(offer.user_id), "role": offer.role, "organization": str(offer.organization_id)},
    )
