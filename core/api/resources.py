"""The base of every resource: permission, scope, audit, page, version, and no serializer on the way out.

Reading goes from the database's values straight to JSON; serializers describe them in the OpenAPI document and
check what comes in.
"""

from __future__ import annotations  # a view's `list` would hide the type in the annotations below it

import functools
import hashlib
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast
from uuid import UUID

import orjson
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import models
from django.http import Http404
from django.urls import URLPattern, path
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from core import audit
from core.api import (
    errors,
    paging,
    reasons,
    security,  # noqa: F401  (registers itself with drf-spectacular)
)
from core.api.fields import Filter, filter_for
from core.api.idempotency import once
from core.api.rendering import plain
from core.api.requests import ApiRequest
from core.api.schema import ResourceSchema
from core.api.writing import Write
from core.context import note_role
from core.permissions import Decision, GuardedView, may, states


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


# In the class below `list` is the name of a view.
Rows = list[dict[str, Any]]


@functools.cache
def _filters_of(view: type[Resource]) -> dict[str, Filter]:
    return {name: filter_for(view.model, name, lookup) for name, lookup in view.filters.items()}


@functools.cache
def _reader(input: type[serializers.Serializer], partial: bool) -> serializers.Serializer:
    """Checks body after body: to copy all fields for each costs more than to check them, and they keep nothing."""
    return input(partial=partial)


