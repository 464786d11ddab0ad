"""By what people are told apart, and how a person's group is found.

Two uses of the one text: over a share of the members (a range of ids), and for one member at a time when a page lists
who is in a group; so that a list holds exactly the people that were counted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from prevention.engine.compiler import Compiler
from prevention.engine.measure import Measure
from prevention.engine.moments import Setting

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

UNKNOWN = "-"
ALL = "all"
PLACES = ("region", "facility", "department", "clinician")
# The names of the official strata are those of the measure's text.
OFFICIAL = "stratum"


@dataclass(frozen=True)
class Dimension:
    """`sql` gives a person's group, from the columns of `WHO`; an empty or missing value is "not known"."""

    name: str
    label: "str | StrPromise"
    sql: str
    is_equity: bool = True


# OMB 1997 (62 FR 58782) groups of the CDC Race and Ethnicity codes, whose number says the group: detailed codes lie
# between that of their group and the next (CDC Race and Ethnicity Code Set 1.0).
RACE = """CASE WHEN x.code IN ('2135-2', '2186-5') THEN NULL
    WHEN x.number BETWEEN 1002 AND 2027 THEN 'american_indian'
    WHEN x.number BETWEEN 2028 AND 2053 THEN 'asian'
    WHEN x.number BETWEEN 2054 AND 2075 THEN 'black'
    WHEN x.number BETWEEN 2076 AND 2105 OR x.number = 2500 THEN 'pacific_islander'
    WHEN x.number BETWEEN 2106 AND 2130 THEN 'white'
    WHEN x.number = 2131 THEN 'other' END"""
ETHNICITY = """CASE WHEN x.number BETWEEN 2135 AND 2185 THEN 'hispanic' WHEN x.number = 2186 THEN 'not_hispanic' END"""

DIMENSIONS: tuple[Dimension, ...] = (
    Dimension("line_of_business", _("Line of business"), "cov.line_of_business", is_equity=False),
    Dimension(
        "age_band",
        _("Age"),
        "CASE WHEN w.age < 18 THEN '0-17' WHEN w.age < 30 THEN '18-29' WHEN w.age < 45 THEN '30-44' "
        "WHEN w.age < 65 THEN '45-64' WHEN w.age < 75 THEN '65-74' WHEN w.age >= 75 THEN '75+' END",
    ),
    Dimension("sex", _("Sex"), "nullif(m.sex, 'unknown')"),
    Dimension("race", _("Race"), "CASE WHEN cardinality(who.races) > 1 THEN 'two_or_more' ELSE who.races[1] END"),
    Dimension("ethnicity", _("Ethnicity"), "who.ethnicity"),
    Dimension("language", _("Language"), "nullif(split_part(lower(m.language), '-', 1), '')"),
    Dimension("deprivation", _("Area deprivation"), "((dep.percentile - 1) / 20 + 1)::text"),
)
BY_NAME = {dimension.name: dimension for dimension in DIMENSIONS}
EQUITY = tuple(dimension.name for dimension in DIMENSIONS if dimension.is_equity)

# `{of:COLUMN}` becomes the condition that ties a row to the members asked for.
WHO = """
members_member m
CROSS JOIN LATERAL (SELECT date_part('year', age(%(as_of)s::date, m.birth_date)) AS age) w
LEFT JOIN LATERAL (SELECT a.member_id, a.clinician_id, a.department_id FROM members_primarycareassignment a
    WHERE {a} AND a.period @> %(as_of)s::date) care ON care.member_id = m.id
LEFT JOIN network_department d ON d.id = care.department_id
LEFT JOIN network_facility f ON f.id = d.facility_id
LEFT JOIN LATERAL (SELECT DISTINCT ON (c.member_id) c.member_id, p.line_of_business
    FROM plans_coverageperiod c JOIN plans_product p ON p.id = c.product_id
    WHERE {c} AND c.benefit = 'medical' AND c.valid @> %(as_of)s::date AND upper_inf(c.known)
    ORDER BY c.member_id, c.payer_order) cov ON cov.member_id = m.id
LEFT JOIN LATERAL (SELECT x.member_id, array_agg(DISTINCT x.race) FILTER (WHERE x.race IS NOT NULL) AS races,
        min(x.ethnicity) AS ethnicity
    FROM (SELECT x.member_id, {race} AS race, {ethnicity} AS ethnicity
        FROM (SELECT r.member_id, r.code, substring(r.code FROM '^[0-9]{{4}}')::int AS number
            FROM members_raceethnicity r WHERE {r}) x) x
    GROUP BY x.member_id) who ON who.member_id = m.id
LEFT JOIN LATERAL (SELECT DISTINCT ON (h.member_id) h.member_id, left(h.postal_code, 5) AS postal_code
    FROM members_memberaddress h WHERE {h} AND h.use = 'home' AND h.period @> %(as_of)s::date
    ORDER BY h.member_id, h.id) home ON home.member_id = m.id
LEFT JOIN prevention_areadeprivation dep ON dep.postal_code = home.postal_code
"""


def who(tie: Callable[[str], str]) -> str:
    """The FROM clause that knows everything about each member `m`. `tie(column)`: the condition on a member column.

    Parameters: `as_of`, and those of the tie.
    """
    return WHO.format(
        race=RACE, ethnicity=ETHNICITY, **{alias: tie(f"{alias}.member_id") for alias in ("a", "c", "r", "h")}
    )


def columns() -> str:
    """Each dimension as a column `by_<name>`, and the place as region, department, clinician."""
    groups = ", ".join(f"coalesce({d.sql}, '{UNKNOWN}') AS by_{d.name}" for d in DIMENSIONS)
    return (
        "m.id, m.managing_organization_id, coalesce(f.region_id, m.region_id) AS region, "
        f"care.department_id AS department, care.clinician_id AS clinician, m.birth_date, m.sex, {groups}"
    )


def official_stratum(measures: Sequence[Measure], setting: Setting) -> str:
    """SQL: the member's part of a rate `r`, for rates that are reported in parts (by age, all of them)."""
    to = Compiler(setting)
    cases = [
        f"WHEN r.measure = '{measure.key}' AND r.\"group\" = {number} AND {stratum.members.true(to)} "
        f"THEN '{stratum.name}'"
        for measure in measures
        for number, group in enumerate(measure.groups, 1)
        for stratum in group.strata
    ]
    if to.columns or to.derived:
        raise ValueError("A stratum is told from the member alone.")
    return f"CASE {' '.join(cases)} ELSE '{UNKNOWN}' END" if cases else f"'{UNKNOWN}'"
