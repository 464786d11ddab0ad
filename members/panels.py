"""Which primary care clinician: somebody with room on the panel, near, who speaks the member's language.

Distance decides; another language than the member's counts as 25 km more, so a clinician a town away who speaks it
comes first and one at the other end of the state does not. Between equals the emptier panel comes first. Nobody is
given a clinician whose specialty is for another age, nor, unasked, one beyond `LIMIT_KM`; nor is somebody of whom
nobody knows where they live, unless their market is known. They go without, and staff see them on a list of their own.
"""

import datetime
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext

from core import audit
from core.models import User
from members.models import Member, MemberAddress, PrimaryCareAssignment
from members.portal import age_on
from network.ages import band, takes
from network.models import Clinician, Department, Employment, Region, ServiceArea

OTHER_LANGUAGE_KM = 25.0
# Without coordinates: the same postal code, the same three-digit area, elsewhere.
SAME_CODE_KM, SAME_AREA_KM, FAR_KM = 3.0, 30.0, 300.0
# Sixty miles, the farthest that network adequacy grants primary care (42 CFR 422.116, counties with extreme access
# considerations). Whoever has nobody that near is given nobody: staff look, and may choose somebody farther.
LIMIT_KM = 97.0


class PanelFull(Exception):
    """The clinician's panel has no room."""


class WrongAge(PanelFull):
    """The clinician's panel has no room for somebody of that age."""


class NoAddress(PanelFull):
    """Nobody knows where the member lives, so nobody can say who is near."""


class Wanted(NamedTuple):
    """Who needs a clinician: where they live, what they speak, their age in years, the NPI they wish.

    `region` stands in where no postal code is known.
    """

    postal: str
    language: str
    age: int | None
    npi: str = ""
    region: UUID | None = None


@dataclass(frozen=True)
class Place:
    clinician_id: UUID
    department_id: UUID
    npi: str
    languages: frozenset[str]
    limit: int
    accepts: bool
    postal_code: str
    at: tuple[float, float] | None
    specialties: tuple[str, str] = ("", "")
    region_id: UUID | None = None

    def takes(self, age: int | None) -> bool:
        """Whether clinician and department look after somebody of that age."""
        return takes(age, *self.specialties)


@dataclass(frozen=True)
class Near:
    """A place as somebody who lives at a postal code sees it. `measured` false: the distance is by area only."""

    place: Place
    km: float
    measured: bool
    speaks: bool
    room: int


