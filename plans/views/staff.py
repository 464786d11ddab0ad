"""A member's coverage on both time axes: every version, and why they were covered on a day as known then."""

import datetime
import uuid

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from core import audit
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import may, requires
from members.models import Member
from members.views.desk import frame, member_of
from plans import desk
from plans.actions import preview_termination
from plans.eligibility import last_day, why_eligible
from plans.forms import EligibilityForm, EndForm, EnrolmentForm
from plans.models import Coverage, CoveragePeriod, Product
from plans.timeline import CoverageError


@require_safe
@requires("plans.view_coverage", obj=member_of)
def history(request: AuthenticatedHttpRequest, member_id: uuid.UUID) -> HttpResponse:
    """All versions, newest knowledge first, and the answer to "why eligible?" for a day and an instant."""
    member = request.record
    audit.record_read(request.user, verb="plans.history", obj=member, request=request)
    form = EligibilityForm(request.GET or None, initial={"on": timezone.localdate()})
    answer = None
    if form.is_valid():
        answer = why_eligible(
            member.pk, form.cleaned_data["on"], form.cleaned_data["known_at"], form.cleaned_data["benefit"]
        )
    versions = CoveragePeriod.objects.of_member(member).select_related("product", "recorded_by").history()
    rows = [{"version": row, "last": last_day(row.valid.upper) if row.valid.upper else None} for row in versions[:200]]
    context = {
        **frame(request, member, "coverage"),
        "form": form,
        "answer": answer,
        "rows": rows,
        "may_change": bool(may(request.user, "plans.change_coverage", member)),
    }
    return render(request, "plans/history.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("plans.change_coverage", obj=member_of)
def enrol(request: AuthenticatedHttpRequest, member_id: uuid.UUID) -> HttpResponse:
    """Cover the person: first what would change is shown, then it is done."""
    member, today = request.record, timezone.localdate()
    form = EnrolmentForm(
        request.POST or None, system_id=member.managing_organization_id, initial={"start": _first_of_next(today)}
    )
    preview = None
    if request.method == "POST" and form.is_valid():
        asked = desk.Enrolment(member, **{name: form.cleaned_data[name] for name in form.fields})
        try:
            preview = desk.preview(asked, as_of=today)
            if "confirm" in request.POST:
                with transaction.atomic():
                    desk.enrol_by_hand(asked, by=request.user, as_of=today)
                notify(request, _("Enrolled. Coverage, doctor and invitation are in place."))
                return redirect("plans:history", member_id=member.pk)
        except CoverageError as refused:
            preview = None
            form.add_error(None, str(refused))
    audit.record_read(request.user, verb="plans.enrol", obj=member, request=request)
    context = {**frame(request, member, "coverage"), "form": form, "preview": preview, "products": _products(preview)}
    return render(request, "plans/enrol.html", context)


def _first_of_next(day: datetime.date) -> datetime.date:
    return (day.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)


def _products(preview: desk.EnrolmentPreview | None) -> list[dict]:
    """Segments lost and gained with the product's name."""
    if preview is None:
        return []
    segments = [("lost", segment) for segment in preview.lost] + [("gained", segment) for segment in preview.gained]
    names = Product.objects.in_bulk([segment.product_id for _kind, segment in segments])
    return [
        {
            "is_gained": kind == "gained",
            "product": names[segment.product_id],
            "start": segment.start,
            "last": last_day(segment.end) if segment.end else None,
        }
        for kind, segment in segments
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@requires("plans.change_coverage", obj=member_of)
def end_coverage(request: AuthenticatedHttpRequest, member_id: uuid.UUID) -> HttpResponse:
    """End coverage: who loses what, and what happened in the time that is taken back, is shown before it is done."""
    member, today = request.record, timezone.localdate()
    coverages = Coverage.objects.filter(member=member, is_former=False).select_related("contract__group").order_by("pk")
    form = EndForm(request.POST or None, coverages=coverages, initial={"end": _first_of_next(today)})
    preview = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        preview = preview_termination(said["coverage"], end=said["end"], as_of=today, family=said["family"])
        if not preview.lost:
            form.add_error("end", _("No coverage stands from that day on, so there is none to end."))
            preview = None
        elif "confirm" in request.POST:
            try:
                changed = desk.end_by_hand(
                    said["coverage"], by=request.user, end=said["end"], family=said["family"], reason=said["reason"]
                )
            except CoverageError as refused:
                # Somebody else has ended it since the preview.
                form.add_error("end", str(refused))
                preview = None
            else:
                notify(
                    request,
                    ngettext("Coverage of %(n)s person ends.", "Coverage of %(n)s people ends.", len(changed))
                    % {"n": len(changed)},
                )
                return redirect("plans:history", member_id=member.pk)
    audit.record_read(request.user, verb="plans.end_coverage", obj=member, request=request)
    people = Member.objects.in_bulk([coverage.member_id for coverage, _segment in preview.lost]) if preview else {}
    names = Product.objects.in_bulk([segment.product_id for _c, segment in preview.lost]) if preview else {}
    lost = [
        {
            "person": people.get(coverage.member_id),
            "product": names[segment.product_id],
            "start": segment.start,
            "last": last_day(segment.end) if segment.end else None,
        }
        for coverage, segment in (preview.lost if preview else [])
    ]
    context = {
        **frame(request, member, "coverage"),
        "form": form,
        "preview": preview,
        "lost": lost,
        "has_coverage": coverages.exists(),
    }
    return render(request, "plans/end_coverage.html", context)
