"""What nobody's specimen holds: values that are a slip of the hand, of the sign or of the unit, and never an illness.

A value that is possible and dangerous is critical and is told at once; one beyond these bounds is not entered. They lie
well outside the extremes that were ever reported of living people, so that no true value is refused.
"""

from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from labs.models import LabTest

# LOINC → unit (UCUM), least, most. The extremes that they leave room for: potassium 1.1 and 14 mmol/L, creatinine
# 74 mg/dL, HbA1c 2 and 20 %, glucose 2,656 mg/dL, LDL cholesterol 1,000 mg/dL in homozygous familial
# hypercholesterolaemia, thyrotropin 1,000 m[IU]/L in myxoedema; the INR is a ratio that the method gives up at 20.
BOUNDS: dict[str, tuple[str, str, str]] = {
    "4548-4": ("%", "1", "30"),
    "96595-4": ("%", "1", "30"),
    "2160-0": ("mg/dL", "0", "100"),
    "98979-8": ("mL/min/{1.73_m2}", "0", "250"),
    "2823-3": ("mmol/L", "0.5", "20"),
    "13457-7": ("mg/dL", "0", "2000"),
    "3016-3": ("m[IU]/L", "0", "2000"),
    "9318-7": ("mg/g", "0", "50000"),
    "6301-6": ("{INR}", "0.3", "50"),
    "1504-0": ("mg/dL", "5", "3000"),
}


def bounds_of(loinc: str, unit: str) -> dict[str, Decimal]:
    """`least` and `most` for a test of the catalogue, as its fields take them; without an entry, not below nothing."""
    known, least, most = BOUNDS.get(loinc, ("", "", ""))
    return {"least": Decimal(least), "most": Decimal(most)} if known and known == unit else {}


def refuse_impossible(test: LabTest, quantity: Decimal, sign: str = "") -> None:
    """Raises `ValueError` for a quantity that the test cannot have; `sign` is how a value lies beyond `quantity`."""
    below = test.least is not None and (quantity < test.least or (sign == "<" and quantity == test.least))
    above = test.most is not None and (quantity > test.most or (sign == ">" and quantity == test.most))
    if below or above:
        raise ValueError(
            _("%(test)s cannot have this value (%(range)s). Check the number, its sign and its unit.")
            % {"test": test.name, "range": _range(test)}
        )


def refuse_impossible_outside(system_id: UUID, loinc: str, unit: str, quantity: Decimal, sign: str = "") -> None:
    """The same for another laboratory's result, where our catalogue has the test in the same unit."""
    for test in LabTest.objects.filter(organization=system_id, loinc__code=loinc, unit=unit).exclude(unit=""):
        refuse_impossible(test, quantity, sign)


def _range(test: LabTest) -> str:
    least, most = (None if bound is None else f"{bound.normalize():f}" for bound in (test.least, test.most))
    if least is not None and most is not None:
        return _("%(least)s to %(most)s %(unit)s") % {"least": least, "most": most, "unit": test.unit}
    if least is not None:
        return _("%(least)s %(unit)s or more") % {"least": least, "unit": test.unit}
    return _("%(most)s %(unit)s or less") % {"most": most, "unit": test.unit}
