from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from billing import permissions  # noqa: F401  (states the room's rules)
        from billing.capitation import close
        from core import jobs
        from core.navigation import staff_nav

        jobs.register(close.KIND, close.work_share, finish=close.finish)
        staff_nav.register(
            "capitation", _("Capitation"), "billing:runs", order=70, permission="billing.view_capitation"
        )
        staff_nav.register("claims", _("Claims"), "billing:claims", order=71, permission="billing.view_claim")
