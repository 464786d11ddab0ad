"""Jobs that a person may start now: each room plugs in its own, the page of jobs asks and confirms."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms

from core.models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Starter:
    """`start(by=…, **what the form says)` hands the work to the workers and gives back a sentence about it."""

    name: str
    label: "str | StrPromise"
    says: "str | StrPromise"
    permission: str
    start: Callable[..., str]
    form: Callable[..., forms.Form]


_starters: dict[str, Starter] = {}


def register_starter(
    name: str,
    *,
    label: "str | StrPromise",
    says: "str | StrPromise",
    permission: str,
    start: Callable[..., str],
    form: Callable[..., forms.Form] | None = None,
) -> None:
    """Add or replace a job to start by hand; `says` is what happens, read before it is confirmed.

    `form(data, user=…)` asks for what the job needs, `user` being who starts it.
    """
    _starters[name] = Starter(name, label, says, permission, start, form or NoQuestion)


def starter(name: str) -> Starter | None:
    """The job of this name, if a room registered one."""
    return _starters.get(name)


def starters_for(user: User) -> list[dict[str, Any]]:
    """What the page shows to `user`: the jobs they may start, each with an empty form."""
    return [
        {"starter": one, "form": one.form(None, user=user, auto_id=f"id_{one.name}_%s")}
        for one in _starters.values()
        if user.has_perm(one.permission)
    ]


class NoQuestion(forms.Form):
    """Nothing to ask."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
