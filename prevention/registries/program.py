"""Registries compiled to the engine's set-based SQL: a row for each member, a group of columns for each registry."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from prevention.engine.codes import ValueSet
from prevention.engine.compiler import Compiler, Program
from prevention.engine.evaluate import Partition
from prevention.engine.facts import Facts
from prevention.engine.moments import Setting
from prevention.registries.definition import HIGH, RISING, STABLE, UNKNOWN, Registry

COLUMNS = ("belongs", "control", "high", "grounds", "missed", "readings", "next_step", "labels")


def compile_registries(registries: Sequence[Registry], as_of: date) -> Program:
    """The program of all registries for a day, in the service's time zone."""
    setting = Setting.of_year(as_of.year, as_of=as_of, zone=ZoneInfo(settings.TIME_ZONE))
    to = Compiler(setting)
    columns = ["s.member_id"]
    for number, registry in enumerate(registries):
        columns += [f"{sql} AS g{number}_{name}" for name, sql in zip(COLUMNS, _columns(to, registry), strict=True)]
    outcome = f"SELECT {', '.join(columns)} FROM pf_subject s {to.joins()}"
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


def _columns(to: Compiler, registry: Registry) -> list[str]:
    belongs = f"s.enrolled_from IS NOT NULL AND {registry.applies.true(to)} AND {registry.excluded.false(to)}"
    levels = " ".join(f"WHEN {level.when.true(to)} THEN '{level.control}'" for level in registry.control)
    steps = " ".join(f"WHEN {step.when.true(to)} THEN '{step.id}'" for step in registry.steps)
    high = " OR ".join(f"coalesce({ground.when.true(to)}, false)" for ground in registry.grounds if ground.high)
    return [
        f"coalesce({belongs}, false)",
        f"CASE {levels} ELSE '{UNKNOWN}' END",
        high or "false",
        _those([(ground.id, ground.when.true(to)) for ground in registry.grounds]),
        _those([(missed.id, missed.when.true(to)) for missed in registry.missed]),
        _readings(to, registry),
        f"CASE {steps} ELSE '' END",
        _labels(to, registry),
    ]


def _those(named: list[tuple[str, str]]) -> str:
    """An array of the names whose condition holds."""
    names = ", ".join(f"CASE WHEN {condition} THEN '{name}' END" for name, condition in named)
    return f"array_remove(ARRAY[{names}]::varchar[], NULL)"


def _readings(to: Compiler, registry: Registry) -> str:
    """`{"hba1c": {"value": 7.4, "on": "2026-03-01"}}` of those that there are."""
    pairs = ", ".join(
        f"'{reading.name}', CASE WHEN {reading.value(to)} IS NOT NULL THEN "
        f"jsonb_build_object('value', {reading.value(to)}, 'on', {reading.day(to)}) END"
        for reading in registry.readings
    )
    return f"jsonb_strip_nulls(jsonb_build_object({pairs}))"


def _labels(to: Compiler, registry: Registry) -> str:
    """The sensitivity labels of the facts that put somebody in and of those whose values are shown."""
    read = [*registry.entry, *(reading.facts for reading in registry.readings)]
    parts = [
        f"SELECT f.member_id, t.sensitivity FROM {resource.rows} f JOIN {resource.table} t ON t.id = f.fact_id "
        f"WHERE t.sensitivity <> 0 AND ({to.selection(branches)})"
        for facts in read
        for resource, branches in facts.by_resource.items()
    ]
    labelled = f"SELECT f.member_id, bit_or(f.sensitivity) AS value FROM ({' UNION ALL '.join(parts)}) f GROUP BY 1"
    return f"coalesce({to.derive(labelled)}, 0)::smallint"


TIER = (
    f"CASE WHEN {{high}} OR cardinality({{grounds}}) >= 2 THEN {HIGH} "
    f"WHEN cardinality({{grounds}}) = 1 THEN {RISING} ELSE {STABLE} END"
)
"""The risk tier: high with one ground that alone suffices or any two, rising with one, otherwise stable."""


# --- Whom it may concern --------------------------------------------------------------------------------


def candidates(registries: Sequence[Registry], partition: Partition) -> Partition:
    """Of a partition those with a fact that could put them into a registry, or who are in one now."""
    entry = tuple(facts for registry in registries for facts in registry.entry)
    parts, parameters = [], dict(partition.parameters)
    for number, (table, role, concepts) in enumerate(_entry_codes(entry)):
        parameters[f"concepts{number}"] = concepts
        parts.append(
            f"SELECT c.member_id FROM {table} c WHERE {partition.test('c.member_id')} AND c.role = {role} "
            f"AND c.concept_id = ANY (%(concepts{number})s)"
        )
    parts.append(
        f"SELECT e.member_id FROM prevention_registryentry e WHERE {partition.test('e.member_id')} "
        "AND e.left_on IS NULL"
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(parts), parameters)
        return Partition(ids=tuple(sorted(row[0] for row in cursor.fetchall())))


def _entry_codes(entry: tuple[Facts, ...]) -> list[tuple[str, int, list[int]]]:
    """(coding table, role, concept ids) for each kind of fact."""
    kinds: dict[tuple[str, int], tuple[set[str], set[tuple[str, str]]]] = {}
    for facts in entry:
        for branch in facts.branches:
            resource = branch.retrieve.resource
            urls, codes = kinds.setdefault((resource.coding_table, resource.code_role), (set(), set()))
            for code in branch.retrieve.codes:
                urls.add(code.url) if isinstance(code, ValueSet) else codes.add((code.system, code.code))
    return [(table, role, _concepts(urls, codes)) for (table, role), (urls, codes) in kinds.items()]


def _concepts(urls: set[str], codes: set[tuple[str, str]]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.concept_id FROM core_valueset v JOIN core_valuesetmember m ON m.value_set_id = v.id "
            "WHERE v.url = ANY (%(urls)s) UNION SELECT c.id FROM unnest(%(systems)s::text[], %(codes)s::text[]) "
            "a(system, code) JOIN core_codesystem y ON y.uri = a.system "
            "JOIN core_concept c ON c.system_id = y.id AND c.code = a.code",
            {
                "urls": list(urls),
                "systems": [system for system, _ in codes],
                "codes": [code for _, code in codes],
            },
        )
        return [row[0] for row in cursor.fetchall()]
