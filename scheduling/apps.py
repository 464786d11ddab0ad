from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchedulingConfig(AppConfig):
    name = "scheduling"

    def ready(self) -> None:
        from core.navigation import portal_nav, staff_nav
        from scheduling import permissions  # noqa: F401  (registers who may)

        portal_nav.register(
            "appointments",
            _("Appointments"),
            "scheduling:appointments",
            order=10,
            icon="event",
            places=True,
            short=_("Visits"),
        )
        staff_nav.register("schedule", _("Schedule"), "scheduling:day", order=20, permission="scheduling.view_schedule")
