"""Messages that leave the system: written in the action's transaction, delivered after commit."""

from datetime import datetime
from uuid import UUID

from core.models import OutboxMessage


def enqueue(
    *,
    dedupe_key: str,
    channel: str,
    template: str,
    user=None,
    member_id: UUID | None = None,
    address: str = "",
    language: str = "en",
    context: dict | None = None,
    url_path: str = "",
    send_after: datetime | None = None,
) -> None:
    """Write one message; a second with the same `dedupe_key` is the same message and is not written.

    `context` carries no health detail: what waits is read in the portal, after sign-in.
    """
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
