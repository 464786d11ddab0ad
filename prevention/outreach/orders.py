"""Orders for a gap under a protocol that a clinician has signed, one by one or as a batch with one signature."""

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
from members.models import Member
from network.models import Clinician, Organization
from network.permissions import roles_in_force
from prevention.engine.measure import WayOut
from prevention.models import BatchOrder, BatchOrderItem, CareGap, HomeKit, OutreachContact, StandingOrder
from prevention.outreach.kinds import kind_of, order_ways
from prevention.outreach.protocols import PHYSICIAN, in_force, left_out, suitable, ways_for_member, ways_for_staff

BATCH = 200


class NotUnderProtocol(ValueError):
    """No signed protocol allows this order, by this person or at all."""


@transaction.atomic
def order_for_gap(
    gap: CareGap,
    *,
    by: User,
    protocol: str = "",
    encounter: Encounter | None = None,
    as_member: bool = False,
    note: bool = True,
) -> ServiceRequest:
    """Place the kit or test that the gap's rule offers; with `protocol` that one, otherwise the first that may be.

    `encounter`: the visit in which a clinician signed it, whose order it then is. `as_member`: the person ordered it
    for themselves. One open order for a gap and code. Raises `NotUnderProtocol`, and `ValueError` where the rule
    offers none or the laboratory does not do it.
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
    if note:
        OutreachContact.objects.create(member_id=gap.member_id, gap=gap, by=by, outcome="kit_ordered")
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


# --- Protocols and batches --------------------------------------------------------------------------------


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


@transaction.atomic
def prepare_batch(standing: StandingOrder, rule: str, *, by: User, limit: int = BATCH) -> BatchOrder:
    """A list of people due for `rule` who have no such order open: longest overdue first, Spanish or English alike.

    Whom the protocol is not for is not put on it; who comes to be so before it is signed is left out then.

    Raises `ValueError` where nobody is left to put on it.
    """
    if rule not in standing.rules:
        raise ValueError(_("This protocol is not for that gap."))
    asked = ServiceRequest.objects.filter(status="active", protocol=standing.protocol)
    waiting = BatchOrderItem.objects.filter(batch__status=BatchOrder.Status.PREPARED)
    due = (
        CareGap.objects.open()
        .for_rule(rule)
        .filter(
            member__managing_organization=standing.organization_id,
            member__deceased_at__isnull=True,
            member__status=Member.Status.ACTIVE,
            sensitivity=0,
        )
        .exclude(member_id__in=asked.values("member_id"))
        .exclude(pk__in=waiting.values("gap_id"))
        .exclude(pk__in=CareGap.objects.filter(elsewhere__status="waiting").values("pk"))
        .longest_due_first()
    )
    gaps = list(suitable(due, standing.protocol, timezone.localdate())[:limit])
    if not gaps:
        raise ValueError(_("Nobody is left to put on a list."))
    batch = BatchOrder.objects.create(
        managing_organization=Organization.objects.get(pk=standing.organization_id),
        standing_order=standing,
        rule=rule,
        prepared_by=by,
    )
    BatchOrderItem.objects.bulk_create(BatchOrderItem(member_id=gap.member_id, batch=batch, gap=gap) for gap in gaps)
    audit.record(
        by=by, action="create", verb="prevention.prepare_batch", obj=batch, detail={"rule": rule, "people": len(gaps)}
    )
    return batch


@transaction.atomic
def sign_batch(batch: BatchOrder, *, by: User, without: frozenset[Any] = frozenset()) -> BatchOrder:
    """Sign the whole list, but for the items in `without`; who is no longer due or orderable is left out and says why.

    Raises `ValueError` where the list was signed or withdrawn before, its protocol has ended, or `by` is no clinician.
    """
    batch = BatchOrder.objects.select_for_update().get(pk=batch.pk)
    signer = clinician_of(by)
    if batch.status != BatchOrder.Status.PREPARED:
        raise ValueError(_("This list is settled already."))
    if signer is None:
        raise ValueError(_("A clinician signs."))
    items = list(batch.items.select_related("gap__member").select_for_update(of=("self",)).order_by("id"))
    not_for = left_out(batch.standing_order.protocol, [item.member_id for item in items], timezone.localdate())
    for item in items:
        why = "taken off the list" if item.pk in without else str(not_for.get(item.member_id, ""))
        _order_item(item, batch, by=by, why_out=why)
    batch.status, batch.signed_by, batch.signed_at = BatchOrder.Status.SIGNED, signer, timezone.now()
    batch.save(update_fields=["status", "signed_by", "signed_at"])
    audit.record(
        by=by,
        action="update",
        verb="prevention.sign_batch",
        obj=batch,
        detail={"ordered": batch.items.filter(order__isnull=False).count()},
    )
    return batch


def _order_item(item: BatchOrderItem, batch: BatchOrder, *, by: User, why_out: str) -> None:
    if why_out:
        item.left_out = why_out[:200]
    elif item.gap.status != CareGap.Status.OPEN:
        item.left_out = "no longer due"
    else:
        try:
            with transaction.atomic():
                item.order = order_for_gap(item.gap, by=by, protocol=batch.standing_order.protocol)
        except ValueError as refused:
            item.left_out = str(refused)[:200]
    item.save(update_fields=["order", "left_out"])


@transaction.atomic
def withdraw_batch(batch: BatchOrder, *, by: User) -> None:
    """The list is not signed. Raises `ValueError` where it is settled."""
    batch = BatchOrder.objects.select_for_update().get(pk=batch.pk)
    if batch.status != BatchOrder.Status.PREPARED:
        raise ValueError(_("This list is settled already."))
    BatchOrder.objects.filter(pk=batch.pk).update(status=BatchOrder.Status.WITHDRAWN)
    audit.record(by=by, action="update", verb="prevention.withdraw_batch", obj=batch)
