"""Who is in a group of a rate: by the same text that counted them, for one page of a list."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from members.languages import language_name
from prevention.engine.measure import Measure
from prevention.engine.moments import Setting
from prevention.quality.models import QualitySnapshot
from prevention.quality.strata import ALL, BY_NAME, OFFICIAL, PLACES, UNKNOWN, official_stratum, who

PAGE = 50
SHOWN = {
    # What is shown → condition on a result `r`; "open" is what improvement is about, whichever way is better.
    "counted": "r.denominator > r.denominator_exclusion + r.denominator_exception",
    "in": "r.denominator > r.denominator_exclusion + r.denominator_exception "
    "AND r.numerator - r.numerator_exclusion > 0",
    "out": "r.denominator > r.denominator_exclusion + r.denominator_exception "
    "AND r.numerator - r.numerator_exclusion <= 0",
    "excluded": "r.denominator > 0 AND r.denominator <= r.denominator_exclusion + r.denominator_exception",
}
LIST = """
SELECT m.id, m.mrn, m.family, coalesce(nullif(m.name_used, ''), m.given), m.birth_date, m.language, m.name_key
FROM {who} JOIN prevention_measureresult r ON r.member_id = m.id
CROSS JOIN LATERAL (SELECT {stratum} AS by_stratum FROM (SELECT m.birth_date, m.sex) s) q
WHERE m.managing_organization_id = %(system)s AND r.measure = %(measure)s AND r."group" = %(group)s
    AND r.period = %(period)s AND {shown} AND {groups} AND (m.name_key, m.id) > (%(name)s, %(after)s)
ORDER BY m.name_key, m.id LIMIT %(limit)s
"""
ID = {"region": "coalesce(f.region_id, m.region_id)", "facility": "f.id"} | {
    "department": "care.department_id",
    "clinician": "care.clinician_id",
}


@dataclass(frozen=True)
class Person:
    id: UUID
    mrn: str
    family: str
    given: str
    birth_date: date | None
    language: str
    name_key: str

    @property
    def speaks(self) -> str:
        """Their language in words."""
        return language_name(self.language)


def people(
    system: UUID,
    snapshot: QualitySnapshot,
    measure: Measure,
    group: int,
    dimension: str,
    stratum: str,
    *,
    region: str = "",
    shown: str = "out",
    after: tuple[str, UUID] = ("", UUID(int=0)),
    limit: int = PAGE,
) -> list[Person]:
    """Members of a group by name, as their results stand now. `shown`: see `SHOWN`."""
    setting = Setting.of_year(snapshot.period.lower.year, as_of=snapshot.as_of, zone=ZoneInfo(settings.TIME_ZONE))
    groups, values = _groups(dimension, stratum, region)
    sql = LIST.format(
        who=who(lambda column: f"{column} = m.id"),
        stratum=official_stratum([measure], setting),
        shown=SHOWN[shown],
        groups=groups,
    )
    parameters = {
        **values,
        "as_of": snapshot.as_of,
        "system": system,
        "measure": measure.key,
        "group": group,
        "period": snapshot.period,
        "name": after[0],
        "after": after[1],
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [Person(*row) for row in cursor.fetchall()]


def _groups(dimension: str, stratum: str, region: str) -> tuple[str, dict[str, Any]]:
    """The condition that makes the group, and its parameters."""
    parts = ["TRUE"]
    values: dict[str, Any] = {}
    if region:
        parts.append(_is(ID["region"], region, "region", values))
    if dimension in PLACES:
        for place, key in zip(PLACES, stratum.split("/"), strict=False):
            parts.append(_is(ID[place], key, place, values))
    elif dimension == OFFICIAL:
        parts.append("q.by_stratum = %(stratum)s")
        values["stratum"] = stratum
    elif dimension != ALL:
        parts.append(f"coalesce({BY_NAME[dimension].sql}, '{UNKNOWN}') = %(stratum)s")
        values["stratum"] = stratum
    return " AND ".join(parts), values


def _is(column: str, key: str, name: str, values: dict[str, Any]) -> str:
    if key == UNKNOWN:
        return f"{column} IS NULL"
    values[name] = UUID(key)
    return f"{column} = %({name})s"
