"""In which order tests run, and which worker begins with which.

Quick tests come before those with a browser, and of each kind the long ones first, so that no worker is left alone
with one at the end. xdist's worksteal cuts the list into as many stretches as there are workers, all of one length, and
lets a worker that is done take over the end of another's: each stretch here is such a list of its own.
"""

from itertools import groupby

import pytest

Stretch = list[pytest.Item]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whatever uses the browser is marked so. The order is the same in every worker."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    quick = [item for item in items if not item.get_closest_marker("browser")]
    slow = [item for item in items if item.get_closest_marker("browser")]
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    stretches = deal_files(quick, workers)
    deal_each(longest_first(slow), stretches)
    items[:] = [item for stretch in stretches for item in stretch]


def seconds(item: pytest.Item) -> int:
    mark = item.get_closest_marker("long")
    return mark.args[0] if mark else 0


def longest_first(items: Stretch) -> Stretch:
    return sorted(items, key=seconds, reverse=True)


def deal_files(items: Stretch, hands: int) -> list[Stretch]:
    """Whole files, since what is set up for a file is set up once: the largest first, each to the shortest stretch."""
    place = {item: number for number, item in enumerate(items)}
    dealt: list[Stretch] = [[] for _ in range(hands)]
    for file in sorted(
        (list(group) for _path, group in groupby(items, key=lambda item: item.path)), key=lambda f: -len(f)
    ):
        min(dealt, key=len).extend(file)
    return [longest_first(sorted(stretch, key=place.__getitem__)) for stretch in dealt]


def deal_each(items: Stretch, stretches: list[Stretch]) -> None:
    """Long ones in turn, the others so that all stretches become of one length."""
    for number, item in enumerate(items):
        (stretches[number % len(stretches)] if seconds(item) else min(stretches, key=len)).append(item)
