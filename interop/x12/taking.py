"""Takes a batch of member loops in one transaction: people, contracts, coverage, primary care, invitation, audit.

Reads are made once for the batch and rows are written in bulk. One loop that cannot be taken is set aside alone: what
is refused is found before anything is written, and what Postgres refuses is found by halving the batch.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import DatabaseError, models
from django.db.models.functions import Lower

from core.accounts import INVITATION_DAYS, invitation_path
from core.db import as_job
from core.ids import uuid7
from core.models import AuditEvent, OutboxMessage, User
from interop.x12.bulk import copy_rows
from interop.x12.catalogue import Catalogue, Refused
from interop.x12.changes import Change, Changes
from interop.x12.codes import CANCEL, REINSTATE, TERMINATE
from interop.x12.enrolment import Fault, MemberLoop
from interop.x12.people import Finder, Subject, person_of
from members.actions import lock_identities
from members.matching import SSN_SYSTEM
from members.models import (
    Household,
    Member,
    MemberAddress,
    MemberIdentifier,
    MemberTelecom,
    PrimaryCareAssignment,
    RaceEthnicity,
)
from members.panels import Panels
from members.querysets import e164
from plans.actions import before_last_change, close_known, lock_for_change, segment_of
from plans.models import Coverage, CoverageContract, CoveragePeriod
from plans.timeline import Segment, Timeline, difference

ADULT = 18
# In the order in which rows refer to each other.
WRITTEN: tuple[type[models.Model], ...] = (
    User,
    Household,
    Member,
    MemberIdentifier,
    MemberAddress,
    MemberTelecom,
    RaceEthnicity,
    CoverageContract,
    Coverage,
    CoveragePeriod,
    PrimaryCareAssignment,
    OutboxMessage,
    AuditEvent,
)


@dataclass
class Outcome:
    """What became of a batch."""

    accepted: int = 0
    unchanged: int = 0
    created: int = 0
    without_primary_care: int = 0
    refused: list[tuple[MemberLoop, Fault]] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        for name in ("accepted", "unchanged", "created", "without_primary_care"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.refused += other.refused


@dataclass
class Rows:
    """What one subject writes; joined with the others' only once nothing can refuse it any more."""

    new: dict[type[models.Model], list[models.Model]] = field(default_factory=lambda: defaultdict(list))
    closed: list[UUID] = field(default_factory=list)
    updates: list[tuple[models.Model, list[str]]] = field(default_factory=list)
    ended: list[models.Model] = field(default_factory=list)
    again: list[OutboxMessage] = field(default_factory=list)

    def add(self, row: models.Model) -> None:
        self.new[type(row)].append(row)

    @property
    def is_empty(self) -> bool:
        return not (self.closed or self.updates or self.ended or any(self.new.values()))


class Taker:
    """Takes batches for one run. `source` names the run in every row that it writes."""

    def __init__(self, catalogue: Catalogue, panels: Panels, *, by: User, source: str, as_of: datetime.date):
        self.catalogue, self.panels, self.by, self.source, self.as_of = catalogue, panels, by, source, as_of
        plan = catalogue.plan
        self.system = plan.system or plan
        self.finder = Finder(self.system)

    def take(self, loops: Sequence[MemberLoop]) -> Outcome:
        """Take these loops, in one transaction, or in halves where Postgres refuses a row."""
        if not loops:
            return Outcome()
        try:
            with as_job(self.by, reason=self.source):
                return _Batch(self, loops).run()
        except DatabaseError as error:
            # What was made in the catalogue went with the transaction.
            with as_job(self.by, reason=self.source):
                self.catalogue.reload()
            if len(loops) == 1:
                return Outcome(refused=[(loops[0], refused_by_postgres(loops[0], error))])
            outcome, half = Outcome(), len(loops) // 2
            for part in (loops[:half], loops[half:]):
                outcome.add(self.take(part))
            return outcome


