"""Orders that were placed although a check objected: how many each prescriber passed, by which reason, and each."""

import datetime
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from clinical.actions.orders import NEEDS_REASON
from clinical.models import OrderAlert
from clinical.ports import check_label, order_checks
from core import audit
from core.asked import DayField, read_uuid
from core.http import AuthenticatedHttpRequest
from core.models import User
from core.permissions import requires
from core.scope import systems_where

PAGE = 50
PRESCRIBERS = 50
DAYS = datetime.timedelta(days=90)
Code = OrderAlert.OverrideCode
BADGE = {OrderAlert.Severity.HARD_STOP: "stop", OrderAlert.Severity.WARNING: "due"}


class OverrideFilter(forms.Form):
    """Which of them. All of it is optional; without a first day the last ninety days."""

    since = DayField(label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = DayField(
        label=gettext_lazy("To, that day included"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    check_name = forms.ChoiceField(label=gettext_lazy("Objection"), required=False)
    code = forms.ChoiceField(
        label=gettext_lazy("Reason"), required=False, choices=[("", gettext_lazy("any")), *Code.choices]
    )
    only_stops = forms.BooleanField(label=gettext_lazy("Only stops"), required=False)
    # A link from the table names the prescriber by key: addresses stay out of the address bar.
    by = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["check_name"].choices = [  # type: ignore[attr-defined]  # a ChoiceField's
            ("", _("any")),
            *((name, check_label(name)) for name in order_checks()),
        ]


def passed(user: User) -> QuerySet[OrderAlert]:
    """Objections that were passed at the systems where the user reviews them; nothing that a label keeps apart."""
    systems = systems_where(user, "clinical.review_overrides")
    return OrderAlert.objects.filter(
        order_id__isnull=False,
        severity__in=NEEDS_REASON,
        sensitivity=0,
        member__managing_organization__in=systems,
    )


def _chosen(form: OverrideFilter, user: User) -> QuerySet[OrderAlert]:
    asked: dict[str, Any] = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = passed(user).filter(at__gte=_midnight(asked.get("since") or timezone.localdate() - DAYS))
    if asked.get("until"):
        found = found.filter(at__lt=_midnight(asked["until"] + datetime.timedelta(days=1)))
    if asked.get("check_name"):
        found = found.filter(check_name=asked["check_name"])
    if asked.get("code"):
        # Before there was a list every reason was in words.
        found = found.filter(override_code__in=[asked["code"], *([""] if asked["code"] == Code.OTHER else [])])
    return found.filter(severity=OrderAlert.Severity.HARD_STOP) if asked.get("only_stops") else found


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def _by_prescriber(found: QuerySet[OrderAlert]) -> list[dict[str, Any]]:
    """Who passed how many: orders, objections, stops among them, and reasons in words alone."""
    rows = (
        found.order_by()
        .values("by", "by__name")
        .annotate(
            orders=Count("order_id", distinct=True),
            objections=Count("id"),
            stops=Count("id", filter=Q(severity=OrderAlert.Severity.HARD_STOP)),
            in_words=Count("id", filter=Q(override_code__in=["", Code.OTHER])),
        )
    )
    return [{**row} for row in rows.order_by("-objections", "by__name")[:PRESCRIBERS]]


def _by_code(found: QuerySet[OrderAlert]) -> list[tuple[str, int]]:
    counts = dict(found.order_by().values_list("override_code").annotate(Count("id")))
    counts[Code.OTHER.value] = counts.get(Code.OTHER.value, 0) + counts.pop("", 0)
    return sorted(((str(Code(code).label), many) for code, many in counts.items() if many), key=lambda row: -row[1])


@require_safe
@requires("clinical.review_overrides")
def overrides(request: AuthenticatedHttpRequest) -> HttpResponse:
    """For pharmacists and the safety officer: counts for each prescriber and reason, then each objection that was
    passed, newest first. Those on the page are audited."""
    form = OverrideFilter(request.GET or None)
    found = _chosen(form, request.user)
    prescribers, codes = _by_prescriber(found), _by_code(found)
    who = form.cleaned_data.get("by") if form.is_bound and form.is_valid() else None
    listed = found.filter(by=who) if who else found
    if before := read_uuid(request.GET.get("before")):
        listed = listed.filter(pk__lt=before)
    rows = list(listed.select_related("by", "member").order_by("-id")[: PAGE + 1])
    query = request.GET.copy()
    if len(rows) > PAGE:
        query["before"] = str(rows[PAGE - 1].pk)
    audit.record_read(
        request.user,
        verb="clinical.review_overrides",
        members={row.member_id for row in rows[:PAGE]},
        detail={"rows": len(rows[:PAGE])},
        request=request,
    )
    counted = (_("Orders"), _("Objections passed"), _("Stops"), _("In words alone"))
    context = {
        "form": form,
        "prescribers": prescribers,
        "codes": codes,
        "who": next((row["by__name"] for row in prescribers if row["by"] == who), ""),
        "rows": [
            {
                "alert": row,
                "check": check_label(row.check_name),
                "badge": BADGE[OrderAlert.Severity(row.severity)],
                "why": Code(row.override_code or Code.OTHER).label,
            }
            for row in rows[:PAGE]
        ],
        "next": f"?{query.urlencode()}" if len(rows) > PAGE else "",
        "counts": [{"label": _("Prescriber")}, *({"label": label, "numeric": True} for label in counted)],
        "reasons": [{"label": _("Reason")}, {"label": _("Objections passed"), "numeric": True}],
        "columns": [
            {"label": label}
            for label in (_("When"), _("Who"), _("Whose record"), _("Objection"), _("Why all the same"))
        ],
    }
    return render(request, "clinical/overrides.html", context)
