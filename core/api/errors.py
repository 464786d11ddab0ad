"""Every fault is answered as a problem (RFC 9457): type, title, status, detail, and what was wrong with which field.

`type` is a URN of ours that ends in the code of the first error; `errors` lists them all with `attr`, the field or
parameter that each is about.
"""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions, status
from rest_framework.exceptions import APIException
from rest_framework.response import Response

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:kpcare:problem:"


class Conflict(APIException):
    """The rules of the house, or the record's state, do not allow it."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = "The record's state does not allow it."
    default_code = "conflict"


class KeptConflict(Conflict):
    """A conflict of which something was written that must stay: the transaction is not rolled back."""


class PreconditionFailed(APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = "Somebody changed the record meanwhile: read it again."
    default_code = "precondition_failed"


class PreconditionRequired(APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = "Send If-Match with the ETag of the version that you read."
    default_code = "precondition_required"


class ReasonRequired(APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = "Say in the header Access-Reason why you open these people's rows: it is kept in the access log."
    default_code = "reason_required"


class KeyReused(APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "This Idempotency-Key came with another request before."
    default_code = "idempotency_key_reused"


class AuditClosed(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The access log cannot be written, so the record stays closed."
    default_code = "audit_unavailable"


class ProblemFormatter(ExceptionFormatter):
    def format_error_response(self, error_response: Any) -> dict[str, Any]:
        first = error_response.errors[0]
        is_invalid = error_response.type == "validation_error"
        return {
            "type": TYPE + ("validation_error" if is_invalid else first.code),
            "title": "The request is not valid." if is_invalid else HTTPStatus(self.exc.status_code).phrase,
            "status": self.exc.status_code,
            "detail": first.detail,
            "errors": [{"code": one.code, "detail": one.detail, "attr": one.attr} for one in error_response.errors],
        }


class ProblemHandler(ExceptionHandler):
    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, PermissionDenied):
            return exceptions.PermissionDenied(str(exc) or None)
        return super().convert_known_exceptions(exc)

    def set_rollback(self) -> None:
        if not isinstance(self.exc, KeptConflict):
            super().set_rollback()

    def get_response(self, exc: APIException, data: dict) -> Response:
        response = super().get_response(exc, data)
        response.content_type = MEDIA_TYPE
        return response
