"""Quantities compared as CQL compares them: by amount, not by how the unit is written."""

import pytest
from django.db import connection

from prevention.engine.compiler import Compiler
from prevention.engine.elements import percent, quantity
from prevention.engine.facts import Predicate
from prevention.engine.moments import Setting

pytestmark = pytest.mark.django_db
LDL = quantity(">=", 190, "mg/dL")
RISK = percent(">=", 20)
VIRUS = quantity("<", 200, "{copies}/mL")
SCORE = quantity("<", 2)


def says(predicate: Predicate, value: float, unit: str) -> bool | None:
    to = Compiler(Setting.of_year(2025))
    conditions = f"{predicate.true(to, 'f')}, {predicate.false(to, 'f')}".replace("%", "%%")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {conditions} FROM (SELECT %s::numeric AS value_quantity, %s::varchar AS value_unit) f",
            [value, unit],
        )
        true, false = cursor.fetchone()
    return True if true else False if false else None


@pytest.mark.parametrize(
    ("predicate", "value", "unit", "expected"),
    [
        (LDL, 190, "mg/dL", True),
        (LDL, 189.9, "mg/dL", False),
        (LDL, 1.9, "g/L", True),
        (LDL, 1.89, "g/L", False),
        (LDL, 1900, "mg/L", True),
        (LDL, 190, "mmol/L", None),
        (LDL, 190, "", None),
        (RISK, 20, "%", True),
        (RISK, 19.9, "%", False),
        (RISK, 0.2, "1", True),
        (RISK, 0.19, "{score}", False),
        (RISK, 20, "{score}", True),
        (RISK, 20, "mg/dL", None),
        (VIRUS, 199, "{copies}/mL", True),
        (VIRUS, 199, "/mL", True),
        (VIRUS, 199, "/L", None),
        (SCORE, 1, "{score}", True),
        (SCORE, 1, "", True),
        (SCORE, 1, "%", None),
    ],
)
def test_amounts_are_compared(predicate, value, unit, expected):
    assert says(predicate, value, unit) is expected
