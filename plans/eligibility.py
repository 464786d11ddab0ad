"""Why somebody was, or was not, covered on a day, as we knew it at an instant."""

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Member
from plans.models import CoveragePeriod


@dataclass(frozen=True)
class Eligibility:
    """`covered`, the version that says so, and the sentences that explain it."""

    covered: bool
    period: CoveragePeriod | None
    because: list[str]


def why_eligible(
    member_id: UUID, on: datetime.date, known_at: datetime.datetime | None = None, benefit: str = "medical"
) -> Eligibility:
    """Whether the member was covered on `on` as known at `known_at` (default: as known now), and why."""
    versions = CoveragePeriod.objects.of_member(member_id).benefit(benefit).select_related("product", "recorded_by")
    in_force = versions.in_force(on, known_at).order_by("payer_order").first()
    because: list[str] = []
    if in_force is not None:
        because.append(
            _("Covered by %(product)s from %(start)s%(end)s.")
            % {
                "product": in_force.product,
                "start": in_force.valid.lower,
                "end": _(" to %(end)s") % {"end": last_day(in_force.valid.upper)} if in_force.valid.upper else "",
            }
        )
        because.append(_known(in_force))
    else:
        because.append(_("No coverage was known for this day."))
        before = versions.as_known_at(known_at).filter(valid__fully_lt=(on, on + datetime.timedelta(1)))
        if last := before.order_by("-valid").first():
            because.append(
                _("The last coverage before it, %(product)s, ended on %(end)s.")
                % {"product": last.product, "end": last_day(last.valid.upper)}
            )
            because.append(_known(last))
    other = versions.filter(valid__contains=on)
    if known_at is not None:
        because += [
            _("Learned later, at %(at)s, from %(source)s: covered by %(product)s.")
            % {"at": f"{row.known.lower:%Y-%m-%d %H:%M} UTC", "source": row.source, "product": row.product}
            for row in other.filter(known__fully_gt=(None, known_at)).order_by("known")
        ]
    because += [
        _("Believed until %(at)s and then corrected: covered by %(product)s.")
        % {"at": f"{row.known.upper:%Y-%m-%d %H:%M} UTC", "product": row.product}
        for row in other.filter(known__upper_inf=False).order_by("known")
        if in_force is None and (known_at is None or row.known.upper <= known_at)
    ]
    return Eligibility(in_force is not None, in_force, because)


def coverage_words(member: Member) -> str:
    """What covers somebody today, in a few words; empty for nobody."""
    found = CoveragePeriod.objects.of_member(member).in_force(timezone.localdate()).with_contract()
    return ", ".join(f"{row.product} ({row.coverage.contract.group})" for row in found.order_by("payer_order")[:3])


def last_day(end: datetime.date) -> datetime.date:
    """The last covered day of a half-open period."""
    return end - datetime.timedelta(days=1)


def _known(row: CoveragePeriod) -> str:
    return _("Known since %(at)s, from %(source)s, recorded by %(by)s.") % {
        "at": f"{row.known.lower:%Y-%m-%d %H:%M} UTC",
        "source": row.source,
        "by": row.recorded_by,
    }
