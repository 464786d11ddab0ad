"""The telephone: whom to call next, who has which call in hand, what came of it, and when to try again."""

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.models import User
from members.models import Member
from prevention import actions
from prevention.models import CareGap, OutreachContact, OutreachEpisode, OutreachPolicy, Reminder
from prevention.outreach.elsewhere import report_elsewhere
from prevention.outreach.guardians import Guardian, adults_of
from prevention.outreach.peace import Quiet, to_do_now
from prevention.reach import in_reach
from prevention.rules.positives import WAITING

# What may be said of a call, apart from a booking and an order, which say it themselves.
OUTCOMES = ("no_answer", "wrong_number", "not_now", "declined", "done_elsewhere")
CALL_ATTEMPTS, AGAIN_DAYS, NOT_NOW_DAYS = 3, 3, 90
# How long a call stays with whoever took it: a talk and a booking, and no day lost where a browser was closed.
IN_HAND = timedelta(minutes=20)


class CallTaken(ValueError):
    """Somebody else has the household's call in hand."""


@dataclass
class Call:
    """One person to call, with everything that is due in the household: one call for all of it.

    `adult`: whom to ask for, where the person is a child.
    """

    member: Member
    reminders: list[Reminder] = field(default_factory=list)
    others: list[Reminder] = field(default_factory=list)
    score: float = 0.0
    taken: Reminder | None = None
    adult: Guardian | None = None

    @property
    def first(self) -> Reminder:
        return self.reminders[0]


def open_calls(limit: int = 200, *, by: User | None = None) -> list[Call]:
    """Whom to call now, the highest score first; one entry a household, by whoever in it comes first.

    `by`: of the members whom they may meet in a list; without, of everybody within reach of the transaction.

    Those that somebody has in hand keep their place and say so (`taken`).

    Nobody in their quiet hours, admitted or bereaved, though they were not when the call was queued; no child whose
    adults asked to be left alone since.
    """
    at, today = timezone.now(), timezone.localdate()
    waiting = (
        Reminder.objects.filter(channel=Reminder.Channel.CALL, status=Reminder.Status.QUEUED)
        .filter(send_after__lte=at, member__deceased_at__isnull=True, gap__status=CareGap.Status.OPEN)
        .filter(gap__sensitivity=0)
        .exclude(gap__last_done_what__in=WAITING)
        .select_related("gap", "member__region", "taken_by")
        .order_by("send_after")
    )
    waiting = in_reach(waiting, by) if by else waiting
    found = list(to_do_now(waiting, at, today)[: 5 * limit])
    quiet = Quiet(found, at, today)
    adults = adults_of({one.member for one in found}, today)
    reminders = [
        one
        for one in found
        if not quiet.now(one.member) and not (one.member_id in adults and adults[one.member_id].refused)
    ]
    scores = dict(
        OutreachEpisode.objects.filter(gap__in=[one.gap_id for one in reminders]).values_list("gap_id", "score")
    )
    homes: dict[uuid.UUID, list[Reminder]] = defaultdict(list)
    for one in reminders:
        homes[one.member.household_id or one.member_id].append(one)
    calls = []
    for home in homes.values():
        home.sort(key=lambda one: (-float(scores.get(one.gap_id, 0)), one.send_after))
        first = home[0].member
        calls.append(
            Call(
                member=first,
                reminders=[one for one in home if one.member_id == first.pk],
                others=[one for one in home if one.member_id != first.pk],
                score=float(scores.get(home[0].gap_id, 0)),
                taken=next((one for one in home if is_in_hand(one, at)), None),
                adult=next(iter(adults[first.pk].willing), None) if first.pk in adults else None,
            )
        )
    return sorted(calls, key=lambda call: (-call.score, call.first.send_after))[:limit]


def is_in_hand(reminder: Reminder, at: datetime) -> bool:
    """Whether somebody took the call, and not too long ago."""
    return reminder.taken_at is not None and reminder.taken_at > at - IN_HAND


def of_household(reminder: Reminder) -> QuerySet[Reminder]:
    """The calls that wait for anybody in the household: one talk is about all of them."""
    waiting = Reminder.objects.filter(channel=Reminder.Channel.CALL, status=Reminder.Status.QUEUED)
    home = reminder.member.household_id
    return waiting.filter(member__household=home) if home else waiting.filter(member=reminder.member_id)


@transaction.atomic
def take_call(reminder: Reminder, *, by: User) -> None:
    """`by` calls the household now: for `IN_HAND` nobody else does. Taking it again starts the time anew.

    Raises `CallTaken` where somebody else has it in hand, `ValueError` for a call that is settled.
    """
    # Without a join: whoever waited for the lock reads the row anew, but not what was joined to it.
    rows = list(of_household(reminder).select_for_update(of=("self",)).order_by("id"))
    if reminder.pk not in {one.pk for one in rows}:
        raise ValueError(_("This call is settled already."))
    at = timezone.now()
    _refuse_taken(rows, by=by, at=at)
    Reminder.objects.filter(pk__in=[one.pk for one in rows]).update(taken_by=by, taken_at=at)
    audit.record(by=by, action="update", verb="prevention.take_call", obj=reminder)


