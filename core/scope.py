"""Whose a row is: the way from a model to the integrated system that keeps it, for the admin and the pages of jobs.

`core` knows no organisations; `network` plugs them in.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q, QuerySet

from core.models import JobRun, User


@dataclass(frozen=True)
class Systems:
    """`where(user, permission)` are the systems where a role of the user's gives a permission."""

    organization: type[models.Model]
    # From an account to the organisations where it holds or held a role.
    from_account: str
    where: Callable[[User, str], set[UUID]]
    organizations_of: Callable[[Collection[UUID]], QuerySet[Any]]
    count: Callable[[], int]


_plugged: list[Systems] = []


def register_systems(systems: Systems) -> None:
    """Say what an organisation is and where people work; `network` does."""
    _plugged[:] = [systems]


def systems_where(user: User, *permissions: str) -> set[UUID]:
    """The systems where the user's roles give all of `permissions`."""
    return set.intersection(*(_plugged[0].where(user, permission) for permission in permissions))


def path_to_organization(model: type[models.Model]) -> str | None:
    """The shortest way over foreign keys, as a lookup; "pk" for an organisation itself, None where there is none.

    Never through an account: who wrote a row, or is its subject, may work at several systems.
    """
    goal, waiting, seen = _plugged[0].organization, [(model, "")], {model}
    if model is goal:
        return "pk"
    while waiting:
        here, path = waiting.pop(0)
        for field in here._meta.fields:
            target = field.related_model
            if not isinstance(target, type) or target is User:
                continue
            step = f"{path}__{field.name}" if path else field.name
            if target is goal:
                return step
            if target not in seen:
                seen.add(target)
                waiting.append((target, step))
    return None


def within(rows: QuerySet[Any], paths: Collection[str], systems: Collection[UUID]) -> QuerySet[Any]:
    """Those rows that one of `paths` leads from to an organisation of `systems`; none where there is no path."""
    organizations = _plugged[0].organizations_of(systems)
    found = Q(pk__in=[])
    for path in paths:
        found |= Q(**{f"{path}__in": organizations})
    # Within a query of its own: a way over many rows must not show one row many times.
    return rows.filter(pk__in=rows.model._default_manager.filter(found).values("pk")) if paths else rows.none()


def accounts_of(systems: Collection[UUID]) -> QuerySet[Any]:
    """The ids of the accounts that hold or held a role at `systems`."""
    port = _plugged[0]
    return User.objects.filter(**{f"{port.from_account}__in": port.organizations_of(systems)}).values("pk")


def runs_for(user: User, permission: str) -> QuerySet[JobRun]:
    """The runs that a user may watch or stop: those started at their systems.

    What no system started (the nightly jobs) is the platform's, and where there is one system alone, that system's.
    """
    if user.is_superuser:
        return JobRun.objects.all()
    port, systems = _plugged[0], systems_where(user, permission)
    found = Q(started_by__in=accounts_of(systems))
    if systems and port.count() == 1:
        working = User.objects.filter(**{f"{port.from_account}__isnull": False}).values("pk")
        found |= ~Q(started_by__in=working)
    return JobRun.objects.filter(found)
