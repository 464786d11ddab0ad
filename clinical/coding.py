"""Concepts by system and code, and codings on facts, for the rooms that write facts by hand."""

from collections.abc import Iterable, Mapping
from typing import Any

from clinical.models import CodingRole, Fact
from core.models import CodeSystem, Concept

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX = "http://hl7.org/fhir/sid/cvx"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
NAMES = {LOINC: "LOINC", SNOMED: "SNOMED CT", ICD10: "ICD-10-CM", RXNORM: "RxNorm", CVX: "CVX"}


def concept(system: str, code: str, display: str = "") -> Concept:
    """The concept of a system and code, made where it is new."""
    found = Concept.objects.filter(system__uri=system, code=code).first()
    if found is not None:
        return found
    code_system, _ = CodeSystem.objects.get_or_create(uri=system, defaults={"name": NAMES.get(system, system[-60:])})
    return Concept.objects.get_or_create(system=code_system, code=code, defaults={"display": display})[0]


def concepts(system: str, displays: Mapping[str, str]) -> dict[str, Concept]:
    """The concepts of several codes of one system, by code, in two queries; new ones are made with their display."""
    known = {one.code: one for one in Concept.objects.filter(system__uri=system, code__in=displays)}
    missing = {code: display for code, display in displays.items() if code not in known}
    if missing:
        code_system, _ = CodeSystem.objects.get_or_create(
            uri=system, defaults={"name": NAMES.get(system, system[-60:])}
        )
        Concept.objects.bulk_create(
            [Concept(system=code_system, code=code, display=display) for code, display in missing.items()],
            ignore_conflicts=True,
        )
        known |= {one.code: one for one in Concept.objects.filter(system=code_system, code__in=missing)}
    return known


def codings_of(kind: type[Fact]) -> Any:
    """The model of the codings of one kind of fact, a `FactCoding` whose rows point to theirs as `fact`."""
    # Every concrete kind has them (`fact_key`); the abstract one, which is all that the checker sees, has none.
    return kind._meta.get_field("codings").related_model  # type: ignore[misc]


def add_codings(fact: Fact, concepts: Iterable[Concept], role: int = CodingRole.CODE) -> None:
    """Put `concepts` on `fact` in the given role; one that stands there already stays once."""
    model = codings_of(type(fact))
    model.objects.bulk_create(
        [model(fact=fact, member_id=fact.member_id, role=role, concept=each) for each in dict.fromkeys(concepts)],
        ignore_conflicts=True,
    )


# Preferred first where a fact has several codings of one role: the words people chart in.
_ORDER = {ICD10: 0, LOINC: 0, RXNORM: 0, CVX: 0, SNOMED: 1}


def names(facts: Iterable[Fact], role: int = CodingRole.CODE) -> dict:
    """Fact id → its preferred concept in `role`, for any number of facts of one model in one query."""
    facts = list(facts)
    if not facts:
        return {}
    rows = (
        codings_of(type(facts[0]))
        .objects.filter(fact__in=[fact.pk for fact in facts], role=role)
        .select_related("concept__system")
    )
    best: dict = {}
    for row in rows:
        held = best.get(row.fact_id)
        if held is None or _rank(row.concept) < _rank(held):
            best[row.fact_id] = row.concept
    return best


def _rank(concept: Concept) -> tuple[int, int, str]:
    return (_ORDER.get(concept.system.uri, 2), 0 if concept.display else 1, concept.code)
