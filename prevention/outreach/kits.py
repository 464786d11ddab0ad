"""Home kits from order to result: where each one is, who is asked about it, when it counts as lost."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, outbox
from core.models import User
from labs.models import LabOrder
from members.models import MemberTelecom
from prevention.engine.evaluate import Partition
from prevention.models import HomeKit
from prevention.outreach.kinds import kind_of

# Where a physician ordered it without protocol.
NUDGE, LOST, SHELF = 14, 45, 365

SENT = """
FROM prevention_homekit h
JOIN labs_laborder l ON l.request_id = h.order_id AND l.member_id = h.member_id AND l.status = 'mailed'
LEFT JOIN prevention_standingorder s ON s.id = h.standing_order_id
JOIN members_member m ON m.id = h.member_id
"""
NUDGES = f"""
UPDATE prevention_homekit k SET nudged_at = %(at)s FROM (
    SELECT h.id {SENT} WHERE {{h}} AND h.nudged_at IS NULL AND h.lost_at IS NULL AND m.deceased_at IS NULL
        AND l.status_at + make_interval(days => coalesce(s.nudge_days, {NUDGE})) <= %(at)s
) d WHERE k.id = d.id RETURNING k.id
"""
LOSSES = f"""
UPDATE prevention_homekit k SET lost_at = %(at)s FROM (
    SELECT h.id {SENT} WHERE {{h}} AND h.lost_at IS NULL
        AND l.status_at + make_interval(days => coalesce(s.lost_days, {LOST})) <= %(at)s
) d WHERE k.id = d.id
"""


def track_kits(partition: Partition, *, as_of: date, at: datetime) -> int:
    """Ask once about kits that do not come back, and count as lost those that stay away: their gap's outreach goes on.

    Returns rows written. Needs the jobs login and an open transaction.
    """
    parameters = {**partition.parameters, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(LOSSES.format(h=partition.test("h.member_id")), parameters)
        lost = cursor.rowcount
        cursor.execute(NUDGES.format(h=partition.test("h.member_id")), parameters)
        nudged = [row[0] for row in cursor.fetchall()]
    for kit in HomeKit.objects.filter(pk__in=nudged).select_related("member__user").iterator():
        _ask(kit, as_of)
    return lost + len(nudged)


def _ask(kit: HomeKit, as_of: date) -> None:
    """ "Something we sent you": in the portal, else by text message, else by e-mail. It says no more than that."""
    member = kit.member
    reached = {
        one.system: one.value
        for one in MemberTelecom.objects.filter(member=member, period__contains=as_of).order_by("-rank")
    }
    channel = "portal" if member.user_id else "sms" if "sms" in reached else "email"
    if channel != "portal" and channel not in reached:
        return
    outbox.enqueue(
        dedupe_key=f"prevention:kit:{kit.pk}",
        channel=channel,
        template="kit_waiting",
        user=member.user,
        member_id=member.pk,
        address=reached.get(channel, ""),
        language=member.language,
        url_path=f"/gaps/{kit.gap_id}/",
    )


@dataclass(frozen=True)
class Stage:
    """Where a kit is: `name` of STAGES, since when, and whether somebody should look."""

    name: str
    words: str
    since: datetime
    status: str


def stage_of(kit: HomeKit, order: LabOrder | None, now: datetime) -> Stage:
    """From the laboratory's order and what stands on the kit itself."""
    standing = kit.standing_order
    shelf = timedelta(days=standing.shelf_days if standing else SHELF)
    if order is None or order.status == LabOrder.Status.CANCELLED:
        return Stage("cancelled", _("Cancelled"), order.status_at if order else kit.ordered_at, "plain")
    if order.status == LabOrder.Status.RELEASED:
        return Stage("resulted", _("Result reported"), order.status_at, "good")
    if order.status in (LabOrder.Status.COLLECTED, LabOrder.Status.RECEIVED, LabOrder.Status.RESULTED):
        return Stage("returned", _("Back, in the laboratory"), order.status_at, "info")
    if order.status == LabOrder.Status.MAILED and now - order.status_at >= shelf:
        return Stage("expired", _("Too old to be tested"), order.status_at + shelf, "due")
    if kit.lost_at is not None:
        return Stage("lost", _("Counts as lost"), kit.lost_at, "due")
    if order.status == LabOrder.Status.MAILED:
        return Stage("sent", _("Sent"), order.status_at, "info")
    return Stage("ordered", _("To be sent"), order.created_at, "plain")


def shown(kits: list[HomeKit]) -> list[dict]:
    """Kits with their stage, in two queries whatever their number."""
    orders = {one.request_id: one for one in LabOrder.objects.filter(request__in=[kit.order_id for kit in kits])}
    now = timezone.now()
    return [
        {
            "kit": kit,
            "stage": stage_of(kit, orders.get(kit.order_id), now),
            "title": kind_of(kit.gap.rule).title,
            "order": orders.get(kit.order_id),
        }
        for kit in kits
    ]


@transaction.atomic
def report_lost(kit: HomeKit, *, by: User) -> HomeKit:
    """The member says that it never came, or went astray: a new one can be ordered. Raises `ValueError` once back."""
    found = HomeKit.objects.select_for_update().get(pk=kit.pk, member_id=kit.member_id)
    order = LabOrder.objects.filter(request=found.order_id, member_id=found.member_id).first()
    if order is not None and order.status not in (LabOrder.Status.ORDERED, LabOrder.Status.MAILED):
        raise ValueError(_("This kit is back already."))
    if found.lost_at is None:
        found.lost_at = timezone.now()
        found.save(update_fields=["lost_at"])
        audit.record(by=by, action="update", verb="prevention.report_kit_lost", obj=found)
    return found
