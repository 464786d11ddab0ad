"""The person of one loop → member, names, addresses, telecoms, race and ethnicity, identifier, household."""

import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from core.ids import uuid7
from interop.x12.people import Subject
from interop.x12.standing import ADDRESS, AddressRow, MemberRow, Standing
from interop.x12.writing import Rows, period
from members.matching import SSN_SYSTEM, fold
from members.models import RaceEthnicity
from members.querysets import e164
from network.models import Region

MEMBER, LIVES_AT = "members.member", "members.memberaddress"
IDENTITY = frozenset({"family", "given", "middle", "birth_date", "sex"})
NOON = datetime.time(12)


class Persons:
    """Makes and renews the people of a batch. `regions`: postal code → region."""

    def __init__(
        self, standing: Standing, *, organization_id: UUID, regions: dict[str, UUID], as_of: datetime.date
    ) -> None:
        self.standing, self.organization_id = standing, organization_id
        self.regions, self.as_of = regions, as_of
        # Whose death the batch brings, and when it was.
        self.died: dict[UUID, datetime.datetime] = {}

    def make(self, subject: Subject, rows: Rows) -> None:
        """A record for somebody who has none."""
        name, loop = subject.loop.name, subject.loop
        region = self.regions.get(loop.address.get("postal_code", "")[:5])
        member = MemberRow(
            uuid7(), name.family, name.given, name.middle, name.suffix, "", name.birth_date, name.sex,
            loop.language or "en", None, region,
        )  # fmt: skip
        subject.member = member
        subject.record = rows.add(
            MEMBER,
            id=member.id,
            managing_organization_id=self.organization_id,
            family=member.family,
            given=member.given,
            middle=member.middle,
            suffix=member.suffix,
            birth_date=member.birth_date,
            sex=member.sex,
            language=member.language,
            region_id=region,
            household_id=None,
            deceased_at=None,
            user_id=None,
        )

    def renew(self, subject: Subject, rows: Rows) -> None:
        """What the loop says about the person beyond their coverage."""
        loop, member = subject.loop, subject.member
        assert member is not None
        self._death(subject, member, rows)
        if not subject.is_new:
            self._demographics(subject, rows)
        for use, parts in (("home", loop.address), ("mail", loop.mailing)):
            self._address(subject, use, parts, rows)
        self._telecoms(subject, member, rows)
        for code in dict.fromkeys(loop.races):
            if (member.id, code) not in self.standing.races:
                rows.add(
                    "members.raceethnicity",
                    member_id=member.id,
                    code=code,
                    source=RaceEthnicity.Source.ENROLMENT.value,
                )
                self.standing.races.add((member.id, code))
        ssn = subject.person.ssn
        if ssn and ssn not in self.standing.taken_ssns and member.id not in self.standing.identified:
            rows.add("members.memberidentifier", member_id=member.id, system=SSN_SYSTEM, value=ssn)
            self.standing.taken_ssns.add(ssn)
        self._household(subject, rows)

    def _death(self, subject: Subject, member: MemberRow, rows: Rows) -> None:
        """A day is all that the file says: noon where the member lives, so that it is that day on every page."""
        day, known = subject.loop.death, member.deceased_at
        if day is None:
            return
        zone = self._zone(member)
        if known is None or known.astimezone(zone).date() != day:
            died = datetime.datetime.combine(day, NOON, zone)
            self.set(subject, rows, deceased_at=died)
            self.died[member.id] = died

    @staticmethod
    def _zone(member: MemberRow) -> datetime.tzinfo:
        regions = Region.objects.filter(pk=member.region_id) if member.region_id else Region.objects.none()
        named = regions.values_list("time_zone", flat=True).first()
        return ZoneInfo(named) if named else timezone.get_default_timezone()

    def set(self, subject: Subject, rows: Rows, **values: Any) -> None:
        """Give the member other values: in the row that is being made, or as an update of the one there is."""
        assert subject.member is not None
        for name, value in values.items():
            setattr(subject.member, name, value)
        if subject.record is not None:
            subject.record.update(values)
        else:
            rows.change(MEMBER, subject.member.id, **values)

    def _demographics(self, subject: Subject, rows: Rows) -> None:
        name, member = subject.loop.name, subject.member
        assert member is not None
        said: dict[str, Any] = {
            "family": name.family,
            "given": name.given,
            "middle": name.middle,
            "suffix": name.suffix,
            "birth_date": name.birth_date,
            "sex": name.sex if name.sex != "unknown" else "",
            "language": subject.loop.language,
        }
        if not subject.corrects:
            # An addition or an end names somebody; it says nothing new of who they are, and fills in what is missing.
            said = {column: value for column, value in said.items() if column not in IDENTITY or lacks(member, column)}
        changed = {column: value for column, value in said.items() if value and getattr(member, column) != value}
        if changed:
            self.set(subject, rows, **changed)

    def _telecoms(self, subject: Subject, member: MemberRow, rows: Rows) -> None:
        known = self.standing.telecoms[member.id]
        for system, value in subject.loop.telecoms:
            value = value if system == "email" else e164(value)
            if value and (system, value) not in known:
                rows.add("members.membertelecom", member_id=member.id, system=system, value=value, rank=len(known) + 1)
                known.add((system, value))

    def _address(self, subject: Subject, use: str, parts: dict[str, str], rows: Rows) -> None:
        if not parts.get("line1") and not parts.get("postal_code"):
            return
        assert subject.member is not None
        standing = self.standing.addresses[subject.member.id].get(use)
        if standing is not None and all(standing.parts[name] == value for name, value in parts.items()):
            return
        left = self.standing.left[subject.member.id, use]
        since: datetime.date | None = None
        if standing is not None or left:
            since = subject.loop.dates.get("303") or subject.loop.header.on or self.as_of
        if standing is not None and standing.since is not None and since is not None:
            since = max(standing.since, since)
        for before in (*left, *([standing] if standing else ())):
            self._leaves(before, since, rows)
        self._lives_at(subject.member.id, use, parts, since, rows)

    @staticmethod
    def _leaves(before: AddressRow, since: datetime.date | None, rows: Rows) -> None:
        """Of each use one address stands at a time: the one before ends where the next begins."""
        if since is None or (before.until is not None and before.until <= since):
            return
        if before.since is not None and before.since >= since:
            rows.removed_addresses.append(before.id)
        else:
            rows.change(LIVES_AT, before.id, period=period(before.since, since))

    def _lives_at(
        self, member_id: UUID, use: str, parts: dict[str, str], since: datetime.date | None, rows: Rows
    ) -> None:
        row = AddressRow(uuid7(), since, {name: parts.get(name, "") for name in ADDRESS})
        row.parts["country"] = row.parts["country"] or "US"
        rows.add(LIVES_AT, id=row.id, member_id=member_id, use=use, period=period(since), **row.parts)
        self.standing.addresses[member_id][use] = row

    def _household(self, subject: Subject, rows: Rows) -> None:
        """A dependant who is new lives with the subscriber, unless the loop gives another address."""
        if not subject.is_new or subject.loop.is_subscriber or subject.contract is None:
            return
        assert subject.member is not None
        subscriber = subject.contract.member
        if subscriber is subject.member:
            return
        home = self.standing.addresses[subscriber.id].get("home")
        if subject.loop.address and not (home and same_place(subject.loop.address, home.parts)):
            return
        if subscriber.household_id is None:
            subscriber.household_id = uuid7()
            rows.add("members.household", id=subscriber.household_id, managing_organization_id=self.organization_id)
            rows.change(MEMBER, subscriber.id, household_id=subscriber.household_id)
        self.set(subject, rows, household_id=subscriber.household_id)
        if home is not None and not subject.loop.address:
            self._lives_at(subject.member.id, "home", home.parts, None, rows)
            self.set(subject, rows, region_id=subscriber.region_id)


def lacks(member: MemberRow, column: str) -> bool:
    """Whether nothing is known there yet."""
    return getattr(member, column) in (None, "", "unknown")


def same_place(one: dict[str, str], two: dict[str, str]) -> bool:
    """Whether two addresses are one: street and postal code agree."""
    return fold(one.get("line1", "")) == fold(two["line1"]) and one.get("postal_code", "")[:5] == two["postal_code"][:5]
