"""Changes of coverage, on both time axes: what was believed is closed, what is believed now is inserted.

Every change shares the eligibility lock (the capitation close takes it alone), locks the members in the order of
their ids, and only then reads the clock: so no change is dated before something that it did not see.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core import audit, locks
from core.models import User
from members.deaths import refuse_dead
from members.models import Member
from plans import timeline
from plans.models import Coverage, CoverageContract, CoveragePeriod, EmployerGroup, GroupClass, Product
from plans.timeline import CoverageError, Segment, Timeline

MEDICAL = CoveragePeriod.BenefitKind.MEDICAL
Date = datetime.date


def lock_for_change(member_ids: Iterable[UUID]) -> datetime.datetime:
    """Hold these members' coverage until the transaction ends; the instant from which a change is known."""
    locks.share(locks.ELIGIBILITY)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM members_member WHERE id = ANY (%s) ORDER BY id FOR UPDATE", [sorted(set(member_ids))]
        )
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def believed(coverage: Coverage, benefit: str) -> dict[Segment, CoveragePeriod]:
    """What is believed now of one person's coverage by one benefit, as segments with the rows that say so."""
    rows = CoveragePeriod.objects.as_known_at().filter(member=coverage.member_id, coverage=coverage, benefit=benefit)
    return {segment_of(row): row for row in rows.order_by("valid")}


def segment_of(row: CoveragePeriod) -> Segment:
    return Segment(row.valid.lower, row.valid.upper, row.product_id, row.tier)


def before_last_change(coverage: Coverage, benefit: str) -> Timeline:
    """What was believed before the last change of this coverage, for coverage that was voided altogether."""
    rows = CoveragePeriod.objects.filter(
        member=coverage.member_id, coverage=coverage, benefit=benefit, known__upper_inf=False
    ).order_by("known")
    closed = list(rows)
    if not closed:
        return ()
    last = max(row.known.upper for row in closed)
    return timeline.normal(segment_of(row) for row in closed if row.known.upper == last)


@dataclass(frozen=True)
class Source:
    """Where a change came from: import record or screen, and the X12 1203 reason if one was given."""

    name: str
    reason: str = ""


def open_contract(
    *, by: User, group: EmployerGroup, number: str, subscriber: Member, group_class: GroupClass | None = None
) -> CoverageContract:
    """The subscriber's contract with a group; the standing one where the number is theirs already.

    Raises `CoverageError` where the number is somebody else's.
    """
    with transaction.atomic():
        contract, is_new = CoverageContract.objects.get_or_create(
            group=group, number=number, defaults={"member": subscriber, "group_class": group_class}
        )
        if contract.member_id != subscriber.pk:
            raise CoverageError("number_taken", "Another person holds this subscriber number in this group.")
        if is_new:
            audit.record(by=by, action="create", verb="plans.open_contract", member_id=subscriber.pk, obj=contract)
        return contract


def cover_person(*, by: User, contract: CoverageContract, member: Member, relationship: str, **fields: Any) -> Coverage:
    """The person's place under the contract; the standing one where there is one."""
    with transaction.atomic():
        coverage, is_new = Coverage.objects.get_or_create(
            contract=contract,
            member=member,
            is_former=False,
            defaults={"relationship": relationship, "administrative_sex": member.sex, **fields},
        )
        if is_new:
            audit.record(by=by, action="create", verb="plans.cover_person", member_id=member.pk, obj=coverage)
        return coverage


def refuse_dead_from(member: Member, start: Date) -> None:
    """Raise `CoverageError` where the member had died before `start`."""
    begins = timezone.make_aware(datetime.datetime.combine(start, datetime.time()))
    refuse_dead(member, at=begins, error=partial(CoverageError, "deceased"))


def enrol(
    coverage: Coverage,
    product: Product,
    *,
    by: User,
    start: Date,
    source: Source,
    end: Date | None = None,
    tier: str = "",
    benefit: str = MEDICAL,
    payer_order: int = 1,
) -> list[CoveragePeriod]:
    """Coverage by `product` over `[start, end)`; another product that stood there gives way."""
    refuse_dead_from(coverage.member, start)
    segment = Segment(start, end, product.pk, tier)
    return _apply(
        coverage, benefit, lambda now: timeline.enrol(now, segment), by=by, source=source, payer_order=payer_order,
        verb="plans.enrol",
    )  # fmt: skip


