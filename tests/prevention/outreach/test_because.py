"""A gap says by which facts it is there, to whoever may see them."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from core import terminology
from core.db import acting_as
from members.models import Sensitivity
from network.models import RoleAssignment
from prevention.engine.codes import ICD10CM, LOINC, Code
from prevention.models import CareGap
from prevention.outreach.because import because
from tests.clinical import factories as clinic
from tests.clinical.factories import arranging, concept
from tests.prevention import charts
from tests.prevention.outreach.factories import gap

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """Maria has diabetes, twice in her chart, and a cough that has nothing to do with it."""
    made = clinic.World()
    with arranging():
        concept("E11.9", "Type 2 diabetes", ICD10CM)
        concept("J45.909", "Asthma", ICD10CM)
        made.older = charts.condition(made.maria, Code("E11.9", ICD10CM), date(2019, 5, 12))
        made.newer = charts.condition(made.maria, Code("E11.9", ICD10CM), date(2024, 3, 1))
        charts.condition(made.maria, Code("J45.909", ICD10CM), date(2024, 4, 1))
        charts.enrol(made.maria)
        made.gap = gap(made.maria, "urine_albumin")
    terminology.load_own()
    return made


def said(of: CareGap, user) -> list[str]:
    with acting_as(user, reason="test"):
        return [str(one) for one in because(of, user, timezone.localdate())]


def test_it_names_the_illness_and_nothing_else(world):
    assert said(world.gap, world.chen.user) == ["Type 2 diabetes, 1 Mar 2024"]


def test_where_age_is_all_that_a_rule_asks_there_is_nothing_to_name(world):
    with arranging():
        of = gap(world.maria, "colorectal_screening")
    assert said(of, world.chen.user) == []


def test_a_number_that_a_rule_asks_for_is_named(world):
    with arranging():
        concept("39156-5", "Body mass index", LOINC)
        charts.observation(
            world.maria, Code("39156-5", LOINC), date(2026, 1, 5), category="vital-signs", value_quantity=31,
            value_unit="kg/m2",
        )  # fmt: skip
        of = gap(world.maria, "obesity_counselling")
    assert "Body mass index, 5 Jan 2026" in said(of, world.chen.user)


def test_what_is_kept_from_somebody_is_not_named_to_them(world):
    with arranging():
        for one in (world.older, world.newer):
            type(one).objects.filter(pk=one.pk).update(sensitivity=int(Sensitivity.PART2))
    assert said(world.gap, world.maria.user) == ["Type 2 diabetes, 1 Mar 2024"], "it is her own"
    with arranging():
        parent = clinic.account("Parent")
        clinic.proxy(parent, world.maria, "view")
    assert said(world.gap, parent) == []


def test_the_pages_of_member_and_staff_say_it(client, world):
    client.force_login(world.maria.user)
    page = client.get(reverse("prevention:gap", args=[world.gap.pk])).content.decode()
    assert "Because of" in page and "Type 2 diabetes" in page
    with arranging():
        cora = clinic.account("Cora")
        clinic.role(cora, RoleAssignment.Role.CARE_COORDINATOR, world.system)
    client.force_login(cora)
    page = client.get(reverse("prevention:gap_detail", args=[world.gap.pk])).content.decode()
    assert "Because of" in page and "Type 2 diabetes" in page
