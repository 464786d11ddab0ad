"""How each kind of fact is read from the chart into the shape the vocabulary speaks of.

Columns: set_no, member_id, fact_id, status, is_negated, recorded_at, sensitivity, and the four boundaries s0 ≤ s1
(start, earliest and latest) and e0 ≤ e1 (end, inclusive, in milliseconds as FHIR has them).
"""

from prevention.engine.codes import CONDITION, MEDICATION_DISPENSE, OBSERVATION, Resource
from prevention.engine.moments import Setting
from prevention.engine.written import instant, number

_LAST = "date_trunc('milliseconds', CASE WHEN upper_inc(f.effective) THEN upper(f.effective) ELSE {} END)"
_LAST = _LAST.format("upper(f.effective) - interval '1 microsecond'")


def _step(side: str) -> str:
    """How long the day, month or year is that stands at this end (`left`: start, `right`: end)."""
    return (
        f"CASE {side}(f.precision, 1) WHEN 'd' THEN interval '1 day' WHEN 'm' THEN interval '1 month' "
        "ELSE interval '1 year' END"
    )


# A missing end of a FHIR Period is "for ever"; a missing start, somewhere before the end.
_START = {
    "s0": "CASE WHEN lower_inf(f.effective) THEN '-infinity' ELSE lower(f.effective) END",
    "s1": f"CASE WHEN f.precision = 't' THEN coalesce(lower(f.effective), {_LAST}) "
    f"WHEN lower_inf(f.effective) THEN {_LAST} WHEN left(f.precision, 1) = 't' THEN lower(f.effective) "
    f"ELSE lower(f.effective) + {_step('left')} - interval '1 millisecond' END",
}
_END = {
    "e0": f"CASE WHEN upper_inf(f.effective) THEN 'infinity' WHEN f.precision = 't' THEN {_LAST} "
    f"WHEN right(f.precision, 1) = 't' THEN {_LAST} ELSE upper(f.effective) - {_step('right')} END",
    "e1": f"CASE WHEN upper_inf(f.effective) THEN 'infinity' ELSE {_LAST} END",
}
# QICoreCommon.prevalenceInterval: an inactive condition without abatement ended, nobody knows when.
_PREVALENCE = {
    **_END,
    "e0": "CASE WHEN upper_inf(f.effective) AND f.status NOT IN ('active', 'recurrence', 'relapse') "
    f"THEN lower(f.effective) ELSE {_END['e0']} END",
}
# What ended nobody knows when has no `prevalenceInterval()` at all: the official function is null where it asks for
# the abatement of a condition that is not active and there is none.
_DATED = {"is_dated": "f.status IN ('active', 'recurrence', 'relapse') OR NOT upper_inf(f.effective)"}

_REPEAT = "f.dosage -> 0 -> 'timing' -> 'repeat'"
_OFTEN = number(f"coalesce({_REPEAT} ->> 'frequencyMax', {_REPEAT} ->> 'frequency')")
_PER_DAY = f"""CASE WHEN {_REPEAT} ? 'period' AND ({_REPEAT} ? 'frequency' OR {_REPEAT} ? 'frequencyMax') THEN
    {_OFTEN} / nullif({number(f"{_REPEAT} ->> 'period'")}, 0)
    * CASE {_REPEAT} ->> 'periodUnit' WHEN 'h' THEN 24 WHEN 'min' THEN 1440 WHEN 's' THEN 86400 WHEN 'd' THEN 1
      WHEN 'wk' THEN 1 / 7.0 WHEN 'mo' THEN 1 / 30.0 WHEN 'a' THEN 1 / 365.0 END
    WHEN jsonb_typeof({_REPEAT} -> 'timeOfDay') = 'array' THEN jsonb_array_length({_REPEAT} -> 'timeOfDay')
    ELSE 0 END"""
_BOUND = f"{_REPEAT} -> 'boundsPeriod' ->> '{{}}'"
_RATE = "f.dosage -> 0 -> 'doseAndRate' -> 0"
_DOSE = number(f"coalesce({_RATE} -> 'doseRange' -> 'high' ->> 'value', {_RATE} -> 'doseQuantity' ->> 'value')")
# Days: no supply of anybody's lasts longer, whatever is written.
LONGEST = 100_000
_SUPPLY = f"coalesce(f.days_supply, f.quantity / nullif({_DOSE} * {_PER_DAY}, 0))"