def change_coverage(
    coverage: Coverage,
    *,
    by: User,
    on: Date,
    source: Source,
    product: Product | None = None,
    tier: str | None = None,
    benefit: str = MEDICAL,
) -> list[CoveragePeriod]:
    """Another product or tier from `on` on."""
    product_id = product.pk if product else None
    return _apply(
        coverage,
        benefit,
        lambda now: timeline.change(now, on, product_id=product_id, tier=tier),
        by=by,
        source=source,
        verb="plans.change_coverage",
    )


def terminate(
    coverage: Coverage, *, by: User, end: Date, source: Source, benefit: str = MEDICAL
) -> list[CoveragePeriod]:
    """No coverage from `end` on: the first day without."""
    return _apply(
        coverage, benefit, lambda now: timeline.terminate(now, end), by=by, source=source, verb="plans.terminate"
    )


def reinstate(
    coverage: Coverage, *, by: User, source: Source, start: Date | None = None, benefit: str = MEDICAL
) -> list[CoveragePeriod]:
    """Coverage again, by the product it had last; without `start` as if it had not ended."""
    return _apply(
        coverage,
        benefit,
        lambda now: timeline.reinstate(now, start, before_last_change(coverage, benefit)),
        by=by,
        source=source,
        verb="plans.reinstate",
    )


@transaction.atomic
def _apply(
    coverage: Coverage,
    benefit: str,
    operation: Callable[[Timeline], Timeline],
    *,
    by: User,
    source: Source,
    verb: str,
    payer_order: int | None = None,
) -> list[CoveragePeriod]:
    """Lock, read, change, write; the new versions (none where nothing changed)."""
    at = lock_for_change([coverage.member_id])
    now = believed(coverage, benefit)
    closed, added = timeline.difference(tuple(now), operation(tuple(now)))
    if not closed and not added:
        return []
    order = payer_order or next((row.payer_order for row in now.values()), 1)
    close_known([now[segment].pk for segment in closed], at)
    rows = [
        CoveragePeriod(
            member_id=coverage.member_id,
            coverage=coverage,
            product_id=segment.product_id,
            benefit=benefit,
            payer_order=order,
            tier=segment.tier,
            valid=(segment.start, segment.end),
            known=(at, None),
            source=source.name[:200],
            reason=source.reason[:20],
            recorded_by=by,
        )
        for segment in added
    ]
    try:
        with transaction.atomic():
            CoveragePeriod.objects.bulk_create(rows)
    except IntegrityError as error:
        if "plans_coverageperiod_once" not in str(error):
            raise
        raise CoverageError(
            "overlap",
            "Another coverage already stands at this place of the payer order in that period. End it first, or say "
            "which coverage pays second.",
        ) from error
    audit.record(
        by=by,
        action="update",
        verb=verb,
        member_id=coverage.member_id,
        obj=coverage,
        reason=source.reason,
        detail={"closed": len(closed), "added": len(added), "benefit": benefit},
    )
    return rows


def close_known(ids: Iterable[UUID], at: datetime.datetime) -> None:
    """These versions are superseded at `at`: the only update that their trigger permits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE plans_coverageperiod SET known = tstzrange(lower(known), %s) WHERE id = ANY (%s)",
            [at, list(ids)],
        )


# --- Before a retroactive termination -------------------------------------------------------------------

Effect = Callable[[UUID, Date, Date], list[str]]
_effects: dict[str, Effect] = {}


def register_termination_effect(name: str, effect: Effect) -> None:
    """A higher room says what a termination would touch: `effect(member_id, end, as_of)` gives sentences.

    `end` is the first day without coverage, before `as_of` where it is retroactive.
    """
    _effects[name] = effect


@dataclass(frozen=True)
class TerminationPreview:
    """What would no longer be covered, for whom, and what other rooms have to say about that time."""

    lost: list[tuple[Coverage, Segment]]
    effects: list[str]
    is_retroactive: bool


def preview_termination(
    coverage: Coverage, *, end: Date, as_of: Date, benefit: str = MEDICAL, family: bool = False
) -> TerminationPreview:
    """What `terminate` would take away, before it is done. `family`: everybody under the contract."""
    touched = list(Coverage.objects.filter(contract=coverage.contract_id, is_former=False)) if family else [coverage]
    lost: list[tuple[Coverage, Segment]] = []
    effects: list[str] = []
    for one in touched:
        lost += [
            (one, Segment(max(segment.start, end), segment.end, segment.product_id, segment.tier))
            for segment in believed(one, benefit)
            if segment.end is None or segment.end > end
        ]
        for effect in _effects.values():
            effects += effect(one.member_id, end, as_of)
    return TerminationPreview(lost, effects, is_retroactive=end < as_of)
