"""Who the people of a batch are: by contract and number, by identifier, by what agrees; or set aside for a person."""

import datetime
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from interop.x12.catalogue import Refused
from interop.x12.codes import ADD, AUDIT, CHANGE, CORRECT
from interop.x12.enrolment import MemberLoop, Name
from interop.x12.standing import ContractRow, CoverageRow, MemberRow, People
from members import matching
from members.matching import Person, Verdict
from members.models import MatchReview
from members.querysets import e164, kept_record
from network.models import Organization
from plans.models import EmployerGroup

# Below this what the file says and what we know of the holder of a number contradict each other.
CONTRADICTION = 0.0


@dataclass(slots=True, eq=False)
class Subject:
    """One loop on its way: who it is about and where the coverage hangs."""

    loop: MemberLoop
    group: EmployerGroup
    person: Person
    member: MemberRow | None = None
    is_new: bool = False
    contract: ContractRow | None = None
    coverage: CoverageRow | None = None
    family: list[CoverageRow] = field(default_factory=list)
    # The new member's row while it is being made.
    record: dict | None = None

    @property
    def number(self) -> str:
        return self.loop.subscriber_number

    @property
    def brings_somebody(self) -> bool:
        """Whether the loop may make a record: additions and full lists do, changes and ends do not."""
        return self.loop.maintenance in (ADD, AUDIT)

    @property
    def corrects(self) -> bool:
        """Whether the loop may give somebody another name, birth date or sex: changes, corrections and full lists."""
        return self.loop.maintenance in (CHANGE, CORRECT, AUDIT)

    @property
    def email(self) -> str:
        return next((value.lower() for system, value in self.loop.telecoms if system == "email"), "")


def person_of(loop: MemberLoop, name: Name | None = None) -> Person:
    """What a loop says of its person, as matching compares."""
    name = name or loop.name
    return Person(
        family=name.family,
        given=name.given,
        middle=name.middle,
        birth_date=name.birth_date,
        sex=name.sex,
        line1=loop.address.get("line1", ""),
        postal_code=loop.address.get("postal_code", ""),
        phones=frozenset(e164(value) for system, value in loop.telecoms if system != "email"),
        ssn=matching.ssn_digest(name.id_number)
        if name.id_qualifier == "34" and matching.is_ssn(name.id_number)
        else "",
    )


def review_source(group_number: str, number: str, person: Person) -> str:
    """Names an incoming person the same in every file that sends them, and says nothing about them."""
    text = "|".join(
        (group_number, number, matching.name_key(person.family, person.given), str(person.birth_date), person.ssn)
    )
    return f"x12_834:{hashlib.sha256(text.encode()).hexdigest()[:40]}"


def known_of(member: MemberRow) -> matching.Known:
    """A member as matching compares, by what the member row holds."""
    return matching.Known(
        member.family,
        member.given,
        member.middle,
        member.birth_date,
        member.sex,
        member_id=member.id,
        name_used=member.name_used,
    )