def refused_by_postgres(loop: MemberLoop, error: DatabaseError) -> Fault:
    """A fault that names the constraint or kind of error, never the row's values."""
    cause = error.__cause__
    diagnosis = getattr(cause, "diag", None)
    named = getattr(diagnosis, "constraint_name", None) or getattr(diagnosis, "column_name", None)
    what = named or type(error).__name__
    return Fault(
        loop.position, "refused", f"The database refuses this loop ({what}): a value is too long or contradicts others."
    )


class _Batch:
    def __init__(self, taker: Taker, loops: Sequence[MemberLoop]):
        self.taker, self.loops = taker, loops
        self.outcome = Outcome()
        self.rows: list[Rows] = []
        self.wishes: list[tuple[Subject, Rows, datetime.date, str]] = []
        self.households: dict[UUID, UUID] = {}

    def run(self) -> Outcome:
        lock_identities()
        subjects = self._find()
        # Their coverage is held before it is read, and the clock is read after that.
        people = {s.member.pk for s in subjects if s.member and not s.is_new}
        people |= {c.member_id for s in subjects for c in s.family}
        self.at = lock_for_change(people)
        self._read(people)
        worked: list[tuple[Subject, Rows]] = []
        for subject in subjects:
            rows = Rows()
            try:
                changes = self._changes(subject)
                self._coverage(subject, changes, rows)
            except Refused as refused:
                self._refuse(subject.loop, refused)
                continue
            self._person(subject, rows)
            self._wish(subject, changes, rows)
            worked.append((subject, rows))
        self._primary_care()
        for subject, rows in worked:
            self._count(subject, rows)
        self._write()
        return self.outcome

    # --- Who ---------------------------------------------------------------------------------------------

    def _find(self) -> list[Subject]:
        subjects: list[Subject] = []
        for loop in self.loops:
            try:
                if loop.faults:
                    fault = loop.faults[0]
                    raise Refused(fault.code, fault.reason)
                subjects.append(Subject(loop, self.taker.catalogue.group(loop, inherited_group(loop)), person_of(loop)))
            except Refused as refused:
                self._refuse(loop, refused)
        finder = self.taker.finder
        finder.find_contracts(subjects)
        self._follow_the_file(subjects)
        standing: list[Subject] = []
        unknown: list[Subject] = []
        for subject in subjects:
            try:
                finder.by_contract(subject)
                self._require_known(subject)
            except Refused as refused:
                self._refuse(subject.loop, refused)
                continue
            (standing if subject.member else unknown).append(subject)
        refusals = finder.by_person(unknown) if unknown else {}
        for place, subject in enumerate(unknown):
            if place in refusals:
                self._refuse(subject.loop, refusals[place])
                continue
            subject.is_new = subject.member is None
            standing.append(subject)
        return standing

    def _follow_the_file(self, subjects: Iterable[Subject]) -> None:
        """A dependant under a number that nobody holds belongs to the subscriber before it, if they share the name.

        Some senders put the dependant's own number in REF*0F.
        """
        lost = [s for s in subjects if s.contract is None and not s.loop.is_subscriber and s.loop.follows]
        stand_ins = [Subject(s.loop, s.group, s.person) for s in lost]
        for stand_in in stand_ins:
            stand_in.loop.own_number = stand_in.loop.subscriber_number
            stand_in.loop.subscriber_number = stand_in.loop.follows[0]
        self.taker.finder.find_contracts(stand_ins)
        for subject, stand_in in zip(lost, stand_ins, strict=True):
            shares_name = subject.loop.follows[2].lower() == subject.loop.name.family.lower()
            if stand_in.contract is not None and shares_name:
                subject.contract, subject.family = stand_in.contract, stand_in.family
            else:
                subject.loop.subscriber_number = subject.loop.own_number

    def _require_known(self, subject: Subject) -> None:
        if subject.contract is None and not subject.loop.is_subscriber:
            raise Refused(
                "unknown_subscriber",
                "No subscriber holds the number in REF*0F in this group, here or in the file. Send the subscriber's "
                "addition, then replay.",
            )
        if subject.coverage is None and not subject.brings_somebody:
            raise Refused(
                "unknown_member",
                "INS03 changes or ends somebody who was never added under this group and number. Send the addition "
                "(021), then replay.",
            )

    # --- What is known -----------------------------------------------------------------------------------

    def _read(self, people: set[UUID]) -> None:
        self.periods: dict[tuple[UUID, str], dict[Segment, CoveragePeriod]] = defaultdict(dict)
        self.places: dict[tuple[UUID, str], list[CoveragePeriod]] = defaultdict(list)
        for row in CoveragePeriod.objects.as_known_at().filter(member__in=people):
            self.periods[row.coverage_id, row.benefit][segment_of(row)] = row
            self.places[row.member_id, row.benefit].append(row)
        self.addresses = defaultdict(dict)
        for address in MemberAddress.objects.filter(member__in=people, period__upper_inf=True):
            self.addresses[address.member_id][address.use] = address
        self.telecoms = defaultdict(set)
        for member_id, system, value in MemberTelecom.objects.filter(member__in=people).values_list(
            "member_id", "system", "value"
        ):
            self.telecoms[member_id].add((system, value))
        self.races = set(RaceEthnicity.objects.filter(member__in=people).values_list("member_id", "code"))
        self.identifiers = set(MemberIdentifier.objects.filter(member__in=people).values_list("member_id", "system"))
        self.taken = set(
            MemberIdentifier.objects.filter(
                system=SSN_SYSTEM,
                value__in=[p for loop in self.loops if (p := person_of(loop).ssn)],
                period__upper_inf=True,
            ).values_list("value", flat=True)
        )
        emails = [value.lower() for loop in self.loops for system, value in loop.telecoms if system == "email"]
        self.accounts = set(
            User.objects.annotate(key=Lower("email")).filter(key__in=emails).values_list("key", flat=True)
        )
        self.with_care = set(
            PrimaryCareAssignment.objects.filter(
                member__in=people, period__overlap=(self.taker.as_of, None)
            ).values_list("member_id", flat=True)
        )

    def _now(self, coverage: Coverage | None) -> dict[str, Timeline]:
        if coverage is None:
            return {}
        return {
            benefit: tuple(sorted(held, key=lambda segment: segment.start))
            for benefit in CoveragePeriod.BenefitKind.values
            if (held := self.periods.get((coverage.pk, benefit)))
        }

    # --- Coverage ----------------------------------------------------------------------------------------

    def _changes(self, subject: Subject) -> list[Change]:
        coverage = subject.coverage
        worked = Changes(
            subject,
            self.taker.catalogue,
            self._now(coverage),
            lambda benefit: before_last_change(coverage, benefit) if coverage else (),
        )
        return worked.work_out(self._subscribers_coverage(subject))

    def _subscribers_coverage(self, subject: Subject) -> dict[str, Segment]:
        if subject.loop.is_subscriber or subject.contract is None:
            return {}
        own = next((c for c in subject.family if c.member_id == subject.contract.member_id), None)
        return {benefit: segments[-1] for benefit, segments in self._now(own).items()}

    def _coverage(self, subject: Subject, changes: list[Change], rows: Rows) -> None:
        """The rows that make `changes` believed; raises `Refused` before any is kept."""
        member = subject.member or self._new_member(subject, rows)
        if subject.contract is None:
            group_class = next((c.group_class for c in changes if c.group_class), None)
            subject.contract = CoverageContract(
                member=member, group=subject.group, group_class=group_class, number=subject.number
            )
            rows.add(subject.contract)
        if subject.coverage is None and changes:
            subject.coverage = Coverage(
                member=member,
                contract=subject.contract,
                relationship=subject.loop.relationship[:2],
                number=subject.loop.own_number or subject.loop.client_number,
                administrative_sex=subject.loop.name.sex,
            )
            rows.add(subject.coverage)
        for change in changes:
            self._apply(subject, subject.coverage, change, rows)
        if subject.loop.is_subscriber and not subject.loop.lines:
            self._end_family(subject, rows)

    def _end_family(self, subject: Subject, rows: Rows) -> None:
        """A subscriber whose eligibility ends takes the dependants along (INS03 024 or 002 without HD)."""
        if subject.loop.maintenance not in (TERMINATE, CANCEL) or subject.coverage is None:
            return
        for coverage in subject.family:
            if coverage.pk == subject.coverage.pk:
                continue
            worked = Changes(subject, self.taker.catalogue, self._now(coverage), lambda benefit: ())
            for change in worked.work_out():
                self._apply(subject, coverage, change, rows)

    def _apply(self, subject: Subject, coverage: Coverage, change: Change, rows: Rows) -> None:
        now = self.periods.get((coverage.pk, change.benefit), {})
        closed, added = difference(tuple(now), change.after)
        if not closed and not added:
            return
        order = next((row.payer_order for row in now.values()), change.payer_order)
        self._require_place(coverage, change.benefit, order, added)
        rows.closed += [now[segment].pk for segment in closed]
        kept = {segment: row for segment, row in now.items() if segment not in closed}
        for segment in added:
            row = CoveragePeriod(
                member_id=coverage.member_id,
                coverage=coverage,
                product_id=segment.product_id,
                benefit=change.benefit,
                payer_order=order,
                tier=segment.tier,
                valid=(segment.start, segment.end),
                known=(self.at, None),
                source=f"{self.taker.source}, {subject.loop.position}"[:200],
                reason=subject.loop.reason[:20],
                recorded_by=self.taker.by,
            )
            rows.add(row)
            kept[segment] = row
        # A second line of the same benefit in this loop starts from here.
        self.periods[coverage.pk, change.benefit] = kept

    def _require_place(self, coverage: Coverage, benefit: str, order: int, added: list[Segment]) -> None:
        for row in self.places.get((coverage.member_id, benefit), ()):
            if row.coverage_id == coverage.pk or row.payer_order != order:
                continue
            held = segment_of(row)
            for segment in added:
                if (held.end is None or segment.start < held.end) and (segment.end is None or held.start < segment.end):
                    raise Refused(
                        "overlap",
                        "Another coverage stands at this place of the payer order in that period. End that one, or "
                        "send COB01 to say which pays second.",
                    )

    # --- The person --------------------------------------------------------------------------------------

    def _new_member(self, subject: Subject, rows: Rows) -> Member:
        loop = subject.loop
        subject.member = Member(
            pk=uuid7(),
            managing_organization=self.taker.system,
            family=loop.name.family,
            given=loop.name.given,
            middle=loop.name.middle,
            suffix=loop.name.suffix,
            birth_date=loop.name.birth_date,
            sex=loop.name.sex,
            language=loop.language or "en",
            region_id=self.taker.panels.regions.get(loop.address.get("postal_code", "")[:5]),
        )
        rows.add(subject.member)
        return subject.member

    def _person(self, subject: Subject, rows: Rows) -> None:
        loop, member = subject.loop, subject.member
        if loop.death and (member.deceased_at is None or member.deceased_at.date() != loop.death):
            member.deceased_at = datetime.datetime.combine(loop.death, datetime.time(), datetime.UTC)
            if not subject.is_new:
                rows.updates.append((member, ["deceased_at"]))
        if not subject.is_new:
            self._demographics(subject, rows)
        for use, parts in (("home", loop.address), ("mail", loop.mailing)):
            self._address(subject, use, parts, rows)
        known = self.telecoms[member.pk]
        for system, value in loop.telecoms:
            value = value if system == "email" else e164(value)
            if value and (system, value) not in known:
                rows.add(MemberTelecom(member=member, system=system, value=value, rank=len(known) + 1))
                known.add((system, value))
        for code in dict.fromkeys(loop.races):
            if (member.pk, code) not in self.races:
                rows.add(RaceEthnicity(member=member, code=code, source=RaceEthnicity.Source.ENROLMENT))
                self.races.add((member.pk, code))
        ssn = subject.person.ssn
        if ssn and ssn not in self.taken and (member.pk, SSN_SYSTEM) not in self.identifiers:
            rows.add(MemberIdentifier(member=member, system=SSN_SYSTEM, value=ssn))
            self.taken.add(ssn)
        self._household(subject, rows)

    def _demographics(self, subject: Subject, rows: Rows) -> None:
        loop, member = subject.loop, subject.member
        said: dict[str, Any] = {
            "family": loop.name.family,
            "given": loop.name.given,
            "middle": loop.name.middle,
            "suffix": loop.name.suffix,
            "birth_date": loop.name.birth_date,
            "sex": loop.name.sex if loop.name.sex != "unknown" else "",
            "language": loop.language,
        }
        changed = [name for name, value in said.items() if value and getattr(member, name) != value]
        for name in changed:
            setattr(member, name, said[name])
        if changed:
            rows.updates.append((member, changed))

    def _address(self, subject: Subject, use: str, parts: dict[str, str], rows: Rows) -> None:
        if not parts.get("line1") and not parts.get("postal_code"):
            return
        standing = self.addresses[subject.member.pk].get(use)
        if standing is not None and all(getattr(standing, name) == value for name, value in parts.items()):
            return
        on = subject.loop.dates.get("303") or subject.loop.header.on or self.taker.as_of
        if standing is not None:
            lower = standing.period.lower
            if lower is not None and lower >= on:
                on = lower
                rows.ended.append(standing)
            else:
                standing.period = (lower, on)
                rows.updates.append((standing, ["period"]))
        new = MemberAddress(
            member=subject.member, use=use, period=(on if standing is not None else None, None), **parts
        )
        rows.add(new)

    def _household(self, subject: Subject, rows: Rows) -> None:
        """A dependant who is new lives with the subscriber, unless the loop gives another address."""
        if not subject.is_new or subject.loop.is_subscriber or subject.loop.address:
            return
        subscriber = next((c.member for c in subject.family if c.member_id == subject.contract.member_id), None)
        if subscriber is None:
            return
        if subscriber.household_id is None:
            household_id = self.households.get(subscriber.pk)
            if household_id is None:
                household = Household(pk=uuid7(), managing_organization=self.taker.system)
                rows.add(household)
                household_id = self.households[subscriber.pk] = household.pk
                subscriber.household_id = household_id
                rows.updates.append((subscriber, ["household"]))
        subject.member.household_id = subscriber.household_id or household_id
        home = self.addresses[subscriber.pk].get("home")
        if home is not None:
            fields = ("line1", "line2", "city", "state", "postal_code", "country")
            rows.add(
                MemberAddress(
                    member=subject.member, period=(None, None), **{name: getattr(home, name) for name in fields}
                )
            )
            subject.member.region_id = subscriber.region_id

    # --- Primary care, invitation, audit -----------------------------------------------------------------

    def _wish(self, subject: Subject, changes: list[Change], rows: Rows) -> None:
        medical = [s for change in changes if change.benefit == "medical" for s in change.after]
        standing = [s for s in medical if s.end is None or s.end > self.taker.as_of]
        if not standing or subject.member.pk in self.with_care or subject.loop.maintenance in (TERMINATE, CANCEL):
            return
        npi = next((line.clinician_npi for line in subject.loop.lines if line.clinician_npi), "")
        self.wishes.append((subject, rows, max(standing[-1].start, self._care_since(subject)), npi))
        if subject.is_new or subject.loop.maintenance == REINSTATE:
            self._invite(subject, rows)

    def _care_since(self, subject: Subject) -> datetime.date:
        return subject.member.birth_date or datetime.date.min

    def _postal(self, subject: Subject, rows: Rows) -> str:
        for address in rows.new.get(MemberAddress, []):
            if address.use == "home":
                return address.postal_code[:5]
        standing = self.addresses[subject.member.pk].get("home")
        return standing.postal_code[:5] if standing else ""

    def _primary_care(self) -> None:
        wishes = [(self._postal(subject, rows), subject.member.language, npi) for subject, rows, _, npi in self.wishes]
        for (subject, rows, since, _), place in zip(self.wishes, self.taker.panels.assign(wishes), strict=True):
            if place is None:
                self.outcome.without_primary_care += 1
                continue
            chosen, is_wish = place
            origin = PrimaryCareAssignment.Origin.ENROLMENT if is_wish else PrimaryCareAssignment.Origin.ASSIGNED
            rows.add(
                PrimaryCareAssignment(
                    member=subject.member,
                    clinician_id=chosen.clinician_id,
                    department_id=chosen.department_id,
                    period=(since, None),
                    origin=origin,
                )
            )

    def _invite(self, subject: Subject, rows: Rows) -> None:
        member = subject.member
        born = member.birth_date
        if member.user_id or member.deceased_at or (born and _years(born, self.taker.as_of) < ADULT):
            return
        language = member.language if member.language in ("en", "es") else "en"
        message = OutboxMessage(
            dedupe_key=f"members.portal_invitation:{member.pk}",
            channel=OutboxMessage.Channel.LETTER,
            template="portal_invitation",
            member_id=member.pk,
            language=language,
            context={"given_name": member.given},
        )
        email = next((value.lower() for system, value in subject.loop.telecoms if system == "email"), "")
        # A couple that shares an address shares no account: the second gets a letter.
        if email and subject.is_new and email not in self.accounts:
            self.accounts.add(email)
            user = User(email=email, name=str(member), language=language, password=make_password(None))
            rows.add(user)
            member.user = user
            message.channel, message.template = OutboxMessage.Channel.EMAIL, "invitation"
            message.user, message.address, message.url_path = user, email, invitation_path(user)
            message.context["days"] = INVITATION_DAYS
        if subject.is_new:
            rows.add(message)
        else:
            # One who was here before may have been invited already.
            rows.again.append(message)

    def _count(self, subject: Subject, rows: Rows) -> None:
        if rows.is_empty:
            self.outcome.unchanged += 1
            return
        self.outcome.accepted += 1
        self.outcome.created += subject.is_new
        rows.add(
            AuditEvent(
                user_id=self.taker.by.pk,
                role="job",
                action="create" if subject.is_new else "update",
                verb="interop.import_x12",
                member_id=subject.member.pk,
                object_type="members.member",
                object_id=str(subject.member.pk),
                reason=self.taker.source[:300],
                detail={"maintenance": subject.loop.maintenance},
            )
        )
        self.rows.append(rows)

    def _refuse(self, loop: MemberLoop, refused: Refused) -> None:
        position = loop.position
        for fault in loop.faults[:1]:
            position = f"{fault.position}; {loop.position}"
        self.outcome.refused.append((loop, Fault(position[:100], refused.code, refused.reason)))

    # --- Written -----------------------------------------------------------------------------------------

    def _write(self) -> None:
        closed = [pk for rows in self.rows for pk in rows.closed]
        if closed:
            close_known(closed, self.at)
        for rows in self.rows:
            for row in rows.ended:
                row.delete()
            for row, names in rows.updates:
                row.save(update_fields=names)
        OutboxMessage.objects.bulk_create([m for rows in self.rows for m in rows.again], ignore_conflicts=True)
        for model in WRITTEN:
            new = [row for rows in self.rows for row in rows.new.get(model, ())]
            if new:
                copy_rows(model, new)


def inherited_group(loop: MemberLoop) -> str:
    """The group of the subscriber before a dependant that names none."""
    return loop.follows[1] if loop.follows and not loop.is_subscriber else ""


def _years(born: datetime.date, on: datetime.date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
