from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NetworkConfig(AppConfig):
    name = "network"

    def ready(self) -> None:
        from core.navigation import staff_nav
        from network import permissions  # noqa: F401  (registers who reaches what)

        staff_nav.register("people", _("Access"), "network:people", order=95, permission="network.manage_access")
