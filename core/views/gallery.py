"""Gallery of the components in every state, with example pages: for people who write pages, and for tests."""

import rules
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.http import AuthenticatedHttpRequest
from core.permissions import grant, requires
from core.views import gallery_examples

PAGES = {
    "components": _("Components"),
    "portal": _("Portal home"),
    "chart": _("Chart"),
    "worklist": _("Worklist"),
}


@rules.predicate
def is_demo(user: object) -> bool:
    return settings.DEBUG or settings.DEMO


grant("core.view_gallery", rules.is_staff, because="they may open the admin")
grant("core.view_gallery", is_demo, because="this machine shows invented people alone")


@requires("core.view_gallery")
def gallery(request: AuthenticatedHttpRequest, page: str = "components") -> HttpResponse:
    """One page of the gallery."""
    if page not in PAGES:
        raise Http404
    rail = [
        {
            "label": label,
            "url": reverse("core:gallery") if name == "components" else reverse("core:gallery_page", args=[name]),
            "current": name == page,
        }
        for name, label in PAGES.items()
    ]
    return render(request, f"gallery/{page}.html", {"gallery_rail": rail, **gallery_examples.everything()})
