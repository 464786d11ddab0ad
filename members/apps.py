from uuid import UUID

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        from core import jobs
        from core.navigation import frame
        from members import (
            permissions,  # noqa: F401  (states what staff may do)
            portal,  # noqa: F401  (registers whom a person reaches in the portal)
        )
        from members.models import Member

        jobs.register_population(Member)
        frame.member_of_number = member_of_number


def member_of_number(number: str) -> UUID | None:
    """The id of the member with a record number, if the transaction reaches them."""
    from members.models import Member

    digits = number.replace(" ", "")
    return Member.objects.filter(mrn=digits).values_list("pk", flat=True).first()
