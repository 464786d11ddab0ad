"""What plan staff do with immunisation policy: set which schedule a market follows from a day on, and look ahead."""

import json
import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from psycopg2.extras import DateRange

from core import audit
from core.models import User
from core.permissions import require
from network.models import Organization, Region
from prevention.immunisation import seasons
from prevention.immunisation.models import ImmunisationPolicy, SupportingDataTable
from prevention.immunisation.policy import Policies, Policy, PolicyError, make, packaged_policy, try_out
from prevention.immunisation.table import PACKAGED

AFFECTED = """
SELECT count(*), count(*) FILTER (WHERE s.id IS NULL OR s.policy <> %(key)s)
FROM members_member m LEFT JOIN prevention_immunisationstate s ON s.member_id = m.id
WHERE m.managing_organization_id = %(system)s AND m.birth_date IS NOT NULL AND m.deceased_at IS NULL
    AND m.status = 'active'
    AND CASE WHEN %(region)s::uuid IS NULL THEN m.region_id IS NULL OR NOT m.region_id = ANY (%(others)s::uuid[])
        ELSE m.region_id = %(region)s::uuid END
"""


def compiled(supporting_data: SupportingDataTable | None, overlay: dict[str, Any]) -> Policy:
    """The policy that these would make, tried out. Raises `PolicyError` where the overlay does not fit the schedule."""
    table = supporting_data.table if supporting_data else json.loads(PACKAGED.read_text())
    policy = make(table, overlay)
    try_out(policy, timezone.localdate())
    return policy


def affected(policy: Policy, *, system: Organization, region: Region | None, on: date) -> tuple[int, int]:
    """How many people follow the market's policy, and how many of them are evaluated again when it changes to this.

    Without a region it is the system's own policy, which holds wherever no region has one.
    """
    others = ImmunisationPolicy.objects.filter(
        managing_organization=system, region__isnull=False, period__contains=on
    ).values_list("region_id", flat=True)
    with connection.cursor() as cursor:
        cursor.execute(
            AFFECTED,
            {
                "key": policy.key,
                "system": system.pk,
                "region": region.pk if region else None,
                "others": list(others),
            },
        )
        return cursor.fetchone()


def in_force(system: Organization, region: Region | None, on: date) -> Policy:
    return Policies(on).of(system.pk, region.pk if region else None) or packaged_policy()


@transaction.atomic
def set_policy(
    *,
    by: User,
    system: Organization,
    region: Region | None,
    name: str,
    start: date,
    source: str,
    today: date,
    supporting_data: SupportingDataTable | None = None,
    overlay: dict[str, Any] | None = None,
) -> ImmunisationPolicy:
    """The market follows this from `start` on, in place of what it followed until then; nothing past is rewritten.

    What is set for a later day already stands, and ends this one; what begins on the same day gives way to it.

    The next nightly run evaluates again whoever it changes anything for. Raises `PolicyError` for an overlay that the
    schedule does not understand, `ValueError` for a day that is past.
    """
    # Asked of a row of the system: an organisation alone does not say whose it is.
    require(by, "prevention.set_immunisation_policy", ImmunisationPolicy(managing_organization=system))
    if start < today:
        raise ValueError("Choose today or a day that is still to come: what was forecast stays as it was.")
    compiled(supporting_data, overlay or {})
    standing = ImmunisationPolicy.objects.select_for_update().filter(managing_organization=system, region=region)
    coming = standing.filter(period__startswith__gt=start).order_by("period").first()
    until = coming.period.lower if coming else None
    for earlier in standing.filter(period__overlap=DateRange(start, until)):
        if earlier.period.lower == start:
            audit.record(by=by, action="delete", verb="prevention.set_immunisation_policy", obj=earlier)
            earlier.delete()
        else:
            earlier.period = DateRange(earlier.period.lower, start)
            earlier.save(update_fields=["period"])
    made = ImmunisationPolicy.objects.create(
        managing_organization=system, region=region, name=name, period=DateRange(start, until),
        supporting_data=supporting_data, overlay=overlay or {}, source=source, set_by=by,
    )  # fmt: skip
    audit.record(
        by=by, action="create", verb="prevention.set_immunisation_policy", obj=made,
        detail={"region": str(region.pk) if region else "", "start": start.isoformat()},
    )  # fmt: skip
    return made


