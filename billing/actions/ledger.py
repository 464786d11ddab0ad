"""Entries in the books: posted once for each source, never changed, corrected by their reverse."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from billing.models import AccountingPeriod, LedgerAccount, LedgerEntry, Posting
from core import audit, locks
from core.models import AuditEvent, User
from network.models import Organization


@dataclass(frozen=True)
class Line:
    """One posting to be: debit positive, credit negative; the dimensions are optional."""

    account: LedgerAccount
    amount: Decimal
    region_id: UUID | None = None
    facility_id: UUID | None = None
    department_id: UUID | None = None
    line_of_business: str = ""
    service_month: datetime.date | None = None


@transaction.atomic
def post_entry(
    *,
    by: User,
    source: str,
    description: str,
    posted_on: datetime.date,
    lines: Sequence[Line],
    reverses: LedgerEntry | None = None,
) -> LedgerEntry:
    """Post a balanced entry; the same source again is the same entry and nothing is written.

    Postgres refuses, at commit, an entry that does not balance per legal entity, and at once one in a closed period
    (`django.db.IntegrityError`).
    """
    already = LedgerEntry.objects.filter(source=source).first()
    if already is not None:
        return already
    entry = LedgerEntry.objects.create(
        source=source, description=description[:200], posted_on=posted_on, by=by, reverses=reverses
    )
    Posting.objects.bulk_create(
        Posting(
            entry=entry,
            account=line.account,
            amount=line.amount,
            region_id=line.region_id,
            facility_id=line.facility_id,
            department_id=line.department_id,
            line_of_business=line.line_of_business,
            service_month=line.service_month,
        )
        for line in lines
    )
    audit.record(
        by=by, action=AuditEvent.Action.CREATE, verb="billing.post_entry", obj=entry, detail={"postings": len(lines)}
    )
    return entry


@transaction.atomic
def reverse_entry(entry: LedgerEntry, *, by: User, posted_on: datetime.date, reason: str) -> LedgerEntry:
    """Post the opposite of an entry, once; the original stays. Raises `ValueError` without a reason."""
    if not reason.strip():
        raise ValueError(_("Say why this entry is reversed."))
    lines = [
        Line(
            posting.account,
            -posting.amount,
            posting.region_id,
            posting.facility_id,
            posting.department_id,
            posting.line_of_business,
            posting.service_month,
        )
        for posting in entry.postings.select_related("account").order_by("id")
    ]
    return post_entry(
        by=by,
        source=f"reversal:{entry.pk}",
        description=_("Reversal of %(entry)s: %(reason)s") % {"entry": entry.description, "reason": reason},
        posted_on=posted_on,
        lines=lines,
        reverses=entry,
    )


@transaction.atomic
def close_period(entity: Organization, month: datetime.date, *, by: User, at: datetime.datetime) -> AccountingPeriod:
    """Close an entity's month: nothing is posted in it from now on. Closing it again changes nothing.

    Waits for postings that are on their way.
    """
    locks.take(locks.BOOKS)
    period, _made = AccountingPeriod.objects.get_or_create(entity=entity, month=month_range(month))
    period = AccountingPeriod.objects.select_for_update().get(pk=period.pk)
    if period.closed_at is None:
        period.closed_at = at
        period.save(update_fields=["closed_at"])
        audit.record(by=by, action=AuditEvent.Action.UPDATE, verb="billing.close_period", obj=period)
    return period


def month_range(first: datetime.date) -> DateRange:
    """The half-open range of the month that `first` begins."""
    return DateRange(first, next_month(first), "[)")


def next_month(first: datetime.date) -> datetime.date:
    return (first.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)


def posting_date(entities: Iterable[Organization], wanted: datetime.date) -> datetime.date:
    """`wanted`, or the first day after it on which the books of all these entities are open.

    Retroactive work posts in the open period and is labelled by service month (domain ruling 16). Until the open
    transaction ends nobody closes a month, so that what is posted on that day finds it open.
    """
    locks.share(locks.BOOKS)
    closed = list(
        AccountingPeriod.objects.filter(entity__in=list(entities), closed_at__isnull=False).values_list(
            "month", flat=True
        )
    )
    day = wanted
    while month := next((month for month in closed if month.lower <= day < month.upper), None):
        day = month.upper
    return day