class Finder:
    """Finds the people of one batch with a handful of queries. Holds the identity lock's promise: nobody else adds."""

    def __init__(self, system: Organization) -> None:
        self.system = system
        self.people = People()

    def find_contracts(self, subjects: Iterable[Subject]) -> None:
        """Contract and family of each subject, where the number is known."""
        subjects = list(subjects)
        if not subjects:
            return
        contracts = self.people.contracts({s.group.pk for s in subjects}, {s.number for s in subjects})
        families = self.people.families(c.id for c in contracts.values()) if contracts else {}
        for subject in subjects:
            subject.contract = contracts.get((subject.group.pk, subject.number))
            if subject.contract is not None:
                subject.family = families.get(subject.contract.id, [])

    def by_contract(self, subject: Subject) -> None:
        """The holder of the number, or the dependant of that name under it. Raises `Refused` on a contradiction."""
        if subject.contract is None:
            return
        if subject.loop.is_subscriber:
            self._require_agreement(subject, subject.contract.member)
            subject.member = subject.contract.member
        else:
            subject.member = self._dependant(subject)
        self._hang(subject)

    @staticmethod
    def _hang(subject: Subject) -> None:
        subject.coverage = next((c for c in subject.family if c.member is subject.member), None)

    def _require_agreement(self, subject: Subject, member: MemberRow) -> None:
        said = [subject.person]
        if subject.loop.prior is not None:
            said.append(person_of(subject.loop, subject.loop.prior))
        is_another = max(matching.score(person, known_of(member)).score for person in said) < CONTRADICTION
        # Somebody added under another given name is another, however alike the rest: a twin, a parent of the same name.
        if subject.loop.maintenance == ADD and not any(same_given(person, member) for person in said):
            is_another = True
        if is_another:
            raise Refused(
                "number_taken",
                "Another person holds this subscriber number (REF*0F) in this group: name and birth date disagree. Ask "
                "the group which number is right.",
                subject.loop.at("REF", "0F"),
            )

    def _dependant(self, subject: Subject) -> MemberRow | None:
        """Who of the family it is. Twins differ in nothing but their given names, and those may be alike."""
        said = [subject.person]
        if subject.loop.prior is not None:
            said.append(person_of(subject.loop, subject.loop.prior))
        alike: dict[UUID, tuple[float, MemberRow]] = {}
        for coverage in subject.family:
            score = max(matching.score(person, known_of(coverage.member)).score for person in said)
            if score >= matching.NEW - 6:
                alike[coverage.member.id] = (score, coverage.member)
        named = [row for row in alike.values() if any(same_given(person, row[1]) for person in said)]
        if named:
            return max(named, key=lambda row: row[0])[1]
        # Another given name: only a correction may mean somebody who is known, and then one person alone.
        if len(alike) == 1 and subject.loop.maintenance in (CHANGE, CORRECT) and not self._waits(subject):
            ((_score, member),) = alike.values()
            return member if "unknown" in (member.sex, subject.person.sex) or member.sex == subject.person.sex else None
        return None

    def _waits(self, subject: Subject) -> bool:
        """Whether a person is to decide, or has decided, who this is."""
        return MatchReview.objects.filter(source=self._source(subject)).exists()

    def by_person(self, subjects: list[Subject]) -> dict[int, Refused]:
        """Find the rest among all members of the system; who cannot be told is put up for review and refused."""
        refused: dict[int, Refused] = {}
        decided = self._decisions(subjects)
        found = matching.candidates_for([s.person for s in subjects], self.system.pk)
        wanted: dict[UUID, list[Subject]] = {}
        for place, (subject, candidates) in enumerate(zip(subjects, found, strict=True)):
            review = decided.get(self._source(subject)) if decided else None
            if review is not None and review.status != MatchReview.Status.OPEN:
                if review.status == MatchReview.Status.SAME and review.decided_member is not None:
                    # Merged since it was decided, the record that stayed is meant.
                    wanted.setdefault(kept_record(review.decided_member).pk, []).append(subject)
                continue
            if not candidates:
                continue
            verdict, matches = matching.decide(subject.person, candidates)
            if verdict is Verdict.SAME:
                wanted.setdefault(matches[0].member_id, []).append(subject)
            elif verdict is Verdict.REVIEW:
                if review is None:
                    self._ask(subject, matches)
                refused[place] = Refused(
                    "match_review",
                    "This may be somebody we know. Decide in the match review queue, then replay.",
                    subject.loop.at("NM1"),
                )
        if wanted:
            for pk, member in self.people.read_members(wanted).items():
                for subject in wanted[pk]:
                    subject.member = member
                    self._hang(subject)
        return refused

    def _source(self, subject: Subject) -> str:
        return review_source(subject.group.number, subject.number, subject.person)

    def _decisions(self, subjects: list[Subject]) -> dict[str, MatchReview]:
        sources = [self._source(subject) for subject in subjects]
        found = MatchReview.objects.filter(source__in=sources).select_related("decided_member")
        return {review.source: review for review in found}

    def _ask(self, subject: Subject, matches: list[matching.Match]) -> None:
        person = subject.person
        MatchReview.objects.bulk_create(
            [
                MatchReview(
                    managing_organization=self.system,
                    source=self._source(subject),
                    incoming={
                        "family": person.family,
                        "given": person.given,
                        "middle": person.middle,
                        "birth_date": iso(person.birth_date),
                        "sex": person.sex,
                        "line1": person.line1,
                        "postal_code": person.postal_code,
                        "phones": sorted(person.phones),
                        "group": subject.group.number,
                        "position": subject.loop.position,
                    },
                    candidates=[
                        {"member": str(m.member_id), "score": m.score, "agreements": m.agreements} for m in matches
                    ],
                )
            ],
            ignore_conflicts=True,
        )


def same_given(person: Person, member: MemberRow) -> bool:
    """Whether the given names are one, but for accents, case and signs; a name that is missing says nothing against."""
    said = letters(person.given)
    return not said or not member.given or said in (letters(member.given), letters(member.name_used))


def letters(name: str) -> str:
    return "".join(sign for sign in matching.fold(name) if sign.isalnum())


def iso(day: datetime.date | None) -> str | None:
    return day.isoformat() if day else None
