"""Whose record the portal shows, and what the signed-in person may do with it.

A person opens their own record, or that of somebody they are a proxy of; the choice is kept in the session and
checked anew on every request. Views say what they need:

    @requires("members.portal_schedule", obj=open_member)
    def book(request): member = request.record
"""

import uuid
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import rules
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from core.db import register_reach
from core.http import AuthenticatedHttpRequest, authenticated, forget, once
from core.models import User
from core.navigation import Person, frame
from core.permissions import grant, may
from members.models import Member, MemberMerge, Proxy

SCOPES = ("view", "schedule", "message", "refill", "costs")
SESSION_KEY = "portal_member"
LOOKED_AT = "looked at"
# What is kept on a user for the length of a request.
KEPT_PROXIES, KEPT_MEMBER = "_proxies", "_own_member"


class RecordClosed(PermissionDenied):
    """The record was merged with another, and a second person has not looked yet at who may open it."""

    def __str__(self) -> str:
        return "closed after a merge"  # asked for by 403.html


@register_reach
def portal_reach(user: User) -> tuple[set, set]:
    """A person reaches themselves and those they are a proxy of today."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT members_open_to(%s, %s)", [user.pk, timezone.localdate()])
        return {row[0] for row in cursor.fetchall()}, set()


def _closed() -> QuerySet[MemberMerge, uuid.UUID]:
    """Records that were merged, and that nobody has looked at since who may open them."""
    return MemberMerge.objects.closing().values_list("member", flat=True)


def proxies_of(user: User) -> dict[uuid.UUID, Proxy]:
    """The user's proxies in force today, by member id; kept on the user for the length of a request."""
    cached = getattr(user, KEPT_PROXIES, None)
    if cached is None:
        found = Proxy.objects.filter(user=user).in_force(timezone.localdate()).select_related("member")
        found = found.filter(member__status=Member.Status.ACTIVE).exclude(member__in=_closed())
        cached = {proxy.member_id: proxy for proxy in found}
        setattr(user, KEPT_PROXIES, cached)
    return cached


def own_member(user: User) -> Member | None:
    """The user's own record, if they are a member."""
    if not hasattr(user, KEPT_MEMBER):
        found = Member.objects.filter(user=user, status=Member.Status.ACTIVE).exclude(pk__in=_closed())
        setattr(user, KEPT_MEMBER, found.select_related("region").first())
    return getattr(user, KEPT_MEMBER)


def people(user: User) -> list[Member]:
    """Everybody whose record the user may open: themselves first, then by name."""
    own = own_member(user)
    others = sorted((proxy.member for proxy in proxies_of(user).values()), key=lambda member: member.name_key)
    return ([own] if own else []) + [member for member in others if own is None or member.pk != own.pk]


def open_member(request: AuthenticatedHttpRequest, **kwargs: Any) -> Member:
    """The member whose record is open: the one chosen in this session if still allowed, else one's own.

    Raises `PermissionDenied` for an account that has no record and is nobody's proxy.
    """

    def find() -> Member:
        allowed = people(request.user)
        if not allowed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT members_access_waits(%s)", [request.user.pk])
                (waits,) = cursor.fetchone() or (False,)
            raise RecordClosed if waits else PermissionDenied("This account has no member record.")
        chosen = request.session.get(SESSION_KEY) if hasattr(request, "session") else None
        return next((member for member in allowed if str(member.pk) == chosen), allowed[0])

    return once(request, "open member", find)


def has_chosen(request: AuthenticatedHttpRequest) -> bool:
    """Whether a record was opened by choice in this session."""
    return SESSION_KEY in request.session


def choose_member(request: AuthenticatedHttpRequest, member: Member) -> None:
    """Open the record of `member` for the rest of the session. Raises `PermissionDenied` where it may not be."""
    if member.pk not in {person.pk for person in people(request.user)}:
        raise PermissionDenied("This record is not yours to open.")
    request.session[SESSION_KEY] = str(member.pk)
    forget(request, "open member")


