"""Referrals from question to closed loop. The sending side asks; the receiving side accepts, sees and reports.

A specialist outside does not work here: for them the sending side sends a letter, notes the visit, and takes the
reply in. The loop is the sender's until then, as a task with a due time that escalates like every other.
"""

import datetime
from typing import Any, cast

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinical.actions.facts import clinician_of
from clinical.actions.orders import place_order
from clinical.actions.tasks import create_task, works_at
from clinical.models import Encounter, Note, Referral, ServiceRequest, Task
from clinical.ports import OrderDraft
from core import audit
from core.models import AuditEvent, Concept, User
from core.permissions import require
from core.templatetags.kp import short_date
from members.models import Member
from network.models import Department, Organization
from network.permissions import roles_in_force

Action = AuditEvent.Action
Status = Referral.Status
# Days in which the receiving side answers; a letter goes out; a specialist outside has replied.
ANSWER_DAYS = {"routine": 7, "urgent": 2, "asap": 1, "stat": 0}
LETTER_DAYS = {"routine": 2, "urgent": 1, "asap": 0, "stat": 0}
REPLY_DAYS = {"routine": 30, "urgent": 14, "asap": 7, "stat": 3}
# Days after a visit in which its report is expected.
REPORT_DAYS = 14
TRANSITIONS: dict[str, frozenset[str]] = {
    Status.REQUESTED: frozenset({Status.ACCEPTED, Status.DECLINED, Status.CANCELLED}),
    Status.ACCEPTED: frozenset({Status.SCHEDULED, Status.SEEN, Status.CLOSED, Status.DECLINED, Status.CANCELLED}),
    Status.SCHEDULED: frozenset({Status.SEEN, Status.CLOSED, Status.CANCELLED}),
    Status.SEEN: frozenset({Status.CLOSED}),
}
# Outside nobody accepts in our record: a letter stays "requested" until its visit or its reply is known.
OUTSIDE: dict[str, frozenset[str]] = {
    Status.REQUESTED: frozenset({Status.SCHEDULED, Status.CLOSED, Status.DECLINED, Status.CANCELLED}),
    Status.SCHEDULED: frozenset({Status.SCHEDULED, Status.CLOSED, Status.DECLINED, Status.CANCELLED}),
}


@transaction.atomic
def refer(
    *,
    by: User,
    member: Member,
    question: str,
    to_department: Department | None = None,
    to_organization: Organization | None = None,
    concepts: tuple[Concept, ...] = (),
    encounter: Encounter | None = None,
    priority: str = "routine",
    override_reason: str = "",
    override_code: str = "",
) -> Referral:
    """Ask a department of ours, or a specialist outside, a question about a member.

    Inside it becomes the department's task until they answer it; outside it is the sender's department's until the
    reply is in. Raises `ValidationError` without a question ("please see" cannot be answered) or without exactly one
    receiver.
    """
    if not question.strip():
        raise ValidationError(_("Ask a question that a report can answer."), code="question")
    if (to_department is None) == (to_organization is None):
        raise ValidationError(_("Choose one of our departments, or a specialist outside."), code="receiver")
    asked = {"department": to_department.pk} if to_department else {}
    if to_organization:
        asked = {"organization": to_organization.pk}
    draft = OrderDraft(
        member=member,
        kind="referral",
        concepts=tuple(concepts),
        by=by,
        requester=clinician_of(by),
        encounter=encounter,
        priority=priority,
        reason_text=question,
        detail=asked,
    )
    placed = place_order(by=by, draft=draft, override_reason=override_reason, override_code=override_code)
    request = cast(ServiceRequest, placed)
    days = ANSWER_DAYS[priority] if to_department else REPLY_DAYS[priority]
    referral = Referral.objects.create(
        member=member,
        request=request,
        to_department=to_department,
        to_organization=to_organization,
        from_department=_place_of(by, encounter),
        question=question,
        due_at=timezone.now() + datetime.timedelta(days=days, hours=4),
        requested_by=by,
    )
    _first_task(referral, by, priority)
    audit.record(by=by, action=Action.CREATE, verb="clinical.refer", obj=referral)
    return referral


def _place_of(user: User, encounter: Encounter | None) -> Department | None:
    """Where the question comes from: the visit's department, else the first where the sender works."""
    if encounter is not None and encounter.department is not None:
        return encounter.department
    return next((held.department for held in roles_in_force(user) if held.department), None)


def _first_task(referral: Referral, by: User, priority: str) -> None:
    who = _receiver(referral)
    if referral.is_outside:
        title, department = _("Send the letter: %(who)s") % {"who": who}, referral.from_department
        due = timezone.now() + datetime.timedelta(days=LETTER_DAYS[priority], hours=4)
    else:
        title, department = _("Referral: %(department)s") % {"department": who}, referral.to_department
        due = cast(datetime.datetime, referral.due_at)
    create_task(
        by=by,
        member=referral.member,
        kind="referral_outside" if referral.is_outside else "referral",
        title=title,
        detail=referral.question,
        due_at=due,
        owner=None if department else by,
        department=department,
        priority="urgent" if priority != "routine" else "routine",
        focus=referral,
        dedupe_key=f"referral:{referral.pk}",
    )


