"""Who is left in peace now: the same for what a person does by hand as for what the queue writes (`queue.READY`)."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from hospitals.models import Stay
from members.models import CommunicationPreference, Consent, Member
from prevention.models import ElsewhereReport, HomeKit, OutreachContact, OutreachPolicy, Reminder
from scheduling.models import Appointment

BEREAVED = timedelta(days=90)
QuietHours = tuple[time, time]


def to_do_now(reminders: QuerySet[Reminder], at: datetime, today: date) -> QuerySet[Reminder]:
    """Without who is admitted, bereaved or asked not to be reached, is booked, has a kit or a report under way."""
    member = OuterRef("member_id")
    left = [
        Stay.objects.filter(Q(discharged_at=None) | Q(discharged_at__gt=at), member=member, admitted_at__lte=at),
        Member.objects.filter(household=OuterRef("member__household_id"), deceased_at__gt=at - BEREAVED).exclude(
            pk=member
        ),
        CommunicationPreference.objects.filter(member=member, no_outreach=True),
        Consent.objects.filter(member=member, kind="reminders", is_given=False, period__contains=today),
        HomeKit.objects.filter(gap=OuterRef("gap_id"), lost_at=None, order__status="active"),
        ElsewhereReport.objects.filter(gap=OuterRef("gap_id"), status=ElsewhereReport.Status.WAITING),
    ]
    for reason in left:
        reminders = reminders.exclude(Exists(reason))
    booked = OutreachContact.objects.filter(gap=OuterRef("gap_id"), outcome="booked")
    visit = Appointment.objects.filter(
        member=member, status__in=["booked", "arrived", "roomed"], during__endswith__gt=at
    )
    return reminders.exclude(Exists(booked) & Exists(visit))


def is_quiet(hours: QuietHours, local: time) -> bool:
    """Whether it is within the hours, which may span midnight; from and until alike are no hours."""
    start, end = hours
    return start <= local < end if start <= end else local >= start or local < end


class Quiet:
    """Who sleeps: by a person's own hours, else by the policy of their market or system, on their market's clock."""

    def __init__(self, reminders: list[Reminder], at: datetime, today: date) -> None:
        self.at = at
        self.own = {
            one.member_id: one
            for one in CommunicationPreference.objects.filter(member__in={row.member_id for row in reminders})
        }
        policies = OutreachPolicy.objects.filter(period__contains=today).order_by(F("region").asc(nulls_first=True))
        self.policies: dict[tuple, QuietHours] = {
            (one.managing_organization_id, one.region_id): (one.quiet_from, one.quiet_until) for one in policies
        }

    def now(self, member: Member) -> bool:
        zone = member.region.time_zone if member.region else settings.TIME_ZONE
        local = self.at.astimezone(ZoneInfo(zone)).time()
        system = member.managing_organization_id
        usual = self.policies.get((system, member.region_id)) or self.policies.get((system, None))
        own = self.own.get(member.pk)
        start = (own and own.quiet_from) or (usual and usual[0])
        end = (own and own.quiet_until) or (usual and usual[1])
        return start is not None and end is not None and is_quiet((start, end), local)
