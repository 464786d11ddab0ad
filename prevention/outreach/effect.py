"""What outreach was worth: sent, opened, booked, done; against people held back; and the cost of a closed gap.

Counted once a night for each campaign, set-based; pages read the counts.
"""

import math
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from prevention.models import Campaign, OutreachSummary
from prevention.quality.rates import wilson

# A gap counts as closed by outreach where a fact closed it within so many days of entering the campaign.
WITHIN = 90

COUNT = """
WITH episode AS (
    SELECT e.campaign_id, e.gap_id, e.arm, e.language, e.wording, e.entered_at, m.managing_organization_id AS system,
        (g.status = 'closed' AND g.closed_at <= e.entered_at + %(within)s * interval '1 day')::int AS done,
        (e.entered_at + %(within)s * interval '1 day' <= %(at)s)::int AS observed
    FROM prevention_outreachepisode e JOIN prevention_caregap g ON g.id = e.gap_id AND g.member_id = e.member_id
    JOIN members_member m ON m.id = e.member_id
    -- Whom no outreach could have helped leave both arms alike.
    WHERE e.stop_reason NOT IN ('deceased', 'disenrolled') AND NOT (g.status = 'excluded')
), step AS (
    SELECT e.campaign_id, e.gap_id, r.channel,
        coalesce(r.status = 'sent' OR o.status = 'sent', false)::int AS sent,
        (l.confirmed_at IS NOT NULL OR o.read_at IS NOT NULL)::int AS opened,
        (l.used_for IN ('booked', 'kit_ordered'))::int AS booked,
        CASE WHEN r.status = 'sent' OR o.status = 'sent' THEN coalesce(c.amount, 0) ELSE 0 END AS cost
    FROM episode e JOIN prevention_reminder r ON r.gap_id = e.gap_id
    LEFT JOIN core_outboxmessage o ON o.id = r.message_id
    LEFT JOIN prevention_onetaplink l ON l.reminder_id = r.id
    LEFT JOIN prevention_outreachcost c ON c.managing_organization_id = e.system AND c.kind = r.channel
        AND c.period @> r.created_at::date
), kit AS (
    SELECT h.gap_id, count(*) AS kits, sum(coalesce(c.amount, 0)) AS cost FROM episode e
    JOIN prevention_homekit h ON h.gap_id = e.gap_id
    LEFT JOIN prevention_outreachcost c ON c.managing_organization_id = e.system AND c.kind = 'kit'
        AND c.period @> h.ordered_at::date
    GROUP BY h.gap_id
), answer AS (
    SELECT k.gap_id, max((k.outcome IN ('booked', 'kit_ordered'))::int) AS booked FROM prevention_outreachcontact k
    GROUP BY k.gap_id
), whole AS (
    SELECT e.*, coalesce(s.sent, 0) AS sent, coalesce(s.opened, 0) AS opened, coalesce(a.booked, 0) AS booked,
        coalesce(s.cost, 0) + coalesce(k.cost, 0) AS cost
    FROM episode e
    LEFT JOIN (SELECT gap_id, max(sent) AS sent, max(opened) AS opened, sum(cost) AS cost FROM step GROUP BY gap_id) s
        USING (gap_id)
    LEFT JOIN kit k USING (gap_id) LEFT JOIN answer a USING (gap_id)
), counted AS (
    SELECT campaign_id, 'arm' AS dimension, arm AS stratum, count(*) AS gaps, sum(sent) AS sent, sum(opened) AS opened,
        sum(booked) AS booked, sum(done) AS done, sum(observed) AS observed,
        sum(done * observed) AS done_observed, sum(cost) AS cost
    FROM whole GROUP BY campaign_id, arm
    UNION ALL
    SELECT campaign_id, 'language', language, count(*), sum(sent), sum(opened), sum(booked), sum(done), sum(observed),
        sum(done * observed), sum(cost) FROM whole WHERE arm = 'outreach' GROUP BY campaign_id, language
    UNION ALL
    SELECT campaign_id, 'wording', wording, count(*), sum(sent), sum(opened), sum(booked), sum(done), sum(observed),
        sum(done * observed), sum(cost) FROM whole WHERE arm = 'outreach' GROUP BY campaign_id, wording
    UNION ALL
    SELECT s.campaign_id, 'channel', s.channel, count(*), sum(s.sent), sum(s.opened), sum(coalesce(s.booked, 0)),
        sum(e.done), sum(e.observed), sum(e.done * e.observed), sum(s.cost)
    FROM step s JOIN episode e USING (gap_id) GROUP BY s.campaign_id, s.channel
)
INSERT INTO prevention_outreachsummary
    (campaign_id, as_of, dimension, stratum, gaps, sent, opened, booked, done, observed, done_observed, cost)
SELECT campaign_id, %(today)s, dimension, stratum, gaps, sent, opened, booked, done, observed,
    done_observed, cost FROM counted
"""


def summarise(*, as_of: date, at: datetime) -> int:
    """Replace every campaign's counts; returns rows written. Needs the jobs login and an open transaction."""
    OutreachSummary.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"within": WITHIN, "today": as_of, "at": at})
        return cursor.rowcount


@dataclass(frozen=True)
class Comparison:
    """Closed among those observed, reached out to against held back; `low` and `high` bound the difference (95 %).

    Observed is whose 90 days are over: before that day only closures could be counted, and every rate would be 100 %.
    """

    reached: OutreachSummary
    held: OutreachSummary | None
    difference: float | None
    low: float | None
    high: float | None
    cost_per_closed: Decimal | None
    cost_per_further: Decimal | None

    @property
    def is_told(self) -> bool:
        """Whether the difference is more than chance."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def difference(done: int, of: int, held_done: int, held_of: int) -> tuple[float, float, float]:
    """p1 − p2 with its 95 % interval: Newcombe's hybrid score method (Statistics in Medicine 17, 1998, method 10)."""
    p1, p2 = done / of, held_done / held_of
    l1, u1 = wilson(done, of)
    l2, u2 = wilson(held_done, held_of)
    low = p1 - p2 - math.sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2)
    high = p1 - p2 + math.sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)
    return p1 - p2, low, high


def compare(campaign: Campaign) -> Comparison | None:
    """The campaign's arms side by side, by the latest night's counts; None before the first."""
    # Filtered here: a list of campaigns brings their counts along.
    arms = {row.stratum: row for row in campaign.summaries.all() if row.dimension == "arm"}
    reached, held = arms.get("outreach"), arms.get("holdout")
    if reached is None:
        return None
    per_closed = reached.cost / reached.done if reached.done else None
    if held is None or not held.observed or not reached.observed:
        return Comparison(reached, held, None, None, None, per_closed, None)
    gained, low, high = difference(reached.done_observed, reached.observed, held.done_observed, held.observed)
    # What was spent so far is for all of them, so what it gains is told for all.
    further = Decimal(gained) * reached.gaps
    per_further = reached.cost / further if further > 0 else None
    return Comparison(reached, held, gained, low, high, per_closed, per_further)
