"""What the rules need of a member's record, read in a fixed number of queries however long it is."""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from clinical.models import (
    AllergyCoding,
    AllergyIntolerance,
    CodingRole,
    Condition,
    MedicationRequest,
    MedicationRequestCoding,
    MedicationStatement,
    MedicationStatementCoding,
    Observation,
    ObservationCoding,
)
from core.models import Concept
from members.models import Member
from members.portal import age_on
from pharmacy.models import ClinicalDrug, Ingredient, InteractionRule
from pharmacy.safety.facts import Pair
from pharmacy.safety.renal import OLD_AFTER, Body, Creatinine
from pharmacy.safety.rules import Allergy, Medicine
from pharmacy.safety.substances import Substance, substances_in

# LOINC; creatinine in serum or plasma and in blood, in mg/dL and in µmol/L.
CREATININE = ("2160-0", "38483-4", "14682-9")
WEIGHT, HEIGHT = ("29463-7", "3141-9"), ("8302-2",)
MICROMOLES = 88.42
POUND, INCH = 0.45359237, 2.54
PREGNANT_STATUS = "82810-3"
PREGNANT_FOR = datetime.timedelta(days=300)


def drug_as_medicine(drug: ClinicalDrug) -> Medicine:
    return Medicine(
        drug.name, tuple(Substance.of(each.name, each.classes) for each in drug.ingredients.all()), drug.route
    )


def _codes(model: Any, facts: Iterable[Any], role: int = CodingRole.CODE) -> dict[uuid.UUID, list[Concept]]:
    rows = model.objects.filter(fact__in=[fact.pk for fact in facts], role=role).select_related("concept")
    found: dict[uuid.UUID, list[Concept]] = defaultdict(list)
    for row in rows:
        found[row.fact_id].append(row.concept)
    return found


def current_medicines(member: Member, *, without: uuid.UUID | None = None) -> list[Medicine]:
    """What the member takes by order or by what they said; `without` the order that is being renewed."""
    now = timezone.now()
    running = Q(effective__isnull=True) | Q(effective__endswith__isnull=True) | Q(effective__endswith__gt=now)
    orders = MedicationRequest.objects.filter(running, member=member, status="active", is_negated=False)
    if without is not None:
        orders = orders.exclude(pk=without)
    said = MedicationStatement.objects.filter(running, member=member, status__in=("active", "recorded"))
    said = said.exclude(is_negated=True)
    codes = {**_codes(MedicationRequestCoding, orders), **_codes(MedicationStatementCoding, said)}
    concepts = {concept.pk for each in codes.values() for concept in each}
    drugs = {
        drug.concept_id: drug_as_medicine(drug)
        for drug in ClinicalDrug.objects.filter(concept__in=concepts).prefetch_related("ingredients")
    }
    ingredients = {row.concept_id: row for row in Ingredient.objects.filter(concept__in=concepts)}
    found: dict[str, Medicine] = {}
    for each in codes.values():
        medicine = _medicine(each, drugs, ingredients)
        if medicine is not None:
            found[medicine.name] = medicine
    return list(found.values())


def _medicine(
    concepts: list[Concept], drugs: dict[int, Medicine], ingredients: dict[int, Ingredient]
) -> Medicine | None:
    for concept in concepts:
        if concept.pk in drugs:
            return drugs[concept.pk]
    for concept in concepts:
        if concept.pk in ingredients:
            row = ingredients[concept.pk]
            return Medicine(row.name, (Substance.of(row.name, row.classes),))
    for concept in concepts:
        named = substances_in(concept.display)
        if named:
            return Medicine(concept.display, tuple(named))
    return None


def allergies(member: Member) -> list[Allergy]:
    """The active allergies to substances that the rules or the catalogue know."""
    rows = list(
        AllergyIntolerance.objects.filter(member=member, is_negated=False)
        .exclude(status__in=("inactive", "resolved"))
        .exclude(verification__in=("refuted", "entered-in-error"))
    )
    codes = _codes(AllergyCoding, rows)
    concepts = {concept.pk for each in codes.values() for concept in each}
    ingredients = {row.concept_id: row for row in Ingredient.objects.filter(concept__in=concepts)}
    drugs = {
        drug.concept_id: drug_as_medicine(drug)
        for drug in ClinicalDrug.objects.filter(concept__in=concepts).prefetch_related("ingredients")
    }
    found: list[Allergy] = []
    for row in rows:
        text, is_severe = _reaction(row.reactions)
        substances: dict[str, Substance] = {}
        for concept in codes.get(row.pk, []):
            if concept.pk in drugs:
                named = list(drugs[concept.pk].substances)
            elif concept.pk in ingredients:
                own = ingredients[concept.pk]
                # A mixed ingredient ("sulfamethoxazole / trimethoprim") is an allergy to each of its parts.
                named = [Substance.of(own.name, own.classes), *substances_in(own.name)]
            else:
                named = substances_in(concept.display)
            substances |= {substance.name: substance for substance in named}
        found += [
            Allergy(substance, text, row.criticality == "high" or is_severe, row.kind == "intolerance")
            for substance in substances.values()
        ]
    return found


