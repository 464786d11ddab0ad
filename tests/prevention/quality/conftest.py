"""A system of two regions with results that a test lays down, counted as the nightly run does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest

from core.db import as_job
from core.models import User
from members.models import Member, MemberAddress, RaceEthnicity
from network.models import Department, Facility, Region, RoleAssignment
from prevention.engine.moments import Setting
from prevention.jobs import start_nightly
from prevention.measures import measure
from prevention.models import MeasureResult
from prevention.quality.merge import write_strata
from tests.clinical import factories
from tests.clinical.factories import arranging

AS_OF = date(2026, 11, 22)
ROLE = RoleAssignment.Role


@dataclass
class Place:
    region: Region
    department: Department
    clinician: Any


@dataclass
class QualityWorld:
    """Ours with regions North and South, theirs with one; a quality director in each."""

    system: Any
    other_system: Any
    places: dict[str, Place] = field(default_factory=dict)
    director: User | None = None
    other_director: User | None = None

    def people(self, place: str, count: int, passed: int, *, measure_id: str = "CMS130", **more: Any) -> list[Member]:
        """`count` members at a place with a result in the measure, the first `passed` of them in its numerator."""
        race, postal, group = more.pop("race", ""), more.pop("postal", ""), more.pop("group", 1)
        exclusions, as_of = more.pop("excluded", 0), more.pop("as_of", AS_OF)
        at = self.places[place]
        made = []
        for number in range(count + exclusions):
            of = at.region.system
            person = factories.member(
                of, f"M{number}", place.title(), with_account=False, **{"region": at.region, **more}
            )
            factories.primary_care(person, at.clinician, at.department)
            if race:
                RaceEthnicity.objects.create(member=person, code=race, source="self")
            if postal:
                MemberAddress.objects.create(member=person, postal_code=postal)
            MeasureResult.objects.create(
                member=person,
                measure=measure(measure_id, as_of.year).key,
                period=Setting.of_year(as_of.year).period,
                group=group,
                initial_population=1,
                denominator=1,
                denominator_exclusion=number >= count,
                numerator=number < passed,
                changed_at=datetime(2026, 11, 22, tzinfo=UTC),
            )
            made.append(person)
        return made

    def count(self, as_of: date = AS_OF, *ids: str) -> int:
        """As the nightly run's end; rows changed."""
        user = User.objects.system("tests")
        with as_job(user, reason="count"):
            run = start_nightly(by=user, as_of=as_of)
            counted = [measure(one, as_of.year) for one in ids or ("CMS130", "CMS155", "CMS122", "CMS125")]
            return write_strata(run, counted, as_of)


def _place(group: Any, region: Region, facility: str, doctor: str) -> Place:
    site = Facility.objects.create(
        organization=group, region=region, code=facility[:18], name=facility, kind=Facility.Kind.MEDICAL_OFFICE
    )
    department = Department.objects.create(facility=site, code="FM", name="Family Medicine", is_primary_care=True)
    return Place(region, department, factories.clinician(department, doctor))


@pytest.fixture
def quality_world(db: None) -> QualityWorld:
    with arranging():
        ours, theirs = factories.system("Ours"), factories.system("Theirs")
        group, other = factories.group(ours), factories.group(theirs)
        world = QualityWorld(ours, theirs)
        north = Region.objects.create(system=ours, code="N", name="North", state="CA")
        south = Region.objects.create(system=ours, code="S", name="South", state="CA")
        elsewhere = Region.objects.create(system=theirs, code="E", name="Elsewhere", state="UT")
        world.places = {
            "oakland": _place(group, north, "Oakland", "Amara Chen"),
            "richmond": _place(group, north, "Richmond", "Jo Park"),
            "fresno": _place(group, south, "Fresno", "Mia Osei"),
            "provo": _place(other, elsewhere, "Provo", "Otto Side"),
        }
        world.director = factories.account("Leila Haddad")
        factories.role(world.director, ROLE.QUALITY, ours)
        world.other_director = factories.account("Olaf Other")
        factories.role(world.other_director, ROLE.QUALITY, theirs)
    return world


@pytest.fixture
def lay(quality_world: QualityWorld) -> Callable[..., list[Member]]:
    def people(*args: Any, **more: Any) -> list[Member]:
        with arranging():
            return quality_world.people(*args, **more)

    return people
