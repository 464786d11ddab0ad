"""Organisations, places and people who work there."""

import itertools
from datetime import date

from core.models import User
from network.models import Clinician, Department, Facility, Organization, Region, RoleAssignment

_numbers = itertools.count(1)
ALWAYS = (date(2020, 1, 1), None)


def make_user(name: str = "", **fields) -> User:
    """An account that can sign in with the password `secret-of-a-test`."""
    number = next(_numbers)
    fields.setdefault("email", f"user{number}@example.test")
    user = User(name=name or f"User {number}", **fields)
    user.set_password("secret-of-a-test")
    user.save()
    return user


def make_system(name: str = "") -> Organization:
    """An integrated system: the organisation that members belong to."""
    return Organization.objects.create(name=name or f"System {next(_numbers)}", kind=Organization.Kind.SYSTEM)


def make_organization(system: Organization, kind: str = "medical_group", **fields) -> Organization:
    fields.setdefault("name", f"{kind} {next(_numbers)}")
    return Organization.objects.create(system=system, parent=system, kind=kind, **fields)


def make_department(system: Organization, **fields) -> Department:
    """A primary care department in a medical office of a new region."""
    number = next(_numbers)
    region = Region.objects.create(system=system, code=f"R{number}", name=f"Region {number}", state="CA")
    facility = Facility.objects.create(
        organization=make_organization(system),
        region=region,
        code=f"F{number}",
        name=f"Facility {number}",
        kind=Facility.Kind.MEDICAL_OFFICE,
    )
    fields = {"code": f"D{number}", "name": f"Family Medicine {number}", "is_primary_care": True, **fields}
    return Department.objects.create(facility=facility, **fields)


def make_clinician(user: User | None = None, **fields) -> Clinician:
    number = next(_numbers)
    return Clinician.objects.create(user=user, family=fields.pop("family", f"Clinician{number}"), **fields)


def give_role(user: User, role: str, organization: Organization, period=ALWAYS, **fields) -> RoleAssignment:
    """`user` holds `role` at `organization`, from 2020 on unless told otherwise."""
    vars(user).pop("_roles_in_force", None)
    return RoleAssignment.objects.create(user=user, role=role, organization=organization, period=period, **fields)


def make_staff(role: str, organization: Organization, **fields) -> User:
    """A new account with one role."""
    user = make_user(role.replace("_", " ").title(), **fields)
    give_role(user, role, organization)
    return user
