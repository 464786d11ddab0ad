"""Writes about who works where, the places themselves, and apps. Each is one transaction with its audit row inside."""

import datetime
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext as _
from oauth2_provider.models import AbstractApplication, get_application_model
from oauth2_provider.scopes import get_scopes_backend

from core import audit
from core.models import AppScopes, User
from core.permissions import require
from network.models import Bed, Clinician, Department, Facility, Organization, Resource, RoleAssignment, Room
from network.permissions import administers, covers, roles_in_force

Role = RoleAssignment.Role
Date = datetime.date


class RoleRefused(ValueError):
    """The role cannot be given or ended so; the message says why and what can be done."""


class AcceptanceNeeded(RoleRefused):
    """The account is somebody's who does not work here: a role holds once they have accepted it."""


@transaction.atomic
def give_role(
    *,
    by: User,
    user: User,
    role: str,
    organization: Organization,
    facility: Facility | None = None,
    department: Department | None = None,
    start: Date,
    end: Date | None = None,
    reason: str = "",
) -> RoleAssignment:
    """`user`, who works where `by` manages access, holds `role` over `[start, end)` from now on.

    It holds at the organisation, or narrower at a facility or department of it. Raises `PermissionDenied` where `by`
    does not manage access at that place, `AcceptanceNeeded` for an account of somebody who does not work under `by`
    (`network.offers.offer_role`), and `RoleRefused` for one's own account, for a place that is not part of the other,
    for a role that does not fit the kind of account, and where the role is held there already.
    """
    given = asked_role(by, user, role, organization, facility, department, start, end)
    if not works_under(by, given):
        raise AcceptanceNeeded("This account is somebody's already: they are asked first.")
    return hold(given, by=by, verb="network.give_role", reason=reason)


def asked_role(
    by: User,
    user: User,
    role: str,
    organization: Organization,
    facility: Facility | None,
    department: Department | None,
    start: Date,
    end: Date | None,
) -> RoleAssignment:
    """The assignment that `by` asks for, not kept. Raises what `give_role` raises but for `AcceptanceNeeded`."""
    if department is not None:
        facility = department.facility
    given = RoleAssignment(
        user=user, role=role, organization=organization, facility=facility, department=department, period=(start, end)
    )
    require(by, "network.manage_access", given)
    _refuse_unfit(by, given)
    return given


def works_under(by: User, given: RoleAssignment) -> bool:
    """Whether the account works today at a place where `by` manages access (who runs the system: at its system).

    Whoever does has become staff there by an invitation or an offer that they accepted.
    """
    held = roles_in_force(given.user, timezone.localdate())
    if by.is_superuser:
        system = given.organization.system_id or given.organization_id
        return any((one.organization.system_id or one.organization_id) == system for one in held)
    return any(administers.test(by, one) for one in held)


def hold(given: RoleAssignment, *, by: User, verb: str, reason: str) -> RoleAssignment:
    """Keep an assignment. Raises `RoleRefused` where the role is held at that place in that period."""
    try:
        with transaction.atomic():
            given.save(force_insert=True)
    except IntegrityError as error:
        if "network_roleassignment_once" not in str(error):
            raise
        raise RoleRefused("This person already holds this role at this place in that period.") from error
    _record(given, by=by, action="create", verb=verb, reason=reason)
    return given


def _refuse_unfit(by: User, given: RoleAssignment) -> None:
    if given.user_id == by.pk:
        raise RoleRefused("Nobody gives a role to themselves: ask another administrator.")
    if not given.user.is_active:
        raise RoleRefused("This account is closed. Open it again first.")
    if given.role not in Role.values:
        raise RoleRefused("There is no such role.")
    wanted = User.Kind.CLIENT if given.role == Role.INTEGRATION else User.Kind.PERSON
    if given.user.kind != wanted:
        raise RoleRefused(
            "Only an integration client takes this role."
            if wanted == User.Kind.CLIENT
            else "This role is for people, not for integration clients or the system itself."
        )
    end = given.period[1]
    if end is not None and end <= given.period[0]:
        raise RoleRefused("The role would end before it starts.")
    if given.facility is not None and not covers(
        RoleAssignment(organization=given.organization), RoleAssignment(organization=given.facility.organization)
    ):
        raise RoleRefused("This facility does not belong to that organisation.")


@transaction.atomic
def end_role(assignment: RoleAssignment, *, by: User, on: Date, reason: str = "") -> None:
    """The role ends: `on` is the first day without it; one that would begin later is taken back whole.

    Raises `PermissionDenied` where `by` does not manage access at that place, `RoleRefused` for one's own role and
    for one that ended before `on` already.
    """
    held = RoleAssignment.objects.select_for_update(of=["self"]).select_related(
        "organization", "facility", "department"
    )
    kept = held.get(pk=assignment.pk)
    require(by, "network.manage_access", kept)
    if kept.user_id == by.pk:
        raise RoleRefused("Nobody ends their own role: ask another administrator.")
    if kept.period.upper is not None and kept.period.upper <= on:
        raise RoleRefused("This role has ended by then already.")
    _record(kept, by=by, action="update", verb="network.end_role", reason=reason, end=on)
    if kept.period.lower is not None and kept.period.lower >= on:
        kept.delete()
        return
    kept.period = (kept.period.lower, on)
    kept.save(update_fields=["period"])


