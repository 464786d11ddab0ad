"""From measures and rules to set-based SQL over one partition of members.

A program is a few statements, the same for one member as for a million: fetch the members and, kind by kind, the
facts whose codes any measure names (`pf_*` tables that end with the transaction); add the lists that are defined
once and read again; then one pass over each kind answers every "exists" and "last" at once, and one row for each
member comes out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from prevention.engine.answers import Answers, Part
from prevention.engine.codes import RESOURCES, Codes, Resource, ValueSet
from prevention.engine.facts import Branch, Definition, Facts, Predicate, Retrieve, Timepoint, With, define
from prevention.engine.fetch import column_names, fact_columns
from prevention.engine.grounds import grounds_sql
from prevention.engine.measure import POPULATIONS, CareRule, EpisodeGroup, Episodes, Measure
from prevention.engine.members import Everyone
from prevention.engine.moments import Duration, Moment, Setting
from prevention.engine.outcome import mask_of, rule_columns, rule_outcome
from prevention.engine.predicates import Always, ends_after


def _timestamp(instant: datetime) -> str:
    return f"timestamptz '{instant.isoformat(sep=' ', timespec='milliseconds')}'"


def _among(row: str, numbers: tuple[int, ...]) -> str:
    """The fact on this alias is of one of the sets."""
    return f"{row}.set_no " + (f"= {numbers[0]}" if len(numbers) == 1 else f"IN ({', '.join(map(str, numbers))})")


@dataclass(frozen=True)
class NeededCode:
    """A row of the code list: a set's number, the kind and element it stands in, and its value set or code."""

    number: int
    kind: str
    role: int
    url: str
    system: str
    code: str
    components: bool = False
    negated: bool = False
    since: datetime | None = None


