"""The compact table of supporting data (`cdsi_4_64.json`, or one that `./kp load_cdsi` read) as a `Schedule`."""

import json
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from prevention.immunisation.dates import BEGINNING, END, Duration, duration
from prevention.immunisation.schedule import (
    Age,
    Antigen,
    AntigenSeries,
    Association,
    BirthDateImmunity,
    Condition,
    ConditionalSkip,
    ConditionType,
    Context,
    CountLogic,
    Indication,
    InForce,
    Interval,
    Logic,
    Schedule,
    SeriesDose,
    SeriesDoseVaccine,
    SeriesType,
    SkipSet,
    VaccineConflict,
    VaccineContraindication,
    VaccineGroup,
)

PACKAGED = Path(__file__).with_name("cdsi_4_64.json")


def _day(text: str) -> date | None:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8])) if text else None


def _in_force(effective: str, cessation: str) -> InForce | None:
    if not effective and not cessation:
        return None
    return InForce(_day(effective) or BEGINNING, _day(cessation) or END)


def _age(row: list[str]) -> Age:
    absolute, minimum, earliest, latest, maximum = map(duration, row[:5])
    return Age(absolute, minimum, earliest, latest, maximum, _in_force(*row[5:]))


def _interval(row: dict[str, Any]) -> Interval:
    return Interval(
        from_previous=row.get("from") == "previous",
        from_target_dose=row.get("dose"),
        from_most_recent=frozenset(row.get("vaccines", "").split()),
        from_observation=row.get("observation", ""),
        absolute_minimum=duration(row.get("abs", "")),
        minimum=duration(row.get("min", "")),
        earliest_recommended=duration(row.get("rec", "")),
        latest_recommended=duration(row.get("late", "")),
        priority=row.get("priority", False),
        in_force=_in_force(row.get("effective", ""), row.get("cessation", "")),
    )


def _condition(row: dict[str, Any]) -> Condition:
    return Condition(
        type=ConditionType(row["type"]),
        start=_day(row.get("start", "")),
        end=_day(row.get("end", "")),
        begin_age=duration(row.get("begin_age", "")),
        end_age=duration(row.get("end_age", "")),
        interval=duration(row.get("interval", "")),
        count=row.get("count", 0),
        valid_only=row.get("doses", "valid") == "valid",
        count_logic=CountLogic(row.get("logic", "greater than")),
        vaccine_types=frozenset(row.get("vaccines", "").split()),
        series_groups=frozenset(row.get("groups", "").split()),
    )


def _skip(row: dict[str, Any]) -> ConditionalSkip:
    sets = tuple(
        SkipSet(
            logic=Logic(one.get("logic", "AND")),
            conditions=tuple(map(_condition, one["conditions"])),
            in_force=_in_force(one.get("effective", ""), one.get("cessation", "")),
        )
        for one in row["sets"]
    )
    return ConditionalSkip(context=Context(row["context"]), logic=Logic(row.get("logic", "AND")), sets=sets)


def _vaccines(groups: list[list[str]]) -> dict[str, tuple[SeriesDoseVaccine, ...]]:
    """`[[begin age, end age, "cvx cvx"]]` → by vaccine type."""
    found: dict[str, tuple[SeriesDoseVaccine, ...]] = {}
    for begin, end, types in groups:
        for cvx in types.split():
            one = SeriesDoseVaccine(cvx, duration(begin), duration(end))
            found[cvx] = (*found.get(cvx, ()), one)
    return found


def _preferable(row: dict[str, Any]) -> SeriesDoseVaccine:
    return SeriesDoseVaccine(
        cvx=row["cvx"],
        begin_age=duration(row.get("begin", "")),
        end_age=duration(row.get("end", "")),
        trade_name=row.get("trade", ""),
        mvx=row.get("mvx", ""),
        volume=row.get("volume"),
        forecast=row.get("forecast", False),
    )


Conflicts = dict[str, dict[str, VaccineConflict]]


def _conflicting(preferable: tuple[SeriesDoseVaccine, ...], conflicts: Conflicts) -> dict[str, tuple[Duration, ...]]:
    found: dict[str, set[Duration]] = {}
    for vaccine in preferable:
        for previous, conflict in conflicts.get(vaccine.cvx, {}).items():
            found.setdefault(previous, set()).add(conflict.end)
    return {previous: tuple(sorted(ends)) for previous, ends in found.items()}


def _dose(row: dict[str, Any], conflicts: Conflicts) -> SeriesDose:
    skips = tuple(map(_skip, row.get("skips", [])))
    preferable = tuple(map(_preferable, row.get("preferable", [])))
    ages = tuple(_age(one) for one in row.get("ages", []))
    return SeriesDose(
        number=row["number"],
        ages=ages,
        intervals=tuple(map(_interval, row.get("intervals", []))),
        allowable_intervals=tuple(map(_interval, row.get("allowable_intervals", []))),
        preferable=preferable,
        preferable_by_type={
            cvx: tuple(vaccine for vaccine in preferable if vaccine.cvx == cvx)
            for cvx in {vaccine.cvx for vaccine in preferable}
        },
        allowable=_vaccines(row.get("allowable", [])),
        inadvertent=frozenset(row.get("inadvertent", "").split()),
        skips_in_evaluation=tuple(skip for skip in skips if skip.context is not Context.FORECAST),
        skips_in_forecast=tuple(skip for skip in skips if skip.context is not Context.EVALUATION),
        recurring=row.get("recurring", False),
        season_start=_day(row.get("season", ["", ""])[0]),
        season_end=_day(row.get("season", ["", ""])[1]),
        conflicting=_conflicting(preferable, conflicts),
    )


