"""Behind a proxy the audit names who asked."""

import pytest
from django.http import HttpResponse

from kpcare.proxies import ProxyMiddleware, address_behind


@pytest.mark.parametrize(
    ("forwarded", "proxies", "expected"),
    [
        ("203.0.113.9", 1, "203.0.113.9"),
        # Whatever the person wrote themselves stands left of what our proxy added.
        ("6.6.6.6, 203.0.113.9", 1, "203.0.113.9"),
        ("203.0.113.9, 10.0.0.2", 2, "203.0.113.9"),
        ("2001:db8::1", 1, "2001:db8::1"),
        ("", 1, None),
        ("203.0.113.9", 2, None),
        ("unknown", 1, None),
    ],
)
def test_only_what_our_own_proxies_added_is_believed(forwarded, proxies, expected):
    assert address_behind(forwarded, proxies) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [({"X-Forwarded-For": "6.6.6.6, 203.0.113.9"}, "203.0.113.9"), ({}, "172.18.0.2")],
)
def test_a_request_bears_the_address_of_the_person(rf, settings, headers, expected):
    settings.PROXIES = 1
    seen = []

    def view(request):
        seen.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    ProxyMiddleware(view)(rf.get("/", headers=headers, REMOTE_ADDR="172.18.0.2"))

    assert seen == [expected]
