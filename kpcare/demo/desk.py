"""What administration finds on its first day: people who came twice, an import with something set aside, a record
opened by reason."""

import datetime
import json

from clinical.models import BreakTheGlass
from core.ids import uuid7
from core.models import OutboxMessage, User
from interop.models import ImportRun, SetAside
from interop.x12 import enrolment
from interop.x12.loop import envelope
from interop.x12.people import person_of, review_source
from interop.x12.segments import Delimiters
from kpcare.demo.sign_ins import add_account
from kpcare.demo.world import EVER, World
from members import matching
from members.models import MatchReview, Member, MemberAddress, MemberTelecom
from network.models import RoleAssignment

REASON = "Called by the emergency department: chest pain, needs her medicines and allergies"


def add(place: World, family: list[str], staff: dict[str, User], today: datetime.date) -> None:
    """Lay it beside the members that are there already. Deterministic: it picks by key."""
    maria = Member.objects.get(pk=family[0])
    adults = Member.objects.filter(
        managing_organization=place.system, birth_date__lt=today - datetime.timedelta(days=9000)
    )
    others = list(adults.exclude(pk__in=family).order_by("pk")[:2])
    _opened_by_reason(place, maria, today)
    if len(others) == 2:
        _twice(place, others[0], today)
        _import(place, others[1], staff["plan_administrator"], today)


def _at(day: datetime.date, hour: int, minute: int = 0) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour, minute), datetime.UTC)


def _opened_by_reason(place: World, maria: Member, today: datetime.date) -> None:
    """A physician of another market opened Maria's record some days ago; she has not looked yet who it was."""
    site = place.markets[1].sites[0]
    doctor = site.clinicians[0]
    user = add_account("emergency.physician@demo.example", name=str(doctor))
    RoleAssignment.objects.create(
        user=user,
        role="physician",
        organization=place.medical_group,
        facility=site.facility,
        department=site.departments["FM"],
        period=EVER,
    )
    type(doctor).objects.filter(pk=doctor.pk).update(user=user)
    opened = _at(today - datetime.timedelta(days=3), 21, 14)
    access = BreakTheGlass.objects.create(
        member=maria, user=user, reason=REASON, at=opened, until=opened + datetime.timedelta(hours=4)
    )
    OutboxMessage.objects.create(
        dedupe_key=f"record_opened:{access.pk}:portal",
        channel="portal",
        template="record_opened",
        user=maria.user,
        member_id=maria.pk,
        language=maria.language[:2],
        url_path="/record/access/",
        status="sent",
        sent_at=opened,
        created_at=opened,
    )


def _twice(place: World, known: Member, today: datetime.date) -> None:
    """The same person registered again in an emergency: name misspelt, same birth date, phone and street."""
    again = Member.objects.create(
        managing_organization=place.system,
        family=known.family,
        given=known.given[:-1] + ("e" if known.given[-1:] != "e" else "a"),
        birth_date=known.birth_date,
        sex=known.sex,
        language=known.language,
        region=known.region,
    )
    for model in (MemberAddress, MemberTelecom):
        row = model.objects.filter(member=known, period__contains=today).order_by("pk").first()
        if row is not None:
            row.pk, row.member, row._state.adding = uuid7(), again, True
            row.save(force_insert=True)


def _loop(number: str, family: str, given: str, born: str, sex: str, group: str) -> str:
    """A member loop of an 834 as an employer sends it, with the envelope that set-aside loops keep."""
    return (
        f"{envelope(Delimiters())}ST*834*0001*005010X220A1~BGN*00*1*20261121*0600****2~"
        f"N1*IN*REDWOOD HEALTH PLAN*FI*94-0000001~"
        f"INS*Y*18*021*28*A***FT~REF*0F*{number}~REF*1L*{group}~DTP*356*D8*20261101~"
        f"NM1*IL*1*{family.upper()}*{given.upper()}~N3*12 HARBOR ST~N4*OAKLAND*CA*94611~DMG*D8*{born}*{sex}~"
        f"HD*021**HMO*GOLD-HMO*EMP~DTP*348*D8*20261101~"
    )


def _import(place: World, known: Member, by: User, today: datetime.date) -> None:
    """The month's file of one employer: most taken, three set aside, one of them for a person to decide."""
    group = place.groups[0]
    run = ImportRun.objects.create(
        kind="x12_834",
        managing_organization=place.system,
        file_name=f"enrolment-{group.number}-{today:%Y-%m}.834",
        digest=known.pk.hex * 2,
        status="done",
        total=57,
        counts={"accepted": 41, "unchanged": 13, "created": 6, "without_primary_care": 0, "set_aside": 3},
        started_by=by,
        started_at=_at(today - datetime.timedelta(days=1), 6),
        finished_at=_at(today - datetime.timedelta(days=1), 6, 1),
    )
    sex = {"female": "F", "male": "M"}.get(known.sex, "U")
    unsure = _loop("70021", known.family, known.given[:-1], f"{known.birth_date:%Y%m%d}", sex, group.number)
    _review(place, known, unsure, group.number)
    set_aside = (
        (
            "segment 214, loop 2000",
            "match_review",
            "This may be somebody we know. Decide in the match review queue, then replay.",
            unsure,
        ),
        (
            "segment 388, loop 2000",
            "unknown_group",
            "The plan has no group with the number in REF*1L. Add the group, then replay.",
            _loop("70044", "Castellanos", "Irene", "19830412", "F", "699999"),
        ),
        (
            "segment 431, loop 2000",
            "bad_date",
            "DMG02 is not a date. Ask the sender for the date of birth, and to send the loop again.",
            _loop("70051", "Whitfield", "Owen", "19920231", "M", group.number),
        ),
    )
    SetAside.objects.bulk_create(
        SetAside(
            run=run,
            managing_organization=place.system,
            position=position,
            code=code,
            reason=reason,
            payload=json.dumps({"x12": loop, "follows": None}),
        )
        for position, code, reason, loop in set_aside
    )


def _review(place: World, known: Member, sent: str, group_number: str) -> None:
    """The question that the import asks about a person: decided and tried again, the loop is taken."""
    loop = enrolment.read_one(sent)
    if loop is None:
        raise ValueError("The demo's own loop cannot be read.")
    person = person_of(loop)
    candidates = next(iter(matching.candidates_for([person], place.system.pk)))
    _verdict, matches = matching.decide(person, candidates)
    MatchReview.objects.create(
        managing_organization=place.system,
        source=review_source(group_number, loop.subscriber_number, person),
        incoming={
            "family": person.family,
            "given": person.given,
            "middle": person.middle,
            "birth_date": str(person.birth_date),
            "sex": person.sex,
            "line1": person.line1,
            "postal_code": person.postal_code,
            "group": group_number,
        },
        candidates=[
            {"member": str(match.member_id), "score": match.score, "agreements": match.agreements} for match in matches
        ]
        or [{"member": str(known.pk), "score": matching.NEW, "agreements": {}}],
    )
