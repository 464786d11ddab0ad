"""What a member keeps about themselves: profile, how to reach them, who else may act for them."""

import uuid

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import audit
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import requires
from members import access, actions
from members.forms import SCOPE_WORDS, ProxyForm, ReachForm
from members.models import CommunicationPreference, Member, MemberAddress, MemberTelecom, Proxy
from members.portal import open_member
from members.querysets import primary_care_of


@require_http_methods(["GET", "HEAD", "POST"])
@requires("members.manage_own", obj=open_member)
def profile(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Who we think the member is, and how they want to be reached."""
    member, today = request.record, timezone.localdate()
    if request.method == "POST":
        Member.objects.select_for_update().get(pk=member.pk)
    kept = CommunicationPreference.objects.filter(member=member).first()
    names = ("channels", "quiet_from", "quiet_until", "no_outreach", "large_print")
    initial = {name: getattr(kept, name) for name in names} if kept else {}
    form = ReachForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.set_preferences(member, by=request.user, **form.cleaned_data)
        notify(request, _("Saved. We reach you this way from now on."))
        return redirect("members:profile")
    audit.record_read(request.user, verb="members.profile", obj=member, request=request)
    context = {
        "member": member,
        "form": form,
        "addresses": MemberAddress.objects.filter(member=member, period__contains=today),
        "telecoms": MemberTelecom.objects.filter(member=member, period__contains=today).order_by("rank"),
        "primary_care": primary_care_of(member, today),
    }
    return render(request, "members/profile.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("members.manage_own", obj=open_member)
def family(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Who may see and act for the member; the member gives and takes it."""
    member, today = request.record, timezone.localdate()
    form = ProxyForm(request.POST or None, today=today)
    if request.method == "POST" and form.is_valid() and form.user == request.user:
        form.add_error("email", _("This is your own address: you have access already."))
    elif request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                access.grant_proxy(
                    member,
                    form.user,
                    by=request.user,
                    relationship=form.cleaned_data["relationship"],
                    scopes=form.cleaned_data["scopes"],
                    start=today,
                    end=form.cleaned_data["until"],
                )
            notify(request, _("Access given. You can end it here at any time."))
            return redirect("members:family")
        except IntegrityError:
            form.add_error("email", _("This person already has access. End it first to change it."))
        except ValueError as refused:
            form.add_error("email", str(refused))
    audit.record_read(request.user, verb="members.family", obj=member, request=request)
    held = Proxy.objects.filter(member=member).in_force(today).select_related("user", "member")
    rows = [{"proxy": proxy, "may": [SCOPE_WORDS.get(scope, scope) for scope in proxy.scopes]} for proxy in held]
    return render(request, "members/family.html", {"member": member, "form": form, "rows": rows})


@require_POST
@requires("members.manage_own", obj=open_member)
def end_access(request: AuthenticatedHttpRequest, proxy_id: uuid.UUID) -> HttpResponse:
    """Nobody acts for the member by this any more, from this moment."""
    proxy = get_object_or_404(Proxy, pk=proxy_id, member=request.record)
    try:
        access.end_proxy(proxy, by=request.user, on=timezone.localdate())
    except ValueError as refused:
        notify(request, str(refused), level=messages.WARNING)
    else:
        notify(request, _("Access ended."))
    return redirect("members:family")
