"""What somebody who is covered gets besides: a primary care clinician with room, an account and its invitation."""

import datetime
import secrets
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from core.accounts import INVITATION_DAYS, invitation_path
from core.ids import uuid7
from core.models import OutboxMessage, User
from interop.x12.changes import Change
from interop.x12.codes import CANCEL, REINSTATE, TERMINATE
from interop.x12.people import Subject
from interop.x12.person import Persons
from interop.x12.standing import Standing
from interop.x12.writing import Rows, Values, period
from members.models import PrimaryCareAssignment
from members.panels import Panels, Wanted

ADULT = 18


@dataclass(slots=True)
class Wish:
    """Somebody who needs a clinician, from which day, and whom the file names."""

    subject: Subject
    rows: Rows
    since: datetime.date
    npi: str


class Welcome:
    """Primary care and invitations of one batch."""

    def __init__(self, standing: Standing, persons: Persons, panels: Panels, as_of: datetime.date) -> None:
        self.standing, self.persons, self.panels, self.as_of = standing, persons, panels, as_of
        self.wishes: list[Wish] = []

    def wish(self, subject: Subject, changes: list[Change], rows: Rows) -> None:
        """Note who is covered from now on or will be, and has nobody yet."""
        medical = [s for change in changes if change.benefit == "medical" for s in change.after]
        standing = [s for s in medical if s.end is None or s.end > self.as_of]
        member = subject.member
        assert member is not None
        if not standing or subject.loop.maintenance in (TERMINATE, CANCEL) or member.id in self.standing.with_care:
            return
        npi = next((line.clinician_npi for line in subject.loop.lines if line.clinician_npi), "")
        self.wishes.append(Wish(subject, rows, max(standing[-1].start, member.birth_date or datetime.date.min), npi))
        if subject.is_new or subject.loop.maintenance == REINSTATE:
            self._invite(subject, rows)

    def assign(self, *, hold: bool) -> int:
        """A clinician for each wish; how many go without since nobody near has room. `hold`: lock their panels."""
        wishes = [self._wanted(wish) for wish in self.wishes]
        without = 0
        for wish, place in zip(self.wishes, self.panels.assign(wishes, hold=hold), strict=True):
            if place is None:
                without += 1
                continue
            chosen, is_wish = place
            origin = PrimaryCareAssignment.Origin.ENROLMENT if is_wish else PrimaryCareAssignment.Origin.ASSIGNED
            wish.rows.add(
                "members.primarycareassignment",
                member_id=_id(wish.subject),
                clinician_id=chosen.clinician_id,
                department_id=chosen.department_id,
                period=period(wish.since),
                origin=origin.value,
            )
        return without

    def _wanted(self, wish: Wish) -> Wanted:
        member = wish.subject.member
        assert member is not None
        born = member.birth_date
        age = years(born, max(wish.since, self.as_of)) if born else None
        return Wanted(self._postal(wish), member.language, age, wish.npi, member.region_id)

    def _postal(self, wish: Wish) -> str:
        home = self.standing.addresses[_id(wish.subject)].get("home")
        return home.parts["postal_code"][:5] if home else ""

    def _invite(self, subject: Subject, rows: Rows) -> None:
        member = subject.member
        assert member is not None
        born = member.birth_date
        if member.user_id or member.deceased_at or (born and years(born, self.as_of) < ADULT):
            return
        language = member.language if member.language in ("en", "es") else "en"
        message: Values = {
            "id": uuid7(),
            "dedupe_key": f"members.portal_invitation:{member.id}",
            "channel": OutboxMessage.Channel.LETTER.value,
            "template": "portal_invitation",
            "member_id": member.id,
            "language": language,
            "context": {"given_name": member.given},
            "user_id": None,
            "address": "",
            "url_path": "",
        }
        email = subject.email
        # A couple that shares an address shares no account: the second gets a letter.
        if email and subject.is_new and email not in self.standing.accounts:
            self.standing.accounts.add(email)
            user = account(email, f"{member.given} {member.family}".strip(), language)
            rows.add("core.user", **user)
            self.persons.set(subject, rows, user_id=user["id"])
            message |= {
                "channel": OutboxMessage.Channel.EMAIL.value,
                "template": "invitation",
                "user_id": user["id"],
                "address": email,
                "url_path": invitation_path(User(pk=user["id"], password=user["password"])),
                "context": {"given_name": member.given, "days": INVITATION_DAYS},
            }
        if subject.is_new:
            rows.add("core.outboxmessage", **message)
        else:
            # One who was here before may have been invited already.
            rows.again.append(message)


def account(email: str, name: str, language: str) -> Values:
    """An account that nobody can sign in to before its invitation was followed."""
    password = UNUSABLE_PASSWORD_PREFIX + secrets.token_hex(20)
    return {"id": uuid7(), "email": email, "name": name, "language": language, "password": password}


def _id(subject: Subject) -> UUID:
    assert subject.member is not None
    return subject.member.id


def years(born: datetime.date, on: datetime.date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
