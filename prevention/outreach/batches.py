"""Lists of orders under one protocol: prepared by anybody, signed at one stroke, placed by the workers."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from clinical.actions.facts import clinician_of
from clinical.models import ServiceRequest
from core import audit, jobs
from core.models import JobPartition, JobRun, User
from members.models import Member
from network.models import Organization
from prevention.models import BatchOrder, BatchOrderItem, CareGap, StandingOrder
from prevention.outreach.orders import order_for_gap
from prevention.outreach.protocols import left_out, suitable
from prevention.reach import in_reach

BATCH = 200
KIND = "order_batch"
# Orders in a share of the job: what a kill does over again.
AT_ONCE = 20
# Kept in English, as the workers write it, and translated where it is shown.
TAKEN_OFF, NO_LONGER_DUE = gettext_noop("taken off the list"), gettext_noop("no longer due")


@transaction.atomic
def prepare_batch(standing: StandingOrder, rule: str, *, by: User, limit: int = BATCH) -> BatchOrder:
    """A list of people due for `rule` who have no such order open: longest overdue first, Spanish or English alike.

    Of those whom `by` may meet in a list. Whom the protocol is not for is not put on it; who comes to be so before it
    is signed is left out then.

    Raises `ValueError` where nobody is left to put on it.
    """
    if rule not in standing.rules:
        raise ValueError(_("This protocol is not for that gap."))
    asked = ServiceRequest.objects.filter(status="active", protocol=standing.protocol)
    waiting = BatchOrderItem.objects.filter(
        Q(batch__status=BatchOrder.Status.PREPARED)
        | Q(batch__status=BatchOrder.Status.SIGNED, order__isnull=True, left_out="")
    )
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
    gaps = list(suitable(in_reach(due, by), standing.protocol, timezone.localdate())[:limit])
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
    """Sign the whole list, but for the items in `without`; the workers place the orders, in `by`'s name.

    Nobody signs for whom they do not see: those of other places go on a list of their own, which waits for a physician
    there. Raises `ValueError` where the list was signed or withdrawn before, or `by` is no clinician.
    """
    signed = _sign(batch, by=by, without=without)
    send(signed, by=by)
    return signed


@transaction.atomic
def sign_and_place(batch: BatchOrder, *, by: User, without: frozenset[Any] = frozenset()) -> BatchOrder:
    """`sign_batch` where no worker runs: the orders are placed in this transaction."""
    signed = _sign(batch, by=by, without=without)
    place_items(signed, to_place(signed), by=by)
    return signed


def _sign(batch: BatchOrder, *, by: User, without: frozenset[Any]) -> BatchOrder:
    batch = BatchOrder.objects.select_for_update().get(pk=batch.pk)
    signer = clinician_of(by)
    if batch.status != BatchOrder.Status.PREPARED:
        raise ValueError(_("This list is settled already."))
    if signer is None:
        raise ValueError(_("A clinician signs."))
    _split_off(batch, by=by)
    off = batch.items.filter(pk__in=without).update(left_out=TAKEN_OFF)
    batch.status, batch.signed_by, batch.signed_at = BatchOrder.Status.SIGNED, signer, timezone.now()
    batch.save(update_fields=["status", "signed_by", "signed_at"])
    audit.record(
        by=by,
        action="update",
        verb="prevention.sign_batch",
        obj=batch,
        detail={"people": to_place(batch).count(), "taken_off": off},
    )
    return batch


def _split_off(batch: BatchOrder, *, by: User) -> None:
    """Leave on `batch` those whom `by` may meet in a list; the others wait on a list of their own, as it was prepared.

    Raises `ValueError` where nobody would be left.
    """
    seen = set(in_reach(batch.items.all(), by).values_list("pk", flat=True))
    others = batch.items.exclude(pk__in=seen)
    if not seen:
        raise ValueError(_("Nobody on this list is cared for at your place."))
    if not others.exists():
        return
    rest = BatchOrder.objects.create(
        managing_organization_id=batch.managing_organization_id,
        standing_order_id=batch.standing_order_id,
        rule=batch.rule,
        prepared_by_id=batch.prepared_by_id,
        prepared_at=batch.prepared_at,
    )
    moved = others.update(batch=rest)
    audit.record(
        by=by,
        action="create",
        verb="prevention.split_batch",
        obj=rest,
        detail={"of": str(batch.pk), "people": moved},
    )


def to_place(batch: BatchOrder) -> QuerySet[BatchOrderItem]:
    """Signed for, and neither ordered nor left out yet."""
    return batch.items.filter(order__isnull=True, left_out="")


@transaction.atomic
def send(batch: BatchOrder, *, by: User) -> JobRun | None:
    """Have the workers place what is signed for and not placed; None where nothing is.

    A run that failed is taken up again, for what it left. Raises `ValueError` for a list that is not signed.
    """
    if batch.status != BatchOrder.Status.SIGNED:
        raise ValueError(_("This list is not signed."))
    people = to_place(batch).count()
    if not people:
        return None
    run = jobs.start_run(
        by=by, kind=KIND, key=str(batch.pk), parameters={"batch": str(batch.pk)}, partitions=-(-people // AT_ONCE)
    )
    jobs.send(run)
    return run


def run_of(batch: BatchOrder) -> JobRun | None:
    """The run that places the list's orders, once there is one."""
    return JobRun.objects.filter(kind=KIND, key=str(batch.pk)).first()


