"""From measures and rules to set-based SQL over one partition of members.

A program is a few statements, the same for one member as for a million: fetch the members and, kind by kind, the
facts whose codes any measure names (`pf_*` tables that end with the transaction); then one pass over each kind
answers every "exists" and "last" at once, and one row for each member comes out.
"""

from dataclasses import dataclass, field
from datetime import datetime

from prevention.engine.facts import RESOURCES, Branch, Codes, Facts, Point, Predicate, Resource, Retrieve, ValueSet
from prevention.engine.fetch import fact_columns
from prevention.engine.measure import POPULATIONS, CareRule, Measure
from prevention.engine.moments import Moment, Setting, years


def _timestamp(instant: datetime) -> str:
    return f"timestamptz '{instant.isoformat(sep=' ', timespec='milliseconds')}'"


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


@dataclass
class Compiler:
    """Turns the vocabulary's expressions into SQL, collecting what they read."""

    setting: Setting
    retrieves: dict[Retrieve, int] = field(default_factory=dict)
    code_lists: dict[tuple[Resource, int, tuple[Codes, ...]], int] = field(default_factory=dict)
    columns: dict[Resource, dict[str, str]] = field(default_factory=dict)
    derived: dict[str, str] = field(default_factory=dict)

    # -- moments ------------------------------------------------------------------------------------------

    def instant(self, moment: Moment) -> str:
        return _timestamp(moment.resolve(self.setting))

    def day_start(self, moment: Moment) -> str:
        return _timestamp(self.setting.day_start(moment.resolve(self.setting)))

    def day_after(self, moment: Moment) -> str:
        return _timestamp(self.setting.day_after(moment.resolve(self.setting)))

    def day_of(self, sql: str) -> str:
        return f"(({sql}) AT TIME ZONE '{self.setting.zone.key}')::date"

    def day(self, moment: Moment) -> str:
        return f"date '{moment.resolve(self.setting).astimezone(self.setting.zone).date()}'"

    def birth_bound(self, moment: Moment, age: int) -> str:
        """Whoever was born on or before this day is at least `age` at the moment."""
        at = moment.resolve(self.setting).astimezone(self.setting.zone)
        return f"date '{years(age).add_to(at, -1).date()}'"

    # -- codes --------------------------------------------------------------------------------------------

    def number(self, retrieve: Retrieve) -> int:
        return self.retrieves.setdefault(retrieve, len(self.retrieves) + 1)

    def coded(self, resource: Resource, role: int, codes: tuple[Codes, ...], fact: str) -> str:
        among = ""
        if codes:
            number = self.code_lists.setdefault((resource, role, codes), -1 - len(self.code_lists))
            among = f" AND c.concept_id = ANY (ARRAY(SELECT n.concept_id FROM pf_needed n WHERE n.set_no = {number}))"
        return f"EXISTS (SELECT FROM {resource.coding_table} c WHERE c.fact_id = {fact} AND c.role = {role}{among})"

    def needed_codes(self) -> list[NeededCode]:
        """Every value set and code that the program reads, numbered: positive for retrieves, negative for tests."""
        rows = []
        entries = [(n, r.resource, r.resource.code_role, r.codes, r.components) for r, n in self.retrieves.items()]
        entries += [(n, resource, role, codes, False) for (resource, role, codes), n in self.code_lists.items()]
        for number, resource, role, codes, parts in entries:
            for code in codes:
                if isinstance(code, ValueSet):
                    rows.append(NeededCode(number, resource.name, role, code.url, "", "", parts))
                else:
                    rows.append(NeededCode(number, resource.name, role, "", code.system, code.code, parts))
        return rows

    # -- facts --------------------------------------------------------------------------------------------

    def _selection(self, branches: list[Branch]) -> str:
        """The condition, on alias f, of a list's facts within one kind."""
        together: dict[Predicate, list[int]] = {}
        for branch in branches:
            together.setdefault(branch.where, []).append(self.number(branch.retrieve))
        parts = []
        for where, numbers in together.items():
            among = f"= {numbers[0]}" if len(numbers) == 1 else f"IN ({', '.join(map(str, sorted(numbers)))})"
            parts.append(f"(f.set_no {among} AND {where.true(self, 'f')})")
        return " OR ".join(parts)

    def _column(self, resource: Resource, sql: str) -> str:
        known = self.columns.setdefault(resource, {})
        return f"{resource.name}.{known.setdefault(sql, f'v{len(known)}')}"

    def aggregate(self, facts: Facts, function: str) -> str:
        """`exists`: whether the list is not empty. `last_day`: the day of its last fact, or null."""
        kinds: dict[Resource, list[Branch]] = {}
        for branch in facts.branches:
            kinds.setdefault(branch.retrieve.resource, []).append(branch)
        found = []
        for resource, branches in kinds.items():
            selection = self._selection(branches)
            if function == "exists":
                found.append(f"coalesce({self._column(resource, f'bool_or({selection})')}, false)")
            else:
                end = "CASE WHEN f.e1 = 'infinity' THEN f.s0 ELSE f.e0 END"
                found.append(self._column(resource, f"max({self.day_of(end)}) FILTER (WHERE {selection})"))
        if function == "exists":
            return "(" + " OR ".join(found) + ")"
        return f"greatest({', '.join(found)})" if len(found) > 1 else found[0]

    def _derive(self, sql: str) -> str:
        name = self.derived.setdefault(sql, f"d{len(self.derived)}")
        return f"{name}.value"

    def last_fact(self, facts: Facts, by: Point, where: Predicate) -> str:
        selection = self._selection(list(facts.branches))
        order = by.latest.format(row="f")
        value = self._derive(
            f"SELECT f.member_id, {where.true(self, 'f')} AS value FROM (SELECT DISTINCT ON (f.member_id) f.* "
            f"FROM {facts.resource.rows} f WHERE {selection} "
            f"ORDER BY f.member_id, {order} DESC NULLS LAST, f.fact_id DESC) f"
        )
        return f"coalesce({value}, false)"

    def extreme_on_last_day(self, facts: Facts, day: Point, component: Facts, function: str, unit: str) -> str:
        rows = facts.resource.rows
        on_day = self.day_of(day.latest.format(row="f"))
        amount = f"CASE WHEN c.value_unit = '{unit}' THEN c.value_quantity END"
        return self._derive(
            f"SELECT f.member_id, CASE WHEN bool_and({amount} IS NOT NULL) THEN {function}({amount}) END AS value "
            f"FROM (SELECT f.member_id, f.fact_id, rank() OVER (PARTITION BY f.member_id ORDER BY {on_day} DESC) AS n "
            f"FROM {rows} f WHERE {self._selection(list(facts.branches))}) f "
            f"LEFT JOIN (SELECT f.* FROM {rows} f WHERE {self._selection(list(component.branches))}) c "
            "ON c.part_of_id = f.fact_id "
            "WHERE f.n = 1 GROUP BY f.member_id"
        )

    def evidence(self, facts: Facts) -> str:
        """(member_id, model, fact_id, day) of the facts of a list, to say what settled a rule."""
        kinds: dict[Resource, list[Branch]] = {}
        for branch in facts.branches:
            kinds.setdefault(branch.retrieve.resource, []).append(branch)
        end = self.day_of("CASE WHEN f.e1 = 'infinity' THEN f.s0 ELSE f.e0 END")
        return " UNION ALL ".join(
            f"SELECT f.member_id, 'clinical.{resource.name}' AS model, f.fact_id, {end} AS day "
            f"FROM {resource.rows} f WHERE {self._selection(branches)}"
            for resource, branches in kinds.items()
        )

    # -- the whole ----------------------------------------------------------------------------------------

    def fetches(self) -> list[tuple[str, str]]:
        """(table, SELECT) for each kind of fact that is read, with `{members:alias}` where the partition goes."""
        kinds = {retrieve.resource for retrieve in self.retrieves}
        return [(resource.rows, fact_columns(resource, self.setting)) for resource in RESOURCES if resource in kinds]

    def joins(self) -> str:
        parts = []
        for resource, columns in self.columns.items():
            values = ", ".join(f"{sql} AS {name}" for sql, name in columns.items())
            parts.append(
                f"LEFT JOIN (SELECT f.member_id, {values} FROM {resource.rows} f GROUP BY f.member_id) {resource.name} "
                f"ON {resource.name}.member_id = s.member_id"
            )
        for sql, name in self.derived.items():
            parts.append(f"LEFT JOIN ({sql}) {name} ON {name}.member_id = s.member_id")
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


