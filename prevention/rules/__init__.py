"""Care rules: who is due for what, by dated guidelines, for every enrolled person."""

from prevention.engine.measure import CareRule
from prevention.rules import blood_pressure, breast_screening, cervical_screening, colorectal_screening, hba1c

RULES: tuple[CareRule, ...] = (
    breast_screening.RULE,
    colorectal_screening.RULE,
    cervical_screening.RULE,
    blood_pressure.RULE,
    hba1c.RULE,
)
BY_ID = {rule.id: rule for rule in RULES}


def rule(name: str) -> CareRule:
    """The rule of this id. Raises `KeyError` with the ids there are."""
    if name not in BY_ID:
        raise KeyError(f"No care rule {name!r}. There are: {', '.join(BY_ID)}.")
    return BY_ID[name]
