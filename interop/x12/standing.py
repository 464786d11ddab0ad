"""What we know of the people of a batch before it is taken: each kind of row read once, as light as can be.

A model instance costs fifty times what these rows do, and a file brings a million people.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from django.db.models.functions import Lower

from core.models import User
from members.matching import SSN_SYSTEM
from members.models import (
    Member,
    MemberAddress,
    MemberIdentifier,
    MemberTelecom,
    PrimaryCareAssignment,
    RaceEthnicity,
)
from plans import timeline
from plans.models import Coverage, CoverageContract, CoveragePeriod
from plans.timeline import Segment, Timeline

ADDRESS = ("line1", "line2", "city", "state", "postal_code", "country")


@dataclass(slots=True, eq=False)
class MemberRow:
    """A member as far as enrolment looks."""

    id: UUID
    family: str
    given: str
    middle: str
    suffix: str
    name_used: str
    birth_date: datetime.date | None
    sex: str
    language: str
    household_id: UUID | None = None
    region_id: UUID | None = None
    deceased_at: datetime.datetime | None = None
    user_id: UUID | None = None


@dataclass(slots=True, eq=False)
class ContractRow:
    """A contract; `member` is the subscriber."""

    id: UUID
    group_id: UUID
    number: str
    member: MemberRow


@dataclass(slots=True, eq=False)
class CoverageRow:
    """One person's place under a contract."""

    id: UUID
    contract_id: UUID
    member: MemberRow


@dataclass(slots=True, eq=False)
class PeriodRow:
    """One version of coverage that is believed now; `values` where it is only about to be written."""

    id: UUID
    coverage_id: UUID
    payer_order: int
    segment: Segment
    values: dict[str, Any] | None = None


@dataclass(slots=True, eq=False)
class AddressRow:
    """An address of one use that stands, or stood until a day."""

    id: UUID
    since: datetime.date | None
    parts: dict[str, str]
    until: datetime.date | None = None


MEMBER_COLUMNS = tuple(f.name for f in fields(MemberRow))


class People:
    """Members, contracts and families of one batch; a member is one object however often it is met."""

    def __init__(self) -> None:
        self.members: dict[UUID, MemberRow] = {}

    def member(self, values: Iterable[Any]) -> MemberRow:
        row = MemberRow(*values)
        return self.members.setdefault(row.id, row)

    def read_members(self, ids: Iterable[UUID]) -> dict[UUID, MemberRow]:
        rows = Member.objects.filter(pk__in=list(ids)).values_list(*MEMBER_COLUMNS)
        return {row.id: row for row in map(self.member, rows)}

    def contracts(self, groups: set[UUID], numbers: set[str]) -> dict[tuple[UUID, str], ContractRow]:
        """By group and subscriber number."""
        rows = CoverageContract.objects.filter(group__in=groups, number__in=numbers).values_list(
            "id", "group_id", "number", *(f"member__{name}" for name in MEMBER_COLUMNS)
        )
        return {(row[1], row[2]): ContractRow(row[0], row[1], row[2], self.member(row[3:])) for row in rows}

    def families(self, contract_ids: Iterable[UUID]) -> dict[UUID, list[CoverageRow]]:
        """Everybody under each contract."""
        found: dict[UUID, list[CoverageRow]] = defaultdict(list)
        rows = Coverage.objects.filter(contract__in=list(contract_ids), is_former=False).values_list(
            "id", "contract_id", *(f"member__{name}" for name in MEMBER_COLUMNS)
        )
        for row in rows:
            found[row[1]].append(CoverageRow(row[0], row[1], self.member(row[2:])))
        return found


