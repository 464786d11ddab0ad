"""No link leads to a refusal: what a role is shown on its own places, and on the pages behind them, opens for it."""

import re
from collections import Counter
from html import unescape

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from core.models import User
from tests.test_pages_walk import ROLES

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lived_in")]

LINK = re.compile(r"""<a\s[^>]*?href="([^"#]+)|\shx-get="([^"]+)""")
# Of a list, which has the same kind of link in every row, so many are followed; and so many pages altogether.
OF_A_KIND, PAGES = 2, 60
# Leaving, and files that are made while one waits.
NOT_FOLLOWED = ("/accounts/", "/oauth/", "/admin/", "/static/", "/language/")


def kind_of(address: str) -> str:
    """The address in the site map, where it is one of ours."""
    try:
        return resolve(address.partition("?")[0]).route
    except Resolver404:
        return ""


def links_on(page: str) -> list[str]:
    found = (unescape(one or other) for one, other in LINK.findall(page))
    return list(dict.fromkeys(link for link in found if link.startswith("/") and not link.startswith(NOT_FOLLOWED)))


@pytest.mark.long(60)
@pytest.mark.parametrize("role", ROLES)
def test_no_link_leads_to_a_refusal(role):
    client = Client(raise_request_exception=False)
    user = User.objects.get(email=f"{role}@demo.example")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    start = "/" if role == "maria" else "/staff/"
    waiting: list[tuple[str, str]] = [("signing in", start)]
    known, kinds = {start}, Counter[str]()
    refused = []
    opened = 0
    while waiting and opened < PAGES:
        shown_on, address = waiting.pop(0)
        answer = client.get(address, follow=True)
        answer.close()
        opened += 1
        if answer.status_code in (403, 404) or answer.status_code >= 500:
            refused.append(f"{address} answers {answer.status_code}; the link stands on {shown_on}")
        if answer.status_code != 200 or answer.streaming or b"<html" not in answer.content[:400]:
            continue
        for link in links_on(answer.content.decode()):
            kind = kind_of(link)
            if link in known or not kind or kinds[kind] >= OF_A_KIND:
                continue
            known.add(link)
            kinds[kind] += 1
            waiting.append((address, link))
    assert opened > 5, "The walk began nowhere."
    assert not refused, "\n".join(refused)
