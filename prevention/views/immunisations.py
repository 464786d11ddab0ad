"""A member's vaccines: what is due, what was given, the certificate."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import audit
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import requires
from members.models import Member
from members.portal import open_member
from prevention import actions
from prevention.immunisation.birth_country import note_birth_country
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
    found = outlook(member, request.user, actions.today(), with_risk=_is_own(request, member))
    context = {
        "member": member,
        "outlook": found,
        "given": given(member, request.user),
        "asks": list(dict.fromkeys(due.words for due in found.asks)),
        "booking_url": vaccines_booking_url(),
    }
    return render(request, "prevention/immunisations.html", context)


@require_POST
@requires("members.portal_schedule", obj=open_member)
def born(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Where they were born, where nobody had asked: it may make a vaccine needless."""
    try:
        note_birth_country(request.record, by=request.user, country=request.POST.get("birth_country", ""))
    except ValueError:
        raise Http404 from None
    notify(request, _("Thank you. What is due next is worked out within seconds."))
    return redirect("prevention:immunisations")


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
