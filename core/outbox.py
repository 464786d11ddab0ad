"""Messages that leave the system: written in the action's transaction, delivered after commit, at least once.

A message names a template and carries no health detail: what waits is read in the portal, after sign-in. The values a
template may show are the few of `ALLOWED`, whatever the row's context holds.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q, QuerySet
from django.template.loader import get_template, render_to_string
from django.utils import timezone, translation

from core import gateways, wakeups
from core.db import as_job
from core.models import OutboxMessage, User
from core.models.base import ClockTimestamp

log = logging.getLogger(__name__)
Channel, Status = OutboxMessage.Channel, OutboxMessage.Status

# Nothing of these tells what somebody has or takes: names, places and times that the person knows already.
ALLOWED = frozenset({"given_name", "day", "time", "place", "organization", "phone", "hours", "days", "by_name"})
# An e-mail, an SMS, what a locked screen shows: all of them say that a message waits, and no more. The words of the
# others are for the portal and for letters; an invitation is about an account, a new address about reaching one, and
# records that were joined about who opens them: not about health.
OUTSIDE = frozenset({Channel.EMAIL, Channel.SMS, Channel.PUSH})
SAID_OUTSIDE = frozenset({"invitation", "portal_invitation", "contact_added", "records_joined"})
WAITS = "message_waiting"
MAX_ATTEMPTS = 6
# After the first failure a minute, then 4, 16 minutes, an hour, four hours.
BACKOFF = timedelta(minutes=1)
# Longer than any transport takes; a worker that died leaves its messages to the next sweep after this.
LEASE = timedelta(minutes=5)
# A channel that is not set up says nothing about the person's address.
NO_TRANSPORT = "no transport"


class Undeliverable(Exception):
    """Trying again would not help: no address, no such template, no transport for the channel."""


@dataclass(frozen=True)
class Rendered:
    subject: str
    body: str


Transport = Callable[[OutboxMessage, Rendered], None]
_transports: dict[str, Transport] = {}


PathMaker = Callable[[str], str]
_paths: dict[str, PathMaker] = {}


def register_path(name: str, make: PathMaker) -> None:
    """Plug in addresses that are made when a message leaves: `url_path` "<name>:<value>" becomes `make(value)`.

    So the row of a message holds no address that works as a key (a signed link).
    """
    _paths[name] = make


def _path(message: OutboxMessage) -> str:
    name, colon, value = message.url_path.partition(":")
    if colon and not message.url_path.startswith("/") and name in _paths:
        return _paths[name](value)
    return message.url_path or "/"


def register_transport(channel: str, transport: Transport) -> None:
    """Plug in how a channel delivers. `transport(message, rendered)` raises to be tried again."""
    _transports[channel] = transport


# --- write ----------------------------------------------------------------------------------------------


def enqueue(
    *,
    dedupe_key: str,
    channel: str,
    template: str,
    user: User | None = None,
    member_id: UUID | None = None,
    address: str = "",
    language: str = "en",
    context: dict[str, Any] | None = None,
    url_path: str = "",
    send_after: datetime | None = None,
) -> None:
    """Write one message; a second with the same `dedupe_key` is the same message and is not written.

    Raises `ValueError` for a context value that messages may not carry (see `ALLOWED`).
    """
    forbidden = (context or {}).keys() - ALLOWED
    if forbidden:
        raise ValueError(f"A message may not carry {', '.join(sorted(forbidden))}: say it in the portal.")
    message = OutboxMessage(
        dedupe_key=dedupe_key,
        channel=channel,
        template=template,
        user=user,
        member_id=member_id,
        address=address,
        language=language,
        context=context or {},
        url_path=url_path,
        **({"send_after": send_after} if send_after else {}),
    )
    OutboxMessage.objects.bulk_create([message], ignore_conflicts=True)
    wake()


def wake() -> None:
    """Have due messages delivered once this transaction has committed."""
    wakeups.after_commit(_send_wakeup)


def _send_wakeup() -> None:
    from core.tasks import deliver_outbox

    deliver_outbox.delay()


# --- deliver --------------------------------------------------------------------------------------------


def deliver(limit: int = 200) -> int:
    """Deliver what is due, at most `limit` messages; returns how many were tried.

    Any number of workers may deliver at once. One that dies between sending and noting it sends again.
    """
    by = User.objects.system("outbox")
    with as_job(by, reason="deliver messages"):
        claimed = _claim(limit)
    for message in claimed:
        _deliver(message, by=by)
    return len(claimed)


def _claim(limit: int) -> list[OutboxMessage]:
    due = (
        OutboxMessage.objects.filter(status__in=[Status.QUEUED, Status.SENDING], send_after__lte=ClockTimestamp())
        .select_for_update(skip_locked=True, of=["self"])
        .select_related("user")
        .order_by("send_after")[:limit]
    )
    messages = list(due)
    OutboxMessage.objects.filter(pk__in=[message.pk for message in messages]).update(
        status=Status.SENDING, attempts=F("attempts") + 1, send_after=ClockTimestamp() + LEASE
    )
    for message in messages:
        message.attempts += 1
    return messages


def _deliver(message: OutboxMessage, *, by: User) -> None:
    """Hand one message to its channel and note how it went."""

    def note(**fields: Any) -> None:
        with as_job(by, reason="deliver messages"):
            OutboxMessage.objects.filter(pk=message.pk).update(**fields)

    try:
        transport = _transports.get(message.channel)
        if transport is None:
            raise Undeliverable(f"{NO_TRANSPORT} for {message.channel}")
        transport(message, render(message))
    except Undeliverable as error:
        note(status=Status.FAILED, last_error=str(error)[:300])
    except Exception as error:
        log.warning("outbox_delivery_failed", extra={"outbox": str(message.pk), "error": type(error).__name__})
        over = message.attempts >= MAX_ATTEMPTS
        note(
            status=Status.FAILED if over else Status.QUEUED,
            # The type alone: a mail server's answer can quote the address or the text.
            last_error=type(error).__name__,
            send_after=timezone.now() + BACKOFF * 4 ** (message.attempts - 1),
        )
    else:
        note(status=Status.SENT, last_error="", sent_at=ClockTimestamp())


def render(message: OutboxMessage) -> Rendered:
    """Subject and text in the message's language, with the few values that messages may show.

    Outside the portal every message reads alike: that one waits, and where. Raises `Undeliverable` for a template
    that does not exist.
    """
    from django.template import TemplateDoesNotExist

    values = {name: value for name, value in message.context.items() if name in ALLOWED}
    values["url"] = settings.PUBLIC_URL.rstrip("/") + _path(message)
    try:
        with translation.override(message.language):
            get_template(f"messages/{message.template}.txt")
            is_hidden = message.channel in OUTSIDE and message.template not in SAID_OUTSIDE
            name = WAITS if is_hidden else message.template
            subject = render_to_string(f"messages/{name}.subject", values)
            body = render_to_string(f"messages/{name}.txt", values)
    except TemplateDoesNotExist as error:
        raise Undeliverable(f"no template {message.template}") from error
    return Rendered(" ".join(subject.split()), body.strip() + "\n")


# --- transports -----------------------------------------------------------------------------------------


def send_email(message: OutboxMessage, rendered: Rendered) -> None:
    """By Django's mail backend; the Message-ID is the same on every attempt, so that a repeat can be known."""
    address = message.address or (message.user.email if message.user else "")
    if not address or address.endswith(".invalid"):
        raise Undeliverable("no e-mail address")
    domain = settings.DEFAULT_FROM_EMAIL.rsplit("@", 1)[-1].strip("> ")
    EmailMessage(
        rendered.subject, rendered.body, to=[address], headers={"Message-ID": f"<{message.pk}@{domain}>"}
    ).send()


