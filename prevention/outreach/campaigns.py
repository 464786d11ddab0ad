"""Campaign policy as people change it: every change is a new dated row, what ran before stays as it was."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg2.extras import DateRange

from core import audit
from core.models import User
from core.permissions import require
from network.models import Organization, Region
from prevention.models import Campaign, CampaignStep
from prevention.outreach.hospice import IN_HOSPICE
from prevention.outreach.queue import OF_AGE, UNREACHABLE
from prevention.rules import RULES
from prevention.rules.positives import WAITING

# What may stand at one step, in the order in which steps usually come.
STEPS: dict[str, list[str]] = {
    "portal": ["portal", "push"],
    "message": ["email", "sms"],
    "letter": ["letter"],
    "call": ["call"],
    "visit": ["visit"],
}


@dataclass(frozen=True)
class Plan:
    """What a campaign is to do. `steps`: days after the gap came in → channels."""

    name: str
    rules: list[str]
    steps: dict[int, list[str]]
    wordings: list[str]
    season: tuple[int, int] | None = None
    age_from: int | None = None
    age_until: int | None = None
    in_one_visit: bool = False
    weight_overdue: Decimal = Decimal(1)
    weight_risk: Decimal = Decimal(1)
    weight_equity: Decimal = Decimal(0)
    equity_languages: list[str] = field(default_factory=list)
    equity_races: list[str] = field(default_factory=list)
    holdout_percent: Decimal = Decimal(0)
    daily_limit: int | None = None
    rank: int = 100
    script: str = ""

    def columns(self) -> dict[str, Any]:
        """The campaign's own columns."""
        about = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in ("steps", "season")}
        first, last = self.season or (None, None)
        return {**about, "season_from": first, "season_until": last}


@dataclass(frozen=True)
class Preview:
    """Whom it would reach if it began today: gaps and people, those who are held back, who cannot be written to."""

    gaps: int
    people: int
    held_back: int
    unreachable: int
    languages: list[tuple[str, int]]
    rules: list[tuple[str, int]]


# The gaps that a campaign would work on, each with why its member must not be reached. A campaign of lower rank that
# names a gap keeps it, and so does a market's own.
REACH = f"""
SELECT g.rule, m.language, g.member_id, ({UNREACHABLE}) IS NOT NULL AS is_unreachable,
    mod(hashtextextended(g.member_id::text || ':' || %(code)s, 0) & 4611686018427387903, 1000)
        < %(holdout)s * 10 AS is_held
FROM prevention_caregap g JOIN members_member m ON m.id = g.member_id
WHERE g.status = 'open' AND g.sensitivity = 0 AND g.last_done_what <> ALL (%(followed)s)
    AND m.managing_organization_id = %(system)s
    AND (%(region)s::uuid IS NULL OR m.region_id = %(region)s)
    AND (%(age_from)s::int IS NULL OR m.birth_date <= %(today)s::date - make_interval(years => %(age_from)s::int))
    AND (%(age_until)s::int IS NULL OR m.birth_date > %(today)s::date - make_interval(years => %(age_until)s::int))
    AND (g.rule = ANY (%(rules)s) OR %(rules)s::text[] = '{{}}' AND g.rule = ANY (%(reminding)s))
    AND NOT EXISTS (
        SELECT FROM prevention_campaign c WHERE c.managing_organization_id = %(system)s AND c.period @> %(today)s::date
            AND c.code <> %(code)s AND coalesce(c.region_id = m.region_id, c.region_id IS NULL)
            AND (c.region_id IS NOT NULL AND %(region)s::uuid IS NULL OR c.rank < %(rank)s)
            AND (g.rule = ANY (c.rules) OR c.rules = '{{}}' AND g.rule = ANY (%(reminding)s)) AND {OF_AGE})
"""
COUNTS = f"""
WITH po_hospice AS MATERIALIZED ({IN_HOSPICE.format(k="true")}), reach AS MATERIALIZED ({REACH})
SELECT 'all', '', count(*), count(DISTINCT member_id), count(*) FILTER (WHERE is_held AND NOT is_unreachable),
    count(*) FILTER (WHERE is_unreachable) FROM reach
UNION ALL SELECT 'language', language, count(*), 0, 0, 0 FROM reach GROUP BY language
UNION ALL SELECT 'rule', rule, count(*), 0, 0, 0 FROM reach GROUP BY rule
ORDER BY 1, 3 DESC
"""