@dataclass
class Compiler:
    """Turns the vocabulary's expressions into SQL, collecting what they read."""

    setting: Setting
    retrieves: dict[Retrieve, int] = field(default_factory=dict)
    code_lists: dict[tuple[Resource, int, tuple[Codes, ...]], int] = field(default_factory=dict)
    columns: dict[Resource, dict[str, str]] = field(default_factory=dict)
    answers: dict[Resource, Answers] = field(default_factory=dict)
    derived: dict[str, str] = field(default_factory=dict)
    # Number of a retrieve → before when its facts may have ended to be of no use to anybody; None: they all are.
    since: dict[int, datetime | None] = field(default_factory=dict)
    # In the order in which they must run: each reads what stands before it.
    definitions: list[tuple[str, str]] = field(default_factory=list)
    laterals: dict[str, str] = field(default_factory=dict)
    # Kinds that are looked up member by member, and so need an index.
    looked_up: set[str] = field(default_factory=set)
    aliases: dict[int, str] = field(default_factory=dict)
    # Alias of a list's facts, while their condition is worked out → their table, and the sets among which they are.
    standing: dict[str, tuple[str, tuple[int, ...]]] = field(default_factory=dict)

    # -- moments ------------------------------------------------------------------------------------------

    def instant(self, moment: Moment) -> str:
        return _timestamp(moment.resolve(self.setting))

    def day_start(self, moment: Moment) -> str:
        return _timestamp(self.setting.day_start(moment.resolve(self.setting)))

    def day_after(self, moment: Moment) -> str:
        return _timestamp(self.setting.day_after(moment.resolve(self.setting)))

    def day_of(self, sql: str) -> str:
        return f"(({sql}) AT TIME ZONE '{self.setting.zone.key}')::date"

    def midnight(self, day: str) -> str:
        return f"(({day})::timestamp AT TIME ZONE '{self.setting.zone.key}')"

    def shifted(self, sql: str, duration: Duration, sign: int) -> str:
        """Calendar arithmetic in the setting's time zone."""
        zone = self.setting.zone.key
        plus = "+" if sign > 0 else "-"
        return f"((({sql}) AT TIME ZONE '{zone}' {plus} {duration.sql}) AT TIME ZONE '{zone}')"

    def subject(self, column: str, row: str) -> str:
        """A column of the member whose fact `row` is."""
        self.looked_up.add("pf_subject")
        return f"(SELECT z.{column} FROM pf_subject z WHERE z.member_id = {row}.member_id)"

    def day(self, moment: Moment) -> str:
        return f"date '{moment.resolve(self.setting).astimezone(self.setting.zone).date()}'"

    def birth_bound(self, moment: Moment, age: int, months: int = 0) -> str:
        """Whoever was born on or before this day is at least `age` (and so many months) at the moment."""
        at = moment.resolve(self.setting).astimezone(self.setting.zone)
        return f"date '{Duration(months=12 * age + months).add_to(at, -1).date()}'"

    # -- codes --------------------------------------------------------------------------------------------

    def numbers(self, retrieve: Retrieve) -> list[int]:
        """A number for each value set and code, so that a fact that many lists hold is fetched once."""
        if retrieve.definition:
            return [self.number(retrieve)]
        return [self.number(replace(retrieve, codes=(code,))) for code in retrieve.codes]

    def number(self, retrieve: Retrieve) -> int:
        if retrieve not in self.retrieves:
            # A definition's own retrieves are numbered, and its parts defined, before it.
            rest = self._definition(retrieve.definition, retrieve.resource) if retrieve.definition else None
            self.retrieves[retrieve] = number = len(self.retrieves) + 1
            if rest:
                sql, key = rest
                self.definitions.append((retrieve.resource.rows, f"SELECT DISTINCT ON ({key}) {number}, {sql}"))
        return self.retrieves[retrieve]

    def _definition(self, definition: Definition, resource: Resource) -> tuple[str, str]:
        """The rows to add, from after their number on, and what is distinct in them."""
        selection = self.selection(list(definition.facts.branches), "f")
        if definition.pick:
            assert definition.by is not None
            key, forward = "f.member_id", definition.pick == "first"
            # As CQL's sort keeps the order of equals: first as the list has them, then as they came.
            among = [n for branch in definition.facts.branches for n in self.numbers(branch.retrieve)]
            place = f", array_position(ARRAY{among}, f.set_no)" if len(among) > 1 else ""
            direction = "ASC" if forward else "DESC"
            order = (
                f"f.member_id, {definition.by.sides(self, 'f')[1]} {direction} NULLS {'FIRST' if forward else 'LAST'}"
                f"{place}{' ' + direction if place else ''}, f.fact_id {direction}"
            )
        else:
            key = order = "f.fact_id"
        columns = ", ".join(f"f.{name}" for name in column_names(resource))
        # The number comes first in the row, as in what is fetched.
        return f"{columns} FROM {resource.rows} f WHERE {selection} ORDER BY {order}", key

    def coded(self, resource: Resource, role: int, codes: tuple[Codes, ...], fact: str) -> str:
        among = ""
        if codes:
            number = self.code_lists.setdefault((resource, role, codes), -1 - len(self.code_lists))
            # A fact has few codes in an element: they are found by the fact. With `+ 0` no index is searched for each
            # code of the set.
            among = (
                f" AND c.concept_id + 0 = ANY (ARRAY(SELECT n.concept_id FROM pf_needed n WHERE n.set_no = {number}))"
            )
        # OFFSET 0: else the planner may read the codings of everybody there is into memory, for each share anew.
        where = f"c.fact_id = {fact} AND c.role = {role}{among}"
        return f"EXISTS (SELECT FROM {resource.coding_table} c WHERE {where} OFFSET 0)"

    def needed_codes(self) -> list[NeededCode]:
        """Every value set and code that the program reads, numbered: positive for retrieves, negative for tests."""
        rows: list[NeededCode] = []

        def need(number: int, resource: Resource, role: int, codes: tuple[Codes, ...], **which: Any) -> None:
            for code in codes:
                if isinstance(code, ValueSet):
                    rows.append(NeededCode(number, resource.name, role, code.url, "", "", **which))
                else:
                    rows.append(NeededCode(number, resource.name, role, "", code.system, code.code, **which))

        for asked, number in self.retrieves.items():
            which = {"components": asked.components, "negated": asked.negated, "since": self.since.get(number)}
            need(number, asked.resource, asked.resource.code_role, asked.codes, **which)
        for (resource, role, codes), number in self.code_lists.items():
            need(number, resource, role, codes)
        return rows

    # -- facts --------------------------------------------------------------------------------------------

    def alias(self, number: int) -> str:
        return self.aliases[number]

    @contextmanager
    def speaking_of(self, rows: dict[int, str]) -> Iterator[None]:
        """Facts that a relation names stand under these aliases; what they stood under before comes back."""
        before, self.aliases = self.aliases, {**self.aliases, **rows}
        try:
            yield
        finally:
            self.aliases = before

    def related(self, it: With, row: str) -> str:
        """EXISTS over a member's other facts; or over the first or last of them alone."""
        alias = f"{row}r" if row.startswith("f") else "fr"
        found = []
        for resource, branches in it.facts.by_resource.items():
            self.looked_up.add(resource.rows)
            among = self._last_of_each(it, row, alias, resource, branches)
            found.append(among or self._looked_up(it, row, alias, resource, branches))
        return found[0] if len(found) == 1 else "(" + " OR ".join(found) + ")"

    def _looked_up(self, it: With, row: str, alias: str, resource: Resource, branches: list[Branch]) -> str:
        """EXISTS, asked of each fact anew: right where few facts are asked."""
        with self.speaking_of({it.this: row, it.other: alias}):
            where = (
                f"{alias}.member_id = {row}.member_id AND ({self.selection(branches, alias)}) "
                f"AND {it.such_that.true(self, alias)}"
            )
            rows = f"{resource.rows} {alias}"
            if it.satisfying is not None and it.by is not None:
                order = f"{it.by.sides(self, alias)[1]} DESC NULLS LAST, {alias}.fact_id DESC"
                rows = f"(SELECT {alias}.* FROM {rows} WHERE {where} ORDER BY {order} LIMIT 1) {alias}"
                where = it.satisfying.true(self, alias)
            return f"EXISTS (SELECT FROM {rows} WHERE {where})"

    def _last_of_each(self, it: With, row: str, alias: str, resource: Resource, branches: list[Branch]) -> str:
        """The same of the last fact that fits, as one list for all members: to sort what fits each fact of a long list
        by itself costs several times more. Empty where it cannot be said so."""
        if it.satisfying is None or it.by is None or row not in self.standing:
            return ""
        table, numbers = self.standing[row]
        this = f"{row}t"
        with self.speaking_of({it.this: this, it.other: alias}):
            fits = f"({self.selection(branches, alias)}) AND {it.such_that.true(self, alias)}"
            order = f"{this}.fact_id, {it.by.sides(self, alias)[1]} DESC NULLS LAST, {alias}.fact_id DESC"
            satisfying = it.satisfying.true(self, alias)
        if f"{this}." in satisfying:
            return ""
        return (
            # Not a join: a planner that takes the list for empty would work this one out anew for each of its facts.
            f"(({row}.fact_id IN (SELECT {alias}.this_id FROM (SELECT DISTINCT ON ({this}.fact_id) "
            f"{this}.fact_id AS this_id, {alias}.* FROM {table} {this} JOIN {resource.rows} {alias} "
            f"ON {alias}.member_id = {this}.member_id WHERE {_among(this, numbers)} AND {fits} "
            f"ORDER BY {order}) {alias} WHERE {satisfying})) IS TRUE)"
        )

    def selection(self, branches: list[Branch], row: str = "f") -> str:
        """The condition, on alias `row`, of a list's facts within one kind."""
        parts = []
        for numbers, condition in self._parts(branches, row):
            parts.append(f"({_among(row, numbers)} AND {condition})")
        return " OR ".join(parts)

    def _parts(self, branches: list[Branch], row: str) -> list[Part]:
        together: dict[Predicate, set[int]] = {}
        for branch in branches:
            numbers = self.numbers(branch.retrieve)
            together.setdefault(branch.where, set()).update(numbers)
            bound = ends_after(branch.where, self.setting)
            for number in numbers:
                before = self.since.get(number, bound)
                self.since[number] = min(before, bound) if before and bound else None
        return [self._part(where, tuple(sorted(numbers)), branches, row) for where, numbers in together.items()]

    def _part(self, where: Predicate, numbers: tuple[int, ...], branches: list[Branch], row: str) -> Part:
        before, self.standing = self.standing, {**self.standing, row: (branches[0].retrieve.resource.rows, numbers)}
        try:
            return numbers, where.true(self, row)
        finally:
            self.standing = before

    def _column(self, resource: Resource, sql: str) -> str:
        known = self.columns.setdefault(resource, {})
        return f"{resource.name}.{known.setdefault(sql, f'v{len(known)}')}"

    def aggregate(self, facts: Facts, function: str) -> str:
        """`exists`: whether the list is not empty. `last_day`: the day of its last fact, or null.

        `first_day`: the day on which the first of those began whose beginning is known, or null.
        """
        found = []
        for resource, branches in facts.by_resource.items():
            if function == "exists":
                found.append(self._exists(resource, branches))
            elif function == "first_day":
                began = f"min({self.day_of('f.s0')})"
                found.append(
                    self._column(
                        resource, f"{began} FILTER (WHERE f.s0 > '-infinity' AND ({self.selection(branches)}))"
                    )
                )
            else:
                selection = self.selection(branches)
                end = "CASE WHEN f.e1 = 'infinity' THEN f.s0 ELSE f.e0 END"
                found.append(self._column(resource, f"max({self.day_of(end)}) FILTER (WHERE {selection})"))
        if function == "exists":
            return "(" + " OR ".join(found) + ")"
        of_all = "least" if function == "first_day" else "greatest"
        return f"{of_all}({', '.join(found)})" if len(found) > 1 else found[0]

    def _exists(self, resource: Resource, branches: list[Branch]) -> str:
        parts = self._parts(branches, "f")
        # What looks up other rows stays in one place: planning it once for every set would cost more than it saves.
        if any("SELECT" in condition and len(numbers) > 1 for numbers, condition in parts):
            return f"coalesce({self._column(resource, f'bool_or({self.selection(branches)})')}, false)"
        return self.answers.setdefault(resource, Answers()).ask(parts, resource.name)

    def derive(self, sql: str) -> str:
        """The number that `sql` (member_id, value) has for a member, or null."""
        name = self.derived.setdefault(sql, f"d{len(self.derived)}")
        return f"derived.{name}"

    def last_fact(self, facts: Facts, by: Timepoint, where: Predicate) -> str:
        selection = self.selection(list(facts.branches))
        order = by.sides(self, "f")[1]
        value = self.derive(
            f"SELECT f.member_id, ({where.true(self, 'f')})::int AS value FROM (SELECT DISTINCT ON (f.member_id) f.* "
            f"FROM {facts.resource.rows} f WHERE {selection} "
            f"ORDER BY f.member_id, {order} DESC NULLS LAST, f.fact_id DESC) f"
        )
        return f"coalesce({value} = 1, false)"

    def extreme_on_last_day(self, facts: Facts, day: Timepoint, component: Facts, function: str, unit: str) -> str:
        rows = facts.resource.rows
        self.looked_up.add(rows)
        on_day = self.day_of(day.sides(self, "f")[1])
        amount = f"CASE WHEN c.value_unit = '{unit}' THEN c.value_quantity END"
        return self.derive(
            f"SELECT f.member_id, CASE WHEN bool_and({amount} IS NOT NULL) THEN {function}({amount}) END AS value "
            f"FROM (SELECT f.member_id, f.fact_id, rank() OVER (PARTITION BY f.member_id ORDER BY {on_day} DESC) AS n "
            f"FROM {rows} f WHERE {self.selection(list(facts.branches))}) f "
            f"LEFT JOIN (SELECT f.* FROM {rows} f WHERE {self.selection(list(component.branches))}) c "
            # By member too, through the index: the planner may take what the conditions leave for one row.
            "ON c.part_of_id = f.fact_id AND c.member_id = f.member_id "
            "WHERE f.n = 1 GROUP BY f.member_id"
        )

    def evidence(self, facts: Facts) -> str:
        """(member_id, model, fact_id, day) of the facts of a list, to say what settled a rule."""
        end = self.day_of("CASE WHEN f.e1 = 'infinity' THEN f.s0 ELSE f.e0 END")
        return " UNION ALL ".join(
            f"SELECT f.member_id, 'clinical.{resource.name}' AS model, f.fact_id, {end} AS day "
            f"FROM {resource.rows} f WHERE {self.selection(branches)}"
            for resource, branches in facts.by_resource.items()
        )

    def count(self, facts: Facts, day: Timepoint | None) -> str:
        """How many facts, each counted once; with `day`, on how many days."""
        what = "f.fact_id" if day is None else day.days(self, "f")[1]
        parts = [
            f"SELECT f.member_id, {what} AS what FROM {resource.rows} f WHERE {self.selection(branches)}"
            for resource, branches in facts.by_resource.items()
        ]
        counted = f"SELECT member_id, count(DISTINCT what) AS value FROM ({' UNION ALL '.join(parts)}) f GROUP BY 1"
        return f"coalesce({self.derive(counted)}, 0)"

    def total(self, facts: Facts, column: str) -> str:
        """The sum of a column over the facts, each once."""
        return self.derive(
            f"SELECT f.member_id, sum(f.{column}) AS value FROM (SELECT DISTINCT f.member_id, f.fact_id, f.{column} "
            f"FROM {facts.resource.rows} f WHERE {self.selection(list(facts.branches))}) f GROUP BY 1"
        )

    # -- episodes -----------------------------------------------------------------------------------------

    def episode_counts(self, group: EpisodeGroup) -> str:
        """Alias of a row that holds how many of the member's episodes are in each population."""
        base, qualifies = group.initial_population.only
        resource = base.resource
        number = self.number(_defined(base))
        self.looked_up.add(resource.rows)
        says = {
            population: self._is_among(stated, number) if (stated := group.stated(population)) else "FALSE"
            for population in POPULATIONS[1:]
        }
        says["denominator"] = says["denominator"] if group.denominator else "TRUE"
        counts = ", ".join(
            f"count(*) FILTER (WHERE o.mask >> {place} & 1 = 1)::int AS {population}"
            for place, population in enumerate(POPULATIONS)
        )
        # OFFSET 0: the mask is worked out once for an episode, not anew for each use.
        sql = (
            f"SELECT {counts} FROM (SELECT {mask_of(says | {'initial_population': 'TRUE'})} AS mask "
            f"FROM {resource.rows} f WHERE f.member_id = s.member_id AND f.set_no = {number} "
            f"AND {qualifies.true(self)} OFFSET 0) o"
        )
        return self.laterals.setdefault(sql, f"e{len(self.laterals)}")

    def _is_among(self, episodes: Episodes, number: int) -> str:
        """Whether an episode, a fact `f` of the set of this number, is in one of the lists."""
        found = []
        for facts, condition in episodes.parts:
            (branches,) = facts.by_resource.values()
            # A fact's rows differ in the number of the set alone, so its other columns are read where it stands.
            rows = branches[0].retrieve.resource.rows
            among = " OR ".join(
                f"({where})"
                if number in numbers
                else f"(f.fact_id IN (SELECT x.fact_id FROM {rows} x WHERE {_among('x', numbers)}) AND {where})"
                for numbers, where in self._parts(branches, "f")
            )
            found.append(f"({among})" if isinstance(condition, Everyone) else f"(({among}) AND {condition.true(self)})")
        return "(" + " OR ".join(found) + ")"

    # -- the whole ----------------------------------------------------------------------------------------

    def fetches(self) -> list[tuple[str, str]]:
        """(table, SELECT) for each kind of fact that is read, with `{members:alias}` where the partition goes."""
        kinds = {retrieve.resource for retrieve in self.retrieves if not retrieve.definition}
        return [(resource.rows, fact_columns(resource, self.setting)) for resource in RESOURCES if resource in kinds]

    def joins(self) -> str:
        parts = []
        for resource in dict.fromkeys([*self.answers, *self.columns]):
            columns = [f"{sql} AS {name}" for sql, name in self.columns.get(resource, {}).items()]
            answers = self.answers[resource].columns() if resource in self.answers else []
            values = ", ".join([*answers, *columns])
            parts.append(
                f"LEFT JOIN (SELECT f.member_id, {values} FROM {resource.rows} f GROUP BY f.member_id) {resource.name} "
                f"ON {resource.name}.member_id = s.member_id"
            )
        if self.derived:
            # Together, not joined one by one: nobody can guess how many rows each has.
            values = ", ".join(
                f"max(u.value) FILTER (WHERE u.number = {n}) AS {name}" for n, name in enumerate(self.derived.values())
            )
            rows = " UNION ALL ".join(
                f"SELECT {n} AS number, x.member_id, x.value::numeric AS value FROM ({sql}) x"
                for n, sql in enumerate(self.derived)
            )
            parts.append(
                f"LEFT JOIN (SELECT u.member_id, {values} FROM ({rows}) u GROUP BY u.member_id) derived "
                "ON derived.member_id = s.member_id"
            )
        for sql, name in self.laterals.items():
            parts.append(f"LEFT JOIN LATERAL ({sql}) {name} ON TRUE")
        return "\n".join(parts)