@dataclass(frozen=True)
class SeasonsOver:
    """A market (None: everywhere else) in which seasons have run out."""

    region: Region | None
    ended: list[seasons.Ended]


def seasons_over(system: Organization, on: date) -> list[SeasonsOver]:
    """Where the schedule in force has no dates any more for a season that should have come again."""
    policies = Policies(on)
    own = Region.objects.filter(
        pk__in=ImmunisationPolicy.objects.filter(
            managing_organization=system, region__isnull=False, period__contains=on
        ).values("region")
    )
    found = []
    for region in (None, *own.order_by("name")):
        ended = seasons.run_out(policies.of(system.pk, region.pk if region else None).schedule, on)
        if ended:
            found.append(SeasonsOver(region, ended))
    return found


@transaction.atomic
def roll_over_seasons(*, by: User, system: Organization, today: date) -> list[ImmunisationPolicy]:
    """Wherever seasons have run out, the roll-over that kpcare ships is laid over what holds, from today on.

    All else that a market follows stays, and ends when it would have ended. Raises `ValueError` where no roll-over is
    carried for today; does nothing where no season has run out.
    """
    require(by, "prevention.set_immunisation_policy", ImmunisationPolicy(managing_organization=system))
    shipped = seasons.shipped(today)
    if shipped is None:
        raise ValueError("No roll-over of seasons is carried for this day: load newer supporting data.")
    return [
        _lay_over(shipped, by=by, system=system, region=market.region, today=today)
        for market in seasons_over(system, today)
    ]


def _lay_over(
    shipped: seasons.RollOver, *, by: User, system: Organization, region: Region | None, today: date
) -> ImmunisationPolicy:
    every = ImmunisationPolicy.objects.select_for_update(of=["self"]).filter(
        managing_organization=system, region=region
    )
    standing = every.filter(period__contains=today).first()
    coming = every.filter(period__startswith__gt=today).order_by("period").first()
    until = standing.period.upper if standing else coming.period.lower if coming else None
    if standing is not None and standing.period.lower < today:
        standing.period = DateRange(standing.period.lower, today)
        standing.save(update_fields=["period"])
    elif standing is not None:
        audit.record(by=by, action="delete", verb="prevention.roll_over_seasons", obj=standing)
        standing.delete()
    made = ImmunisationPolicy.objects.create(
        managing_organization=system,
        region=region,
        name=standing.name if standing else f"CDSi, seasons {shipped.name}",
        period=DateRange(today, until),
        supporting_data=standing.supporting_data if standing else None,
        overlay={**(standing.overlay if standing else {}), "seasons": shipped.overlay(system.name)},
        source=standing.source if standing else shipped.source,
        set_by=by,
    )
    audit.record(
        by=by, action="create", verb="prevention.roll_over_seasons", obj=made,
        detail={"season": shipped.name, "region": str(region.pk) if region else ""},
    )  # fmt: skip
    return made


@transaction.atomic
def end_policy(policy_id: uuid.UUID, *, by: User, on: date) -> None:
    """From `on` the market follows the system's own policy again, or CDSi as packaged; one still to come goes whole.

    Raises `ValueError` where it ended by then already.
    """
    held = ImmunisationPolicy.objects.select_for_update(of=["self"]).get(pk=policy_id)
    require(by, "prevention.set_immunisation_policy", held)
    if held.period.upper is not None and held.period.upper <= on:
        raise ValueError("This policy has ended already.")
    audit.record(by=by, action="update", verb="prevention.end_immunisation_policy", obj=held)
    if held.period.lower >= on:
        held.delete()
        return
    held.period = DateRange(held.period.lower, on)
    held.save(update_fields=["period"])


__all__ = [
    "PolicyError",
    "affected",
    "compiled",
    "end_policy",
    "in_force",
    "roll_over_seasons",
    "seasons_over",
    "set_policy",
]
