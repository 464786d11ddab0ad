"""From results to rows: written in bulk, and only where something differs."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from psycopg2.extras import execute_values

from prevention.immunisation.charts import Chart
from prevention.immunisation.engine import Result
from prevention.immunisation.patient import SeriesStatus
from prevention.immunisation.vaccine_group import VaccineGroupForecast

SILENT = (SeriesStatus.AGED_OUT, SeriesStatus.NOT_RECOMMENDED)


@dataclass(frozen=True, slots=True)
class Found:
    chart: Chart
    result: Result
    next_change_on: date | None


def says_something(one: VaccineGroupForecast) -> bool:
    """A forecast that asks for nothing and rests on no dose is left out: rotavirus for a woman of forty."""
    return bool(one.doses) or (one.may_start and one.status not in SILENT)


def labels(one: Found, group: VaccineGroupForecast) -> int:
    """Sensitivity of a forecast: of the doses it rests on, and of the conditions where one may have decided it."""
    found = 0
    for dose in group.doses:
        found |= one.chart.dose_labels.get(one.result.history.doses[dose.position].key, 0)
    by_condition = group.risk or group.status in (SeriesStatus.CONTRAINDICATED, SeriesStatus.IMMUNE)
    return found | one.chart.observation_labels if by_condition else found


def _forecasts(found: Iterable[Found]) -> Iterator[tuple[Any, ...]]:
    for one in found:
        for group in filter(says_something, one.result.forecasts):
            dates = group.forecast
            yield (
                one.chart.member_id,
                group.group,
                group.risk,
                group.series_group,
                group.status.value,
                dates.dose_number,
                dates.earliest,
                dates.recommended,
                dates.past_due,
                dates.latest,
                list(dates.vaccines),
                list(group.antigens),
                list(group.series),
                "; ".join(group.reasons)[:200],
                one.chart.policy.authority(group.group),
                labels(one, group),
            )


def _evaluations(found: Iterable[Found]) -> Iterator[tuple[Any, ...]]:
    for one in found:
        for group in filter(says_something, one.result.forecasts):
            for dose in group.doses:
                yield (
                    one.chart.member_id,
                    group.group,
                    group.risk,
                    group.series_group,
                    one.result.history.doses[dose.position].key,
                    dose.status.value,
                    [reason.value for reason in dose.reasons],
                    labels(one, group),
                )


KEY = "member_id, vaccine_group, is_risk, series_group"
FORECAST = (
    "status, dose_number, earliest_on, recommended_on, past_due_on, latest_on, vaccines, antigens, series, reason, "
    "authority, sensitivity"
)
EVALUATION_KEY = f"{KEY}, immunization_id"
EVALUATION = "status, reasons, sensitivity"
TEMPORARY = """
CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA
"""
# Compared first: a row that stays as it is is not rewritten.
UPSERT = """
INSERT INTO {table} AS r ({key}, {values}, changed_at)
SELECT {w_key}, {w_values}, %(at)s FROM {name} w LEFT JOIN {table} r ON {matches}
WHERE r.id IS NULL OR ({r_values}) IS DISTINCT FROM ({w_values})
ON CONFLICT ({key}) DO UPDATE SET {sets}, changed_at = EXCLUDED.changed_at
"""
DELETE = """
DELETE FROM {table} r WHERE r.member_id = ANY (%(ids)s) AND NOT EXISTS (SELECT FROM {name} w WHERE {matches})
"""


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]


def _merge(
    cursor: Any, table: str, key: str, values: str, rows: Sequence[tuple[Any, ...]], ids: list[uuid.UUID], at: datetime
) -> int:
    name = f"wanted_{table}"
    cursor.execute(f"DROP TABLE IF EXISTS {name}")
    cursor.execute(TEMPORARY.format(name=name, columns=f"{key}, {values}", table=table))
    if rows:
        execute_values(cursor, f"INSERT INTO {name} ({key}, {values}) VALUES %s", rows, page_size=2000)
    terms = {
        "table": table,
        "name": name,
        "key": key,
        "values": values,
        "matches": " AND ".join(f"r.{column} = w.{column}" for column in _names(key)),
        "w_key": ", ".join(f"w.{column}" for column in _names(key)),
        "w_values": ", ".join(f"w.{column}" for column in _names(values)),
        "r_values": ", ".join(f"r.{column}" for column in _names(values)),
        "sets": ", ".join(f"{column} = EXCLUDED.{column}" for column in _names(values)),
    }
    parameters = {"ids": ids, "at": at}
    cursor.execute(DELETE.format(**terms), parameters)
    written: int = cursor.rowcount
    cursor.execute(UPSERT.format(**terms), parameters)
    written += cursor.rowcount
    return written


STATES = """
INSERT INTO prevention_immunisationstate AS s (member_id, policy, facts, next_change_on, evaluated_at)
VALUES %s ON CONFLICT (member_id) DO UPDATE SET policy = EXCLUDED.policy, facts = EXCLUDED.facts,
    next_change_on = EXCLUDED.next_change_on, evaluated_at = EXCLUDED.evaluated_at
WHERE (s.policy, s.facts, s.next_change_on) IS DISTINCT FROM
    (EXCLUDED.policy, EXCLUDED.facts, EXCLUDED.next_change_on)
"""


def record(found: Sequence[Found], at: datetime) -> dict[str, int]:
    """Write forecasts, evaluations and states of these members; returns how many rows changed of each."""
    ids = [one.chart.member_id for one in found]
    forecasts, evaluations = list(_forecasts(found)), list(_evaluations(found))
    states = [(one.chart.member_id, one.chart.policy.key, one.chart.digest, one.next_change_on, at) for one in found]
    with connection.cursor() as cursor:
        changed = _merge(cursor, "prevention_immunisationforecast", KEY, FORECAST, forecasts, ids, at)
        doses = _merge(cursor, "prevention_immunisationevaluation", EVALUATION_KEY, EVALUATION, evaluations, ids, at)
        if states:
            execute_values(cursor, STATES, states, page_size=2000)
    return {"forecasts": changed, "evaluations": doses}
