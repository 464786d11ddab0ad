"""What people do about those in a registry: one note, or one action over many, prepared, looked at and done once."""

import uuid
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from clinical.actions.messages import write_to_member
from clinical.actions.tasks import create_task
from clinical.models import Message, Task
from core import audit
from core.models import User
from core.permissions import require
from hospitals.models import Stay
from members.models import CommunicationPreference, Consent, Member, PrimaryCareAssignment
from network.models import RoleAssignment
from prevention.library import articles
from prevention.models import CareGap, RegistryBatch, RegistryBatchItem, RegistryEntry, RegistryFollowUp
from prevention.outreach.elsewhere import care_department
from prevention.outreach.orders import order_for_gap
from prevention.registries import BY_ID
from prevention.rules import BY_ID as RULES

Action, Status = RegistryBatch.Action, RegistryBatchItem.Status
# More than this is a campaign, with a policy of its own.
MOST = 500
# Nobody is written to twice by the same side within this time.
QUIET = timedelta(days=14)
TASK_KIND = "registry_follow_up"
TASK_WITHIN = timedelta(days=7)


def permission_for(action: str) -> str:
    """What somebody needs to do this over many people."""
    return "prevention.order_for_gap" if action == Action.ORDER else "prevention.work_registry"


def order_rule(registry: str) -> str:
    """The care rule under whose protocol a registry's test is ordered; empty where it has none."""
    rules = (step.rule for step in BY_ID[registry].steps if step.kind == "order")
    return next((rule for rule in rules if any(way.kind == "order" for way in RULES[rule].ways)), "")


@transaction.atomic
def note_follow_up(
    entry: RegistryEntry, *, by: User, note: str = "", next_contact_on: date | None = None
) -> RegistryFollowUp:
    """Keep a note, and when to be in touch next. Raises `ValidationError` where there is neither."""
    if not note.strip() and next_contact_on is None:
        raise ValidationError(_("Write a note or choose a day."), code="empty")
    made = RegistryFollowUp.objects.create(
        member_id=entry.member_id,
        entry=entry,
        by=by,
        note=note.strip()[:300],
        next_contact_on=next_contact_on,
        sensitivity=entry.sensitivity,
    )
    audit.record(by=by, action="create", verb="prevention.note_follow_up", obj=made)
    return made


# --- Over many ------------------------------------------------------------------------------------------


@transaction.atomic
def prepare_batch(
    registry: str, action: str, entries: Iterable[RegistryEntry], *, by: User, filters: dict[str, Any]
) -> RegistryBatch:
    """A batch that somebody can look at before it is done: who is in, who is left out and why.

    Raises `ValidationError` for nobody, for more than `MOST`, and for people of several systems.
    """
    require(by, permission_for(action))
    found = list(entries)
    if not found:
        raise ValidationError(_("Choose somebody first."), code="nobody")
    if len(found) > MOST:
        raise ValidationError(
            _("At most %(count)d people at once. Narrow the list.") % {"count": MOST}, code="too_many"
        )
    systems = {entry.member.managing_organization_id for entry in found}
    if len(systems) > 1:
        raise ValidationError(_("Choose people of one organisation."), code="systems")
    batch = RegistryBatch.objects.create(
        managing_organization_id=systems.pop(), registry=registry, action=action, filters=filters, by=by
    )
    reasons = _left_out(registry, action, found)
    RegistryBatchItem.objects.bulk_create(
        RegistryBatchItem(
            batch=batch,
            member_id=entry.member_id,
            entry=entry,
            status=Status.LEFT_OUT if entry.member_id in reasons else Status.PLANNED,
            reason=reasons.get(entry.member_id, ""),
            sensitivity=entry.sensitivity,
        )
        for entry in found
    )
    audit.record(
        by=by,
        action="create",
        verb="prevention.prepare_batch",
        obj=batch,
        detail={"registry": registry, "action": action, "people": len(found), "left_out": len(reasons)},
    )
    return batch


