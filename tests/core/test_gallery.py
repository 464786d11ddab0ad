"""The gallery in a real browser: every component in every state, on a desk and on a phone, by keyboard, in Spanish."""

import pytest
from playwright.sync_api import expect

from tests.network.factories import make_user

PAGES = ["", "portal/", "chart/", "worklist/"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def page(sign_in):
    """A page of somebody who is signed in: the gallery is for whoever works here."""
    return sign_in(make_user())


@pytest.mark.parametrize("name", PAGES)
def test_gallery_is_accessible_and_fits(page, axe, screenshot, name):
    page.goto(f"/staff/gallery/{name}")
    page.wait_for_load_state("networkidle")
    screenshot(page, name.strip("/") or "components")

    axe(page)

    page.set_viewport_size({"width": 320, "height": 640})
    screenshot(page, name.strip("/") or "components")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_first_tab_leads_past_the_frame(page):
    page.goto("/staff/gallery/portal/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"

    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_focus_goes_through_a_page_in_reading_order_and_is_seen(page):
    page.goto("/staff/gallery/chart/")
    order = []
    for _ in range(60):
        page.keyboard.press("Tab")
        place = page.evaluate(
            """() => {
              const here = document.activeElement;
              if (here === document.body) return null;
              const style = getComputedStyle(here);
              const seen = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)
                || here.classList.contains('kp-skip');
              return {seen, what: here.outerHTML.slice(0, 120),
                at: [...document.querySelectorAll('*')].indexOf(here)};
            }"""
        )
        if place is None:
            break
        assert place["seen"], f"The focus is not seen on {place['what']}"
        order.append(place["at"])
    assert len(order) > 15
    assert order == sorted(order)


def test_dialog_opens_by_keyboard_keeps_the_focus_and_gives_it_back(page):
    page.goto("/staff/gallery/")
    opener = page.get_by_role("button", name="Open a dialog")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="What does a visit cost?")
    expect(dialog).to_be_visible()
    assert page.evaluate("document.activeElement.closest('dialog') !== null")

    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.textContent.trim()") == "Open a dialog"


def test_trend_is_drawn_and_its_table_opens(page):
    page.goto("/staff/gallery/chart/")
    page.wait_for_function("document.querySelector('canvas').chart !== undefined")
    page.get_by_text("As a table").click()
    expect(page.get_by_role("cell", name="6.8")).to_be_visible()


def test_bulk_buttons_wait_for_a_choice(page):
    page.goto("/staff/gallery/worklist/")
    send = page.get_by_role("button", name="Send kits")
    expect(send).to_be_disabled()

    page.get_by_label("All on this page").check()
    expect(send).to_be_enabled()
    expect(page.get_by_text("4 chosen")).to_be_visible()


def test_losing_the_connection_is_said(page):
    page.goto("/staff/gallery/portal/")
    notice = page.get_by_text("You are offline.")
    expect(notice).to_be_hidden()

    page.context.set_offline(True)
    notice.wait_for(state="visible")
    page.context.set_offline(False)
    notice.wait_for(state="hidden")


def test_language_is_changed_without_script_and_kept(page, browser, live_server):
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False, locale="en-US")
    context.add_cookies(page.context.cookies())
    page = context.new_page()
    page.goto("/staff/gallery/portal/")
    expect(page.locator("html")).to_have_attribute("lang", "en")

    page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    assert page.url.endswith("/staff/gallery/portal/")
    expect(page.get_by_text("De su bolsillo este año")).to_have_count(1)

    page.goto("/staff/gallery/")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    context.close()
