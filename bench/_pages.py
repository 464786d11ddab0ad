"""A person of the demo world at the pages: signed in, in this process, one request after the other."""

import logging
import statistics
import time
from collections.abc import Callable, Iterable
from typing import Any


def signed_in(email: str) -> Any:
    """Django's test client as the demo account `email`; pages that fail raise."""
    from django.test import Client, override_settings

    from core.models import User

    logging.disable(logging.WARNING)
    override_settings(ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False, STAFF_MFA_REQUIRED=False).enable()
    client = Client()
    client.force_login(User.objects.get(email=email), backend="django.contrib.auth.backends.ModelBackend")
    return client


def milliseconds(work: Callable[[Any], object], subjects: Iterable[Any]) -> list[float]:
    """How long `work` took on each of `subjects`."""
    found = []
    for subject in subjects:
        began = time.perf_counter()
        work(subject)
        found.append((time.perf_counter() - began) * 1000)
    return found


def summary(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "median": round(statistics.median(ordered), 1),
        "p95": round(ordered[int(len(ordered) * 0.95)] if len(ordered) > 1 else ordered[0], 1),
        "worst": round(ordered[-1], 1),
    }
