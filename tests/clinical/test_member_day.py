"""A member who learns that somebody opened their record: in both languages, by keyboard, on a phone."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from clinical.access import break_the_glass
from core.db import acting_as
from tests.clinical import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("language", ["en", "es"])
def test_who_opened_my_record_from_home_to_the_answer(language, sign_in, axe):
    world = factories.World()
    maria = world.maria
    maria.user.language = language
    maria.user.save()
    with acting_as(world.stranger.user, reason="test"):
        break_the_glass(by=world.stranger.user, member=maria, reason="Called by the ward before surgery")
    page = sign_in(maria.user)
    page.goto("/")
    link = page.locator(f"main a[href='{reverse('clinical:who_opened')}']").first
    link.wait_for()
    axe(page, "home")
    # By keyboard alone: Tab until the link has the focus, then Enter.
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == reverse("clinical:who_opened"):
            break
    page.keyboard.press("Enter")
    page.get_by_text("Called by the ward before surgery").wait_for()
    axe(page, "who-opened")
    page.goto(reverse("clinical:my_record"))
    axe(page, "record")
    page.goto("/")
    expect(page.locator(f"main a[href='{reverse('clinical:who_opened')}']")).to_have_count(0)
