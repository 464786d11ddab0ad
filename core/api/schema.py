"""What drf-spectacular cannot read from a view that answers with plain values."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers

READS = ("list", "retrieve")


class ProblemSerializer(serializers.Serializer):
    """An error as drf-standardized-errors writes it."""

    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class ProblemsSerializer(serializers.Serializer):
    type = serializers.ChoiceField(["validation_error", "client_error", "server_error"])
    errors = ProblemSerializer(many=True)


class ResourceSchema(AutoSchema):
    """Pages with a cursor, faults as problems, ETag and Idempotency-Key, the scope that each operation asks for."""

    def get_operation_id(self) -> str:
        step = {"list": "list", "create": "create", "retrieve": "read", "partial_update": "update"}
        return f"{step.get(self.view.action, self.view.action)}_{self._name()}"

    def _name(self) -> str:
        return [part for part in self.path.split("/") if part and "{" not in part][2].replace("-", "_")

    def get_tags(self) -> list[str]:
        return [self._name()]

    def get_summary(self) -> str:
        return f"{self.view.action.replace('_', ' ').capitalize()}: {self._name().replace('_', ' ')}"

    def get_override_parameters(self) -> list[Any]:
        view, found = self.view, []
        if view.action == "list":
            if view.by_member:
                found.append(OpenApiParameter("member", OpenApiTypes.UUID, required=True, description="Whose."))
            found += [
                OpenApiParameter("cursor", str, description="From `next` of the page before."),
                OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": 100}),
                *(
                    OpenApiParameter(name, str, description=f"Only where `{lookup}`.")
                    for name, lookup in view.filters.items()
                ),
                *getattr(view, "parameters", ()),
            ]
        if view.action == "partial_update":
            found.append(OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="ETag as read."))
        elif self.method == "POST":
            found.append(
                OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="Repeat it safely.")
            )
        return found

    def get_request_serializer(self) -> Any:
        return getattr(self.view, "inputs", {}).get(self.view.action)

    def get_response_serializers(self) -> Any:
        view = self.view
        row = view.get_serializer_class()
        good: dict[Any, Any]
        if view.action == "list":
            shape = {"next": serializers.CharField(allow_null=True), "results": row(many=True)}
            good = {200: inline_serializer(f"{row.__name__.removesuffix('Row')}Page", shape)}
        elif view.action == "retrieve":
            good = {200: row, 304: None}
        elif view.action == "partial_update":
            good = {200: row, 412: ProblemsSerializer, 428: ProblemsSerializer}
        else:
            good = {201 if view.action == "create" else 200: row, 409: ProblemsSerializer}
        faults = dict.fromkeys((400, 401, 403, 404, 405, 406, 415, 429, 503), ProblemsSerializer)
        return {**faults, **good}