def compile_program(measures: tuple[Measure, ...], rules: tuple[CareRule, ...], setting: Setting) -> Program:
    """One program for all of them: each kind of fact is read once, whoever asks."""
    to = Compiler(setting)
    inner, outer = ["s.member_id"], ["o.member_id"]
    for m, measure in enumerate(measures):
        for g, group in enumerate(measure.groups):
            inner += [
                f"coalesce({group.condition(population).true(to)}, false) AS m{m}_{g}_{population}"
                for population in POPULATIONS
            ]
            outer += _populations(f"m{m}_{g}_")
    for r, rule in enumerate(rules):
        inner += _rule_columns(to, rule, r)
        outer += _rule_outcome(rule, r)
    evidence = " UNION ALL ".join(
        f"SELECT '{rule.id}' AS rule, e.* FROM ({to.evidence(closer.facts)}) e"
        for rule in rules
        for closer in rule.closers
    )
    joins = to.joins()
    outcome = f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(inner)} FROM pf_subject s {joins} OFFSET 0) o"
    return Program(setting, measures, rules, tuple(to.needed_codes()), tuple(to.fetches()), outcome, evidence)


def _populations(name: str) -> list[str]:
    """A member counts in a population only inside the one that holds it; an exclusion takes the rest away."""
    ip = f"o.{name}initial_population"
    den = f"{ip} AND o.{name}denominator"
    denex = f"{den} AND o.{name}denominator_exclusion"
    num = f"{den} AND NOT o.{name}denominator_exclusion AND o.{name}numerator"
    numex = f"{num} AND o.{name}numerator_exclusion"
    denexcep = (
        f"{den} AND NOT o.{name}denominator_exclusion AND NOT o.{name}numerator AND o.{name}denominator_exception"
    )
    values = (ip, den, denex, denexcep, num, numex)
    return [f"({sql})::int AS {name}{population}" for population, sql in zip(POPULATIONS, values, strict=True)]