@transaction.atomic
def do_batch(batch: RegistryBatch, *, by: User, **parameters: Any) -> RegistryBatch:
    """Do it, once: a second call finds it done. Whoever no longer fits is left out, with the reason.

    `parameters` by action: `subject` and `body` (message), `detail` (task), `note` and `next_contact_on` (note).
    Raises `PermissionDenied` for anybody but the person who prepared it.
    """
    batch = RegistryBatch.objects.select_for_update().get(pk=batch.pk)
    require(by, permission_for(batch.action))
    if batch.by_id != by.pk:
        raise PermissionDenied("Whoever prepared it does it.")
    if batch.status == RegistryBatch.Status.DONE:
        return batch
    items = list(
        RegistryBatchItem.objects.select_for_update(of=("self",))
        .filter(batch=batch, status=Status.PLANNED)
        .select_related("entry__member__user")
        .order_by("pk")
    )
    reasons = _left_out(batch.registry, batch.action, [item.entry for item in items])
    act = ACTS[batch.action]
    for item in items:
        reason = reasons.get(item.member_id) or act(item.entry, batch=batch, by=by, **parameters)
        item.status, item.reason = (Status.LEFT_OUT, reason) if reason else (Status.DONE, "")
    RegistryBatchItem.objects.bulk_update(items, ["status", "reason"])
    batch.status, batch.done_at = RegistryBatch.Status.DONE, timezone.now()
    # What was written to people stands in their messages; here is only that it was.
    batch.parameters = {name: str(value) for name, value in parameters.items() if name == "next_contact_on" and value}
    batch.save(update_fields=["status", "done_at", "parameters"])
    done = sum(item.status == Status.DONE for item in items)
    audit.record(
        by=by,
        action="update",
        verb="prevention.do_batch",
        obj=batch,
        detail={"registry": batch.registry, "action": batch.action, "done": done},
    )
    return batch


def _message(
    entry: RegistryEntry, *, batch: RegistryBatch, by: User, subject: str, body: str, with_article: bool = False
) -> str:
    with override(entry.member.language):
        reading = articles.for_registry(entry.registry) if with_article else None
        if reading:
            more = _("Read more in the health library: %(title)s") % {"title": reading.title}
            body = f"{body.strip()}\n\n{more}"
    write_to_member(by=by, member=entry.member, subject=subject, body=body, sensitivity=entry.sensitivity)
    return ""


def _order(entry: RegistryEntry, *, batch: RegistryBatch, by: User) -> str:
    gap = CareGap.objects.select_related("member").get(
        member_id=entry.member_id, rule=order_rule(batch.registry), status=CareGap.Status.OPEN
    )
    try:
        with transaction.atomic():
            order_for_gap(gap, by=by)
    except ValueError:
        return "not_offered"
    return ""


def _task(entry: RegistryEntry, *, batch: RegistryBatch, by: User, detail: str = "") -> str:
    department = care_department(entry.member)
    if department is None:
        return "no_team"
    registry = BY_ID[entry.registry]
    with override(None):
        step = str(registry.words("steps", entry.next_step)) if entry.next_step else ""
        create_task(
            by=by,
            member=entry.member,
            kind=TASK_KIND,
            title=f"{registry.title}: {step or 'follow up'}",
            detail=detail[:1000],
            department=department,
            role=RoleAssignment.Role.CARE_COORDINATOR,
            due_at=timezone.now() + TASK_WITHIN,
            focus=entry,
            dedupe_key=f"prevention:registry:{batch.pk}:{entry.member_id}",
        )
    return ""


def _note(
    entry: RegistryEntry, *, batch: RegistryBatch, by: User, note: str = "", next_contact_on: date | None = None
) -> str:
    note_follow_up(entry, by=by, note=note, next_contact_on=next_contact_on)
    return ""


ACTS: dict[str, Callable[..., str]] = {
    Action.MESSAGE: _message,
    Action.ORDER: _order,
    Action.TASK: _task,
    Action.NOTE: _note,
}


# --- Who is left out, and why ---------------------------------------------------------------------------


def reason_words() -> dict[str, str]:
    return {
        "gone": _("no longer in the registry"),
        "deceased": _("has died"),
        "not_wanted": _("asked not to be contacted"),
        "in_hospital": _("in hospital now"),
        "no_account": _("has no portal account"),
        "no_team": _("has no care team yet"),
        "lately": _("was written to in the last two weeks"),
        "capped": _("has had as many messages as the outreach policy allows"),
        "not_due": _("the test is not due"),
        "not_offered": _("the laboratory does not offer it"),
        "has_task": _("somebody is on it already"),
    }