def show_in_portal(message: OutboxMessage, rendered: Rendered) -> None:
    """A portal notice is its own delivery: the row is what the person sees."""
    if message.user_id is None and message.member_id is None:
        raise Undeliverable("nobody to show it to")


def by_gateway(message: OutboxMessage, rendered: Rendered) -> None:
    """SMS, push and letters: by the gateway. A demo keeps them: the outbox page shows what would have gone."""
    if message.channel == Channel.SMS and not message.address:
        raise Undeliverable("no telephone number")
    if settings.DEMO:
        return
    gateway = gateways.gateway_of(message.channel)
    if gateway is None:
        raise Undeliverable(f"{NO_TRANSPORT} for {message.channel}")
    link = settings.PUBLIC_URL.rstrip("/") + _path(message)
    try:
        gateways.send(gateway, message, subject=rendered.subject, text=rendered.body, link=link)
    except gateways.Refused as refused:
        raise Undeliverable(str(refused)) from refused


register_transport(Channel.EMAIL, send_email)
register_transport(Channel.PORTAL, show_in_portal)
for _channel in (Channel.SMS, Channel.LETTER, Channel.PUSH):
    register_transport(_channel, by_gateway)


def channels_off() -> list[str]:
    """Channels by which nothing can leave here: what chooses a channel passes them over."""
    off = []
    for channel in Channel.values:
        transport = _transports.get(channel)
        if transport is None or (
            transport is by_gateway and not settings.DEMO and gateways.gateway_of(channel) is None
        ):
            off.append(channel)
    return off


# --- portal notices -------------------------------------------------------------------------------------


def withdraw(*member_ids: UUID) -> int:
    """Take back what still waits to be sent about these members; returns how many messages."""
    waiting = OutboxMessage.objects.filter(member_id__in=member_ids, status=OutboxMessage.Status.QUEUED)
    return waiting.update(status=OutboxMessage.Status.CANCELLED)


def notices_for(user: User) -> QuerySet[OutboxMessage]:
    """The user's portal notices that are due, newest first."""
    return OutboxMessage.objects.filter(
        Q(user=user), channel=Channel.PORTAL, send_after__lte=timezone.now() + LEASE
    ).order_by("-created_at")


def mark_read(*, by: User, message_id: UUID) -> None:
    """Note that the person opened their own notice; somebody else's stays as it is."""
    OutboxMessage.objects.filter(pk=message_id, user=by, read_at=None).update(read_at=timezone.now())
