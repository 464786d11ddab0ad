"""One record that cannot be read keeps nobody else from being evaluated, by day or by night."""

from datetime import date

import pytest
from django.db import connection
from django.db.utils import DataError

from clinical.models import MedicationRequest, Task
from core import jobs as core_jobs
from core.models import JobRun, User
from prevention import jobs
from prevention.aside import KIND
from prevention.engine.codes import RXNORM, Code
from prevention.measures.breast_cancer_screening_2025 import MAMMOGRAPHY
from prevention.models import CareRuleState
from tests.clinical.factories import arranging, member, region, system
from tests.prevention import charts
from tests.prevention.outreach.factories import policy

AS_OF = date(2026, 11, 22)
ODD_DOSAGES = {
    "a day that is none": {"timing": {"repeat": {"boundsPeriod": {"start": "2026-05-01", "end": "2026-02-30"}}}},
    "an end before its start": {"timing": {"repeat": {"boundsPeriod": {"start": "2026-05-01", "end": "2026-02-01"}}}},
    "how often, in words": {"timing": {"repeat": {"frequency": "twice", "period": 1, "periodUnit": "d"}}},
    "one time of day, not a list": {"timing": {"repeat": {"timeOfDay": "08:00:00"}}},
    "more than anybody takes": {"timing": {"repeat": {"frequency": 1, "period": 99999, "periodUnit": "a"}}},
    "less than nothing": {"timing": {"repeat": {"frequency": -1, "period": 0.000001, "periodUnit": "s"}}},
    "no object at all": "one a day",
}


@pytest.fixture
def people(transactional_db):
    with arranging():
        of = system()
        market = region(of)
        policy(of)
        made = [member(of, f"Member{n}", birth_date=date(1960, 5, 1), sex="female", region=market) for n in range(7)]
        for one in made:
            charts.enrol(one)
    return made


def nightly() -> JobRun:
    run = jobs.start_nightly(by=User.objects.system("prevention"), as_of=AS_OF)
    JobRun.objects.filter(pk=run.pk).update(shares=2)
    run.refresh_from_db()
    return core_jobs.work(run)


@pytest.mark.parametrize("dosage", ODD_DOSAGES.values(), ids=ODD_DOSAGES)
def test_an_odd_dosage_is_read_as_saying_nothing(people, dosage):
    with arranging():
        charts.fact(
            MedicationRequest,
            people[3],
            Code("855332", RXNORM),
            (date(2026, 5, 1), None),
            status="active",
            intent="order",
            dosage=[{**dosage, "doseAndRate": [{"doseQuantity": {"value": 1}}]}]
            if isinstance(dosage, dict)
            else dosage,
            quantity=99_999_999,
            refills=30_000,
        )

    run = nightly()

    assert (run.status, run.totals["members"], "set_aside" in run.totals) == ("done", 7, False)


@pytest.fixture
def poisoned(people, monkeypatch):
    """Whoever's evaluation fails, by an error that only the evaluation of this member meets."""
    victim = people[4]
    evaluate = jobs.evaluate_partition

    def fails(partition, **given):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT 1 FROM members_member m WHERE m.id = %(victim)s AND {partition.test('m.id')}",
                {**partition.parameters, "victim": victim.pk},
            )
            if cursor.fetchone():
                raise DataError("date/time field value out of range")
        return evaluate(partition, **given)

    monkeypatch.setattr("prevention.jobs.evaluate_partition", fails)
    monkeypatch.setattr("prevention.actions.evaluate_partition", fails)
    return victim


def test_a_night_sets_aside_the_one_whose_record_fails_and_evaluates_all_others(people, poisoned):
    run = nightly()

    with arranging():
        evaluated = set(CareRuleState.objects.values_list("member", flat=True))
        task = Task.objects.get(kind=KIND)
    assert run.status == "done" and run.totals["set_aside"] == 1
    assert evaluated == {one.pk for one in people} - {poisoned.pk}
    assert task.member_id == poisoned.pk and "DataError" in task.detail and task.status == "requested"


def test_it_is_told_once_while_it_stands(people, poisoned):
    nightly()
    nightly()

    with arranging():
        assert Task.objects.filter(kind=KIND).count() == 1


def test_of_changed_members_the_one_that_fails_is_set_aside(people, poisoned):
    with arranging():
        for one in people:
            charts.observation(one, MAMMOGRAPHY, date(2026, 1, 5), category="imaging")

    taken = jobs.take_changed(as_of=AS_OF, by=User.objects.system("prevention"))

    with arranging():
        evaluated = set(CareRuleState.objects.values_list("member", flat=True))
        assert taken == 7 and evaluated == {one.pk for one in people} - {poisoned.pk}
        assert Task.objects.get(kind=KIND).member_id == poisoned.pk
    again = jobs.take_changed(as_of=AS_OF, by=User.objects.system("prevention"))
    assert again == 0, "the task that an evaluation wrote is no reason to evaluate again"


def test_where_everybody_fails_no_record_is_at_fault_and_the_run_fails(people, monkeypatch):
    def fails(*_args, **_given):
        raise DataError("division by zero")

    monkeypatch.setattr("prevention.jobs.evaluate_partition", fails)
    monkeypatch.setattr(core_jobs, "MOST_ASIDE", 2)

    with pytest.raises(core_jobs.JobFailed):
        nightly()


def test_what_is_no_record_fault_is_tried_again_and_fails_the_run(people, monkeypatch):
    def fails(*_args, **_given):
        raise RuntimeError

    monkeypatch.setattr("prevention.jobs.evaluate_partition", fails)

    with pytest.raises(core_jobs.JobFailed):
        nightly()
    with arranging():
        assert not Task.objects.filter(kind=KIND).exists()
