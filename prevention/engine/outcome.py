"""The columns of `pf_outcome`: in which populations of a rate a member counts, and how a care rule stands."""

from datetime import date, datetime, time

from prevention.engine.codes import CONDITION
from prevention.engine.measure import POPULATIONS, Asked, CareRule
from prevention.engine.members import CompilingMembers, Condition
from prevention.engine.moments import Duration, years


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
    for u, waiting in enumerate(rule.unanswered):
        columns.append(f"{to.aggregate(waiting.facts, 'last_day')} AS r{r}_open{u}")
    for n, one in enumerate(rule.surveillance):
        found = to.aggregate(one.findings, "first_day")
        # A diagnosis may have no day; what was measured or done has one.
        dated = CONDITION not in one.findings.by_resource
        columns.append(f"{f'{found} IS NOT NULL' if dated else to.aggregate(one.findings, 'exists')} AS r{r}_has{n}")
        columns.append(f"{found} AS r{r}_found{n}")
        counted = to.aggregate(one.counts, "last_day") if one.counts else "NULL::date"
        columns.append(f"{counted} AS r{r}_counts{n}")
    if rule.begins:
        columns.append(f"{to.aggregate(rule.begins, 'last_day')} AS r{r}_begins")
    if rule.onset:
        columns.append(f"{to.aggregate(rule.onset, 'first_day')} AS r{r}_onset")
    columns += [f"{when.true(to)} AS r{r}_asked{n}" for n, when in enumerate(_conditions(rule))]
    columns.append(f"(s.personal -> '{rule.id}')::int AS r{r}_personal")
    return columns


def rule_outcome(rule: CareRule, r: int) -> list[str]:
    """Last done, what it was, when next due, and which shorter interval says so. A personal interval counts from
    whatever was done last.

    What was done before anybody asked lasts as long as it does, but nobody is due again before they are asked. A result
    that waits for its answer stands in place of what was done last, and is due from its day on.
    """
    count = range(len(rule.closers))
    last = f"greatest({', '.join(f'o.r{r}_last{c}' for c in count)})"
    # Null where it never was done, and `greatest` passes over that.
    ended = ", ".join(f"(o.r{r}_last{c} + o.r{r}_every{c})::date" for c in count)
    general = f"greatest({ended}, {_asked_since(rule, r)})"
    own, named = _surveillance(rule, r), "NULL::text"
    if own:
        # Who never had it done is due since they were asked: nothing is shorter.
        sooner = f"CASE WHEN {last} IS NOT NULL THEN least({', '.join(own)}) END"
        which = " ".join(
            f"WHEN {day} = ({sooner}) THEN '{one.what}'" for day, one in zip(own, rule.surveillance, strict=True)
        )
        named = f"CASE WHEN o.r{r}_personal IS NULL AND ({sooner}) < {general} THEN CASE {which} END END"
        general = f"least({general}, {sooner})"
    personal = f"({last} + make_interval(months => o.r{r}_personal))::date"
    what = " ".join(f"WHEN o.r{r}_last{c} = {last} THEN '{closer.what}'" for c, closer in enumerate(rule.closers))
    due, done = f"{personal}, {general}", last
    if rule.unanswered:
        open_ = f"greatest({', '.join(f'o.r{r}_open{u}' for u in range(len(rule.unanswered)))})"
        waits = (f"WHEN o.r{r}_open{u} = {open_} THEN '{one.what}'" for u, one in enumerate(rule.unanswered))
        what, done, due = f"{' '.join(waits)} {what}", f"coalesce({open_}, {last})", f"{open_}, {due}"
    return [
        f"o.r{r}_applies",
        f"{done} AS r{r}_last",
        f"CASE {what} ELSE '' END AS r{r}_what",
        f"CASE WHEN o.r{r}_applies THEN coalesce({due}) END AS r{r}_next",
        f"{named} AS r{r}_own",
    ]


def _surveillance(rule: CareRule, r: int) -> list[str]:
    """Of each shorter interval the day on which it ends, or null for whoever has no such finding."""
    days = []
    for n, one in enumerate(rule.surveillance):
        of_both = "coalesce" if one.history else "greatest"
        counted = f"{of_both}(o.r{r}_counts{n}, o.r{r}_found{n})"
        days.append(f"CASE WHEN o.r{r}_has{n} THEN ({counted} + {one.every.sql})::date END")
    return days


# --- Since when somebody is asked who never had it done -------------------------------------------------


def _conditions(rule: CareRule) -> list[Condition]:
    """What versions ask besides an age, each once."""
    asked = (one.when for one in (*rule.earlier, *rule.sooner))
    return list(dict.fromkeys(when for when in asked if when is not None))


def _asked_since(rule: CareRule, r: int) -> str:
    """The day, over `o` (birth_date, enrolled_from and the columns of `rule_columns`)."""
    whole = _since((Asked(rule.since, rule.from_age), *rule.earlier), rule, r, rule.from_months)
    if rule.sooner:
        # Null for whoever is not among them, which `least` passes over.
        part = _when(rule.sooner[0], rule, r)
        whole = f"least({whole}, CASE WHEN {part} THEN {_since(rule.sooner, rule, r)} END)"
    bounds = [f"o.r{r}_begins"] if rule.begins else []
    bounds += [f"o.r{r}_onset"] if rule.onset else []
    bounds += ["o.enrolled_from"] if rule.ours or rule.at_visit else []
    return f"greatest({', '.join([whole, *bounds])})" if bounds else whole


def _since(versions: tuple[Asked, ...], rule: CareRule, r: int, more_months: int = 0) -> str:
    """From when the versions, the latest first, have asked without a break."""
    now, *before = versions
    age = Duration(12 * now.from_age + more_months)
    asked = f"date '{now.since}'"
    if before:
        were = _asked_on(now.since, before[0], rule, r)
        asked = f"CASE WHEN {were} THEN {_since(tuple(before), rule, r)} ELSE {asked} END"
    came_of_age = f"o.birth_date > date '{_born(now.since, age)}' THEN (o.birth_date + {age.sql})::date"
    return f"CASE WHEN {came_of_age} ELSE {asked} END"


def _asked_on(day: date, version: Asked, rule: CareRule, r: int) -> str:
    """Whether a version asked somebody on the day on which its successor came."""
    parts = [f"o.birth_date <= date '{_born(day, years(version.from_age))}'"]
    if version.to_age is not None:
        parts.append(f"o.birth_date > date '{_born(day, years(version.to_age + 1))}'")
    if version.born:
        first, last = version.born
        parts.append(f"o.birth_date BETWEEN date '{first}-01-01' AND date '{last}-12-31'")
    if version.when:
        parts.append(_when(version, rule, r))
    return " AND ".join(parts)


def _when(version: Asked, rule: CareRule, r: int) -> str:
    return f"o.r{r}_asked{_conditions(rule).index(version.when)}" if version.when else "TRUE"


def _born(day: date, age: Duration) -> date:
    """Whoever was born on or before this day is that old on `day`."""
    return age.add_to(datetime.combine(day, time()), -1).date()
