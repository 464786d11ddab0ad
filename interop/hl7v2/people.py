"""PID → somebody we have: by our record number, by an identifier, by what agrees; or put up for a person to decide."""

import datetime
import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from core.days import is_ahead
from interop.fhir.mapping.people import tag
from interop.hl7v2.faults import ErrorCode, Fault
from interop.hl7v2.read import Field, Segment
from interop.hl7v2.times import parse_day
from members import matching
from members.matching import Known, Person, Verdict
from members.models import MatchReview, Member, MemberIdentifier
from members.querysets import e164, kept_record
from network.models import Organization

# HL7 table 0001.
SEX = {"F": "female", "M": "male", "O": "other", "A": "other", "N": "other"}
SSN_TYPES = ("SS", "SSN")
# What no longer holds, or never told one person from another (tables 0200, 0190, 0203).
NO_NAME = ("S", "U", "NOUSE", "BAD")
OLD_ADDRESS = ("BA", "BR", "N", "F", "BDL")
NO_PERSON = ("VN", "AN", "ACSN", "XX")
PHONE, EMAIL = ("PH", "CP", "BP", ""), ("INTERNET", "X.400")
# ISO 639-2 and 639-3 as senders write them → BCP 47.
LANGUAGES = {"eng": "en", "spa": "es", "chi": "zh", "zho": "zh", "vie": "vi", "kor": "ko", "rus": "ru", "tgl": "tl"}


@dataclass(frozen=True)
class Incoming:
    """Somebody as PID tells of them. `identifiers` are (system, value); `numbers` may hold our own record number."""

    segment: Segment
    person: Person
    identifiers: tuple[tuple[str, str], ...]
    numbers: tuple[str, ...]
    fields: dict[str, Any] = field(default_factory=dict)
    address: dict[str, str] = field(default_factory=dict)
    telecoms: tuple[tuple[str, str], ...] = ()

    @property
    def source(self) -> str:
        """Names the person the same in every message that tells of them, and says nothing about them."""
        person = self.person
        name = matching.name_key(person.family, person.given)
        text = "|".join((*sorted(map("=".join, self.identifiers)), name, str(person.birth_date), person.ssn))
        return f"hl7v2:{hashlib.sha256(text.encode()).hexdigest()[:40]}"


class Unsure(Fault):
    """May be somebody we know: a person decides in the match review queue."""

    def __init__(self, incoming: Incoming, matches: list[matching.Match]) -> None:
        reason = "PID: this may be somebody we know. Decide in the match review queue, then replay."
        super().__init__("match_review", reason, incoming.segment.at(3), error=ErrorCode.UNKNOWN_KEY)
        self.incoming, self.matches = incoming, matches


def incoming_of(pid: Segment, sender: str) -> Incoming:
    """What PID says. `sender` names the namespace of numbers whose issuer says no more. Raises `Fault`."""
    name = _name(pid)
    family, given = name(1).strip(), name(2).strip()
    if not family:
        raise Fault("no_name", "PID-5 is empty: nothing says who this is.", pid.at(5), error=ErrorCode.REQUIRED_FIELD)
    born = _born(pid)
    sex = SEX.get(pid.text(8).upper(), "unknown")
    address = _address(pid)
    telecoms = tuple(_telecoms(pid))
    numbers = [one for number in (3, 2, 4) for one in pid.repetitions(number)]
    ssn = next((one(1) for one in numbers if one(5).upper() in SSN_TYPES), "") or pid.text(19)
    person = Person(
        family=family,
        given=given,
        middle=name(3).strip(),
        birth_date=born,
        sex=sex,
        line1=address.get("line1", ""),
        postal_code=address.get("postal_code", ""),
        phones=frozenset(value for system, value in telecoms if system != "email"),
        ssn=matching.ssn_digest(ssn) if matching.is_ssn(ssn) else "",
    )
    fields: dict[str, Any] = {"family": family[:100], "given": given[:100], "middle": name(3).strip()[:100]}
    fields |= {"suffix": name(4).strip()[:20], "birth_date": born, "sex": sex}
    if language := pid.text(15).lower():
        fields["language"] = LANGUAGES.get(language) or tag(language)
    return Incoming(
        segment=pid,
        person=person,
        identifiers=tuple(dict.fromkeys(pair for one in numbers if (pair := _identifier(one, sender)))),
        numbers=tuple(dict.fromkeys(one(1).strip() for one in numbers if one(1).strip())),
        fields=fields,
        address=address,
        telecoms=telecoms,
    )