def place_share(run: JobRun, share: JobPartition) -> dict[str, int | float]:
    """The orders of a share of the members. Killed and run again, nobody is ordered for twice: both stand in one row's
    transaction, and who has an order is no longer to be placed."""
    batch = BatchOrder.objects.select_related("standing_order").get(pk=run.parameters["batch"])
    items = to_place(batch).filter(member_id__gte=share.lower)
    if share.upper is not None:
        items = items.filter(member_id__lt=share.upper)
    return place_items(batch, items, by=run.started_by)


def place_items(batch: BatchOrder, items: QuerySet[BatchOrderItem], *, by: User) -> dict[str, int | float]:
    """Order for each item, or say why not; counts of both."""
    found = list(items.select_related("gap__member").select_for_update(of=("self",)).order_by("id"))
    not_for = left_out(batch.standing_order.protocol, [item.member_id for item in found], timezone.localdate())
    for item in found:
        _place(item, batch, by=by, why_out=str(not_for.get(item.member_id, "")))
    ordered = sum(1 for item in found if item.order_id)
    return {"members": len(found), "ordered": ordered, "left_out": len(found) - ordered}


def _place(item: BatchOrderItem, batch: BatchOrder, *, by: User, why_out: str) -> None:
    if why_out:
        item.left_out = why_out[:200]
    elif item.gap.status != CareGap.Status.OPEN:
        item.left_out = NO_LONGER_DUE
    else:
        try:
            with transaction.atomic():
                item.order = order_for_gap(item.gap, by=by, protocol=batch.standing_order.protocol)
        except ValidationError as refused:
            item.left_out = " ".join(refused.messages)[:200]
        except ValueError as refused:
            item.left_out = str(refused)[:200]
    item.save(update_fields=["order", "left_out"])


def title(run: JobRun) -> str:
    """What the run is called on the pages of jobs."""
    return str(_("Orders of a signed list"))


@transaction.atomic
def withdraw_batch(batch: BatchOrder, *, by: User) -> None:
    """The list is not signed. Raises `ValueError` where it is settled."""
    batch = BatchOrder.objects.select_for_update().get(pk=batch.pk)
    if batch.status != BatchOrder.Status.PREPARED:
        raise ValueError(_("This list is settled already."))
    BatchOrder.objects.filter(pk=batch.pk).update(status=BatchOrder.Status.WITHDRAWN)
    audit.record(by=by, action="update", verb="prevention.withdraw_batch", obj=batch)
