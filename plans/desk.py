"""Enrolment by hand: what an enrolment file does for one person, in one transaction, shown before it is done."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import audit
from core.models import User
from members.invitations import invite_where_known, may_be_invited
from members.models import Member
from members.panels import PanelFull, Panels, assign_primary_care, wanted_by
from members.portal import age_on
from members.querysets import primary_care_of
from network.models import Clinician
from plans import actions, timeline
from plans.models import Coverage, CoverageContract, CoveragePeriod, EmployerGroup, PremiumRate, Product
from plans.timeline import CoverageError, Segment

Date = datetime.date
SELF = "18"
SOURCE = actions.Source("enrolment desk")


@dataclass(frozen=True)
class Enrolment:
    """What is asked for: a person, covered under a contract of a group by a product, from a day on.

    `number` is the subscriber's number in the group; a dependant (`relationship` other than 18) joins the contract
    that holds it, a subscriber opens it.
    """

    member: Member
    group: EmployerGroup
    number: str
    relationship: str
    product: Product
    start: Date
    end: Date | None = None
    tier: str = ""


@dataclass(frozen=True)
class EnrolmentPreview:
    """What enrolling would change: coverage lost and gained, who looks after them, the premium, and what follows."""

    lost: list[Segment]
    gained: list[Segment]
    primary_care: str
    premium: Decimal | None
    follows: list[str]


def _contract(asked: Enrolment) -> CoverageContract | None:
    return CoverageContract.objects.filter(group=asked.group, number=asked.number).select_related("member").first()


def _require_contract(asked: Enrolment) -> CoverageContract | None:
    """The standing contract; None where a subscriber opens a new one. Raises `CoverageError` where it does not fit."""
    actions.refuse_dead_from(asked.member, asked.start)
    contract = _contract(asked)
    if asked.relationship == SELF:
        if contract is not None and contract.member_id != asked.member.pk:
            raise CoverageError("number_taken", _("Another person holds this subscriber number in this group."))
        return contract
    if contract is None:
        raise CoverageError(
            "unknown_subscriber", _("No subscriber holds this number in this group. Enrol the subscriber first.")
        )
    return contract


def preview(asked: Enrolment, *, as_of: Date) -> EnrolmentPreview:
    """What `enrol_by_hand` would change. Raises `CoverageError` where it would."""
    contract = _require_contract(asked)
    coverage = (
        Coverage.objects.filter(contract=contract, member=asked.member, is_former=False).first() if contract else None
    )
    now = tuple(actions.believed(coverage, actions.MEDICAL)) if coverage else ()
    wanted = Segment(asked.start, asked.end, asked.product.pk, asked.tier)
    lost, gained = timeline.difference(now, timeline.enrol(now, wanted))
    if asked.end is None or asked.end > as_of:
        primary_care = _primary_care_words(asked.member, max(asked.start, as_of))
    else:
        primary_care = _("Nothing changes: the coverage lies in the past.")
    return EnrolmentPreview(lost, gained, primary_care, premium_of(asked, as_of), _follows(asked, as_of))


def _primary_care_words(member: Member, on: Date) -> str:
    held = primary_care_of(member, on)
    if held is not None:
        return _("Stays with %(doctor)s, %(place)s.") % {"doctor": held.clinician, "place": held.department}
    panels, wanted = Panels(member.managing_organization_id, on, counted=False), wanted_by(member, on)
    first = next((one for one in panels.offered(wanted, many=20) if one.room), None)
    if first is None and not wanted.postal:
        return _("No address is known: they would have no doctor until one is chosen.")
    if first is None:
        return _("Nobody near has room: they would have no doctor yet.")
    clinician = Clinician.objects.get(pk=first.place.clinician_id)
    return _("%(doctor)s: the nearest with room for %(room)s more.") % {"doctor": clinician, "room": first.room}


def premium_of(asked: Enrolment, on: Date) -> Decimal | None:
    """The monthly premium for the person, by tier and age on the first covered day; None where no rate is stated."""
    age = age_on(asked.member, asked.start)
    rates = PremiumRate.objects.filter(product=asked.product, period__contains=max(asked.start, on))
    if age is not None:
        rates = rates.filter(age_from__lte=age, age_to__gt=age)
    rates = rates.filter(Q(tier=asked.tier) | Q(tier=""))
    rates = rates.filter(Q(region=asked.member.region_id) | Q(region=None))
    best = max(rates, key=lambda rate: (rate.tier == asked.tier, rate.region_id is not None), default=None)
    return best.amount if best else None


def _follows(asked: Enrolment, as_of: Date) -> list[str]:
    first = asked.start.replace(day=1)
    said = []
    if first < as_of.replace(day=1):
        months = (as_of.year - first.year) * 12 + as_of.month - first.month
        said.append(
            _("Capitation for %(months)s past months is added at the next close, as adjustments.") % {"months": months}
        )
    else:
        said.append(_("Capitation is paid from %(month)s on.") % {"month": f"{first:%Y-%m}"})
    said.append(_("What is due for prevention is worked out within seconds."))
    if not _is_covered(asked) and may_be_invited(asked.member, as_of):
        said.append(_("They are invited to the portal."))
    return said


def _is_covered(asked: Enrolment) -> bool:
    """Whether coverage stands already on the day that enrolment begins, by whatever contract."""
    return CoveragePeriod.objects.of_member(asked.member).in_force(asked.start).exists()


@transaction.atomic
def enrol_by_hand(asked: Enrolment, *, by: User, as_of: Date) -> Coverage:
    """Coverage, primary care with room, and the portal invitation, at once. Raises `CoverageError`.

    Without room near, or without an address, the person is covered and has no doctor yet: the desk sees them on the
    list of those without one.
    """
    contract, is_new = _require_contract(asked), not _is_covered(asked)
    if contract is None:
        contract = actions.open_contract(by=by, group=asked.group, number=asked.number, subscriber=asked.member)
    coverage = actions.cover_person(by=by, contract=contract, member=asked.member, relationship=asked.relationship)
    actions.enrol(coverage, asked.product, by=by, start=asked.start, end=asked.end, tier=asked.tier, source=SOURCE)
    if asked.end is None or asked.end > as_of:
        on = max(asked.start, as_of)
        if primary_care_of(asked.member, on) is None:
            try:
                with transaction.atomic():
                    assign_primary_care(asked.member, by=by, on=on)
            except PanelFull:
                audit.record(
                    by=by,
                    action="update",
                    verb="plans.enrolled_without_doctor",
                    member_id=asked.member.pk,
                    obj=coverage,
                )
        if is_new:
            invite_where_known(asked.member, by=by, on=as_of)
    return coverage


@transaction.atomic
def end_by_hand(coverage: Coverage, *, by: User, end: Date, family: bool, reason: str) -> list[UUID]:
    """No coverage from `end` on, for one person or for everybody under the contract; the members it changed."""
    touched = list(Coverage.objects.filter(contract=coverage.contract_id, is_former=False)) if family else [coverage]
    # Everybody's row at once and in one order, so that two desks never wait for each other.
    actions.lock_for_change(one.member_id for one in touched)
    # Asked before: of coverage that is voided altogether no version is left to be given back.
    changed = [one for one in touched if _covered_from(one, end)]
    if not changed:
        raise CoverageError("nothing_covered", _("No coverage stands from that day on, so there is none to end."))
    for one in changed:
        actions.terminate(one, by=by, end=end, source=actions.Source(SOURCE.name, reason))
    return [one.member_id for one in changed]


def _covered_from(coverage: Coverage, day: Date) -> bool:
    """Whether ending it on `day` changes anything."""
    now = tuple(actions.believed(coverage, actions.MEDICAL))
    return timeline.terminate(now, day) != now