def _name(pid: Segment) -> Field:
    """The legal name, else the first that is a name."""
    names = [one for one in pid.repetitions(5) if one(7).upper() not in NO_NAME]
    legal = next((one for one in names if one(7).upper() == "L"), None)
    return legal or (names[0] if names else Field(()))


def _born(pid: Segment) -> datetime.date | None:
    text = pid.text(7)
    if not text:
        return None
    try:
        born = parse_day(text)
    except ValueError:
        raise Fault("date", "PID-7 is no birth date (YYYYMMDD).", pid.at(7), error=ErrorCode.DATA_TYPE) from None
    if is_ahead(born):
        raise Fault("date", "PID-7 is still to come.", pid.at(7), error=ErrorCode.DATA_TYPE)
    return born


def _address(pid: Segment) -> dict[str, str]:
    standing = [one for one in pid.repetitions(11) if one(7).upper() not in OLD_ADDRESS]
    home = next((one for one in standing if one(7).upper() in ("H", "L", "P")), standing[0] if standing else None)
    if home is None or not (home(1) or home(5)):
        return {}
    return {
        "line1": home(1).strip()[:200],
        "line2": home(2).strip()[:200],
        "city": home(3).strip()[:100],
        "state": home(4).strip()[:50],
        "postal_code": home(5).strip()[:20],
    }


def _telecoms(pid: Segment) -> list[tuple[str, str]]:
    """(system, value) of PID-13 and 14; a number is in component 1, or in its parts (since 2.3)."""
    found: dict[tuple[str, str], None] = {}
    for number in (13, 14):
        for one in pid.repetitions(number):
            kind = one(3).strip().upper()
            if kind in EMAIL or "@" in one(4):
                if email := one(4).strip().lower():
                    found["email", email[:254]] = None
                continue
            digits = one(1).strip() or f"{one(6)}{one(7)}"
            value = e164(digits)
            if kind in PHONE and len(value) >= 10:
                found["sms" if kind == "CP" else "phone", value[:254]] = None
    return list(found)


def _identifier(one: Field, sender: str) -> tuple[str, str] | None:
    """(system, value) of a CX that names a person; social security numbers are kept as digests elsewhere."""
    value, kind = one(1).strip(), one(5).upper()
    if not value or kind in SSN_TYPES or kind in NO_PERSON:
        return None
    namespace, universal, how = (one(4, part).strip() for part in (1, 2, 3))
    if universal and how.upper() in ("ISO", "OID", ""):
        system = f"urn:oid:{universal}"
    elif universal:
        system = universal
    elif namespace:
        system = f"{sender}/{namespace}"
    else:
        return None
    return system[:200], value[:200]


