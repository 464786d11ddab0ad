"""What may leave: the columns of each kind of export, as SQL over a temporary table of the cohort's people.

Sources: 45 CFR 164.514(b)(2), Safe Harbor: none of the eighteen identifiers, years alone of dates, ages over 89 as one
group, three digits of the ZIP code where more than 20,000 people live there; HHS OCR, Guidance Regarding Methods for
De-identification, 26 November 2012. 45 CFR 164.514(e): a limited data set keeps city, state, ZIP code and dates.

A column that is not named here does not leave. Labelled facts (domain ruling 5) and free text never do.
"""

from dataclasses import dataclass

from core import terminology
from prevention.cohorts.criteria import OLDEST

# Three-digit areas of 20,000 people or fewer: the seventeen of the 2000 census in HHS' guidance, and those of the 2010
# census besides; whoever is in either list is left out.
RESTRICTED_ZIP3 = (
    "036", "059", "063", "102", "202", "203", "204", "205", "369", "556", "692", "753", "772", "790", "821", "823",
    "830", "831", "878", "879", "884", "890", "893",
)  # fmt: skip

_AGE = "extract(year FROM age(%(as_of)s::date, m.birth_date))::int"
_ZIP3 = (
    "CASE WHEN a.country = 'US' AND a.postal_code ~ '^[0-9]{5}(-?[0-9]{4})?$' "
    "AND left(a.postal_code, 3) <> ALL (%(restricted)s::text[]) THEN left(a.postal_code, 3) "
    "ELSE '000' END"
)
_STATES = (
    "AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR "
    "PA RI SC SD TN TX UT VA VT WA WI WV WY"
)
# A word that somebody typed into the state's place must not leave as one.
_STATE = f"CASE WHEN upper(a.state) = ANY (string_to_array('{_STATES}', ' ')) THEN upper(a.state) END"


@dataclass(frozen=True)
class Column:
    """`kind` is text, integer, number or date."""

    name: str
    sql: str
    kind: str = "text"


PERSON = (
    Column("study_id", "p.study_id::text"),
    Column("sex", "m.sex"),
    Column("language", "CASE WHEN left(m.language, 2) IN ('en', 'es') THEN left(m.language, 2) ELSE 'other' END"),
    Column("line_of_business", "k.line_of_business"),
    Column("state", _STATE),
    Column("registries", "r.registries"),
    Column("measures_met", "q.met", "integer"),
    Column("measures_not_met", "q.not_met", "integer"),
)
SAFE_PERSON = (
    *PERSON,
    Column("age", f"CASE WHEN {_AGE} > {OLDEST} THEN '90+' ELSE ({_AGE})::text END"),
    Column("zip3", _ZIP3),
)
LIMITED_PERSON = (
    *PERSON,
    Column("age", _AGE, "integer"),
    Column("birth_date", "m.birth_date", "date"),
    Column("death_date", "m.deceased_at::date", "date"),
    Column("city", "a.city"),
    Column("zip5", "CASE WHEN a.country = 'US' THEN left(substring(a.postal_code FROM '^[0-9]{5}'), 5) END"),
)
EVENT = (
    Column("study_id", "p.study_id::text"),
    Column("kind", "v.kind"),
    Column("system", "y.uri"),
    Column("code", "c.code"),
    Column("value", "v.value", "number"),
    Column("unit", "v.unit"),
)
SAFE_EVENT = (*EVENT, Column("year", "extract(year FROM v.day)::int", "integer"))
LIMITED_EVENT = (*EVENT, Column("date", "v.day", "date"))

PEOPLE_FROM = """
FROM pf_export p JOIN members_member m ON m.id = p.member_id
LEFT JOIN LATERAL (SELECT a.* FROM members_memberaddress a WHERE a.member_id = p.member_id AND a.sensitivity = 0
    AND a.use = 'home' AND a.period @> %(as_of)s::date ORDER BY lower(a.period) DESC NULLS LAST, a.id LIMIT 1) a ON TRUE
LEFT JOIN LATERAL (SELECT o.line_of_business FROM plans_coverageperiod c JOIN plans_product o ON o.id = c.product_id
    WHERE c.member_id = p.member_id AND c.benefit = 'medical' AND c.valid @> %(as_of)s::date AND upper_inf(c.known)
    ORDER BY c.id LIMIT 1) k ON TRUE
LEFT JOIN LATERAL (SELECT string_agg(e.registry || ':' || e.control, ' ' ORDER BY e.registry) AS registries
    FROM prevention_registryentry e
    WHERE e.member_id = p.member_id AND e.left_on IS NULL AND e.sensitivity = 0) r ON TRUE
LEFT JOIN LATERAL (SELECT (count(*) FILTER (WHERE x.numerator > 0))::int AS met,
    (count(*) FILTER (WHERE x.numerator = 0 AND x.denominator > x.denominator_exclusion + x.denominator_exception))::int
        AS not_met
    FROM prevention_measureresult x WHERE x.member_id = p.member_id AND x.period @> %(as_of)s::date) q ON TRUE
ORDER BY p.study_id
"""

