"""What is asked or spoken of while the member is here, noted from the chart."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinical.views.charting import opens_chart
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from members.models import Member
from prevention.talks import note_talk


@require_POST
@opens_chart("prevention.talked", "clinical.write_chart")
def talked(request: AuthenticatedHttpRequest, member: Member, rule: str) -> HttpResponse:
    """It was spoken of today."""
    try:
        note_talk(member, rule, by=request.user)
    except (KeyError, ValueError):
        raise Http404 from None
    notify(request, _("Noted. What is due next is worked out within seconds."))
    return redirect("clinical:chart_panel", member_id=member.pk, name="prevention")
