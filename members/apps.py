from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        from core import jobs
        from members import (
            permissions,  # noqa: F401  (states what staff may do)
            portal,  # noqa: F401  (registers whom a person reaches in the portal)
        )
        from members.models import Member

        jobs.register_population(Member)
