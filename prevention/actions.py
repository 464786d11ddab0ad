"""What prevention does: evaluate members, and answer a gap."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from psycopg2.extras import DateRange

from core import audit
from core.models import User
from members.models import Member
from prevention.engine.compiler import Program, compile_program
from prevention.engine.evaluate import Partition, clear, compute
from prevention.engine.measure import CareRule, Measure
from prevention.engine.moments import Setting
from prevention.engine.record import Changes, record
from prevention.measures import keys_of, measures_of
from prevention.models import CareGap, MeasureResult, OutreachContact, SurveillanceInterval
from prevention.outreach.run import reach_out
from prevention.rules import RULES, in_force
from prevention.standing import note_answered

# Which programs were compiled lately: the nightly run's shares and single members use the same text.
_programs: dict[tuple, tuple[Program, ...]] = {}


def programs(
    as_of: date, measures: Sequence[Measure] | None = None, rules: Sequence[CareRule] = RULES
) -> tuple[Program, ...]:
    """Rules as of the day in the service's time zone, and each measure over the calendar year of the day.

    Without `measures`, those of that year: a file serves the years after its own until its successor is a file.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    measures = measures_of(as_of.year) if measures is None else measures
    key = (as_of, tuple(m.key for m in measures), tuple(r.id for r in rules))
    if key not in _programs:
        # A night has three: all that there is, rules for everybody, and measures for those who changed.
        if any(day != as_of for day, *_rest in _programs) or len(_programs) > 3:
            _programs.clear()
        setting = Setting.of_year(as_of.year, as_of=as_of, zone=zone)
        _programs[key] = (compile_program(tuple(measures), in_force(as_of, tuple(rules)), setting),)
    return _programs[key]


def evaluate_partition(
    partition: Partition,
    *,
    as_of: date,
    at: datetime,
    measures: Sequence[Measure] | None = None,
    rules: Sequence[CareRule] = RULES,
) -> dict[str, int]:
    """Evaluate one share of the members and write what changed; needs the jobs login and an open transaction.

    `at` is the instant whose knowledge counts; `as_of` the day it is for: a day that is past is evaluated with what
    is known now, coverage recorded since included. Returns counts of rows written.
    """
    total = Changes().counts()
    for program in programs(as_of, measures, rules):
        compute(program, partition, known_at=at)
        if partition.ids is None:
            by_index()
        changes = record(program, partition, at)
        _forget_replaced(program, partition)
        clear(program)
        total = {name: value + total[name] for name, value in changes.counts().items()}
    return total


def _forget_replaced(program: Program, partition: Partition) -> None:
    """A file that took over within its year leaves none of its predecessor's results for that period beside its own."""
    keys = {one.key for one in program.measures}
    replaced = [key for one in program.measures for key in keys_of(one.id) if key not in keys]
    if replaced:
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {MeasureResult._meta.db_table} r WHERE {partition.test('r.member_id')} "
                "AND r.measure = ANY (%(replaced)s) AND r.period = %(period)s",
                {**partition.parameters, "replaced": replaced, "period": DateRange(*program.setting.period)},
            )


