from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InteropConfig(AppConfig):
    name = "interop"

    def ready(self) -> None:
        from core.navigation import staff_nav
        from interop import permissions  # noqa: F401  (states who may)

        staff_nav.register("imports", _("Imports"), "interop:runs", order=80, permission="interop.view_runs")
