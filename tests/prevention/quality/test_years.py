"""Two years of one measure beside each other: each year by its own file, the earlier one still to be read."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from core import jobs as core_jobs
from core.db import as_job
from core.models import User
from interop.measure_reports import individual, summary
from prevention import jobs, measures
from prevention.actions import evaluate_members
from prevention.engine.libraries import OFFICE_VISIT
from prevention.engine.members import Everyone
from prevention.measures import MEASURES, keys_of, measure, measures_of
from prevention.measures import colon_cancer_screening_2025 as colorectal
from prevention.models import MeasureResult
from prevention.quality import reading
from tests.clinical.factories import arranging, member, region, system
from tests.prevention import charts

OF_2025 = colorectal.MEASURE
# A version of the tests' own: whoever is counted is in its numerator.
OF_2026 = replace(
    OF_2025,
    version="9.0.000",
    year=2026,
    title="Colorectal cancer screening, 2026",
    groups=tuple(replace(group, numerator=Everyone()) for group in OF_2025.groups),
)


@pytest.fixture
def both(monkeypatch):
    files = (OF_2026, *MEASURES)
    monkeypatch.setattr(measures, "MEASURES", files)
    monkeypatch.setattr(jobs, "MEASURES", files)


def test_for_each_id_the_latest_file_that_has_come(both):
    chosen = {year: {one.id: one.version for one in measures_of(year)} for year in (2024, 2025, 2026, 2031)}

    assert chosen[2024] == {}
    assert chosen[2025]["CMS130"] == OF_2025.version
    assert chosen[2026]["CMS130"] == chosen[2031]["CMS130"] == OF_2026.version
    # What has no successor stays in force.
    assert chosen[2025].keys() == chosen[2026].keys()
    assert chosen[2026]["CMS125"] == chosen[2025]["CMS125"]


def test_a_name_means_the_file_of_the_year(both):
    assert measure("CMS130", 2025) is OF_2025
    assert measure("CMS130", 2027) is measure("CMS130") is OF_2026
    # Official cases of a year before the first file are read by the first.
    assert measure(OF_2025.name, 2020) is OF_2025
    assert measure(OF_2025.key, 2026) is OF_2025
    assert keys_of("CMS130") == [OF_2026.key, OF_2025.key]
    with pytest.raises(KeyError, match="CMS999"):
        measure("CMS999", 2026)


@pytest.fixture
def maria(db):
    """52, covered and seen in both years, never screened."""
    with arranging():
        of = system()
        made = member(of, birth_date=date(1974, 2, 11), sex="female", region=region(of))
        charts.enrol(made)
        for year in (2025, 2026):
            charts.visit(made, OFFICE_VISIT, date(year, 3, 1))
    return made


def results(of) -> set[tuple[int, str, int]]:
    with arranging():
        found = MeasureResult.objects.filter(member=of, measure__startswith="CMS130/")
        return {(one.period.lower.year, one.measure, one.numerator) for one in found}


def evaluate(of, day: date) -> None:
    with as_job(User.objects.system("prevention"), reason="test"):
        evaluate_members([of.pk], as_of=day, at=datetime(day.year, day.month, day.day, 18, tzinfo=UTC))


EACH_BY_ITS_OWN = {(2025, OF_2025.key, 0), (2026, OF_2026.key, 1)}


def test_each_year_is_evaluated_by_its_own_file(both, maria):
    evaluate(maria, date(2025, 12, 31))
    evaluate(maria, date(2026, 11, 22))

    assert results(maria) == EACH_BY_ITS_OWN


@pytest.mark.django_db(transaction=True)
def test_the_nightly_run_takes_the_files_of_its_year(both, maria):
    by = User.objects.system("prevention")
    for day in (date(2025, 12, 31), date(2026, 11, 22)):
        assert core_jobs.work(jobs.start_nightly(by=by, as_of=day)).status == "done"
    core_jobs.work(jobs.start_nightly(by=by, as_of=date(2026, 11, 22), only="CMS130"))

    assert results(maria) == EACH_BY_ITS_OWN


def test_a_file_that_takes_over_within_its_year_takes_its_predecessors_place(maria, request):
    evaluate(maria, date(2025, 12, 31))
    evaluate(maria, date(2026, 10, 1))
    assert results(maria) == {(2025, OF_2025.key, 0), (2026, OF_2025.key, 0)}

    request.getfixturevalue("both")
    evaluate(maria, date(2026, 11, 22))

    assert results(maria) == EACH_BY_ITS_OWN


def test_a_report_of_last_year_is_last_years(both, maria):
    evaluate(maria, date(2025, 12, 31))
    evaluate(maria, date(2026, 11, 22))
    at = datetime(2027, 1, 5, tzinfo=UTC)
    with as_job(User.objects.system("tests"), reason="report"):
        reports = {
            year: (
                individual(maria.pk, measure("CMS130", year), year, at),
                summary(measure("CMS130", year), year, at, maria.managing_organization),
            )
            for year in (2025, 2026)
        }

    for year, version, score in ((2025, OF_2025.version, 0), (2026, OF_2026.version, 1)):
        for report in reports[year]:
            assert report["measure"].endswith(f"|{version}")
            assert report["group"][0]["measureScore"]["value"] == score


@pytest.fixture
def two_years(both, quality_world, lay):
    """Half of them screened last year, three quarters this year."""
    lay("oakland", 60, 30, as_of=date(2025, 12, 31))
    quality_world.count(date(2025, 12, 31), "CMS130")
    lay("oakland", 60, 45, as_of=date(2026, 11, 22))
    quality_world.count(date(2026, 11, 22), "CMS130")
    return quality_world


def page_of(client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(f"prevention:{name}", args=args), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_page_of_an_earlier_year_is_read_as_it_stood(client, two_years):
    client.force_login(two_years.director)

    now, then = page_of(client, "quality"), page_of(client, "quality", year="2025")

    assert "75.0 %" in now
    assert "Colorectal cancer screening, 2026" in now
    assert '<option value="2025">2025</option>' in now
    assert "50.0 %" in then
    assert "75.0 %" not in then
    assert "Colorectal cancer screening, 2026" not in then
    assert "year=2025" in then, "one stays in the year"
    rate = page_of(client, "quality_measure", "CMS130", 1, year="2025", by="facility")
    assert "50.0 %" in rate
    assert OF_2026.title not in rate
    people = client.get(reverse("prevention:quality_people", args=["CMS130", 1]), {"year": "2025", "show": "in"})
    assert len(people.context["people"]) == 30
    assert ",60,30,0.5000," in page_of(client, "quality_export", "CMS130", 1, year="2025")
    # A year that was never counted is this year.
    assert "75.0 %" in page_of(client, "quality", year="2019")


def test_a_trend_goes_on_over_the_versions(client, two_years):
    with arranging():
        kept = reading.snapshots(two_years.system.pk)
        (line,) = reading.lines(two_years.system.pk, kept)
        assert [(month, rate.value) for month, rate in line.trend] == [
            (date(2025, 12, 1), 0.5),
            (date(2026, 11, 1), 0.75),
        ]
        assert [month for month, _row in reading.trend(kept, line.row)] == [date(2025, 12, 1), date(2026, 11, 1)]
        assert reading.years(two_years.system.pk) == [2026, 2025]
