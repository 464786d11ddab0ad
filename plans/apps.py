from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlansConfig(AppConfig):
    name = "plans"

    def ready(self) -> None:
        from core.navigation import portal_nav, staff_nav
        from members.portal import opens_with
        from members.ports import register_compare_row, register_portal_card
        from members.tabs import register_person_tab
        from plans import permissions  # noqa: F401  (states who may)
        from plans.eligibility import coverage_words
        from plans.views.portal import coverage_card

        portal_nav.register(
            "coverage",
            _("Coverage and costs"),
            "plans:coverage",
            order=60,
            icon="shield",
            leads=opens_with("costs"),
        )
        register_portal_card("coverage", 10, coverage_card, scope="costs")
        register_person_tab("coverage", _("Coverage"), "plans:history", 40, permission="plans.view_coverage")
        staff_nav.register(
            "without_doctor",
            _("Without a doctor near"),
            "plans:without_doctor",
            order=76,
            permission="members.change_primary_care",
        )
        register_compare_row("coverage", 10, _("Coverage now"), coverage_words)
