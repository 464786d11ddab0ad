"""Telling a member of something about their visits."""

from typing import Any

from core.outbox import enqueue
from members.models import Member


def notify(member: Member, template: str, key: str, url_path: str) -> None:
    """A notice in the portal and an e-mail that says only that something waits there."""
    user = member.user
    if user is None:
        return
    common: dict[str, Any] = {"template": template, "user": user, "member_id": member.pk, "language": member.language}
    enqueue(dedupe_key=f"{key}:portal", channel="portal", url_path=url_path, **common)
    enqueue(dedupe_key=f"{key}:email", channel="email", address=user.email, url_path=url_path, **common)
