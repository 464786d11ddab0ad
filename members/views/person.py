"""Whose record the portal shows."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import signed_in
from members.models import Member
from members.portal import choose_member


@require_POST
@signed_in
def switch_person(request: AuthenticatedHttpRequest, member_id: UUID) -> HttpResponse:
    """Open another person's record, and the page `next` in it; refused where the reader is not their proxy."""
    member = get_object_or_404(Member, pk=member_id)
    choose_member(request, member)
    notify(request, _("You now see the record of %(name)s.") % {"name": member})
    asked = request.POST.get("next", "")
    is_ours = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, {request.get_host()})
    return HttpResponseRedirect(asked if is_ours else "/")
