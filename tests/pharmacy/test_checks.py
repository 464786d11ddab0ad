"""The checks on a real record: what a physician is told before signing, and what is kept of it."""

import csv
import datetime
import os
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinical.actions.orders import ReasonNeeded, check_order
from clinical.models import (
    AllergyCoding,
    AllergyIntolerance,
    Condition,
    ConditionCoding,
    Observation,
    ObservationCoding,
    OrderAlert,
)
from core.db import acting_as
from pharmacy.actions import prescribe
from pharmacy.actions.prescribing import draft_of
from pharmacy.models import InteractionRule, Prescription
from pharmacy.safety import record
from pharmacy.safety.facts import PAIRS
from tests.pharmacy import factories
from tests.pharmacy.factories import arranging, clinical

pytestmark = pytest.mark.django_db
SNOMED = "http://snomed.info/sct"


@pytest.fixture
def world():
    return factories.Pharmacies()


def said(world, drug, member=None, **terms) -> dict[str, str]:
    """Check → severity, leaving formulary aside."""
    member = member or world.maria
    with acting_as(world.chen.user, reason="visit"):
        draft = draft_of(by=world.chen.user, member=member, terms=world.terms(drug, **terms))
        alerts = [alert for alert in check_order(draft) if alert.check_name.startswith("pharmacy.")]
        return {
            alert.check_name.removeprefix("pharmacy."): alert.severity
            for alert in reversed(alerts)
            if alert.check_name != "pharmacy.formulary"
        }


def allergic(member, display: str, *, text: str = "", system: str = SNOMED, code: str = "", **more) -> None:
    row = AllergyIntolerance.objects.create(
        member=member,
        status="active",
        reactions=[{"manifestation": [text]}] if text else [],
        **more,
    )
    AllergyCoding.objects.create(member=member, fact=row, concept=clinical.concept(code or display, display, system))


def measured(member, code: str, value: str, unit: str, *, days_ago: int = 3, status: str = "final") -> None:
    at = timezone.now() - datetime.timedelta(days=days_ago)
    row = Observation.objects.create(
        member=member,
        status=status,
        effective=(at, at + datetime.timedelta(seconds=1)),
        value_quantity=Decimal(value),
        value_unit=unit,
    )
    ObservationCoding.objects.create(member=member, fact=row, concept=clinical.concept(code))


def test_amoxicillin_stops_after_cefalexin_anaphylaxis_and_cefazolin_does_not(world):
    with arranging():
        allergic(world.maria, "Allergy to cefalexin", text="Anaphylaxis")
        amoxicillin, cefazolin = factories.drug("amoxicillin"), factories.drug("cefazolin")
    assert said(world, amoxicillin) == {"allergy": "hard_stop"}
    assert said(world, cefazolin) == {}
    assert said(world, amoxicillin, world.pedro) == {}


def test_a_refuted_allergy_says_nothing(world):
    with arranging():
        allergic(world.maria, "Allergy to penicillin", text="Anaphylaxis", verification="refuted")
        amoxicillin = factories.drug("amoxicillin")
    assert said(world, amoxicillin) == {}


def test_an_allergy_coded_by_ingredient_is_found(world):
    with arranging():
        own = factories.ingredient("novelstatin", "statin")
        allergic(world.maria, "x", system=factories.RXNORM, code=own.concept.code)
        drug = factories.drug("novelstatin", "statin")
    assert said(world, drug) == {"allergy": "hard_stop"}


def test_the_hard_stop_needs_a_reason_that_is_kept(world):
    with arranging():
        allergic(world.maria, "Allergy to penicillin", text="Anaphylaxis")
        amoxicillin = factories.drug("amoxicillin")
    user = world.chen.user
    with acting_as(user, reason="visit"):
        with pytest.raises(ReasonNeeded, match="penicillin"):
            prescribe(by=user, member=world.maria, terms=world.terms(amoxicillin))
        with pytest.raises(ReasonNeeded, match="penicillin"):
            prescribe(by=user, member=world.maria, terms=world.terms(amoxicillin), override_reason=".")
        assert not Prescription.objects.exists()
        prescribe(by=user, member=world.maria, terms=world.terms(amoxicillin), override_code="tolerated")
        kept = OrderAlert.objects.get(check_name="pharmacy.allergy")
        assert (kept.severity, kept.override_code, kept.by) == ("hard_stop", "tolerated", user)


