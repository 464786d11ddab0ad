"""Policy, protocols and gaps for tests of outreach. Call inside `arranging()`."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from core.db import as_job
from core.models import User
from members.models import Member, MemberAddress, MemberTelecom
from network.models import Clinician, Organization
from prevention.engine.evaluate import Partition
from prevention.models import Campaign, CareGap, OutreachPolicy, Reminder
from prevention.outreach.defaults import sign_protocols, start_outreach
from prevention.outreach.queue import Queued, queue_outreach

EVER = date(2020, 1, 1)
AS_OF = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 18, tzinfo=UTC)  # ten in the morning in California


def policy(system: Organization, *, holdout: str = "0") -> Campaign:
    """The usual policy, nobody held back unless asked."""
    by = User.objects.system("tests")
    return start_outreach(system, by=by, since=EVER, holdout_percent=Decimal(holdout))


def protocols(system: Organization, clinician: Clinician) -> None:
    sign_protocols(system, by=clinician.user, clinician=clinician, since=EVER, review_by=date(2030, 1, 1))


def gap(of: Member, rule: str = "colorectal_screening", *, due: date = date(2025, 11, 22), **more) -> CareGap:
    return CareGap.objects.create(member=of, rule=rule, due_on=due, opened_at=AT, **more)


def waits(of: CareGap, channel: str, **more) -> Reminder:
    """A reminder that a person sees to: a call, a letter, a word at the visit."""
    now = timezone.now() - timedelta(minutes=1)
    return Reminder.objects.create(
        member_id=of.member_id,
        gap=of,
        step=more.pop("step", 4),
        channel=channel,
        language=more.pop("language", "en"),
        send_after=now,
        created_at=now,
        **more,
    )


def at_any_hour() -> None:
    """Calls are tested at whatever hour the tests run."""
    OutreachPolicy.objects.update(quiet_from=time(3), quiet_until=time(3))


def reached_by(of: Member, *systems: str) -> None:
    """Addresses of a kind: email, sms, phone, letter."""
    for system in systems:
        if system == "letter":
            MemberAddress.objects.create(member=of, line1="1 Main St", city="Oakland", state="CA", postal_code="94601")
        else:
            value = f"{of.given.lower()}@example.org" if system == "email" else "+15105550123"
            MemberTelecom.objects.create(member=of, system=system, value=value)


def queue(*members: Member, as_of: date = AS_OF, at: datetime = AT) -> Queued:
    """The queue over some members, or over everybody."""
    partition = Partition(ids=tuple(m.pk for m in members)) if members else Partition()
    with as_job(User.objects.system("prevention"), reason="test"):
        return queue_outreach(partition, as_of=as_of, at=at)


def reminders(*of: Member) -> list[Reminder]:
    with as_job(User.objects.system("tests"), reason="look"):
        found = Reminder.objects.select_related("message", "gap", "member").order_by("created_at", "step", "id")
        return list(found.filter(member__in=of) if of else found)
