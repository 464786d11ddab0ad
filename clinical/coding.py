"""Concepts by system and code, and codings on facts, for the rooms that write facts by hand."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from clinical.models import CodingRole, Fact
from core import terminology
from core.models import Concept

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX = "http://hl7.org/fhir/sid/cvx"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def concepts(system: str, displays: Mapping[str, str]) -> dict[str, Concept]:
    """The concepts of several codes of one system, by code; new ones are made with their display."""
    found = terminology.concepts((system, code, display) for code, display in displays.items())
    return {code: Concept(pk=found[system, code], code=code, display=display) for code, display in displays.items()}


def codings_of(kind: type[models.Model]) -> Any:
    """The model of the codings of one kind of fact, a `FactCoding` whose rows point to theirs as `fact`."""
    return kind._meta.get_field("codings").related_model


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
    """Words before bare codes, then the system that people chart in."""
    return (0 if concept.display else 1, _ORDER.get(concept.system.uri, 2), concept.code)