def _left_out(registry: str, action: str, entries: list[RegistryEntry]) -> dict[uuid.UUID, str]:
    """Member → why not, for those who are left out; a few queries, however many people."""
    ids = [entry.member_id for entry in entries]
    found: dict[uuid.UUID, str] = {}

    def leave(members: Iterable[uuid.UUID], reason: str) -> None:
        for member in members:
            found.setdefault(member, reason)

    leave((entry.member_id for entry in entries if entry.left_on is not None), "gone")
    leave(Member.objects.filter(pk__in=ids, deceased_at__isnull=False).values_list("pk", flat=True), "deceased")
    if action == Action.MESSAGE:
        for reason, members in _not_to_be_written_to(ids):
            leave(members, reason)
    elif action == Action.ORDER:
        due = CareGap.objects.filter(member__in=ids, rule=order_rule(registry)).open().values_list("member", flat=True)
        leave(set(ids) - set(due), "not_due")
    elif action == Action.TASK:
        held = Task.objects.filter(
            member__in=ids, kind=TASK_KIND, status__in=Task.OPEN, focus_id__in=[entry.pk for entry in entries]
        )
        leave(held.values_list("member", flat=True), "has_task")
    return found


def _not_to_be_written_to(ids: list[uuid.UUID]) -> Iterable[tuple[str, Iterable[uuid.UUID]]]:
    now = timezone.now()
    today = timezone.localdate(now)
    yield (
        "not_wanted",
        CommunicationPreference.objects.filter(member__in=ids, no_outreach=True).values_list("member", flat=True),
    )
    yield (
        "not_wanted",
        Consent.objects.filter(member__in=ids, kind="reminders", is_given=False, period__contains=today).values_list(
            "member", flat=True
        ),
    )
    yield (
        "in_hospital",
        Stay.objects.filter(member__in=ids, admitted_at__lte=now, discharged_at__isnull=True).values_list(
            "member", flat=True
        ),
    )
    yield "capped", _at_their_cap(ids, now)
    yield "no_account", Member.objects.filter(pk__in=ids, user__isnull=True).values_list("pk", flat=True)
    cared_for = PrimaryCareAssignment.objects.filter(member__in=ids, period__contains=today)
    yield "no_team", set(ids) - set(cared_for.values_list("member", flat=True))
    yield (
        "lately",
        Message.objects.filter(member__in=ids, from_member=False, sent_at__gt=now - QUIET).values_list(
            "member", flat=True
        ),
    )


# Messages, letters and calls of all campaigns together, and bulk messages, within the days of the market's policy.
CAPPED = """
SELECT m.id FROM members_member m
JOIN LATERAL (
    SELECT p.cap, p.cap_days FROM prevention_outreachpolicy p
    WHERE p.managing_organization_id = m.managing_organization_id
        AND coalesce(p.region_id = m.region_id, p.region_id IS NULL) AND p.period @> %(today)s::date
    ORDER BY p.region_id IS NULL LIMIT 1
) p ON true
WHERE m.id = ANY (%(ids)s::uuid[]) AND p.cap <= (
    SELECT count(*) FROM prevention_reminder r WHERE r.member_id = m.id AND r.status <> 'skipped'
        AND r.channel <> 'visit' AND r.created_at > %(now)s - make_interval(days => p.cap_days)
) + (
    SELECT count(*) FROM prevention_registrybatchitem i JOIN prevention_registrybatch b ON b.id = i.batch_id
    WHERE i.member_id = m.id AND i.status = 'done' AND b.action = 'message'
        AND b.done_at > %(now)s - make_interval(days => p.cap_days))
"""


def _at_their_cap(ids: list[uuid.UUID], now: datetime) -> list[uuid.UUID]:
    """Of these members, who has had as many messages as the outreach policy allows over all campaigns together."""
    with connection.cursor() as cursor:
        cursor.execute(CAPPED, {"ids": ids, "now": now, "today": timezone.localdate(now)})
        return [row[0] for row in cursor.fetchall()]
