"""Imported records read as ours do: words and units, no bare codes; and the nightly job sees them."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from clinical import record
from clinical.chart import Chart, timeline
from core.db import as_job
from core.models import CodeSystem
from interop.actions import import_834
from interop.fhir.run import Import, Options
from members.models import Member, MemberAddress
from plans.models import CoveragePeriod
from tests.interop.test_import_fhir import SYNTHEA, needs_synthea, system, user  # noqa: F401
from tests.interop.x12_files import member, write
from tests.plans.factories import make_group, make_plan, make_product

pytestmark = [pytest.mark.django_db(transaction=True), needs_synthea]


def in_words(name: str, code: str) -> bool:
    return name not in ("", "—", "–", code) and any(c.isalpha() for c in name) and "http" not in name


@pytest.fixture
def imported(user, system):  # noqa: F811
    paths = sorted(SYNTHEA.glob("*.json"))[:12]
    assert Import(paths, Options(user.pk, system.pk, "urn:test:synthea")).execute().set_aside == 0
    return user


def test_every_line_of_the_record_is_in_words_and_dated(imported):
    with as_job(imported, reason="test"):
        seen = 0
        for person in Member.objects.all():
            shown = [
                *record.problems(person, hide_sensitive=False),
                *record.medicines(person, hide_sensitive=False),
                *record.immunizations(person, hide_sensitive=False),
                *record.visits(person, hide_sensitive=False),
            ]
            for item in shown:
                assert in_words(item.name, item.code), (item.code, item.name)
                assert item.when is not None, item.name
            for series in record.results(person, hide_sensitive=False):
                assert in_words(series.label, series.code), series
                assert not set("{}[]") & set(series.unit), series.unit
            for event in timeline(Chart(person, imported)):
                assert in_words(event["title"], ""), event
            seen += len(shown)
        assert seen > 50
        assert not CodeSystem.objects.filter(name__contains="loinc.org").exists()


def test_somebody_with_an_imported_chart_is_enrolled_as_themselves_and_evaluated(
    imported,
    system,  # noqa: F811
    tmp_path,
):
    plan = make_plan(system)
    make_product(plan, code="GOLD")
    make_group(plan, number="G1")
    with as_job(imported, reason="test"):
        home = (
            MemberAddress.objects.exclude(postal_code="")
            .filter(member__deceased_at=None, member__birth_date__range=(date(1956, 1, 1), date(1978, 1, 1)))
            .select_related("member")
            .first()
        )
        assert home is not None
    who = home.member
    loop = member(
        "S1", who.family, who.given, born=f"{who.birth_date:%Y%m%d}", sex=who.sex[0].upper(), line1=home.line1,
        postal=home.postal_code,
    )  # fmt: skip
    run = import_834(write(tmp_path, loop), by=imported, as_of=date(2026, 6, 1))
    assert (run.counts["accepted"], run.counts["created"]) == (1, 0)

    out = StringIO()
    call_command("evaluate_prevention", "--member", who.mrn, "--as-of", "2026-06-01", stdout=out)
    assert out.getvalue().startswith("2026-06-01: ")

    with as_job(imported, reason="test"):
        assert CoveragePeriod.objects.get().member_id == who.pk