def look_at(request: AuthenticatedHttpRequest, member: Member) -> None:
    """This page alone is about `member`, and the session stays with whose record is open: a link changes nothing.

    Raises `PermissionDenied` where it may not be.
    """
    if member.pk not in {person.pk for person in people(request.user)}:
        raise PermissionDenied("This record is not yours to open.")
    forget(request, "open member")
    once(request, "open member", lambda: member)
    once(request, LOOKED_AT, lambda: member.pk)


def look_at_whose(request: AuthenticatedHttpRequest, member: Member) -> None:
    """A notice led here: the page is about `member`, whoever's record is open. For members among `people`."""
    if member.pk != open_member(request).pk:
        look_at(request, member)


def opened_by(request: AuthenticatedHttpRequest, member: Member) -> str:
    """Where a post opens the record that this page looks at, for what goes on in it; empty where it is open."""
    looked_at = once(request, LOOKED_AT, lambda: None)
    return reverse("members:switch_person", args=[member.pk]) if looked_at == member.pk else ""


def scopes_for(user: User, member: Member) -> frozenset[str]:
    """What the user may do for the member: everything for themselves, the granted scopes as a proxy."""
    own = own_member(user)
    if own is not None and own.pk == member.pk:
        return frozenset(SCOPES)
    proxy = proxies_of(user).get(member.pk)
    return frozenset(proxy.scopes) if proxy else frozenset()


def is_own(user: User, member: Member) -> bool:
    """Whether it is their record, and open to them."""
    if user.pk is None or member.user_id != user.pk:
        return False
    own = own_member(user)
    return own is not None and own.pk == member.pk


def opens_own(request: AuthenticatedHttpRequest) -> bool:
    """Whether the record that is open is the signed-in person's own."""
    try:
        return is_own(request.user, open_member(request))
    except PermissionDenied:
        return False


def opens_with(scope: str) -> Callable[[AuthenticatedHttpRequest], bool]:
    """Whether the record that is open is open to the signed-in person for `scope` (one of `SCOPES`)."""

    def leads(request: AuthenticatedHttpRequest) -> bool:
        try:
            return bool(may(request.user, f"members.portal_{scope}", open_member(request)))
        except PermissionDenied:
            return False

    return leads


def hides_sensitive(user: User, member: Member) -> bool:
    """Whether rows with a sensitivity label are kept from this person: from everybody but the member themselves."""
    return not is_own(user, member)


def _member_of(obj: Any) -> Member | None:
    return obj if isinstance(obj, Member) else getattr(obj, "member", None)


@rules.predicate
def is_self(user: User, obj: Any = None) -> bool:
    member = _member_of(obj)
    return member is not None and is_own(user, member)


def is_proxy(scope: str) -> rules.Predicate:
    @rules.predicate(name=f"is_proxy:{scope}")
    def holds(user: User, obj: Any = None) -> bool:
        member = _member_of(obj)
        if member is None or member.pk not in proxies_of(user):
            return False
        # A labelled row (domain ruling 5) stays with the member, whatever a proxy may see.
        if getattr(obj, "sensitivity", 0):
            return False
        return scope in proxies_of(user)[member.pk].scopes

    return holds


for _scope in SCOPES:
    grant(f"members.portal_{_scope}", is_self, because="their own record")
    grant(f"members.portal_{_scope}", is_proxy(_scope), because=f"a proxy who may {_scope}")


def _menu(anybody: HttpRequest) -> Iterable[Person]:
    request = authenticated(anybody)
    if request is None:
        return []
    found = people(request.user)
    if not found:
        return []
    current = open_member(request)
    today = timezone.localdate()
    return [
        Person(
            label=str(member),
            short=member.name_used or member.given,
            switch_url=reverse("members:switch_person", args=[member.pk]),
            current=member.pk == current.pk,
            detail="" if is_own(request.user, member) else str(age_on(member, today) or ""),
        )
        for member in found
    ]


def age_on(member: Member, day: date) -> int | None:
    """Whole years of age on a day; None without a birth date."""
    born = member.birth_date
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


frame.people = _menu
