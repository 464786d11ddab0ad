"""The request of an endpoint: its authentication has said who asks, and the anonymous got 401."""

from typing import TYPE_CHECKING

from rest_framework.request import Request

if TYPE_CHECKING:
    from core.models import User


class ApiRequest(Request):
    """A name for type checkers: at run time it is the framework's own request."""

    user: "User"