def follows_referral(user: User, referral: Referral) -> bool:
    """Whether the loop is `user`'s: they asked, or work where the question came from."""
    if referral.requested_by_id == user.pk:
        return True
    department = referral.from_department
    return department is not None and any(works_at(held, department) for held in roles_in_force(user))


def receives_referral(user: User, referral: Referral) -> bool:
    """Whether `user` works on the answer: at the department that was asked; for an outside one, on the sending side."""
    if referral.is_outside:
        return follows_referral(user, referral)
    department = referral.to_department
    return department is not None and any(works_at(held, department) for held in roles_in_force(user))


def _locked(referral: Referral) -> Referral:
    return (
        Referral.objects.select_for_update(of=("self",))
        .select_related("to_department__facility", "to_organization", "from_department__facility", "member", "request")
        .get(pk=referral.pk)
    )


def _step(referral: Referral, by: User, status: str, verb: str, *, reason: str = "", **changes: Any) -> Referral:
    found = _locked(referral)
    allowed = follows_referral(by, found) if status == Status.CANCELLED else receives_referral(by, found)
    if not allowed:
        raise PermissionDenied("Only the side whose turn it is works on a referral.")
    table = OUTSIDE if found.is_outside else TRANSITIONS
    if status not in table.get(Status(found.status), frozenset()):
        raise ValidationError(
            _("This referral is already %(status)s.") % {"status": found.get_status_display().lower()}, code="state"
        )
    found.status = status
    return _save(found, by, verb, reason=reason, **changes)


def _save(found: Referral, by: User, verb: str, *, reason: str = "", **changes: Any) -> Referral:
    for name, value in changes.items():
        setattr(found, name, value)
    found.save(update_fields=["status", *changes])
    audit.record(by=by, action=Action.UPDATE, verb=verb, obj=found, reason=reason)
    return found


def _receiver(referral: Referral) -> str:
    """Who was asked, in words."""
    return referral.to_department.name if referral.to_department else str(referral.to_organization)


def _task(referral: Referral) -> Task | None:
    return Task.objects.filter(dedupe_key=f"referral:{referral.pk}", status__in=Task.OPEN).first()


def _close_task(referral: Referral, by: User, outcome: str) -> None:
    task = _task(referral)
    if task is not None:
        task.status, task.completed_at, task.completed_by = "completed", timezone.now(), by
        task.outcome = outcome[:500]
        task.save(update_fields=["status", "completed_at", "completed_by", "outcome"])


def _watch(referral: Referral, title: str, due: datetime.datetime) -> None:
    """The loop's open task says what is awaited next, by when; a new due time can be missed anew."""
    task = _task(referral)
    if task is not None:
        task.title, task.due_at, task.escalated_at = title[:200], due, None
        task.save(update_fields=["title", "due_at", "escalated_at"])


# --- Our own departments ------------------------------------------------------------------------------------


@transaction.atomic
def accept_referral(referral: Referral, *, by: User) -> Referral:
    """The receiving side takes it on; its task stays theirs until the report."""
    due = timezone.now() + datetime.timedelta(days=30)
    found = _step(referral, by, Status.ACCEPTED, "clinical.accept_referral", accepted_by=by, due_at=due)
    task = _task(found)
    if task is not None:
        task.status, task.owner, task.due_at = "accepted", by, due
        task.save(update_fields=["status", "owner", "due_at"])
    return found


@transaction.atomic
def schedule_referral(referral: Referral, *, by: User) -> Referral:
    """The visit with the specialist is booked."""
    return _step(referral, by, Status.SCHEDULED, "clinical.schedule_referral")


@transaction.atomic
def decline_referral(referral: Referral, *, by: User, reason: str) -> Referral:
    """Send it back with a reason; the sender gets a task, so that the member is not left between two chairs."""
    if not reason.strip():
        raise ValidationError(_("Say why, and what to do instead."), code="reason")
    found = _step(
        referral, by, Status.DECLINED, "clinical.decline_referral", reason=reason, decline_reason=reason[:300]
    )
    _close_task(found, by, reason)
    _end_request(found, "revoked")
    create_task(
        by=by,
        member=found.member,
        kind="referral_declined",
        title=_("Referral declined: %(department)s") % {"department": _receiver(found)},
        detail=reason,
        due_at=timezone.now() + datetime.timedelta(days=2),
        owner=found.requested_by,
        focus=found,
        dedupe_key=f"referral_declined:{found.pk}",
    )
    return found


@transaction.atomic
def cancel_referral(referral: Referral, *, by: User, reason: str) -> Referral:
    """The sending side takes its question back, with a reason."""
    if not reason.strip():
        raise ValidationError(_("Say why it is no longer needed."), code="reason")
    found = _step(
        referral, by, Status.CANCELLED, "clinical.cancel_referral", reason=reason, decline_reason=reason[:300]
    )
    _close_task(found, by, reason)
    _end_request(found, "revoked")
    return found


