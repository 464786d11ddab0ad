"""Orders for a gap under a protocol that a clinician has signed."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinical.actions.facts import clinician_of
from clinical.models import CodingRole, Encounter, ServiceRequest, ServiceRequestCoding
from clinical.ports import OrderDraft, order_kind
from core import audit
from core.models import User
from core.terminology import concept
from labs.models import LabOrder
from network.models import Clinician
from network.permissions import roles_in_force
from prevention import actions
from prevention.engine.measure import WayOut
from prevention.models import CareGap, HomeKit, OutreachContact, StandingOrder
from prevention.outreach.kinds import kind_of, order_ways
from prevention.outreach.protocols import (
    PHYSICIAN,
    QUESTIONS,
    in_force,
    left_out,
    ways_for_member,
    ways_for_staff,
)
from prevention.rules.positives import WAITING


class NotUnderProtocol(ValueError):
    """No signed protocol allows this order, by this person or at all."""


class NotAsked(ValueError):
    """The member has not answered what the protocol asks before it."""


class NotForThem(NotUnderProtocol):
    """By the member's own answers the protocol is not for them. `said`: the answers, to be kept."""

    def __init__(self, said: str) -> None:
        super().__init__(_("This is not for you just now. Book a visit instead, or call us."))
        self.said = said


def order_as_member(gap: CareGap, *, by: User, protocol: str = "", applies: Collection[str] | None) -> ServiceRequest:
    """The kit or test that a member orders for themselves, or a proxy for them, after the protocol's questions.

    `applies`: the ids of `QUESTIONS` to which they said yes, None where they were not asked. The answers are kept with
    the contact. Raises `NotAsked`, `NotForThem` (whose answers `keep_answers` keeps), and what `order_for_gap` does.
    """
    ways = ways_for_member([gap], timezone.localdate())[gap.pk]
    way = next((way for way in ways if not protocol or way.protocol == protocol), None)
    asked = QUESTIONS.get(way.protocol, ()) if way else ()
    if asked and applies is None:
        raise NotAsked(_("Answer the questions first."))
    yes = set(applies or ())
    said = ", ".join(f"{name}: {'yes' if name in yes else 'no'}" for name, _words in asked)
    if way and any(name in yes for name, _words in asked):
        raise NotForThem(f"{way.protocol}; {said}")
    return order_for_gap(gap, by=by, protocol=way.protocol if way else protocol, as_member=True, note=said)


def keep_answers(gap: CareGap, refused: NotForThem, *, by: User) -> None:
    """What somebody answered whom a protocol is not for: whoever calls or sees them reads it."""
    actions.note_contact(gap, by=by, outcome="not_suitable", note=refused.said)


