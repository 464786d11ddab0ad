from django.apps import AppConfig


class KpcareConfig(AppConfig):
    name = "kpcare"

    def ready(self) -> None:
        # Every process that may send a task knows the Celery app; `kpcare/__init__.py` stays free of Django for ./kp.
        from kpcare import celery  # noqa: F401
