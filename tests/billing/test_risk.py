"""Risk scores: only coded services that CMS counts, computed when something changed, paid on by the close."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from billing.capitation import risk
from billing.capitation.close import close_month
from billing.capitation.explain import explain_line
from billing.claims import CPT
from billing.models import RiskScore, ServiceLine, ServiceLineDiagnosis
from clinical.coding import ICD10
from core.db import acting_as, as_job
from core.models import User
from core.terminology import concept
from tests.billing.factories import World, make_world
from tests.network.factories import make_staff

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


@pytest.fixture
def clerk(db) -> Iterator[User]:
    user = User.objects.system("risk-test")
    with as_job(user, reason="test"):
        yield user


@pytest.fixture
def world(clerk) -> World:
    world = make_world()
    world.cell("1000.00", line_of_business="medicare")
    world.cell("100.00")
    return world


def service(member, code: str, procedure: str = "99213", on: date = date(2025, 5, 1), **fields) -> ServiceLine:
    line = ServiceLine.objects.create(
        member=member,
        setting=fields.pop("setting", "professional"),
        service_date=on,
        procedure=concept(CPT, procedure) if procedure else None,
        source=f"test:{member.pk}:{code}:{procedure}:{on}",
        known_at=datetime(2026, 1, 1, tzinfo=UTC),
        **fields,
    )
    ServiceLineDiagnosis.objects.create(member=member, line=line, concept=concept(ICD10, code))
    return line


def test_a_score_follows_the_published_coefficients():
    """A woman of 72, community, non-dual, aged (V28 final 2024 announcement): 0.395; with diabetes with chronic
    complications (HCC 37) 0.166, heart failure (HCC 226) 0.360 and their interaction 0.112."""
    plain = risk.score(date(1953, 6, 1), "female", False, (), 2026)
    ill = risk.score(date(1953, 6, 1), "female", False, ("E1122", "I509"), 2026)

    assert (plain["segment"], plain["raw"]) == ("CNA", Decimal("0.395"))
    assert ill["raw"] == Decimal("0.395") + Decimal("0.166") + Decimal("0.360") + Decimal("0.112")
    # ÷ 1.067, × (1 − 0.059), each step to three decimals: 1.033 → 0.968 → 0.911
    assert ill["payment"] == Decimal("0.911")


def test_the_close_pays_by_the_score_and_says_why(world, clerk):
    healthy = world.member(lob="medicare", birth_date=date(1953, 6, 1))
    ill = world.member(lob="medicare", birth_date=date(1953, 6, 1))
    line = service(ill, "E11.22")

    run = close_month(world.plan, OCTOBER, by=clerk)

    score = RiskScore.objects.get(member=ill)
    assert [hcc["hcc"] for hcc in score.explanation["hccs"]] == ["37"]
    assert score.explanation["services"] == {"E1122": [str(line.pk)]}
    amounts = dict(run.lines.values_list("member_id", "amount"))
    assert amounts[ill.pk] == (1000 * score.payment_score).quantize(Decimal("0.01"))
    assert amounts[ill.pk] > amounts[healthy.pk] > 0


@pytest.mark.parametrize(
    "fields",
    [
        {"procedure": "36415"},  # drawing blood is on no list
        {"procedure": ""},
        {"on": date(2024, 12, 31)},  # before the window
        {"on": date(2026, 1, 1)},  # after it
        {"setting": "inpatient", "bill_type": "0211", "procedure": ""},  # skilled nursing is not hospital inpatient
    ],
)
def test_a_diagnosis_on_another_service_does_not_count(world, clerk, fields):
    member = world.member(lob="medicare", birth_date=date(1953, 6, 1))
    service(member, "E11.22", **fields)

    close_month(world.plan, OCTOBER, by=clerk)

    assert RiskScore.objects.get(member=member).explanation["hccs"] == []


def test_inpatient_counts_without_a_procedure(world, clerk):
    member = world.member(lob="medicare", birth_date=date(1953, 6, 1))
    service(member, "E11.22", "", setting="inpatient", bill_type="0111")

    close_month(world.plan, OCTOBER, by=clerk)

    assert RiskScore.objects.get(member=member).explanation["hccs"]


def test_scores_are_computed_again_only_where_something_changed(world, clerk):
    member, other = (world.member(lob="medicare", birth_date=date(1953, 6, 1)) for _ in range(2))
    world.member()
    first = close_month(world.plan, OCTOBER, by=clerk)
    service(member, "E11.22")

    second = close_month(world.plan, NOVEMBER, by=clerk)

    assert (first.job.totals["risk_scores"], second.job.totals["risk_scores"]) == (2, 1)
    # The better score pays October too; the other member's months stand.
    assert set(second.lines.filter(service_month=OCTOBER).values_list("member_id", flat=True)) == {member.pk}
    assert not second.lines.filter(service_month=OCTOBER, member=other).exists()


def test_a_line_is_explained_by_the_score_that_it_was_paid_on(world, clerk):
    member = world.member(lob="medicare", birth_date=date(1953, 6, 1))
    first = close_month(world.plan, OCTOBER, by=clerk)
    service(member, "E11.22")
    second = close_month(world.plan, NOVEMBER, by=clerk)

    then, now = (explain_line(run.lines.filter(member=member, service_month=month).get()) for run, month in (
        (first, OCTOBER), (second, NOVEMBER)))  # fmt: skip

    assert then.risk.explanation["hccs"] == []
    assert [found["hcc"] for found in now.risk.explanation["hccs"]] == ["37"]
    for explained in (then, now):
        assert explained.risk.payment_score == explained.line.risk_score
    assert (then.risk.superseded_at, now.risk.superseded_at) == (second.known_at, None)


@pytest.mark.parametrize("change", ["payment_score = 9", "explanation = '{}'", "superseded_at = now()"])
def test_the_app_login_rewrites_no_score(world, clerk, change):
    member = world.member(lob="medicare", birth_date=date(1953, 6, 1))
    close_month(world.plan, OCTOBER, by=clerk)
    with acting_as(make_staff("finance", world.plan), reason="test"):
        assert RiskScore.objects.filter(member=member).exists()
        for statement in (f"UPDATE billing_riskscore SET {change}", "DELETE FROM billing_riskscore"):
            with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
                connection.cursor().execute(statement)


def test_jobs_change_the_reason_of_a_score_and_never_the_number(world, clerk):
    world.member(lob="medicare", birth_date=date(1953, 6, 1))
    close_month(world.plan, OCTOBER, by=clerk)
    assert RiskScore.objects.update(inputs="read anew") == 1
    for change in ({"payment_score": 9}, {"computed_at": datetime(2020, 1, 1, tzinfo=UTC)}):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            RiskScore.objects.update(**change)


def test_a_year_without_a_final_model_is_scored_with_the_last_final_one():
    found = risk.score(date(1953, 6, 1), "female", False, (), 2027)

    assert found["explanation"]["model_year"] == 2026


def test_who_turned_65_in_the_collection_year_is_a_new_enrollee():
    assert risk.score(date(1960, 6, 1), "male", False, (), 2026)["segment"] == "NE"
    assert risk.score(date(1959, 6, 1), "male", False, (), 2026)["segment"] == "CNA"
    assert risk.score(date(1970, 6, 1), "male", False, (), 2026)["segment"] == "CND"
