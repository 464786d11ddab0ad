"""Two statements that once grew with the square: whatever the planner believes of fresh tables, it plans no loops.

In a first night nobody has looked at what was written a moment ago, so of a hundred thousand rows the planner foresees
one and would read the other side anew for each of them. What it believes is laid here as it is then.
"""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection

from core.db import as_job
from core.models import User
from prevention.actions import programs
from prevention.engine.evaluate import Partition, compute
from prevention.engine.libraries import OFFICE_VISIT
from prevention.engine.record import record
from prevention.measures.breast_cancer_screening_2025 import MAMMOGRAPHY
from prevention.quality.count import count_share
from tests.clinical.factories import arranging, member, region, system
from tests.prevention import charts

pytestmark = pytest.mark.django_db
AS_OF, AT = date(2026, 11, 22), datetime(2026, 11, 22, 18, tzinfo=UTC)
# Few rows each, and of a size that does not grow with the members: to look into them again and again costs nothing.
SMALL = {"core_codesystem", "core_valueset", "network_department", "network_facility", "network_region"}


def loops(plan: dict[str, Any]) -> list[str]:
    """Tables that are read anew for each row of something else."""
    found = []
    if plan["Node Type"] == "Nested Loop":
        inner = plan["Plans"][1]
        found += [name for name in _tables(inner) if name not in SMALL]
    for part in plan.get("Plans", ()):
        found += loops(part)
    return found


def _tables(plan: dict[str, Any]) -> list[str]:
    # What is kept in memory is not read anew.
    if plan["Node Type"] in ("Materialize", "Memoize"):
        return []
    own = [plan["Relation Name"]] if "Relation Name" in plan else []
    return own + [name for part in plan.get("Plans", ()) for name in _tables(part)]


class Watch:
    """The plans of the statements that begin with `words`, as they are executed."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.plans: list[dict[str, Any]] = []

    def __call__(self, execute, sql, params, many, context):
        if self.words in sql:
            with context["cursor"].db.connection.cursor() as beside:
                beside.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
                ((plan,),) = beside.fetchall()
                self.plans.append(plan[0]["Plan"])
        return execute(sql, params, many, context)


@pytest.fixture
def world() -> None:
    """Twelve people, with what makes them count: of them nobody has taken statistics."""
    with arranging():
        of = system()
        market = region(of)
        for number in range(12):
            one = member(of, f"Member{number}", birth_date=date(1956 + number, 5, 1), sex="female", region=market)
            charts.enrol(one)
            charts.visit(one, OFFICE_VISIT, date(2026, 2, 1))
            if number % 3 == 0:
                charts.observation(one, MAMMOGRAPHY, date(2026, 1, 5), category="imaging")


def first_night(watch: Watch, **settings: str) -> list[str]:
    with as_job(User.objects.system("prevention"), reason="test"), connection.execute_wrapper(watch):
        with connection.cursor() as cursor:
            for name, value in settings.items():
                cursor.execute(f"SET LOCAL {name} = {value}")
        (program,) = programs(AS_OF)
        compute(program, Partition(), known_at=AT)
        record(program, Partition(), AT)
        count_share(uuid.uuid4(), 1, Partition(), program.measures, AS_OF)
    assert watch.plans, "the statement was run"
    return [name for plan in watch.plans for name in loops(plan)]


STATEMENTS = {"counts": "INSERT INTO prevention_stratumcount", "evidence": "CREATE TEMPORARY TABLE pf_evidence"}


@pytest.mark.parametrize("words", STATEMENTS.values(), ids=STATEMENTS)
def test_it_is_planned_without_loops(world, words):
    assert first_night(Watch(words)) == []


@pytest.mark.parametrize("words", STATEMENTS.values(), ids=STATEMENTS)
def test_the_watch_sees_a_loop_where_there_is_one(world, words):
    """As it would be planned were loops allowed: the guard is taken out, and nothing else offered."""
    watch = Watch(words)

    def with_loops(execute, sql, params, many, context):
        if sql == "SET LOCAL enable_nestloop = off":
            sql = "SET LOCAL enable_nestloop = on"
        return execute(sql, params, many, context)

    with connection.execute_wrapper(with_loops):
        assert first_night(watch, enable_hashjoin="off", enable_mergejoin="off")
