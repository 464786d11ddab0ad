"""The order of tests: each worker's stretch has its share of long ones, early; no test is lost or run twice."""

from types import SimpleNamespace

import pytest

from tests import order


class Item:
    def __init__(self, name: str, *, file: str = "a", browser: bool = False, seconds: int = 0) -> None:
        self.name, self.path = name, file
        self.fixturenames = ("page", "browser") if browser else ()
        self.marks = {"long": SimpleNamespace(args=(seconds,))} if seconds else {}

    def add_marker(self, name: str) -> None:
        self.marks[name] = SimpleNamespace(args=())

    def get_closest_marker(self, name: str) -> SimpleNamespace | None:
        return self.marks.get(name)

    def __repr__(self) -> str:
        return self.name


@pytest.fixture
def items() -> list[Item]:
    quick = [
        Item(f"{file}{number}", file=file) for file, many in (("a", 9), ("b", 4), ("c", 6)) for number in range(many)
    ]
    quick[12].marks["long"] = SimpleNamespace(args=(100,))
    walks = [Item(f"walk{number}", file="w", browser=True, seconds=90) for number in range(4)]
    pages = [Item(f"page{number}", file="p", browser=True) for number in range(7)]
    return [*pages, *walks, *quick]


def ordered(items: list[Item], workers: int) -> list[list[Item]]:
    """As xdist cuts the list into a stretch for each worker."""
    config = SimpleNamespace(workerinput={"workercount": workers})
    order.pytest_collection_modifyitems(config, items)
    each = len(items) // workers
    return [items[n * each : (n + 1) * each if n < workers - 1 else None] for n in range(workers)]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_every_test_runs_once(items, workers):
    before = set(items)

    stretches = ordered(items, workers)

    assert len(items) == len(before) == sum(map(len, stretches))
    assert set(items) == before


def test_two_workers_share_what_is_long_and_begin_with_it(items):
    first, second = ordered(items, 2)

    for stretch in (first, second):
        browser = [item.get_closest_marker("browser") is not None for item in stretch]
        assert browser == sorted(browser), "quick tests first"
        begun = [item.name for item in stretch if item.get_closest_marker("browser")][:2]
        assert all(name.startswith("walk") for name in begun), "long ones before the other pages"
    assert [first[0].name, second[0].name].count("b3") == 1, "and among the quick"


def test_a_file_stays_with_one_worker(items):
    first, _second = ordered(items, 2)

    for file in "abc":
        assert len({item in first for item in items if item.path == file}) == 1
