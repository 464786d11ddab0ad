from collections.abc import Iterable
from uuid import UUID

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


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
        staff_nav.register("matches", _("Matches"), "members:matches", order=75, permission="members.decide_match")


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
