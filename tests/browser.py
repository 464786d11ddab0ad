"""A real Chromium for tests marked `browser`. Without one they skip and say how to get it.

Whatever looks at a page (axe, a picture) waits until the page stands, so that a test may look right after a click.
What a test itself asserts of a page it waits for as well: `expect(…)` or `wait_for()`, never `is_visible()` or
`count()` at once.
"""

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Response

    from core.models import User

ARTEFACTS = Path(__file__).resolve().parent.parent / "test-artefacts"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = (1200, 360)
FAILED = pytest.StashKey[bool]()
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A run whose pictures nobody looks at leaves them out; a failed test keeps its own.
PICTURES = os.environ.get("KPCARE_PICTURES") != "0"
# How long a test waits for what it expects, in milliseconds: for a machine with more to do than this.
PATIENCE = 40_000
LOOKS = 3
Found = TypeVar("Found")

# Runs in each document before its own scripts: the moment at which it was asked to make room for another one.
LEAVING = """window.navigation?.addEventListener("navigate", (event) => {
    if (!event.destination.sameDocument && event.downloadRequest === null) window.kpLeft = performance.now();
});"""
# A link to a file leaves no page: after these milliseconds the document that is still there is the one to look at.
STANDS = """() => document.readyState === "complete" && !(performance.now() - window.kpLeft < 10000)
    && !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling")"""
DOCUMENT = "performance.timeOrigin"


def chromium() -> str | None:
    """The path of a Chromium: `CHROMIUM` in the environment, otherwise the first one on the PATH."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    path = chromium()
    if path is None:
        pytest.skip("No Chromium: `apt-get install chromium`, or set CHROMIUM to the path of one.")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    # Playwright keeps an event loop on this thread; the ORM calls around it are as synchronous as ever.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: "Browser", live_server, request: pytest.FixtureRequest) -> Iterator["Page"]:
    """A page on the live server, 1200 px wide.

    An error in its scripts fails the test, and so does an address that is refused, missing or broken, so that nobody
    checks the error page instead of the one that was meant. `@pytest.mark.answers(404)` says which are meant.
    """
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1200, "height": 900}, locale="en-US")
    context.set_default_timeout(PATIENCE)
    context.add_init_script(LEAVING)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None,
    )
    meant = {status for mark in request.node.iter_markers("answers") for status in mark.args}

    def look(answer: "Response") -> None:
        whole = answer.request.is_navigation_request() and answer.frame == page.main_frame
        if whole and (answer.status in (401, 403, 404) or answer.status >= 500) and answer.status not in meant:
            errors.append(f"{answer.url} answered {answer.status}")

    page.on("response", look)
    yield page
    if request.node.stash.get(FAILED, False):
        with contextlib.suppress(Exception):
            page.screenshot(path=artefact(request, "failed", page), full_page=True)
    context.close()
    assert not errors, f"The page's scripts or addresses failed: {errors}"


@pytest.fixture
def sign_in(page: "Page", live_server) -> Callable[["User"], "Page"]:
    """`sign_in(user)` makes the browser's session theirs, and gives the page."""

    from django.conf import settings
    from django.test import Client

    def as_user(user: "User") -> "Page":
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        name = settings.SESSION_COOKIE_NAME
        page.context.clear_cookies()
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        return page

    return as_user


def standing(page: "Page", look: Callable[[], Found]) -> Found:
    """What `look` gives of a page that stands: loaded, not about to be left, and nothing on its way by htmx.

    After a click the next document is there as soon as its first byte is, empty. One that is replaced under the look is
    looked at again; whatever else fails is the look's own, as is a third replacement.
    """
    from playwright.sync_api import Error

    for _ in range(LOOKS - 1):
        page.wait_for_function(STANDS)
        document = None
        try:
            document = page.evaluate(DOCUMENT)
            return look()
        except Error:
            page.wait_for_function(STANDS)
            if page.evaluate(DOCUMENT) == document:
                raise
    page.wait_for_function(STANDS)
    return look()


def artefact(request: pytest.FixtureRequest, name: str, page: "Page") -> Path:
    """Where a picture of this test is kept."""
    ARTEFACTS.mkdir(exist_ok=True)
    test = re.sub(r"\W+", "-", request.node.name).strip("-")
    width = (page.viewport_size or {"width": 0})["width"]
    return ARTEFACTS / f"{test}-{name}-{width}.png"


def take(request: pytest.FixtureRequest, page: "Page", name: str) -> None:
    """Keep the whole page as it stands, where pictures are kept."""
    if PICTURES:
        standing(page, lambda: page.screenshot(path=artefact(request, name, page), full_page=True))


def widths(page: "Page") -> Iterator[int]:
    """The page at each of `WIDTHS` in turn; afterwards the window is as it was."""
    before = page.viewport_size or {"width": 1200, "height": 900}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": before["height"]})
        yield width
    page.set_viewport_size(before)


@pytest.fixture
def screenshot(request: pytest.FixtureRequest) -> Callable[["Page", str], None]:
    """`screenshot(page, "home")` keeps the whole page at both widths in test-artefacts/, named by test."""

    def both(page: "Page", name: str) -> None:
        for _width in widths(page) if PICTURES else ():
            take(request, page, name)

    return both


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A browser test that Playwright itself ends (a page that crashed, a wait that took too long) is run once more.

    An assertion is never asked twice. The summary names what was run again; `--max-suite-reruns` says how often.
    """
    browsing = [item for item in items if "browser" in getattr(item, "fixturenames", ())]
    if not browsing or config.option.usepdb:
        return
    from playwright.sync_api import Error

    for item in browsing:
        item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=Error))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test says so to its page, which then keeps a picture of where it stood."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Every rule of the tags runs on every element. What passed is not described: it was megabytes for a long list.
AXE_OPTIONS = {"runOnly": {"type": "tag", "values": AXE_TAGS}, "resultTypes": ["violations"]}
LOOK = """async (options) => {
    const found = await axe.run(options), whole = document.documentElement;
    return {violations: found.violations, passed: found.passes.length, overflow: whole.scrollWidth - whole.clientWidth};
}"""


@pytest.fixture
def axe(request: pytest.FixtureRequest) -> Callable[..., None]:
    """`axe(page)` fails on any WCAG 2.2 AA violation at 1200 and 360 px, naming rule and element.

    It also fails where the page is wider than the screen. The window is as it was afterwards. With a name it keeps a
    picture at each width on its way, as `screenshot` does.
    """
    from axe_playwright_python.base import AXE_SCRIPT, AxeResults

    def check(page: "Page", name: str = "") -> None:
        def look() -> dict[str, Any]:
            if not page.evaluate("typeof axe === 'object'"):
                page.evaluate(AXE_SCRIPT)
            return page.evaluate(LOOK, AXE_OPTIONS)

        for width in widths(page):
            if name:
                take(request, page, name)
            seen = standing(page, look)
            assert not seen["violations"], f"{page.url} at {width} px:\n{AxeResults(seen).generate_report()}"
            assert seen["passed"], f"{page.url} at {width} px: axe found nothing to look at."
            assert seen["overflow"] <= 0, f"{page.url} at {width} px is {seen['overflow']} px wider than the screen."

    return check
