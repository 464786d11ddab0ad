"""Claims made void or replaced (X12 837, CLM05-3: 8 and 7): what they cost is taken back, and both claims stay."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from billing.actions.costs import post_outside_cost
from billing.claims import REPLACES, VOIDS, IncomingClaim
from billing.models import CostShare, LedgerEntry, OutsideClaim, UtilisationCost
from core import audit
from core.models import AuditEvent, User
from network.models import Organization
from plans.accumulators import reversal_of, reverse_accumulators

Status = OutsideClaim.Status
STANDING = (Status.PRICED, Status.PAID)


def source_of(claim: OutsideClaim) -> str:
    """Under which the claim's cost, share and count toward the limits are kept, each once."""
    return f"billing.outsideclaim:{claim.pk}"


def named_by(claim: IncomingClaim, plan: Organization) -> OutsideClaim | None:
    """The claim that a void names by our own number (REF*F8) and that its provider sent: whoever it is about.

    A claim that went to the wrong person could not be taken back otherwise, since the void names the right one.
    """
    if not claim.original_number:
        return None
    return (
        OutsideClaim.objects.select_related("member")
        .filter(payer=plan, claim_number=claim.original_number, provider_npi=claim.provider_npi)
        .first()
    )


def original_of(claim: OutsideClaim) -> tuple[OutsideClaim | None, str]:
    """The claim, held, that `claim` replaces or voids, or None and why a person must look.

    It is named by our number, else by the sender's own (the same source with another frequency). One that was replaced
    meanwhile stands for the latest in its place.
    """
    named = OutsideClaim.objects.filter(payer=claim.payer_id).exclude(pk=claim.pk)
    if claim.original_number:
        found = named.filter(claim_number=claim.original_number).first()
    else:
        sender = claim.source.rpartition(":")[0]
        found = named.filter(source__in=[f"{sender}:1", f"{sender}:7"]).order_by("-received_at").first()
    if found is None:
        return None, _("The claim that it replaces or voids is not here. Check its number (REF*F8).")
    while found.status == Status.VOIDED and (later := found.corrections.filter(frequency=REPLACES).first()):
        found = later
    found = OutsideClaim.objects.select_for_update(of=["self"]).select_related("payer", "member").get(pk=found.pk)
    if found.pk == claim.pk or found.status == Status.VOIDED:
        return None, _("Claim %(number)s is void already.") % {"number": found.claim_number}
    if found.member_id != claim.member_id:
        return None, _("Claim %(number)s is about somebody else: void that one, and price this.") % {
            "number": found.claim_number
        }
    if found.provider_npi != claim.provider_npi:
        return None, _("Claim %(number)s came from another provider.") % {"number": found.claim_number}
    if found.status == Status.DENIED and claim.frequency == VOIDS:
        return None, _("Claim %(number)s was denied: there is nothing to take back.") % {"number": found.claim_number}
    return found, ""


def take_back(claim: OutsideClaim, *, by: User, at: datetime.datetime, reason: str) -> OutsideClaim:
    """Make a held claim void. What it counted toward the limits, the member's share, the cost and its posting are met
    by their opposites, in the open period; its own amounts stay as they were. One that was denied stays denied.

    What was paid already is then owed back: claims payable turns to a debit until the provider repays or is offset.
    """
    if claim.status in STANDING:
        _meet_by_opposites(claim, by=by, at=at)
    if claim.status != Status.DENIED:
        claim.status, claim.pend_reason = Status.VOIDED, reason[:200]
        claim.save(update_fields=["status", "pend_reason"])
    audit.record(by=by, action=AuditEvent.Action.UPDATE, verb="billing.void_claim", obj=claim, reason=reason[:200])
    return claim


def _meet_by_opposites(claim: OutsideClaim, *, by: User, at: datetime.datetime) -> None:
    source = source_of(claim)
    opposite = reversal_of(source)
    reverse_accumulators(by=by, source=source, member_id=claim.member_id)
    for share in CostShare.objects.filter(source=source):
        CostShare.objects.create(
            member=claim.member,
            service=share.service,
            amount=-share.amount,
            service_date=share.service_date,
            explanation={"claim": str(claim.pk), "reverses": str(share.pk)},
            source=opposite,
        )
    for cost in UtilisationCost.objects.filter(source=source):
        against = UtilisationCost(
            member=claim.member,
            category=cost.category,
            amount=-cost.amount,
            incurred_on=cost.incurred_on,
            known_at=at,
            facility_id=cost.facility_id,
            department_id=cost.department_id,
            source=opposite,
        )
        if cost.posted_on is None:  # never in the books (a world that was loaded), and so neither is its opposite
            against.save(force_insert=True)
        else:
            entry = LedgerEntry.objects.filter(source=f"costs:{source}").first()
            post_outside_cost(against, plan=claim.payer, by=by, on=at.date(), reverses=entry)


@transaction.atomic
def void_claim(claim: OutsideClaim, *, by: User, at: datetime.datetime, reason: str) -> OutsideClaim:
    """Make a priced or paid claim void for a stated reason.

    Raises `ValueError` without a reason, for one that is void already, and for a claim that still waits or was denied.
    """
    if not reason.strip():
        raise ValueError(_("Say why the claim is made void."))
    claim = OutsideClaim.objects.select_for_update(of=["self"]).select_related("payer", "member").get(pk=claim.pk)
    if claim.status == Status.VOIDED:
        raise ValueError(_("Claim %(number)s is void already.") % {"number": claim.claim_number})
    if claim.status not in STANDING:
        raise ValueError(_("Only a priced or paid claim is made void; one that waits can be denied."))
    return take_back(claim, by=by, at=at, reason=_("Void: %(reason)s") % {"reason": reason.strip()})
