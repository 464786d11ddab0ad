from collections.abc import Iterable
from uuid import UUID

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from core.http import AuthenticatedHttpRequest


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        from core import jobs
        from core.navigation import frame, portal_nav, staff_nav
        from members import (
            permissions,  # noqa: F401  (states what staff may do)
        )
        from members.models import Member
        from members.portal import opens_own
        from members.tabs import register_person_tab

        for order, name, label, permission in (
            (10, "edit", _("Person"), "members.update"),
            (20, "contact", _("Contact"), "members.update"),
            (30, "doctor", _("Primary care"), "members.change_primary_care"),
            (50, "access", _("Family access"), "members.manage_proxies"),
            (52, "invite", _("Portal"), "members.invite"),
            (55, "death", _("Death"), "members.update"),
            (60, "duplicates", _("Duplicates"), "members.merge"),
        ):
            register_person_tab(name, label, f"members:{name}", order, permission=permission)
        jobs.register_population(Member)
        frame.member_of_number = member_of_number
        frame.names_of_members = names_of_members
        portal_nav.register("profile", _("Profile"), "members:profile", order=80, icon="person", leads=opens_own)
        portal_nav.register("family", _("Family access"), "members:family", order=81, icon="people", leads=opens_own)
        staff_nav.register("register", _("Register"), "members:register", order=70, permission="members.register")
        staff_nav.register(
            "proxy_requests",
            _("Access to confirm"),
            "members:proxy_requests",
            order=76,
            permission="members.manage_proxies",
            leads=waits_for_a_second_person,
        )
        staff_nav.register(
            "staff_proxies",
            _("Staff as proxies"),
            "members:staff_proxies",
            order=92,
            permission="members.view_staff_proxies",
        )
        staff_nav.register("matches", _("Matches"), "members:matches", order=75, permission="members.decide_match")


def waits_for_a_second_person(request: AuthenticatedHttpRequest) -> bool:
    """Whether somebody who works here would get access to a record within reach, once it is confirmed."""
    from core.context import current
    from members.models import ProxyRequest

    # Whoever reaches nobody is not asked for; the pages of a member's own portal have no such entry.
    return bool(current().organization_ids) and ProxyRequest.objects.filter(status="open").exists()


def member_of_number(number: str) -> UUID | None:
    """The id of the member with a record number, if the transaction reaches them; a merged one leads on."""
    from members.models import Member
    from members.querysets import kept_record

    found = Member.objects.filter(mrn=number.replace(" ", "")).first()
    return kept_record(found).pk if found else None


def names_of_members(ids: Iterable[UUID]) -> dict[UUID, str]:
    """`Alvarez, Maria · 1100 0000 7` for each of these members that the transaction reaches."""
    from core.templatetags.kp import mrn
    from members.models import Member

    found = Member.objects.filter(pk__in=set(ids)).only("family", "given", "mrn")
    return {member.pk: f"{member.family}, {member.given} · {mrn(member.mrn)}" for member in found}