# Kind → table, codings, value and unit. Codes and numbers alone: text, names, notes and places stay here.
_KINDS = (
    ("condition", "clinical_condition", "clinical_conditioncoding", "NULL::numeric", "NULL::text"),
    (
        "observation",
        "clinical_observation",
        "clinical_observationcoding",
        # A quantity without a unit that is known, or a long number, could be anything.
        "CASE WHEN f.value_quantity IS NOT NULL AND f.value_unit = ANY (%(units)s::text[]) THEN f.value_quantity "
        "WHEN f.value_quantity IS NULL AND f.value_integer BETWEEN 0 AND %(highest)s THEN f.value_integer END",
        "CASE WHEN f.value_quantity IS NOT NULL AND f.value_unit = ANY (%(units)s::text[]) THEN f.value_unit END",
    ),
    ("procedure", "clinical_procedure", "clinical_procedurecoding", "NULL::numeric", "NULL::text"),
    ("dispense", "clinical_medicationdispense", "clinical_medicationdispensecoding", "f.days_supply::numeric", "NULL"),
    ("immunisation", "clinical_immunization", "clinical_immunizationcoding", "NULL::numeric", "NULL::text"),
)
# Systems whose codes are published, and how a code of each is written: a local code could be anything that somebody
# wrote, and so could a word in a published system's place.
SYSTEMS = {
    terminology.SYSTEMS[name][0]: pattern
    for name, pattern in (
        ("snomed", "^[0-9]{6,18}$"),
        ("loinc", "^[0-9]{1,7}-[0-9]$"),
        ("icd10cm", "^[A-Z][0-9][0-9A-Z](\\.[0-9A-Z]{1,4})?$"),
        ("icd10pcs", "^[0-9A-Z]{7}$"),
        ("cvx", "^[0-9]{2,3}$"),
        ("rxnorm", "^[0-9]{1,7}$"),
        ("cpt", "^[0-9]{4}[0-9A-Z]$"),
        ("hcpcs", "^[A-Z][0-9]{4}$"),
    )
}
# Units of UCUM that results come in; whatever else stands in a unit's place could be anything.
UNITS = (
    "%", "1", "/min", "cm", "kg", "kg/m2", "mm[Hg]", "mg/dL", "mmol/L", "mmol/mol", "mg/g", "mg/mmol", "g/dL", "g/L",
    "ug/L", "ng/mL", "pg/mL", "ug/mL", "mL/min/{1.73_m2}", "mL/min", "10*3/uL", "10*6/uL", "10*9/L", "10*12/L", "fL",
    "pg", "U/L", "[IU]/L", "m[IU]/L", "meq/L", "mosm/kg", "Cel", "[degF]", "L", "mL", "s", "{score}", "{INR}", "nmol/L",
    "pmol/L", "umol/L", "[lb_av]", "[in_i]", "mg", "ug", "{ratio}",
)  # fmt: skip
# Observations whose number is somebody's age, birth or death, address, telephone or record number (45 CFR
# 164.514(b)(2)(i)): they never leave, whatever their unit.
IDENTIFYING = (
    "30525-0", "21611-9", "21612-7", "29553-5", "63900-5", "39016-1", "35659-2", "21112-8", "31211-6",
    "81954-0", "80616-6", "42077-8", "56799-0", "45401-7", "45396-9", "45397-7", "45400-9", "46106-1",
    "64994-7", "424144002", "184099003", "397669002",
)  # fmt: skip
# Scores are whole numbers without a unit; a longer one is no score.
HIGHEST_SCORE = 300
_EVENTS = " UNION ALL ".join(
    f"SELECT f.member_id, '{kind}' AS kind, g.concept_id, (lower(f.effective) AT TIME ZONE 'UTC')::date AS day, "
    f"{value} AS value, {unit} AS unit FROM {table} f JOIN {codings} g ON g.fact_id = f.id AND g.role = 1 "
    "WHERE f.member_id IN (SELECT member_id FROM pf_export) AND f.sensitivity = 0 AND NOT f.is_negated "
    "AND f.status NOT IN ('entered-in-error', 'cancelled')"
    for kind, table, codings, value, unit in _KINDS
)
# A year in which only somebody over 89 can have lived says their age (164.514(b)(2)(i)(C)).
EVENTS_FROM = f"""
FROM pf_export p JOIN ({_EVENTS}) v ON v.member_id = p.member_id
JOIN core_concept c ON c.id = v.concept_id JOIN core_codesystem y ON y.id = c.system_id
JOIN unnest(%(systems)s::text[], %(patterns)s::text[]) w(uri, pattern) ON w.uri = y.uri AND c.code ~ w.pattern
WHERE v.day <= %(as_of)s::date AND c.code <> ALL (%(identifying)s::text[]) AND {{when}}
ORDER BY p.study_id, v.day, v.kind, c.code
"""
SAFE_WHEN = f"extract(year FROM v.day) >= extract(year FROM %(as_of)s::date) - {OLDEST}"


def files(kind: str) -> dict[str, tuple[tuple[Column, ...], str]]:
    """File name → columns and the FROM that they are read by, for a kind of export."""
    if kind == "safe_harbor":
        return {"people": (SAFE_PERSON, PEOPLE_FROM), "events": (SAFE_EVENT, EVENTS_FROM.format(when=SAFE_WHEN))}
    return {"people": (LIMITED_PERSON, PEOPLE_FROM), "events": (LIMITED_EVENT, EVENTS_FROM.format(when="TRUE"))}