@transaction.atomic
def order_for_gap(
    gap: CareGap,
    *,
    by: User,
    protocol: str = "",
    encounter: Encounter | None = None,
    as_member: bool = False,
    note: bool | str = True,
) -> ServiceRequest:
    """Place the kit or test that the gap's rule offers; with `protocol` that one, otherwise the first that may be.

    `encounter`: the visit in which a clinician signed it, whose order it then is. `as_member`: the person ordered it
    for themselves (`order_as_member`). `note`: whether the contact is kept, or what was said. One open order for a gap
    and code. Raises `NotUnderProtocol`, and `ValueError` where the rule offers none or the laboratory does not do it.
    """
    today = timezone.localdate()
    offered = [way for way in order_ways(kind_of(gap.rule)) if not protocol or way.protocol == protocol]
    if not offered:
        raise ValueError("This cannot be ordered by oneself.")
    may_be = ways_for_member([gap], today) if as_member else ways_for_staff([gap], by, today)
    way = next((way for way in offered if way in may_be[gap.pk]), None)
    if way is None:
        raise NotUnderProtocol(_why_not(gap, offered[0], today, as_member=as_member))
    standing = in_force(gap, today).get(way.protocol)
    own = not as_member and PHYSICIAN in {held.role for held in roles_in_force(by)}
    requester = clinician_of(by) if own or standing is None else standing.signed_by
    code = concept(way.system, way.code)
    # Two taps at once are one order.
    CareGap.objects.select_for_update().get(pk=gap.pk, member_id=gap.member_id)
    # A kit that went astray is no open order: a new one goes out.
    astray = HomeKit.objects.filter(member_id=gap.member_id, lost_at__isnull=False)
    open_order = (
        ServiceRequest.objects.filter(
            member_id=gap.member_id, status="active", protocol=way.protocol, codings__concept_id=code.pk
        )
        .exclude(pk__in=astray.values("order_id"))
        .first()
    )
    if open_order is not None:
        return open_order
    order = _place(gap, way, code, by=by, requester=requester, encounter=encounter)
    if LabOrder.objects.filter(member_id=gap.member_id, request=order, test__is_home_kit=True).exists():
        lost = HomeKit.objects.filter(member_id=gap.member_id, gap=gap, lost_at__isnull=False).order_by("-lost_at")
        HomeKit.objects.create(
            member_id=gap.member_id, gap=gap, order=order, standing_order=standing, replaces=lost.first()
        )
    if note is not False:
        said = note if isinstance(note, str) else ""
        OutreachContact.objects.create(member_id=gap.member_id, gap=gap, by=by, outcome="kit_ordered", note=said[:300])
    audit.record(
        by=by,
        action="create",
        verb="prevention.order_for_gap",
        obj=order,
        detail={"protocol": way.protocol, "standing_order": str(standing.pk) if standing else ""},
    )
    return order


def _why_not(gap: CareGap, way: WayOut, today: date, *, as_member: bool) -> str:
    """What to say to whom the order is refused. Whom the protocol leaves out hears why."""
    for words in left_out(way.protocol, [gap.member_id], today).values():
        return str(words)
    if gap.last_done_what in WAITING:
        return _("A result still waits for what answers it: a clinician arranges that.")
    if as_member:
        return _("This cannot be ordered by oneself just now.")
    return _("No signed protocol lets you order this. Ask a physician.")


def _place(
    gap: CareGap, way: WayOut, code: Any, *, by: User, requester: Clinician | None, encounter: Encounter | None
) -> ServiceRequest:
    draft = OrderDraft(
        member=gap.member,
        kind="laboratory",
        concepts=(code,),
        by=by,
        requester=requester,
        encounter=encounter,
        reason_text=str(kind_of(gap.rule).title),
        protocol=way.protocol,
    )
    now = timezone.now()
    order = ServiceRequest.objects.create(
        member_id=gap.member_id,
        status="active",
        intent="order",
        kind="laboratory",
        effective=(now, now + timedelta(milliseconds=1)),
        protocol=way.protocol,
        # Results come back to whoever answers for the order.
        ordered_by=requester.user if requester and requester.user_id else by,
        requester=requester,
        encounter=encounter,
        reason_text=draft.reason_text,
        sensitivity=gap.sensitivity,
    )
    ServiceRequestCoding.objects.create(member_id=gap.member_id, fact=order, role=CodingRole.CODE, concept_id=code.pk)
    # The laboratory's own workflow (label, kit, tracking) starts as for any other order.
    kind = order_kind("laboratory")
    if kind and kind.placed:
        kind.placed(order, draft, by=by)
    return order


@transaction.atomic
def end_protocol(standing: StandingOrder, *, by: User) -> None:
    """Nothing is ordered under it from today on. Raises `ValueError` where it has ended."""
    today = timezone.localdate()
    kept = StandingOrder.objects.select_for_update().get(pk=standing.pk)
    if kept.period.upper is not None and kept.period.upper <= today:
        raise ValueError("This protocol has ended already.")
    audit.record(by=by, action="update", verb="prevention.end_protocol", obj=kept)
    if kept.period.lower >= today:
        kept.delete()
        return
    StandingOrder.objects.filter(pk=kept.pk).update(period=(kept.period.lower, today))
