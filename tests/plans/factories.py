"""Products with benefits, groups, contracts and covered people."""

import itertools
from datetime import date
from decimal import Decimal

from core.db import as_job
from core.models import User
from members.models import Member
from network.models import Organization
from plans import actions
from plans.models import Benefit, Coverage, CoverageContract, EmployerGroup, Product
from tests.network.factories import make_organization

_numbers = itertools.count(1)
SOURCE = actions.Source("test")
SINCE = (date(2020, 1, 1), None)


def make_plan(system: Organization) -> Organization:
    """The system's health plan."""
    return make_organization(system, "health_plan")


def make_product(plan: Organization, *, benefits: dict[str, dict] | None = None, **fields) -> Product:
    """An HMO with a $20 primary care visit unless told otherwise."""
    number = next(_numbers)
    fields = {
        "code": f"P{number}",
        "name": f"Product {number}",
        "line_of_business": "commercial_group",
        "kind": "hmo",
        **fields,
    }
    product = Product.objects.create(organization=plan, **fields)
    for service, terms in (benefits or {"primary_care": {"copay": Decimal(20)}}).items():
        Benefit.objects.create(product=product, service=service, period=SINCE, **terms)
    return product


def make_group(plan: Organization, **fields) -> EmployerGroup:
    number = next(_numbers)
    return EmployerGroup.objects.create(
        organization=plan, **{"number": f"G{number}", "name": f"Group {number}", **fields}
    )


def make_contract(group: EmployerGroup, subscriber: Member) -> CoverageContract:
    tests = User.objects.system("tests")
    with as_job(tests, reason="a test's own data"):
        return actions.open_contract(by=tests, group=group, number=f"S{next(_numbers)}", subscriber=subscriber)


def cover(contract: CoverageContract, member: Member, product: Product | None = None, **fields) -> Coverage:
    """The member covered under the contract; with `product`, enrolled since 2026 began."""
    tests = User.objects.system("tests")
    relationship = "18" if contract.member_id == member.pk else "19"
    with as_job(tests, reason="a test's own data"):
        coverage = actions.cover_person(by=tests, contract=contract, member=member, relationship=relationship)
        if product:
            actions.enrol(coverage, product, by=tests, **{"start": date(2026, 1, 1), "source": SOURCE, **fields})
    return coverage
