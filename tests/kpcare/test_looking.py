"""How tests look at pages, and at the clock: never at what is just being replaced, never before they run."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Error

from tests import browser, environment

TESTS = Path(browser.__file__).parent
ASKS_THE_CLOCK = {"today", "now", "localdate", "localtime", "utcnow"}


class Page:
    """A page whose document is replaced `replaced` times while somebody looks."""

    def __init__(self, replaced: int) -> None:
        self.document, self.replaced, self.looks = 1, replaced, 0

    def wait_for_function(self, _script: str) -> None:
        pass

    def evaluate(self, _script: str) -> int:
        return self.document

    def look(self) -> str:
        self.looks += 1
        if self.replaced:
            self.replaced -= 1
            self.document += 1
            raise Error("Cannot read properties of null (reading 'documentElement')")
        return "seen"

    def fail(self) -> None:
        self.looks += 1
        raise Error("axe is broken")


def test_a_document_that_is_replaced_under_the_look_is_looked_at_again():
    page = Page(replaced=browser.LOOKS - 1)

    assert browser.standing(page, page.look) == "seen"
    assert page.looks == browser.LOOKS


def test_one_that_never_comes_to_rest_is_told():
    page = Page(replaced=browser.LOOKS)

    with pytest.raises(Error, match="documentElement"):
        browser.standing(page, page.look)


def test_a_look_that_fails_on_a_page_that_stands_fails_at_once():
    page = Page(replaced=0)

    with pytest.raises(Error, match="axe is broken"):
        browser.standing(page, page.fail)
    assert page.looks == 1


@pytest.mark.django_db(transaction=True)
def test_axe_looks_at_the_page_that_is_on_its_way(page, axe):
    page.goto(reverse("account_login"))
    page.evaluate("address => { location.href = address; }", reverse("account_reset_password"))

    axe(page)

    assert page.url.endswith(reverse("account_reset_password"))


@pytest.mark.django_db(transaction=True)
def test_a_browser_test_is_run_again_for_playwrights_errors_alone(page, request):
    (mark,) = request.node.iter_markers("flaky")

    assert mark.kwargs == {"reruns": 1, "only_rerun": Error}
    assert not issubclass(AssertionError, Error)


def test_no_other_test_is_run_again(request):
    assert request.node.get_closest_marker("flaky") is None


def test_each_worker_has_a_redis_database_of_its_own():
    here = [environment.of_worker("unix:///run/redis.sock?db=0", worker) for worker in ("", "gw0", "gw1", "gw14")]

    assert [address.rpartition("=")[2] for address in here] == ["0", "1", "2", "15"]


def at_once(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all within it, but for what a lambda does later."""
    yield node
    for inner in () if isinstance(node, ast.Lambda) else ast.iter_child_nodes(node):
        yield from at_once(inner)


def reads_of_the_clock(body: list[ast.stmt]) -> Iterator[ast.Call]:
    """What a module asks the clock while it is imported: in its own lines, defaults, decorators, class bodies."""
    for node in body:
        match node:
            case ast.FunctionDef():
                parts = [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
            case ast.ClassDef():
                parts = [*node.decorator_list]
                yield from reads_of_the_clock(node.body)
            case _:
                parts = [node]
        for call in (found for part in parts for found in at_once(part) if isinstance(found, ast.Call)):
            if getattr(call.func, "attr", getattr(call.func, "id", "")) in ASKS_THE_CLOCK:
                yield call


def test_no_test_learns_its_day_before_it_runs():
    """A run that begins before midnight ends after it."""
    early = [
        f"{path.relative_to(TESTS)}:{call.lineno}: {ast.unparse(call)}"
        for path in sorted(TESTS.rglob("*.py"))
        for call in reads_of_the_clock(ast.parse(path.read_text()).body)
    ]

    assert not early, "Ask when the test runs: a function or a fixture."