@transaction.atomic
def close_referral(referral: Referral, *, by: User, report: str) -> Referral:
    """Answer the question by a signed report, which closes the referral, its order and its task.

    The sender gets a task to read it: the loop is closed by the one who asked, too. Raises `PermissionDenied` for
    whoever signs no notes.
    """
    if referral.is_outside:
        raise ValidationError(_("A reply from outside is taken in with who wrote it and when."), code="outside")
    require(by, "clinical.report_referral", referral)
    return _close(referral, by, report, _("Report: %(department)s") % {"department": _receiver(referral)})


# --- Specialists outside ------------------------------------------------------------------------------------


@transaction.atomic
def send_letter(referral: Referral, *, by: User, how: str) -> Referral:
    """The letter has gone outside; from now on a reply is awaited. Sending it again is another disclosure.

    Raises `ValidationError` for a referral within our departments, or one that is over.
    """
    found = _outside(referral, by)
    if found.status not in OUTSIDE:
        raise ValidationError(
            _("This referral is already %(status)s.") % {"status": found.get_status_display().lower()}, code="state"
        )
    if how not in Referral.SentHow.values:
        raise ValidationError(_("Say how the letter went."), code="how")
    now = timezone.now()
    due = now + datetime.timedelta(days=REPLY_DAYS.get(found.request.priority, REPLY_DAYS["routine"]))
    _save(found, by, "clinical.send_letter", sent_at=now, sent_by=by, sent_how=how, due_at=due)
    _watch(found, _("Reply awaited: %(who)s") % {"who": _receiver(found)}, due)
    return found


@transaction.atomic
def note_outside_visit(referral: Referral, *, by: User, on: datetime.date) -> Referral:
    """The outside visit has a day; the report is expected `REPORT_DAYS` after it."""
    _must_be_outside(referral)
    due = timezone.make_aware(datetime.datetime.combine(on, datetime.time(17))) + datetime.timedelta(days=REPORT_DAYS)
    found = _step(referral, by, Status.SCHEDULED, "clinical.note_outside_visit", visit_on=on, due_at=due)
    _watch(found, _("Report awaited: %(who)s") % {"who": _receiver(found)}, due)
    return found


@transaction.atomic
def take_in_reply(referral: Referral, *, by: User, author: str, on: datetime.date, report: str) -> Referral:
    """The outside specialist's reply, as it was written, with who wrote it and when: closes the loop.

    Signed by whoever takes it in, as a copy: the words are the specialist's. Raises `ValidationError` without words
    or author, or for a day that is still to come.
    """
    _must_be_outside(referral)
    if not author.strip():
        raise ValidationError(_("Say who wrote it."), code="author")
    if on > timezone.localdate():
        raise ValidationError(_("The reply cannot be from a day to come."), code="day")
    if not report.strip():
        raise ValidationError(_("The report answers the question: it cannot be empty."), code="report")
    head = _("Reply of %(author)s, %(who)s, dated %(day)s; taken in as received.") % {
        "author": author.strip(),
        "who": _receiver(referral),
        "day": short_date(on, "year"),
    }
    title = _("Report from outside: %(who)s") % {"who": _receiver(referral)}
    return _close(referral, by, f"{head}\n\n{report.strip()}", title)


def _must_be_outside(referral: Referral) -> None:
    if not referral.is_outside:
        raise ValidationError(_("This referral is answered by our own department."), code="inside")


def _outside(referral: Referral, by: User) -> Referral:
    _must_be_outside(referral)
    found = _locked(referral)
    if not follows_referral(by, found):
        raise PermissionDenied("Only the sending side follows an outside referral.")
    return found


# --- Closing ------------------------------------------------------------------------------------------------


def _end_request(found: Referral, status: str) -> None:
    found.request.status = status
    found.request.save(update_fields=["status"])


def _close(referral: Referral, by: User, report: str, title: str) -> Referral:
    if not report.strip():
        raise ValidationError(_("The report answers the question: it cannot be empty."), code="report")
    now = timezone.now()
    note = Note.objects.create(
        member_id=referral.member_id,
        encounter_id=referral.request.encounter_id,
        kind=Note.Kind.CONSULT,
        title=title[:200],
        body=report,
        author=by,
        signed_at=now,
    )
    found = _step(referral, by, Status.CLOSED, "clinical.close_referral", report=note, closed_at=now)
    _close_task(found, by, "reported")
    _end_request(found, "completed")
    create_task(
        by=by,
        member=found.member,
        kind="referral_report",
        title=_("Read the report: %(department)s") % {"department": _receiver(found)},
        due_at=now + datetime.timedelta(days=3),
        owner=found.requested_by,
        focus=found,
        dedupe_key=f"referral_report:{found.pk}",
    )
    return found
