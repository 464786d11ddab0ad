"""`Idempotency-Key`: a POST that is repeated gets the answer of the first, and acts once."""

import datetime
import hashlib
import json
from collections.abc import Callable
from typing import Any

import orjson
from django.db import connection
from django.db.models.functions import Now
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from core.api.errors import KeptConflict, KeyReused
from core.api.rendering import plain
from core.api.requests import ApiRequest
from core.models import IdempotencyKey

# So long a request may be repeated; its answer may hold what the client may no longer read, so no longer than needed.
KEPT = datetime.timedelta(days=2)


def forget() -> int:
    """Drop the answers that are older than that; returns how many. A key may then be used again."""
    found, _ = IdempotencyKey.objects.filter(created_at__lt=Now() - KEPT).delete()
    return found


def once(request: ApiRequest, act: Callable[[], tuple[int, Any]]) -> Response:
    """`act()` gives status and body; under a key seen before, its first answer is given again.

    The row is written in the action's transaction: a second request with the key waits for the first, and one
    that failed leaves no row. Raises `KeyReused` where the key came with another request.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        status, body = act()
        return Response(body, status=status)
    if len(key) > 100:
        raise ValidationError({"Idempotency-Key": "At most 100 characters."})
    said = json.dumps([request.method, request.path, request.data], default=str, sort_keys=True)
    digest = hashlib.sha256(said.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_idempotencykey (user_id, key, request_digest) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [request.user.pk, key, digest],
        )
        is_first = bool(cursor.rowcount)
    row = IdempotencyKey.objects.select_for_update().get(user=request.user, key=key)
    if row.request_digest != digest:
        raise KeyReused
    if not is_first:
        return Response(row.response_body, status=row.response_status, headers={"Idempotency-Replayed": "true"})
    try:
        status, body = act()
    except KeptConflict:
        row.delete()  # what the refusal keeps is committed, and the key with it
        raise
    row.response_status = status
    row.response_body = orjson.loads(orjson.dumps(body, default=plain, option=orjson.OPT_UTC_Z))
    row.save(update_fields=["response_status", "response_body"])
    return Response(body, status=status)
