"""Pages for those who watch over the system: the access log, messages sent, jobs and how far they are."""

import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from core import audit, jobs, outbox
from core.asked import DayField, read_number
from core.http import AuthenticatedHttpRequest
from core.models import AuditEvent, JobRun, OutboxMessage, User
from core.navigation import frame
from core.notices import notify
from core.permissions import require, requires
from core.scope import log_for, runs_for
from core.starters import starter, starters_for

PAGE = 100
NOBODY = UUID(int=0)
STATES = {"queued": "info", "running": "info", "done": "good", "failed": "stop", "cancelled": "due"}


class AuditFilter(forms.Form):
    """What an auditor asks for. All of it is optional."""

    record_number = forms.CharField(label=gettext_lazy("Record number"), required=False, max_length=12)
    user = forms.CharField(label=gettext_lazy("E-mail address of the user"), required=False, max_length=254)
    since = DayField(label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = DayField(
        label=gettext_lazy("To, that day included"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    # Links from other pages name a person by key: record numbers and addresses stay out of the address bar.
    member = forms.UUIDField(required=False, widget=forms.HiddenInput)
    account = forms.UUIDField(required=False, widget=forms.HiddenInput)
    glass = forms.BooleanField(label=gettext_lazy("Only access by reason (break-the-glass)"), required=False)


def seen_by(user: User, naming: UUID | None = None) -> QuerySet[AuditEvent]:
    """Events about members whom the user reaches, and about nobody by accounts of their systems, newest first."""
    return log_for(AuditEvent.objects.all(), user, "core.view_audit", naming=naming).order_by("-id")


def chosen(form: AuditFilter, user: User) -> QuerySet[AuditEvent]:
    """The events that the form asks for; an unknown member or user has none."""
    asked = form.cleaned_data
    member = asked["member"]
    if asked["record_number"]:
        found = frame.member_of_number(asked["record_number"]) if frame.member_of_number else None
        if found is None or (member and member != found):
            return AuditEvent.objects.none()
        member = found
    events = seen_by(user, naming=member)
    if member:
        events = events.filter(audit.about(member))
    if asked["user"]:
        account = User.objects.filter(email__iexact=asked["user"]).first()
        events = events.filter(user_id=account.pk) if account else events.none()
    if asked["account"]:
        events = events.filter(user_id=asked["account"])
    if asked["since"]:
        events = events.filter(at__gte=_midnight(asked["since"]))
    if asked["until"]:
        events = events.filter(at__lt=_midnight(asked["until"] + datetime.timedelta(days=1)))
    return events.filter(verb="clinical.break_the_glass") if asked["glass"] else events


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def by_key(form: AuditFilter) -> str:
    """What the form asks for as an address: who it is about by key, so that no number or e-mail stands in it."""
    asked = form.cleaned_data
    if asked["record_number"]:
        found = frame.member_of_number(asked["record_number"]) if frame.member_of_number else None
        asked["member"] = found or NOBODY
    if asked["user"]:
        account = User.objects.filter(email__iexact=asked["user"]).first()
        asked["account"] = account.pk if account else NOBODY
    said = {name: asked[name] for name in ("member", "account", "since", "until", "glass") if asked[name]}
    return f"{reverse('core:audit_log')}?{urlencode(said)}"


@require_http_methods(["GET", "HEAD", "POST"])
@requires("core.view_audit", only_asks=True)
def audit_log(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Who did or read what: filtered by member, user and day, newest first. Looking is logged as well.

    The filter is posted, and leads on to an address that names a member or an account by key.
    """
    form = AuditFilter(request.POST if request.method == "POST" else request.GET or None)
    if request.method == "POST" and form.is_valid():
        return redirect(by_key(form))
    events = chosen(form, request.user) if form.is_bound and form.is_valid() else seen_by(request.user)
    before = request.GET.get("before", "")
    if last := read_number(before, most=2**63 - 1):
        events = events.filter(id__lt=last)
    rows = list(events[: PAGE + 1])
    names = dict(User.objects.filter(pk__in={row.user_id for row in rows if row.user_id}).values_list("pk", "name"))
    about = frame.names_of_members(row.member_id for row in rows if row.member_id) if frame.names_of_members else {}
    query = request.GET.copy()
    if len(rows) > PAGE:
        query["before"] = str(rows[PAGE - 1].pk)
    audit.record_read(request.user, verb="core.view_audit", detail={"rows": len(rows[:PAGE])}, request=request)
    return render(
        request,
        "core/audit_log.html",
        {
            "form": form,
            "whose": _whose(form),
            "events": [
                (row, names.get(row.user_id or NOBODY, ""), about.get(row.member_id or NOBODY, ""))
                for row in rows[:PAGE]
            ],
            "next": f"?{query.urlencode()}" if len(rows) > PAGE else "",
            "columns": [{"label": label} for label in (_("When"), _("Who"), _("What"), _("About"), _("Reason"))],
        },
    )


def _whose(form: AuditFilter) -> list[str]:
    """The member and the account that the page is about, by name."""
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    member, account = asked.get("member"), asked.get("account")
    names = frame.names_of_members([member]) if member and frame.names_of_members else {}
    person = User.objects.filter(pk=account).first() if account else None
    return [name for name in (names.get(member, "") if member else "", person.name if person else "") if name]


@requires("core.view_outbox")
def messages_sent(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The last messages of the reader's systems and how they fared.

    Only a demo shows their text: some hold a link that opens an account.
    """
    sent = log_for(OutboxMessage.objects.select_related("user"), request.user, "core.view_outbox")
    rows = list(sent.order_by("-created_at")[:PAGE])
    return render(
        request,
        "core/messages_sent.html",
        {
            "rows": [(message, _rendered(message) if settings.DEMO else None) for message in rows],
            "demo": settings.DEMO,
            "columns": [{"label": label} for label in (_("Written"), _("To"), _("By"), _("Message"), _("State"))],
        },
    )


def _rendered(message: OutboxMessage) -> outbox.Rendered | None:
    try:
        return outbox.render(message)
    except outbox.Undeliverable:
        return None


@requires("core.view_jobs")
def job_runs(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The jobs of late, with how far each is, how fast, and what the reader may start now."""
    runs = list(runs_for(request.user, "core.view_jobs").select_related("started_by").order_by("-created_at")[:20])
    going_on = [run for run in runs if run.status in (JobRun.Status.QUEUED, JobRun.Status.RUNNING)]
    context = {
        "open": [shown(run) for run in going_on],
        "can_stop": request.user.has_perm("core.run_jobs"),
        "ended": [shown(run) for run in runs if run not in going_on],
        "starters": starters_for(request.user) if request.user.has_perm("core.run_jobs") else [],
    }
    return render(request, "core/job_runs.html", context)


@requires("core.view_jobs")
def job_progress(request: AuthenticatedHttpRequest, run_id: UUID) -> HttpResponse:
    """One run in one line: asked for again and again while it goes on."""
    run = get_object_or_404(runs_for(request.user, "core.view_jobs").select_related("started_by"), pk=run_id)
    return render(request, "core/job_progress.html", {"run": shown(run)})


@require_POST
@requires("core.run_jobs")
def start_job(request: AuthenticatedHttpRequest, name: str) -> HttpResponse:
    """Hand a job to the workers now; asked for, confirmed and on record."""
    job = starter(name)
    if job is None:
        raise Http404
    require(request.user, job.permission, request=request)
    form = job.form(request.POST, user=request.user)
    if not form.is_valid():
        said = " ".join(str(error) for errors in form.errors.values() for error in errors)
        notify(request, _("Nothing was started. %(why)s") % {"why": said}, level=messages.WARNING)
        return redirect("core:job_runs")
    asked = {field: str(value) for field, value in form.cleaned_data.items()}
    audit.record(by=request.user, action="execute", verb="core.start_job", detail={"job": name, **asked})
    notify(request, job.start(by=request.user, **form.cleaned_data))
    return redirect("core:job_runs")


@require_POST
@requires("core.run_jobs")
def stop_job(request: AuthenticatedHttpRequest, run_id: UUID) -> HttpResponse:
    """Stop a run: shares at work finish, the others wait until somebody starts it again."""
    try:
        jobs.cancel_run(get_object_or_404(runs_for(request.user, "core.run_jobs"), pk=run_id), by=request.user)
    except ValueError:
        notify(request, _("It had ended already."), level=messages.WARNING)
    else:
        notify(request, _("It stops. What is done stays; starting it again takes the rest."))
    return redirect("core:job_runs")


def shown(run: JobRun) -> dict[str, Any]:
    """What the progress component takes for a run."""
    state = jobs.progress(run)
    going_on = run.status in (JobRun.Status.QUEUED, JobRun.Status.RUNNING)
    pace = [_time_left(state.left) if going_on else _took(state.elapsed), _rate(state.per_second)]
    # What did not happen is not said; sums of money are counted in cents and stand on the job's own pages.
    totals = {
        name: value
        for name, value in run.totals.items()
        if isinstance(value, int | float) and value and not name.endswith("amount")
    }
    return {
        "label": jobs.title_of(run),
        "state": run.get_status_display(),
        "status": STATES[run.status],
        "done": state.done,
        "total": state.total or "",
        "remaining": " · ".join(part for part in pace if part),
        "detail": run.error or ", ".join(f"{name.replace('_', ' ')} {value:,}" for name, value in totals.items()),
        "by": str(run.started_by),
        "when": run.created_at,
        "poll": reverse("core:job_progress", args=[run.pk]) if going_on else "",
        "stop": reverse("core:stop_job", args=[run.pk]) if going_on else "",
    }


def _rate(per_second: float | None) -> str:
    if per_second is None:
        return ""
    return _("%(rate)s members a second") % {"rate": f"{per_second:,.0f}"}


def _took(elapsed: datetime.timedelta | None) -> str:
    if elapsed is None:
        return ""
    minutes, seconds = divmod(int(elapsed.total_seconds()), 60)
    return _("took %(m)d min %(s)d s") % {"m": minutes, "s": seconds} if minutes else _("took %(s)d s") % {"s": seconds}


def _time_left(left: datetime.timedelta | None) -> str:
    if left is None:
        return ""
    minutes, seconds = divmod(int(left.total_seconds()), 60)
    return (
        _("about %(minutes)d min left") % {"minutes": minutes} if minutes else _("about %(s)d s left") % {"s": seconds}
    )
