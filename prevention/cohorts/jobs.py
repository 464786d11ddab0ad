"""Counting and exporting a cohort: runs over the membership, by the jobs login."""

import shutil
import uuid
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, jobs
from core.models import JobPartition, JobRun, User
from prevention.cohorts.criteria import Criteria
from prevention.cohorts.deidentify import HIGHEST_SCORE, IDENTIFYING, RESTRICTED_ZIP3, SYSTEMS, UNITS, files
from prevention.cohorts.parquet import digest, write
from prevention.engine.compiler import Compiler, Program
from prevention.engine.evaluate import Partition, compute
from prevention.engine.moments import Setting
from prevention.models import Cohort, CohortExport

COUNT, EXPORT = "cohort_count", "cohort_export"
SHARE = 50_000
# Fewer people than this are hidden in a count and are no data set (CMS cell suppression).
SMALLEST = 11
# Counts are said to the nearest ten: two cohorts that differ by one year of age would else give that year's people.
ROUNDED_TO = 10
KEPT_FOR = timedelta(days=14)


def _program(criteria: Criteria, system: uuid.UUID, as_of: date) -> Program:
    setting = Setting.of_year(as_of.year, as_of=as_of, zone=ZoneInfo(settings.TIME_ZONE))
    to = Compiler(setting)
    matches = criteria.condition(system).true(to)
    outcome = f"SELECT s.member_id, coalesce({matches}, false) AS matches FROM pf_subject s {to.joins()}"
    return Program(
        setting,
        (),
        (),
        tuple(to.needed_codes()),
        tuple(to.fetches()),
        outcome,
        "",
        tuple(to.definitions),
        frozenset(to.looked_up),
    )


