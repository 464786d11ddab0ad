"""The portal of somebody who stands at the desk: a document is seen, and they are invited at their own address."""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import audit
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import requires
from members import invitations
from members.forms import InviteForm
from members.models import IdentityCheck, MemberTelecom
from members.views.desk import frame, member_of


@require_http_methods(["GET", "HEAD", "POST"])
@requires("members.invite", obj=member_of)
def invite(request: AuthenticatedHttpRequest, member_id: uuid.UUID) -> HttpResponse:
    """Whether the record is open to its person; if not, whose document was seen, and where the link goes."""
    member, today = request.record, timezone.localdate()
    emails = MemberTelecom.objects.filter(member=member, system="email", period__contains=today).order_by("rank")
    form = InviteForm(request.POST or None, emails=[email.value for email in emails])
    if request.method == "POST" and form.is_valid():
        try:
            invitations.invite_in_person(
                member,
                by=request.user,
                email=form.cleaned_data["email"],
                document=form.cleaned_data["document"],
                on=today,
            )
        except ValueError as refused:
            form.add_error(None, str(refused))
        else:
            notify(request, _("Invited. They choose a password by the link; a letter tells them of it as well."))
            return redirect("members:invite", member_id=member.pk)
    audit.record_read(request.user, verb="members.invite", obj=member, request=request)
    context = {
        **frame(request, member, "invite"),
        "form": form,
        "account": member.user,
        "may_be_invited": invitations.may_be_invited(member, today),
        "has_email": bool(emails),
        "checks": IdentityCheck.objects.filter(member=member).select_related("checked_by").order_by("-checked_at")[:10],
    }
    return render(request, "members/invite.html", context)
