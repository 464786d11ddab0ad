"""Facts in charts and coverage, for tests of prevention. Call inside `arranging()`."""

import itertools
from datetime import UTC, date, datetime, timedelta

from psycopg2.extras import DateRange, DateTimeTZRange

from clinical import models as clinical
from clinical.models import CodingRole as Role
from core.models import Concept, User, ValueSet, ValueSetMember
from members.models import Member
from plans.models import Coverage, CoverageContract, CoveragePeriod, EmployerGroup, Product
from prevention.engine.facts import Code
from prevention.engine.facts import ValueSet as AskedValueSet
from tests.clinical.factories import concept
from tests.database import insert_as_owner

_number = itertools.count(1)
LOINC = "http://loinc.org"


def value_set(asked: AskedValueSet, code: str, system: str = "urn:test") -> Concept:
    """Make the value set hold `code`, and give the code's concept."""
    stored, _ = ValueSet.objects.get_or_create(url=asked.url, defaults={"name": asked.name})
    found = concept(code, system=system)
    ValueSetMember.objects.get_or_create(value_set=stored, concept=found)
    return found


def coded(asked: AskedValueSet | Code) -> Concept:
    """A concept that `asked` holds."""
    if isinstance(asked, Code):
        return concept(asked.code, system=asked.system)
    return value_set(asked, f"in {asked.name}"[:80])


def moment(day: date | datetime) -> tuple[datetime, datetime]:
    """The millisecond at noon of a day, or at an instant, as the FHIR mapping stores it."""
    at = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return at, at + timedelta(milliseconds=1)


def fact(kind: type, member: Member, asked, on, *, role: int = Role.CODE, ends=None, more_codes=(), **fields):
    """A fact of `kind` with one CODE (or other role) that `asked` holds; `more_codes` are (role, asked) pairs."""
    if on is None or isinstance(on, tuple):
        effective = on
    else:
        start, end = moment(on)
        effective = (start, moment(ends)[1] if ends else end)
    made = kind.objects.create(member=member, effective=effective, **fields)
    coding = kind._meta.get_field("codings").related_model
    for as_role, what in ((role, asked), *more_codes):
        coding.objects.create(member=member, fact=made, role=as_role, concept=coded(what))
    return made


def observation(member, asked, on, *, status="final", category="laboratory", **fields):
    from prevention.engine.facts import OBSERVATION_CATEGORY

    more = [(Role.CATEGORY, Code(category, OBSERVATION_CATEGORY))] if category else []
    more += fields.pop("more_codes", [])
    return fact(clinical.Observation, member, asked, on, status=status, more_codes=more, **fields)


def blood_pressure(member, on, systolic, diastolic, *, encounter=None, **fields):
    panel = observation(member, Code("85354-9", LOINC), on, category="vital-signs", encounter=encounter, **fields)
    for code, value in (("8480-6", systolic), ("8462-4", diastolic)):
        if value is not None:
            fact(
                clinical.Observation,
                member,
                Code(code, LOINC),
                on,
                status="final",
                part_of=panel,
                value_quantity=value,
                value_unit="mm[Hg]",
            )
    return panel


def procedure(member, asked, on, *, status="completed", **fields):
    return fact(clinical.Procedure, member, asked, on, status=status, **fields)


def condition(member, asked, onset, *, abated=None, status="active", **fields):
    """`onset` None: nobody says since when."""
    start = moment(onset)[0] if onset else None
    effective = (start, moment(abated)[1] if abated else None) if onset or abated else None
    return fact(clinical.Condition, member, asked, effective, status=status, **fields)


def visit(member, asked, on, *, ends=None, status="finished", visit_class="AMB", **fields):
    from prevention.engine.facts import ACT_CODE

    more = [(Role.CLASS, Code(visit_class, ACT_CODE)), *fields.pop("more_codes", [])]
    return fact(
        clinical.Encounter, member, asked, on, ends=ends, status=status, role=Role.TYPE, more_codes=more, **fields
    )


def enrol(member: Member, since: date = date(2020, 1, 1), until: date | None = None) -> CoveragePeriod:
    """Medical coverage in force from `since`."""
    number = next(_number)
    system = member.managing_organization
    product, _ = Product.objects.get_or_create(
        organization=system, code="HMO", defaults={"name": "HMO", "line_of_business": "commercial_group", "kind": "hmo"}
    )
    group, _ = EmployerGroup.objects.get_or_create(organization=system, number="1", defaults={"name": "Employer"})
    contract = CoverageContract.objects.create(member=member, group=group, number=f"S{number}")
    coverage = Coverage.objects.create(member=member, contract=contract, relationship="18")
    row = CoveragePeriod(
        member=member,
        coverage=coverage,
        product=product,
        valid=DateRange(since, until),
        known=DateTimeTZRange(datetime(2020, 1, 1, tzinfo=UTC), None),
        source="test",
        recorded_by=User.objects.system("tests"),
    )
    insert_as_owner(row)
    return row
