"""Beds and statuses as dated rows: one ends where the next begins, and Postgres says whether two overlap."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from hospitals.models import BedAssignment, Stay, StayStatus
from network.models import Bed

DEFERRED = ("hospitals_bed_once", "hospitals_stay_one_bed", "hospitals_staystatus_once")


class BedOccupied(Exception):
    """Somebody is in that bed, perhaps since a moment ago."""


class AlreadyAdmitted(Exception):
    """The person has an open stay."""


class NotPossible(Exception):
    """The stay is not where this step begins."""


@contextmanager
def overlaps_told() -> Iterator[None]:
    """Check deferred exclusions at the end of the block, not at commit, and say what they mean in words.

    Moves inside the block may pass through a state in which two people share a bed: that is how they swap.
    """
    names = ", ".join(DEFERRED)
    try:
        yield
        with connection.cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS {names} IMMEDIATE")
            cursor.execute(f"SET CONSTRAINTS {names} DEFERRED")
    except IntegrityError as error:
        said = str(error)
        if "hospitals_bed_once" in said:
            raise BedOccupied(_("Somebody is in this bed. Choose another one.")) from error
        if "hospitals_stay_open" in said:
            raise AlreadyAdmitted(_("This person is already admitted.")) from error
        if "hospitals_stay_one_bed" in said or "hospitals_staystatus_once" in said:
            raise NotPossible(_("Somebody else has just moved this person. Look again.")) from error
        raise


def occupy(stay: Stay, bed: Bed, at: datetime) -> BedAssignment:
    """Put a stay into a bed from an instant on. Raises `NotPossible` for a closed bed or one of another hospital."""
    if not bed.is_open:
        raise NotPossible(_("This bed is closed."))
    if bed.room.department.facility_id != stay.facility_id:
        raise NotPossible(_("This bed is in another hospital."))
    return BedAssignment.objects.create(
        member_id=stay.member_id,
        stay=stay,
        bed=bed,
        during=DateTimeTZRange(at, None),
        sensitivity=stay.sensitivity,
    )


def begin_status(stay: Stay, status: str, at: datetime) -> StayStatus:
    return StayStatus.objects.create(
        member_id=stay.member_id,
        stay=stay,
        status=status,
        during=DateTimeTZRange(at, None),
        sensitivity=stay.sensitivity,
    )


def end_open(rows: Any, at: datetime) -> None:
    """End the rows without an end. Raises `NotPossible` where one began at `at` or later."""
    for row in rows.in_force().select_for_update():
        if row.during.lower >= at:
            raise NotPossible(_("This is before the last change of the stay."))
        row.during = DateTimeTZRange(row.during.lower, at)
        row.save(update_fields=["during"])
