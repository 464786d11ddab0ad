"""The Celery app: three queues, tasks found in every room's `tasks.py`, and a pulse for /healthz.

Workers and beat sign in to the database as the jobs login.
"""

import os
import threading
import time

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_ready
from django.conf import settings

from kpcare import pulse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kpcare.settings")
os.environ.setdefault("KPCARE_LOGIN", "jobs")

app = Celery("kpcare")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**kwargs: object) -> None:
    """Connecting to this signal is what keeps Celery from replacing the settings' logging."""


def _give_pulse(part: str) -> None:
    """Say every few seconds, from a thread of this process, that it lives."""

    def beat() -> None:
        while True:
            pulse.give(settings.REDIS_URL, part)
            time.sleep(pulse.PULSE_SECONDS)

    threading.Thread(target=beat, name=f"{part}-pulse", daemon=True).start()


@worker_ready.connect
def start_worker_pulse(**kwargs: object) -> None:
    _give_pulse("worker")


@beat_init.connect
def start_beat_pulse(**kwargs: object) -> None:
    _give_pulse("beat")
