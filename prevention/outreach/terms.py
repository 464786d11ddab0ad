"""What holds over all campaigns, and what outreach costs, as people change it: a new dated row ends the one before.

What was sent under the terms of a day stays under them; nothing past is rewritten.
"""

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from psycopg2.extras import DateRange

from core import audit
from core.models import User
from core.permissions import require
from network.models import Organization, Region
from prevention.models import OutreachCost, OutreachPolicy

# Nobody is called earlier or later than this by their own clock: 47 CFR 64.1200(c)(1).
EARLIEST, LATEST = datetime.time(8), datetime.time(21)


@dataclass(frozen=True)
class Terms:
    """How often, when and by what people are reached, whichever campaign it is. Hours are the person's own."""

    cap: int
    cap_days: int
    quiet_from: datetime.time
    quiet_until: datetime.time
    channels: list[str]
    link_days: int
    bounce_days: int
    call_attempts: int
    call_again_days: int

    @classmethod
    def of(cls, policy: OutreachPolicy) -> "Terms":
        return cls(**{name: getattr(policy, name) for name in cls.__dataclass_fields__})


def standing(system: Organization, region: Region | None) -> OutreachPolicy | None:
    """The last version of the market's own terms (None: of the system's), whether it holds or is to come."""
    found = OutreachPolicy.objects.filter(managing_organization=system, region=region, period__endswith=None)
    return found.select_related("set_by").first()


def standing_costs(system: Organization) -> dict[str, OutreachCost]:
    """The last version of each unit cost, by kind."""
    found = OutreachCost.objects.filter(managing_organization=system, period__endswith=None)
    return {one.kind: one for one in found.select_related("set_by")}


@transaction.atomic
def set_terms(
    terms: Terms,
    *,
    by: User,
    system: Organization,
    region: Region | None,
    start: datetime.date,
    today: datetime.date,
) -> OutreachPolicy:
    """These terms hold from `start` on; those before them end there. What was set to begin on the same day is replaced.

    Raises `ValueError` for a day that is past, and where later terms stand already; `ValidationError` for numbers that
    no policy may have.
    """
    require(by, "prevention.set_outreach_terms", OutreachPolicy(managing_organization=system))
    held = OutreachPolicy.objects.select_for_update().filter(managing_organization=system, region=region)
    made = _make_way(held, start, today) or OutreachPolicy(managing_organization=system, region=region)
    made.period, made.set_by = DateRange(start, None), by
    for name, value in asdict(terms).items():
        setattr(made, name, value)
    made.full_clean(exclude=["id"])
    made.save()
    audit.record(
        by=by,
        action="update",
        verb="prevention.set_outreach_terms",
        obj=made,
        detail={"start": start.isoformat(), **{name: str(value) for name, value in asdict(terms).items()}},
    )
    return made


@transaction.atomic
def end_terms(policy_id: UUID, *, by: User, today: datetime.date) -> None:
    """From today the market follows what holds in the whole system. Raises `ValueError` where it does already.

    The system's own terms do not end: without any it would write to nobody.
    """
    policy = OutreachPolicy.objects.select_for_update().get(pk=policy_id)
    require(by, "prevention.set_outreach_terms", policy)
    if policy.region_id is None:
        raise ValueError(_("The terms of the whole system do not end: change them."))
    if policy.period.upper is not None:
        raise ValueError(_("This market follows the whole system already."))
    audit.record(by=by, action="delete", verb="prevention.end_outreach_terms", obj=policy)
    if policy.period.lower >= today:
        policy.delete()
        return
    policy.period = DateRange(policy.period.lower, today)
    policy.save(update_fields=["period"])


@transaction.atomic
def set_costs(
    amounts: Mapping[str, Decimal],
    *,
    by: User,
    system: Organization,
    start: datetime.date,
    today: datetime.date,
) -> list[OutreachCost]:
    """What one of each kind costs from `start` on; kinds whose cost is the same are left alone. Returns what changed.

    Raises as `set_terms` does.
    """
    require(by, "prevention.set_outreach_terms", OutreachCost(managing_organization=system))
    changed = []
    for kind, amount in amounts.items():
        held = OutreachCost.objects.select_for_update().filter(managing_organization=system, kind=kind)
        last = held.filter(period__endswith=None).first()
        if last is not None and last.amount == amount:
            continue
        made = _make_way(held, start, today) or OutreachCost(managing_organization=system, kind=kind)
        made.period, made.amount, made.set_by = DateRange(start, None), amount, by
        made.full_clean(exclude=["id"])
        made.save()
        changed.append(made)
    if changed:
        audit.record(
            by=by,
            action="update",
            verb="prevention.set_outreach_costs",
            obj=changed[0],
            detail={"start": start.isoformat(), **{one.kind: str(one.amount) for one in changed}},
        )
    return changed


def _make_way(held: QuerySet[Any], start: datetime.date, today: datetime.date) -> Any:
    """End what holds on `start`; gives the row that begins on that very day, which is to be changed in place."""
    if start < today:
        raise ValueError(_("Choose today or a day that is still to come: what was sent stays as it was."))
    if held.filter(period__startswith__gt=start).exists():
        raise ValueError(_("A later version stands already: choose its day, or a later one."))
    for earlier in held.filter(period__contains=start).exclude(period__startswith=start):
        earlier.period = DateRange(earlier.period.lower, start)
        earlier.save(update_fields=["period"])
    return held.filter(period__startswith=start).first()
