"""The base of every resource: permission, scope, audit, page, version, and no serializer on the way out.

Reading goes from the database's values straight to JSON; serializers describe them in the OpenAPI document and
check what comes in.
"""

from __future__ import annotations  # a view's `list` would hide the type in the annotations below it

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelError
from django.db import models
from django.http import Http404
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from core import audit
from core.api import (
    errors,
    paging,
    security,  # noqa: F401  (registers itself with drf-spectacular)
)
from core.api.idempotency import once
from core.api.schema import ResourceSchema
from core.permissions import Decision, may


@extend_schema_field(
    {
        "type": ["object", "null"],
        "properties": {"start": {"type": ["string", "null"]}, "end": {"type": ["string", "null"]}},
        "description": "Half open: the end is the first moment (or day) outside.",
    }
)
class PeriodField(serializers.Field):
    """A range, as start and end."""


class RowSerializer(serializers.ModelSerializer):
    """Describes a row as it is read."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        DateRangeField: PeriodField,
        DateTimeRangeField: PeriodField,
    }


def described(of: type[models.Model], names: tuple[str, ...], **more: serializers.Field) -> type[RowSerializer]:
    """A serializer that describes columns `names` of a model, and elements that are added to them."""
    meta = type("Meta", (), {"model": of, "fields": [*names, *more], "read_only_fields": list(names)})
    return type(f"{of.__name__}Row", (RowSerializer,), {**more, "Meta": meta})


class Resource(GenericViewSet):
    """One kind of record under /api/v1/. Subclasses say what, whose, and who may.

    `permissions`: any one of them, asked of the registry about the member (or the record), opens it.
    `filters`: query parameter → lookup. `ordering`: the key of the pages, its last part unique.
    """

    model: ClassVar[type[models.Model]]
    fields: ClassVar[tuple[str, ...]]
    permissions: ClassVar[tuple[str, ...]]
    scope: ClassVar[str]
    filters: ClassVar[dict[str, str]] = {}
    ordering: ClassVar[tuple[str, ...]] = ("-id",)
    # Where true, `member_asked` says whose records a list is about.
    by_member: ClassVar[bool] = False
    schema = ResourceSchema()
    lookup_value_converter = "uuid"
    pagination_class = None
    filter_backends: ClassVar[list] = []

    # --- Who may -----------------------------------------------------------------------------------------

    def check_scope(self, request: Request) -> None:
        """A token opens what its scopes name; a session opens what its user may see."""
        token: Any = request.auth
        if token is None:
            return
        verb = "read" if request.method in ("GET", "HEAD", "OPTIONS") else "write"
        if f"{self.scope}:{verb}" not in token.scope.split():
            raise PermissionDenied(f"The access token lacks the scope {self.scope}:{verb}.")

    def initial(self, request: Request, *args, **kwargs) -> None:
        super().initial(request, *args, **kwargs)
        for name, value in request.query_params.items():
            if "\x00" in name + value:
                raise ValidationError({name.replace("\x00", ""): "Null characters are not allowed."})
        self.check_scope(request)

    def demand(self, request: Request, obj: Any, permissions: tuple[str, ...] | None = None) -> Decision:
        """The first permission that holds; a refusal is audited and answered with 403."""
        names = permissions or self.permissions
        for name in names:
            decision = may(request.user, name, obj)
            if decision:
                return decision
        audit.record_refusal(request.user, verb=names[0], obj=obj, reason=decision.why, request=request)
        raise PermissionDenied(decision.why)

    def note_read(
        self, request: Request, *, member_id: UUID | None, obj: Any = None, because: str = "", **detail
    ) -> None:
        try:
            audit.record_read(
                request.user,
                verb=f"api.{self.basename_of()}",
                member_id=member_id,
                obj=obj,
                reason=because,
                detail=detail,
                request=request._request,
            )
        except audit.AuditUnavailable:
            raise errors.AuditClosed from None

    @classmethod
    def basename_of(cls) -> str:
        return cls.model._meta.label_lower

    # --- What ----------------------------------------------------------------------------------------------

    def rows(self, request: Request) -> models.QuerySet:
        """All rows that the transaction reaches; subclasses leave out what is not for this reader."""
        return self.model._default_manager.all()

    def member_asked(self, request: Request):
        """Whose records are asked for; the room that keeps people knows how to find one (`members.api`)."""
        raise NotImplementedError

    def visible(self, rows: models.QuerySet, request: Request, member: Any) -> models.QuerySet:
        """`rows` without what is kept from this reader of this member's record."""
        return rows

    def filtered(self, rows: models.QuerySet, request: Request) -> models.QuerySet:
        for name, lookup in self.filters.items():
            if (value := request.query_params.get(name)) not in (None, ""):
                try:
                    rows = rows.filter(**{lookup: value})
                except (ModelError, ValueError, TypeError):
                    raise ValidationError({name: "This is not a value that it can have."}) from None
        return rows

    def added(self, found: list[dict], request: Request) -> list[dict]:
        """Elements beside the row's own columns, for a whole page at once."""
        return found

    # --- Verbs -----------------------------------------------------------------------------------------------

    def list(self, request: Request, **kwargs) -> Response:
        member = self.member_asked(request) if self.by_member else None
        decision = self.demand(request, member)
        rows = self.filtered(self.rows(request), request)
        if member is not None:
            rows = self.visible(rows.filter(member=member), request, member)
        found, cursor = paging.page(rows.values(*self.columns()), request, self.ordering)
        self.note_read(request, member_id=member and member.pk, because=decision.why, count=len(found))
        return Response({"next": cursor, "results": self.trimmed(self.added(found, request))})

    def columns(self) -> tuple[str, ...]:
        keys = tuple(name.lstrip("-") for name in self.ordering)
        return tuple(dict.fromkeys((*self.fields, *keys)))

    def trimmed(self, found: list[dict]) -> list[dict]:
        extra = set(self.columns()) - set(self.fields)
        for row in found:
            for name in extra:
                row.pop(name, None)
        return found

    def retrieve(self, request: Request, id: UUID) -> Response:
        record, decision = self.record(request, id)
        self.note_read(request, member_id=member_id_of(record), obj=record, because=decision.why)
        return self.answer(request, self.as_read(request, id), version=getattr(record, "version", None))

    def record(self, request: Request, id: UUID, permissions: tuple[str, ...] | None = None) -> tuple[Any, Decision]:
        """The record within reach that this user may open. Raises 404 and 403."""
        rows = self.rows(request)
        member_field = "member" in {f.name for f in self.model._meta.fields}
        record = (rows.select_related("member") if member_field else rows).filter(pk=id).first()
        if record is None:
            raise Http404
        member = record.member if member_field else None
        decision = self.demand(request, record, permissions)
        if member is not None and not self.visible(rows.filter(pk=id), request, member).exists():
            raise Http404
        return record, decision

    def as_read(self, request: Request, id: UUID) -> dict:
        row = self.model._default_manager.filter(pk=id).values(*self.fields).get()
        return self.added([row], request)[0]

    def answer(self, request: Request, body: dict, *, version: int | None, status: int = 200) -> Response:
        """With the version as ETag; 304 where the reader has it already."""
        if version is None:
            return Response(body, status=status)
        tag = etag(body["id"], version)
        if request.method == "GET" and request.headers.get("If-None-Match") == tag:
            return Response(status=304, headers={"ETag": tag})
        return Response(body, status=status, headers={"ETag": tag})

    def demand_version(self, request: Request, record: Any) -> None:
        """Raises 428 without If-Match, 412 where it names another version than the present one."""
        said = request.headers.get("If-Match")
        if not said:
            raise errors.PreconditionRequired
        if said not in (etag(record.pk, record.version), "*"):
            raise errors.PreconditionFailed

    def once(self, request: Request, act: Callable[[], Any]) -> Response:
        """A POST that acts at most once; `act` gives the id of what it made, which is answered as it reads."""

        def made() -> tuple[int, dict]:
            return 201, self.as_read(request, act())

        return once(request, made)


