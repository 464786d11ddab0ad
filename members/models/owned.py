import enum
from typing import Any

from django.db import models

from core.models import Identified


class Sensitivity(enum.IntFlag):
    """Labels set at a row's source; search, proxy, reminder, API and export obey them (0: none).

    Part 2: 42 CFR Part 2 records of a substance-use programme. The rest follow HL7 v3 ActCode sensitivity.
    """

    PART2 = 1
    PSYCHOTHERAPY = 2
    REPRODUCTIVE = 4
    GENDER_AFFIRMING = 8
    HIV = 16
    GENETIC = 32
    MINOR_CONSENTED = 64


class MemberOwned(Identified):
    """A row that belongs to one member. `(member, id)` is what its children's composite keys refer to."""

    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False)
    sensitivity = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="Bits of Sensitivity.")

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["member", "id"], name="%(app_label)s_%(class)s_member_key"),
        ]


def member_key(to: str | type[models.Model], *, on_delete: Any = models.PROTECT, **kwargs: Any) -> Any:
    """A reference from one member-owned row to another of the same member.

    Declared without its own database key: add `MemberForeignKey("<field>")` to `Meta.constraints`.
    """
    return models.ForeignKey(to, on_delete, db_constraint=False, **kwargs)


def member_without_key() -> Any:
    """`MemberOwned.member` for tables that pay for each key by the million, where something else says that the member
    exists: a `MemberForeignKey` that is never null, whose parent has the key, or `members.triggers.members_exist`.
    """
    return models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