def _reaction(reactions: Any) -> tuple[str, bool]:
    """What happened, in words, and whether any reaction was severe."""
    words: list[str] = []
    is_severe = False
    for reaction in reactions or []:
        said = reaction.get("manifestation", [])
        words += [_words(one) for one in (said if isinstance(said, list) else [said])]
        is_severe = is_severe or reaction.get("severity") == "severe"
    return ", ".join(word for word in words if word), is_severe


def _words(manifestation: Any) -> str:
    if isinstance(manifestation, dict):
        return str(manifestation.get("text") or manifestation.get("display") or "")
    return str(manifestation)


def body_of(member: Member) -> Body:
    """Age, sex, last weight and height, and the last year's creatinines."""
    now = timezone.now()
    rows = (
        ObservationCoding.objects.filter(
            member=member,
            role=CodingRole.CODE,
            concept__code__in=(*CREATININE, *WEIGHT, *HEIGHT),
            concept__system__uri="http://loinc.org",
        )
        .exclude(fact__status__in=("cancelled", "entered-in-error", "registered"))
        .filter(fact__value_quantity__isnull=False, fact__is_negated=False, fact__effective__isnull=False)
        .values_list("concept__code", "fact__value_quantity", "fact__value_unit", "fact__effective")
    )
    values = sorted(
        (
            (effective.lower, code, value, unit)
            for code, value, unit, effective in rows
            if value is not None and effective is not None
        ),
        key=lambda row: row[0],
    )
    weights = [_kilograms(value, unit) for _, code, value, unit in values if code in WEIGHT]
    heights = [_centimetres(value, unit) for _, code, value, unit in values if code in HEIGHT]
    creatinines = tuple(
        Creatinine(at, _milligrams(code, value, unit))
        for at, code, value, unit in values
        if code in CREATININE and at >= now - OLD_AFTER and value > 0
    )
    sex = member.sex_for_clinical_use if member.sex_for_clinical_use in ("female", "male") else member.sex
    return Body(
        age=age_on(member, timezone.localdate()),
        is_female={"female": True, "male": False}.get(sex),
        weight=weights[-1] if weights else None,
        height=heights[-1] if heights else None,
        creatinines=creatinines,
    )


def _milligrams(code: str, value: Decimal, unit: str) -> float:
    is_molar = code == "14682-9" or unit.lower().startswith(("umol", "µmol"))
    return float(value) / MICROMOLES if is_molar else float(value)


def _kilograms(value: Decimal, unit: str) -> float:
    factor = {"[lb_av]": POUND, "lb": POUND, "g": 0.001}.get(unit, 1.0)
    return float(value) * factor


def _centimetres(value: Decimal, unit: str) -> float:
    factor = {"[in_i]": INCH, "in": INCH, "m": 100.0}.get(unit, 1.0)
    return float(value) * factor


def is_pregnant(member: Member) -> bool:
    """Whether a pregnancy is coded: an open problem (ICD-10-CM Z33.1, Z34, O09; SNOMED CT 77386006) or the last
    pregnancy status (LOINC 82810-3) of the last 300 days."""
    since = timezone.now() - PREGNANT_FOR
    coded = (
        Q(codings__concept__code__startswith="Z34")
        | Q(codings__concept__code__startswith="O09")
        | Q(codings__concept__code__in=("Z33.1", "77386006"))
    )
    open_now = Q(effective__endswith__isnull=True) | Q(effective__endswith__gt=timezone.now())
    if (
        Condition.objects.filter(coded, open_now, member=member, status="active", is_negated=False)
        .filter(Q(effective__isnull=True) | Q(effective__startswith__gte=since))
        .exclude(verification__in=("refuted", "entered-in-error"))
        .exists()
    ):
        return True
    last = (
        Observation.objects.filter(
            member=member,
            codings__concept__code=PREGNANT_STATUS,
            codings__role=CodingRole.CODE,
            effective__startswith__gte=since,
        )
        .order_by("-effective")
        .first()
    )
    if last is None:
        return False
    return last.codings.filter(role=CodingRole.VALUE, concept__code__in=("77386006", "LA15173-0")).exists()


def pairs_about(medicine: Medicine) -> list[Pair]:
    """The rules that name one of the medicine's ingredients or classes."""
    names = {name for each in medicine.substances for name in (each.name, *each.classes)}
    rows = InteractionRule.objects.filter(Q(first__in=names) | Q(second__in=names))
    return [Pair(*row) for row in rows.values_list("first", "second", "severity", "message", "source")]
