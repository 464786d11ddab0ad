"""The columns of `pf_outcome`: in which populations of a rate a member counts, and how a care rule stands."""

from prevention.engine.measure import POPULATIONS, CareRule
from prevention.engine.members import CompilingMembers
from prevention.engine.moments import years


def mask_of(says: dict[str, str]) -> str:
    """The populations in which a member or an episode counts, as bits in the order of `POPULATIONS`.

    One counts in a population only inside the one that holds it; an exclusion takes the rest away. Nothing is asked
    that need not be: most members are outside of most measures.
    """
    bit = {population: 1 << place for place, population in enumerate(POPULATIONS)}
    inside = bit["initial_population"] | bit["denominator"]
    counted = f"{inside | bit['numerator']} + CASE WHEN {says['numerator_exclusion']} THEN "
    return (
        f"(CASE WHEN ({says['initial_population']}) IS NOT TRUE THEN 0 "
        f"WHEN ({says['denominator']}) IS NOT TRUE THEN {bit['initial_population']} "
        f"WHEN {says['denominator_exclusion']} THEN {inside | bit['denominator_exclusion']} "
        f"WHEN {says['numerator']} THEN {counted}{bit['numerator_exclusion']} ELSE 0 END "
        f"WHEN {says['denominator_exception']} THEN {inside | bit['denominator_exception']} "
        f"ELSE {inside} END)::smallint"
    )


def rule_columns(to: CompilingMembers, rule: CareRule, r: int) -> list[str]:
    """Whether the rule applies to a member, and what its closers need to say when it is due."""
    applies = f"s.enrolled_from IS NOT NULL AND {rule.applies.true(to)} AND {rule.excluded.false(to)}"
    columns = [f"coalesce({applies}, false) AS r{r}_applies"]
    for c, closer in enumerate(rule.closers):
        columns.append(f"{to.aggregate(closer.facts, 'last_day')} AS r{r}_last{c}")
        columns.append(f"{closer.every.sql(to)} AS r{r}_every{c}")
    begins = f", {to.aggregate(rule.begins, 'last_day')}" if rule.begins else ""
    columns.append(
        f"greatest((s.birth_date + {years(rule.from_age).sql})::date, s.enrolled_from, date '{rule.since}'{begins}) "
        f"AS r{r}_since"
    )
    columns.append(f"(s.personal -> '{rule.id}')::int AS r{r}_personal")
    return columns


def rule_outcome(rule: CareRule, r: int) -> list[str]:
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
