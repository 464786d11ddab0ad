"""ADT: who somebody is, and where they were seen or lay; each by the actions that the screens use.

Enrolment is the authority on a covered member: what another place says of their name, address or phone fills what is
empty here and changes nothing that stands.
"""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from clinical.actions.tasks import create_task
from clinical.actions.visits import record_outside_visit
from clinical.models import Encounter
from interop.hl7v2.faults import ErrorCode, Fault
from interop.hl7v2.people import Incoming
from interop.hl7v2.read import Segment
from interop.hl7v2.work import ACCEPTED, CHANGED, UNCHANGED, Work, overall
from members.actions import add_telecom, change_address, lock_identities, register_member, update_member
from members.deaths import record_death
from members.matching import SSN_SYSTEM
from members.models import Member, MemberAddress, MemberTelecom, PrimaryCareAssignment
from network.models import RoleAssignment, ServiceArea
from plans.models import Coverage

# Event → what becomes of the visit: its status, or None where the event is about the person alone.
EVENTS: dict[str, str | None] = {
    "A01": "in-progress",
    "A03": "finished",
    "A04": "in-progress",
    "A08": "",  # as it stands
    "A11": "cancelled",
    "A13": "in-progress",
    "A28": None,
    "A31": None,
}
# Who is not known yet becomes somebody by these; the others are about somebody told of before.
REGISTERING = ("A01", "A04", "A28")
# PV1-2 (table 0004) → HL7 v3 ActCode for Encounter.class.
CLASSES = {"I": "IMP", "B": "IMP", "E": "EMER", "O": "AMB", "R": "AMB"}
# Nobody has come yet.
PREADMITTED = "P"
# CMS transitional care management: contact within two business days of a discharge.
CONTACT = timedelta(days=2)


def take(work: Work, event: str) -> str:
    """One ADT. Raises `Fault`."""
    incoming = work.person(work.message.one("PID"))
    if event in REGISTERING:
        # Two imports that meet the same new person must not both find nobody.
        lock_identities()
    member = work.find(incoming)
    outcomes = []
    if member is None and event not in REGISTERING:
        member = work.known(incoming)
    if member is None:
        member = _register(work, incoming)
        outcomes.append(ACCEPTED)
    else:
        outcomes.append(CHANGED if _renew(work, incoming, member) else UNCHANGED)
    if _died(work, incoming, member):
        outcomes.append(CHANGED)
    pv1 = work.message.first("PV1")
    status = EVENTS[event]
    if status is not None and pv1 is not None and pv1.text(2).upper() != PREADMITTED:
        outcomes.append(_visit(work, member, pv1, status))
    return overall(outcomes)


# --- The person -----------------------------------------------------------------------------------------------------


def _register(work: Work, incoming: Incoming) -> Member:
    """Somebody new, as told. Raises `Fault` where there is too little to know them again."""
    if incoming.person.birth_date is None or not incoming.person.given:
        reason = "PID-7 or the given name in PID-5 is empty: somebody new could not be known again."
        raise Fault("no_birth_date", reason, incoming.segment.at(7), error=ErrorCode.REQUIRED_FIELD)
    identifiers = [*incoming.identifiers]
    if incoming.person.ssn:
        identifiers.append((SSN_SYSTEM, incoming.person.ssn))
    address = {**incoming.address, "use": "home"} if incoming.address else None
    area = ServiceArea.objects.filter(
        region__system=work.system, postal_code=incoming.address.get("postal_code", "")[:5]
    ).first()
    member = register_member(
        by=work.by,
        managing_organization=work.system,
        address=address,
        telecoms=incoming.telecoms,
        identifiers=identifiers,
        region=area.region if area else None,
        **incoming.fields,
    )
    work.about(member)
    return member


def _renew(work: Work, incoming: Incoming, member: Member) -> bool:
    """Whether anything about somebody known changed."""
    covered = Coverage.objects.filter(member=member).exists()
    said: dict[str, Any] = {
        name: value for name, value in incoming.fields.items() if value not in ("", None, "unknown")
    }
    if covered:
        said = {name: value for name, value in said.items() if getattr(member, name) in ("", None, "unknown")}
    changed = bool(update_member(member, by=work.by, reason="ADT", **said))
    return any((changed, _move(work, incoming, member, covered), _call(work, incoming, member, covered)))


def _move(work: Work, incoming: Incoming, member: Member, covered: bool) -> bool:
    standing = MemberAddress.objects.filter(member=member, use="home", period__upper_inf=True).first()
    if not incoming.address or (covered and standing is not None):
        return False
    if standing is not None and all(getattr(standing, name) == value for name, value in incoming.address.items()):
        return False
    change_address(member, by=work.by, on=timezone.localdate(), **incoming.address)
    return True


