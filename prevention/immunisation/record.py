"""From results to rows: written in bulk, and only where something differs."""

import io
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from psycopg2.extras import execute_values

from core.db import copy
from prevention.engine.record import ROW_ID, id_base
from prevention.immunisation.birth_country import question
from prevention.immunisation.charts import Chart
from prevention.immunisation.engine import Result
from prevention.immunisation.patient import Reason, SeriesStatus
from prevention.immunisation.vaccine_group import VaccineGroupForecast

SILENT = (SeriesStatus.AGED_OUT, SeriesStatus.NOT_RECOMMENDED)


@dataclass(frozen=True, slots=True)
class Found:
    """What is written of a member, as lines for COPY. The result itself is let go: of many it takes much memory."""

    member_id: uuid.UUID
    policy: str
    facts: str
    next_change_on: date | None
    forecasts: list[str]
    evaluations: list[str]

    @classmethod
    def of(cls, chart: Chart, result: Result, next_change_on: date | None) -> "Found":
        member_id = str(chart.member_id)
        said = [(group, labels(chart, result, group)) for group in result.forecasts if says_something(group)]
        return cls(
            chart.member_id,
            chart.policy.key,
            chart.digest,
            next_change_on,
            [
                _forecast(member_id, chart, group, sensitivity, question(chart.policy.schedule, group, result.history))
                for group, sensitivity in said
            ],
            [line for group, sensitivity in said for line in _evaluations(member_id, result, group, sensitivity)],
        )


def says_something(one: VaccineGroupForecast) -> bool:
    """A forecast that asks for nothing and rests on no dose is left out: rotavirus for a woman of forty."""
    return bool(one.doses) or (one.may_start and one.status not in SILENT)


def labels(chart: Chart, result: Result, group: VaccineGroupForecast) -> int:
    """Sensitivity of a forecast: of the doses it rests on, and of the conditions where one may have decided it."""
    found = 0
    for dose in group.doses:
        found |= chart.dose_labels.get(result.history.doses[dose.position].key, 0)
    by_condition = group.risk or group.status in (SeriesStatus.CONTRAINDICATED, SeriesStatus.IMMUNE)
    return found | chart.observation_labels if by_condition else found


ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@lru_cache(maxsize=4096)
def _text(value: str) -> str:
    """A text as COPY reads it; there are few different ones."""
    return value.translate(ESCAPED)


@lru_cache(maxsize=4096)
def _array(values: tuple[str, ...]) -> str:
    quoted = ['"' + one.replace("\\", "\\\\").replace('"', '\\"') + '"' for one in values]
    return _text("{" + ",".join(quoted) + "}")


def _day(value: date | None) -> str:
    return "\\N" if value is None else value.isoformat()


def _key(member_id: str, group: VaccineGroupForecast) -> str:
    return f"{member_id}\t{_text(group.group)}\t{'t' if group.risk else 'f'}\t{_text(group.series_group)}"


def _forecast(member_id: str, chart: Chart, group: VaccineGroupForecast, sensitivity: int, asks: str) -> str:
    dates = group.forecast
    number = "\\N" if dates.dose_number is None else dates.dose_number
    return (
        f"{_key(member_id, group)}\t{group.status.value}\t{number}\t{_day(dates.earliest)}\t{_day(dates.recommended)}"
        f"\t{_day(dates.past_due)}\t{_day(dates.latest)}\t{_array(dates.vaccines)}\t{_array(group.antigens)}"
        f"\t{_array(group.series)}\t{_text('; '.join(group.reasons)[:200])}"
        f"\t{_text(chart.policy.authority(group.group))}\t{sensitivity}\t{asks}\n"
    )


@lru_cache(maxsize=256)
def _reasons(reasons: tuple[Reason, ...]) -> str:
    return _array(tuple(one.value for one in reasons))


def _evaluations(member_id: str, result: Result, group: VaccineGroupForecast, sensitivity: int) -> Iterator[str]:
    key, doses = _key(member_id, group), result.history.doses
    for position, status, reasons in group.doses:
        yield f"{key}\t{doses[position].key}\t{status.value}\t{_reasons(reasons)}\t{sensitivity}\n"


KEY = "member_id, vaccine_group, is_risk, series_group"
FORECAST = (
    "status, dose_number, earliest_on, recommended_on, past_due_on, latest_on, vaccines, antigens, series, reason, "
    "authority, sensitivity, asks"
)
EVALUATION_KEY = f"{KEY}, immunization_id"
EVALUATION = "status, reasons, sensitivity"
TEMPORARY = """
CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA
"""
# Compared first: a row that stays as it is is not rewritten.
UPSERT = """
INSERT INTO {table} AS r (id, {key}, {values}, changed_at)
SELECT {row_id}, {w_key}, {w_values}, %(at)s
FROM {name} w LEFT JOIN (SELECT * FROM {table} WHERE member_id = ANY (%(ids)s)) r ON {matches}
WHERE r.id IS NULL OR ({r_values}) IS DISTINCT FROM ({w_values})
ON CONFLICT ({key}) DO UPDATE SET {sets}, changed_at = EXCLUDED.changed_at
"""
DELETE = """
DELETE FROM {table} r WHERE r.member_id = ANY (%(ids)s) AND NOT EXISTS (SELECT FROM {name} w WHERE {matches})
"""


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]


def _merge(
    cursor: Any, table: str, key: str, values: str, rows: Sequence[str], ids: list[uuid.UUID], at: datetime
) -> int:
    name = f"wanted_{table}"
    cursor.execute(f"DROP TABLE IF EXISTS {name}")
    cursor.execute(TEMPORARY.format(name=name, columns=f"{key}, {values}", table=table))
    if rows:
        copy(name, _names(f"{key}, {values}"), io.StringIO("".join(rows)))
        cursor.execute(f"ANALYZE {name}")
    terms = {
        "table": table,
        "row_id": ROW_ID,
        "name": name,
        "key": key,
        "values": values,
        "matches": " AND ".join(f"r.{column} = w.{column}" for column in _names(key)),
        "w_key": ", ".join(f"w.{column}" for column in _names(key)),
        "w_values": ", ".join(f"w.{column}" for column in _names(values)),
        "r_values": ", ".join(f"r.{column}" for column in _names(values)),
        "sets": ", ".join(f"{column} = EXCLUDED.{column}" for column in _names(values)),
    }
    parameters = {"ids": ids, "at": at, "base": id_base(cursor)}
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
    ids = [one.member_id for one in found]
    forecasts = [line for one in found for line in one.forecasts]
    evaluations = [line for one in found for line in one.evaluations]
    states = [(one.member_id, one.policy, one.facts, one.next_change_on, at) for one in found]
    with connection.cursor() as cursor:
        changed = _merge(cursor, "prevention_immunisationforecast", KEY, FORECAST, forecasts, ids, at)
        doses = _merge(cursor, "prevention_immunisationevaluation", EVALUATION_KEY, EVALUATION, evaluations, ids, at)
        if states:
            execute_values(cursor, STATES, states, page_size=2000)
    return {"forecasts": changed, "evaluations": doses}
