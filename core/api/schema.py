"""What drf-spectacular cannot read from a view that answers with plain values."""

import functools
import re
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from core.api import reasons
from core.api.errors import MEDIA_TYPE, TYPE

FAULTS = {
    400: "The request is not valid: `errors` names each field or parameter.",
    401: "No token, or one that is unknown or has expired.",
    403: "The scope or the permission is missing.",
    404: "There is no such record within reach.",
    405: "This is not done here.",
    406: "Only JSON is given.",
    409: "The rules of the house or the record's state do not allow it.",
    412: "The record is no longer as If-Match says: read it again.",
    415: "Only JSON is taken.",
    422: "The Idempotency-Key came with another request before.",
    428: "A header that is demanded is missing: If-Match, or Access-Reason.",
    429: "Too many requests: wait as long as Retry-After says.",
    503: "The access log cannot be written, so the record stays closed.",
}
EXAMPLE = "x-example"
ALWAYS = (400, 401, 403, 405, 406, 429)


class ProblemDetailSerializer(serializers.Serializer):
    """One fault."""

    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True, help_text="The field or parameter; a dot leads into nested ones.")


class ProblemSerializer(serializers.Serializer):
    """A fault as RFC 9457 writes it."""

    type = serializers.CharField(help_text=f"A URN: {TYPE}<code>.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="The first fault in words.")
    errors = ProblemDetailSerializer(many=True)  # type: ignore[assignment]  # RFC 9457's word; the stubs' is the framework's


class ResourceSchema(AutoSchema):
    """Pages with a cursor, faults as problems, ETag and Idempotency-Key, the scope that each operation asks for."""

    # A `core.api.resources.Resource`, which has this schema among its own attributes.
    view: Any

    @property
    def write(self) -> Any:
        return getattr(getattr(self.view, self.view.action, None), "write", None)

    def _is_list_view(self, serializer: Any = None) -> bool:
        """A page is one object, as `get_response_serializers` says."""
        return False

    def get_operation_id(self) -> str:
        words = {"list": "list", "retrieve": "read", "partial_update": "update"}
        word = words.get(self.view.action, self.view.action)
        if self.write is not None and not self.write.is_step:
            word = "create"
        return f"{word}_{self._name()}"

    def _name(self) -> str:
        return [part for part in self.path.split("/") if part and "{" not in part][2].replace("-", "_")

    def get_tags(self) -> list[str]:
        return [self._name().replace("_", "-")]

    def get_summary(self) -> str:
        words = {"list": "List", "retrieve": "Read one of", "partial_update": "Change one of"}
        word = words.get(self.view.action, self.view.action.replace("_", " ").capitalize())
        if self.write is not None and not self.write.is_step:
            word = "Create in"
        return f"{word}: {self._name().replace('_', ' ')}"

    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular's own, which takes nothing
        return self.write.words if self.write is not None else " ".join((self.view.__doc__ or "").split())

    def get_extensions(self) -> dict[str, Any]:
        """The write's own example, which `finish` takes out again and puts into the body."""
        return {EXAMPLE: self.write.example} if self.write is not None and self.write.example else {}

    def get_override_parameters(self) -> list[Any]:
        view, found = self.view, []
        if view.action == "list":
            if view.by_member:
                found.append(OpenApiParameter("member", OpenApiTypes.UUID, required=True, description="Whose."))
            found += [
                OpenApiParameter("cursor", str, description="From `next` of the page before."),
                OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": 100}),
                *(stated.parameter(name) for name, stated in view.filters_stated().items()),
                *view.parameters,
            ]
        if view.demands_reason:
            found.append(_reason())
        if view.action == "retrieve":
            found.append(_header("If-None-Match", "An ETag: 304 where the record still reads so."))
        if view.action == "partial_update":
            found.append(_header("If-Match", "The ETag as read; demanded (428)."))
        if self.write is not None:
            found.append(_header("Idempotency-Key", "Repeat the request safely; at most 100 characters.", most=100))
            if self.write.is_step:
                found.append(_header("If-Match", "The ETag as read: 412 where the record has changed since."))
        return found

    def get_request_serializer(self) -> Any:
        if self.write is not None:
            return self.write.input
        return getattr(self.view, "inputs", {}).get(self.view.action)

    def get_response_serializers(self) -> Any:
        view = self.view
        row = view.get_serializer_class()
        page = _page(row)
        faults = set(ALWAYS) | ({503} if view.is_personal else set())
        good: dict[Any, Any] = {200: row}
        if view.action in view.searches:
            good = {200: page}
            faults |= {415}
        elif view.action == "list":
            good = {200: page}
            faults |= {404} if view.by_member or view.parameters else set()
        elif view.action == "retrieve":
            good[304] = OpenApiResponse(description="It still reads as If-None-Match says.")
            faults |= {404}
        elif view.action == "partial_update":
            faults |= {404, 409, 412, 415, 428}
        elif self.write is not None:
            good = {self.write.status: page if self.write.is_many else row}
            faults |= {404, 409, 415, 422} | ({412} if self.write.is_step else set())
        if view.demands_reason:
            faults |= {428}
        told = {
            (status, MEDIA_TYPE): OpenApiResponse(ProblemSerializer, description=FAULTS[status])
            for status in sorted(faults)
        }
        return {**good, **told}


@functools.cache
def _page(row: type[serializers.Serializer]) -> serializers.Serializer:
    """The shape of a list's page."""
    shape = {"next": serializers.CharField(allow_null=True), "results": row(many=True)}
    return inline_serializer(f"{row.__name__.removesuffix('Row')}Page", shape)


def _header(name: str, words: str, *, most: int = 300) -> OpenApiParameter:
    return OpenApiParameter(name, {"type": "string", "maxLength": most}, OpenApiParameter.HEADER, description=words)


def _reason() -> OpenApiParameter:
    words = "Why these people's rows are opened, kept in the access log; percent-encoded UTF-8 where it is not ASCII."
    shape = {
        "type": "string",
        "minLength": reasons.LEAST,
        "maxLength": reasons.MOST,
        "example": "Reconciling October with the medical group",
    }
    return OpenApiParameter(reasons.HEADER, shape, OpenApiParameter.HEADER, required=True, description=words)


# --- After drf-spectacular ------------------------------------------------------------------------------------

ID = "0192f0c4-7a10-7c3e-9b1a-3f6d0c2a4e55"
# Believable values for elements of these names; others get one by their type.
SAMPLES: dict[str, Any] = {
    "family": "Rivera",
    "given": "Ana",
    "mrn": "123456782",
    "birth_date": "1970-05-04",
    "birth_country": "US",
    "language": "es",
    "next": None,
    "code": "4548-4",
    "system": "http://loinc.org",
    "display": "Hemoglobin A1c",
    "role": "code",
    "start": "2026-11-20T09:00:00Z",
    "end": "2026-11-20T09:20:00Z",
    "part_of": None,
    "corrects": None,
    "mode": "home",
}


def finish(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Post-processing hook: bodies take no other fields than theirs, and every operation shows an example."""
    schemas = result["components"]["schemas"]
    for operations in result["paths"].values():
        for operation in operations.values():
            if "requestBody" in operation:
                _close(operation["requestBody"]["content"]["application/json"]["schema"], schemas)
            _show(operation, schemas, operation.pop(EXAMPLE, None))
    return result


def _close(schema: dict[str, Any], schemas: dict[str, Any]) -> None:
    """State that an object has no other properties, through references and arrays."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
    if schema.get("type") == "array":
        _close(schema["items"], schemas)
    if schema.get("type") != "object" or schema.get("additionalProperties") is False:
        return
    schema["additionalProperties"] = False
    for one in schema.get("properties", {}).values():
        _close(one, schemas)
        for part in one.get("allOf", ()):
            _close(part, schemas)


def _show(operation: dict[str, Any], schemas: dict[str, Any], example: dict[str, Any] | None) -> None:
    bodies = [operation["requestBody"]] if "requestBody" in operation else []
    for body in bodies:
        for content in body["content"].values():
            content.setdefault("examples", {"request": {"value": example or sample(content["schema"], schemas)}})
    for status, answer in operation["responses"].items():
        for media, content in answer.get("content", {}).items():
            value = _problem(int(status), answer) if media == MEDIA_TYPE else sample(content["schema"], schemas)
            content.setdefault("examples", {"answer": {"value": value}})
    for parameter in operation.get("parameters", ()):
        shown = "example" in parameter or "example" in parameter.get("schema", {})
        if parameter.get("required") and not shown:
            parameter["example"] = sample(parameter["schema"], schemas, parameter["name"])


NUMBERS = ("25.00", "1.0", "1", "0.5", "2026-10", "1234567893")
CODES = {
    400: "invalid",
    401: "not_authenticated",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    412: "precondition_failed",
    415: "unsupported_media_type",
    422: "idempotency_key_reused",
    428: "precondition_required",
    429: "throttled",
    503: "audit_unavailable",
}


def _problem(status: int, answer: dict[str, Any]) -> dict[str, Any]:
    detail = answer["description"]
    code = CODES[status]
    return {
        "type": TYPE + ("validation_error" if status == 400 else code),
        "title": "The request is not valid." if status == 400 else code.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "errors": [{"code": code, "detail": detail, "attr": "member" if status == 400 else None}],
    }


def sample(schema: dict[str, Any], schemas: dict[str, Any], name: str = "") -> Any:
    """A value that fits a schema, the same every time."""
    if "$ref" in schema:
        return sample(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas, name)
    for word in ("allOf", "oneOf", "anyOf"):
        if word in schema:
            return sample(schema[word][0], schemas, name)
    if "default" in schema:
        return schema["default"]
    if schema.get("enum"):
        return schema["enum"][0]
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if kind == "object":
        return {key: sample(part, schemas, key) for key, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [sample(schema["items"], schemas, name)]
    if name in SAMPLES:
        return SAMPLES[name]
    if kind in ("integer", "number"):
        return max(schema.get("minimum", 1), 1)
    if kind == "boolean":
        return False
    if kind == "null":
        return None
    formats = {
        "uuid": ID,
        "date": "2026-11-20",
        "date-time": "2026-11-20T09:00:00Z",
        "decimal": "25.00",
        "uri": "http://loinc.org",
    }
    if "pattern" in schema:
        return next((value for value in NUMBERS if re.search(schema["pattern"], value)), "1")
    if schema.get("format") in formats:
        return formats[schema["format"]]
    return (name.replace("_", " ") or "text")[: schema.get("maxLength", 200)]
