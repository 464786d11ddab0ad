"""What a quality director writes: goals."""

import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from psycopg2.extras import DateRange

from core import audit
from core.models import User
from prevention.engine.measure import Measure
from prevention.quality.models import MeasureGoal


@transaction.atomic
def set_goal(
    system: UUID,
    measure: Measure,
    group: int,
    *,
    by: User,
    rate: Decimal,
    source: str,
    start: datetime.date,
    kind: str = MeasureGoal.Kind.GOAL,
) -> MeasureGoal:
    """What a rate is compared with from `start` on, in place of an earlier goal of the kind. `rate`: 0–1."""
    standing = MeasureGoal.objects.select_for_update().filter(
        managing_organization=system,
        measure=measure.id,
        group=group,
        kind=kind,
        period__overlap=DateRange(start, None),
    )
    # Whatever reaches into the new period gives way: an ended goal too, set for a part of it.
    for earlier in standing:
        if earlier.period.lower >= start:
            earlier.delete()
        else:
            earlier.period = DateRange(earlier.period.lower, start)
            earlier.save(update_fields=["period"])
    goal = MeasureGoal.objects.create(
        managing_organization_id=system,
        measure=measure.id,
        group=group,
        kind=kind,
        rate=rate,
        source=source,
        period=DateRange(start, None),
        set_by=by,
    )
    audit.record(by=by, action="create", verb="prevention.set_goal", obj=goal)
    return goal
