"""Who works here and may do what: administrators of access give and end roles."""

import uuid
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import audit, questions
from core.accounts import change_account
from core.asked import read_number
from core.http import AuthenticatedHttpRequest
from core.models import User
from core.notices import notify
from core.permissions import may, requires
from network import actions, offers
from network.forms import EndForm, PeopleFilter, RoleForm, StaffForm
from network.models import RoleAssignment, RoleOffer
from network.querysets import managed_organizations, offers_at, roles_shown, staff_of

PAGE = 50


def crumbs(*more: tuple[str, str]) -> list[dict[str, str]]:
    """The way back to the list, and what lies between."""
    return [{"label": label, "url": url} for label, url in ((_("Access"), reverse("network:people")), *more)]


def protected(users: list[User]) -> set[uuid.UUID]:
    """Those of `users` who have set up a second proof for sign-in."""
    proofs = Authenticator.objects.filter(user__in=users).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return set(proofs.values_list("user_id", flat=True))


def _role(assignment: RoleAssignment, request: AuthenticatedHttpRequest) -> dict[str, Any]:
    today, period = timezone.localdate(), assignment.period
    if period.upper is not None and period.upper <= today:
        state, status = _("Ended"), "plain"
    elif period.lower is not None and period.lower > today:
        state, status = _("Begins later"), "info"
    else:
        state, status = _("In force"), "good"
    return {
        "assignment": assignment,
        "place": str(assignment.department or assignment.facility or assignment.organization),
        "state": state,
        "status": status,
        "can_end": status != "plain"
        and assignment.user_id != request.user.pk
        and bool(may(request.user, "network.manage_access", assignment)),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@requires("network.manage_access", only_asks=True)
def people(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Everybody with a role at the places that the administrator manages, by name."""
    if request.method == "POST":
        return questions.ask(request, "q", beside=("role", "past"))
    form = PeopleFilter(questions.asked(request, "q"))
    asked = form.cleaned_data if form.is_valid() else {}
    page = read_number(request.GET.get("page"), most=100_000) or 1
    page = min(max(page, 1), 1000)
    organizations = managed_organizations(request.user)
    found = staff_of(organizations, on=timezone.localdate(), **asked)
    users = list(found[(page - 1) * PAGE : page * PAGE + 1])
    safe = protected(users[:PAGE])
    audit.record_read(request.user, verb="network.people", detail={"rows": len(users[:PAGE])}, request=request)
    query = request.GET.copy()

    def at(number: int) -> str:
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    context = {
        "form": form,
        "rows": [
            {
                "person": user,
                "roles": [_role(one, request) for one in roles_shown(user)],
                "is_protected": user.pk in safe,
            }
            for user in users[:PAGE]
        ],
        "offers": [
            {"offer": offer, "place": str(offer.department or offer.facility or offer.organization)}
            for offer in offers_at(organizations)
        ],
        "columns": [{"label": label} for label in (_("Name"), _("Roles"), _("Sign-in"))],
        "next": at(page + 1) if len(users) > PAGE else "",
        "previous": at(page - 1) if page > 1 else "",
        "mfa_required": settings.STAFF_MFA_REQUIRED,
    }
    return render(request, "network/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("network.manage_access")
def add_person(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Somebody with a first role here: who is new gets a link to choose a password, anybody else is asked to accept."""
    form = StaffForm(
        request.POST or None,
        organizations=managed_organizations(request.user),
        initial={"start": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            given = offers.add_staff(
                by=request.user,
                email=said["email"],
                name=said["name"],
                language=said["language"],
                **_asked_role(said),
            )
        except actions.RoleRefused as refused:
            form.add_error(None, str(refused))
        except PermissionDenied:
            form.add_error("place", _("You do not manage access at this place."))
        else:
            if isinstance(given, RoleOffer):
                notify(request, _("They are asked by e-mail. The role holds once they have accepted it."))
                return redirect("network:people")
            notify(request, _("Role given. Somebody new gets a link by e-mail to choose a password."))
            return redirect("network:person", user_id=given.user_id)
    context = {"form": form, "mfa_required": settings.STAFF_MFA_REQUIRED, "crumbs": crumbs()}
    return render(request, "network/add_person.html", context)


def _asked_role(said: dict[str, Any]) -> dict[str, Any]:
    return {**said["place"], **{name: said[name] for name in ("role", "start", "end", "reason")}}


@require_http_methods(["GET", "HEAD", "POST"])
@requires("network.manage_access")
def person(request: AuthenticatedHttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """One account: its roles now, later and before; a further role is given here."""
    organizations = managed_organizations(request.user)
    user = staff_of(organizations, on=timezone.localdate(), past=True).filter(pk=user_id).first()
    if user is None:
        raise Http404
    form = RoleForm(request.POST or None, organizations=organizations, initial={"start": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            given = offers.give_or_offer_role(by=request.user, user=user, **_asked_role(form.cleaned_data))
        except actions.RoleRefused as refused:
            form.add_error(None, str(refused))
        except PermissionDenied:
            form.add_error("place", _("You do not manage access at this place."))
        else:
            is_offer = isinstance(given, RoleOffer)
            notify(
                request,
                _("They are asked by e-mail. The role holds once they have accepted it.")
                if is_offer
                else _("Role given. It holds from the next page they open."),
            )
            return redirect("network:person", user_id=user.pk)
    audit.record_read(request.user, verb="network.person", obj=user, request=request)
    roles = [_role(one, request) for one in roles_shown(user)]
    context = {
        "person": user,
        "current": [role for role in roles if role["status"] != "plain"],
        "past": [role for role in roles if role["status"] == "plain"],
        "form": form,
        "crumbs": crumbs(),
        "is_self": user.pk == request.user.pk,
        "is_protected": bool(protected([user])),
        "mfa_required": settings.STAFF_MFA_REQUIRED,
    }
    return render(request, "network/person.html", context)


def assignment_of(request: AuthenticatedHttpRequest, assignment_id: uuid.UUID) -> RoleAssignment:
    found = RoleAssignment.objects.select_related("user", "organization", "facility", "department__facility")
    return get_object_or_404(found, pk=assignment_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("network.manage_access", obj=assignment_of)
def end_role(request: AuthenticatedHttpRequest, assignment_id: uuid.UUID) -> HttpResponse:
    """Ask from which day on, and end the role."""
    assignment = request.record
    form = EndForm(request.POST or None, initial={"end": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_role(
                assignment, by=request.user, on=form.cleaned_data["end"], reason=form.cleaned_data["reason"]
            )
        except actions.RoleRefused as refused:
            form.add_error(None, str(refused))
        else:
            notify(request, _("The role ends. They lose what it opened from that day on."))
            # A role that began today is taken back whole; without any other the person is none of this place.
            ours = staff_of(managed_organizations(request.user), on=timezone.localdate(), past=True)
            if not ours.filter(pk=assignment.user_id).exists():
                return redirect("network:people")
            return redirect("network:person", user_id=assignment.user_id)
    user = assignment.user
    context = {
        "role": _role(assignment, request),
        "assignment": assignment,
        "form": form,
        "crumbs": crumbs((user.name, reverse("network:person", args=[user.pk]))),
    }
    return render(request, "network/end_role.html", context)


def account_of(request: AuthenticatedHttpRequest, user_id: uuid.UUID) -> User:
    return get_object_or_404(User, pk=user_id)


@require_POST
@requires("core.manage_account", obj=account_of)
def switch_account(request: AuthenticatedHttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Close an account, or open it again."""
    user = request.record
    try:
        change_account(user, by=request.user, is_active=not user.is_active)
    except ValueError:
        notify(
            request,
            _("Nobody opens or closes their own account here: ask another administrator."),
            level=messages.WARNING,
        )
        return redirect("network:person", user_id=user.pk)
    notify(
        request,
        _("The account is closed: whoever is signed in with it is out at once.")
        if user.is_active
        else _("The account is open again."),
    )
    return redirect("network:person", user_id=user.pk)
