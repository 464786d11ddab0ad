"""People whom no message, letter or call reaches: a person finds an address, and outreach begins anew."""

import datetime
import uuid
from collections import defaultdict
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.models import OutboxMessage, User
from members.actions import add_telecom, change_address
from members.models import Member
from prevention.models import CareGap, OutreachEpisode, Reminder
from prevention.reach import in_reach


@dataclass
class Wanted:
    """One person, what is due, and the messages that came back."""

    member: Member
    gaps: list[CareGap] = field(default_factory=list)
    failed: list[OutboxMessage] = field(default_factory=list)


def unreached() -> QuerySet[OutreachEpisode]:
    """Episodes whose every message failed, or for which there was no way but a word at the next visit."""
    sent = Reminder.objects.filter(gap=OuterRef("gap"), created_at__gte=OuterRef("entered_at")).exclude(
        status=Reminder.Status.SKIPPED
    )
    is_in_vain = Q(channel=Reminder.Channel.VISIT) | Q(message__status=OutboxMessage.Status.FAILED)
    in_vain = Exists(sent.filter(is_in_vain)) & ~Exists(
        sent.exclude(channel=Reminder.Channel.VISIT).filter(
            Q(message__isnull=True) | ~Q(message__status=OutboxMessage.Status.FAILED)
        )
    )
    return OutreachEpisode.objects.filter(
        Q(stop_reason=OutreachEpisode.Stop.UNDELIVERABLE) | Q(stopped_at__isnull=True) & in_vain,
        arm=OutreachEpisode.Arm.OUTREACH,
        gap__status=CareGap.Status.OPEN,
        sensitivity=0,
        member__deceased_at__isnull=True,
        member__status=Member.Status.ACTIVE,
    )


def wanted(limit: int = 200, *, by: User | None = None) -> list[Wanted]:
    """Whose address is wanted, whoever waits longest first; with `by`, of those whom they may meet in a list."""
    people: dict[uuid.UUID, Wanted] = {}
    found = in_reach(unreached(), by) if by else unreached()
    for episode in found.select_related("gap", "member").order_by("entered_at", "id")[:limit]:
        people.setdefault(episode.member_id, Wanted(episode.member)).gaps.append(episode.gap)
    failed: dict[uuid.UUID, list[OutboxMessage]] = defaultdict(list)
    for reminder in (
        Reminder.objects.filter(member__in=people, message__status=OutboxMessage.Status.FAILED)
        .select_related("message")
        .order_by("-created_at")
    ):
        if reminder.message is not None:
            failed[reminder.member_id].append(reminder.message)
    for member_id, one in people.items():
        one.failed = failed[member_id]
    return list(people.values())


@transaction.atomic
def write_again(member: Member, *, by: User) -> int:
    """Outreach begins anew at its first step, for all that is due; returns for how many gaps.

    Raises `ValueError` where nobody looks for an address of this person.
    """
    found = list(unreached().filter(member=member).values_list("pk", flat=True))
    count = OutreachEpisode.objects.filter(pk__in=found, member=member).update(
        stopped_at=None, stop_reason="", entered_at=timezone.now()
    )
    if not count:
        raise ValueError(_("Nobody looks for an address of this person."))
    audit.record(
        by=by, action="update", verb="prevention.write_again", member_id=member.pk, obj=member, detail={"gaps": count}
    )
    return count


@transaction.atomic
def found_telecom(member: Member, *, by: User, system: str, value: str) -> int:
    """A number or e-mail address that works was found: it is kept, and outreach begins anew."""
    add_telecom(member, by=by, system=system, value=value, on=timezone.localdate())
    return write_again(member, by=by)


@transaction.atomic
def found_address(member: Member, *, by: User, on: datetime.date, use: str, **address: str) -> int:
    """Where the person lives was found: it is kept, and outreach begins anew."""
    change_address(member, by=by, on=on, use=use, **address)
    return write_again(member, by=by)
