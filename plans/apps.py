from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlansConfig(AppConfig):
    name = "plans"

    def ready(self) -> None:
        from core.navigation import portal_nav
        from members.ports import register_portal_card
        from plans import permissions  # noqa: F401  (states who may)
        from plans.views.portal import coverage_card

        portal_nav.register("coverage", _("Coverage and costs"), "plans:coverage", order=60, icon="shield")
        register_portal_card("coverage", 10, coverage_card, scope="costs")