def _shares() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'members_member'::regclass")
        return max(1, -(-cursor.fetchone()[0] // SHARE))


# --- Counting -------------------------------------------------------------------------------------------


def start_count(cohort: Cohort, *, by: User, as_of: date) -> JobRun:
    """Count the cohort's people as its criteria stand now. Each wording of the criteria is a run of its own."""
    key = f"{cohort.pk}:{uuid.uuid4().hex[:12]}"
    parameters = {
        "criteria": cohort.criteria,
        "system": str(cohort.managing_organization_id),
        "as_of": as_of.isoformat(),
    }
    run = jobs.start_run(by=by, kind=COUNT, key=key, parameters=parameters, partitions=_shares())
    cohort.run = run
    cohort.save(update_fields=["run"])
    return run


def count_share(run: JobRun, share: JobPartition) -> dict[str, int | float]:
    asked = run.parameters
    program = _program(
        Criteria.from_json(asked["criteria"]), uuid.UUID(asked["system"]), date.fromisoformat(asked["as_of"])
    )
    compute(program, Partition(lower=share.lower, upper=share.upper))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FILTER (WHERE matches) FROM pf_outcome")
        return {"people": cursor.fetchone()[0]}


def finish_count(run: JobRun) -> None:
    """Keep what may be said and nothing more: pages of jobs and the run's shares show their numbers too."""
    run.totals = {"about": said(int(run.totals.get("people", 0)))}
    run.partitions.update(counts={})


def said(people: int) -> int:
    """The number of people to the nearest ten; 0 for fewer than `SMALLEST`."""
    return (people + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO if people >= SMALLEST else 0


def counted(run: JobRun | None) -> int | None:
    """People of a finished count, to the nearest ten; None where there is none or fewer than `SMALLEST`."""
    if run is None or run.status != JobRun.Status.DONE:
        return None
    # Counts of before rounding was kept are rounded as they are read.
    return int(run.totals.get("about", said(int(run.totals.get("people", 0))))) or None


# --- Exporting ------------------------------------------------------------------------------------------


def start_export(export: CohortExport, *, by: User) -> JobRun:
    """One share: the whole cohort is read in one transaction, so that its files agree with each other."""
    return jobs.start_run(by=by, kind=EXPORT, key=str(export.pk), parameters={"export": str(export.pk)}, partitions=1)


def export_share(run: JobRun, share: JobPartition) -> dict[str, int | float]:
    """Find the people, give each a random number of this export alone, write the files, keep no key to the numbers."""
    export = CohortExport.objects.select_for_update().get(pk=run.parameters["export"])
    if export.status != CohortExport.Status.QUEUED:
        return {}
    criteria = Criteria.from_json(export.criteria)
    compute(_program(criteria, export.managing_organization_id, export.as_of), Partition())
    people = _number(export)
    if people < SMALLEST:
        export.status, export.finished_at = CohortExport.Status.REFUSED, timezone.now()
        export.save(update_fields=["status", "finished_at"])
        return {}
    folder = folder_of(export)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    written = []
    for name, (columns, source) in files(export.kind).items():
        path = folder / f"{name}.parquet"
        count = write(path, columns, _rows(f"SELECT {', '.join(column.sql for column in columns)} {source}", export))
        written.append({"name": path.name, "rows": count, "bytes": path.stat().st_size, "sha256": digest(path)})
        export.columns = [*export.columns, *(f"{name}.{column.name}" for column in columns)]
    now = timezone.now()
    export.files, export.status, export.finished_at, export.expires_at = (
        written,
        CohortExport.Status.READY,
        now,
        now + KEPT_FOR,
    )
    export.save(update_fields=["files", "columns", "status", "finished_at", "expires_at"])
    audit.record(
        by=export.requested_by,
        action="execute",
        verb="prevention.write_cohort_export",
        obj=export,
        detail={"kind": export.kind, "people": people, "files": len(written)},
    )
    return {"people": people}


def export_failed(run: JobRun) -> None:
    """The run failed for good: nothing left, what was half written goes; the page says why, by the run's error."""
    export = CohortExport.objects.select_for_update().get(pk=run.parameters["export"])
    if export.status != CohortExport.Status.QUEUED:
        return
    shutil.rmtree(folder_of(export), ignore_errors=True)
    export.status, export.finished_at = CohortExport.Status.FAILED, timezone.now()
    export.save(update_fields=["status", "finished_at"])


def why_failed(exports: Iterable[CohortExport]) -> dict[uuid.UUID, str]:
    """Of those that failed, the error of their run."""
    failed = {str(one.pk): one.pk for one in exports if one.status == CohortExport.Status.FAILED}
    runs = JobRun.objects.filter(kind=EXPORT, key__in=failed).values_list("key", "error")
    return {failed[key]: error for key, error in runs}


# Consent refused to research leaves a person out of either kind; of a limited data set, which is still health
# information of a person, also whoever's record holds something of a substance-use programme (42 CFR Part 2).
NUMBER = """
CREATE TEMPORARY TABLE pf_export ON COMMIT DROP AS
SELECT o.member_id, gen_random_uuid() AS study_id FROM pf_outcome o WHERE o.matches
    AND NOT EXISTS (SELECT FROM members_consent c WHERE c.member_id = o.member_id AND c.kind = 'research'
        AND NOT c.is_given AND c.period @> %(as_of)s::date)
    AND (%(kind)s <> 'limited' OR NOT EXISTS (
        SELECT FROM clinical_condition f WHERE f.member_id = o.member_id AND f.sensitivity & 1 <> 0))
"""


def _number(export: CohortExport) -> int:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pf_export")
        cursor.execute(NUMBER, {"as_of": export.as_of, "kind": export.kind})
        people = cursor.rowcount
        cursor.execute("ANALYZE pf_export")
        return people


def _rows(sql: str, export: CohortExport) -> Iterator[tuple[Any, ...]]:
    """The query's rows by a cursor in the database: never all of them in memory."""
    parameters = {
        "as_of": export.as_of,
        "restricted": list(RESTRICTED_ZIP3),
        "systems": list(SYSTEMS),
        "patterns": list(SYSTEMS.values()),
        "units": list(UNITS),
        "highest": HIGHEST_SCORE,
        "identifying": list(IDENTIFYING),
    }
    connection.ensure_connection()
    with connection.connection.cursor(name=f"export_{export.pk.hex[:16]}") as cursor:
        cursor.itersize = 20_000
        cursor.execute(sql, parameters)
        yield from cursor


def folder_of(export: CohortExport) -> Path:
    """Where an export's files lie, outside of what the web server serves by itself."""
    return Path(settings.MEDIA_ROOT) / "exports" / str(export.pk)


def remove_expired(*, by: User) -> int:
    """Delete the files of exports past their day; returns how many. The log stays."""
    found = CohortExport.objects.select_for_update(skip_locked=True).filter(
        status=CohortExport.Status.READY, expires_at__lte=timezone.now()
    )
    count = 0
    for export in found:
        shutil.rmtree(folder_of(export), ignore_errors=True)
        export.status = CohortExport.Status.EXPIRED
        export.save(update_fields=["status"])
        audit.record(by=by, action="delete", verb="prevention.expire_cohort_export", obj=export)
        count += 1
    return count


def title_of_count(run: JobRun) -> str:
    return str(_("Cohort count"))


def title_of_export(run: JobRun) -> str:
    return str(_("Cohort export"))
