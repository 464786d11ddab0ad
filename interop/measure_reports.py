"""What was measured, as FHIR R4 MeasureReport: for one member, or summed over everybody of a system.

Source: hl7.org/fhir/R4/measurereport.html; code systems measure-population and measure-improvement-notation.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.db.models import Sum
from psycopg2.extras import DateRange

from network.models import Organization
from prevention.engine.measure import POPULATIONS, Measure
from prevention.engine.moments import Setting
from prevention.models import MeasureResult, MeasureStratum, QualitySnapshot
from prevention.quality.strata import OFFICIAL, UNKNOWN

POPULATION_SYSTEM = "http://terminology.hl7.org/CodeSystem/measure-population"
IMPROVEMENT_SYSTEM = "http://terminology.hl7.org/CodeSystem/measure-improvement-notation"
Counts = Mapping[str, int]


def individual(member: UUID, measure: Measure, year: int, at: datetime) -> dict[str, Any]:
    """One member's counts in each rate; zeros where they are in none. Needs a context that may see the member."""
    results = MeasureResult.objects.filter(member=member, measure=measure.key, period=_period(year))
    found = {result.group: {name: getattr(result, name) for name in POPULATIONS} for result in results}
    report = _report(measure, year, at, "individual", found)
    report["subject"] = {"reference": f"Patient/{member}"}
    return report


def summary(measure: Measure, year: int, at: datetime, organization: Organization) -> dict[str, Any]:
    """The sums over everybody of a system, who reports them, with the strata that the nightly run counted last."""
    sums = (
        MeasureResult.objects.filter(
            measure=measure.key, period=_period(year), member__managing_organization=organization
        )
        .order_by()
        .values("group")
        .annotate(**{f"sum_{name}": Sum(name) for name in POPULATIONS})
    )
    rows = cast(Iterable[dict[str, Any]], sums)
    found = {row["group"]: {name: row[f"sum_{name}"] for name in POPULATIONS} for row in rows}
    report = _report(measure, year, at, "summary", found)
    report["reporter"] = {"reference": f"Organization/{organization.pk}", "display": organization.name}
    for row in _strata(measure, year, organization):
        parts = report["group"][row["group"] - 1].setdefault("stratifier", [{"stratum": []}])[0]["stratum"]
        parts.append({"value": {"text": row["stratum"]}, **_score(row["numerators"], row["denominators"])})
    return report


def _strata(measure: Measure, year: int, organization: Organization) -> Iterable[dict[str, Any]]:
    """The named strata of each rate, of the system's latest snapshot; a report of one's own hides no cell."""
    latest = QualitySnapshot.objects.filter(period=_period(year), managing_organization=organization)
    found = MeasureStratum.objects.filter(
        snapshot__in=list(latest.order_by("-month")[:1]), measure=measure.key, dimension=OFFICIAL, region=""
    ).exclude(stratum=UNKNOWN)
    return cast(
        Iterable[dict[str, Any]],
        found.values("group", "stratum")
        .annotate(numerators=Sum("numerator"), denominators=Sum("denominator"))
        .order_by("group", "stratum"),
    )


def _period(year: int) -> DateRange:
    return DateRange(*Setting.of_year(year).period)


def _report(measure: Measure, year: int, at: datetime, kind: str, found: Mapping[int, Counts]) -> dict[str, Any]:
    start, after = Setting.of_year(year).period
    return {
        "resourceType": "MeasureReport",
        "status": "complete",
        "type": kind,
        "measure": f"https://madie.cms.gov/Measure/{measure.name}|{measure.version}",
        "date": at.isoformat(),
        "period": {"start": start.isoformat(), "end": (after - timedelta(days=1)).isoformat()},
        "improvementNotation": {"coding": [{"system": IMPROVEMENT_SYSTEM, "code": measure.improvement}]},
        "group": [_group(measure, number, found.get(number, {})) for number in range(1, len(measure.groups) + 1)],
    }


def _group(measure: Measure, number: int, counts: Counts) -> dict[str, Any]:
    """The populations that the rate states, and its score."""
    group = measure.groups[number - 1]
    stated = [
        name
        for name in POPULATIONS
        if name in ("initial_population", "denominator", "numerator") or getattr(group, name) is not None
    ]
    count = dict.fromkeys(POPULATIONS, 0) | dict(counts)
    numerator = count["numerator"] - count["numerator_exclusion"]
    denominator = count["denominator"] - count["denominator_exclusion"] - count["denominator_exception"]
    return {
        "population": [
            {
                "code": {"coding": [{"system": POPULATION_SYSTEM, "code": name.replace("_", "-")}]},
                "count": count[name],
            }
            for name in stated
        ],
        **_score(numerator, denominator),
    }


def _score(numerator: int, denominator: int) -> dict[str, Any]:
    """No score where nobody is left to count."""
    return {"measureScore": {"value": round(numerator / denominator, 6)}} if denominator > 0 else {}