class Resource(GenericViewSet):
    """One kind of record under /api/v1/. Subclasses say what, whose, and who may.

    `permissions`: any one of them, asked of the registry about the member (or the record), opens it.
    `filters`: query parameter → lookup, or a `Filter`. `ordering`: the key of the pages, its last part unique.
    `refused`: what the room's actions raise when their rules do not allow something; answered as a conflict.
    Writes are methods under `core.api.writing.creation` and `step`.
    """

    model: ClassVar[type[models.Model]]
    fields: ClassVar[tuple[str, ...]]
    permissions: ClassVar[tuple[str, ...]]
    # What opens the list, where a role that works on single records is no ground to page through a person's.
    list_permissions: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[str]
    filters: ClassVar[dict[str, str | Filter]] = {}
    refused: ClassVar[tuple[type[Exception], ...]] = ()
    # Parameters of the list beside its filters: those of paging, and what the view itself understands.
    parameters: ClassVar[tuple[OpenApiParameter, ...]] = ()
    # Whether a read tells of people, and is recorded.
    is_personal: ClassVar[bool] = True
    # Whether a read says why besides (`core.api.reasons`), as the pages ask for it.
    demands_reason: ClassVar[bool] = False
    # Actions that only read although they are posted: what is asked stands in the body, not in an address.
    searches: ClassVar[frozenset[str]] = frozenset()
    # Whether the column `version` counts the row's changes.
    counts_versions: ClassVar[bool] = True
    ordering: ClassVar[tuple[str, ...]] = ("-id",)
    # Where true, `member_asked` says whose records a list is about.
    by_member: ClassVar[bool] = False
    schema = ResourceSchema()
    lookup_value_converter = "uuid"
    pagination_class = None
    filter_backends = ()

    # --- Who may -----------------------------------------------------------------------------------------

    def check_scope(self, request: ApiRequest) -> None:
        """A token opens what its scopes name; a session opens what its user may see."""
        token: Any = request.auth
        if token is None:
            return
        is_read = request.method in ("GET", "HEAD", "OPTIONS") or self.action in self.searches
        verb = "read" if is_read else "write"
        if f"{self.scope}:{verb}" not in token.scope.split():
            raise PermissionDenied(f"The access token lacks the scope {self.scope}:{verb}.")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        known = cast(ApiRequest, request)
        self.check_parameters(known)
        self.check_scope(known)

    def check_parameters(self, request: ApiRequest) -> None:
        """Raises 400 for a parameter that this place does not know: a filter with a slip must not show everything."""
        known = self.parameters_known()
        for name, values in request.query_params.lists():
            if name not in known:
                said = f"There is no such parameter here. Known: {', '.join(sorted(known))}." if known else "None is."
                raise ValidationError({name.replace("\x00", "") or "?": ErrorDetail(said, "unknown")})
            if len(values) > 1:
                raise ValidationError({name: "Give it once."})
            if "\x00" in values[0]:
                raise ValidationError({name: "Null characters are not allowed."})

    def parameters_known(self) -> set[str]:
        if self.action != "list":
            return set()
        own = {parameter.name for parameter in self.parameters}
        return {"cursor", "page_size", *self.filters, *own, *({"member"} if self.by_member else ())}

    def demand(self, request: ApiRequest, obj: Any, permissions: tuple[str, ...] | None = None) -> Decision:
        """The first permission that holds; a refusal is audited and answered with 403, a missing reason with 428."""
        names = permissions or self.permissions
        for name in names:
            decision = may(request.user, name, obj)
            if decision:
                note_role(decision.role)
                if self.demands_reason:
                    reasons.stated(request)
                return decision
        audit.record_refusal(request.user, verb=names[0], obj=obj, reason=decision.why, request=request)
        raise PermissionDenied(decision.why)

    def note_read(
        self, request: ApiRequest, *, member_id: UUID | None, obj: Any = None, because: str = "", **detail: Any
    ) -> None:
        """Record what was read, under which ground, and by which app. Raises 503 where that cannot be written."""
        if not self.is_personal:
            return
        because, detail = self.said_of(request, because, detail)
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

    def said_of(self, request: ApiRequest, because: str, detail: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """The reason and the detail of an entry: the ground or, where one is asked for, the reason given; the app."""
        detail = {**detail, **app_of(request)}
        if not self.demands_reason:
            return because, detail
        return reasons.stated(request), {**detail, "ground": because}

    def entry(self, request: ApiRequest, *, because: str, is_one: bool = False) -> list[Any]:
        """The same entry for a `core.api.prepared.Recorded`, which names what it found: one record, or many."""
        because, detail = self.said_of(request, because, {})
        return audit.entry(
            request.user,
            verb=f"api.{self.basename_of()}",
            object_type=self.model._meta.label_lower if is_one else "",
            reason=because,
            detail=detail,
            request=request._request,
        )

    @classmethod
    def basename_of(cls) -> str:
        return cls.model._meta.label_lower

    # --- What ----------------------------------------------------------------------------------------------

    def asks_alone(self, request: ApiRequest) -> bool:
        """Whether `action` asks Postgres by `core.db.ask` alone, so that no transaction is needed around it."""
        return False

    def rows(self, request: ApiRequest) -> models.QuerySet:
        """All rows that the transaction reaches; subclasses leave out what is not for this reader."""
        return self.model._default_manager.all()

    def member_asked(self, request: ApiRequest) -> Any:
        """Whose records are asked for; the room that keeps people knows how to find one (`members.api`)."""
        raise ImproperlyConfigured(f"{type(self).__name__} is listed by member and does not say how one is found.")

    def visible(self, rows: models.QuerySet, request: ApiRequest, member: Any) -> models.QuerySet:
        """`rows` without what is kept from this reader of this member's record."""
        return rows

    @classmethod
    def filters_stated(cls) -> dict[str, Filter]:
        """The filters with what each may say."""
        return _filters_of(cls)

    def asked(self, request: ApiRequest) -> dict[str, Any]:
        """What the filters were given, checked. Raises 400 for a value that it cannot be."""
        found = {}
        for name, stated in self.filters_stated().items():
            value = request.query_params.get(name)
            if value in (None, ""):
                continue
            try:
                found[name] = stated.field.run_validation(value)
            except ValidationError as error:
                raise ValidationError({name: error.detail}) from None
        return found

    def filtered(self, rows: models.QuerySet, request: ApiRequest) -> models.QuerySet:
        stated = self.filters_stated()
        for name, value in self.asked(request).items():
            if stated[name].lookup:
                rows = rows.filter(**{stated[name].lookup: value})
        return rows

    def added(self, found: Rows, request: ApiRequest) -> Rows:
        """Elements beside the row's own columns, for a whole page at once."""
        return found

    # --- Verbs -----------------------------------------------------------------------------------------------

    def list(self, request: ApiRequest, **kwargs: Any) -> Response:
        member = self.member_asked(request) if self.by_member else None
        decision = self.demand(request, member, self.list_permissions or None)
        rows = self.filtered(self.rows(request), request)
        if member is not None:
            rows = self.visible(rows.filter(member=member), request, member)
        found, cursor = paging.page(rows.values(*self.columns()), request, self.ordering)
        self.note_read(request, member_id=member and member.pk, because=decision.why, count=len(found))
        return Response({"next": cursor, "results": self.trimmed(self.added(found, request))})

    def columns(self) -> tuple[str, ...]:
        keys = tuple(name.lstrip("-") for name in self.ordering)
        return tuple(dict.fromkeys((*self.fields, *keys)))

    def trimmed(self, found: Rows) -> Rows:
        extra = set(self.columns()) - set(self.fields)
        for row in found:
            for name in extra:
                row.pop(name, None)
        return found

    def retrieve(self, request: ApiRequest, id: UUID) -> Response:
        record, decision = self.record(request, id)
        self.note_read(request, member_id=member_id_of(record), obj=record, because=decision.why)
        row = {name: getattr(record, column) for name, column in self.own_columns().items()}
        is_whole = len(row) == len(self.fields)
        return self.respond(request, self.added([row], request)[0] if is_whole else self.as_read(request, id))

    @classmethod
    def own_columns(cls) -> dict[str, str]:
        """Of `fields` those that are columns of the record itself, with their attributes."""
        names = {field.name: field.attname for field in cls.model._meta.concrete_fields}
        return {name: names[name] for name in cls.fields if name in names}

    def record(self, request: ApiRequest, id: UUID, permissions: tuple[str, ...] | None = None) -> tuple[Any, Decision]:
        """The record within reach that this user may open. Raises 404 and 403."""
        record = self.find(request, id)
        member_field = "member" in {f.name for f in self.model._meta.fields}
        if record is None:
            raise Http404
        member = record.member if member_field else None
        decision = self.demand(request, record, permissions)
        if member is not None:
            only = self.rows(request).filter(pk=id)
            visible = self.visible(only, request, member)
            if visible is not only and not visible.exists():
                raise Http404
        return record, decision

    def find(self, request: ApiRequest, id: UUID) -> Any:
        """The record with its member, or None where it is out of reach or does not exist."""
        rows = self.rows(request).filter(pk=id)
        if "member" in {f.name for f in self.model._meta.fields}:
            rows = rows.select_related("member")
        return next(iter(rows[:1]), None)

    def as_read(self, request: ApiRequest, id: UUID) -> dict:
        return self.all_as_read(request, [id])[0]

    def all_as_read(self, request: ApiRequest, ids: Sequence[UUID]) -> Rows:
        """The rows of these ids, in their order, as a reader sees them."""
        found = {row["id"]: row for row in self.model._default_manager.filter(pk__in=ids).values(*self.fields)}
        return self.added([found[id] for id in ids], request)

    def respond(self, request: ApiRequest, body: dict) -> Response:
        """With its ETag; 304 where the reader has it already."""
        tag = self.tag(body)
        if request.method == "GET" and tag in tags(request.headers.get("If-None-Match", "")):
            return Response(status=304, headers={"ETag": tag})
        return Response(body, headers={"ETag": tag})

    def tag(self, body: dict) -> str:
        """The ETag of a record as it reads: of its version where rows count theirs, else of all that it says."""
        if "version" in body and self.counts_versions:
            return etag(body["id"], body["version"])
        said = orjson.dumps(body, default=plain, option=orjson.OPT_UTC_Z | orjson.OPT_SORT_KEYS)
        return f'W/"{hashlib.sha256(said).hexdigest()[:32]}"'

    def demand_version(self, request: ApiRequest, record: Any) -> None:
        """Raises 428 without If-Match, 412 where it names another version than the present one."""
        if not request.headers.get("If-Match"):
            raise errors.PreconditionRequired
        self.heed_version(request, record)

    def heed_version(self, request: ApiRequest, record: Any) -> None:
        """Raises 412 where If-Match was sent and names another version than the present, which is held from now on."""
        said = request.headers.get("If-Match", "")
        if not said or said.strip() == "*":
            return
        self.model._default_manager.select_for_update(of=("self",)).get(pk=record.pk)
        if self.tag(self.as_read(request, record.pk)) not in tags(said):
            raise errors.PreconditionFailed

    def given(
        self, request: ApiRequest, input: type[serializers.Serializer], *, partial: bool = False
    ) -> dict[str, Any]:
        """The body as `input` understands it. Raises 400 with what is wrong with which field."""
        try:
            return _reader(input, partial).run_validation(request.data)
        except ValidationError as error:
            if isinstance(error.detail, dict):
                raise
        # Of a body that is none at all, the framework says it.
        data = input(data=request.data, partial=partial, context={"request": request, "view": self})
        data.is_valid(raise_exception=True)
        return data.validated_data

    def refusal(self, error: Exception) -> APIException | None:
        """The problem that an exception of the room's actions stands for, where `refused` does not say enough."""
        return None

    def once(self, request: ApiRequest, act: Callable[[], tuple[int, Any]]) -> Response:
        """A POST that acts at most once for its Idempotency-Key; `act` gives status and body."""
        response = once(request, act)
        if isinstance(response.data, dict) and "id" in response.data:
            response["ETag"] = self.tag(response.data)
        return response


def app_of(request: ApiRequest) -> dict[str, str]:
    """The app by which somebody asks, as an entry in the access log names it."""
    application = getattr(request.auth, "application_id", None)
    return {} if application is None else {"application": str(application)}


def tags(said: str) -> list[str]:
    """The ETags that a header names."""
    return [one.strip() for one in said.split(",")]


def etag(key: Any, version: int) -> str:
    return f'W/"{key}.{version}"'


def as_uuid(value: str, name: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise ValidationError({name: "This is no id."}) from None


def member_id_of(record: Any) -> UUID | None:
    return record.pk if record._meta.label_lower == "members.member" else getattr(record, "member_id", None)


@dataclass(frozen=True)
class Place:
    """Where a resource is: by HTTP method the view's methods for its list and its record, by name those for a step."""

    view: type[Resource]
    listing: dict[str, str]
    single: dict[str, str]
    steps: dict[str, str]

    def allowed(self, action: str) -> str:
        """The header Allow of the path at which `action` is."""
        beside = [group for group in (self.listing, self.single) if action in group.values()]
        methods = {"options", *(beside[0] if beside else ("post",))}
        methods |= {"head"} if "get" in methods else set()
        return ", ".join(name.upper() for name in self.view.http_method_names if name in methods)


# Every resource by its place below the interface's prefix, once the rooms' `api` modules are read.
PLACES: dict[str, Place] = {}


def resource(place: str, view: type[Resource]) -> list[URLPattern]:
    """The paths of a resource: its list, its record, and each step on a record (`core.api.writing.step`)."""
    listing = {"get": "list"}
    single = {"get": "retrieve"} | ({"patch": "partial_update"} if hasattr(view, "partial_update") else {})
    writes = writes_of(view)
    for made, write in writes.items():
        if not write.is_step:
            listing["post"] = made
    name = place.replace("-", "_")
    steps = {taken.replace("_", "-"): taken for taken, write in writes.items() if write.is_step}
    PLACES[place] = Place(view, listing, single, steps)
    patterns = [
        path(f"{place}/", _as_view(view, listing), name=f"api_{name}"),
        path(f"{place}/<uuid:id>/", _as_view(view, single), name=f"api_{name}_one"),
    ]
    for at, taken in steps.items():
        one = _as_view(view, {"post": taken}, writes[taken])
        patterns.append(path(f"{place}/<uuid:id>/{at}/", one, name=f"api_{name}_{taken}"))
    return patterns


def writes_of(view: type[Resource]) -> dict[str, Write]:
    """The writes that a view states, by the name of their method."""
    stated = {name: getattr(inspect.getattr_static(view, name), "write", None) for name in dir(view)}
    return {name: write for name, write in stated.items() if isinstance(write, Write)}


def _as_view(view: type[Resource], actions: dict[str, str], write: Write | None = None) -> GuardedView:
    # The walk over every URL asks each view who may.
    permissions = write.permissions if write and write.permissions else view.permissions
    return states(view.as_view({**actions}), permissions[0])
