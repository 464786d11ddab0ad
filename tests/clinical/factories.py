"""People, places and records for tests: two systems that must not see each other, made by the job account.

Call inside `acting()`; what is made is what a real installation has: RLS on, history on, roles in force.
"""

import datetime
import itertools
import zoneinfo
from contextlib import contextmanager

from django.utils import timezone

from core.db import as_job
from core.models import CodeSystem, Concept, User
from members.models import Member, PrimaryCareAssignment, Proxy
from network.models import (
    Clinician,
    Department,
    Employment,
    Facility,
    Organization,
    Region,
    Resource,
    RoleAssignment,
    Room,
)

Role = RoleAssignment.Role
EVER = (datetime.date(2000, 1, 1), None)
PACIFIC = zoneinfo.ZoneInfo("America/Los_Angeles")
_number = itertools.count(1)


@contextmanager
def arranging():
    """What the test finds already there, written by nobody the test is about."""
    with as_job(User.objects.system("tests"), reason="arrange"):
        yield


def system(name: str = "Kaiser-like") -> Organization:
    return Organization.objects.create(name=f"{name} {next(_number)}", kind=Organization.Kind.SYSTEM)


def group(of: Organization) -> Organization:
    return Organization.objects.create(
        name=f"{of.name} Medical Group", kind=Organization.Kind.MEDICAL_GROUP, parent=of, system=of
    )


def region(of: Organization) -> Region:
    return Region.objects.create(system=of, code=f"R{next(_number)}", name="Northern", state="CA")


def department(of: Organization, name: str = "Family Medicine", *, is_primary_care: bool = True) -> Department:
    facility = Facility.objects.create(
        organization=of, code=f"F{next(_number)}", name="Oakland", kind=Facility.Kind.MEDICAL_OFFICE
    )
    return Department.objects.create(
        facility=facility, code=f"D{next(_number)}", name=name, is_primary_care=is_primary_care
    )


def account(name: str, email: str = "") -> User:
    email = email or f"{name.lower().replace(' ', '.').replace('..', '.')}.{next(_number)}@example.org"
    return User.objects.create_user(email, "correct horse battery", name=name)


def role(user: User, name: str, organization: Organization, department: Department | None = None) -> RoleAssignment:
    return RoleAssignment.objects.create(
        user=user, role=name, organization=organization, department=department, period=EVER
    )


def clinician(at: Department, name: str = "Amara Chen", *, as_role: str = Role.PHYSICIAN) -> Clinician:
    given, family = name.split(" ", 1)
    user = account(name)
    found = Clinician.objects.create(
        user=user, family=family, given=given, prefix="Dr." if as_role == Role.PHYSICIAN else "", panel_limit=2000
    )
    Resource.objects.create(clinician=found)
    organization = at.facility.organization
    Employment.objects.create(clinician=found, organization=organization, department=at, fte=1, period=EVER)
    role(user, as_role, organization, at)
    return found


def room(at: Department, name: str = "Room 1") -> Room:
    made = Room.objects.create(department=at, name=name)
    Resource.objects.create(room=made)
    return made


def member(
    of: Organization, given: str = "Maria", family: str = "Alvarez", *, with_account: bool = True, **more
) -> Member:
    user = account(f"{given} {family}") if with_account else None
    more.setdefault("birth_date", datetime.date(1974, 2, 11))
    more.setdefault("sex", "female")
    made = Member.objects.create(managing_organization=of, user=user, given=given, family=family, **more)
    made.refresh_from_db()
    return made


def primary_care(of: Member, by: Clinician, at: Department) -> PrimaryCareAssignment:
    return PrimaryCareAssignment.objects.create(member=of, clinician=by, department=at, period=EVER, origin="assigned")


def proxy(user: User, of: Member, *scopes: str, relationship: str = "") -> Proxy:
    """A child's parent, a grown-up's carer, unless told otherwise."""
    grown_up = of.birth_date is not None and of.birth_date < datetime.date.today() - datetime.timedelta(days=18 * 366)
    relationship = relationship or ("carer" if grown_up else "parent")
    return Proxy.objects.create(
        member=of,
        user=user,
        relationship=relationship,
        scopes=list(scopes),
        period=EVER,
        granted_by=User.objects.system("desk"),
    )


def concept(code: str, display: str = "", system: str = "http://loinc.org") -> Concept:
    code_system, _ = CodeSystem.objects.get_or_create(uri=system, defaults={"name": system})
    return Concept.objects.get_or_create(system=code_system, code=code, defaults={"display": display})[0]


def tomorrow(hour: int = 9, minute: int = 0, *, days: int = 1) -> datetime.datetime:
    """An instant on a coming day at the facility's clock."""
    day = timezone.localdate(timezone=PACIFIC) + datetime.timedelta(days=days)
    return datetime.datetime(day.year, day.month, day.day, hour, minute, tzinfo=PACIFIC)


class World:
    """Two systems. In ours: a department with a physician who is Maria's doctor, a nurse, and a specialist department.

    `stranger` is a physician of ours without any relationship; `outsider` a physician of the other system.
    """

    def __init__(self) -> None:
        with arranging():
            self.system, self.other_system = system("Ours"), system("Theirs")
            self.group, self.other_group = group(self.system), group(self.other_system)
            self.department = department(self.group)
            self.cardiology = department(self.group, "Cardiology", is_primary_care=False)
            self.other_department = department(self.other_group)
            self.chen = clinician(self.department, "Amara Chen")
            self.park = clinician(self.department, "Jo Park", as_role=Role.NURSE)
            self.osei = clinician(self.cardiology, "Mia Osei")
            self.stranger = clinician(self.cardiology, "Sten Ranger")
            self.outsider = clinician(self.other_department, "Otto Side")
            self.maria = member(self.system)
            self.pedro = member(self.system, "Pedro", "Vega", birth_date=datetime.date(1990, 5, 4), sex="male")
            self.olga = member(self.other_system, "Olga", "Other")
            primary_care(self.maria, self.chen, self.department)
            primary_care(self.olga, self.outsider, self.other_department)
