"""Messages between a member and the care team: each question is a task until it is answered."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinical.actions.tasks import create_task
from clinical.models import Message, MessageThread, Task
from core import audit
from core.models import AuditEvent, User
from members.models import Member, PrimaryCareAssignment
from members.telling import tell
from network.models import Clinician, Department

Action = AuditEvent.Action
# Within this time the care team answers; said to the member before they write.
ANSWER_WITHIN = datetime.timedelta(days=1)


def care_team_of(member: Member, on: datetime.date) -> tuple[Clinician | None, Department | None]:
    """Who answers the member's messages: their primary care clinician and department."""
    found = (
        PrimaryCareAssignment.objects.filter(member=member, period__contains=on)
        .select_related("clinician__user", "department__facility")
        .first()
    )
    return (found.clinician, found.department) if found else (None, None)


@transaction.atomic
def start_thread(*, by: User, member: Member, subject: str, body: str, sensitivity: int = 0) -> MessageThread:
    """A member (or proxy) writes to the care team; the question is the department's task at once.

    Raises `ValidationError` where the member has no care team yet, or nothing is written.
    """
    clinician, department = care_team_of(member, timezone.localdate())
    if department is None:
        raise ValidationError(_("You have no care team yet. Call member services."), code="no_team")
    thread = MessageThread.objects.create(
        member=member,
        subject=subject.strip()[:200] or _("Question"),
        clinician=clinician,
        department=department,
        sensitivity=sensitivity,
    )
    write_message(thread, by=by, body=body)
    return thread


@transaction.atomic
def write_to_member(*, by: User, member: Member, subject: str, body: str, sensitivity: int = 0) -> MessageThread:
    """The care team writes first: a thread of its own, in which the member may answer; they are told that it waits.

    Raises `ValidationError` where the member has no care team yet, or nothing is written.
    """
    clinician, department = care_team_of(member, timezone.localdate())
    if department is None:
        raise ValidationError(_("They have no care team yet."), code="no_team")
    thread = MessageThread.objects.create(
        member=member,
        subject=subject.strip()[:200] or _("Message from your care team"),
        clinician=clinician,
        department=department,
        sensitivity=sensitivity,
    )
    _tell_member(_write(thread, by=by, body=body, from_member=False), thread)
    return thread


@transaction.atomic
def write_message(thread: MessageThread, *, by: User, body: str) -> Message:
    """The member's side writes in a thread: it opens again, and waits for an answer as one task."""
    message = _write(thread, by=by, body=body, from_member=True)
    waiting = Task.objects.filter(focus_id=thread.pk, kind="message", status__in=Task.OPEN).exists()
    if not waiting:
        create_task(
            by=by,
            member=thread.member,
            kind="message",
            title=thread.subject,
            due_at=message.sent_at + ANSWER_WITHIN,
            department=thread.department,
            focus=thread,
            dedupe_key=f"message:{message.pk}",
        )
    return message


@transaction.atomic
def answer_thread(thread: MessageThread, *, by: User, body: str, close: bool = False) -> Message:
    """The care team answers: the question's task is done, the member is told that a message waits."""
    message = _write(thread, by=by, body=body, from_member=False, close=close)
    now = timezone.now()
    for task in Task.objects.select_for_update().filter(focus_id=thread.pk, kind="message", status__in=Task.OPEN):
        task.status, task.completed_at, task.completed_by, task.outcome = "completed", now, by, "answered"
        task.save(update_fields=["status", "completed_at", "completed_by", "outcome"])
        audit.record(by=by, action=Action.UPDATE, verb="clinical.complete_task", obj=task)
    _tell_member(message, thread)
    return message


def _write(thread: MessageThread, *, by: User, body: str, from_member: bool, close: bool = False) -> Message:
    if not body.strip():
        raise ValidationError(_("Write your message first."), code="empty")
    message = Message.objects.create(
        member_id=thread.member_id,
        thread=thread,
        author=by,
        from_member=from_member,
        body=body.strip(),
        sent_at=timezone.now(),
        sensitivity=thread.sensitivity,
    )
    thread.is_closed, thread.last_message_at = close, message.sent_at
    thread.save(update_fields=["is_closed", "last_message_at"])
    audit.record(by=by, action=Action.CREATE, verb="clinical.write_message", obj=message)
    return message


def _tell_member(message: Message, thread: MessageThread) -> None:
    """The member, or who acts for them; and whoever wrote last for somebody who has an account."""
    wrote = User.objects.filter(pk__in=thread.messages.filter(from_member=True).values("author"))
    tell(
        thread.member,
        "message_waiting",
        key=f"message:{message.pk}",
        url_path=f"/messages/{thread.pk}/",
        scope="message",
        sensitivity=thread.sensitivity,
        also=wrote,
    )
