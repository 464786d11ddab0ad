"""The health library: found by words or topic, read in the language of the page."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.http import AuthenticatedHttpRequest
from core.permissions import requires
from members.portal import open_member
from prevention.library import articles


def topics() -> dict[str, str]:
    """Topic → its words."""
    return {
        "cancer": _("Cancer"),
        "children": _("Children"),
        "daily life": _("Daily life"),
        "diabetes": _("Diabetes"),
        "heart": _("Heart"),
        "infections": _("Infections"),
        "kidneys": _("Kidneys"),
        "lungs": _("Lungs"),
        "mind": _("Mind"),
        "pain": _("Pain"),
        "pregnancy": _("Pregnancy"),
        "screening": _("Tests that find it early"),
        "women": _("Women's health"),
    }


@require_safe
@requires("members.portal_view", obj=open_member)
def library(request: AuthenticatedHttpRequest) -> HttpResponse:
    """All articles, or those that fit. What somebody looks for is kept nowhere."""
    asked, topic = request.GET.get("q", "")[:100], request.GET.get("topic", "")
    words = topics()
    topic = topic if topic in words else ""
    context = {
        "found": articles.search(asked, topic),
        "asked": asked,
        "topic": topic,
        "tabs": [
            {"label": _("All"), "url": "?", "current": not topic},
            *({"label": label, "url": f"?topic={name}", "current": name == topic} for name, label in words.items()),
        ],
    }
    return render(request, "prevention/library/index.html", context)


@require_safe
@requires("members.portal_view", obj=open_member)
def article(request: AuthenticatedHttpRequest, slug: str) -> HttpResponse:
    found = articles.article(slug)
    if found is None:
        raise Http404
    return render(request, "prevention/library/article.html", {"article": found})