def _indications(groups: list[list[str]]) -> tuple[Indication, ...]:
    return tuple(
        Indication(code, duration(begin), duration(end)) for begin, end, codes in groups for code in codes.split()
    )


def _series(row: dict[str, Any], antigen: str, conflicts: Conflicts) -> AntigenSeries:
    return AntigenSeries(
        name=row["name"],
        antigen=antigen,
        vaccine_group=row["vaccine_group"],
        type=SeriesType(row["type"]),
        equivalent_groups=frozenset(row.get("equivalent", "").split()),
        genders=frozenset(row.get("genders", "").split()),
        default=row.get("default", False),
        product_path=row.get("product", False),
        group=row["group"],
        group_name=row["group_name"],
        priority=row["priority"],
        preference=row.get("preference", 99),
        minimum_age_to_start=duration(row.get("minimum_age_to_start", "")),
        maximum_age_to_start=duration(row.get("maximum_age_to_start", "")),
        indications=_indications(row.get("indications", [])),
        doses=tuple(_dose(one, conflicts) for one in row["doses"]),
        guidance=tuple(row.get("guidance", ())),
    )


def _antigen(name: str, row: dict[str, Any], conflicts: Conflicts) -> Antigen:
    series = tuple(_series(one, name, conflicts) for one in row["series"])
    births = tuple(
        BirthDateImmunity(date.fromisoformat(born), country, frozenset(codes.split()))
        for born, country, codes in row.get("immunity_by_birth", [])
    )
    by_vaccine = tuple(
        VaccineContraindication(code, tuple(one for many in _vaccines(groups).values() for one in many))
        for code, groups in row.get("vaccine_contraindications", [])
    )
    return Antigen(
        name=name,
        vaccine_group=row["vaccine_group"],
        immunity_history=frozenset(row.get("immunity_history", "").split()),
        immunity_by_birth=births,
        contraindications=_indications(row.get("contraindications", [])),
        vaccine_contraindications=by_vaccine,
        series=series,
    )


def _types_that_matter(antigen: Antigen, associations: dict[str, Any], conflicts: Conflicts) -> frozenset[str]:
    own = {cvx for cvx, rows in associations.items() if any(row[0] == antigen.name for row in rows)}
    doses = [dose for one in antigen.series for dose in one.doses]
    named = {cvx for one in antigen.series for condition in one.skip_conditions for cvx in condition.vaccine_types}
    recent = {cvx for dose in doses for interval in dose.intervals for cvx in interval.from_most_recent}
    given = own | {vaccine.cvx for dose in doses for vaccine in dose.preferable}
    conflicting = {cvx for impacted in given for cvx in conflicts.get(impacted, ())}
    return frozenset(own | named | recent | conflicting)


def build(table: dict[str, Any]) -> Schedule:
    """The schedule of a compact table. Raises `ValueError` or `KeyError` for one that is not understood."""
    conflicts: Conflicts = {}
    for begin, minimum_end, end, pairs in table["conflicts"]:
        conflict = VaccineConflict(*(length for length in map(duration, (begin, minimum_end, end)) if length))
        for impacted, previous in pairs.items():
            for cvx in previous.split():
                conflicts.setdefault(impacted, {})[cvx] = conflict
    coded: dict[tuple[str, str], frozenset[str]] = {}
    for observation, codes in table["coded_observations"].items():
        for code in codes:
            system, _, value = code.partition(":")
            coded[system, value] = coded.get((system, value), frozenset()) | {observation}
    antigens = {name: _antigen(name, row, conflicts) for name, row in table["antigens"].items()}
    return Schedule(
        version=table["version"],
        published=date.fromisoformat(table["published"]),
        antigens={
            name: replace(antigen, vaccine_types=_types_that_matter(antigen, table["associations"], conflicts))
            for name, antigen in antigens.items()
        },
        groups={
            name: VaccineGroup(name, tuple(row["antigens"]), row.get("administer_full", False))
            for name, row in table["groups"].items()
        },
        associations={
            cvx: tuple(Association(a, duration(begin), duration(end)) for a, begin, end in rows)
            for cvx, rows in table["associations"].items()
        },
        conflicts=conflicts,
        vaccine_names=table["vaccines"],
        observations=table["observations"],
        coded=coded,
    )


@lru_cache(maxsize=1)
def packaged() -> Schedule:
    """The schedule that kpcare carries."""
    return build(json.loads(PACKAGED.read_text()))
