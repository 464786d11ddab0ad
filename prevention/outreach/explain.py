"""Why a gap is there and what ends it: one answer for the portal, a one-tap link, the chart and the telephone."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import DateField, Func, Min
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinical.models import Condition
from clinical.sensitivity import visible
from core.models import User
from core.templatetags.kp import short_date
from labs.models import LabOrder
from members.models import Member
from members.portal import age_on
from plans.models import CoveragePeriod
from prevention.engine.compiler import Compiler
from prevention.engine.measure import ONCE, Asked, CareRule, Surveillance
from prevention.engine.members import Choice
from prevention.engine.members import Condition as Asks
from prevention.engine.moments import Duration, Setting
from prevention.models import (
    CareGap,
    CareRuleState,
    ElsewhereReport,
    HomeKit,
    OutreachContact,
    SurveillanceInterval,
)
from prevention.outreach.kinds import GapKind, book_way, closer_words, kind_of
from prevention.outreach.protocols import ways_for_member
from prevention.rules.positives import TITLES
from prevention.rules.surveillance import BY_WHAT as SHORTER
from scheduling.models import Appointment

# Days after which "due since" no longer says when somebody fell behind.
LONG_AGO = 730


@dataclass(frozen=True)
class Way:
    """Something the member can do now: `order` (with its protocol) or `book`."""

    kind: str
    label: str
    protocol: str = ""


@dataclass(frozen=True)
class Explanation:
    """What, why (with the facts), since when, what closes it, when next, and what can be done now.

    `since_why` says what made it due on that day, where it is known: a birthday, a recommendation, the first coverage.
    `since` is empty where nothing is on record and nobody here could know (they joined later), or where the day is too
    long past to tell anything (`LONG_AGO`). `under_way` says what already waits: a booked visit, a kit on its way, a
    report being looked at. `follows_result`: a result asks for something more, which a clinician arranges.
    """

    what: str
    why: str
    source: str
    facts: list[str]
    since: date | None
    since_why: str
    closes: list[str]
    next_on: date | None
    now: list[Way]
    under_way: list[str]
    is_open: bool
    costs_nothing: bool
    follows_result: bool = False


def explain(gap: CareGap, today: date, *, reader: User | None = None, to_staff: bool = False) -> Explanation:
    """What there is to say about the gap on a day, in the language in force. A handful of queries about one member.

    With a `reader` the reason is that of somebody whose disease is known, where the reader may know of it. It speaks to
    the member, or of them `to_staff`.
    """
    kind = kind_of(gap.rule)
    is_open = gap.status in (CareGap.Status.OPEN, CareGap.Status.DEFERRED)
    state = CareRuleState.objects.filter(member_id=gap.member_id, rule=gap.rule).first()
    waiting = TITLES.get(gap.last_done_what) if is_open else None
    joined = _joined(gap)
    unknown = not gap.last_done_on and joined is not None and gap.due_on < joined
    dateless = unknown or not since_when(gap, today)
    return Explanation(
        what=str(kind.member_title),
        why=_("A result of this test asks for something more. Your care team arranges it with you.")
        if waiting
        else why_of(kind, gap.member, reader),
        source="; ".join(one if to_staff else recommended_by(one) for one in _sources(gap, kind, is_open)),
        facts=_facts(gap, today, joined if unknown else None, to_staff=to_staff),
        since=None if dateless else gap.due_on,
        since_why="" if dateless else _why_since(gap, kind),
        closes=[str(waiting)] if waiting else _closes(gap, kind, today),
        next_on=gap.due_on if is_open else state.next_due_on if state and state.applies else None,
        now=_ways(gap, kind, today) if is_open and not waiting else [],
        under_way=_under_way(gap, today) if is_open else [],
        is_open=is_open,
        costs_nothing=kind.costs_nothing and not waiting,
        follows_result=waiting is not None,
    )


def why_of(kind: GapKind, member: Member, reader: User | None) -> str:
    """Why the rule asks, for this person: nobody with high blood pressure is told what it would be like to have it."""
    if reader is None or not isinstance(kind, CareRule) or kind.known is None:
        return str(kind.why)
    active = Condition.objects.filter(
        member=member, status="active", is_negated=False, codings__concept__value_sets__url=kind.known.url
    ).exclude(verification__in=("refuted", "entered-in-error"))
    return str(kind.why_known if visible(active, reader, member).exists() else kind.why)


def _sources(gap: CareGap, kind: GapKind, is_open: bool) -> list[str]:
    sooner = _sooner(gap) if is_open else None
    return [kind.source, sooner.source] if sooner else [kind.source]


def recommended_by(source: str) -> str:
    """`USPSTF 2021-05-18, grade A (50–75)` as a member reads it: whose recommendation it is, and of when."""
    found = re.match(r"USPSTF (\d{4}-\d\d-\d\d)", source)
    if found is None:
        return source
    day = short_date(date.fromisoformat(found[1]), "year")
    return _("US Preventive Services Task Force, %(day)s") % {"day": day}


def since_when(gap: CareGap, today: date) -> date | None:
    """Since when it is due, where that says something.

    For whoever never had it on record it is when they came of age for it or it was first recommended: of years ago it
    tells nobody anything but that there is none on record.
    """
    return None if not gap.last_done_on and (today - gap.due_on).days > LONG_AGO else gap.due_on


def _joined(gap: CareGap) -> date | None:
    """The day on which they were first covered here; what came before it nobody here knows."""
    periods = CoveragePeriod.objects.filter(member_id=gap.member_id, benefit="medical")
    return periods.aggregate(first=Min(Func("valid", function="lower", output_field=DateField())))["first"]


def _facts(gap: CareGap, today: date, joined: date | None, *, to_staff: bool) -> list[str]:
    said = []
    age = age_on(gap.member, today)
    if age is not None:
        said.append(ngettext("%(age)d year old", "%(age)d years old", age) % {"age": age})
    if gap.last_done_on:
        what = str(closer_words(gap.last_done_what)) or _("Done")
        said.append(f"{what[:1].upper()}{what[1:]}: {short_date(gap.last_done_on, 'year')}")
    elif joined is not None and gap.status != CareGap.Status.CLOSED:
        words = (
            _("None on record since they joined on %(day)s")
            if to_staff
            else _("None on record since you joined on %(day)s")
        )
        said.append(words % {"day": short_date(joined, "year")})
    elif gap.status != CareGap.Status.CLOSED:
        said.append(_("Nothing of it on record so far"))
    own = _own_interval(gap, today)
    if own:
        words = ngettext("%(n)d month by own interval", "%(n)d months by own interval", own.months) % {"n": own.months}
        said.append(f"{words}: {own.reason}")
    sooner = _sooner(gap)
    if sooner and not own:
        said.append(str(sooner.words))
    return said


def _sooner(gap: CareGap) -> Surveillance | None:
    """The shorter interval by which the gap is there."""
    return SHORTER.get(gap.evidence.get("interval", ""))


def _why_since(gap: CareGap, kind: GapKind) -> str:
    """What happened on the day since when somebody is due who never had it done, or long before anybody asked."""
    if not isinstance(kind, CareRule) or gap.last_done_what in TITLES:
        return ""
    born = gap.member.birth_date
    versions = (Asked(kind.since, kind.from_age), *kind.earlier, *kind.sooner)
    if gap.due_on in {one.since for one in versions}:
        return _("when this was first recommended at that age")
    turned = next((one.from_age for one in versions if born and _birthday(born, one.from_age) == gap.due_on), None)
    if turned:
        return _("turned %(age)d") % {"age": turned}
    if gap.last_done_on and not (kind.ours or kind.at_visit):
        return ""
    began = CoveragePeriod.objects.filter(member_id=gap.member_id, benefit="medical", valid__startswith=gap.due_on)
    return _("first covered here") if began.exists() else ""


def _birthday(born: date, age: int) -> date:
    """As the rules count: whoever was born on 29 February turns on the 28th in other years."""
    return Duration(months=12 * age).add_to(datetime.combine(born, time())).date()


def _closes(gap: CareGap, kind: GapKind, today: date) -> list[str]:
    """`HPV test, good for 5 years`: as long as it settles the rule for this person, or may; their own interval stands
    for all."""
    if not isinstance(kind, CareRule):
        return [_("the dose that is due")]
    own = _own_interval(gap, today)
    if not own and (sooner := _sooner(gap)):
        # From the next one on as well: how long it is good for is theirs, not everybody's.
        names = sooner.closes or tuple(closer.what for closer in kind.closers)
        whats = dict.fromkeys(str(closer_words(what)) for what in names)
        return [_good_for(what, [sooner.every]) for what in whats]
    lasting: dict[str, list[Duration]] = {}
    for closer in kind.closers:
        every = [Duration(months=own.months)] if own else _lasting(closer.every, gap, today)
        lasting.setdefault(closer.what, []).extend(every)
    return [_good_for(str(closer_words(what)), every) for what, every in lasting.items()]


def _lasting(every: Choice, gap: CareGap, today: date) -> list[Duration]:
    """How long it may settle the rule for this person: what age and sex decide is decided, the rest is left open."""
    if not every.when:
        return [every.otherwise]
    setting = Setting.of_year(today.year, as_of=today, zone=ZoneInfo(settings.TIME_ZONE))
    found: list[Duration] = []
    for condition, duration in every.when:
        holds = told_of_member(condition, gap.member_id, setting)
        if holds is not False:
            found.append(duration)
        if holds:
            return found
    return [*found, every.otherwise]


def told_of_member(condition: Asks, member_id: UUID, setting: Setting) -> bool | None:
    """Whether a condition that asks for nothing but age and sex holds; None for one that asks for facts."""
    to = Compiler(setting)
    holds = condition.true(to)
    if to.retrieves or to.columns or to.derived or to.laterals:
        return None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce({holds}, false) FROM members_member s WHERE s.id = %s", [member_id])
        row = cursor.fetchone()
    return bool(row and row[0])


def _good_for(what: str, every: list[Duration]) -> str:
    ends = sorted({each for each in every if each != ONCE}, key=lambda each: (each.months, each.days))
    if ONCE in every or not ends:
        return what
    if len(ends) == 1:
        return _("%(what)s, good for %(time)s") % {"what": what, "time": _in_words(ends[0])}
    return _("%(what)s, good for %(time)s: your care team says how long for you") % {
        "what": what,
        "time": _span(ends[0], ends[-1]),
    }


def _span(shortest: Duration, longest: Duration) -> str:
    """`3 to 5 years`, `6 months to 2 years`."""
    units = [_unit(each) for each in (shortest, longest)]
    if units[0][1] != units[1][1]:
        return _("%(shortest)s to %(longest)s") % {"shortest": _in_words(shortest), "longest": _in_words(longest)}
    (low, unit), (high, _same) = units
    words = {"year": _("%(low)d to %(high)d years"), "month": _("%(low)d to %(high)d months")}
    return words.get(unit, _("%(low)d to %(high)d days")) % {"low": low, "high": high}


def _unit(every: Duration) -> tuple[int, str]:
    """How many of which: years where they come out even, else months, else days."""
    if every.months and every.months % 12 == 0:
        return every.months // 12, "year"
    return (every.months, "month") if every.months else (every.days, "day")


def _own_interval(gap: CareGap, today: date) -> SurveillanceInterval | None:
    return SurveillanceInterval.objects.filter(member_id=gap.member_id, rule=gap.rule, period__contains=today).first()


def _in_words(every: Duration) -> str:
    count, unit = _unit(every)
    if unit == "year":
        return ngettext("%(n)d year", "%(n)d years", count) % {"n": count}
    if unit == "month":
        return ngettext("%(n)d month", "%(n)d months", count) % {"n": count}
    return ngettext("%(n)d day", "%(n)d days", count) % {"n": count}


def how_long(days: int) -> str:
    """A time that has gone by, as people say it: `40 days`, `7 months`, `11 years`."""
    if days < 60:
        return _in_words(Duration(days=days))
    months = days * 12 // 365
    return _in_words(Duration(months=months if months < 24 else months // 12 * 12))


def _ways(gap: CareGap, kind: GapKind, today: date) -> list[Way]:
    ways = [Way("order", str(way.label), way.protocol) for way in ways_for_member([gap], today)[gap.pk]]
    book = book_way(kind)
    return [*ways, *([Way("book", str(book.label))] if book else [])]


def _under_way(gap: CareGap, today: date) -> list[str]:
    said = []
    if OutreachContact.objects.filter(gap=gap, member_id=gap.member_id, outcome="booked").exists():
        visit = (
            Appointment.objects.filter(
                member_id=gap.member_id, status="booked", during__startswith__date__gte=today - timedelta(days=1)
            )
            .order_by("during")
            .first()
        )
        if visit:
            said.append(_("A visit is booked for %(day)s") % {"day": short_date(visit.starts_at, "weekday")})
    for kit in HomeKit.objects.filter(member_id=gap.member_id, gap=gap, lost_at__isnull=True, order__status="active"):
        stage = LabOrder.objects.filter(member_id=gap.member_id, request=kit.order_id).first()
        if stage and stage.status == LabOrder.Status.MAILED:
            said.append(_("Kit sent on %(day)s") % {"day": short_date(stage.status_at)})
        elif stage and stage.status in (LabOrder.Status.RECEIVED, LabOrder.Status.RESULTED):
            said.append(_("The kit is back; the laboratory is at work"))
        else:
            said.append(_("Kit ordered on %(day)s") % {"day": short_date(kit.ordered_at)})
    waiting = ElsewhereReport.objects.filter(member_id=gap.member_id, gap=gap, status="waiting").first()
    if waiting:
        said.append(_("Reported as done at %(place)s; we are looking at it") % {"place": waiting.place})
    if gap.status == CareGap.Status.DEFERRED:
        until = gap.deferred_until
        words = _("Put off until %(day)s") % {"day": date_format(until)} if until else _("Does not want it")
        said.append(f"{words}: {gap.defer_reason}" if gap.defer_reason else words)
    return said
