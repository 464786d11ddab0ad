from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClinicalConfig(AppConfig):
    name = "clinical"

    def ready(self) -> None:
        from clinical import permissions  # noqa: F401  (states who may)
        from clinical.views import portal
        from core.navigation import portal_nav
        from members.ports import register_portal_card

        portal_nav.register("home", _("Home"), "clinical:home", order=0, icon="home", places=True)
        portal_nav.register("results", _("Results"), "clinical:my_results", order=40, icon="science", places=True)
        portal_nav.register("record", _("My record"), "clinical:my_record", order=50, icon="folder_open")
        register_portal_card("new_results", 30, portal.new_results)
        register_portal_card("care_team", 90, portal.care_team)
