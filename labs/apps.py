from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LabsConfig(AppConfig):
    name = "labs"

    def ready(self) -> None:
        from clinical import ports
        from core.navigation import staff_nav
        from labs import checks, permissions  # noqa: F401  (permissions: states who may)
        from labs.actions.ordering import start_workflow
        from labs.actions.outside import KIND
        from labs.actions.review import CRITICAL, REVIEW, WITHDRAWN
        from labs.effects import end_tests_of_the_dead, tests_ended
        from labs.links import chart_url, result_url
        from labs.permissions import has_open_order
        from labs.views import chart, portal
        from members.deaths import register_death_effect, register_ended_kind
        from members.ports import register_portal_card

        register_death_effect("tests", end_tests_of_the_dead)
        register_ended_kind("test", tests_ended, permission="clinical.view_chart")
        ports.register_order_check("labs.duplicate", checks.duplicate_check, _("Ordered already"))
        ports.register_order_kind("laboratory", _("Laboratory"), 10, choices=checks.choices, placed=start_workflow)
        ports.register_relationship("labs", has_open_order)
        ports.register_task_kind(CRITICAL, _("Critical result"), result_url, closes_itself=True)
        ports.register_task_kind(REVIEW, _("New result"), result_url, closes_itself=True)
        ports.register_task_kind(WITHDRAWN, _("Result withdrawn"), result_url)
        ports.register_task_kind(KIND, _("Outside result"), chart_url)
        ports.register_chart_panel("laboratory", _("Laboratory"), 45, chart.panel, chart.panel_count)
        register_portal_card("tests_under_way", 60, portal.under_way)
        staff_nav.register("labs", _("Laboratory"), "labs:bench", 50, permission="labs.view_bench", icon="science")
