"""Short notes after an action, shown once: "Moved to 3 December.", with a way back where there is one."""

from django.contrib import messages
from django.http import HttpRequest

UNDO = "undo="


def notify(request: HttpRequest, text: str, *, undo_url: str = "", level: int = messages.SUCCESS) -> None:
    """Show `text` on the next page; `undo_url` takes a POST that takes the action back.

    `text` may be read over a shoulder: say what was done, not what a result was.
    """
    messages.add_message(request, level, text, extra_tags=f"{UNDO}{undo_url}" if undo_url else "")
