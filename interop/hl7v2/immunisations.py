"""VXU^V04: doses given elsewhere, by the action that the screens use for what is told or shown."""

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError

from clinical.actions.immunizations import record_immunization, withdraw_immunization
from clinical.coding import CVX
from clinical.models import Immunization
from core.models import Concept
from interop.hl7v2.faults import ErrorCode, Fault
from interop.hl7v2.read import Segment
from interop.hl7v2.results import codings
from interop.hl7v2.work import ACCEPTED, CHANGED, UNCHANGED, Work, overall
from members.models import Member

# CVX 998: no vaccine was administered; RXA-20 (table 0322): refused, not administered.
NO_DOSE, NOT_GIVEN = "998", ("RE", "NA")
FIELD_OF = {"future": 3, "before_birth": 3, "expired": 16}


def take(work: Work) -> str:
    """Every dose of the message. Raises `Fault`."""
    member = work.known(work.person(work.message.one("PID")))
    work.message.one("RXA")
    known = set(Immunization.objects.filter(member=member).values_list("pk", flat=True))
    return overall([_take_dose(work, member, rxa, known) for rxa in work.message.all("RXA")])


def _take_dose(work: Work, member: Member, rxa: Segment, known: set) -> str:
    completion = rxa.text(20).upper()
    vaccine = _vaccine(work, rxa)
    if vaccine is None or completion in NOT_GIVEN:
        return UNCHANGED
    if completion not in ("", "CP"):
        reason = "RXA-20 does not say that the dose was completed: chart it by hand if it counts."
        raise Fault("partial_dose", reason, rxa.at(20))
    on = _day(work, rxa)
    if rxa.text(21).upper() == "D":
        gone = withdraw_immunization(
            by=work.by, member=member, vaccine=vaccine, on=on, reason="Deleted by the sender (RXA-21 D)"
        )
        return CHANGED if gone is not None else UNCHANGED
    try:
        made = record_immunization(
            by=work.by,
            member=member,
            vaccine=vaccine,
            on=on,
            lot_number=rxa.text(15)[:40],
            manufacturer=rxa.text(17)[:10],
            expires_on=_expiry(work, rxa),
            dose_quantity=_amount(rxa),
            dose_unit=rxa.text(7)[:20],
        )
    except ValidationError as error:
        number = FIELD_OF.get(error.code or "", 3)
        raise Fault("dose", f"RXA-{number}: {' '.join(error.messages)}", rxa.at(number)) from error
    if made.pk in known:
        return UNCHANGED
    known.add(made.pk)
    return ACCEPTED


def _vaccine(work: Work, rxa: Segment) -> Concept | None:
    """The vaccine's CVX; None where the segment says that none was given. Raises `Fault`."""
    found = next((each for each in codings(rxa, 5) if each.system == CVX), None)
    if found is None or not re.fullmatch(r"\d{1,3}", found.code):
        raise Fault("cvx", "RXA-5 has no CVX code: nothing says which vaccine it was.", rxa.at(5))
    if found.code == NO_DOSE:
        return None
    # CVX is written with two digits at least.
    return work.concept(replace(found, code=f"{int(found.code):02d}"))


def _day(work: Work, rxa: Segment) -> date:
    rxa.required(3)
    given = work.message.moment(rxa, 3, work.zone)
    if given is None or given.precision in ("y", "m"):
        reason = "RXA-3 names no day: a dose without its day cannot be counted."
        raise Fault("date", reason, rxa.at(3), error=ErrorCode.DATA_TYPE)
    return given.day


def _expiry(work: Work, rxa: Segment) -> date | None:
    """The last day of what RXA-16 names: a vial of a month is good to its end."""
    until = work.message.moment(rxa, 16, work.zone)
    if until is None:
        return None
    return until.day if until.precision in ("d", "t") else (until.upper - timedelta(days=1)).date()


def _amount(rxa: Segment) -> Decimal | None:
    """RXA-6; 999 and 0 stand for not known."""
    try:
        amount = Decimal(rxa.text(6) or "999")
    except InvalidOperation:
        reason = "RXA-6 is no number."
        raise Fault("number", reason, rxa.at(6), error=ErrorCode.DATA_TYPE) from None
    return amount if amount.is_finite() and 0 < amount < 999 else None
