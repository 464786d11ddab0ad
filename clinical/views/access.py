"""Who opened my record: the member sees access by reason, and who looked. Auditors see every access by reason."""

import datetime
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from django import forms
from django.db.models import BooleanField, Count, F, Func, Max, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from clinical import access as actions
from clinical.forms import AccessReviewForm
from clinical.models import AccessReview, BreakTheGlass
from core import audit, questions
from core.asked import DayField
from core.http import AuthenticatedHttpRequest
from core.models import AuditEvent, OutboxMessage, User
from core.navigation import frame
from core.notices import notify
from core.permissions import requires
from members.models import Member
from members.portal import is_own, open_member
from members.ports import Place, PortalCard
from network.models import RoleAssignment

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

Outcome = AccessReview.Outcome
SHOWN = 50
PAGE = 50


def opened_notices(request: AuthenticatedHttpRequest, member: Member) -> QuerySet[OutboxMessage]:
    """Notices to the signed-in person that somebody gave a reason and opened this record, not looked at yet."""
    return OutboxMessage.objects.filter(
        user=request.user, member_id=member.pk, channel="portal", template="record_opened", read_at__isnull=True
    )


def opened_card(request: AuthenticatedHttpRequest, member: Member) -> PortalCard | None:
    """The home's card until the member has looked who it was."""
    if not is_own(request.user, member) or not opened_notices(request, member).exists():
        return None
    last = BreakTheGlass.objects.filter(member=member).order_by("-at").first()
    return PortalCard(Place.NEEDS_YOU, "clinical/portal/card_opened.html", {"opened": last}) if last else None


def role_words(roles: str) -> str:
    """The roles of an audit row in people's words: `physician,nurse` gives "Physician, Nurse"."""
    labels = dict(RoleAssignment.Role.choices)
    return ", ".join(str(labels.get(role, role)) for role in roles.split(",") if role)