class Standing:
    """Coverage, addresses, accounts … of a system's `people` as they are. Read it after their coverage is locked."""

    def __init__(
        self, system_id: UUID, people: set[UUID], ssns: Iterable[str], emails: Iterable[str], as_of: datetime.date
    ) -> None:
        self.people = list(people)
        self.periods: dict[tuple[UUID, str], dict[Segment, PeriodRow]] = defaultdict(dict)
        self.places: dict[tuple[UUID, str], list[PeriodRow]] = defaultdict(list)
        self.addresses: dict[UUID, dict[str, AddressRow]] = defaultdict(dict)
        # Those with an end, by member and use.
        self.left: dict[tuple[UUID, str], list[AddressRow]] = defaultdict(list)
        self.telecoms: dict[UUID, set[tuple[str, str]]] = defaultdict(set)
        self.races: set[tuple[UUID, str]] = set()
        self.identified: set[UUID] = set()
        self.with_care: set[UUID] = set()
        if people:
            self._read_coverage()
            self._read_person(as_of)
        # Whom a household is made for in this batch, by subscriber.
        self.households: dict[UUID, UUID] = {}
        self.taken_ssns = set(
            MemberIdentifier.objects.filter(
                managing_organization=system_id, system=SSN_SYSTEM, value__in=list(ssns), period__upper_inf=True
            ).values_list("value", flat=True)
        )
        self.accounts = set(
            User.objects.annotate(key=Lower("email")).filter(key__in=list(emails)).values_list("key", flat=True)
        )

    def _read_coverage(self) -> None:
        rows = CoveragePeriod.objects.as_known_at().filter(member__in=self.people)
        for pk, member_id, coverage_id, benefit, order, valid, product_id, tier in rows.values_list(
            "id", "member_id", "coverage_id", "benefit", "payer_order", "valid", "product_id", "tier"
        ):
            segment = Segment(valid.lower, valid.upper, product_id, tier)
            row = PeriodRow(pk, coverage_id, order, segment)
            self.periods[coverage_id, benefit][segment] = row
            self.places[member_id, benefit].append(row)

    def _read_person(self, as_of: datetime.date) -> None:
        people = self.people
        for pk, member_id, use, period, *parts in MemberAddress.objects.filter(member__in=people).values_list(
            "id", "member_id", "use", "period", *ADDRESS
        ):
            row = AddressRow(pk, period.lower, dict(zip(ADDRESS, parts, strict=True)), period.upper)
            if row.until is None:
                self.addresses[member_id][use] = row
            else:
                self.left[member_id, use].append(row)
        for member_id, system, value in MemberTelecom.objects.filter(member__in=people).values_list(
            "member_id", "system", "value"
        ):
            self.telecoms[member_id].add((system, value))
        self.races = set(RaceEthnicity.objects.filter(member__in=people).values_list("member_id", "code"))
        self.identified = set(
            MemberIdentifier.objects.filter(member__in=people, system=SSN_SYSTEM).values_list("member_id", flat=True)
        )
        self.with_care = set(
            PrimaryCareAssignment.objects.filter(member__in=people, period__overlap=(as_of, None)).values_list(
                "member_id", flat=True
            )
        )

    def now(self, coverage: CoverageRow | None) -> dict[str, Timeline]:
        """What is believed of one person's coverage, by benefit."""
        if coverage is None:
            return {}
        return {
            benefit: tuple(sorted(held, key=lambda segment: segment.start))
            for benefit in CoveragePeriod.BenefitKind.values
            if (held := self.periods.get((coverage.id, benefit)))
        }


class Past:
    """What was believed before the last change of some coverages, for reinstating what was voided altogether."""

    def __init__(self, coverage_ids: Iterable[UUID]) -> None:
        self.closed: dict[tuple[UUID, str], list[tuple[datetime.datetime, Segment]]] = defaultdict(list)
        ids = list(coverage_ids)
        if not ids:
            return
        rows = CoveragePeriod.objects.filter(coverage__in=ids, known__upper_inf=False).values_list(
            "coverage_id", "benefit", "known", "valid", "product_id", "tier"
        )
        for coverage_id, benefit, known, valid, product_id, tier in rows:
            segment = Segment(valid.lower, valid.upper, product_id, tier)
            self.closed[coverage_id, benefit].append((known.upper, segment))

    def before(self, coverage: CoverageRow | None, benefit: str) -> Timeline:
        closed = self.closed.get((coverage.id, benefit)) if coverage else None
        if not closed:
            return ()
        last = max(at for at, _ in closed)
        return timeline.normal(segment for at, segment in closed if at == last)
