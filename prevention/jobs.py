"""The nightly run over the whole membership, and the members who changed since."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import jobs, locks
from core.db import as_job
from core.models import JobPartition, JobRun, User
from core.terminology import load_own
from prevention import standing
from prevention.actions import by_index, evaluate_members, evaluate_partition
from prevention.aside import tell_set_aside
from prevention.engine.evaluate import Partition
from prevention.engine.measure import Measure
from prevention.immunisation.run import evaluate_changed
from prevention.measures import MEASURES, measure, measures_of
from prevention.outreach.effect import summarise
from prevention.outreach.run import asks_everybody, reach_out
from prevention.quality.count import count_share
from prevention.quality.merge import merge
from prevention.quality.stewardship import ask_owners
from prevention.registries import run as registries
from prevention.rules import RULES

KIND = "prevention"
# Members in a share: large enough that a scan of codes pays, small enough that a kill costs seconds.
SHARE = 25_000
CHANGED_AT_ONCE = 500


def start_nightly(*, by: User, as_of: date, only: str = "", again: bool = True, everybody: bool = False) -> JobRun:
    """The run for a day (and one measure, where named). A finished run of the day is opened anew.

    `everybody` answers the measures of those too of whom nothing changed since (`prevention.standing`), as every run of
    a Sunday does.
    """
    key = f"{as_of.isoformat()}{':' + only if only else ''}"
    # The sets that this version ships, and the codes that records brought since yesterday.
    load_own()
    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'members_member'::regclass")
        members = cursor.fetchone()[0]
    answers = standing.fingerprint(measures_of(as_of.year, MEASURES), as_of)
    standing.begin(answers)
    parameters = {
        "as_of": as_of.isoformat(),
        "at": timezone.now().isoformat(),
        "measure": only,
        "answers": answers,
        "everybody": everybody or as_of.isoweekday() == standing.EVERYBODY_ON,
    }
    shares = max(1, -(-members // SHARE))
    return jobs.start_run(by=by, kind=KIND, key=key, parameters=parameters, partitions=shares, again=again)


def start_now(*, by: User) -> str:
    """Today's run, by the workers, on a person's word."""
    jobs.send(start_nightly(by=by, as_of=timezone.localdate()))
    return _("The evaluation of today is under way.")


def title(run: JobRun) -> str:
    """`Prevention, 2026-11-22`, with the measure where only one was asked for."""
    day, _colon, only = run.key.partition(":")
    return f"{_('Prevention')}, {day}" + (f" ({only})" if only else "")


def evaluate_share(run: JobRun, share: JobPartition) -> dict[str, int | float]:
    """One share of the nightly run. What it knows, and when, comes from the run's parameters alone."""
    with _own_tasks_are_no_news():
        return _evaluate_share(run, share)


@contextmanager
def _own_tasks_are_no_news() -> Iterator[None]:
    """A task that an evaluation writes carries no code: no rule reads it, and registries, which do, come after it."""
    say = "SET LOCAL kpcare.no_news_of = '{}'"
    with connection.cursor() as cursor:
        cursor.execute(say.format("clinical_task"))
        yield
        cursor.execute(say.format(""))


def _evaluate_share(run: JobRun, share: JobPartition) -> dict[str, int | float]:
    parameters = run.parameters
    only = parameters.get("measure")
    partition = Partition(lower=share.lower, upper=share.upper)
    as_of, at = date.fromisoformat(parameters["as_of"]), datetime.fromisoformat(parameters["at"])
    every = measures_of(as_of.year, MEASURES)
    if only:
        counts = evaluate_partition(partition, as_of=as_of, at=at, measures=(measure(only, as_of.year),), rules=())
        if standing.fingerprint(every, as_of) != parameters.get("answers"):
            standing.note_answered(partition)
    else:
        counts = _evaluate(run, partition, every, as_of, at)
        if not asks_everybody(as_of):
            counts |= reach_out(partition, as_of=as_of, at=at)
    count_share(run.pk, share.number, partition, every, as_of)
    return {**counts}


