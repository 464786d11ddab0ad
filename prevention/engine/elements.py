"""What the elements of one fact say: values, reasons, categories, status, class, place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from prevention.engine.codes import (
    ACT_CODE,
    CONDITION,
    CONDITION_CATEGORY,
    ENCOUNTER,
    OBSERVATION,
    OBSERVATION_CATEGORY,
    PROCEDURE,
    US_CORE_CONDITION_CATEGORY,
    Code,
    Codes,
    Resource,
    Role,
)
from prevention.engine.moments import Interval
from prevention.engine.predicates import (
    AgeAtPoint,
    Coded,
    ColumnIn,
    Compiling,
    Either,
    Point,
    Predicate,
    Raw,
    Timepoint,
)
from prevention.engine.written import instant

ANNOTATION = re.compile(r"\{[^}]*\}")
negated = Raw("{row}.is_negated")


@dataclass(frozen=True)
class CodedValue(Predicate):
    """An observation has a coded value; the reason why it has none is not one."""

    def true(self, to: Compiling, row: str) -> str:
        return (
            f"EXISTS (SELECT FROM clinical_observationcoding c WHERE c.fact_id = {row}.fact_id "
            f"AND c.role = {Role.VALUE} AND c.concept_id <> ALL (ARRAY(SELECT k.id FROM core_codesystem y "
            "JOIN core_concept k ON k.system_id = y.id "
            "WHERE y.uri = 'http://terminology.hl7.org/CodeSystem/data-absent-reason')) OFFSET 0)"
        )

    def false(self, to: Compiling, row: str) -> str:
        return f"NOT {self.true(to, row)}"


has_value: Predicate = (
    Raw(
        "{row}.value_quantity IS NOT NULL OR {row}.value_integer IS NOT NULL OR {row}.value_boolean IS NOT NULL "
        "OR {row}.value_time IS NOT NULL OR {row}.value_text <> ''"
    )
    | CodedValue()
)
by_quantity = Point("{row}.value_quantity", "{row}.value_quantity")
"""For `first` and `most_recent`: the order of quantities."""


def value_in(*codes: Codes) -> Predicate:
    """An observation's coded value is, or is in, one of these."""
    return Coded(OBSERVATION, Role.VALUE, codes)


def reason_in(resource: Resource, *codes: Codes) -> Predicate:
    """reasonCode."""
    return Coded(resource, Role.REASON, codes)


def not_done_reason_in(resource: Resource, *codes: Codes) -> Predicate:
    """QI-Core notDoneReason, doNotPerformReason and the like, and statusReason."""
    return Coded(resource, Role.STATUS_REASON, codes)


def category_is(code: str) -> Predicate:
    """An observation's category has this HL7 observation category."""
    return Coded(OBSERVATION, Role.CATEGORY, (Code(code, OBSERVATION_CATEGORY),))


is_problem_list_item = Coded(CONDITION, Role.CATEGORY, (Code("problem-list-item", CONDITION_CATEGORY),))
is_health_concern = Coded(CONDITION, Role.CATEGORY, (Code("health-concern", US_CORE_CONDITION_CATEGORY),))
is_active = ColumnIn("status", ("active", "recurrence", "relapse"))
is_confirmed = ColumnIn("verification", ("confirmed",))
is_confirmed_active_diagnosis = is_active & is_confirmed
# CQL's `~` is never null: a condition without a verification is none of these.
is_believed = ~ColumnIn("verification", ("unconfirmed", "refuted", "entered-in-error"))


def severity_in(*codes: Codes) -> Predicate:
    return Coded(CONDITION, Role.SEVERITY, codes)


def body_site_is(*codes: Codes) -> Predicate:
    return Coded(CONDITION, Role.BODY_SITE, codes)


def procedure_site_is(*codes: Codes) -> Predicate:
    return Coded(PROCEDURE, Role.BODY_SITE, codes)


def discharged_to(*codes: Codes) -> Predicate:
    return Coded(ENCOUNTER, Role.DISCHARGE_DISPOSITION, codes)


def in_place_of_kind(*codes: Codes) -> Predicate:
    """A place of the encounter (`location.location`) has one of these types."""
    return Coded(ENCOUNTER, Role.PLACE, codes)


def class_is(*codes: str) -> Predicate:
    """The encounter's class is one of these v3 ActCodes; false, not null, where it has none (CQL `~`)."""
    return Coded(ENCOUNTER, Role.CLASS, tuple(Code(code, ACT_CODE) for code in codes))


def in_encounter_of_class(*codes: str) -> Predicate:
    """`encounter.class.code in {…}`: false where the fact has no encounter, since CQL's null is in no such list."""
    return Coded(ENCOUNTER, Role.CLASS, tuple(Code(code, ACT_CODE) for code in codes), via="encounter_id")


@dataclass(frozen=True)
class DiagnosedWith(Predicate):
    """A condition that the encounter names among its diagnoses has one of these codes; `principal`: the first of
    its billing diagnoses (CQMCommon.principalDiagnosis).
    """

    codes: tuple[Codes, ...]
    principal: bool = False
    # Besides its billing diagnoses: what was noted first here, and what somebody was discharged with.
    uses: tuple[str, ...] = ("billing",)

    def true(self, to: Compiling, row: str) -> str:
        uses = ", ".join(f"'{use}'" for use in self.uses)
        first_billed = f" AND d.rank = 1 AND d.use IN ({uses})" if self.principal else ""
        coded = to.coded(CONDITION, Role.CODE, self.codes, "d.condition_id")
        return (
            f"EXISTS (SELECT FROM clinical_encounterdiagnosis d WHERE d.member_id = {row}.member_id "
            f"AND d.encounter_id = {row}.fact_id{first_billed} AND {coded})"
        )

    def false(self, to: Compiling, row: str) -> str:
        return f"NOT {self.true(to, row)}"


