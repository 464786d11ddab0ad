"""The REST interface as pages: each kind with its operations, made from the OpenAPI document."""

import functools
import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from core.permissions import public


@functools.cache
def document() -> dict[str, Any]:
    """The OpenAPI document; it changes only with the program."""
    return SchemaGenerator().get_schema(request=None, public=True)


@public
@require_safe
def api_docs(request: HttpRequest, kind: str = "") -> HttpResponse:
    """All kinds, or one with what can be done with it. It tells of nobody."""
    operations = [
        {"path": path, "method": method.upper(), **operation}
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    ]
    kinds = sorted({operation["tags"][0] for operation in operations})
    if kind and kind not in kinds:
        raise Http404
    context: dict[str, Any] = {
        "kind": kind,
        "kinds": [
            {"name": name, "count": sum(operation["tags"][0] == name for operation in operations)} for name in kinds
        ],
    }
    if kind:
        context["operations"] = [_shown(one) for one in operations if one["tags"][0] == kind]
        context["columns"] = [{"label": label} for label in (_("Name"), _("Kind"), _("What it is"))]
    return render(request, "core/api_docs.html", context)


def _shown(operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return {
        "id": operation["operationId"],
        "method": operation["method"],
        "path": operation["path"],
        "words": operation.get("description") or operation["summary"],
        "scopes": sorted({scope for way in operation["security"] for scope in way.get("oauth2", ())}),
        "parameters": [
            {
                "name": parameter["name"],
                "kind": _kind(parameter["schema"]),
                "words": parameter.get("description", ""),
                "required": parameter.get("required", False),
            }
            for parameter in operation.get("parameters", ())
            if parameter["in"] != "path"
        ],
        "fields": _fields(body.get("schema", {})),
        "request": _example(body),
        "answers": [
            {
                "status": status,
                "words": answer.get("description") or _("Done."),
                "example": _example(next(iter(answer.get("content", {}).values()), {})) if status < "300" else "",
            }
            for status, answer in operation["responses"].items()
        ],
    }


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def _kind(schema: dict[str, Any]) -> str:
    """A schema in a few words: `uuid`, `one of a, b`, `list of objects`."""
    schema = _resolved(schema["allOf"][0] if "allOf" in schema else schema)
    if "enum" in schema:
        return _("one of %(values)s") % {"values": ", ".join(str(value) for value in schema["enum"])}
    kinds = schema.get("type", "object")
    kind = " / ".join(kinds) if isinstance(kinds, list) else kinds
    if kind == "array":
        return _("list of %(what)s") % {"what": _kind(schema["items"])}
    return str(schema.get("format") or kind)


def _fields(schema: dict[str, Any]) -> list[dict[str, Any]]:
    found = _resolved(schema)
    return [
        {
            "name": name,
            "kind": _kind(part),
            "words": part.get("description", ""),
            "required": name in found.get("required", ()),
        }
        for name, part in found.get("properties", {}).items()
    ]


def _example(content: dict[str, Any]) -> str:
    example = next(iter(content.get("examples", {}).values()), None)
    return json.dumps(example["value"], indent=2, ensure_ascii=False) if example else ""
