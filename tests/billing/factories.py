"""A plan that pays a medical group and its own pharmacy for the members of one region."""

import itertools
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange

from billing.models import CapitationContract, LedgerAccount, RateCell
from core.db import as_job
from core.models import User
from members.models import Member, PrimaryCareAssignment
from network.models import Contract, Department, Organization
from plans.models import Coverage, CoverageContract, CoveragePeriod, EmployerGroup, Product
from tests.members.factories import make_member
from tests.network.factories import make_clinician, make_department, make_organization, make_system

_numbers = itertools.count(1)
ALWAYS = DateRange(date(2020, 1, 1), None)


@contextmanager
def working():
    """Who writes a test's own rows."""
    with as_job(User.objects.system("tests"), reason="a test's own data"):
        yield


def clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


@dataclass
class World:
    """One system with a plan, a medical group, a primary care department and a product for each line of business."""

    system: Organization
    plan: Organization
    group: Organization
    department: Department
    contract: CapitationContract
    products: dict[str, Product]
    employer: EmployerGroup

    @property
    def region(self):
        return self.department.facility.region

    def cell(self, amount: str, **fields: Any) -> RateCell:
        fields = {
            "contract": self.contract,
            "line_of_business": "commercial_group",
            "region": self.region,
            "age_from": 0,
            "age_to": 200,
            "period": ALWAYS,
            **fields,
        }
        return RateCell.objects.create(amount=Decimal(amount), **fields)

    def member(self, start: date = date(2026, 1, 1), end: date | None = None, lob: str = "commercial_group", **fields):
        """Somebody covered from `start` until `end`, with the department as their primary care."""
        member = make_member(self.system, region=self.region, **fields)
        self.cover(member, start, end, lob)
        with working():
            PrimaryCareAssignment.objects.create(
                member=member,
                clinician=make_clinician(),
                department=self.department,
                period=DateRange(date(2020, 1, 1), None),
                origin="assigned",
            )
        return member

    def cover(
        self, member: Member, start: date, end: date | None = None, lob: str = "commercial_group", order: int = 1
    ) -> CoveragePeriod:
        with working():
            contract = CoverageContract.objects.create(member=member, group=self.employer, number=str(next(_numbers)))
            coverage = Coverage.objects.create(
                member=member, contract=contract, relationship="18", administrative_sex=member.sex
            )
            return self.version(coverage, start, end, lob, order)

    def version(self, coverage: Coverage, start, end, lob: str, order: int = 1) -> CoveragePeriod:
        return CoveragePeriod.objects.create(
            member_id=coverage.member_id,
            coverage=coverage,
            product=self.products[lob],
            payer_order=order,
            valid=DateRange(start, end),
            known=DateTimeTZRange(clock(), None),
            source="test",
            recorded_by=User.objects.system("tests"),
        )

    def forget(self, member: Member) -> CoveragePeriod:
        """Close what is known of the member's coverage now, as the first half of a change; returns the old version."""
        with working():
            old = CoveragePeriod.objects.get(member=member, known__endswith__isnull=True)
            CoveragePeriod.objects.filter(pk=old.pk).update(known=DateTimeTZRange(old.known.lower, clock()))
        return old

    def change(self, member: Member, start: date, end: date | None = None, lob: str = "commercial_group"):
        """A correction: what was known is superseded, the new version known from now."""
        old = self.forget(member)
        with working():
            return self.version(old.coverage, start, end, lob)


def make_world(member_month: str = "first", **contract: Any) -> World:
    system = make_system()
    plan = make_organization(system, "health_plan")
    department = make_department(system)
    group = department.facility.organization
    terms = Contract.objects.create(payer=plan, payee=group, kind="capitation", name="Professional", period=ALWAYS)
    number = next(_numbers)
    return World(
        system=system,
        plan=plan,
        group=group,
        department=department,
        contract=CapitationContract.objects.create(contract=terms, member_month=member_month, **contract),
        products={
            lob: Product.objects.create(
                organization=plan, code=f"{lob}{number}", name=lob, line_of_business=lob, kind="hmo"
            )
            for lob in ("commercial_group", "individual", "medicare", "medicaid")
        },
        employer=EmployerGroup.objects.create(organization=plan, number=f"G{number}", name="Employer"),
    )


def make_accounts(entity: Organization) -> tuple[LedgerAccount, LedgerAccount]:
    """Cash and equity of a legal entity."""
    return (
        LedgerAccount.objects.create(entity=entity, code="1000", name="Cash", kind="asset"),
        LedgerAccount.objects.create(entity=entity, code="3000", name="Equity", kind="equity"),
    )
