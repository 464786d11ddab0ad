"""The fee schedule: what outside providers are paid. A fee ends and another begins; none is rewritten."""

import datetime
import re
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from psycopg2.extras import DateRange

from billing import claims as reading
from billing.models import FeeScheduleLine
from core import audit
from core.models import AuditEvent, User
from core.permissions import require
from core.terminology import concept
from network.models import Organization

# HCPCS level II, CPT (a category III or PLA code ends with a letter), NUBC revenue codes; a modifier; a CMS place.
PROCEDURE, REVENUE_CODE = re.compile(r"[A-Z]\d{4}|\d{4}[0-9A-Z]"), re.compile(r"\d{4}|\d{3}")
MODIFIER, PLACE = re.compile(r"[0-9A-Z]{2}"), re.compile(r"\d{2}")


class FeeError(Exception):
    """The fee is not taken; the message says what to mend in words for the person who entered it."""


@transaction.atomic
def add_fee(
    *,
    by: User,
    plan: Organization,
    code: str,
    amount: Decimal,
    start: datetime.date,
    end: datetime.date | None = None,
    modifier: str = "",
    place: str = "",
    npi: str = "",
) -> tuple[FeeScheduleLine, bool]:
    """Price a service from `start` until before `end`; whether the line is new (the same one again changes nothing).

    `npi` names the outside provider whose contract it is; without one it is for every provider. Raises `FeeError`,
    `PermissionDenied`.
    """
    # A command acts as a system account: whoever runs it holds the server.
    if by.kind != User.Kind.SYSTEM:
        require(by, "billing.manage_fees", plan)
    code, modifier = code.strip().upper(), modifier.strip().upper()
    system = _system(code)
    if modifier and not MODIFIER.fullmatch(modifier):
        raise FeeError(_("A modifier is two letters or digits."))
    if place and not PLACE.fullmatch(place):
        raise FeeError(_("A place of service is two digits."))
    if amount < 0 or amount != amount.quantize(Decimal("0.01")):
        raise FeeError(_("A fee is in dollars and cents, not below zero."))
    if end is not None and end <= start:
        raise FeeError(_("The first day without the fee comes after its first day."))
    line = FeeScheduleLine(
        organization=plan,
        payee=_payee(npi),
        concept=concept(system, code),
        modifier=modifier,
        place_of_service=place,
        amount=amount,
        period=DateRange(start, end),
    )
    same = {
        name: getattr(line, name)
        for name in ("organization", "payee", "concept", "modifier", "place_of_service", "amount", "period")
    }
    if known := FeeScheduleLine.objects.filter(**same).first():
        return known, False
    try:
        with transaction.atomic():
            line.save(force_insert=True)
    except IntegrityError as error:
        if "billing_feeschedule_once" not in str(error):
            raise
        raise FeeError(_("Another fee stands for this service in that period: end it first.")) from error
    audit.record(by=by, action=AuditEvent.Action.CREATE, verb="billing.add_fee", obj=line, detail={"code": code})
    return line, True


@transaction.atomic
def end_fee(line: FeeScheduleLine, *, by: User, on: datetime.date) -> FeeScheduleLine:
    """End a fee before the day `on`. Claims that were priced by it stay so. Raises `FeeError`, `PermissionDenied`."""
    require(by, "billing.manage_fees", line.organization)
    line = FeeScheduleLine.objects.select_for_update(of=["self"]).get(pk=line.pk)
    if not line.period.lower < on or (line.period.upper is not None and line.period.upper <= on):
        raise FeeError(_("Choose a day after the fee's first one and before its end."))
    line.period = DateRange(line.period.lower, on)
    line.save(update_fields=["period"])
    audit.record(by=by, action=AuditEvent.Action.UPDATE, verb="billing.end_fee", obj=line, detail={"on": str(on)})
    return line


def _system(code: str) -> str:
    if PROCEDURE.fullmatch(code):
        return reading.procedure_system(code)
    if REVENUE_CODE.fullmatch(code):
        return reading.REVENUE
    raise FeeError(_("A procedure code has five signs, a revenue code three or four digits."))


def _payee(npi: str) -> Organization | None:
    if not npi:
        return None
    found = Organization.objects.filter(npi=npi).order_by("pk").first()
    if found is None:
        raise FeeError(_("No provider with this NPI has sent a claim or is on record."))
    return found
