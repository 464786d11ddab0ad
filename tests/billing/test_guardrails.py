"""A panel that is cheap because its people are not seen is flagged; one that is cheap and well cared for is not."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from billing import guardrails
from billing.models import GuardrailRow, UtilisationCost
from clinical.models import Encounter
from core.models import User
from members.models import PrimaryCareAssignment
from network.models import RoleAssignment
from prevention.models import CareGap
from prevention.rules import RULES
from tests.clinical import factories
from tests.clinical.factories import arranging
from tests.prevention import charts

pytestmark = pytest.mark.django_db(transaction=True)
AS_OF = date(2026, 11, 22)


def cared_for(world, clinician, department, count: int, *, cost: int, visits: int, gaps: int) -> None:
    """`count` people of a panel, each with a cost, visits and open gaps within the year."""
    for number in range(count):
        person = factories.member(world.system, f"P{number}", with_account=False, sex="female")
        factories.primary_care(person, clinician, department)
        charts.enrol(person)
        UtilisationCost.objects.create(
            member=person,
            category="care",
            amount=Decimal(cost + number % 7),
            incurred_on=date(2026, 5, 5),
            source=f"test:{person.pk}",
        )
        for visit in range(visits):
            at = datetime(2026, 3, 1, 9, tzinfo=UTC) + timedelta(days=visit)
            Encounter.objects.create(member=person, status="finished", effective=(at, at + timedelta(minutes=20)))
        for gap in range(gaps):
            CareGap.objects.create(
                member=person, rule=f"rule{gap}", due_on=date(2026, 1, 1), opened_at=datetime(2026, 1, 1, tzinfo=UTC)
            )


@pytest.fixture
def world():
    made = factories.World()
    with arranging():
        made.director = factories.account("Leila Haddad")
        factories.role(made.director, RoleAssignment.Role.QUALITY, made.system)
        made.thrifty = factories.clinician(made.department, "Thea Thrifty")
        made.withholding = factories.clinician(made.department, "Will Hold")
        made.spare = factories.clinician(made.department, "Sam Spare")
        made.few = factories.clinician(made.department, "Fay Few")
        cared_for(made, made.chen, made.department, 40, cost=1000, visits=4, gaps=1)
        cared_for(made, made.thrifty, made.department, 40, cost=500, visits=4, gaps=1)
        cared_for(made, made.withholding, made.department, 40, cost=500, visits=1, gaps=3)
        cared_for(made, made.spare, made.department, 12, cost=1000, visits=4, gaps=1)
        cared_for(made, made.few, made.department, 4, cost=500, visits=1, gaps=3)
        cared_for(made, made.osei, made.cardiology, 12, cost=1000, visits=4, gaps=1)
    guardrails.compare(AS_OF, by=User.objects.system("tests"))
    return made


def row_of(clinician) -> GuardrailRow:
    with arranging():
        return GuardrailRow.objects.get(clinician=clinician)


def test_cheap_by_withholding_is_flagged_and_cheap_with_care_is_not(world):
    assert row_of(world.withholding).is_flagged
    assert not row_of(world.thrifty).is_flagged
    assert not row_of(world.chen).is_flagged
    assert set(guardrails.under_use(guardrails.ratios(row_of(world.withholding)))) == {"visits", "gaps"}


def test_expected_numbers_add_up_to_what_was_seen(world):
    with arranging():
        rows = list(GuardrailRow.objects.filter(clinician__isnull=True, managing_organization=world.system))
    for name in ("cost", "visits", "gaps"):
        seen = sum(float(getattr(row, name)) for row in rows)
        assert seen == pytest.approx(sum(float(getattr(row, f"{name}_expected")) for row in rows))


def test_a_small_panel_is_hidden_with_another_beside_it(world):
    panels = (world.few, world.spare, world.chen, world.thrifty, world.withholding)
    assert [one for one in panels if row_of(one).is_hidden] == [world.few, world.spare]


def test_the_page_shows_the_flag_and_who_may_see_it(client, world):
    client.force_login(world.director)
    page = client.get(reverse("billing:guardrails") + "?by=clinician").content.decode()
    assert "cheap and under-used" in page
    assert page.count("hidden: fewer than 11") == 2
    assert "Quality directors and auditors" in page
    assert client.get(reverse("billing:guardrails")).status_code == 200


def test_the_headline_speaks_of_both_tabs_and_reassures_nobody_without_data(client, world):
    client.force_login(world.director)
    page = client.get(reverse("billing:guardrails")).content.decode()
    assert "None is cheap" not in page, "a panel is flagged on the other tab"
    with arranging():
        GuardrailRow.objects.all().delete()
    page = client.get(reverse("billing:guardrails")).content.decode()
    assert "No comparison yet" in page
    assert "None is cheap" not in page


def test_what_every_visit_asks_is_no_open_gap_of_a_panel(world):
    asked = next(rule.id for rule in RULES if rule.at_visit)
    before = row_of(world.chen).gaps
    with arranging():
        for one in PrimaryCareAssignment.objects.filter(clinician=world.chen)[:5]:
            CareGap.objects.create(
                member_id=one.member_id, rule=asked, due_on=date(2026, 1, 1), opened_at=datetime(2026, 1, 1, tzinfo=UTC)
            )
    guardrails.compare(AS_OF, by=User.objects.system("tests"))
    assert row_of(world.chen).gaps == before


@pytest.mark.parametrize(
    ("role", "may"), [("quality", True), ("auditor", True), ("finance", False), ("physician", False)]
)
def test_only_quality_directors_and_auditors_see_it(client, world, role, may):
    with arranging():
        user = factories.account("Some Body")
        factories.role(user, role, world.system)
    client.force_login(user)
    assert client.get(reverse("billing:guardrails")).status_code == (200 if may else 403)


def test_intervals_are_byars():
    ratio = guardrails.of_counts(10, 10.0)
    assert (ratio.low, ratio.high) == (pytest.approx(0.479, abs=2e-3), pytest.approx(1.839, abs=2e-3))
    assert guardrails.of_counts(0, 5.0).low == 0
    assert guardrails.of_counts(3, 0) is None
