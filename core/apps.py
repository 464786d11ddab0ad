from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import accounts  # noqa: F401  (sign-ins are audited)
        from core.security import apply_after_migrate

        self.register_places()
        # Fired once per migrate, after every app's migrations ran: grants and policies cover all tables.
        post_migrate.connect(apply_after_migrate, sender=self)

    def register_places(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from core.navigation import staff_nav

        staff_nav.register("jobs", _("Jobs"), "core:job_runs", order=80, permission="core.view_jobs")
        staff_nav.register("outbox", _("Messages sent"), "core:messages_sent", order=85, permission="core.view_outbox")
        staff_nav.register("audit", _("Access log"), "core:audit_log", order=90, permission="core.view_audit")