def is_record_number(text: str) -> bool:
    """Nine digits, the last a Luhn check digit: how our own record numbers are written."""
    if not re.fullmatch(r"\d{9}", text):
        return False
    doubled = [int(sign) * (1 + place % 2) for place, sign in enumerate(reversed(text))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


class Finder:
    """Finds people among the members of one system."""

    def __init__(self, system: Organization) -> None:
        self.system = system

    def find(self, incoming: Incoming) -> Member | None:
        """The member that PID means, or None for somebody new. Raises `Fault`, and `Unsure` for a person to decide."""
        return self._by_record_number(incoming) or self._by_identifier(incoming) or self._by_likeness(incoming)

    def _by_record_number(self, incoming: Incoming) -> Member | None:
        """Our own number, where name and birth date do not speak against it."""
        numbers = [number for number in incoming.numbers if is_record_number(number)]
        if not numbers:
            return None
        found = self._standing(Member.objects.filter(mrn__in=numbers, managing_organization=self.system))
        for member in found:
            if agrees(incoming.person, member):
                return member
        return None

    def _by_identifier(self, incoming: Incoming) -> Member | None:
        if not incoming.identifiers:
            return None
        known = MemberIdentifier.objects.filter(
            managing_organization=self.system,
            period__upper_inf=True,
            value__in=[value for _, value in incoming.identifiers],
        ).values_list("system", "value", "member_id")
        ids = {member_id for system, value, member_id in known if (system, value) in incoming.identifiers}
        members = self._standing(Member.objects.filter(pk__in=ids))
        if len(members) > 1:
            reason = "PID-3: its identifiers belong to different members; see which is meant."
            raise Fault("identity", reason, incoming.segment.at(3), error=ErrorCode.DUPLICATE_KEY)
        if members and not agrees(incoming.person, members[0]):
            reason = "PID-5 and PID-7 do not agree with the member who has the identifier in PID-3."
            raise Fault("identity", reason, incoming.segment.at(3), error=ErrorCode.UNKNOWN_KEY)
        return members[0] if members else None

    def _standing(self, members: Any) -> list[Member]:
        """The records that these lead to, merged ones by the one that stayed."""
        return list({kept.pk: kept for one in members if (kept := kept_record(one))}.values())

    def _by_likeness(self, incoming: Incoming) -> Member | None:
        review = MatchReview.objects.filter(managing_organization=self.system, source=incoming.source).first()
        if review is not None and review.status == MatchReview.Status.SAME and review.decided_member_id:
            (member,) = self._standing(Member.objects.filter(pk=review.decided_member_id))
            return member
        if review is not None and review.status == MatchReview.Status.NEW:
            return None
        (candidates,) = matching.candidates_for([incoming.person], self.system.pk)
        verdict, matches = matching.decide(incoming.person, candidates)
        if verdict is Verdict.REVIEW:
            raise Unsure(incoming, matches)
        if verdict is Verdict.SAME:
            return Member.objects.get(pk=matches[0].member_id)
        return None

    def ask(self, unsure: Unsure) -> None:
        """Put the person up for review, once."""
        person = unsure.incoming.person
        MatchReview.objects.bulk_create(
            [
                MatchReview(
                    managing_organization=self.system,
                    source=unsure.incoming.source,
                    incoming={
                        "family": person.family,
                        "given": person.given,
                        "middle": person.middle,
                        "birth_date": person.birth_date.isoformat() if person.birth_date else None,
                        "sex": person.sex,
                        "line1": person.line1,
                        "postal_code": person.postal_code,
                        "phones": sorted(person.phones),
                    },
                    candidates=[
                        {"member": str(one.member_id), "score": one.score, "agreements": one.agreements}
                        for one in unsure.matches
                    ],
                )
            ],
            ignore_conflicts=True,
        )


def agrees(person: Person, member: Member) -> bool:
    """Whether a number that names the member may be believed: the birth date is theirs, and the name speaks for it.

    With the birth date a given name is enough, since family names change; twins differ in it.
    """
    if person.birth_date and member.birth_date and person.birth_date != member.birth_date:
        return False
    known = Known(
        member.family, member.given, member.middle, member.birth_date, member.sex, member_id=member.pk,
        name_used=member.name_used,
    )  # fmt: skip
    given = {matching.fold(known.given), matching.fold(known.name_used or known.given)} - {""}
    has_given = matching.fold(person.given) in given
    if person.birth_date and member.birth_date:
        return has_given or matching.score(person, known).score >= matching.NEW
    return has_given and matching.fold(person.family) == matching.fold(known.family)
