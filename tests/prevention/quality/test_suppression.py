"""No hidden number can be had from those that are shown: by subtraction, or by any combination of the known sums."""

from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from prevention.quality.suppression import THRESHOLD, Sum, hide, hide_rates

COUNTS = st.one_of(st.integers(0, 14), st.integers(0, 400))


def follows(cells, sums, hidden) -> set:
    """The hidden cells that a patient reader with pencil and paper can work out: exact elimination over fractions."""
    unknown = sorted(hidden)
    rows = []
    for one in sums:
        row = [Fraction((cell in one.parts) - (cell == one.total)) for cell in unknown]
        if any(row):
            rows.append(row)
    at = 0
    for column in range(len(unknown)):
        pivot = next((r for r in range(at, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[at], rows[pivot] = rows[pivot], rows[at]
        rows[at] = [value / rows[at][column] for value in rows[at]]
        for other in range(len(rows)):
            if other != at and rows[other][column]:
                rows[other] = [
                    mine - rows[other][column] * above for mine, above in zip(rows[other], rows[at], strict=True)
                ]
        at += 1
    return {unknown[next(i for i, v in enumerate(row) if v)] for row in rows if sum(1 for value in row if value) == 1}


def small_remainders(cells, sums, hidden) -> list:
    """Shown totals whose hidden parts together are 1 to 10: the remainder would be a small cell of its own."""
    return [
        one
        for one in sums
        if one.total not in hidden and 0 < sum(cells[part] for part in one.parts if part in hidden) < THRESHOLD
    ]


def holds_up(cells, sums) -> set:
    hidden = hide(cells, sums)
    assert {cell for cell, count in cells.items() if 0 < count < THRESHOLD} <= hidden
    assert not follows(cells, sums, hidden)
    assert not small_remainders(cells, sums, hidden)
    return hidden


@st.composite
def places(draw):
    """Regions of facilities of departments, as a tree with the total on top."""
    cells, sums = {}, []

    def grow(path: str, depth: int) -> int:
        if depth == 3:
            cells[path] = draw(COUNTS)
            return cells[path]
        parts = [f"{path}/{n}" for n in range(draw(st.integers(1, 4)))]
        cells[path] = sum(grow(part, depth + 1) for part in parts)
        sums.append(Sum(path, tuple(parts)))
        return cells[path]

    grow("all", 0)
    return cells, sums


@st.composite
def crossed(draw):
    """Regions by group, with both margins; the regions have facilities too; a second dimension shares the total."""
    regions, groups = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    cells = {f"{r}x{g}": draw(COUNTS) for r, g in product(range(regions), range(groups))}
    sums = []
    for r in range(regions):
        inside = [f"{r}x{g}" for g in range(groups)]
        cells[f"region {r}"] = sum(cells[cell] for cell in inside)
        sums.append(Sum(f"region {r}", tuple(inside)))
        first = draw(st.integers(0, cells[f"region {r}"]))
        cells[f"facility {r}a"], cells[f"facility {r}b"] = first, cells[f"region {r}"] - first
        sums.append(Sum(f"region {r}", (f"facility {r}a", f"facility {r}b")))
    for g in range(groups):
        inside = [f"{r}x{g}" for r in range(regions)]
        cells[f"group {g}"] = sum(cells[cell] for cell in inside)
        sums.append(Sum(f"group {g}", tuple(inside)))
    cells["all"] = sum(cells[f"region {r}"] for r in range(regions))
    sums.append(Sum("all", tuple(f"region {r}" for r in range(regions))))
    sums.append(Sum("all", tuple(f"group {g}" for g in range(groups))))
    women = draw(st.integers(0, cells["all"]))
    cells["women"], cells["men"] = women, cells["all"] - women
    sums.append(Sum("all", ("women", "men")))
    return cells, sums


@given(places())
@settings(max_examples=300, deadline=None)
def test_nothing_follows_in_a_tree_of_places(table):
    holds_up(*table)


@given(crossed())
@settings(max_examples=400, deadline=None)
def test_nothing_follows_where_sums_cross(table):
    holds_up(*table)


@given(places(), st.data())
@settings(max_examples=100, deadline=None)
def test_what_is_hidden_for_another_reason_does_not_follow_either(table, data):
    cells, sums = table
    already = data.draw(st.sets(st.sampled_from(sorted(cells))))
    hidden = hide(cells, sums, already)
    assert already <= hidden
    assert not follows(cells, sums, hidden)


# --- Rates: who met it, and who did not -----------------------------------------------------------------------


def as_one_table(counted, met, sums):
    """Everything that a reader of rates knows to hold: each column's sums, and that the two make up the counted."""
    cells, known = {}, []
    unmet = {cell: counted[cell] - met[cell] for cell in counted}
    for name, column in (("counted", counted), ("met", met), ("unmet", unmet)):
        cells |= {f"{name} {cell}": count for cell, count in column.items()}
        known += [Sum(f"{name} {one.total}", tuple(f"{name} {part}" for part in one.parts)) for one in sums]
    known += [Sum(f"counted {cell}", (f"met {cell}", f"unmet {cell}")) for cell in counted]
    return cells, known


def rates_hold_up(counted, met, sums) -> set:
    people = hide(counted, sums)
    hidden = hide_rates(met, {cell: counted[cell] - met[cell] for cell in counted}, sums, people)
    cells, known = as_one_table(counted, met, sums)
    secret = {f"{name} {cell}" for cell in hidden for name in ("met", "unmet")} | {f"counted {cell}" for cell in people}
    assert people <= hidden
    small = {cell for cell, count in cells.items() if 0 < count < THRESHOLD}
    assert small <= secret
    assert not follows(cells, known, secret)
    of_columns = [one for one in known if not one.total.startswith("counted ") or one.parts[0].startswith("counted ")]
    assert not small_remainders(cells, of_columns, secret)
    return hidden


@st.composite
def with_rates(draw, tables):
    """A table with a number who met it for each of its innermost cells, added up as the counted are."""
    counted, sums = draw(tables)
    totals = {one.total for one in sums}
    met = {cell: draw(st.integers(0, count)) for cell, count in counted.items() if cell not in totals}
    while len(met) < len(counted):
        for one in sums:
            if one.total not in met and all(part in met for part in one.parts):
                met[one.total] = sum(met[part] for part in one.parts)
    return counted, met, sums


@given(with_rates(places()))
@settings(max_examples=120, deadline=None)
def test_no_rate_follows_in_a_tree_of_places(table):
    rates_hold_up(*table)


@st.composite
def crossed_alone(draw):
    """Regions by group with both margins: one set of innermost cells, so that every number who met it adds up."""
    regions, groups = range(draw(st.integers(1, 4))), range(draw(st.integers(1, 4)))
    cells = {f"{r}x{g}": draw(COUNTS) for r, g in product(regions, groups)}
    sums = [Sum(f"region {r}", tuple(f"{r}x{g}" for g in groups)) for r in regions]
    sums += [Sum(f"group {g}", tuple(f"{r}x{g}" for r in regions)) for g in groups]
    for one in sums:
        cells[one.total] = sum(cells[part] for part in one.parts)
    sums.append(Sum("all", tuple(f"region {r}" for r in regions)))
    cells["all"] = sum(cells[f"region {r}"] for r in regions)
    sums.append(Sum("all", tuple(f"group {g}" for g in groups)))
    return cells, sums


@given(with_rates(crossed_alone()))
@settings(max_examples=120, deadline=None)
def test_no_rate_follows_where_sums_cross(table):
    rates_hold_up(*table)


def test_three_of_thirty_is_a_cell_of_three_and_eight_of_eleven_one_of_three():
    counted = {"all": 500, "a": 30, "b": 11, "c": 400, "d": 59}
    met = {"all": 251, "a": 3, "b": 8, "c": 200, "d": 40}
    sums = [Sum("all", ("a", "b", "c", "d"))]
    assert hide(counted, sums) == set(), "enough people in each"
    assert rates_hold_up(counted, met, sums) == {"a", "b"}, "together 11 met it and 30 did not"


def test_all_or_none_of_enough_people_may_be_said():
    counted, met = {"all": 100, "a": 40, "b": 60}, {"all": 60, "a": 0, "b": 60}
    assert rates_hold_up(counted, met, [Sum("all", ("a", "b"))]) == set()


def test_where_nobody_met_it_a_small_panel_does_not_hide_the_whole_plan():
    counted = {"all": 1221, "north": 600, "south": 621, "n1": 580, "n2": 5, "n3": 15, "s1": 300, "s2": 321}
    sums = [Sum("all", ("north", "south")), Sum("north", ("n1", "n2", "n3")), Sum("south", ("s1", "s2"))]
    hidden = rates_hold_up(counted, dict.fromkeys(counted, 0), sums)
    assert hidden == {"n2", "n3"}


def test_one_small_part_takes_the_smallest_other_with_it():
    cells = {"all": 500, "a": 4, "b": 400, "c": 96}
    assert holds_up(cells, [Sum("all", ("a", "b", "c"))]) == {"a", "c"}


def test_two_small_parts_that_are_few_together_take_a_third():
    cells = {"all": 500, "a": 4, "b": 3, "c": 96, "d": 397}
    assert holds_up(cells, [Sum("all", ("a", "b", "c", "d"))]) == {"a", "b", "c"}


def test_a_facility_alone_in_its_region_takes_the_region_along():
    cells = {"all": 500, "north": 4, "south": 400, "east": 96, "north/oakland": 4}
    hidden = holds_up(cells, [Sum("all", ("north", "south", "east")), Sum("north", ("north/oakland",))])
    assert hidden == {"north", "north/oakland", "east"}


def test_nothing_is_hidden_where_nothing_is_small():
    assert not hide({"all": 50, "a": 20, "b": 30, "c": 0}, [Sum("all", ("a", "b", "c"))])


def test_crossing_sums_are_solved_together():
    """Each row and column hides two, and yet two corners would follow: the third row is hidden in one place only."""
    cells = {"a1": 5, "a2": 20, "a3": 30, "b1": 20, "b2": 7, "b3": 30, "c1": 30, "c2": 30, "c3": 30}
    sums = []
    for row in "abc":
        cells[row] = sum(cells[f"{row}{n}"] for n in "123")
        sums.append(Sum(row, tuple(f"{row}{n}" for n in "123")))
    for column in "123":
        cells[column] = sum(cells[f"{row}{column}"] for row in "abc")
        sums.append(Sum(column, tuple(f"{row}{column}" for row in "abc")))
    hidden = holds_up(cells, sums)
    assert {"a1", "b2"} < hidden
    assert follows(cells, sums, {"a1", "b2"}) == {"a1", "b2"}


def test_a_sum_whose_every_cell_is_hidden_gives_nothing_away_and_ends():
    assert hide({"total": 3}, [Sum("total", ())]) == {"total"}, "what has no parts follows from no shown number"
    counts = {"total": 6, "part": 6, "other": 40, "all": 46}
    found = hide(counts, [Sum("total", ("part",)), Sum("all", ("total", "other"))])
    assert {"total", "part"} < found, "another hides beside them"
