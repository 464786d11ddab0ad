"""Who opened my record: the member sees access by reason, and who looked."""

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clinical.models import BreakTheGlass
from core import audit
from core.models import AuditEvent, User
from core.permissions import requires
from members.portal import open_member

SHOWN = 50


@requires("members.portal_view", obj=open_member)
def who_opened(request: HttpRequest) -> HttpResponse:
    """Access by reason with name and reason, and everybody else who looked, with the day they last did."""
    member = request.record
    by_reason = BreakTheGlass.objects.filter(member=member).select_related("user").order_by("-at")[:SHOWN]
    looked = list(
        AuditEvent.objects.filter(member_id=member.pk, action=AuditEvent.Action.READ)
        .exclude(user_id=request.user.pk)
        .values("user_id", "role")
        .annotate(last=Max("at"))
        .order_by("-last")[:SHOWN]
    )
    names = dict(User.objects.filter(pk__in=[row["user_id"] for row in looked]).values_list("pk", "name"))
    audit.record_read(request.user, verb="clinical.view_access", member_id=member.pk, request=request)
    return render(
        request,
        "clinical/who_opened.html",
        {
            "by_reason": by_reason,
            "looked": [{**row, "name": names.get(row["user_id"], "")} for row in looked],
            "member": member,
        },
    )
