from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HospitalsConfig(AppConfig):
    name = "hospitals"

    def ready(self) -> None:
        from clinical import ports
        from core.navigation import staff_nav
        from hospitals import follow_up, links, permissions
        from hospitals.actions import handoffs
        from hospitals.actions.stays import FOLLOW_UP_KIND
        from hospitals.views import stays
        from members.ports import register_portal_card
        from scheduling.ports import register_booking_origin

        ports.register_task_kind(
            handoffs.KIND, _("Handoff"), links.handoff_url, closes_itself=True, roles=permissions.WARD_ROLES
        )
        ports.register_task_kind(FOLLOW_UP_KIND, _("After hospital"), follow_up.task_url)
        register_booking_origin(follow_up.ORIGIN, follow_up.origin, follow_up.booked)
        register_portal_card("after_hospital", 5, follow_up.portal_card, scope="schedule")
        ports.register_chart_panel("stay", _("Hospital stays"), 70, stays.panel)
        ports.register_banner_alerts("hospitals.stay", 20, stays.alerts)
        staff_nav.register("hospitals", _("Beds"), "hospitals:board", 60, permission="hospitals.view_board")
