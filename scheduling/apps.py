from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchedulingConfig(AppConfig):
    name = "scheduling"

    def ready(self) -> None:
        from core.navigation import portal_nav, staff_nav
        from members.deaths import register_death_effect, register_ended_kind
        from members.portal import opens_with
        from members.ports import register_portal_card
        from members.tabs import register_person_tab
        from plans.actions import register_termination_effect
        from scheduling import permissions  # noqa: F401  (registers who may)
        from scheduling.effects import booked_visits, cancel_for_the_dead, places_ended, visits_ended
        from scheduling.views.portal import next_visit

        register_termination_effect("booked_visits", booked_visits)
        register_death_effect("booked_visits", cancel_for_the_dead)
        register_ended_kind("visit", visits_ended, permission="scheduling.book_for_member")
        register_ended_kind("waiting", places_ended, permission="scheduling.book_for_member")

        portal_nav.register(
            "appointments",
            _("Appointments"),
            "scheduling:appointments",
            order=10,
            icon="event",
            places=True,
            short=_("Visits"),
            leads=opens_with("schedule"),
        )
        staff_nav.register("schedule", _("Schedule"), "scheduling:day", order=20, permission="scheduling.view_schedule")
        register_person_tab("visits", _("Visits"), "scheduling:member_desk", 5, permission="scheduling.book_for_member")
        register_portal_card("next_visit", 40, next_visit, scope="schedule")
