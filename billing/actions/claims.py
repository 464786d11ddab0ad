"""Outside claims: taken in once, priced to a known cost, pended with the reason where a person must decide."""

import datetime
from collections.abc import Iterable
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import claims as reading
from billing.actions.costs import post_outside_cost
from billing.actions.voids import named_by, original_of, source_of, take_back
from billing.claims import IncomingClaim
from billing.matching import find_member
from billing.models import ClaimDiagnosis, ClaimLine, CostShare, FeeScheduleLine, OutsideClaim, UtilisationCost
from clinical.coding import concepts
from core import audit
from core.ids import uuid7
from core.models import AuditEvent, Concept, User
from members.models import Member
from network.models import Organization
from plans.costs import charge, coverage_for

Status = OutsideClaim.Status


class CannotTake(Exception):
    """The claim is set aside. `code` names the fault, the message says how to mend it, without personal values."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


# Somewhere it is tomorrow already.
A_DAY = datetime.timedelta(days=1)


@transaction.atomic
def take_claim(
    claim: IncomingClaim, *, by: User, plan: Organization, received_at: datetime.datetime
) -> tuple[OutsideClaim, bool]:
    """Take a claim in and price it; the same claim sent again is the one already taken and nothing is written.

    Returns the claim and whether it is new. Raises `CannotTake` where the person is not found; a claim for a
    member without coverage that day is taken in all the same, since emergency care never waits for eligibility.
    """
    already = OutsideClaim.objects.filter(source=claim.source).first()
    if already is not None:
        return already, False
    is_void = claim.frequency == reading.VOIDS
    if not claim.lines:
        raise CannotTake("no_lines", _("The claim has no service lines. Ask the sender for the whole claim."))
    if sum((line.charged for line in claim.lines), Decimal(0)) != claim.charged:
        raise CannotTake("charges_differ", _("The lines' charges do not add up to the claim's (CLM02)."))
    if not is_void and max(_days(claim)) > received_at.date() + A_DAY:
        raise CannotTake("not_yet_served", _("A service date is still to come (DTP*472). Correct it, then replay."))
    original = named_by(claim, plan) if is_void else None
    member, fault = (original.member, "") if original else find_member(claim, plan)
    if member is None:
        raise CannotTake(fault, _member_reason(fault))
    if not is_void and _after_death(claim, member):
        raise CannotTake("after_death", _("A service date lies after the member's death. Check both, then replay."))
    # One claim of a member after the other: of two that say the same at once, neither would see the other.
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    already = OutsideClaim.objects.filter(source=claim.source).first()
    if already is not None:
        return already, False
    taken = _write(claim, member, by=by, plan=plan, received_at=received_at)
    audit.record(by=by, action=AuditEvent.Action.CREATE, verb="billing.take_claim", obj=taken)
    return price_claim(taken, by=by, at=received_at), True


def _after_death(claim: IncomingClaim, member: Member) -> bool:
    if member.deceased_at is None:
        return False
    zone = ZoneInfo(member.region.time_zone) if member.region else None
    died = timezone.localdate(member.deceased_at, zone)
    return max(claim.incurred_from, *(line.service_date for line in claim.lines)) > died


def _days(claim: IncomingClaim) -> list[datetime.date]:
    return [claim.incurred_to, *(line.service_date for line in claim.lines)]


def _member_reason(fault: str) -> str:
    if fault == "member_ambiguous":
        return _("More than one member has this name and birth date. Add the member number, then replay.")
    return _(
        "No member has this number, name and birth date. Check NM1*IL, NM1*QC and DMG, or enrol them, then replay."
    )


def _write(
    claim: IncomingClaim, member: Member, *, by: User, plan: Organization, received_at: datetime.datetime
) -> OutsideClaim:
    identifier = uuid7()
    procedures = [(reading.procedure_system(line.procedure), line.procedure) for line in claim.lines if line.procedure]
    coded = _concepts([*procedures, *claim.diagnoses])
    taken = OutsideClaim.objects.create(
        id=identifier,
        member=member,
        claim_number=f"C{identifier.hex[:12]}{identifier.hex[-6:]}".upper(),
        patient_control_number=claim.patient_control_number,
        payer=plan,
        provider=_provider(claim),
        provider_npi=claim.provider_npi,
        claim_type=claim.claim_type,
        place_of_service=claim.place_of_service,
        is_emergency=claim.is_emergency,
        incurred_from=claim.incurred_from,
        incurred_to=claim.incurred_to,
        received_at=received_at,
        charged=claim.charged,
        source=claim.source,
        frequency=claim.frequency or "1",
        original_number=claim.original_number[:80],
    )
    ClaimLine.objects.bulk_create(
        ClaimLine(
            member=member,
            claim=taken,
            number=line.number,
            concept=coded.get((reading.procedure_system(line.procedure), line.procedure)),
            revenue_code=line.revenue_code[:4],
            modifiers=line.modifiers[:11],
            service_date=line.service_date,
            units=line.units,
            charged=line.charged,
            pricing="" if line.unit == "UN" else f"unit:{line.unit}",
        )
        for line in claim.lines
    )
    ClaimDiagnosis.objects.bulk_create(
        [
            ClaimDiagnosis(member=member, claim=taken, concept=coded[pair], rank=rank)
            for rank, pair in enumerate(dict.fromkeys(claim.diagnoses), 1)
        ]
    )
    return taken


def _concepts(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Concept]:
    """The concepts of (system, code) pairs, in two queries a system."""
    by_system: dict[str, dict[str, str]] = {}
    for system, code in pairs:
        by_system.setdefault(system, {})[code] = ""
    return {
        (system, code): found for system, codes in by_system.items() for code, found in concepts(system, codes).items()
    }


def standing_fault(claim: OutsideClaim) -> str:
    """Why a claim pends whatever its fees; empty where nothing about it asks for a person."""
    if claim.claim_type == reading.INSTITUTIONAL and claim.place_of_service in reading.INPATIENT_BILLS:
        # Domain ruling 17: the grouper version follows the discharge date; without one the claim is not mispriced.
        return _("An inpatient stay needs a DRG price for its discharge date, and no grouper is loaded.")
    return ""


def duplicate_of(claim: OutsideClaim) -> OutsideClaim | None:
    """The earlier claim that says the same under another number: X12 claim adjustment reason 18, exact duplicate.

    The same person, provider, dates, charge and lines. One that was denied or made void is no original, and a claim
    that states it replaces or voids another is not its duplicate.
    """
    if claim.frequency in (reading.REPLACES, reading.VOIDS):
        return None
    alike = OutsideClaim.objects.filter(
        member=claim.member_id,
        payer=claim.payer_id,
        provider=claim.provider_id,
        claim_type=claim.claim_type,
        incurred_from=claim.incurred_from,
        incurred_to=claim.incurred_to,
        charged=claim.charged,
        pk__lt=claim.pk,
    ).exclude(status__in=[Status.DENIED, Status.VOIDED])
    said = _said(claim)
    return next((other for other in alike.order_by("pk")[:20] if _said(other) == said), None)


def _said(claim: OutsideClaim) -> list[tuple[object, ...]]:
    """The services of a claim, whatever the order of its lines."""
    lines = claim.lines.values_list("service_date", "concept", "revenue_code", "modifiers", "units", "charged")
    return sorted(lines, key=str)


def _duplicate_fault(claim: OutsideClaim) -> str:
    first = duplicate_of(claim)
    if first is None:
        return ""
    return _("Exact duplicate of claim %(number)s (reason 18).") % {"number": first.claim_number}


def _provider(claim: IncomingClaim) -> Organization:
    found = Organization.objects.filter(npi=claim.provider_npi).exclude(npi="").order_by("pk").first()
    return found or Organization.objects.create(
        name=claim.provider_name[:200] or claim.provider_npi or _("Outside provider"),
        kind=Organization.Kind.OUTSIDE,
        npi=claim.provider_npi[:10],
    )


@transaction.atomic
def price_claim(claim: OutsideClaim, *, by: User, at: datetime.datetime) -> OutsideClaim:
    """Price every line by the fee schedule and divide the cost, or pend with the reason. A priced claim stays so.

    A line without a fee pends the claim, as does one in other units than the fee's and an earlier claim that says the
    same; a person without coverage that day pends it with its cost known. A claim that voids another takes that one
    back and costs nothing; one that replaces another takes it back once it is priced itself, and not before.
    """
    claim = OutsideClaim.objects.select_for_update(of=["self"]).select_related("payer", "member").get(pk=claim.pk)
    if claim.status not in (Status.RECEIVED, Status.PENDED):
        return claim
    if claim.frequency == reading.VOIDS:
        return _void_original(claim, by=by, at=at)
    lines = list(claim.lines.select_related("concept").order_by("number"))
    faults = [fault for fault in (standing_fault(claim), _duplicate_fault(claim)) if fault]
    faults += [fault for line in lines if (fault := _price_line(claim, line))]
    ClaimLine.objects.bulk_update(lines, ["allowed", "pricing"])
    period = coverage_for(claim.member_id, "emergency" if claim.is_emergency else "specialty_care", claim.incurred_from)
    claim.coverage_period = period
    if period is None:
        faults.append(
            _("No coverage on the day of service. The cost is known; find the coverage or the other payer.")
            if claim.is_emergency
            else _("No coverage on the day of service.")
        )
    original = None
    if claim.frequency == reading.REPLACES:
        original, fault = original_of(claim)
        faults += [fault] if fault else []
    if not faults:
        allowed = sum((line.allowed for line in lines if line.allowed is not None), Decimal(0))
        faults = _price(claim, allowed, original, by=by, at=at)
    if faults:
        claim.status = Status.PENDED
        claim.pend_reason = " ".join(dict.fromkeys(faults))[:200]
        claim.save(update_fields=["status", "pend_reason", "coverage_period"])
    audit.record(
        by=by, action=AuditEvent.Action.UPDATE, verb="billing.price_claim", obj=claim, detail={"status": claim.status}
    )
    return claim


def _void_original(claim: OutsideClaim, *, by: User, at: datetime.datetime) -> OutsideClaim:
    """Take back what a void names; it pends where that cannot be."""
    original, fault = original_of(claim)
    if original is None:
        claim.status, claim.pend_reason = Status.PENDED, fault[:200]
    else:
        take_back(original, by=by, at=at, reason=_("Made void by claim %(number)s.") % {"number": claim.claim_number})
        claim.status, claim.corrects, claim.priced_at = Status.VOIDED, original, at
        claim.pend_reason = _("It made claim %(number)s void.") % {"number": original.claim_number}
    claim.save(update_fields=["status", "pend_reason", "corrects", "priced_at"])
    audit.record(
        by=by, action=AuditEvent.Action.UPDATE, verb="billing.price_claim", obj=claim, detail={"status": claim.status}
    )
    return claim


class _NotDivided(Exception):
    """The member's share is not known; what was taken back for it comes back."""


