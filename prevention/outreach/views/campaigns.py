"""Campaign policy: begin one, change it from a day on, see whom it would reach before that, stop it."""

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import requires
from network.models import Organization
from network.permissions import roles_in_force
from prevention.models import Campaign
from prevention.outreach import campaigns as policy
from prevention.outreach.campaign_forms import CampaignForm
from prevention.outreach.kinds import kind_of
from prevention.permissions import CAMPAIGNERS
from prevention.views.staff import language_name


def system_of(request: AuthenticatedHttpRequest) -> Organization:
    """The system whose outreach the signed-in person sets. Raises `Http404` where there is none."""
    for held in roles_in_force(request.user):
        if held.role in CAMPAIGNERS:
            return Organization.objects.get(pk=held.organization.system_id or held.organization_id)
    raise Http404


def a_campaign(request: AuthenticatedHttpRequest, campaign_id: uuid.UUID) -> Campaign:
    return get_object_or_404(Campaign.objects.prefetch_related("steps"), pk=campaign_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("prevention.set_campaign")
def new_campaign(request: AuthenticatedHttpRequest) -> HttpResponse:
    return _edit(request, system_of(request), None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("prevention.set_campaign", obj=a_campaign)
def change_campaign(request: AuthenticatedHttpRequest, campaign_id: uuid.UUID) -> HttpResponse:
    """Another version from a day on; the one before it stays as it ran."""
    found: Campaign = request.record
    return _edit(request, found.managing_organization, found)


def _edit(request: AuthenticatedHttpRequest, system: Organization, campaign: Campaign | None) -> HttpResponse:
    if campaign is not None:
        # The last version is what a change ends: whoever saves second reads in it what the first has saved.
        versions = Campaign.objects.filter(managing_organization=system, region=campaign.region_id, code=campaign.code)
        versions = versions.select_for_update() if request.method == "POST" else versions
        campaign = versions.order_by("-period").first() or campaign
    form = CampaignForm(request.POST or None, system=system, campaign=campaign)
    reach = None
    if request.method == "POST" and form.is_valid():
        said, plan = form.cleaned_data, form.plan()
        if "preview" in request.POST:
            reach = policy.preview(plan, system=system, region=said["region"], code=said["code"], at=timezone.now())
        else:
            saved = _save(request, form, system, is_new=campaign is None)
            if saved is not None:
                notify(request, _("It holds from %(day)s.") % {"day": f"{saved.period.lower:%d %b %Y}"})
                return redirect("prevention:campaign", campaign_id=saved.pk)
    context = {"form": form, "campaign": campaign, "reach": reach and _in_words(reach)}
    return render(request, "prevention/outreach/campaign_edit.html", context, status=422 if form.errors else 200)


def _save(
    request: AuthenticatedHttpRequest, form: CampaignForm, system: Organization, *, is_new: bool
) -> Campaign | None:
    said = form.cleaned_data
    today = timezone.localdate()
    if is_new and Campaign.objects.filter(managing_organization=system, code=said["code"]).exists():
        form.add_error("code", _("A campaign of this short name exists: change that one, or choose another."))
        return None
    try:
        return policy.set_campaign(
            form.plan(),
            by=request.user,
            system=system,
            region=said["region"],
            code=said["code"],
            start=said["start"],
            today=today,
        )
    except ValidationError as error:
        form.add_error(None, error.messages)
    except ValueError as refused:
        form.add_error("start", str(refused))
    return None


def _in_words(reach: policy.Preview) -> dict[str, Any]:
    return {
        "counts": reach,
        "languages": [(language_name(code), gaps) for code, gaps in reach.languages],
        "rules": [(str(kind_of(rule).title), gaps) for rule, gaps in reach.rules],
    }


@require_POST
@requires("prevention.set_campaign", obj=a_campaign)
def stop_campaign(request: AuthenticatedHttpRequest, campaign_id: uuid.UUID) -> HttpResponse:
    today: datetime.date = timezone.localdate()
    try:
        left = policy.stop_campaign(request.record.pk, by=request.user, today=today)
    except ValueError as refused:
        notify(request, str(refused), level=messages.ERROR)
    else:
        notify(request, _("It writes to nobody any more.") if left else _("It had not begun, and is gone."))
    return redirect("prevention:campaigns")
