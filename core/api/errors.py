"""Faults that the framework has no word for. All are answered as problems: type, code, detail, element."""

from rest_framework import status
from rest_framework.exceptions import APIException


class Conflict(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "The record's state does not allow it."
    default_code = "conflict"


class PreconditionFailed(APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = "Somebody changed the record meanwhile: read it again."
    default_code = "precondition_failed"


class PreconditionRequired(APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = "Send If-Match with the ETag of the version that you read."
    default_code = "precondition_required"


class AuditClosed(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The access log cannot be written, so the record stays closed."
    default_code = "audit_unavailable"