def _record(
    assignment: RoleAssignment, *, by: User, action: str, verb: str, reason: str, end: Date | None = None
) -> None:
    period = assignment.period
    lower, upper = (period[0], period[1]) if isinstance(period, tuple) else (period.lower, period.upper)
    audit.record(
        by=by,
        action=action,
        verb=verb,
        obj=assignment,
        reason=reason,
        detail={
            "user": str(assignment.user_id),
            "role": assignment.role,
            "organization": str(assignment.organization_id),
            "from": str(lower or ""),
            "to": str(end or upper or ""),
        },
    )


@transaction.atomic
def keep_place(record: models.Model, *, by: User) -> None:
    """Save a place or a person who works there (facility, department, room, bed, clinician, post, contract).

    A new clinician, room or bed also becomes something that can be booked. Raises `PermissionDenied` where `by` does
    not keep the places of its organisation, `ValidationError` where the record contradicts itself or another.
    """
    is_new = record._state.adding
    # Moved from somewhere, it leaves there too.
    before = [] if is_new else organizations_of(type(record)._default_manager.get(pk=record.pk))
    keepers: list[Organization | None] = [*organizations_of(record), *before]
    for organization in keepers or [None]:
        require(by, "network.keep_places", organization)
    record.full_clean()
    changed = [] if is_new else _changed(record)
    record.save()
    if is_new and isinstance(record, Clinician | Room | Bed):
        Resource.objects.create(**{str(record._meta.model_name): record})
    if is_new or changed:
        audit.record(
            by=by,
            action="create" if is_new else "update",
            verb="network.keep_place",
            obj=record,
            detail={"fields": changed},
        )


def _changed(record: models.Model) -> list[str]:
    before = type(record)._default_manager.get(pk=record.pk)
    fields = record._meta.concrete_fields
    return sorted(f.name for f in fields if getattr(before, f.attname) != getattr(record, f.attname))


# The ways from a place to whose it is.
OWNERS: tuple[tuple[str, ...], ...] = (
    ("organization",),
    ("payer",),
    ("system",),
    ("region", "system"),
    ("facility", "organization"),
    ("department", "facility", "organization"),
    ("room", "department", "facility", "organization"),
)


def organizations_of(record: Any) -> list[Organization]:
    """Whose a place is; a clinician's are those where they hold a post (none yet: anybody's who keeps places)."""
    if isinstance(record, Organization):
        return [record]
    if isinstance(record, Clinician):
        posts = record.employments.select_related("organization") if not record._state.adding else []
        return list({post.organization_id: post.organization for post in posts}.values())
    for path in OWNERS:
        if found := _follow(record, path):
            return [found]
    raise TypeError(f"{record._meta.label} is no place.")


def _follow(record: Any, path: tuple[str, ...]) -> Organization | None:
    for name in path:
        record = getattr(record, name, None)
        if record is None:
            return None
    return record if isinstance(record, Organization) else None


# --- Apps and machines: each hangs on an account with a role, which bounds its reach -----------------------


@dataclass(frozen=True)
class Registered:
    """`secret` is told once; empty for an app that can keep none (a phone's, a page's)."""

    application: AbstractApplication
    secret: str


@transaction.atomic
def register_app(
    *,
    by: User,
    name: str,
    organization: Organization,
    on: Date,
    redirect_uris: Iterable[str] = (),
    public: bool = False,
    scopes: Collection[str] | None = None,
) -> Registered:
    """Register an app of `organization`: with redirect addresses it acts for people, without them for itself.

    It may ask for `scopes`; without them for every scope that there is now.
    Raises `django.core.exceptions.ValidationError` for an address that a browser must not be sent to.
    """
    account = User.objects.create_user(f"app-{uuid.uuid4()}@client.invalid", name=organization.name, kind="client")
    RoleAssignment.objects.create(
        user=account,
        role=RoleAssignment.Role.INTEGRATION,
        organization=organization,
        period=DateRange(on, None),
    )
    Application = get_application_model()
    addresses = " ".join(redirect_uris)
    application = Application(
        name=name,
        user=account,
        redirect_uris=addresses,
        client_type=Application.CLIENT_PUBLIC if public else Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=(
            Application.GRANT_AUTHORIZATION_CODE if addresses else Application.GRANT_CLIENT_CREDENTIALS
        ),
    )
    secret = "" if public else application.client_secret
    application.full_clean(exclude=["user"])
    application.save()
    known = get_scopes_backend().get_all_scopes()
    if unknown := set(scopes or ()) - set(known):
        raise ValidationError(_("There is no scope %(names)s.") % {"names": ", ".join(sorted(unknown))})
    allowed = sorted(known if scopes is None else scopes)
    AppScopes.objects.create(application=application, scopes=allowed)
    audit.record(by=by, action="create", verb="network.register_app", obj=application, detail={"scopes": allowed})
    return Registered(application, secret)
