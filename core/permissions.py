"""The one place that answers: may this user do this to this record, and why?

Rooms state their rules as grants. A permission with no grant refuses everybody; the first grant that holds gives the
reason. Views, API, admin and templates all ask here; every view says which permission it needs.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

import rules
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from core import audit
from core.context import note_role
from core.http import authenticated
from core.repeats import acts_once

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from core.models import User

Predicate = rules.Predicate
View = Callable[..., HttpResponse]


class GuardedView(Protocol):
    """A view that says who may: the name of a permission, "signed in" or "public"."""

    permission: str

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse: ...


@dataclass(frozen=True)
class Decision:
    """`allowed`, and in `why` the ground on which it was, or that no grant held."""

    allowed: bool
    why: str
    # The role on which it rests; empty where it rests on none, as for one's own record.
    role: str = ""

    def __bool__(self) -> bool:
        return self.allowed


@dataclass(frozen=True)
class Grant:
    predicate: Predicate
    because: str


_grants: dict[str, list[Grant]] = {}
_shown: ContextVar[list[str] | None] = ContextVar("kpcare_roles_shown", default=None)


def grant(permission: str, predicate: Predicate, *, because: str) -> None:
    """State that `predicate(user, obj)` gives `permission` ("app.verb_noun"); `because` is told and audited."""
    held = _grants.setdefault(permission, [])
    held.append(Grant(predicate, because))
    rules.set_perm(permission, functools.reduce(lambda one, other: one | other, (g.predicate for g in held)))


def may(user: User | AnonymousUser, permission: str, obj: Any = None) -> Decision:
    """Whether `user` may do `permission` to `obj`, and why.

    Raises `LookupError` for a permission that no room stated: a mistyped name must not pass for a refusal.
    """
    if permission not in _grants:
        raise LookupError(f"No room grants {permission!r}. State it with core.permissions.grant().")
    if not user.is_authenticated or not user.is_active:
        return Decision(False, "not signed in")
    for held in _grants[permission]:
        shown: list[str] = []
        token = _shown.set(shown)
        try:
            holds = held.predicate.test(user, obj)
        finally:
            _shown.reset(token)
        if holds:
            return Decision(True, held.because, shown[0] if shown else "")
    return Decision(False, "no role or relationship allows it")


def show_role(role: str) -> None:
    """A predicate says on which role of the user it holds: the decision, and with it the audit, names that one."""
    shown = _shown.get()
    if shown is not None:
        shown.append(role)


def require(
    user: User | AnonymousUser, permission: str, obj: Any = None, *, request: HttpRequest | None = None
) -> Decision:
    """`may`, or `PermissionDenied`; the refusal is audited where a rollback cannot take it along."""
    decision = may(user, permission, obj)
    if not decision:
        audit.record_refusal(user, verb=permission, obj=obj, reason=decision.why, request=request)
        raise PermissionDenied(decision.why)
    note_role(decision.role)
    return decision


def states(view: View, permission: str) -> GuardedView:
    """The view, saying who may."""
    stating = cast(GuardedView, view)
    stating.permission = permission
    return stating


def requires(
    permission: str, obj: Callable[..., Any] | None = None, *, only_asks: bool = False
) -> Callable[[View], GuardedView]:
    """View decorator: the signed-in user needs `permission` on `obj(request, **url_arguments)`.

    The record is found before the view runs and given to it as `request.record`; the ground on which access was
    given is `request.decision`. A form sent twice acts once (`core.repeats`), except on a page that `only_asks`.
    """

    def decorate(view: View) -> GuardedView:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            known = authenticated(request)
            if known is None:
                return redirect_to_login(request.get_full_path())

            def act() -> HttpResponse:
                known.record = obj(known, **kwargs) if obj else None
                known.decision = require(known.user, permission, known.record, request=known)
                return view(known, *args, **kwargs)

            return act() if only_asks else acts_once(known, act)

        return states(guarded, permission)

    return decorate


def signed_in(view: View) -> GuardedView:
    """View decorator: any signed-in user, about nothing but their own account."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return states(guarded, "signed in")


def public(view: View) -> GuardedView:
    """View decorator: anybody; the view shows nothing about a person."""
    return states(view, "public")


def stated() -> dict[str, list[Grant]]:
    """Every permission with its grants, for the tests and the page that explains roles."""
    return dict(_grants)
