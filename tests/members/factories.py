"""Members, made as a job does: nobody else may write for somebody they do not reach."""

import itertools
from datetime import date

from core.db import as_job
from core.models import User
from members.models import Member
from network.models import Organization

_numbers = itertools.count(1)


def make_member(system: Organization, user: User | None = None, **fields) -> Member:
    """A member of `system`; `user` is their own account."""
    number = next(_numbers)
    fields = {"family": f"Member{number}", "given": "Test", "birth_date": date(1970, 1, 1), "sex": "female", **fields}
    with as_job(User.objects.system("tests"), reason="a test's own data"):
        member = Member.objects.create(managing_organization=system, user=user, **fields)
        member.refresh_from_db(from_queryset=Member.objects.all())
    return member
