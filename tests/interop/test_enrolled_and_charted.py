"""An enrolment file, then the same person's chart from elsewhere: who is due is what both together say."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from core.db import as_job
from core.models import User
from interop.actions import import_834
from interop.fhir.run import Import, Options
from members.models import Member
from prevention.models import CareGap, CareRuleState
from tests.interop.factories import LOINC, SNOMED, bundle, concept, patient, save
from tests.interop.x12_files import member, write
from tests.network.factories import make_system
from tests.plans.factories import make_group, make_plan, make_product

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = [{"use": "home", "line": ["1 MAIN ST"], "city": "OAKLAND", "state": "CA", "postalCode": "94601"}]
FOR_EVERY_WOMAN_OF_55 = {"blood_pressure", "breast_screening", "cervical_screening", "colorectal_screening"}


class World:
    """Ana Rivera, 55, enrolled by file; her chart comes in as a bundle."""

    def __init__(self, folder):
        self.folder = folder
        self.by = User.objects.system("import")
        self.system = make_system()
        plan = make_plan(self.system)
        make_product(plan, code="GOLD")
        make_group(plan, number="G1")
        self.today = timezone.localdate()
        self.born = self.today.replace(year=self.today.year - 55, day=1)

    def enrol(self) -> Member:
        loop = member("S1", "RIVERA", "ANA", born=f"{self.born:%Y%m%d}", line1="1 MAIN ST")
        counts = import_834(write(self.folder, loop), by=self.by, as_of=self.today).counts
        assert (counts["accepted"], counts["set_aside"]) == (1, 0)
        with as_job(self.by, reason="test"):
            return Member.objects.get()

    def chart(self, *resources) -> None:
        born = {"birthDate": self.born.isoformat(), "name": [{"family": "Rivera", "given": ["Ana"]}]}
        path = save(self.folder, "chart.json", bundle(patient(**born, address=ADDRESS), *resources))
        taken = Import([path], Options(self.by.pk, self.system.pk, "urn:test:clinic")).execute()
        assert taken.set_aside == 0

    def due(self, *, as_of: date | None = None) -> set[str]:
        with as_job(self.by, reason="test"):
            (who,) = Member.objects.all()
        call_command("evaluate_prevention", "--member", who.mrn, "--as-of", str(as_of or self.today))
        with as_job(self.by, reason="test"):
            return set(CareGap.objects.open().values_list("rule", flat=True))

    def last_done(self, rule: str) -> tuple[str, date | None]:
        with as_job(self.by, reason="test"):
            found = CareRuleState.objects.get(rule=rule)
        return found.last_done_what, found.last_done_on


@pytest.fixture
def world(db, tmp_path) -> World:
    return World(tmp_path)


def done(kind: str, system: str, code: str, on: date, **extra) -> dict:
    field = {"Observation": "effectiveDateTime", "Procedure": "performedDateTime"}[kind]
    status = {"Observation": "final", "Procedure": "completed"}[kind]
    return {
        "resourceType": kind,
        "id": f"{code}-{on}",
        "status": status,
        "code": concept(system, code),
        "subject": {"reference": "Patient/p1"},
        field: f"{on}T09:00:00-08:00",
        **extra,
    }


def test_without_a_colonoscopy_she_is_due_on_the_day_of_enrolment(world):
    who = world.enrol()
    world.chart(done("Observation", LOINC, "2339-0", world.today - timedelta(days=90)))

    with as_job(world.by, reason="test"):
        assert Member.objects.get() == who, "the chart is hers, not a second person's"
    assert world.due() >= FOR_EVERY_WOMAN_OF_55


def test_a_day_that_is_past_is_evaluated_with_what_is_known_now(world):
    """Her coverage has held for months and was recorded today: yesterday's run, made up for, finds her."""
    world.enrol()
    world.chart()

    assert world.due(as_of=world.today - timedelta(days=1)) >= FOR_EVERY_WOMAN_OF_55


def test_the_chart_first_and_the_enrolment_later_is_the_same(world):
    world.chart(done("Procedure", SNOMED, "73761001", world.today - timedelta(days=400)))
    world.enrol()

    assert "colorectal_screening" not in world.due()


@pytest.mark.parametrize(
    ("kind", "system", "code", "days_ago", "rule", "what"),
    [
        ("Procedure", SNOMED, "73761001", 400, "colorectal_screening", "colonoscopy"),
        ("Observation", LOINC, "57905-2", 30, "colorectal_screening", "stool test"),
        ("Procedure", SNOMED, "71651007", 400, "breast_screening", "mammogram"),
        ("Procedure", SNOMED, "24623002", 400, "breast_screening", "mammogram"),
        ("Observation", LOINC, "24606-6", 400, "breast_screening", "mammogram"),
        ("Observation", LOINC, "85354-9", 30, "blood_pressure", "blood pressure"),
        ("Observation", LOINC, "55284-4", 30, "blood_pressure", "blood pressure"),
        ("Observation", LOINC, "21440-3", 400, "cervical_screening", "HPV test"),
    ],
)
def test_what_closes_a_gap_with_the_value_sets_that_are_shipped(world, kind, system, code, days_ago, rule, what):
    """Codes as other systems write them, Synthea among them; no official value set was loaded."""
    world.enrol()
    on = world.today - timedelta(days=days_ago)
    # A laboratory's result says what came out; pictures and procedures are done by being there.
    came_out = {"valueString": "Negative"} if code in ("57905-2", "21440-3") else {}
    world.chart(done(kind, system, code, on, **came_out))

    assert FOR_EVERY_WOMAN_OF_55 - world.due() == {rule}
    assert world.last_done(rule) == (what, on)


def test_a_stool_test_of_two_years_ago_settles_nothing(world):
    world.enrol()
    world.chart(done("Observation", LOINC, "57905-2", world.today - timedelta(days=730)))

    assert "colorectal_screening" in world.due()
