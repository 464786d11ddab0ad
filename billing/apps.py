from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from billing import (
            costing,
            permissions,  # noqa: F401  (states the room's rules)
        )
        from billing.capitation import close
        from core import jobs
        from core.navigation import staff_nav
        from plans.costs import register_price

        jobs.register(close.KIND, close.work_share, finish=close.finish)
        jobs.register(costing.KIND, costing.work_share)
        register_price(costing.standard_price)
        staff_nav.register(
            "capitation", _("Capitation"), "billing:runs", order=70, permission="billing.view_capitation"
        )
        staff_nav.register("claims", _("Claims"), "billing:claims", order=71, permission="billing.view_claim")
