"""Whatever a plan covers has words in the reader's language."""

from plans.models import Benefit, CoveragePeriod
from plans.words import KINDS, SERVICES


def test_every_service_and_kind_of_coverage_has_words():
    assert set(SERVICES) == set(Benefit.Service.values)
    assert set(KINDS) == set(CoveragePeriod.BenefitKind.values)
    assert {str(SERVICES[one]).lower() for one in Benefit.Service} == {one.label.lower() for one in Benefit.Service}
