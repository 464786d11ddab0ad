from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.http import AuthenticatedHttpRequest


class ClinicalConfig(AppConfig):
    name = "clinical"

    def ready(self) -> None:
        from clinical import panels, permissions  # noqa: F401  (permissions: states who may)
        from clinical.effects import ask_primary_care, care_given, end_orders_of_the_dead, orders_ended
        from clinical.views import access, inbasket, messages, portal
        from core.navigation import frame, portal_nav, staff_nav
        from members.deaths import register_death_effect, register_ended_kind, register_return_effect
        from members.portal import opens_with
        from members.ports import register_portal_card
        from plans.actions import register_termination_effect

        register_termination_effect("care_given", care_given)
        register_death_effect("orders", end_orders_of_the_dead)
        register_return_effect("primary_care", ask_primary_care)
        register_ended_kind("order", orders_ended, permission="clinical.view_chart")
        portal_nav.register("home", _("Home"), "clinical:home", order=0, icon="home", places=True)
        portal_nav.register("results", _("Results"), "clinical:my_results", order=40, icon="science", places=True)
        portal_nav.register("record", _("My record"), "clinical:my_record", order=50, icon="folder_open")
        register_portal_card("record_opened", 20, access.opened_card)
        register_portal_card("new_results", 30, portal.new_results)
        register_portal_card("referrals", 80, portal.referrals)
        register_portal_card("care_team", 90, portal.care_team)
        register_portal_card("messages", 35, messages.new_answers, scope="message")
        portal_nav.register(
            "messages",
            _("Messages"),
            "clinical:threads",
            order=20,
            icon="mail_outline",
            places=True,
            count=messages.unread_count,
            leads=opens_with("message"),
        )
        panels.register()
        self.register_task_kinds()
        staff_nav.register(
            "inbasket",
            _("In-basket"),
            "clinical:inbasket",
            order=10,
            permission="clinical.use_inbasket",
            count=inbasket.open_count,
        )
        staff_nav.register(
            "referrals", _("Referrals"), "clinical:referrals", order=30, permission="clinical.use_inbasket"
        )
        staff_nav.register(
            "accesses", _("Opened by reason"), "clinical:accesses", order=91, permission="clinical.review_access"
        )
        staff_nav.register(
            "overrides",
            _("Alert overrides"),
            "clinical:overrides",
            order=92,
            permission="clinical.review_overrides",
        )
        frame.member_search_url_name = "clinical:search"
        frame.member_search_permission = "clinical.find_member"
        frame.identity = identity
        frame.work_url = work_url

    def register_task_kinds(self) -> None:
        from django.urls import reverse

        from clinical.effects import DEATH_TAKEN_BACK
        from clinical.models import Task
        from clinical.permissions import CLINICAL
        from clinical.ports import TaskPage, register_task_kind
        from core.models import User

        def chart_of(task: Task, user: User) -> str:
            return reverse("clinical:chart", args=[task.member_id])

        def page(name: str) -> TaskPage:
            return lambda task, user: reverse(name, args=[task.focus_id])

        # A question about one's health is answered by who gives care; the desk neither opens nor closes it.
        register_task_kind("message", _("Message"), page("clinical:staff_thread"), closes_itself=True, roles=CLINICAL)
        register_task_kind("referral", _("Referral to us"), page("clinical:referral"), closes_itself=True)
        register_task_kind("referral_outside", _("Referral outside"), page("clinical:referral"), closes_itself=True)
        register_task_kind("follow_up", _("Follow-up"), chart_of)
        register_task_kind(DEATH_TAKEN_BACK, _("Recorded as dead by mistake"), chart_of, roles=CLINICAL)
        register_task_kind("referral_declined", _("Referral sent back"), page("clinical:referral"))
        register_task_kind("referral_report", _("Report to read"), page("clinical:referral"))


def work_url(request: AuthenticatedHttpRequest) -> str:
    """Where whoever works here begins; empty for everybody else."""
    from django.urls import reverse

    from network.permissions import works_here

    return reverse("clinical:staff_home") if works_here(request.user) else ""


def identity(request: HttpRequest) -> str:
    """`Dr. Amara Chen · Family Medicine` for the staff bar; empty for people without a role."""
    from network.permissions import roles_in_force

    user = request.user
    held = next(iter(roles_in_force(user)), None) if user.is_authenticated else None
    if held is None or not user.is_authenticated:
        return ""
    clinician = getattr(user, "clinician", None)
    place = held.department.name if held.department else held.organization.name
    return f"{clinician or user.name} · {place}"
