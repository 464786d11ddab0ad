"""Why people's rows are opened, where a permission alone is no ground: the header `Access-Reason`.

A header, since what stands in an address is kept in the logs of every proxy on the way.
"""

from urllib.parse import unquote

from rest_framework.exceptions import ValidationError

from core.api import errors
from core.api.requests import ApiRequest

HEADER = "Access-Reason"
# As the pages ask for it; the access log takes no more.
LEAST, MOST = 8, 200


def stated(request: ApiRequest) -> str:
    """The reason that the request states; what is not ASCII comes percent-encoded as UTF-8.

    Raises 428 without one, and 400 for one that says nothing or too much.
    """
    said = " ".join(unquote(request.headers.get(HEADER, "")).split())
    if not said:
        raise errors.ReasonRequired
    if "\x00" in said or not said.isprintable():
        raise ValidationError({HEADER: "Write it as text."})
    if not LEAST <= len(said) <= MOST or not any(character.isalpha() for character in said):
        raise ValidationError({HEADER: f"Say it in words: {LEAST} to {MOST} characters."})
    return said