def etag(key: Any, version: int) -> str:
    return f'W/"{key}.{version}"'


def as_uuid(value: str, name: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise ValidationError({name: "This is no id."}) from None


def member_id_of(record: Any) -> UUID | None:
    return record.pk if record._meta.label_lower == "members.member" else getattr(record, "member_id", None)


def resource(place: str, view: type[Resource], **extra: dict[str, str]) -> list[URLPattern]:
    """The paths of a resource: its list, its record, and steps like `cancel={"post": "cancel"}` on a record."""
    listing = {"get": "list"} | ({"post": "create"} if hasattr(view, "create") else {})
    single = {"get": "retrieve"} | ({"patch": "partial_update"} if hasattr(view, "partial_update") else {})
    name = place.replace("-", "_")
    patterns = [
        path(f"{place}/", _as_view(view, listing), name=f"api_{name}"),
        path(f"{place}/<uuid:id>/", _as_view(view, single), name=f"api_{name}_one"),
    ]
    for step, actions in extra.items():
        patterns.append(
            path(f"{place}/<uuid:id>/{step.replace('_', '-')}/", _as_view(view, actions), name=f"api_{name}_{step}")
        )
    return patterns


def _as_view(view: type[Resource], actions: dict[str, str]):
    made = view.as_view(actions)
    # The walk over every URL asks each view who may.
    made.permission = view.permissions[0]
    return made
