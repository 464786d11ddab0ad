"""Telling a member, or who acts for them, of something about their visits."""

from members.models import Member
from members.telling import tell


def notify(member: Member, template: str, key: str, url_path: str) -> None:
    """A notice in the portal and an e-mail that says only that something waits there; a letter to who has no account.

    A visit that is moved or cancelled unheard is a way made for nothing.
    """
    tell(member, template, key=key, url_path=url_path, scope="schedule", by_letter=template == "visit_changed")
