"""Coverage on two time axes: nothing that was known is overwritten."""

import threading
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from psycopg2.extras import DateTimeTZRange

from core.db import as_job
from core.ids import uuid7
from core.models import User
from plans import actions
from plans.eligibility import why_eligible
from plans.models import CoveragePeriod
from plans.timeline import CoverageError
from tests.database import insert_as_owner
from tests.members.factories import make_member
from tests.network.factories import make_system
from tests.plans.factories import SOURCE, cover, make_contract, make_group, make_plan, make_product

JAN, MAR, JUN = date(2026, 1, 1), date(2026, 3, 1), date(2026, 6, 1)


class World:
    def __init__(self):
        self.by = User.objects.system("tests")
        self.system = make_system()
        plan = make_plan(self.system)
        self.gold, self.silver = make_product(plan), make_product(plan)
        self.ada = make_member(self.system)
        self.group = make_group(plan)
        self.contract = make_contract(self.group, self.ada)
        self.coverage = cover(self.contract, self.ada, self.gold)

    def acting(self):
        return as_job(self.by, reason="test")


@pytest.fixture
def world(db) -> World:
    return World()


def now_of(coverage):
    return [
        (row.valid.lower, row.valid.upper, row.product_id)
        for row in CoveragePeriod.objects.as_known_at().filter(coverage=coverage).order_by("valid")
    ]


def test_last_marchs_eligibility_can_be_asked_as_it_was_known(world):
    with world.acting(), connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        before = cursor.fetchone()[0]
        actions.terminate(world.coverage, by=world.by, end=MAR, source=SOURCE)
        held = CoveragePeriod.objects.of_member(world.ada)
        assert not held.in_force(JUN).exists()
        assert held.in_force(JUN, known_at=before).get().product == world.gold


def test_the_answer_says_on_both_axes_why(world):
    with world.acting(), connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        before = cursor.fetchone()[0]
        actions.terminate(world.coverage, by=world.by, end=MAR, source=actions.Source("file 7"))
        assert why_eligible(world.ada.pk, JUN, before).covered
        answer = why_eligible(world.ada.pk, JUN)
    assert not answer.covered
    assert "ended on 2026-02-28" in " ".join(answer.because)
    assert "file 7" in " ".join(answer.because)
    assert "then corrected" in " ".join(answer.because)


def test_a_retroactive_product_change_keeps_both_stories(world):
    with world.acting():
        actions.enrol(world.coverage, world.silver, by=world.by, start=MAR, source=SOURCE)
        assert now_of(world.coverage) == [(JAN, MAR, world.gold.pk), (MAR, None, world.silver.pk)]
        assert CoveragePeriod.objects.filter(coverage=world.coverage).count() == 3


def test_the_same_again_writes_nothing(world):
    with world.acting():
        assert actions.enrol(world.coverage, world.gold, by=world.by, start=JAN, source=SOURCE) == []
        assert CoveragePeriod.objects.filter(coverage=world.coverage).count() == 1


def test_voided_coverage_comes_back(world):
    with world.acting():
        actions.terminate(world.coverage, by=world.by, end=JAN - timedelta(days=1), source=SOURCE)
        assert now_of(world.coverage) == []
        actions.reinstate(world.coverage, by=world.by, source=SOURCE)
        assert now_of(world.coverage) == [(JAN, None, world.gold.pk)]


def test_a_second_coverage_at_the_same_place_is_refused_by_the_database(world):
    other = make_contract(world.group, world.ada)
    with world.acting():
        second = actions.cover_person(by=world.by, contract=other, member=world.ada, relationship="18")
        with pytest.raises(CoverageError) as error:
            actions.enrol(second, world.silver, by=world.by, start=MAR, source=SOURCE)
        assert error.value.code == "overlap"
        assert actions.enrol(second, world.silver, by=world.by, start=MAR, source=SOURCE, payer_order=2)


@pytest.mark.parametrize("change", ["DELETE FROM plans_coverageperiod", "UPDATE plans_coverageperiod SET tier = 'X'"])
def test_what_was_known_cannot_be_rewritten(world, change):
    with world.acting(), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_known_begins_and_ends_with_the_transaction_that_learns(world):
    with world.acting():
        row = CoveragePeriod.objects.get(coverage=world.coverage)
        at, day = row.known.lower, timedelta(days=1)
        row.pk, row.payer_order = uuid7(), 7
        for since, until in ((at - day, None), (at + day, None), (at, at + day)):
            row.known = DateTimeTZRange(since, until)
            with pytest.raises(IntegrityError, match="neither backdated nor closed"), transaction.atomic():
                row.save(force_insert=True)
        row.known = DateTimeTZRange(at - 100 * day, None)
        insert_as_owner(row)
        for until in (at - 99 * day, at + day):
            with pytest.raises(IntegrityError, match="closed now"), transaction.atomic():
                actions.close_known([row.pk], until)
        actions.close_known([row.pk], actions.lock_for_change([row.member_id]))


def test_the_preview_says_who_would_lose_what(world):
    child = make_member(world.system)
    cover(world.contract, child, world.gold)
    actions.register_termination_effect("test", lambda member, start, end: [f"{member} {start} {end}"])
    try:
        with world.acting():
            preview = actions.preview_termination(world.coverage, end=MAR, as_of=JUN, family=True)
            assert {(c.member_id, s.start, s.end) for c, s in preview.lost} == {
                (world.ada.pk, MAR, None),
                (child.pk, MAR, None),
            }
            assert preview.is_retroactive
            assert f"{child.pk} {MAR} {JUN}" in preview.effects
            assert now_of(world.coverage) == [(JAN, None, world.gold.pk)], "a preview changes nothing"
    finally:
        actions._effects.pop("test")


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_are_made_one_after_the_other():
    world = World()
    together = threading.Barrier(2)
    failed: list[BaseException] = []

    def change(work):
        try:
            together.wait(10)
            with world.acting():
                work()
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=change, args=(work,))
        for work in (
            lambda: actions.terminate(world.coverage, by=world.by, end=JUN, source=SOURCE),
            lambda: actions.enrol(world.coverage, world.silver, by=world.by, start=MAR, end=JUN, source=SOURCE),
        )
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert failed == []
    with world.acting():
        assert now_of(world.coverage) == [(JAN, MAR, world.gold.pk), (MAR, JUN, world.silver.pk)]
