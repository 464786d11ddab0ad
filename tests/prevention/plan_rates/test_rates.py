"""Plan rates: covered long enough, gaps, the anchor date, lines of business; nobody need have been seen."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from psycopg2.extras import DateRange, DateTimeTZRange

from core import jobs as core_jobs
from core.models import User
from plans.models import Coverage, CoverageContract, CoveragePeriod, EmployerGroup, Product
from prevention.engine.members import Everyone, exists
from prevention.measures.breast_cancer_screening_2025 import MAMMOGRAPHY
from prevention.models import PlanRate
from prevention.plan_rates import job
from prevention.plan_rates.definitions import SEEN, Enrolment, Span, without_visit
from prevention.plan_rates.showing import shown
from tests.clinical.factories import arranging, member, system
from tests.database import insert_as_owner
from tests.network.factories import make_staff, make_system
from tests.prevention import charts

YEAR_OVER = date(2026, 12, 31)
START = date(2024, 10, 1)


def test_the_spans_of_an_enrolment():
    assert Enrolment(2, 10, 1).spans(2026) == (
        Span(date(2024, 10, 1), date(2025, 1, 1), 0),
        Span(date(2025, 1, 1), date(2026, 1, 1), 45),
        Span(date(2026, 1, 1), date(2027, 1, 1), 45),
    )
    assert Enrolment(2, medicaid_years=0).spans(2026, medicaid=True) == (Span(date(2026, 1, 1), date(2027, 1, 1), 31),)
    assert Enrolment().spans(2026, until=date(2026, 6, 30)) == (Span(date(2026, 1, 1), date(2026, 7, 1), 45),)


def test_the_visit_is_taken_out_of_a_population_and_nothing_else():
    asked = Everyone() & SEEN & Everyone()
    assert without_visit(asked, SEEN).parts == (Everyone(), Everyone())
    with pytest.raises(ValueError, match="does not ask for that visit"):
        without_visit(Everyone() & Everyone(), exists(charts and SEEN.facts))


class Plan:
    def __init__(self):
        with arranging():
            self.system = system()

    def woman(self, *periods: tuple[date, date | None], screened: bool = False, line: str = "commercial_group"):
        """60 years old, covered in these periods, never seen by anybody here."""
        with arranging():
            who = member(self.system, birth_date=date(1966, 5, 1), sex="female")
            product, _ = Product.objects.get_or_create(
                organization=self.system, code=line, defaults={"name": line, "line_of_business": line, "kind": "hmo"}
            )
            group, _ = EmployerGroup.objects.get_or_create(organization=self.system, number="1")
            contract = CoverageContract.objects.create(member=who, group=group, number=f"C{who.pk}")
            coverage = Coverage.objects.create(member=who, contract=contract, relationship="18")
            for valid in periods:
                row = CoveragePeriod(
                    member=who, coverage=coverage, product=product, valid=DateRange(*valid),
                    known=DateTimeTZRange(datetime(2020, 1, 1, tzinfo=UTC), None), source="test",
                    recorded_by=User.objects.system("tests"),
                )  # fmt: skip
                insert_as_owner(row)
            if screened:
                charts.observation(who, MAMMOGRAPHY, date(2026, 3, 1), category="imaging")
        return who

    def rate(self, line: str = "", *, as_of: date = YEAR_OVER, measure: str = "PLAN-BCS/2025") -> PlanRate | None:
        run = job.start(by=User.objects.system("prevention"), as_of=as_of)
        core_jobs.work(run)
        with arranging():
            return PlanRate.objects.filter(run=run, measure=measure, line_of_business=line).first()


@pytest.fixture
def plan(transactional_db) -> Plan:
    return Plan()


def counts(rate: PlanRate | None) -> tuple[int, int, int, int]:
    assert rate is not None
    return rate.population, rate.enrolled, rate.denominator, rate.numerator


def test_covered_throughout_counts_seen_or_not(plan):
    plan.woman((START, None), screened=True)
    plan.woman((START, None))
    plan.woman((date(2026, 3, 1), None), screened=True)  # not long enough

    rate = plan.rate()

    assert counts(rate) == (3, 2, 2, 1)
    assert rate.percent == 50
    assert rate.is_final


@pytest.mark.parametrize(
    ("gaps", "long_enough"),
    [
        ([(date(2026, 3, 1), 45)], 1),
        ([(date(2026, 3, 1), 46)], 0),
        ([(date(2026, 3, 1), 10), (date(2026, 8, 1), 10)], 0),  # two in a year
        ([(date(2025, 3, 1), 45), (date(2026, 3, 1), 45)], 1),  # one in each year
        ([(date(2024, 11, 1), 1)], 0),  # none allowed in the part of a year at the beginning
    ],
)
def test_gaps(plan, gaps, long_enough):
    start, periods = START, []
    for begins, length in gaps:
        periods.append((start, begins))
        start = begins + timedelta(days=length)
    plan.woman(*periods, (start, None))

    assert counts(plan.rate()) == (1, long_enough, long_enough, 0)


def test_who_left_before_the_anchor_date_does_not_count(plan):
    """A gap of a month would be forgiven, but not one that reaches the last day of the year."""
    plan.woman((START, date(2026, 12, 1)))

    assert counts(plan.rate()) == (1, 0, 0, 0)


def test_lines_of_business_stand_beside_each_other_and_medicaid_has_its_own_gap(plan):
    forty_days = ((START, date(2026, 3, 1)), (date(2026, 4, 10), None))
    plan.woman(*forty_days, line="medicaid")
    plan.woman(*forty_days, line="medicare")

    assert counts(plan.rate()) == (2, 1, 1, 0)
    assert counts(plan.rate("medicare")) == (1, 1, 1, 0)
    assert counts(plan.rate("medicaid")) == (1, 0, 0, 0)


def test_before_the_year_is_over_it_is_a_rate_so_far(plan):
    plan.woman((START, None))

    rate = plan.rate(as_of=date(2026, 6, 30))

    assert counts(rate) == (1, 1, 1, 0)
    assert (rate.anchor, rate.is_final) == (date(2026, 6, 30), False)


def test_a_second_count_says_the_same_and_leaves_one_row(plan):
    plan.woman((START, None))
    first, second = plan.rate(), plan.rate()

    assert counts(first) == counts(second)
    with arranging():
        assert PlanRate.objects.filter(measure="PLAN-BCS/2025", line_of_business="").count() == 1


def test_the_page_shows_the_rates_of_ones_own_system(plan, client):
    plan.woman((START, None), screened=True)
    plan.rate()
    page = reverse("prevention:plan_rates")

    client.force_login(make_staff("plan_administrator", plan.system))
    mine = client.get(page).content.decode()
    client.force_login(make_staff("plan_administrator", make_system()))
    theirs = client.get(page).content.decode()
    client.force_login(make_staff("front_desk", plan.system))

    assert "Breast cancer screening" in mine
    assert "hidden" in mine and "100.0 %" not in mine, "one person"
    assert "Breast cancer screening" not in theirs
    assert client.get(page).status_code == 403


# --- What may be said ---------------------------------------------------------------------------------------------


def a_rate(line: str, population: int, enrolled: int, denominator: int, numerator: int) -> PlanRate:
    return PlanRate(
        line_of_business=line, population=population, enrolled=enrolled, denominator=denominator, numerator=numerator
    )


def said(*rates: PlanRate) -> dict[str, tuple]:
    return {
        one.rate.line_of_business: (one.population, one.enrolled, one.denominator, one.numerator, one.percent)
        for one in shown(rates)
    }


def test_few_people_of_a_line_are_not_said_nor_what_gives_them_away():
    found = said(
        a_rate("", 500, 450, 400, 200),
        a_rate("medicaid", 8, 8, 8, 4),
        a_rate("medicare", 192, 172, 152, 76),
        a_rate("individual", 300, 270, 240, 120),
    )
    assert found["medicaid"] == found["medicare"] == (None, None, None, None, None), "one gives the other away"
    assert found["individual"] == (300, 270, 240, 120, 50.0) and found[""][0] == 500


def test_a_rate_that_few_met_is_not_said_while_how_many_count_is():
    found = said(
        a_rate("", 310, 270, 230, 123), a_rate("medicaid", 100, 80, 60, 3), a_rate("medicare", 210, 190, 170, 120)
    )
    assert found["medicaid"][:3] == (100, 80, 60) and found["medicaid"][3:] == (None, None)
    assert found["medicare"][3:] == (None, None)


def test_few_who_were_not_covered_long_enough_are_not_said():
    found = said(a_rate("", 300, 297, 240, 120), a_rate("medicare", 300, 297, 240, 120))
    assert found["medicare"] == (None, 297, 240, 120, 50.0) == found[""]