def _evaluate(
    run: JobRun, partition: Partition, measures: tuple[Measure, ...], as_of: date, at: datetime
) -> dict[str, int]:
    """Rules for everybody of a share, and measures for those whose results may have changed."""
    asked = standing.take(run, partition, measures, as_of)
    if asked.members is None:
        counts = evaluate_partition(partition, as_of=as_of, at=at, measures=measures, rules=RULES)
        if asked.others:
            standing.note_answered(partition)
        return {**counts, "answered": counts["members"]}
    answered = {"members": 0, "results": 0}
    if asked.members:
        few = Partition(ids=asked.members)
        answered = evaluate_partition(few, as_of=as_of, at=at, measures=measures, rules=())
    counts = evaluate_partition(partition, as_of=as_of, at=at, measures=(), rules=RULES)
    return {**counts, "results": answered["results"], "answered": answered["members"]}


def finish(run: JobRun) -> None:
    """After the last share: outreach where it asks whom first of everybody, and the rates by group that pages read."""
    as_of = date.fromisoformat(run.parameters["as_of"])
    if not run.parameters.get("measure"):
        at = datetime.fromisoformat(run.parameters["at"])
        if asks_everybody(as_of):
            by_index()
            run.totals.update(reach_out(Partition(), as_of=as_of, at=at))
        summarise(as_of=as_of, at=at)
        ask_owners(as_of)
        standing.end(run, measures_of(as_of.year, MEASURES), as_of, at)
    merge(run.pk, run.partitions.count(), as_of)
    run.totals["open"] = open_gaps()


def open_gaps() -> dict[str, dict[str, dict[str, object]]]:
    """System id → rule → open gaps: how many, of how many nothing is on record, and since when the others are due.

    What the worklist says on top. The day of somebody with nothing on record says how old a recommendation is.
    """
    found: dict[str, dict[str, dict[str, object]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.managing_organization_id, g.rule, count(*), count(*) FILTER (WHERE g.last_done_on IS NULL), "
            "min(g.due_on) FILTER (WHERE g.last_done_on IS NOT NULL) FROM prevention_caregap g "
            "JOIN members_member m ON m.id = g.member_id WHERE g.status = 'open' GROUP BY 1, 2"
        )
        for system, rule, count, never, oldest in cursor.fetchall():
            found.setdefault(str(system), {})[rule] = {
                "count": count,
                "never": never,
                "oldest": oldest.isoformat() if oldest else None,
            }
    return found


# --- Changed members ------------------------------------------------------------------------------------

TAKE = """
WITH ready AS (
    SELECT id, member_id FROM core_memberchange ORDER BY id LIMIT 20000
), members AS (
    SELECT DISTINCT member_id FROM ready LIMIT %(limit)s
), gone AS (
    DELETE FROM core_memberchange c USING ready r
    WHERE c.id = r.id AND r.member_id IN (SELECT member_id FROM members)
)
SELECT member_id FROM members
"""


def take_changed(*, as_of: date, by: User) -> int:
    """Re-evaluate members whose chart or coverage changed; returns how many. Repeat until 0.

    The rows are taken and the evaluation is written in one transaction: killed half way, nothing is lost. A change
    that commits later is taken by a later call; none waits for another's open transaction, be it a backup of hours.
    """
    with as_job(by, reason="prevention: changed members"), connection.cursor() as cursor:
        if not locks.try_take(locks.CHANGED_MEMBERS):
            return 0
        cursor.execute(TAKE, {"limit": CHANGED_AT_ONCE})
        ids = [row[0] for row in cursor.fetchall()]
        if ids:
            with _own_tasks_are_no_news():
                _evaluate_changed(ids, [], as_of=as_of, by=by)
        return len(ids)


def _evaluate_changed(ids: list[UUID], aside: list[UUID], *, as_of: date, by: User) -> None:
    """These members; where a record makes it fail, half of them each, until its member alone is set aside."""
    try:
        with transaction.atomic():
            # Vaccines first: outreach, which follows the care rules, reads their forecasts.
            evaluate_changed(ids, as_of=as_of)
            evaluate_members(ids, as_of=as_of)
            registries.evaluate_changed(ids, as_of=as_of)
    except jobs.OF_A_RECORD as error:
        if len(aside) >= jobs.MOST_ASIDE:
            raise
        if len(ids) == 1:
            aside.append(ids[0])
            tell_set_aside(ids[0], jobs.describe(error), by=by)
            return
        half = len(ids) // 2
        for part in (ids[:half], ids[half:]):
            _evaluate_changed(part, aside, as_of=as_of, by=by)
