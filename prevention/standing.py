"""Whose results of measures still hold: what lets a night pass over everybody of whom nothing changed.

What a measure says of somebody follows from its text, the codes of its value sets, and that person's own rows. The
fingerprint is over the first two. A measure that read the day of the run would have another text each day, so another
fingerprint, and everybody would be answered each night: nobody has to remember to say so. Of the third, every table
that a measure reads notes whose rows changed (`core.triggers.note_changes`; tests/prevention/test_standing.py walks
them). Care rules depend on the day and are evaluated for everybody each night.

What holds at any moment while a standing is kept: whoever's results are not those that the chart and the fingerprint
give is in the queue of changed members (`core.models.MemberChange`) or in `AnsweredSince`. So

* a change and its row in the queue commit together, and so do its row's removal and the one in `AnsweredSince`;
* a share takes its rows out of `AnsweredSince` before it reads a chart: what commits later is there the next night;
* a share that works with another version than its run answers everybody, and leaves them all in `AnsweredSince`.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from core.models import JobRun, MemberChange
from prevention import engine
from prevention.engine.compiler import NeededCode, Program, compile_program
from prevention.engine.evaluate import Partition
from prevention.engine.measure import Measure
from prevention.engine.moments import Setting
from prevention.models import AnsweredSince, ResultsStanding

# Of a share's members so many are answered by themselves; if more changed, the whole share costs less.
FEW = 2_500
# On this day of the week everybody is answered, whatever changed: what slipped through lasts a week at most.
EVERYBODY_ON = 7

# Which codes the value sets and single codes that a program names stand for now.
CODES = """
SELECT coalesce(md5(string_agg(concat_ws(' ', x.asked, x.concept_id), ',' ORDER BY x.asked, x.concept_id)), '') FROM (
    SELECT v.url AS asked, m.concept_id FROM core_valueset v JOIN core_valuesetmember m ON m.value_set_id = v.id
    WHERE v.url = ANY (%(urls)s)
    UNION ALL
    SELECT concat_ws(' ', y.uri, c.code), c.id FROM unnest(%(systems)s::text[], %(codes)s::text[]) a(system, code)
    JOIN core_codesystem y ON y.uri = a.system JOIN core_concept c ON c.system_id = y.id AND c.code = a.code
    UNION ALL
    -- A coded value is none where it says why there is none (`engine.elements.CodedValue`).
    SELECT 'absent', c.id FROM core_codesystem y JOIN core_concept c ON c.system_id = y.id
    WHERE y.uri = 'http://terminology.hl7.org/CodeSystem/data-absent-reason'
) x
"""


# --- The fingerprint ------------------------------------------------------------------------------------


def fingerprint(measures: Sequence[Measure], as_of: date) -> str:
    """By what these measures are answered for the year of the day: their text, the engine's, and all their codes."""
    text, needed = _compiled(tuple(measures), as_of)
    named = {row.url for row in needed if row.url}
    single = {(row.system, row.code) for row in needed if row.code}
    with connection.cursor() as cursor:
        cursor.execute(
            CODES,
            {
                "urls": sorted(named),
                "systems": [system for system, _code in sorted(single)],
                "codes": [code for _system, code in sorted(single)],
            },
        )
        codes = cursor.fetchone()[0]
    return hashlib.sha256(f"{text} {_engine()} {codes}".encode()).hexdigest()


_last: dict[tuple[date, tuple[str, ...]], tuple[str, tuple[NeededCode, ...]]] = {}


def _compiled(measures: tuple[Measure, ...], as_of: date) -> tuple[str, tuple[NeededCode, ...]]:
    """The digest of the program's text, and the codes that it needs; of the last day asked for, it is remembered."""
    key = (as_of, tuple(one.key for one in measures))
    if key not in _last:
        _last.clear()
        setting = Setting.of_year(as_of.year, as_of=as_of, zone=ZoneInfo(settings.TIME_ZONE))
        program = compile_program(measures, (), setting)
        _last[key] = text_of(program), program.needed
    return _last[key]