@require_safe
@requires("members.portal_view", obj=open_member)
def who_opened(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Access by reason with name and reason, and everybody else who looked, with the day they last did."""
    member, now = request.record, timezone.now()
    by_reason = BreakTheGlass.objects.filter(member=member).select_related("user").order_by("-at")[:SHOWN]
    looked = list(
        AuditEvent.objects.filter(audit.about(member.pk), action=AuditEvent.Action.READ)
        .exclude(user_id=request.user.pk)
        .values("user_id", "role")
        .annotate(last=Max("at"))
        .order_by("-last")[:SHOWN]
    )
    names = dict(User.objects.filter(pk__in=[row["user_id"] for row in looked]).values_list("pk", "name"))
    audit.record_read(request.user, verb="clinical.view_access", member_id=member.pk, request=request)
    opened_notices(request, member).update(read_at=now)
    return render(
        request,
        "clinical/who_opened.html",
        {
            "by_reason": [{"access": access, "is_open": access.until > now} for access in by_reason],
            "looked": [
                {
                    **row,
                    "name": names.get(row["user_id"], "") if row["user_id"] else "",
                    "role": role_words(row["role"]),
                }
                for row in looked
            ],
            "member": member,
            # What was written about the member in a hurry is for them, not for whoever helps with visits and bills.
            "shows_reason": is_own(request.user, member),
        },
    )


# --- For auditors ---------------------------------------------------------------------------------------------


# What names somebody, and what does not.
NAMING, BESIDE = ("record_number", "user"), ("since", "until", "only_open", "only_waiting")


class AccessFilter(forms.Form):
    """Which accesses by reason. All of it is optional."""

    record_number = forms.CharField(label=gettext_lazy("Record number"), required=False, max_length=12)
    user = forms.CharField(label=gettext_lazy("E-mail address of the user"), required=False, max_length=254)
    since = DayField(label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = DayField(
        label=gettext_lazy("To, that day included"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    only_open = forms.BooleanField(label=gettext_lazy("Only those still open"), required=False)
    only_waiting = forms.BooleanField(label=gettext_lazy("Only those to be reviewed or followed up"), required=False)


def _all() -> "QuerySet[WithAnnotations[BreakTheGlass, Found]]":
    """Every access within reach, newest first, with the outcome of its last review, or nothing."""
    last = AccessReview.objects.filter(access=OuterRef("pk"), member_id=OuterRef("member_id")).order_by("-at", "-id")
    found = BreakTheGlass.objects.select_related("user", "member").order_by("-id")
    return found.annotate(outcome=Coalesce(Subquery(last.values("outcome")[:1]), Value("")))


def _asked(form: AccessFilter) -> QuerySet[BreakTheGlass]:
    """What the form asks for, newest first; an unknown member or user has none."""
    found = _all()
    asked = form.cleaned_data
    if asked["record_number"]:
        member_id = frame.member_of_number(asked["record_number"]) if frame.member_of_number else None
        found = found.filter(member=member_id) if member_id else found.none()
    if asked["user"]:
        found = found.filter(user__email__iexact=asked["user"].strip())
    if asked["since"]:
        found = found.filter(at__gte=_midnight(asked["since"]))
    if asked["until"]:
        found = found.filter(at__lt=_midnight(asked["until"] + datetime.timedelta(days=1)))
    if asked["only_waiting"]:
        found = found.exclude(outcome__in=[Outcome.APPROPRIATE, Outcome.INAPPROPRIATE])
    return found.filter(until__gt=timezone.now()) if asked["only_open"] else found


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


class Found(TypedDict):
    """The outcome of the last review, empty without one."""

    outcome: str


class Looks(TypedDict):
    """How many pages were opened, and in which roles (None: not on record)."""

    looks: int
    roles: str | None


def _with_looks(found: QuerySet[BreakTheGlass]) -> "QuerySet[WithAnnotations[BreakTheGlass, Looks]]":
    """Each with how many pages of the record the user opened in that time, and the roles they held when they did."""
    # Of a record that was merged the access moves, and what the audit says of it stays where it was written.
    theirs = Func(
        F("member_id"),
        Func(OuterRef("member_id"), function="core_records_of"),
        template="%(expressions)s)",
        arg_joiner=" = ANY (",
        output_field=BooleanField(),
    )
    by_them = AuditEvent.objects.filter(theirs, user_id=OuterRef("user_id"))
    during = by_them.filter(at__gte=OuterRef("at"), at__lt=OuterRef("until")).order_by()
    looks = during.filter(action=AuditEvent.Action.READ).values("user_id").annotate(many=Count("id")).values("many")
    broke = by_them.filter(verb="clinical.break_the_glass")
    return found.annotate(looks=Coalesce(Subquery(looks), 0), roles=Subquery(broke.order_by("-at").values("role")[:1]))


def _last_reviews(accesses: Sequence[BreakTheGlass]) -> dict[uuid.UUID, AccessReview]:
    """The review that counts of each access that has one."""
    rows = AccessReview.objects.filter(access__in=[each.pk for each in accesses]).select_related("reviewed_by")
    return {row.access_id: row for row in rows.order_by("at", "id")}


@require_http_methods(["GET", "HEAD", "POST"])
@requires("clinical.review_access", only_asks=True)
def accesses(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Every access by reason within reach, newest first, with what was looked at; auditors read the reasons."""
    if request.method == "POST":
        return questions.ask(request, *NAMING, beside=BESIDE)
    form = AccessFilter(questions.asked(request, *NAMING) or None)
    found = _asked(form) if form.is_bound and form.is_valid() else BreakTheGlass.objects.none()
    if not form.is_bound:
        found = _all()
    before = request.GET.get("before", "")
    if before:
        try:
            found = found.filter(pk__lt=before)
        except (ValueError, forms.ValidationError):
            found = found.none()
    rows = list(_with_looks(found)[: PAGE + 1])
    query = request.GET.copy()
    if len(rows) > PAGE:
        query["before"] = str(rows[PAGE - 1].pk)
    audit.record_read(request.user, verb="clinical.review_access", detail={"rows": len(rows[:PAGE])}, request=request)
    now = timezone.now()
    reviews = _last_reviews(rows[:PAGE])
    shown: list[dict[str, Any]] = [
        {
            "access": row,
            "is_open": row.until > now,
            "roles": role_words(row.roles or ""),
            "review": reviews.get(row.pk),
            "can_review": row.user_id != request.user.pk,
        }
        for row in rows[:PAGE]
    ]
    labels = (_("When"), _("Who"), _("Whose record"), _("Reason"), _("Pages opened"), _("Until"), _("Review"))
    context = {
        "form": form,
        "rows": shown,
        "open": sum(row["is_open"] for row in shown),
        "waiting": sum(row["review"] is None for row in shown),
        "next": f"?{query.urlencode()}" if len(rows) > PAGE else "",
        "columns": [{"label": label, "numeric": label == labels[4]} for label in labels],
    }
    return render(request, "clinical/accesses.html", context)


def access_of(request: AuthenticatedHttpRequest, access_id: uuid.UUID) -> BreakTheGlass:
    """The access within the reader's reach; 404 for any other."""
    return get_object_or_404(BreakTheGlass.objects.select_related("user", "member"), pk=access_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("clinical.settle_access", obj=access_of)
def review(request: AuthenticatedHttpRequest, access_id: uuid.UUID) -> HttpResponse:
    """Say what was found about one access by reason: who, why, what they opened, and what was found before."""
    opened: BreakTheGlass = request.record
    form = AccessReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.review_access(opened, by=request.user, **form.cleaned_data)
        except ValueError as refused:
            form.add_error("note", str(refused))
        else:
            notify(request, _("The review is on record."))
            return redirect("clinical:accesses")
    (with_looks,) = _with_looks(BreakTheGlass.objects.filter(pk=opened.pk))
    context = {
        "access": opened,
        "form": form,
        "looks": with_looks.looks,
        "roles": role_words(with_looks.roles or ""),
        "is_open": opened.until > timezone.now(),
        "reviews": opened.reviews.select_related("reviewed_by").order_by("-at", "-id"),
    }
    return render(request, "clinical/review_access.html", context, status=422 if form.errors else 200)
