"""A form sent twice acts once: a double click, an impatient second try, a post that a network sends again.

Nothing is asked of forms or views. Every page carries the CSRF secret under a mask of its own, so the token in a form
names the page on which it stood; the same form of the same page with the same words in it is the same wish. Whoever
sends it again gets the answer of the first, as by an `Idempotency-Key` of the REST interface, in the same table.

What was refused or must be mended (no redirect, or one with an error to read) is not kept: trying again is meant.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import CSRF_TOKEN_LENGTH

from core.http import AuthenticatedHttpRequest
from core.models import IdempotencyKey

ON_ITS_WAY = (302, 303)


def acts_once(request: AuthenticatedHttpRequest, act: Callable[[], HttpResponse]) -> HttpResponse:
    """What `act()` answers to a post; to the same form of the same page again, where the first led and what it said.

    The key is written in the request's own transaction: a second click waits for the first, and acts itself where
    that one was rolled back.
    """
    key = _key(request)
    if not key:
        return act()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_idempotencykey (user_id, key, request_digest) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [request.user.pk, key, key],
        )
        is_first = bool(cursor.rowcount)
    kept = IdempotencyKey.objects.filter(user=request.user, key=key)
    if not is_first:
        return _again(request, kept.get())
    response = act()
    queued = getattr(messages.get_messages(request), "_queued_messages", [])
    said = [(note.level, str(note.message), note.extra_tags) for note in queued]
    if response.status_code in ON_ITS_WAY and all(level < messages.WARNING for level, _text, _tags in said):
        kept.update(
            response_status=response.status_code, response_body={"location": response["Location"], "said": said}
        )
    else:
        kept.delete()
    return response


def _again(request: HttpRequest, first: IdempotencyKey) -> HttpResponse:
    kept: Any = first.response_body
    for level, text, tags in kept["said"]:
        messages.add_message(request, level, text, extra_tags=tags)
    return HttpResponseRedirect(kept["location"])


def _key(request: HttpRequest) -> str:
    """What names the wish; empty for what is no form of a page: a script has the token from its cookie, unmasked."""
    if request.method != "POST":
        return ""
    page = request.POST.get("csrfmiddlewaretoken", "")
    if len(page) != CSRF_TOKEN_LENGTH:
        return ""
    files = [(name, file.name, file.size) for name, sent in sorted(request.FILES.lists()) for file in sent]
    said = [request.get_full_path(), sorted((name, values) for name, values in request.POST.lists()), files]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