def test_what_the_member_takes_interacts_and_doubles(world):
    with arranging():
        warfarin, ibuprofen = factories.drug("warfarin"), factories.drug("ibuprofen")
        for member in (world.maria, world.pedro):
            measured(member, "2160-0", "0.9", "mg/dL")
    first = world.prescribe(warfarin)
    assert said(world, ibuprofen) == {"interaction": "hard_stop"}
    assert said(world, warfarin)["duplicate"] == "warning"
    assert "duplicate" not in said(world, warfarin, renews=first)
    assert said(world, ibuprofen, world.pedro) == {}


def test_metformin_stops_below_30_and_nothing_is_said_of_a_cancelled_value(world):
    with arranging():
        measured(world.maria, "2160-0", "2.6", "mg/dL")
        measured(world.pedro, "2160-0", "2.6", "mg/dL", status="entered-in-error")
    assert said(world, world.metformin) == {"kidney": "hard_stop"}
    assert said(world, world.metformin, world.pedro) == {"kidney": "information"}


def test_units_are_read(world):
    with arranging():
        measured(world.maria, "14682-9", "88.42", "umol/L")
        measured(world.maria, "29463-7", "150", "[lb_av]")
        measured(world.maria, "8302-2", "64", "[in_i]")
        body = record.body_of(world.maria)
    assert body.latest.value == pytest.approx(1.0)
    assert (body.weight, body.height) == (pytest.approx(68.04, abs=0.01), pytest.approx(162.56))


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [("Z34.01", "active", True), ("Z34.01", "resolved", False), ("I10", "active", False)],
)
def test_a_coded_pregnancy(world, code, status, expected):
    since = timezone.now() - datetime.timedelta(days=60)
    with arranging():
        lisinopril = factories.drug("lisinopril")
        row = Condition.objects.create(member=world.maria, status=status, effective=(since, None))
        concept = clinical.concept(code, "", "http://hl7.org/fhir/sid/icd-10-cm")
        ConditionCoding.objects.create(member=world.maria, fact=row, concept=concept)
    assert ("pregnancy" in said(world, lisinopril)) is expected


def test_the_checks_take_as_many_queries_for_a_long_record_as_for_a_short_one(world):
    with arranging():
        drugs = [factories.drug(f"drug{number}") for number in range(12)]
        measured(world.maria, "2160-0", "1.0", "mg/dL", days_ago=9)
    world.prescribe(drugs[0])
    with CaptureQueriesContext(connection) as short:
        said(world, world.metformin)

    with arranging():
        for number in range(30):
            measured(world.maria, "2160-0", "1.0", "mg/dL", days_ago=number + 10)
    for drug in drugs[1:]:
        world.prescribe(drug)
    with CaptureQueriesContext(connection) as long:
        said(world, world.metformin)

    assert 0 < len(long) <= len(short)


def test_shipped_rules_are_in_every_database():
    held = set(InteractionRule.objects.values_list("first", "second", "severity"))
    assert {(pair.first, pair.second, pair.severity) for pair in PAIRS} <= held


def test_the_onc_lists_are_loaded_beside_the_shipped_rules(world):
    folder = Path(os.environ.get("KPCARE_DATA", "../shared/data")) / "terminology"
    if not folder.is_dir():
        pytest.skip(f"No ONC lists in {folder}: set KPCARE_DATA.")
    call_command("load_interactions", str(folder), stdout=StringIO())
    before = InteractionRule.objects.count()
    call_command("load_interactions", str(folder), stdout=StringIO())
    assert InteractionRule.objects.count() == before

    with (folder / "onc_high_priority_pairs.csv").open() as lines:
        pairs = [(row["drug_a"], row["drug_b"]) for row in csv.DictReader(lines)]
    held = set(InteractionRule.objects.exclude(severity="information").values_list("first", "second"))
    from pharmacy.safety.substances import normal

    missed = [
        pair for pair in pairs if tuple(sorted(map(normal, pair))) not in held and len(set(map(normal, pair))) == 2
    ]
    assert missed == []
