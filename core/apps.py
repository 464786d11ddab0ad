from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import accounts  # noqa: F401  (sign-ins are audited)
        from core.security import apply_after_migrate

        # Fired once per migrate, after every app's migrations ran: grants and policies cover all tables.
        post_migrate.connect(apply_after_migrate, sender=self)
