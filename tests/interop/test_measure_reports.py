"""FHIR MeasureReports of what was measured."""

import io
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command

from core.db import as_job
from core.models import User
from interop.measure_reports import individual, summary
from prevention.engine.moments import Setting
from prevention.jobs import start_nightly
from prevention.measures import measure
from prevention.models import MeasureResult
from prevention.quality.merge import write_strata
from tests.clinical.factories import arranging, member, system

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 5, tzinfo=UTC)


def result(of, measure_key: str, group: int, **counts: int) -> None:
    MeasureResult.objects.create(
        member=of,
        measure=measure_key,
        period=Setting.of_year(2025).period,
        group=group,
        initial_population=1,
        changed_at=AT,
        **counts,
    )


@pytest.fixture
def children():
    """Two children in the weight measure: both measured, one counselled about food, one excluded from it."""
    key = measure("CMS155").key
    with arranging():
        of = system()
        young, old = (
            member(of, name, with_account=False, birth_date=date.fromisoformat(born))
            for name, born in (("Ana", "2020-05-05"), ("Ben", "2010-05-05"))
        )
        for child in (young, old):
            result(child, key, 1, denominator=1, numerator=1)
        result(young, key, 2, denominator=1, numerator=1)
        result(old, key, 2, denominator=1, denominator_exclusion=1)
    return young, old


def counts(report: dict, group: int) -> dict[str, int]:
    return {p["code"]["coding"][0]["code"]: p["count"] for p in report["group"][group - 1]["population"]}


def test_of_one_member(children):
    young, _ = children
    with as_job(User.objects.system("tests"), reason="report"):
        report = individual(young.pk, measure("CMS155"), 2025, AT)

    assert report["type"] == "individual"
    assert report["subject"] == {"reference": f"Patient/{young.pk}"}
    assert report["period"] == {"start": "2025-01-01", "end": "2025-12-31"}
    assert len(report["group"]) == 3
    assert counts(report, 2) == {
        "initial-population": 1,
        "denominator": 1,
        "denominator-exclusion": 0,
        "numerator": 1,
    }
    # No result of the third rate is there: zeros, and no score.
    assert set(counts(report, 3).values()) == {0}
    assert "measureScore" not in report["group"][2]


def test_of_everybody(children):
    user = User.objects.system("tests")
    with as_job(user, reason="report"):
        run = start_nightly(by=user, as_of=date(2025, 12, 31))
        write_strata(run, (measure("CMS155"),), date(2025, 12, 31))
        report = summary(measure("CMS155"), 2025, AT, children[0].managing_organization)

    assert report["type"] == "summary"
    assert report["reporter"]["reference"] == f"Organization/{children[0].managing_organization_id}"
    assert report["improvementNotation"]["coding"][0]["code"] == "increase"
    assert counts(report, 1)["numerator"] == 2
    assert counts(report, 2)["denominator-exclusion"] == 1
    # The excluded child leaves the score: one of one.
    assert report["group"][1]["measureScore"] == {"value": 1.0}
    strata = {
        part["value"]["text"]: part["measureScore"]["value"] for part in report["group"][0]["stratifier"][0]["stratum"]
    }
    assert strata == {"3 to 11": 1.0, "12 to 17": 1.0}


def test_a_system_reports_its_own_people_alone(children):
    with arranging():
        theirs = member(system(), "Cleo", with_account=False, birth_date=date(2018, 5, 5))
        result(theirs, measure("CMS155").key, 1, denominator=1)
    with as_job(User.objects.system("tests"), reason="report"):
        ours = summary(measure("CMS155"), 2025, AT, children[0].managing_organization)
        other = summary(measure("CMS155"), 2025, AT, theirs.managing_organization)
    assert (counts(ours, 1)["denominator"], counts(other, 1)["denominator"]) == (2, 1)


def test_the_command_asks_who_reports_where_there_are_several(children):
    with arranging():
        system("Another")
    with pytest.raises(CommandError, match="--organization"):
        call_command("measure_report", "CMS155", year=2025)
    out = io.StringIO()
    call_command("measure_report", "CMS155", year=2025, organization=children[0].managing_organization.name, stdout=out)
    assert '"reporter"' in out.getvalue()
