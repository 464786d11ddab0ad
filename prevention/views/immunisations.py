"""A member's vaccines: what is due, what was given, the certificate."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import audit
from core.http import AuthenticatedHttpRequest
from core.permissions import requires
from members.models import Member
from members.portal import open_member
from prevention import actions
from prevention.immunisation.outlook import IN_WORDS, given, outlook
from prevention.views.portal import vaccines_booking_url


def _is_own(request: AuthenticatedHttpRequest, member: Member) -> bool:
    return member.user_id == request.user.pk


@require_safe
@requires("members.portal_view", obj=open_member)
def immunisations(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What rests on an underlying condition is shown to the person alone, not to a proxy."""
    member = request.record
    audit.record_read(request.user, verb="prevention.immunisations", obj=member, request=request)
    context = {
        "member": member,
        "outlook": outlook(member, request.user, actions.today(), with_risk=_is_own(request, member)),
        "given": given(member, request.user),
        "booking_url": vaccines_booking_url(),
    }
    return render(request, "prevention/immunisations.html", context)


@require_safe
@requires("members.portal_view", obj=open_member)
def certificate(request: AuthenticatedHttpRequest) -> HttpResponse:
    member = request.record
    audit.record_read(request.user, verb="prevention.immunisation_certificate", obj=member, request=request)
    found = outlook(member, request.user, actions.today(), with_risk=_is_own(request, member))
    context = {
        "member": member,
        "outlook": found,
        "complete": list(dict.fromkeys(IN_WORDS.get(row.vaccine_group, row.vaccine_group) for row in found.done)),
        "given": given(member, request.user),
        "today": actions.today(),
        "columns": [
            {"label": _("Vaccine")},
            {"label": _("Date")},
            {"label": _("Maker and lot")},
            {"label": _("Counts")},
        ],
    }
    return render(request, "prevention/immunisation_certificate.html", context)