def total_supply(resource: Resource) -> str:
    """Days of supply, refills included: what a dispense hands over has none of its own."""
    return _SUPPLY if resource is MEDICATION_DISPENSE else f"{_SUPPLY} * (1 + coalesce(f.refills, 0))"


def _medication_period(resource: Resource, zone: str) -> dict[str, str]:
    """CumulativeMedicationDuration: from the start for the days supplied; for a request also by its bounds."""
    if resource is MEDICATION_DISPENSE:
        start, bounds_end = f"(lower(f.effective) AT TIME ZONE '{zone}')::date", "NULL::date"
    else:
        # A bound of less than a day's precision gives no day.
        starts, bounds_end = (
            f"({instant(_BOUND.format(side))} AT TIME ZONE '{zone}')::date" for side in ("start", "end")
        )
        start = (
            f"coalesce({starts}, (f.recorded_at AT TIME ZONE '{zone}')::date, "
            f"(lower(f.effective) AT TIME ZONE '{zone}')::date)"
        )
    # Not `least`, which passes over a null.
    supply = total_supply(resource)
    days = f"(CASE WHEN {supply} > {LONGEST} THEN {LONGEST} ELSE trunc({supply}) END)::int"
    end = f"coalesce({start} + ({days} - 1), {bounds_end})"
    return {
        "m0": f"CASE WHEN {end} IS NOT NULL THEN {start}::timestamp AT TIME ZONE '{zone}' END",
        "m1": f"{end}::timestamp AT TIME ZONE '{zone}'",
        "supply": supply,
    }


def boundaries(resource: Resource) -> dict[str, str]:
    """SQL for s0, s1, e0 and e1 of a fact `f`, by its range and by how finely each end was said."""
    return _START | (_PREVALENCE if resource is CONDITION else _END)


def _columns(resource: Resource, zone: str) -> dict[str, str]:
    columns = {"status": "f.status", "is_negated": "f.is_negated", "recorded_at": "f.recorded_at"}
    columns |= {"sensitivity": "f.sensitivity", **boundaries(resource)}
    columns |= _DATED if resource is CONDITION else {}
    columns |= {name: f"f.{name}" for name in resource.columns}
    if resource.has_supply:
        columns |= _medication_period(resource, zone)
    return columns


def column_names(resource: Resource) -> list[str]:
    """The columns of a kind's fetched rows, after the set's number."""
    return ["member_id", "fact_id", *_columns(resource, "UTC")]


def fact_columns(resource: Resource, setting: Setting) -> str:
    """The SELECT that fetches a partition's facts of one kind. `{c}` and `{f}` stand for the partition's test."""
    listed = ", ".join(f"{sql} AS {name}" for name, sql in _columns(resource, setting.zone.key).items())
    # A component never stands for its observation, nor a refusal for an order: set numbers say which is meant.
    also = " AND (f.part_of_id IS NOT NULL) = f.wants_component" if resource is OBSERVATION else ""
    also += " AND f.is_negated = f.wants_negated" if resource.tells_negation else ""
    return (
        f"SELECT f.set_no, f.member_id, f.id AS fact_id, {listed} FROM ("
        # In the list of columns, not as a table beside: a call for each fact would cost as much as finding the fact.
        "SELECT unnest(n.sets) AS set_no, unnest(n.since) AS since, unnest(n.components) AS wants_component, "
        "unnest(n.negated) AS wants_negated, f.* FROM pf_codes n "
        # Code by code, through the index; the facts then all at once (see `compute`).
        f"CROSS JOIN LATERAL (SELECT c.fact_id FROM {resource.coding_table} c "
        f"WHERE c.concept_id = n.concept_id AND c.role = n.role AND {{c}} OFFSET 0) c "
        f"JOIN {resource.table} f ON f.id = c.fact_id AND {{f}} WHERE n.kind = '{resource.name}' "
        # What ended too early for a set to be asked for is left out. Without an end, or without a time, it is kept.
        "AND coalesce(upper(f.effective) >= n.earliest, true)) f "
        f"WHERE coalesce(upper(f.effective) >= f.since, true){also}"
    )
