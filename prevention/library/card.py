"""The health library on the portal home: what one can read about what is due."""

from collections.abc import Iterable

from core.http import AuthenticatedHttpRequest
from members.models import Member
from members.ports import Place, PortalCard, register_portal_card
from prevention.library import articles
from prevention.models import CareGap
from prevention.rules import BY_ID

SHOWN = 3


def library_card(request: AuthenticatedHttpRequest, member: Member) -> Iterable[PortalCard]:
    """Articles about the member's open gaps, longest due first; the library itself always."""
    due = CareGap.objects.filter(member=member, rule__in=BY_ID).open().longest_due_first()
    found = [articles.for_rule(rule) for rule in due.values_list("rule", flat=True)]
    about = list(dict.fromkeys(one for one in found if one))[:SHOWN]
    yield PortalCard(Place.SIDE, "prevention/library/card.html", {"articles": about})


def plug_in() -> None:
    """Called once at start-up."""
    register_portal_card("library", 90, library_card)
