"""Whose record the portal shows."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
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
    """Open another person's record; refused where the signed-in person is not their proxy."""
    member = get_object_or_404(Member, pk=member_id)
    choose_member(request, member)
    notify(request, _("You now see the record of %(name)s.") % {"name": member})
    return HttpResponseRedirect("/")
