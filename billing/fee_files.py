"""A fee schedule as a CSV file, as plans and their contractors exchange it, line by line into the schedule."""

import csv
import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from billing.actions.fees import FeeError, add_fee
from core.models import User
from network.models import Organization

REQUIRED = ("code", "price", "from")
OPTIONAL = ("modifier", "place", "until", "npi")


@dataclass
class Loaded:
    """What became of the lines: how many were new or stood already, and (line number, why) of those set aside."""

    added: int = 0
    unchanged: int = 0
    aside: list[tuple[int, str]] = field(default_factory=list)


def load(lines: Iterable[str], *, by: User, plan: Organization) -> Loaded:
    """Take a file in: columns code, price, from; and, where given, modifier, place, until, npi. Days are CCYY-MM-DD.

    `until` is the first day without the fee. A bad line is set aside and the others are taken; the same file again
    changes nothing. Raises `FeeError` where a column is missing or unknown.
    """
    rows = csv.DictReader(lines)
    named = [(name or "").strip().lower() for name in rows.fieldnames or ()]
    rows.fieldnames = named
    if missing := [name for name in REQUIRED if name not in named]:
        raise FeeError(_("The file lacks the columns %(names)s.") % {"names": ", ".join(missing)})
    if unknown := [name for name in named if name not in (*REQUIRED, *OPTIONAL)]:
        raise FeeError(_("The file has unknown columns: %(names)s.") % {"names": ", ".join(unknown)})
    done = Loaded()
    for row in rows:
        try:
            _line, is_new = _take(row, by=by, plan=plan)
        except FeeError as error:
            done.aside.append((rows.line_num, str(error)))
        else:
            done.added += is_new
            done.unchanged += not is_new
    return done


def _take(row: dict[str | None, str | None], *, by: User, plan: Organization) -> tuple[object, bool]:
    if None in row or None in row.values():
        raise FeeError(_("The line has not as many fields as the first one has names."))
    given = {name: (value or "").strip() for name, value in row.items()}
    start = _day(given["from"])
    if start is None:
        raise FeeError(_("The first day is missing."))
    return add_fee(
        by=by,
        plan=plan,
        code=given["code"],
        amount=_amount(given["price"]),
        start=start,
        end=_day(given.get("until", "")),
        modifier=given.get("modifier", ""),
        place=given.get("place", ""),
        npi=given.get("npi", ""),
    )


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount >= Decimal(10) ** 10:
        raise FeeError(_("The price is no amount of dollars like 125.00."))
    return amount


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError:
        raise FeeError(_("A day is written CCYY-MM-DD.")) from None
