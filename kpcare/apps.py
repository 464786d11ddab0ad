from typing import Any

from django.apps import AppConfig

from kpcare.triggers import index_registry


class KpcareConfig(AppConfig):
    name = "kpcare"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Of all apps the first, before any model and its triggers are there.
        index_registry()

    def ready(self) -> None:
        # Every process that may send a task knows the Celery app; `kpcare/__init__.py` stays free of Django for ./kp.
        from kpcare import (
            celery,  # noqa: F401
            checks,  # noqa: F401  (registers itself)
        )