def kilometres(one: tuple[float, float], two: tuple[float, float]) -> float:
    """Great-circle distance between two (latitude, longitude) in degrees."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(math.radians, point)) for point in (one, two))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 12742 * math.asin(math.sqrt(half))


class Panels:
    """The primary care panels of one system on a day, for many members at once."""

    def __init__(self, system_id: UUID, on: datetime.date, *, counted: bool = True) -> None:
        """`counted` false leaves the panels uncounted, for a page that shows the few nearest (`near`)."""
        self.on = on
        self.points, self.regions = {}, {}
        markets = Region.objects.filter(system=system_id).order_by("pk").values_list("pk", flat=True)[:2]
        # A system of one market needs no address to say which.
        self.only_market = markets[0] if len(markets) == 1 else None
        for area in ServiceArea.objects.filter(region__system=system_id):
            self.regions[area.postal_code] = area.region_id
            if area.latitude is not None and area.longitude is not None:
                self.points[area.postal_code] = (float(area.latitude), float(area.longitude))
        self.places = self._places(system_id)
        self.by_npi = {place.npi: place for place in self.places if place.npi}
        ids = [place.clinician_id for place in self.places]
        self.counts = self._count(ids) if counted else dict.fromkeys(ids, 0)
        self._ranked: dict[tuple[str, str, int | None], list[Place]] = {}
        self._within: dict[tuple[str, str, int | None, UUID | None], list[Place]] = {}

    def _places(self, system_id: UUID) -> list[Place]:
        employments = (
            Employment.objects.filter(
                department__is_primary_care=True,
                department__facility__organization__system=system_id,
                period__contains=self.on,
                clinician__panel_limit__gt=0,
            )
            .select_related("clinician", "department__facility")
            .order_by("clinician_id", "-fte", "id")
            .distinct("clinician_id")
        )
        found = []
        for held in employments:
            facility, clinician = held.department.facility, held.clinician
            postal = facility.postal_code[:5]
            at = (
                (float(facility.latitude), float(facility.longitude))
                if facility.latitude is not None and facility.longitude is not None
                else self.points.get(postal)
            )
            found.append(
                Place(
                    clinician.pk,
                    held.department_id,
                    clinician.npi,
                    frozenset(clinician.languages) | {"en"},
                    clinician.panel_limit,
                    clinician.is_accepting,
                    postal,
                    at,
                    (clinician.specialty, held.department.specialty),
                    facility.region_id,
                )
            )
        return found

    def _count(self, clinician_ids: Iterable[UUID]) -> dict[UUID, int]:
        ids = list(clinician_ids)
        counts = dict.fromkeys(ids, 0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM members_panel_counts(%s, %s)", [ids, self.on])
            counts.update(cursor.fetchall())
        return counts

    def distance(self, postal: str, place: Place) -> float:
        here = self.points.get(postal)
        if here and place.at:
            return kilometres(here, place.at)
        if postal and postal == place.postal_code:
            return SAME_CODE_KM
        return SAME_AREA_KM if postal and postal[:3] == place.postal_code[:3] else FAR_KM

    def ranked(self, postal: str, language: str, age: int | None) -> list[Place]:
        """Places for somebody of that age who lives at a postal code and speaks a language, nearest first."""
        key = (postal, language, band(age))
        if key not in self._ranked:
            self._ranked[key] = sorted(
                (place for place in self.places if place.accepts and place.takes(age)),
                key=lambda place: (
                    round(self.distance(postal, place) + (0 if language in place.languages else OTHER_LANGUAGE_KM), 0),
                    self.counts[place.clinician_id] / place.limit,
                    place.clinician_id,
                ),
            )
        return self._ranked[key]

    def within(self, postal: str, language: str, age: int | None, region: UUID | None = None) -> list[Place]:
        """Of `ranked` those that somebody may be given unasked: the near ones, none where none is."""
        key = (postal, language, band(age), region)
        if key not in self._within:
            self._within[key] = [p for p in self.ranked(postal, language, age) if self.is_near(postal, p, region)]
        return self._within[key]

    def is_near(self, postal: str, place: Place, region: UUID | None = None) -> bool:
        """Within `LIMIT_KM`; where that cannot be measured, in the same region or three-digit area.

        Without a postal code the places of the market count: `region`, or the only one that the system has. Of a
        place whose code nobody knows nothing says that it is far.
        """
        if not postal:
            market = region or self.only_market
            return market is not None and place.region_id == market
        here = self.points.get(postal)
        if (here and place.at) or not place.postal_code:
            return not (here and place.at) or kilometres(here, place.at) <= LIMIT_KM
        is_same_region = place.region_id is not None and self.regions.get(postal) == place.region_id
        return is_same_region or postal[:3] == place.postal_code[:3]

    def near(
        self,
        postal: str,
        language: str,
        age: int | None,
        *,
        many: int,
        also: Iterable[UUID] = (),
    ) -> list["Near"]:
        """The nearest `many` places and those of the clinicians in `also`, nearest first, their panels counted now."""
        return self._seen_from(postal, language, self.ranked(postal, language, age)[:many], also)

    def offered(self, wanted: Wanted, *, many: int) -> list["Near"]:
        """The nearest `many` places that somebody may be given unasked, their panels counted now."""
        near = self.within(wanted.postal, wanted.language, wanted.age, wanted.region)
        return self._seen_from(wanted.postal, wanted.language, near[:many])

    def _seen_from(self, postal: str, language: str, chosen: list[Place], also: Iterable[UUID] = ()) -> list["Near"]:
        wanted = set(also)
        chosen += [place for place in self.places if place.clinician_id in wanted and place not in chosen]
        self.counts.update(self._count([place.clinician_id for place in chosen]))
        found = [
            Near(
                place,
                self.distance(postal, place),
                bool(self.points.get(postal) and place.at),
                language in place.languages,
                max(place.limit - self.counts[place.clinician_id], 0),
            )
            for place in chosen
        ]
        return sorted(found, key=lambda near: (near.km + (0 if near.speaks else OTHER_LANGUAGE_KM), -near.room))

    def has_room(self, place: Place) -> bool:
        return self.counts[place.clinician_id] < place.limit

    def assign(self, wishes: Sequence[Wanted], *, hold: bool = True) -> list[tuple[Place, bool] | None]:
        """A place for each, and whether it is the wished one; None: nobody for their age near has room.

        Holds the chosen clinicians until the transaction ends and counts again under that lock, so that two imports
        or desks at once never overfill a panel. A rehearsal, which is rolled back, does without (`hold`).
        """
        given: list[tuple[Place, bool] | None] = [None] * len(wishes)
        waiting = list(range(len(wishes)))
        held: set[UUID] = set()
        while waiting:
            chosen = {i: self._first_with_room(wishes[i]) for i in waiting}
            new = sorted({place.clinician_id for place, _ in filter(None, chosen.values())} - held)
            if not new:
                for i in waiting:
                    given[i] = chosen[i]
                break
            # The counts that were guessed with are given back, and taken again from what is under lock.
            for answer in filter(None, chosen.values()):
                self.counts[answer[0].clinician_id] -= 1
            if hold:
                self._hold(new)
            held |= set(new)
            fresh = self._count(new)
            for clinician_id, count in fresh.items():
                self.counts[clinician_id] = count
        return given

    def _hold(self, clinician_ids: list[UUID]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM network_clinician WHERE id = ANY (%s) ORDER BY id FOR NO KEY UPDATE", [clinician_ids]
            )

    def _first_with_room(self, wanted: Wanted) -> tuple[Place, bool] | None:
        wished = self.by_npi.get(wanted.npi) if wanted.npi else None
        if wished is not None and not wished.takes(wanted.age):
            wished = None
        near = self.within(wanted.postal, wanted.language, wanted.age, wanted.region)
        options = [wished, *near] if wished else near
        for place in options:
            if self.has_room(place):
                self.counts[place.clinician_id] += 1
                return place, place is wished
        return None


@transaction.atomic
def assign_primary_care(
    member: Member,
    *,
    by: User,
    on: datetime.date,
    clinician: Clinician | None = None,
    department: Department | None = None,
    origin: str = PrimaryCareAssignment.Origin.CHOSEN,
) -> PrimaryCareAssignment:
    """The member's primary care clinician from `on`: the one named, or the nearest with room.

    Raises `PanelFull` where the named clinician, or nobody, has room for somebody of that age, and `NoAddress` where
    none is named and nobody knows where the member lives. Naming who it is already changes nothing.
    """
    Member.objects.select_for_update().get(pk=member.pk)
    current = PrimaryCareAssignment.objects.filter(member=member, period__contains=on).first()
    if current is not None and clinician is not None and current.clinician_id == clinician.pk:
        return current
    if clinician is None:
        place = _nearest(member, on)
        clinician, department_id = Clinician.objects.get(pk=place.clinician_id), place.department_id
        origin = PrimaryCareAssignment.Origin.ASSIGNED
    else:
        at = department or _department_of(clinician, on)
        _require_age(member, clinician, at, on)
        _require_room(clinician, on)
        department_id = at.pk
    for standing in PrimaryCareAssignment.objects.filter(member=member, period__overlap=(on, None)):
        if standing.period.lower is not None and standing.period.lower >= on:
            standing.delete()
        else:
            standing.period = (standing.period.lower, on)
            standing.save(update_fields=["period"])
    new = PrimaryCareAssignment.objects.create(
        member=member, clinician=clinician, department_id=department_id, period=(on, None), origin=origin
    )
    audit.record(by=by, action="update", verb="members.assign_primary_care", member_id=member.pk, obj=new)
    return new


def _nearest(member: Member, on: datetime.date) -> Place:
    wanted, panels = wanted_by(member, on), Panels(member.managing_organization_id, on)
    (answer,) = panels.assign([wanted])
    if answer is not None:
        return answer[0]
    if not wanted.postal and not (wanted.region or panels.only_market):
        raise NoAddress("No address is known, so nobody can say who is near. Choose somebody, or add an address.")
    raise PanelFull("No primary care clinician near has room. Open a panel or choose somebody farther.")


def wanted_by(member: Member, on: datetime.date) -> Wanted:
    """What the member needs, without a wish."""
    return Wanted(member_postal_code(member), member.language, age_on(member, on), region=member.region_id)


def member_postal_code(member: Member) -> str:
    """Five digits of where the member lives; empty where nobody knows."""
    return member_postal_codes([member.pk]).get(member.pk, "")


def member_postal_codes(member_ids: Iterable[UUID]) -> dict[UUID, str]:
    """`member_postal_code` of many at once; who has no address is not in it."""
    rows = MemberAddress.objects.filter(member__in=list(member_ids), period__upper_inf=True)
    # Where they are written to stands in where nobody knows where they live.
    known = sorted(
        rows.values_list("member_id", "use", "postal_code"), key=lambda row: row[1] == MemberAddress.Use.HOME
    )
    return {member_id: code[:5] for member_id, _use, code in known}


def _require_age(member: Member, clinician: Clinician, department: Department, on: datetime.date) -> None:
    if not takes(age_on(member, on), clinician.specialty, department.specialty):
        raise WrongAge(
            gettext("%(doctor)s looks after people of another age. Choose somebody else.") % {"doctor": clinician}
        )


def _require_room(clinician: Clinician, on: datetime.date) -> None:
    held = Clinician.objects.select_for_update(no_key=True).get(pk=clinician.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT members FROM members_panel_counts(%s, %s)", [[clinician.pk], on])
        row = cursor.fetchone()
        if (row is not None and row[0] >= held.panel_limit) or not held.panel_limit:
            raise PanelFull("This clinician's panel is full. Choose another, or raise the limit first.")


def _department_of(clinician: Clinician, on: datetime.date) -> Department:
    held = (
        Employment.objects.filter(clinician=clinician, period__contains=on)
        .select_related("department")
        .order_by("-department__is_primary_care", "-fte")
        .first()
    )
    if held is None:
        raise PanelFull("This clinician holds no post on that day, so nobody can be assigned to them.")
    return held.department
