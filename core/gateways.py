"""Text messages, push notices and letters leave by an HTTP gateway that the settings name for each channel.

A gateway is whatever takes this request: a provider's own address, or a small adapter in front of one. It is asked
`POST <url>` with a JSON object of `id`, `channel`, `to` (telephone number or address; empty for a push), `user` and
`member` (opaque ids, for a gateway that keeps devices or addresses), `from`, `language`, `subject`, `text` and `url`.
The key goes as `Authorization: Bearer`, the message's id as `Idempotency-Key`: a repeat after a failure is the same
message. 2xx says it is taken; 400, 404, 410 and 422 say that it can never be delivered; everything else is tried again.
"""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from core.models import OutboxMessage

TIMEOUT = 10
NEVER = frozenset({400, 404, 410, 422})


@dataclass(frozen=True)
class Gateway:
    """Where a channel's messages go. `key` and `sender` may be empty."""

    url: str
    key: str = ""
    sender: str = ""


class Refused(Exception):
    """The gateway says that this message can never be delivered."""


class _Stay(urllib.request.HTTPRedirectHandler):
    """A message is not carried to another address than the one that was set."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_opener = urllib.request.build_opener(_Stay)


def gateway_of(channel: str) -> Gateway | None:
    """The gateway that the settings name for a channel (`MESSAGE_GATEWAYS`)."""
    named: dict[str, dict[str, str]] = settings.MESSAGE_GATEWAYS
    return Gateway(**named[channel]) if channel in named else None


def send(gateway: Gateway, message: OutboxMessage, *, subject: str, text: str, link: str) -> None:
    """Hand one message over. Raises `Refused` where it can never arrive, anything else to be tried again."""
    body = {
        "id": str(message.pk),
        "channel": message.channel,
        "to": message.address,
        "user": str(message.user_id or ""),
        "member": str(message.member_id or ""),
        "from": gateway.sender,
        "language": message.language,
        "subject": subject,
        "text": text,
        "url": link,
    }
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(message.pk)}
    if gateway.key:
        headers["Authorization"] = f"Bearer {gateway.key}"
    request = urllib.request.Request(gateway.url, json.dumps(body).encode(), headers, method="POST")  # noqa: S310
    try:
        with _opener.open(request, timeout=TIMEOUT):
            pass
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in NEVER:
            raise Refused(f"the gateway answered {error.code}") from None
        raise
