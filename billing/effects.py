"""What ending somebody's coverage touches in the books: capitation paid for months that would no longer be covered."""

from datetime import date
from uuid import UUID

from django.db.models import Count, Sum
from django.utils.translation import ngettext

from billing.models import CapitationLine, CapitationRun
from core.templatetags.kp import money


def capitation_paid(member_id: UUID, end: date, as_of: date) -> list[str]:
    """A sentence about months after the one in which coverage ends that were paid already; the close takes it back."""
    first = end if end.day == 1 else date(end.year + end.month // 12, end.month % 12 + 1, 1)
    paid = CapitationLine.objects.filter(
        member=member_id, service_month__gte=first, run__status=CapitationRun.Status.POSTED
    ).aggregate(amount=Sum("amount"), months=Count("service_month", distinct=True))
    if not paid["amount"]:
        return []
    said = ngettext(
        "Capitation of %(amount)s was paid for %(n)s month after it; the next close takes it back.",
        "Capitation of %(amount)s was paid for %(n)s months after it; the next close takes it back.",
        paid["months"],
    )
    return [said % {"amount": money(paid["amount"], "cents"), "n": paid["months"]}]
