"""From the person to the bench: taken with two identifiers, received, or rejected and taken again."""

from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.models import User
from core.permissions import require
from labs import workflow
from labs.models import LabOrder, Specimen
from members.models import Member

REJECTIONS = ("haemolysed", "clotted", "quantity not sufficient", "unlabelled", "mislabelled", "wrong container", "old")


# What was asked for by word of mouth is ordered after it was drawn.
BEFORE_ORDER = timedelta(days=1)


class ImpossibleTime(ValueError):
    """No specimen of this order was taken at that moment."""


class IdentityMismatch(Exception):
    """What the person or label says is not this member: the specimen is not taken."""


def check_identity(member: Member, mrn: str, birth_date: date | None) -> None:
    """Two identifiers, neither of them the room (Joint Commission, NPSG.01.01.01). Raises `IdentityMismatch`."""
    digits = "".join(character for character in mrn if character.isdigit())
    if digits != member.mrn or birth_date is None or birth_date != member.birth_date:
        raise IdentityMismatch(
            _("Record number and birth date are not those of this order. Stop, and check who it is.")
        )


def next_accession(now: datetime) -> str:
    """A number for a tube, like 26326-000412: year and day, then a running number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('labs_accession_seq')")
        number = cursor.fetchone()[0]
    return f"{timezone.localtime(now):%y%j}-{number:06d}"


@transaction.atomic
def collect_specimen(
    *, by: User, order: LabOrder, mrn: str, birth_date: date | None, collected_at: datetime | None = None
) -> Specimen:
    """Take the specimen of an order from a person who was identified by record number and birth date.

    Raises `IdentityMismatch`, `WrongStage`, and `ImpossibleTime`.
    """
    require(by, "labs.collect_specimen", order)
    order = workflow.locked(order.pk)
    check_identity(order.member, mrn, birth_date)
    workflow.move(order, "collect")
    specimen = _take(by, order, collected_at)
    audit.record(
        by=by, action="create", verb="labs.collect_specimen", obj=specimen, detail={"identifiers": "mrn, birth_date"}
    )
    return specimen


@transaction.atomic
def receive_specimen(*, by: User, order: LabOrder) -> Specimen:
    """The tube has come to the bench."""
    require(by, "labs.process_specimen", order)
    order = workflow.locked(order.pk)
    workflow.move(order, "receive")
    specimen = current_specimen(order)
    # Where the clock that stamped the tube is a little ahead of ours.
    specimen.received_at = max(timezone.now(), specimen.collected_at)
    specimen.save(update_fields=["received_at"])
    audit.record(by=by, action="update", verb="labs.receive_specimen", obj=specimen)
    return specimen


@transaction.atomic
def reject_specimen(*, by: User, order: LabOrder, reason: str) -> Specimen:
    """The tube cannot be tested: the order goes back to collection. An unreleased result goes with the tube."""
    require(by, "labs.process_specimen", order)
    reason = reason.strip()
    if not reason:
        raise ValueError("Say what is wrong with the specimen.")
    order = workflow.locked(order.pk)
    workflow.move(order, "reject")
    specimen = current_specimen(order)
    specimen.results.filter(status="preliminary").update(status="cancelled")
    specimen.rejected_reason = reason[:200]
    specimen.save(update_fields=["rejected_reason"])
    audit.record(by=by, action="update", verb="labs.reject_specimen", obj=specimen, reason=reason)
    return specimen


@transaction.atomic
def mail_kit(*, by: User, order: LabOrder) -> LabOrder:
    """The home kit is on its way to the member. Raises `ValueError` for a test that is not done at home."""
    require(by, "labs.process_specimen", order)
    order = workflow.locked(order.pk)
    if not order.test.is_home_kit:
        raise ValueError("This test is not done with a home kit.")
    workflow.move(order, "mail_kit")
    audit.record(by=by, action="update", verb="labs.mail_kit", obj=order)
    return order


@transaction.atomic
def receive_kit(
    *, by: User, order: LabOrder, mrn: str, birth_date: date | None, collected_at: datetime | None = None
) -> Specimen:
    """The kit has come back; its label carries the same two identifiers, and when the sample was taken."""
    require(by, "labs.process_specimen", order)
    order = workflow.locked(order.pk)
    check_identity(order.member, mrn, birth_date)
    workflow.move(order, "receive_kit")
    specimen = _take(by, order, collected_at, received=True)
    audit.record(by=by, action="create", verb="labs.receive_kit", obj=specimen)
    return specimen


def current_specimen(order: LabOrder) -> Specimen:
    """The order's specimen that was not rejected. Raises `Specimen.DoesNotExist`."""
    return order.specimens.filter(rejected_reason="").latest("collected_at")


def _take(by: User, order: LabOrder, collected_at: datetime | None, *, received: bool = False) -> Specimen:
    now = timezone.now()
    _require_its_time(order, collected_at or now, now)
    return Specimen.objects.create(
        member=order.member,
        order=order,
        accession=next_accession(now),
        type=order.test.specimen_type,
        collected_at=collected_at or now,
        collected_by=by,
        received_at=now if received else None,
        sensitivity=order.sensitivity,
    )


def _require_its_time(order: LabOrder, collected_at: datetime, now: datetime) -> None:
    """Postgres holds the same (`labs.triggers.TakenInItsTime`); here it has words."""
    if collected_at > now:
        raise ImpossibleTime(_("A specimen cannot be taken in time to come."))
    born = order.member.birth_date
    # A birthday begins somewhere up to fourteen hours before it does in UTC.
    if born is not None and (collected_at + timedelta(hours=14)).astimezone(UTC).date() < born:
        raise ImpossibleTime(_("A specimen cannot be taken before the person was born. Check the date."))
    if collected_at < order.created_at - BEFORE_ORDER:
        raise ImpossibleTime(_("This is more than a day before the test was ordered. Check the date, and the order."))
