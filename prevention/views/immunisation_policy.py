"""Which vaccine schedule each market follows, from when, in whose name; changed after a look at what it would do."""

import datetime
import json
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from core.asked import DayField
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import requires
from core.templatetags.kp import short_date
from network.models import Organization, Region
from network.permissions import first_system
from prevention.immunisation import actions, seasons
from prevention.immunisation.models import ImmunisationPolicy, SupportingDataTable
from prevention.immunisation.outlook import IN_WORDS
from prevention.immunisation.policy import Policy, PolicyError, packaged_policy

SHOWN = 50


class PolicyForm(forms.Form):
    """A market's schedule from a day on. Without overlay it is the CDC's schedule as it stands."""

    region = forms.ModelChoiceField(
        label=gettext_lazy("Market"), queryset=Region.objects.none(), required=False,
        empty_label=gettext_lazy("Everywhere else"),
    )  # fmt: skip
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    start = DayField(label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}))
    source = forms.CharField(
        label=gettext_lazy("Where the authority publishes it"), max_length=300,
        help_text=gettext_lazy("An address or a citation that a clinician can look up."),
    )  # fmt: skip
    supporting_data = forms.ModelChoiceField(
        label=gettext_lazy("Schedule"), queryset=SupportingDataTable.objects.none(), required=False
    )
    authority = forms.CharField(
        label=gettext_lazy("Authority"), max_length=120, required=False,
        help_text=gettext_lazy("Who says otherwise than the CDC. Needed with anything below."),
    )  # fmt: skip
    without = forms.MultipleChoiceField(
        label=gettext_lazy("Vaccines that are not recommended here"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    antigens = forms.JSONField(
        label=gettext_lazy("Antigens with series of their own"), required=False, initial=dict,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy("As in the compact table of the schedule: {name: row}. Leave empty where none differs."),
    )  # fmt: skip
    roll_over = forms.BooleanField(
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "The CDC's dates of the last season a year later, in your organisation's name. Newer data of the CDC go "
            "before."
        ),
    )

    def __init__(self, *args: Any, system: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.system = system
        self.shipped = seasons.shipped(timezone.localdate())
        if self.shipped is None:
            del self.fields["roll_over"]
        else:
            self.fields["roll_over"].label = _("Season dates rolled over to %(season)s") % {"season": self.shipped.name}
        regions, tables = self.fields["region"], self.fields["supporting_data"]
        assert isinstance(regions, forms.ModelChoiceField)
        assert isinstance(tables, forms.ModelChoiceField)
        regions.queryset = Region.objects.filter(system=system).order_by("name")
        tables.queryset = SupportingDataTable.objects.defer("table").order_by("-published")
        tables.label_from_instance = lambda table: f"CDSi {table.version}"  # type: ignore[method-assign, assignment]
        packaged = packaged_policy().schedule
        tables.empty_label = _("CDSi %(version)s, as shipped") % {"version": packaged.version}
        groups = self.fields["without"]
        assert isinstance(groups, forms.MultipleChoiceField)
        groups.choices = [(group, group) for group in sorted(packaged.groups)]

    def clean_antigens(self) -> dict[str, Any]:
        value = self.cleaned_data["antigens"] or {}
        if not isinstance(value, dict):
            raise forms.ValidationError(_("This is an object: antigen names with their rows."))
        return value

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        differs = data.get("without") or data.get("antigens")
        if differs and not data.get("authority"):
            self.add_error("authority", _("Name who says so."))
        if data.get("start") and data["start"] < timezone.localdate():
            self.add_error("start", _("Choose today or a day that is still to come."))
        return data

    @property
    def overlay(self) -> dict[str, Any]:
        data = self.cleaned_data
        parts = {"authority": data["authority"], "without": data["without"], "antigens": data["antigens"]}
        if self.shipped is not None and data["roll_over"]:
            parts["seasons"] = self.shipped.overlay(self.system.name)
        return {name: value for name, value in parts.items() if value}


def own_system(request: AuthenticatedHttpRequest) -> Organization:
    """The system in which the reader holds a role."""
    found = first_system(request.user)
    if found is None:
        return get_object_or_404(Organization, pk=uuid.UUID(int=0))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@requires("prevention.set_immunisation_policy")
def policies(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What holds in each market, what comes, and the form; "look ahead" counts before anything is kept."""
    system, today = own_system(request), timezone.localdate()
    form = PolicyForm(request.POST or None, system=system, initial={"start": today})
    preview = None
    if request.method == "POST" and form.is_valid():
        try:
            policy = actions.compiled(form.cleaned_data["supporting_data"], form.overlay)
        except PolicyError as refused:
            form.add_error("antigens", str(refused))
        else:
            if request.POST.get("keep"):
                _keep(request, form, system)
                return redirect("prevention:immunisation_policies")
            preview = _preview(form, policy, system)
    held = ImmunisationPolicy.objects.filter(managing_organization=system).select_related("region", "set_by")
    rows = [
        {
            "policy": row,
            "is_past": row.period.upper is not None and row.period.upper <= today,
            "is_now": row.period.lower <= today and (row.period.upper is None or row.period.upper > today),
            "overlay": json.dumps(row.overlay.get("without", [])) if row.overlay else "",
            "season": row.overlay.get("seasons", {}).get("name", ""),
        }
        for row in held.order_by("region__name", "-period")[:SHOWN]
    ]
    context = {
        "form": form,
        "preview": preview,
        "rows": rows,
        "packaged": packaged_policy().base_authority,
        "over": over_in_words(system, today),
        "shipped": form.shipped,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "prevention/immunisation_policies.html", context, status=status)


def over_in_words(system: Organization, today: datetime.date) -> list[str]:
    """`Everywhere else: Flu, until 30 Jun 2026`, a line for each market in which seasons have run out."""
    lines = []
    for market in actions.seasons_over(system, today):
        groups = [
            _("%(vaccine)s until %(day)s")
            % {
                "vaccine": IN_WORDS.get(ended.vaccine_group, ended.vaccine_group),
                "day": short_date(ended.on, "year"),
            }
            for ended in market.ended
        ]
        where = str(market.region) if market.region else _("Everywhere else")
        lines.append(f"{where}: {', '.join(groups)}")
    return lines


@require_POST
@requires("prevention.set_immunisation_policy")
def roll_over(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The roll-over that kpcare ships, laid over every market whose seasons have run out."""
    try:
        made = actions.roll_over_seasons(by=request.user, system=own_system(request), today=timezone.localdate())
    except ValueError:
        messages.error(request, _("No roll-over is carried for today: load newer data of the CDC."))
    else:
        if made:
            notify(request, _("Rolled over. The next nightly run evaluates again whoever it changes anything for."))
        else:
            notify(request, _("No season had run out."))
    return redirect("prevention:immunisation_policies")


def _keep(request: AuthenticatedHttpRequest, form: PolicyForm, system: Organization) -> None:
    data = form.cleaned_data
    actions.set_policy(
        by=request.user, system=system, region=data["region"], name=data["name"], start=data["start"],
        source=data["source"], supporting_data=data["supporting_data"], overlay=form.overlay,
        today=timezone.localdate(),
    )  # fmt: skip
    notify(request, _("It is set. The next nightly run evaluates again whoever it changes anything for."))


def _preview(form: PolicyForm, policy: Policy, system: Organization) -> dict[str, Any]:
    region, start = form.cleaned_data["region"], form.cleaned_data["start"]
    people, again = actions.affected(policy, system=system, region=region, on=start)
    before = actions.in_force(system, region, start)
    gone = sorted(set(before.schedule.groups) - set(policy.schedule.groups))
    new = sorted(set(policy.schedule.groups) - set(before.schedule.groups))
    return {"people": people, "again": again, "gone": gone, "new": new, "same": before.key == policy.key}


def a_policy(request: AuthenticatedHttpRequest, policy_id: uuid.UUID) -> ImmunisationPolicy:
    """A policy of one's own system; 404 for another's."""
    return get_object_or_404(ImmunisationPolicy, pk=policy_id, managing_organization=own_system(request))


@require_POST
@requires("prevention.set_immunisation_policy", obj=a_policy)
def end_policy(request: AuthenticatedHttpRequest, policy_id: uuid.UUID) -> HttpResponse:
    """From today the market follows what holds everywhere else."""
    try:
        actions.end_policy(policy_id, by=request.user, on=timezone.localdate())
    except ValueError:
        notify(request, _("It had ended already."))
    else:
        notify(request, _("It has ended. The next nightly run evaluates again whoever followed it."))
    return redirect("prevention:immunisation_policies")