def text_of(program: Program) -> str:
    """A digest of everything that a program of measures says to Postgres, but the day it is for."""
    rates = [(one.key, len(one.groups)) for one in program.measures]
    parts = (
        program.setting.period,
        program.setting.zone.key,
        rates,
        program.needed,
        program.fetches,
        program.definitions,
        sorted(program.looked_up),
        program.outcome,
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()


@cache
def _engine() -> str:
    """A digest of the engine's own text: how facts are fetched and results written stands there, not in a program."""
    digest = hashlib.sha256()
    for path in sorted(Path(engine.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


# --- At night -------------------------------------------------------------------------------------------


def begin(answers: str) -> None:
    """A run is about to answer by this fingerprint: what was answered by another one holds no longer."""
    ResultsStanding.objects.exclude(fingerprint=answers).delete()


@dataclass(frozen=True)
class Asked:
    """Whose measures a share answers: `members` alone, or everybody (None). `others`: not by its run's fingerprint."""

    members: tuple[uuid.UUID, ...] | None = None
    others: bool = False


def take(run: JobRun, partition: Partition, measures: Sequence[Measure], as_of: date) -> Asked:
    """Whose measures must be answered in this share; those whom something else answered since are taken out of the
    queue. Call it before any chart is read. Needs the jobs login and an open transaction.
    """
    found = fingerprint(measures, as_of)
    promised = run.parameters.get("answers")
    ids = set(_answered_since(partition))
    if found != promised:
        return Asked(others=True)
    if run.parameters.get("everybody") or not ResultsStanding.objects.filter(fingerprint=found).exists():
        return Asked()
    ids.update(_queued(partition))
    return Asked(members=tuple(sorted(ids))) if len(ids) <= FEW else Asked()


def _answered_since(partition: Partition) -> list[uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {AnsweredSince._meta.db_table} r WHERE {partition.test('r.member_id')} RETURNING r.member_id",
            partition.parameters,
        )
        return [row[0] for row in cursor.fetchall()]


def _queued(partition: Partition) -> list[uuid.UUID]:
    """Whose change nobody has looked at yet; whoever takes it from the queue answers them once more."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT c.member_id FROM {MemberChange._meta.db_table} c WHERE {partition.test('c.member_id')}",
            partition.parameters,
        )
        return [row[0] for row in cursor.fetchall()]


def note_answered(partition: Partition) -> None:
    """The measures of these members were answered by something else than a night's own fingerprint."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {AnsweredSince._meta.db_table} (member_id) "
            f"SELECT m.id FROM members_member m WHERE {partition.test('m.id')} AND m.status = 'active'",
            partition.parameters,
        )


def end(run: JobRun, measures: Sequence[Measure], as_of: date, at: datetime) -> None:
    """After the last share: everybody's results are those of the run's fingerprint, where nothing spoke against it."""
    promised = run.parameters.get("answers")
    if not promised or promised != fingerprint(measures, as_of) or not run.totals.get("members"):
        ResultsStanding.objects.all().delete()
        return
    if _beside(run, promised):
        return
    ResultsStanding.objects.update_or_create(id=1, defaults={"fingerprint": promised, "since": at})


def _beside(run: JobRun, promised: str) -> bool:
    """Whether a run by another fingerprint was at work while this one was: it may have answered after it."""
    others = JobRun.objects.filter(kind=run.kind).exclude(pk=run.pk).exclude(parameters__answers=promised)
    going_on = others.filter(status__in=[JobRun.Status.QUEUED, JobRun.Status.RUNNING])
    return going_on.exists() or others.filter(finished_at__gte=run.started_at).exists()


def forget() -> None:
    """The next night answers everybody: after rows that no trigger saw, as a world laid by COPY."""
    ResultsStanding.objects.all().delete()
