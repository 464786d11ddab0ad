"""The Celery app: three queues, tasks found in every room's `tasks.py`, and a pulse for /healthz.

Workers and beat sign in to the database as the jobs login.
"""

import os
import threading

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kpcare.settings")
os.environ.setdefault("KPCARE_LOGIN", "jobs")

app = Celery("kpcare")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**kwargs: object) -> None:
    """Connecting to this signal is what keeps Celery from replacing the settings' logging."""


def _beat_pulse(part: str) -> None:
    from kpcare.health import PULSE_SECONDS, give_pulse

    stop = threading.Event()

    def pulse() -> None:
        while True:
            give_pulse(part)
            stop.wait(PULSE_SECONDS)

    threading.Thread(target=pulse, name=f"{part}-pulse", daemon=True).start()


@worker_ready.connect
def start_worker_pulse(**kwargs: object) -> None:
    _beat_pulse("worker")


@beat_init.connect
def start_beat_pulse(**kwargs: object) -> None:
    _beat_pulse("beat")
