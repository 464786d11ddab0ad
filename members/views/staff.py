"""Registration, corrections, and who may be the same person."""

import uuid

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import audit
from core.http import AuthenticatedHttpRequest
from core.models import User
from core.notices import notify
from core.permissions import may, requires
from members import actions, matching
from members.forms import PersonEditForm, PersonForm, RegistrationForm
from members.models import MatchReview, Member, MemberAddress
from members.querysets import e164
from members.views.desk import frame, member_of
from members.views.duplicates import weights
from network.models import Organization
from network.permissions import roles_in_force

ADDRESS = ("line1", "city", "state", "postal_code")


def review_of(request: AuthenticatedHttpRequest, review_id: uuid.UUID) -> MatchReview:
    return get_object_or_404(MatchReview, pk=review_id)


def systems_of(user: User) -> QuerySet[Organization]:
    """The systems where the user works today."""
    ids = {held.organization.system_id or held.organization_id for held in roles_in_force(user)}
    return Organization.objects.filter(pk__in=ids)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("members.register")
def register(request: AuthenticatedHttpRequest) -> HttpResponse:
    """A new person; who resembles them is shown first, so that nobody is registered twice."""
    form = RegistrationForm(request.POST or None, systems=systems_of(request.user))
    alike: list[Member] = []
    if request.method == "POST" and form.is_valid():
        # Before looking: of two clicks at once the second meets whom the first has registered.
        actions.lock_identities()
        alike = _alike(form.cleaned_data)
        if not alike or form.is_somebody_else(alike):
            member = _register(request, form.cleaned_data, alike)
            notify(request, _("Registered with record number %(mrn)s.") % {"mrn": member.mrn})
            return redirect("members:edit", member_id=member.pk)
        form.list_above(alike)
    return render(request, "members/register.html", {"form": form, "alike": alike})


def _alike(values: dict) -> list[Member]:
    person = matching.Person(
        family=values["family"],
        given=values["given"],
        birth_date=values["birth_date"],
        sex=values["sex"],
        line1=values["line1"],
        postal_code=values["postal_code"],
        phones=frozenset({e164(values["phone"])} - {""}),
    )
    (candidates,) = matching.candidates_for([person], values["organization"].pk)
    _verdict, matches = matching.decide(person, candidates)
    found = Member.objects.in_bulk([match.member_id for match in matches])
    return [found[match.member_id] for match in matches if match.member_id in found]


def _register(request: AuthenticatedHttpRequest, values: dict, alike: list[Member]) -> Member:
    address = {name: values[name] for name in ADDRESS}
    telecoms = [("phone", e164(values["phone"]))] if values["phone"] else []
    telecoms += [("email", values["email"])] if values["email"] else []
    return actions.register_member(
        by=request.user,
        managing_organization=values["organization"],
        address=address if any(address.values()) else None,
        telecoms=telecoms,
        beside=[member.pk for member in alike],
        **{name: values[name] for name in PersonForm.Meta.fields},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires("members.update", obj=member_of)
def edit(request: AuthenticatedHttpRequest, member_id: uuid.UUID) -> HttpResponse:
    """Correct what is known of a person; history keeps what stood before."""
    member, found = request.record, Member.objects.all()
    if request.method == "POST":
        # Between looking at what stands and saving nobody else saves.
        found = found.select_for_update()
    form = PersonEditForm(request.POST or None, instance=found.get(pk=member.pk))
    if request.method == "POST" and form.is_valid():
        changed = actions.update_member(member, by=request.user, **form.cleaned_data)
        notify(request, _("Saved.") if changed else _("Nothing was changed."))
        return redirect("members:edit", member_id=member.pk)
    audit.record_read(request.user, verb="members.edit", obj=member, request=request)
    context = {**frame(request, member, "edit"), "form": form}
    return render(request, "members/edit.html", context, status=409 if form.is_stale else 200)


@require_safe
@requires("members.decide_match")
def matches(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Incoming people who may be somebody we know, oldest first."""
    reviews = MatchReview.objects.filter(
        status=MatchReview.Status.OPEN, managing_organization__in=systems_of(request.user)
    ).order_by("created_at")
    audit.record_read(request.user, verb="members.matches", request=request)
    context = {
        "reviews": reviews[:100],
        "count": reviews.count(),
        "may_merge": bool(may(request.user, "members.merge")),
    }
    return render(request, "members/matches.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("members.decide_match", obj=review_of)
def match(request: AuthenticatedHttpRequest, review_id: uuid.UUID) -> HttpResponse:
    """One incoming person beside those they may be; a person decides."""
    review = request.record
    known = Member.objects.in_bulk([candidate["member"] for candidate in review.candidates])
    if request.method == "POST":
        chosen = request.POST.get("member", "")
        try:
            member = None if chosen == "new" else known[uuid.UUID(chosen)]
            actions.decide_match(review, by=request.user, member=member)
        except (KeyError, ValueError):
            notify(request, _("Nothing was decided: choose one of those shown."), level=messages.WARNING)
            return redirect("members:match", review_id=review.pk)
        notify(request, _("Decided. Try again what the import set aside."))
        return redirect("members:matches")
    audit.record_read(request.user, verb="members.match", obj=review, request=request)
    candidates = []
    for c in review.candidates:
        candidate = known.get(uuid.UUID(c["member"]))
        if candidate is not None:
            match = matching.Match(candidate.pk, c["score"], c["agreements"])
            candidates.append(
                {
                    "known": candidate,
                    "score": c["score"],
                    "weights": weights(match),
                    "rows": _beside(review.incoming, candidate),
                }
            )
    labels = (_("What"), _("As sent"), _("As we know them"), _("The same?"))
    context = {
        "review": review,
        "candidates": candidates,
        "columns": [{"label": label} for label in labels],
        "crumbs": [{"label": _("Match review"), "url": reverse("members:matches")}],
    }
    return render(request, "members/match.html", context)


def _beside(sent: dict, known: Member) -> list[dict]:
    """What was sent beside what we know, line by line."""
    today = timezone.localdate()
    home = MemberAddress.objects.filter(member=known, period__contains=today).order_by("use").first()
    lines = (
        (_("Family name"), sent.get("family"), known.family),
        (_("Given name"), sent.get("given"), known.given),
        (_("Middle name"), sent.get("middle"), known.middle),
        (_("Born"), sent.get("birth_date"), known.birth_date.isoformat() if known.birth_date else ""),
        (_("Sex"), sent.get("sex"), known.sex),
        (_("Street"), sent.get("line1"), home.line1 if home else ""),
        (_("Postal code"), (sent.get("postal_code") or "")[:5], home.postal_code[:5] if home else ""),
    )
    rows = []
    for label, left, right in lines:
        same = bool(left) and matching.fold(str(left)) == matching.fold(str(right))
        rows.append(
            {"label": label, "sent": left, "known": right, "same": same, "differs": bool(left and right) and not same}
        )
    return rows
