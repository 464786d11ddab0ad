"""Writes: a POST that makes a record and a POST that takes a step with one. Each calls one action of the room.

    @creation(AppointmentInput)
    def book(self, request, given): …; return appointment.pk

    @step(CancelInput, permissions=("scheduling.book_for_member", "members.portal_schedule"))
    def cancel(self, request, record, given): actions.cancel(record, by=request.user, reason=given["reason"])

A step's path is its name below the record's: `POST /api/v1/appointments/{id}/cancel/`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as ModelError
from django.db import IntegrityError
from rest_framework import serializers
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.response import Response

from core.api.errors import Conflict
from core.api.fields import Nothing
from core.api.requests import ApiRequest

if TYPE_CHECKING:
    from core.api.resources import Resource


@dataclass(frozen=True)
class Write:
    """What a write takes, who may, and what it says of itself in the OpenAPI document."""

    input: type[serializers.Serializer]
    permissions: tuple[str, ...]
    words: str
    is_step: bool = False
    is_many: bool = False
    status: int = 201
    example: dict[str, Any] | None = None


def _sentence(act: Callable) -> str:
    return " ".join((act.__doc__ or act.__name__.replace("_", " ").capitalize()).split())


def creation(
    input: type[serializers.Serializer], *, is_many: bool = False, example: dict[str, Any] | None = None
) -> Callable:
    """Method decorator: `act(self, request, given)` makes a record and gives its id (or, `is_many`, ids)."""

    def decorate(act: Callable[[Any, ApiRequest, dict[str, Any]], Any]) -> Callable:
        @functools.wraps(act)
        def create(self: Resource, request: ApiRequest) -> Response:
            def made() -> tuple[int, Any]:
                given = self.given(request, input)
                with refusals_told(self):
                    key = act(self, request, given)
                if is_many:
                    return 201, {"next": None, "results": self.all_as_read(request, key)}
                return 201, self.as_read(request, key)

            return self.once(request, made)

        create.write = Write(input, (), _sentence(act), is_many=is_many, example=example)  # type: ignore[attr-defined]
        return create

    return decorate


def step(
    input: type[serializers.Serializer] = Nothing,
    *,
    permissions: tuple[str, ...] = (),
    example: dict[str, Any] | None = None,
) -> Callable:
    """Method decorator: `act(self, request, record, given)` takes a step with a record that the user may step with.

    It gives nothing, or the id of another record of the kind that stands in this one's place now.
    """

    def decorate(act: Callable[[Any, ApiRequest, Any, dict[str, Any]], UUID | None]) -> Callable:
        @functools.wraps(act)
        def take(self: Resource, request: ApiRequest, id: UUID) -> Response:
            def taken() -> tuple[int, Any]:
                record, _ = self.record(request, id, permissions or None)
                given = self.given(request, input)
                self.heed_version(request, record)
                with refusals_told(self):
                    key = act(self, request, record, given)
                return 200, self.as_read(request, key or id)

            return self.once(request, taken)

        take.write = Write(  # type: ignore[attr-defined]
            input, permissions, _sentence(act), is_step=True, status=200, example=example
        )
        return take

    return decorate


class refusals_told:
    """What an action refuses is a problem in words of the house; what nobody foresaw stays a fault of ours."""

    def __init__(self, view: Resource) -> None:
        self.view = view

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type | None, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, Exception) and (problem := self.told(error)) is not None:
            raise problem from error

    def told(self, error: Exception) -> APIException | None:
        if isinstance(error, APIException):
            return None
        found = self.view.refusal(error)
        if found is not None:
            return found
        if isinstance(error, ModelError):
            return of_model(error)
        if isinstance(error, IntegrityError):
            words = broken_rule(error)
            return Conflict(words[1], code=words[0]) if words else None
        for refused in self.view.refused:
            if isinstance(error, refused):
                return Conflict(str(error) or None, code=getattr(error, "code", None) or "refused")
        return None


def of_model(error: ModelError) -> APIException:
    """A refusal of Django's kind: with fields it is a fault of those, without them the rules do not allow it."""
    if hasattr(error, "error_dict"):
        return ValidationError(
            {
                ("non_field_errors" if name == NON_FIELD_ERRORS else name): [str(message) for message in messages]
                for name, messages in error.message_dict.items()
            }
        )
    code = getattr(error, "code", None) or next((one.code for one in error.error_list if one.code), None)
    return Conflict([ErrorDetail(message, code or "refused") for message in error.messages])


@functools.cache
def _rules() -> dict[str, str]:
    """Name of a constraint → what it says to people, over all models."""
    return {
        rule.name: str(rule.violation_error_message)
        for model in apps.get_models()
        for rule in model._meta.constraints
        if rule.violation_error_message != rule.default_violation_error_message
    }


def broken_rule(error: IntegrityError) -> tuple[str, str] | None:
    """The constraint that Postgres held against it, with its words; None where no model says any."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    words = _rules().get(name)
    return (name, words) if words else None