def encounter_diagnosis_in(*codes: Codes) -> Predicate:
    return DiagnosedWith(codes)


def principal_diagnosis_in(*codes: Codes) -> Predicate:
    return DiagnosedWith(codes, principal=True)


def chief_diagnosis_in(*codes: Codes) -> Predicate:
    """The principal diagnosis, or where the encounter was not billed, as with us, the first that was noted of it."""
    return DiagnosedWith(codes, principal=True, uses=("billing", "DD", ""))


# --- Values -------------------------------------------------------------------------------------------


# Other units of the same kind, and how much of the first one of each is: CQL compares amounts, not their writing.
SAME_KIND = {
    "mg/dL": {"g/L": "100", "mg/mL": "100", "g/dL": "1000", "mg/L": "0.1", "ug/mL": "0.1", "ug/dL": "0.001"},
}
_WITHOUT_ANNOTATION = "regexp_replace({row}.value_unit, '[{{][^}}]*[}}]', '', 'g')"


def quantity(comparison: str, value: float, unit: str = "") -> Predicate:
    """A quantity in `unit` (UCUM) compared: `quantity(">=", 190, "mg/dL")`. A unit of another kind is no answer.

    What stands in braces says what is counted, and changes no unit: `{copies}/mL` is `/mL`, `{score}` is 1. Without a
    unit it is a plain number: no unit written, or UCUM's `1`.
    """
    bare = ANNOTATION.sub("", unit)
    if others := SAME_KIND.get(unit):
        cases = "".join(f" WHEN '{other}' THEN {{row}}.value_quantity * {factor}" for other, factor in others.items())
        amount = f"CASE {{row}}.value_unit WHEN '{unit}' THEN {{row}}.value_quantity{cases} END"
    elif unit and unit == bare and unit[0] != "/":
        amount = f"CASE WHEN {{row}}.value_unit = '{unit}' THEN {{row}}.value_quantity END"
    else:
        among = f"('{bare}')" if bare else "('', '1')"
        amount = f"CASE WHEN {_WITHOUT_ANNOTATION} IN {among} THEN {{row}}.value_quantity END"
    return Raw(f"{amount} {comparison} {value}")


def percent(comparison: str, value: float) -> Predicate:
    """A share compared with so many percent. As in CQL, a plain number is in UCUM's `1`, and 1 is 100 %."""
    return Raw(
        "CASE WHEN {row}.value_unit = '%' THEN {row}.value_quantity "
        f"WHEN {_WITHOUT_ANNOTATION} IN ('', '1') THEN {{row}}.value_quantity * 100 END {comparison} {value}"
    )


def quantity_at_least(value: float, unit: str) -> Predicate:
    return quantity(">=", value, unit)


def integer(comparison: str, value: int) -> Predicate:
    return Raw(f"{{row}}.value_integer {comparison} {value}")


def refills_at_least(low: int) -> Predicate:
    return Raw(f"{{row}}.refills >= {low}")


def average_daily_dose_over(
    resource: Resource, system: str, strengths: Mapping[str, tuple[float, bool]], limit: float
) -> Predicate:
    """Quantity × strength ÷ days of supply is over `limit` mg a day. `strengths`: code → (mg, of a millilitre).

    The quantity is in millilitres, or counts units: UCUM's 1, or an annotation such as `{tablet}`.
    """
    return any_of(
        *(
            Coded(resource, Role.CODE, (Code(code, system),))
            & Raw(
                "{row}.quantity_unit = 'mL'"
                if per_millilitre
                else "{row}.quantity_unit IN ('', '1') OR left({row}.quantity_unit, 1) = chr(123)"
            )
            & Raw(f"{{row}}.quantity * {strength} / nullif({{row}}.supply, 0) > {limit}")
            for code, (strength, per_millilitre) in strengths.items()
        )
    )


def age_at_point(point: Timepoint, low: int, high: int | None = None) -> Predicate:
    """AgeInYearsAt(date from a point of the fact) in [low, high]."""
    return AgeAtPoint(point, low, high)


def any_of(*predicates: Predicate) -> Predicate:
    found = predicates[0]
    for predicate in predicates[1:]:
        found = Either(found, predicate)
    return found


@dataclass(frozen=True)
class BoundsOverlap(Predicate):
    """Of a medication request: the bounds of some dosage's timing overlap an interval, by days."""

    interval: Interval

    def true(self, to: Compiling, row: str) -> str:
        bound = "i #>> '{{timing,repeat,boundsPeriod,{}}}'"
        return (
            f"EXISTS (SELECT FROM jsonb_array_elements(CASE jsonb_typeof({row}.dosage) WHEN 'array' "
            f"THEN {row}.dosage ELSE '[]' END) i WHERE i #> '{{timing,repeat,boundsPeriod}}' IS NOT NULL "
            f"AND {_instant(bound.format('start'), '-infinity')} < {to.day_after(self.interval.end)} "
            f"AND {_instant(bound.format('end'), 'infinity')} >= {to.day_start(self.interval.start)})"
        )

    def false(self, to: Compiling, row: str) -> str:
        return f"NOT {self.true(to, row)}"


def _instant(written: str, missing: str) -> str:
    """A bound; one that is missing is open."""
    return f"(CASE WHEN {written} IS NULL THEN '{missing}'::timestamptz ELSE {instant(written)} END)"


def bounds_overlap(interval: Interval) -> Predicate:
    return BoundsOverlap(interval)