def by_index() -> None:
    """To the end of the transaction, tables are read by an index wherever one serves.

    Results, gaps and outreach fill while a share is worked on; the planner takes them for as large as they were the day
    before, and in the first run of all reads them whole for each row, for they were empty.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")


def evaluate_members(member_ids: Iterable[uuid.UUID], *, as_of: date, at: datetime | None = None) -> dict[str, int]:
    """Re-evaluate a few members now, and take outreach to them a step on: after a change in their chart or coverage."""
    ids = tuple(sorted(set(member_ids)))
    if not ids:
        return {}
    partition, at = Partition(ids=ids), at or timezone.now()
    counts = evaluate_partition(partition, as_of=as_of, at=at)
    note_answered(partition)
    return {**counts, **reach_out(partition, as_of=as_of, at=at)}


# --- Answers to a gap -----------------------------------------------------------------------------------


@transaction.atomic
def defer_gap(gap: CareGap, *, by: User, until: date, reason: str) -> CareGap:
    """ "Not now", with the member's reason, until a day; the nightly run opens it again then.

    Raises `ValueError` for a gap that is not open, or a day that is not ahead.
    """
    gap = CareGap.objects.select_for_update().get(pk=gap.pk, member_id=gap.member_id)
    if gap.status not in (CareGap.Status.OPEN, CareGap.Status.DEFERRED):
        raise ValueError("This is already settled.")
    if until <= timezone.localdate():
        raise ValueError("Choose a day that is still to come.")
    gap.status, gap.deferred_until, gap.defer_reason = CareGap.Status.DEFERRED, until, reason[:200]
    gap.save(update_fields=["status", "deferred_until", "defer_reason"])
    note_contact(gap, by=by, outcome="not_now", note=reason)
    audit.record(by=by, action="update", verb="prevention.defer_gap", obj=gap)
    return gap


@transaction.atomic
def note_contact(gap: CareGap, *, by: User, outcome: str, note: str = "") -> OutreachContact:
    """What came of a call or an answer about a gap: booked, kit_ordered, done_elsewhere, not_now, no_answer …"""
    contact = OutreachContact.objects.create(member_id=gap.member_id, gap=gap, by=by, outcome=outcome, note=note[:300])
    audit.record(by=by, action="create", verb="prevention.note_contact", obj=gap, detail={"outcome": outcome})
    return contact


@transaction.atomic
def decline_gap(gap: CareGap, *, by: User, reason: str) -> CareGap:
    """ "Never", with the member's reason, which the clinician sees: nobody writes about it again until they ask.

    The gap stands, put off without a day, and closes by a fact all the same. Raises `ValueError` without a reason or
    for a gap that is settled.
    """
    gap = CareGap.objects.select_for_update().get(pk=gap.pk, member_id=gap.member_id)
    if gap.status not in (CareGap.Status.OPEN, CareGap.Status.DEFERRED):
        raise ValueError("This is already settled.")
    if not reason.strip():
        raise ValueError("Say why.")
    gap.status, gap.deferred_until, gap.defer_reason = CareGap.Status.DEFERRED, None, reason.strip()[:200]
    gap.save(update_fields=["status", "deferred_until", "defer_reason"])
    note_contact(gap, by=by, outcome="declined", note=reason)
    audit.record(by=by, action="update", verb="prevention.decline_gap", obj=gap)
    return gap


@transaction.atomic
def set_personal_interval(
    member: Member, rule_id: str, *, by: User, months: int, reason: str, start: date
) -> SurveillanceInterval:
    """The person's own interval for a rule from `start`, in place of every other that reaches beyond it."""
    for earlier in SurveillanceInterval.objects.select_for_update().filter(
        member=member, rule=rule_id, period__overlap=DateRange(start, None)
    ):
        if earlier.period.lower >= start:
            earlier.delete()
        else:
            earlier.period = DateRange(earlier.period.lower, start)
            earlier.save(update_fields=["period"])
    interval = SurveillanceInterval.objects.create(
        member=member, rule=rule_id, months=months, reason=reason, set_by=by, period=DateRange(start, None)
    )
    audit.record(by=by, action="create", verb="prevention.set_personal_interval", obj=interval)
    return interval


@transaction.atomic
def end_personal_interval(interval: SurveillanceInterval, *, by: User, on: date) -> None:
    """The general interval holds again from `on`; one that would begin later is taken back whole.

    Raises `ValueError` where it ended by then already.
    """
    kept = SurveillanceInterval.objects.select_for_update().get(pk=interval.pk)
    if kept.period.upper is not None and kept.period.upper <= on:
        raise ValueError("This interval has ended already.")
    audit.record(by=by, action="update", verb="prevention.end_personal_interval", obj=kept)
    if kept.period.lower >= on:
        kept.delete()
        return
    kept.period = DateRange(kept.period.lower, on)
    kept.save(update_fields=["period"])


def today() -> date:
    """The day the service works on."""
    return timezone.localdate()