def preview(plan: Plan, *, system: Organization, region: Region | None, code: str, at: datetime.datetime) -> Preview:
    """Whom the plan would reach today, counted from the open gaps; writes nothing."""
    values: dict[str, Any] = {
        "code": code,
        "system": system.pk,
        "region": region.pk if region else None,
        "rules": plan.rules,
        "reminding": [rule.id for rule in RULES if rule.remind],
        "followed": list(WAITING),
        "holdout": plan.holdout_percent,
        "rank": plan.rank,
        "age_from": plan.age_from,
        "age_until": plan.age_until,
        "today": at.date(),
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, values)
        rows = cursor.fetchall()
    gaps, people, held, unreachable = next(row[2:] for row in rows if row[0] == "all")
    return Preview(
        gaps,
        people,
        held,
        unreachable,
        [(row[1], row[2]) for row in rows if row[0] == "language"],
        [(row[1], row[2]) for row in rows if row[0] == "rule"],
    )


@transaction.atomic
def set_campaign(
    plan: Plan,
    *,
    by: User,
    system: Organization,
    region: Region | None,
    code: str,
    start: datetime.date,
    today: datetime.date,
) -> Campaign:
    """The campaign runs like this from `start` on; the version before it ends there, gaps go on at their step.

    A version that would begin on the same day is replaced in place. Raises `ValueError` for a day that is past, for a
    plan without steps, and where a later version stands already.
    """
    if start < today:
        raise ValueError(_("Choose today or a day that is still to come: what ran stays as it was."))
    if not plan.steps:
        raise ValueError(_("A campaign needs a step: say by what it reaches people."))
    asked = Campaign(managing_organization=system, region=region)
    require(by, "prevention.set_campaign", asked)
    versions = Campaign.objects.select_for_update().filter(managing_organization=system, region=region, code=code)
    if versions.filter(period__startswith__gt=start).exists():
        raise ValueError(_("A later version stands already: change that one."))
    campaign = versions.filter(period__startswith=start).first()
    if campaign is None:
        for earlier in versions.filter(period__contains=start):
            earlier.period = DateRange(earlier.period.lower, start)
            earlier.save(update_fields=["period"])
        campaign = Campaign(managing_organization=system, region=region, code=code)
    campaign.period, campaign.set_by = DateRange(start, None), by
    for name, value in plan.columns().items():
        setattr(campaign, name, value)
    campaign.full_clean(exclude=["id", "script"])
    campaign.save()
    campaign.steps.all().delete()
    CampaignStep.objects.bulk_create(
        CampaignStep(campaign=campaign, number=number, after_days=days, channels=plan.steps[days])
        for number, days in enumerate(sorted(plan.steps), 1)
    )
    audit.record(
        by=by,
        action="update",
        verb="prevention.set_campaign",
        obj=campaign,
        detail={"code": code, "start": start.isoformat()},
    )
    return campaign


@transaction.atomic
def stop_campaign(campaign_id: UUID, *, by: User, today: datetime.date) -> Campaign | None:
    """Nobody is written to by it from today on; messages that still wait are taken back by the next run.

    One that has not begun goes whole, and None is returned. Raises `ValueError` where it has ended.
    """
    campaign = Campaign.objects.select_for_update().get(pk=campaign_id)
    require(by, "prevention.set_campaign", campaign)
    if campaign.period.upper is not None and campaign.period.upper <= today:
        raise ValueError(_("This campaign has ended already."))
    audit.record(by=by, action="update", verb="prevention.stop_campaign", obj=campaign)
    if campaign.period.lower >= today and not campaign.episodes.exists():
        campaign.steps.all().delete()
        campaign.delete()
        return None
    # A period is never empty: what began today has run today.
    campaign.period = DateRange(campaign.period.lower, max(today, campaign.period.lower + datetime.timedelta(days=1)))
    campaign.save(update_fields=["period"])
    return campaign
