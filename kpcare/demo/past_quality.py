"""Rates of the year's earlier months, what they are compared with, and how deprived an area is: invented, and said so.

A new world is evaluated tonight for the first time; a trend of one point, no goal and no benchmark would hide half of
what the quality director's pages do.
"""

import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from core.models import User
from kpcare.demo.world import World
from network.models import Organization
from prevention.measures import measure, measures_of
from prevention.models import AreaDeprivation, MeasureGoal
from prevention.quality.actions import set_goal

DEMO = "Invented for the demo world"
# Measure: own goal, and what stands for the national average; per cent.
GOALS = {
    "CMS125": (72, 71),
    "CMS130": (65, 58),
    "CMS165": (68, 63),
    "CMS122": (22, 28),
    "CMS131": (56, 52),
    "CMS349": (55, 45),
    "CMS951": (50, 41),
}

# An earlier month of the year: the same groups, of whom each month as many more got it, give or take a chance of its
# own. Where less is better, the numerator is who is left.
MONTH = """
WITH newest AS (
    SELECT s.* FROM prevention_qualitysnapshot s WHERE s.managing_organization_id = %(system)s
    ORDER BY s.month DESC LIMIT 1
), made AS (
    INSERT INTO prevention_qualitysnapshot (id, managing_organization_id, period, month, as_of)
    SELECT uuidv7(), n.managing_organization_id, n.period, %(month)s, %(last)s FROM newest n
    WHERE n.period @> %(month)s::date RETURNING id
)
INSERT INTO prevention_measurestratum (id, managing_organization_id, snapshot_id, measure, "group", dimension, region,
    stratum, members, denominator, numerator, exclusions, exceptions, is_hidden, hides_rate, hides_exclusions,
    hides_exceptions)
SELECT uuidv7(), t.managing_organization_id, made.id, t.measure, t."group", t.dimension, t.region, t.stratum, t.members,
    t.denominator, v.met, t.exclusions, t.exceptions, t.is_hidden,
    t.hides_rate OR v.met BETWEEN 1 AND 10 OR t.denominator - v.met BETWEEN 1 AND 10,
    t.hides_exclusions, t.hides_exceptions
FROM prevention_measurestratum t JOIN newest n ON n.id = t.snapshot_id CROSS JOIN made
CROSS JOIN LATERAL (SELECT CASE WHEN t.measure = ANY (%(lower)s) THEN t.denominator - t.numerator ELSE t.numerator END
    AS today) s
CROSS JOIN LATERAL (SELECT greatest(0, least(t.denominator, round(s.today * (1 - %(back)s / (%(months)s + 4.0)
    + (mod(hashtextextended(t.measure || t.stratum || %(month)s::text, 0), 1000) / 1000.0) * 0.01))::int)) AS served) w
CROSS JOIN LATERAL (SELECT CASE WHEN t.measure = ANY (%(lower)s) THEN t.denominator - w.served ELSE w.served END
    AS met) v
"""


def add_areas(place: World) -> None:
    """A deprivation percentile for every postal code of the demo's cities; before the first evaluation."""
    sites = [site for market in place.markets for site in market.sites]
    AreaDeprivation.objects.bulk_create(
        AreaDeprivation(
            postal_code=site.postal_code,
            percentile=8 + number * 37 % 90,
            index="Demo index",
            version="1",
            source=DEMO,
        )
        for number, site in enumerate(sites)
    )


def add(system: Organization, *, by: User, today: datetime.date) -> None:
    """The months since January, goals and benchmarks, after the first evaluation. Needs the jobs login."""
    first = today.replace(day=1)
    lower = [one.key for one in measures_of(today.year) if one.improvement == "decrease"]
    asked: dict[str, Any] = {"system": system.pk, "lower": lower, "months": first.month}
    with connection.cursor() as cursor:
        for back in range(1, first.month):
            month = first.replace(month=first.month - back)
            last = first.replace(month=month.month + 1) - datetime.timedelta(days=1)
            cursor.execute(MONTH, asked | {"month": month, "last": last, "back": back})
    since = datetime.date(today.year, 1, 1)
    for name, (goal, average) in GOALS.items():
        for kind, percent in ((MeasureGoal.Kind.GOAL, goal), (MeasureGoal.Kind.BENCHMARK, average)):
            set_goal(
                system.pk,
                measure(name, today.year),
                1,
                by=by,
                rate=Decimal(percent) / 100,
                source=f"{DEMO}, in the place of {'the board' if kind == 'goal' else 'the national average'}",
                start=since,
                kind=kind,
            )
