"""Whose a row is: the way from a model to the integrated system that keeps it, for the admin and the pages of jobs.

`core` knows no organisations; `network` plugs them in.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Value

from core import audit
from core.context import current
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


@dataclass(frozen=True)
class Homes:
    """Whose accounts are besides those of staff: members' and their proxies'.

    `paths` are the lookups from an account to an organisation. `systems_of` are the systems whose members' records an
    account opens, whoever asks. `entry_is_of` is a function of the database: whether an entry that an account made
    about nobody is a system's to see, though the account is another's as well.
    """

    paths: tuple[str, ...]
    systems_of: Callable[[User], set[UUID]]
    entry_is_of: str


_plugged: list[Systems] = []
_homes: list[Homes] = []


def register_homes(homes: Homes) -> None:
    """Say whose an account without a role is; `members` does."""
    _homes[:] = [homes]


def home_systems(account: User) -> set[UUID]:
    """The systems whose members' records the account opens."""
    return {system for homes in _homes for system in homes.systems_of(account)}


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
    return _accounts(systems).values("pk")


def log_for(rows: QuerySet[Any], user: User, *permissions: str, naming: UUID | None = None) -> QuerySet[Any]:
    """Of a log with `user_id` and `member_id` the rows that a user may look at.

    About members: whom they reach. About nobody: what accounts of the systems did (or were sent) where a role gives
    `permissions`, as far as they did it there (`Homes.entry_is_of`), and lists that name the member `naming`, if they
    reach them. What nobody signed in did, or the platform's own accounts, is for who runs the platform; where there is
    one system alone, that system's.
    """
    rows = rows.filter(Q(member_id=None) | Q(_reached(F("member_id"))))
    if user.is_superuser:
        return rows
    port, systems = _plugged[0], systems_where(user, *permissions)
    elsewhere = current().organization_ids - systems
    if systems and not elsewhere and port.count() == 1:
        return rows
    found = Q(Exists(_accounts(systems, *_homes[0].paths).filter(pk=OuterRef("user_id"))))
    found &= Q(member_id__isnull=False) | Q(_is_of(systems, rows.model))
    if not elsewhere:
        # Who reaches members of other systems by another role looks at none of them under this one.
        found |= Q(member_id__isnull=False)
        if naming is not None:
            found |= audit.about(naming) & Q(_reached(Value(naming, models.UUIDField())))
    return rows.filter(found)


def _is_of(systems: Collection[UUID], model: type[models.Model]) -> Func:
    """Whether an entry is of these systems, by what the log keeps of when, in which role and of what it was made."""
    kept = {field.name for field in model._meta.fields}
    nothing = Value(None, models.TextField())
    return Func(
        Value(sorted(systems), ArrayField(models.UUIDField())),
        F("user_id"),
        F("at" if "at" in kept else "created_at"),
        F("role") if "role" in kept else nothing,
        F("verb") if "verb" in kept else nothing,
        F("detail") if "detail" in kept else Value({}, models.JSONField()),
        function=_homes[0].entry_is_of,
        output_field=BooleanField(),
    )


def _reached(member_id: Any) -> Func:
    return Func(member_id, function="core_reaches", output_field=BooleanField())


def _accounts(systems: Collection[UUID], *paths: str) -> QuerySet[User]:
    port = _plugged[0]
    organizations = port.organizations_of(systems)
    found = Q(**{f"{port.from_account}__in": organizations})
    for path in paths:
        found |= Q(**{f"{path}__in": organizations})
    return User.objects.filter(found)


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