def _price(
    claim: OutsideClaim, allowed: Decimal, original: OutsideClaim | None, *, by: User, at: datetime.datetime
) -> list[str]:
    """Divide the allowed amount, in the place of `original` where there is one; or why it cannot be divided.

    The original goes first: what it used up of the deductible is the replacement's to use.
    """
    try:
        with transaction.atomic():
            if original is not None:
                why = _("Replaced by claim %(number)s.") % {"number": claim.claim_number}
                take_back(original, by=by, at=at, reason=why)
                claim.corrects = original
            _divide(claim, allowed, by=by, at=at)
    except _NotDivided as wrong:
        claim.corrects = None
        return [str(wrong)]
    return []


def _price_line(claim: OutsideClaim, line: ClaimLine) -> str:
    """Set the line's allowed amount: the lesser of charge and fee times units. Returns why it cannot, or nothing."""
    if line.pricing.startswith("unit:"):
        return _("Line %(number)s counts in %(unit)s, the fee schedule in units.") % {
            "number": line.number,
            "unit": line.pricing.removeprefix("unit:"),
        }
    fee = _fee(claim, line)
    if fee is None:
        line.allowed = None
        return _("Line %(number)s has no fee for its service and date.") % {"number": line.number}
    whole = (fee.amount * line.units).quantize(Decimal("0.01"))
    line.allowed = min(whole, line.charged)
    whose = _("contract fee") if fee.payee_id else _("default fee")
    line.pricing = _("Lesser of charge and %(whose)s %(fee)s × %(units)s") % {
        "whose": whose,
        "fee": fee.amount,
        "units": f"{line.units.normalize():f}",
    }
    return ""


