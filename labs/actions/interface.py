"""A result of our own order that a laboratory's system sends: the steps of the bench, each by its own action."""

from datetime import date, datetime

from django.db import transaction

from core.models import User
from labs.actions.results import correct_result, enter_result, release_result, withdraw_result
from labs.actions.specimens import (
    collect_specimen,
    current_specimen,
    receive_kit,
    receive_specimen,
    reject_specimen,
)
from labs.interpretation import parse_value
from labs.models import LabOrder, LabResult, Specimen

Status = LabOrder.Status
# What the sender says of its result → what is done here.
PRELIMINARY, FINAL, CORRECTED, WITHDRAWN = "preliminary", "final", "corrected", "entered-in-error"


def bring_to_bench(
    *, by: User, order: LabOrder, mrn: str, birth_date: date | None, collected_at: datetime | None = None
) -> Specimen:
    """The order's tube: a laboratory that sends a result has it, whatever was ticked off here.

    Raises what the steps raise: `IdentityMismatch`, `WrongStage` (a cancelled order), `ValueError`.
    """
    if order.status == Status.MAILED:
        return receive_kit(by=by, order=order, mrn=mrn, birth_date=birth_date, collected_at=collected_at)
    if order.status in (Status.ORDERED, Status.CANCELLED):
        collect_specimen(by=by, order=order, mrn=mrn, birth_date=birth_date, collected_at=collected_at)
        return receive_specimen(by=by, order=order)
    if order.status == Status.COLLECTED:
        return receive_specimen(by=by, order=order)
    return current_specimen(order)


@transaction.atomic
def file_result(
    *,
    by: User,
    order: LabOrder,
    status: str,
    value: str,
    mrn: str,
    birth_date: date | None,
    accession: str = "",
    collected_at: datetime | None = None,
    flag: str = "",
    reason: str = "",
    note: str = "",
) -> LabResult | None:
    """Take one result as its laboratory's system sends it; None where it says nothing new.

    `status` preliminary enters it, final releases it, corrected replaces what was released, entered-in-error takes it
    back: an unreleased one with its tube, a released one by withdrawing it. `accession` is the tube that the sender
    names (empty: the order's), `flag` how it flags the value, `note` what it says of it. A preliminary value after the
    final one is no news.

    Raises what the steps raise: `IdentityMismatch`, `SpecimenMismatch`, `WrongStage`, `ValueError`.
    """
    order = LabOrder.objects.select_related("member", "test", "request").get(pk=order.pk)
    standing = order.results.released().order_by("-released_at").first()
    if status == WITHDRAWN:
        return _take_back(by, order, standing, reason, mrn, birth_date, collected_at)
    if standing is not None:
        if status == PRELIMINARY or (standing.value_quantity, standing.value_text) == parse_value(order.test, value):
            return None
        return correct_result(by=by, result=standing, value=value, reason=reason, reported_flag=flag, note=note)
    parse_value(order.test, value)
    tube = bring_to_bench(by=by, order=order, mrn=mrn, birth_date=birth_date, collected_at=collected_at)
    accession = accession or tube.accession
    entered = enter_result(by=by, order=order, accession=accession, value=value, reported_flag=flag)
    return entered if status == PRELIMINARY else release_result(by=by, order=order, note=note)


def _take_back(
    by: User,
    order: LabOrder,
    standing: LabResult | None,
    reason: str,
    mrn: str,
    birth_date: date | None,
    collected_at: datetime | None,
) -> LabResult | None:
    """The laboratory has no result: the order waits for another specimen."""
    if standing is not None:
        return withdraw_result(by=by, result=standing, reason=reason)
    bring_to_bench(by=by, order=order, mrn=mrn, birth_date=birth_date, collected_at=collected_at)
    tube = reject_specimen(by=by, order=order, reason=reason)
    return tube.results.order_by("-entered_at").first()
