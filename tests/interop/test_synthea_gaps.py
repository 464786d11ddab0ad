"""A hundred synthetic patients, enrolled: who is due is what their raw bundles say, read a second and plain way."""

import json
from datetime import date, datetime

import pytest

from core import terminology
from core.db import as_job
from core.models import User
from interop.fhir.run import Import, Options
from members.models import Member
from prevention.actions import evaluate_members
from prevention.models import CareGap
from prevention.rules import BY_ID
from tests.clinical.factories import arranging
from tests.interop.test_import_fhir import SYNTHEA, needs_synthea, system, user  # noqa: F401
from tests.prevention import charts

pytestmark = [pytest.mark.django_db(transaction=True), needs_synthea]
# The first day on which the colorectal guideline of 2021 holds is after their last visits: some are due, some are not.
AS_OF = date(2021, 6, 1)


def years_before(years: int) -> date:
    return AS_OF.replace(year=AS_OF.year - years)


class Raw:
    """A bundle as it lies on the disk."""

    def __init__(self, path) -> None:
        self.resources = [entry["resource"] for entry in json.loads(path.read_text())["entry"]]
        (self.patient,) = self.of("Patient")
        self.born = date.fromisoformat(self.patient["birthDate"])
        self.age = AS_OF.year - self.born.year - ((AS_OF.month, AS_OF.day) < (self.born.month, self.born.day))

    def of(self, kind: str) -> list[dict]:
        return [one for one in self.resources if one["resourceType"] == kind]

    def days(self, kind: str, *codes: str) -> list[date]:
        found = []
        for one in self.of(kind):
            if {coding["code"] for coding in one["code"]["coding"]} & set(codes):
                when = one.get("effectiveDateTime") or one.get("performedPeriod", {}).get("end") or one["onsetDateTime"]
                found.append(datetime.fromisoformat(when).date())
        return found

    @property
    def is_alive(self) -> bool:
        return "deceasedDateTime" not in self.patient

    def due_for_colon(self) -> bool:
        if not 45 <= self.age <= 75 or self.days("Condition", "363406005", "93761005", "94260004", "109838007"):
            return False
        looked = [day for day in self.days("Procedure", "73761001") if day > years_before(10)]
        tested = [day for day in self.days("Observation", "57905-2") if day > years_before(1)]
        return not looked and not tested

    def due_for_pressure(self) -> bool:
        if self.age < 18:
            return False
        yearly = self.age >= 40 or self.days("Condition", "59621000")
        measured = self.days("Observation", "55284-4", "85354-9")
        return not [day for day in measured if day > years_before(1 if yearly else 3)]

    def due_for_hba1c(self) -> bool | None:
        """None: near the border, where the last value decides between three months and six."""
        if self.age < 18 or not self.days("Condition", "44054006"):
            return False
        last = max(self.days("Observation", "4548-4"), default=date.min)
        if last > date(2021, 3, 1):
            return False
        return True if last <= date(2020, 12, 1) else None


def test_gaps_of_the_hundred_are_what_their_bundles_say(user, system):  # noqa: F811
    raws = {}
    for path in sorted(SYNTHEA.glob("*.json")):
        raw = Raw(path)
        name = raw.patient["name"][0]
        raws[name["family"], name["given"][0], raw.born] = raw
    done = Import(sorted(SYNTHEA.glob("*.json")), Options(user.pk, system.pk, "urn:test:synthea")).execute()
    assert done.set_aside == 0
    terminology.load_own()
    with arranging():
        people = list(Member.objects.all())
        for one in people:
            charts.enrol(one, since=date(2015, 1, 1))
    with as_job(User.objects.system("tests"), reason="test"):
        evaluate_members([one.pk for one in people], as_of=AS_OF)
        gaps = set(CareGap.objects.open().values_list("member", "rule"))

    checked = {"colorectal_screening": [0, 0], "blood_pressure": [0, 0], "hba1c": [0, 0]}
    for one in people:
        raw = raws[one.family, one.given, one.birth_date]
        expected = {
            "colorectal_screening": raw.due_for_colon(),
            "blood_pressure": raw.due_for_pressure(),
            "hba1c": raw.due_for_hba1c(),
        }
        for rule, is_due in expected.items():
            if is_due is None:
                continue
            found = (one.pk, rule) in gaps
            # A rule opens nothing before the day from which it holds.
            is_due = is_due and BY_ID[rule].holds_on(AS_OF)
            assert found == (is_due and raw.is_alive), (rule, raw.born, raw.days("Procedure", "73761001"))
            checked[rule][found] += 1

    # Both answers occur: the test could fail on either side.
    assert all(not_due and due for not_due, due in (checked["colorectal_screening"], checked["blood_pressure"]))
