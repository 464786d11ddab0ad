"""What a value means: reference range by sex for clinical use and age, flag of HL7 table 0078, critical or not."""

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.db.models import Q

from labs.bounds import refuse_impossible
from labs.models import LabTest, ReferenceRange
from members.models import Member

# Results in words: the abnormal ones are told, so that "positive" is never shown as if it were normal.
WORDS = ("negative", "positive", "not detected", "detected", "indeterminate")
ABNORMAL_WORDS = ("positive", "detected", "indeterminate")
# How much a flag of HL7 table 0078 asks for: 2 at once, 1 soon.
RANK = {"AA": 2, "HH": 2, "LL": 2, "A": 1, "H": 1, "L": 1}
# Beyond what the method measures: below 0.01, above 1000.
BEYOND = re.compile(r"(<=|>=|<|>)\s*(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Interpretation:
    """`flag` is "" where no range applies: then nothing is claimed."""

    flag: str
    is_critical: bool
    low: Decimal | None = None
    high: Decimal | None = None


def range_for(test: LabTest, member: Member, on: date) -> ReferenceRange | None:
    """The range for the member on a day: one for their sex for clinical use before a general one, then the narrowest
    span of ages. Without a birth date only ranges for every age apply."""
    ranges = test.ranges.filter(sex__in=["", member.sex_for_clinical_use])
    if member.birth_date is None:
        ranges = ranges.filter(age_days_from=0, age_days_to__gte=60000)
    else:
        days = (on - member.birth_date).days
        ranges = ranges.filter(Q(age_days_from__lte=days) & Q(age_days_to__gt=days))
    return min(ranges, key=lambda r: (r.sex == "", r.age_days_to - r.age_days_from), default=None)


def interpret(test: LabTest, member: Member, on: date, *, quantity: Decimal | None, text: str) -> Interpretation:
    """The flag of one value. Critical limits are exclusive, normal limits inclusive, as laboratories print them."""
    if quantity is None and (beyond := BEYOND.fullmatch(text.strip())):
        return _interpret_beyond(range_for(test, member, on), beyond[1], Decimal(beyond[2]))
    if quantity is None:
        word = text.strip().lower()
        flag = "A" if word in ABNORMAL_WORDS else "N" if word in WORDS else ""
        return Interpretation(flag, False)
    found = range_for(test, member, on)
    if found is None:
        return Interpretation("", False)
    if found.critical_low is not None and quantity < found.critical_low:
        return Interpretation("LL", True, found.low, found.high)
    if found.critical_high is not None and quantity > found.critical_high:
        return Interpretation("HH", True, found.low, found.high)
    if found.low is not None and quantity < found.low:
        return Interpretation("L", False, found.low, found.high)
    if found.high is not None and quantity > found.high:
        return Interpretation("H", False, found.low, found.high)
    return Interpretation("N", False, found.low, found.high)


def _interpret_beyond(found: ReferenceRange | None, sign: str, bound: Decimal) -> Interpretation:
    """The flag of a value known to lie beyond `bound`; none where that may be on either side of a limit."""
    if found is None:
        return Interpretation("", False)
    high, low = sign.startswith(">"), sign.startswith("<")
    if high and found.critical_high is not None and bound >= found.critical_high:
        return Interpretation("HH", True, found.low, found.high)
    if low and found.critical_low is not None and bound <= found.critical_low:
        return Interpretation("LL", True, found.low, found.high)
    if high and found.high is not None and bound >= found.high:
        return Interpretation("H", False, found.low, found.high)
    if low and found.low is not None and bound <= found.low:
        return Interpretation("L", False, found.low, found.high)
    # Below something within the range, where only what is above it is abnormal; and the other way round.
    is_normal = (low and found.low is None and found.high is not None and bound <= found.high) or (
        high and found.high is None and found.low is not None and bound >= found.low
    )
    return Interpretation("N" if is_normal else "", False, found.low, found.high)


def more_urgent(meaning: Interpretation, reported_flag: str) -> Interpretation:
    """The flag by our own ranges, or the one that the performing laboratory reports where that asks for more."""
    if RANK.get(reported_flag, 0) <= RANK.get(meaning.flag, 0):
        return meaning
    return replace(meaning, flag=reported_flag, is_critical=RANK[reported_flag] > 1)


def parse_value(test: LabTest, value: str) -> tuple[Decimal | None, str]:
    """What was typed, as a quantity (tests with a unit; rounded half up to the test's decimals) or as words.

    Beyond what is measured (<0.01, >1000) it stays as it was written, sign and number.

    Raises `ValueError` where a number is expected and something else was typed, the value is empty, or nobody has it.
    """
    value = " ".join(value.split())
    if not value:
        raise ValueError("Enter a value.")
    if not test.unit:
        return None, value.lower() if value.lower() in WORDS else value
    if beyond := BEYOND.fullmatch(value):
        refuse_impossible(test, Decimal(beyond[2]), beyond[1][0])
        return None, f"{beyond[1]}{beyond[2]}"
    try:
        quantity = Decimal(value.replace(",", "."))
    except InvalidOperation:
        quantity = Decimal("NaN")
    if not quantity.is_finite() or abs(quantity) >= Decimal(10) ** 9:
        raise ValueError(f"Enter a number in {test.unit}.")
    quantity = quantity.quantize(Decimal(1).scaleb(-test.decimals), ROUND_HALF_UP)
    refuse_impossible(test, quantity)
    return quantity, ""