def _call(work: Work, incoming: Incoming, member: Member, covered: bool) -> bool:
    """Numbers not known yet; for a covered member only where there is none of the kind."""
    standing = set(MemberTelecom.objects.filter(member=member, period__upper_inf=True).values_list("system", "value"))
    kinds = {system for system, _value in standing}
    new = [pair for pair in incoming.telecoms if pair not in standing and not (covered and pair[0] in kinds)]
    for system, value in reversed(new):
        add_telecom(member, by=work.by, system=system, value=value, on=timezone.localdate())
    return bool(new)


def _died(work: Work, incoming: Incoming, member: Member) -> bool:
    """PID-30 says that the person has died; PID-29 when. Raises `Fault` without a time."""
    if incoming.segment.text(30).upper() != "Y" or member.deceased_at is not None:
        return False
    at = work.message.moment(incoming.segment, 29, work.zone)
    if at is None or at.lower > timezone.now():
        reason = "PID-30 says that the person has died, and PID-29 does not say when."
        raise Fault("date", reason, incoming.segment.at(29), error=ErrorCode.REQUIRED_FIELD)
    record_death(member, by=work.by, at=at.lower, reason="ADT (PID-30)")
    return True


# --- The visit ------------------------------------------------------------------------------------------------------


def _visit(work: Work, member: Member, pv1: Segment, status: str) -> str:
    number = _number(work, pv1)
    if not number:
        return UNCHANGED
    standing = Encounter.objects.filter(source_system=work.source, source_id=number).select_related("member").first()
    if standing is not None and standing.member_id != member.pk:
        reason = "PV1-19 is the number of another person's visit."
        raise Fault("visit_number", reason, pv1.at(19), error=ErrorCode.DUPLICATE_KEY)
    if standing is None and status in ("", "cancelled"):
        return UNCHANGED
    start, end = (_at(work, pv1, field) for field in (44, 45))
    kind = CLASSES.get(pv1.text(2).upper(), "")
    if not status:
        status = "finished" if end is not None else standing.status if standing is not None else "in-progress"
    if status == "finished" and end is None:
        end = _sent_at(work)
    try:
        found, changed = record_outside_visit(
            by=work.by,
            member=member,
            source=work.source,
            source_id=number,
            kind=kind,
            status=status,
            start=start or (_sent_at(work) if standing is None else None),
            end=end,
            reason=_reason(work),
        )
    except ValidationError as error:
        raise Fault("date", f"PV1-45: {' '.join(error.messages)}", pv1.at(45), error=ErrorCode.DATA_TYPE) from error
    if changed and status == "finished" and kind == "IMP":
        _ask_for_contact(work, member, found)
    return UNCHANGED if not changed else ACCEPTED if standing is None else CHANGED


def _number(work: Work, pv1: Segment) -> str:
    """The visit's number; the account's where there is none. Empty: nothing by which it could be known again."""
    number = pv1.text(19) or work.message.one("PID").text(18)
    return f"visit|{number}"[:80] if number else ""


def _at(work: Work, pv1: Segment, number: int) -> datetime | None:
    at = work.message.moment(pv1, number, work.zone)
    return at.lower if at else None


def _sent_at(work: Work) -> datetime | None:
    """When it happened (EVN-6), was recorded (EVN-2) or, for want of that, sent (MSH-7)."""
    evn = work.message.first("EVN")
    for segment, number in ((evn, 6), (evn, 2), (work.message.msh, 7)):
        if segment is not None and (at := work.message.moment(segment, number, work.zone)):
            return at.lower
    return None


def _reason(work: Work) -> str:
    pv2 = work.message.first("PV2")
    return (pv2.text(3, 2) or pv2.text(3)) if pv2 is not None else ""


def _ask_for_contact(work: Work, member: Member, visit: Encounter) -> None:
    """Home from a hospital elsewhere: the member's own practice calls them, as after a stay of ours."""
    care = PrimaryCareAssignment.objects.filter(member=member, period__contains=timezone.localdate())
    found = care.select_related("department").first()
    if found is None or member.deceased_at is not None:
        return
    with override(None):
        title = _("Home from a hospital elsewhere: call")
    create_task(
        by=work.by,
        member=member,
        kind="follow_up",
        title=title,
        due_at=timezone.now() + CONTACT,
        department=found.department,
        role=RoleAssignment.Role.NURSE,
        priority="urgent",
        focus=visit,
        dedupe_key=f"interop.discharge:{visit.pk}",
    )
