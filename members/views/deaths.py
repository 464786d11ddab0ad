"""A death outside our hospital, as the family or the county tells it, and a mistaken one taken back."""

import datetime
import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import audit
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import requires
from members.deaths import ended_lines, record_death, take_back_death
from members.forms import DeathForm, TakeBackDeathForm
from members.models import Member
from members.ports import compare_rows
from members.querysets import primary_care_of
from members.views.desk import frame, member_of


@require_http_methods(["GET", "HEAD", "POST"])
@requires("members.update", obj=member_of)
def death(request: AuthenticatedHttpRequest, member_id: uuid.UUID) -> HttpResponse:
    """Record when the member died and who says so; once recorded, the page takes it back for a reason."""
    member = request.record
    if member.deceased_at is not None:
        return _recorded(request)
    form = DeathForm(
        request.POST if request.method == "POST" else None, born=member.birth_date, today=timezone.localdate()
    )
    if request.method == "POST" and form.is_valid():
        # The day is what is known; its first moment ends whatever was booked for the day itself.
        at = timezone.make_aware(datetime.datetime.combine(form.cleaned_data["on"], datetime.time()))
        record_death(member, by=request.user, at=at, reason=form.cleaned_data["source"])
        notify(request, _("Recorded. What was to come has ended, as listed here, and nothing more is sent."))
        return redirect("members:death", member_id=member.pk)
    audit.record_read(request.user, verb="members.death", obj=member, request=request)
    return render(request, "members/death.html", {**_context(request, member), "form": form})


def _recorded(request: AuthenticatedHttpRequest) -> HttpResponse:
    member = request.record
    form = TakeBackDeathForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        asked = take_back_death(member, by=request.user, reason=form.cleaned_data["reason"])
        said = [_("Taken back. What ended stays ended, as listed here: it is begun anew by people."), *asked]
        notify(request, " ".join(said))
        return redirect("members:death", member_id=member.pk)
    audit.record_read(request.user, verb="members.death", obj=member, request=request)
    return render(request, "members/death.html", {**_context(request, member), "form": form})


def _context(request: AuthenticatedHttpRequest, member: Member) -> dict[str, Any]:
    care = primary_care_of(member, timezone.localdate())
    ended = ended_lines(member, reader=request.user)
    # A death that was recorded before this was kept has no list.
    return {
        **frame(request, member, "death"),
        "ended": ended,
        "standing": [
            (_("Primary care"), f"{care.clinician}, {care.department}" if care else _("nobody")),
            *((label, say(member) or _("none")) for label, say in compare_rows()),
        ]
        if ended
        else [],
    }