def _rule_columns(to: Compiler, rule: CareRule, r: int) -> list[str]:
    applies = f"s.enrolled_from IS NOT NULL AND {rule.applies.true(to)} AND {rule.excluded.false(to)}"
    columns = [f"coalesce({applies}, false) AS r{r}_applies"]
    for c, closer in enumerate(rule.closers):
        columns.append(f"{to.aggregate(closer.facts, 'last_day')} AS r{r}_last{c}")
        columns.append(f"{closer.every.sql(to)} AS r{r}_every{c}")
    columns.append(
        f"greatest((s.birth_date + {years(rule.from_age).sql})::date, s.enrolled_from, date '{rule.since}') "
        f"AS r{r}_since"
    )
    columns.append(f"(s.personal -> '{rule.id}')::int AS r{r}_personal")
    return columns


def _rule_outcome(rule: CareRule, r: int) -> list[str]:
    """Last done, what it was, and when next due. A personal interval counts from whatever was done last."""
    count = range(len(rule.closers))
    last = f"greatest({', '.join(f'o.r{r}_last{c}' for c in count)})"
    general = f"greatest({', '.join(f'(o.r{r}_last{c} + o.r{r}_every{c})::date' for c in count)})"
    personal = f"({last} + make_interval(months => o.r{r}_personal))::date"
    what = " ".join(f"WHEN o.r{r}_last{c} = {last} THEN '{closer.what}'" for c, closer in enumerate(rule.closers))
    return [
        f"o.r{r}_applies",
        f"{last} AS r{r}_last",
        f"CASE {what} ELSE '' END AS r{r}_what",
        # Turning old enough after an early test does not make it due before that test runs out.
        f"coalesce(CASE WHEN o.r{r}_personal IS NULL THEN {general} ELSE {personal} END, o.r{r}_since) AS r{r}_next",
    ]


def year_setting(measure: Measure) -> Setting:
    """The calendar year that a measure is written for, in UTC."""
    return Setting.of_year(measure.year)
