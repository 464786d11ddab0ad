"""A protocol is signed by a clinician: what may be signed, and its versions."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2.extras import DateRange

from clinical.actions.facts import clinician_of
from core import audit
from core.models import User
from core.permissions import require
from network.models import Organization
from prevention.engine.measure import CareRule, WayOut
from prevention.models import StandingOrder
from prevention.outreach.kinds import order_ways
from prevention.rules import RULES


def offered_protocols() -> dict[str, list[tuple[CareRule, WayOut]]]:
    """What can be signed: protocol → the care rules that offer an order under it, each with the order."""
    found: dict[str, list[tuple[CareRule, WayOut]]] = {}
    for rule in RULES:
        for way in order_ways(rule):
            if way.protocol:
                found.setdefault(way.protocol, []).append((rule, way))
    return found


@transaction.atomic
def sign_protocol(
    system: Organization,
    *,
    by: User,
    protocol: str,
    name: str,
    text: str,
    roles: list[str],
    members_may: bool,
    review_by: date,
) -> StandingOrder:
    """A clinician signs a protocol from today on; the version in force until now ends.

    Raises `ValueError` where `by` is no clinician, no care rule offers such an order, or the review is not ahead.
    """
    require(by, "prevention.sign_protocol", StandingOrder(organization=system))
    today, signer, offered = timezone.localdate(), clinician_of(by), offered_protocols().get(protocol)
    if signer is None:
        raise ValueError(_("A clinician signs."))
    if not offered:
        raise ValueError(_("No care rule offers an order under this protocol."))
    if review_by <= today:
        raise ValueError(_("Choose a day of review that is still to come."))
    # Two who sign at once sign one after the other, and the second hears of the first.
    Organization.objects.select_for_update(no_key=True).get(pk=system.pk)
    for earlier in StandingOrder.objects.select_for_update().filter(
        organization=system, protocol=protocol, period__contains=today
    ):
        if earlier.period.lower >= today:
            raise ValueError(_("A version of this protocol was signed today: end it first."))
        StandingOrder.objects.filter(pk=earlier.pk).update(period=DateRange(earlier.period.lower, today))
    way = offered[0][1]
    made = StandingOrder(
        organization=system,
        protocol=protocol,
        name=name.strip(),
        text=text.strip(),
        rules=[rule.id for rule, _way in offered],
        code_system=way.system,
        code=way.code,
        roles=roles,
        members_may=members_may,
        signed_by=signer,
        period=DateRange(today, None),
        review_by=review_by,
    )
    made.full_clean(exclude=["id"])
    made.save()
    audit.record(by=by, action="create", verb="prevention.sign_protocol", obj=made)
    return made