def _fee(claim: OutsideClaim, line: ClaimLine) -> FeeScheduleLine | None:
    """The payee's own fee before the default one; by procedure, or by revenue code where there is none.

    Of several that fit, the one that says more: the modifier before the place of service before neither.
    """
    fees = FeeScheduleLine.objects.filter(organization=claim.payer_id, period__contains=line.service_date)
    if line.concept_id:
        fees = fees.filter(concept=line.concept_id)
    else:
        fees = fees.filter(concept__system__uri=reading.REVENUE, concept__code=line.revenue_code)
    # The place of an institutional claim is its type of bill, which no fee names.
    place = claim.place_of_service if claim.claim_type == reading.PROFESSIONAL else ""
    fees = fees.filter(modifier__in=["", *line.modifiers.split(":")], place_of_service__in=["", place])
    fees = fees.filter(Q(payee__isnull=True) | Q(payee=claim.provider_id))
    return max(fees, key=lambda fee: (bool(fee.payee_id), bool(fee.modifier), bool(fee.place_of_service)), default=None)


def _divide(claim: OutsideClaim, allowed: Decimal, *, by: User, at: datetime.datetime) -> None:
    """Divide the allowed amount between member and plan by benefit and limits, and write the cost once.

    Raises `_NotDivided`.
    """
    service = reading.service_of(claim.claim_type, claim.place_of_service, claim.is_emergency)
    source = source_of(claim)
    cost = charge(by=by, member=claim.member, service=service, on=claim.incurred_from, allowed=allowed, source=source)
    if not cost.covered or cost.member_pays is None:
        raise _NotDivided(" ".join(map(str, cost.because)))
    claim.allowed, claim.member_share = allowed, cost.member_pays
    claim.plan_share = allowed - cost.member_pays
    claim.status, claim.pend_reason, claim.priced_at = Status.PRICED, "", at
    claim.save()
    CostShare.objects.create(
        member=claim.member,
        service=service,
        amount=claim.member_share,
        service_date=claim.incurred_from,
        explanation={
            "claim": str(claim.pk),
            "allowed": str(allowed),
            **(cost.share.explained() if cost.share else {}),
        },
        source=source,
    )
    post_outside_cost(
        UtilisationCost(
            member=claim.member,
            category=UtilisationCost.Category.OUTSIDE,
            amount=claim.plan_share,
            incurred_on=claim.incurred_from,
            known_at=at,
            source=source,
        ),
        plan=claim.payer,
        by=by,
        on=at.date(),
    )


@transaction.atomic
def deny_claim(claim: OutsideClaim, *, by: User, reason: str) -> OutsideClaim:
    """Deny a claim that is not priced, saying why. Raises `ValueError` without a reason or for a priced claim."""
    claim = OutsideClaim.objects.select_for_update(of=["self"]).get(pk=claim.pk)
    if claim.status not in (Status.RECEIVED, Status.PENDED):
        raise ValueError(_("Only a claim that waits can be denied."))
    if not reason.strip():
        raise ValueError(_("Say why the claim is denied."))
    claim.status, claim.pend_reason = Status.DENIED, reason.strip()[:200]
    claim.save(update_fields=["status", "pend_reason"])
    audit.record(by=by, action=AuditEvent.Action.UPDATE, verb="billing.deny_claim", obj=claim)
    return claim


def clock() -> datetime.datetime:
    """The database's time, for the moment at which a person acts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