@dataclass(frozen=True)
class Program:
    """Measures and rules compiled for a setting."""

    setting: Setting
    measures: tuple[Measure, ...]
    rules: tuple[CareRule, ...]
    needed: tuple[NeededCode, ...]
    fetches: tuple[tuple[str, str], ...]
    outcome: str
    evidence: str
    definitions: tuple[tuple[str, str], ...] = ()
    looked_up: frozenset[str] = frozenset()
    grounds: str = ""

    def counts(self, m: int, g: int) -> list[str]:
        """What `pf_outcome` (as `o`) says of a rate: how often the member counts, in the order of `POPULATIONS`."""
        if isinstance(self.measures[m].groups[g], EpisodeGroup):
            return [f"o.m{m}_{g}_{population}" for population in POPULATIONS]
        return [f"(o.m{m}_{g} >> {place} & 1)" for place in range(len(POPULATIONS))]


def _defined(facts: Facts) -> Retrieve:
    """The retrieve of a list's definition, made now unless the list is one already."""
    branch = facts.branches[0]
    if len(facts.branches) == 1 and branch.retrieve.definition and branch.where == Always():
        return branch.retrieve
    return define(facts).branches[0].retrieve


def compile_program(measures: tuple[Measure, ...], rules: tuple[CareRule, ...], setting: Setting) -> Program:
    """One program for all of them: each kind of fact is read once, whoever asks."""
    to = Compiler(setting)
    inner, outer = ["s.member_id", "s.birth_date", "s.enrolled_from"], ["o.member_id"]
    for m, measure in enumerate(measures):
        for g, group in enumerate(measure.groups):
            if isinstance(group, EpisodeGroup):
                counts = to.episode_counts(group)
                inner += [f"{counts}.{population} AS m{m}_{g}_{population}" for population in POPULATIONS]
                outer += [f"o.m{m}_{g}_{population}" for population in POPULATIONS]
                continue
            says = {population: group.condition(population).true(to) for population in POPULATIONS}
            inner.append(f"{mask_of(says)} AS m{m}_{g}")
            outer.append(f"o.m{m}_{g}")
    for r, rule in enumerate(rules):
        inner += rule_columns(to, rule, r)
        outer += rule_outcome(rule, r)
    evidence = " UNION ALL ".join(
        f"SELECT '{rule.id}' AS rule, e.* FROM ({to.evidence(closer.facts)}) e"
        for rule in rules
        for closer in rule.closers
    )
    grounds = grounds_sql(to, rules)
    joins = to.joins()
    outcome = f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(inner)} FROM pf_subject s {joins} OFFSET 0) o"
    return Program(
        setting,
        measures,
        rules,
        tuple(to.needed_codes()),
        tuple(to.fetches()),
        outcome,
        evidence,
        tuple(to.definitions),
        frozenset(to.looked_up),
        grounds,
    )