def _refuse_taken(rows: list[Reminder], *, by: User, at: datetime) -> None:
    for one in rows:
        if one.taken_by_id not in (None, by.pk) and is_in_hand(one, at):
            raise CallTaken(_("%(name)s has this call in hand.") % {"name": one.taken_by})


@transaction.atomic
def leave_call(reminder: Reminder, *, by: User) -> None:
    """Somebody else may call: what `by` took of the household is free again."""
    of_household(reminder).filter(taken_by=by).update(taken_by=None, taken_at=None)
    audit.record(by=by, action="update", verb="prevention.leave_call", obj=reminder)


@transaction.atomic
def record_answer(gap: CareGap, *, by: User, outcome: str, note: str = "", when: str = "", where: str = "") -> None:
    """What a member said about a gap on the telephone, whichever list they were called from, done as it was said.

    "Not now" puts the gap off, "declined" for good, "done elsewhere" becomes a report for review, with `when` and
    `where` it was (a `note` alone says where); a number at which
    nobody answered or which was wrong is noted. Raises `ValueError` for an unknown outcome, "declined" without a
    reason, or a gap that is settled.
    """
    if outcome not in OUTCOMES:
        raise ValueError(_("Say what came of it."))
    if outcome == "declined":
        actions.decline_gap(gap, by=by, reason=note)
    elif outcome == "not_now":
        until = timezone.localdate() + timedelta(days=NOT_NOW_DAYS)
        actions.defer_gap(gap, by=by, until=until, reason=note or "Asked by telephone")
    elif outcome == "done_elsewhere":
        report_elsewhere(gap, by=by, when=when or _("told by telephone"), where=where or note or _("elsewhere"))
    else:
        actions.note_contact(gap, by=by, outcome=outcome, note=note)


@transaction.atomic
def answer_from_list(gap: CareGap, *, by: User, outcome: str, note: str = "", when: str = "", where: str = "") -> None:
    """`record_answer` from the worklist; a call that waits about the gap is settled by any answer."""
    record_answer(gap, by=by, outcome=outcome, note=note, when=when, where=where)
    if outcome != "no_answer":
        settle_calls(gap)


@transaction.atomic
def record_call(
    reminder: Reminder, *, by: User, outcome: str, note: str = "", when: str = "", where: str = ""
) -> Reminder:
    """What came of a call. Nobody there: again in some days, so many times; everything else settles the call.

    Raises `ValueError` for an unknown outcome, "declined" without a reason, or a call that is settled; `CallTaken`
    while somebody else has it in hand.
    """
    found = (
        Reminder.objects.select_for_update(of=("self",))
        .select_related("gap__member")
        .get(pk=reminder.pk, member_id=reminder.member_id)
    )
    if found.channel != Reminder.Channel.CALL or found.status != Reminder.Status.QUEUED:
        raise ValueError(_("This call is settled already."))
    _refuse_taken([found], by=by, at=timezone.now())
    gap = found.gap
    record_answer(gap, by=by, outcome=outcome, note=note, when=when, where=where)
    found.status, found.taken_by, found.taken_at = Reminder.Status.SENT, None, None
    if outcome == "no_answer":
        policy = _policy(gap.member)
        tried = OutreachContact.objects.filter(
            member_id=gap.member_id, gap=gap, outcome="no_answer", at__gte=found.created_at
        ).count()
        if tried < (policy.call_attempts if policy else CALL_ATTEMPTS):
            found.status = Reminder.Status.QUEUED
            found.send_after = timezone.now() + timedelta(days=policy.call_again_days if policy else AGAIN_DAYS)
    found.save(update_fields=["status", "send_after", "taken_by", "taken_at"])
    audit.record(by=by, action="update", verb="prevention.record_call", obj=found, detail={"outcome": outcome})
    return found


def settle_calls(gap: CareGap) -> None:
    """A booking or an order during the call is its outcome."""
    Reminder.objects.filter(
        member_id=gap.member_id, gap=gap, channel=Reminder.Channel.CALL, status=Reminder.Status.QUEUED
    ).update(status=Reminder.Status.SENT)


def _policy(member: Member) -> OutreachPolicy | None:
    today = timezone.localdate()
    found = OutreachPolicy.objects.filter(managing_organization=member.managing_organization_id, period__contains=today)
    own = found.filter(region=member.region_id).first() if member.region_id else None
    return own or found.filter(region__isnull=True).first()
