from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from billing import (
            costing,
            guardrails,
            permissions,  # noqa: F401  (states the room's rules)
            starting,
        )
        from billing.capitation import close
        from billing.effects import capitation_paid
        from core import jobs
        from core.navigation import staff_nav
        from core.starters import register_starter
        from plans.actions import register_termination_effect
        from plans.costs import register_price

        jobs.register(close.KIND, close.work_share, finish=close.finish, title=starting.capitation_title)
        jobs.register(costing.KIND, costing.work_share, title=starting.costs_title)
        jobs.register(guardrails.KIND, guardrails.work_share, title=starting.guardrails_title)
        register_starter(
            "capitation",
            label=_("Close a month of capitation"),
            says=_(
                "The month is frozen as known now, each covered member is paid for, and the books are posted. "
                "A month that is closed already stays as it is."
            ),
            permission="billing.close_capitation",
            start=starting.close_now,
            form=starting.CloseForm,
        )
        register_price(costing.standard_price)
        register_termination_effect("capitation_paid", capitation_paid)
        staff_nav.register(
            "capitation", _("Capitation"), "billing:runs", order=70, permission="billing.view_capitation"
        )
        staff_nav.register("claims", _("Claims"), "billing:claims", order=71, permission="billing.view_claim")
        staff_nav.register(
            "guardrails", _("Guardrails"), "billing:guardrails", order=46, permission="billing.view_guardrails"
        )
