"""Each official measure over small cases of our own: set-based, all the people of a measure at once.

The official cases are in tests/interop/test_ecqm.py and need their data; these protect every measure without it.
"""

from datetime import UTC, date, datetime

import pytest

from core.db import as_job
from core.models import User
from prevention.engine.compiler import compile_program
from prevention.engine.evaluate import Partition, compute, population_counts
from prevention.engine.measure import POPULATIONS, Measure
from prevention.engine.moments import Setting
from prevention.jobs import start_nightly
from prevention.measures import MEASURES
from prevention.models import MeasureResult, MeasureStratum
from prevention.quality.merge import write_strata
from tests.clinical.factories import arranging, member, system
from tests.prevention import measure_cases as screening
from tests.prevention import measure_cases_more as more

pytestmark = pytest.mark.django_db

SHORT = dict(zip(("ip", "den", "ex", "xc", "num", "nx"), POPULATIONS, strict=True))
CASES = {
    "CMS125": screening.breast,
    "CMS130": screening.colon,
    "CMS124": screening.cervical,
    "CMS153": screening.chlamydia_cases,
    "CMS117": screening.childhood,
    "CMS349": screening.hiv_screening,
    "CMS138": screening.tobacco_use,
    "CMS2": screening.depression_screening,
    "CMS69": screening.bmi,
    "CMS22": screening.blood_pressure_screening,
    "CMS165": screening.blood_pressure_control,
    "CMS122": screening.glycemic,
    "CMS131": screening.eye_exam,
    "CMS951": screening.kidney_health,
    "CMS347": screening.statin,
    "CMS139": screening.falls,
    "CMS155": screening.weight_counseling,
    "CMS50": screening.referral_loop,
    "CMS68": screening.current_medications,
    "CMS156": more.high_risk_medications,
    "CMS249": more.bone_density,
    "CMS128": more.antidepressants,
    "CMS159": more.depression_remission,
    "CMS149": more.dementia,
    "CMS314": more.viral_suppression,
    "CMS1188": more.sti_testing,
    "CMS136": more.adhd,
    "CMS137": more.substance_use,
    "CMS135": more.ace_inhibitor,
    "CMS144": more.beta_blocker,
    "CMS145": more.coronary,
    "CMS142": more.retinopathy,
    "CMS146": more.pharyngitis,
    "CMS154": more.respiratory,
    "CMS75": more.dental_decay,
    "CMS74": more.caries_prevention,
}


def expected_counts(written: str) -> dict[str, int]:
    """`ip:2 den` → counts of all six populations."""
    counts = dict.fromkeys(POPULATIONS, 0)
    for word in written.split():
        name, _, count = word.partition(":")
        counts[SHORT[name]] = int(count or 1)
    return counts


def evaluate(measure: Measure, ids: list) -> dict:
    """Member → for each rate, the counts of its populations."""
    with as_job(User.objects.system("tests"), reason="evaluate"):
        program = compile_program((measure,), (), Setting.of_year(2025))
        compute(program, Partition(ids=tuple(ids)))
        return {
            member: [
                {population: counts[group, population] for population in POPULATIONS}
                for group in range(1, len(measure.groups) + 1)
            ]
            for member, counts in population_counts(program).items()
        }


def test_every_measure_has_cases():
    assert CASES.keys() == {measure.id for measure in MEASURES}
    assert len(MEASURES) == 36


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.id)
def test_cases(measure):
    cases = CASES[measure.id]()
    with arranging():
        of = system()
        people = []
        for case in cases:
            person = member(
                of, case.name[:40], "Case", with_account=False, birth_date=date.fromisoformat(case.born), sex=case.sex
            )
            for write in case.facts:
                write(person)
            people.append(person)

    found = evaluate(measure, [person.pk for person in people])

    wrong = {
        case.name: (case.expected, found[person.pk])
        for case, person in zip(cases, people, strict=True)
        if found[person.pk] != [expected_counts(written) for written in case.expected]
    }
    assert not wrong
    assert all(len(case.expected) == len(measure.groups) for case in cases)


def test_a_rate_is_summed_by_its_strata():
    """Children of 5 and 15, one of them measured: each stratum beside the whole; no stratum for a rate without."""
    weight, falls = (next(m for m in MEASURES if m.id == name) for name in ("CMS155", "CMS139"))
    with arranging():
        of = system()
        for born, passed in (("2020-05-05", 1), ("2010-05-05", 0), ("1950-05-05", 1)):
            person = member(of, "Case", born, with_account=False, birth_date=date.fromisoformat(born))
            MeasureResult.objects.create(
                member=person,
                measure=falls.key if born < "2000" else weight.key,
                period=Setting.of_year(2025).period,
                initial_population=1,
                denominator=1,
                numerator=passed,
                changed_at=datetime(2025, 12, 31, tzinfo=UTC),
            )
    user = User.objects.system("tests")
    with as_job(user, reason="summaries"):
        run = start_nightly(by=user, as_of=date(2025, 12, 31))
        write_strata(run, (weight, falls), date(2025, 12, 31))
        found = MeasureStratum.objects.filter(dimension__in=["all", "stratum"], region="")
        rates = {(row.measure, row.stratum): (row.numerator, row.denominator) for row in found}

    assert rates == {
        (weight.key, ""): (1, 2),
        (weight.key, "3 to 11"): (1, 1),
        (weight.key, "12 to 17"): (0, 1),
        (falls.key, ""): (1, 1),
    }


def test_every_population_of_every_measure_has_a_case():
    """Each population that a rate states is reached by some case, and left by another."""
    for measure in MEASURES:
        for number, group in enumerate(measure.groups):
            stated = [name for name in POPULATIONS if getattr(group, name) is not None]
            written = [expected_counts(case.expected[number]) for case in CASES[measure.id]()]
            for name in stated:
                assert any(counts[name] for counts in written), (measure.id, number + 1, name)
                assert not all(counts[name] for counts in written), (measure.id, number + 1, name)
