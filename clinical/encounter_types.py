"""What an encounter is to measures, care rules and registries: its type, beside the class that HL7 asks for.

They retrieve encounters by type alone. A kind of visit has a code of ours, which stands in every value set that holds
such visits, ours or official (`core.terminology.value_sets`), and the code in free use that says it best to others:
HCPCS level II (CMS), or a bare SNOMED CT identifier (docs/decisions/0012-snomed-identifiers.md). No level of evaluation
and management is guessed: whoever bills by CPT adds theirs.
"""

from clinical.coding import ACT_CODE, SNOMED, add_codings
from clinical.models import CodingRole, Encounter, EncounterCoding
from core.models import Concept
from core.terminology.concepts import SYSTEMS, concepts
from core.terminology.value_sets import VISITS
from network.ages import ADULT
from scheduling.models import VisitType

HCPCS = SYSTEMS["hcpcs"][0]
# HL7 v3 ActCode, Encounter.class.
CLASSES = {
    "AMB": "ambulatory",
    "VR": "virtual",
    "EMER": "emergency",
    "OBSENC": "observation encounter",
    "IMP": "inpatient encounter",
    "SS": "short stay",
}
# What a stay of a class is. Day surgery is none of these.
OF_CLASS = {"EMER": "emergency", "OBSENC": "observation", "IMP": "inpatient"}
# Kind → what it is called, and the code in free use.
KINDS: dict[str, tuple[str, tuple[str, str, str] | None]] = {
    "office": ("Office visit", (HCPCS, "G0463", "Hospital outpatient clinic visit")),
    "wellness": ("Preventive visit", (HCPCS, "G0439", "Annual wellness visit subsequent")),
    "wellness-child": ("Preventive visit of a child", None),
    "home": ("Home visit", (SNOMED, "439708006", "Home visit")),
    "virtual": ("Video visit", (SNOMED, "448337001", "Seen by video")),
    "telephone": ("Phone visit", (SNOMED, "185317003", "Spoken with by phone")),
    "emergency": ("Emergency department visit", (SNOMED, "4525004", "Seen in the emergency department")),
    "observation": ("Stay under observation", (SNOMED, "448951000124107", "Taken in for observation")),
    "inpatient": ("Stay in hospital", (SNOMED, "32485007", "Taken into hospital")),
}
FIRST_WELLNESS = (HCPCS, "G0438", "Annual wellness visit first")


def classify(encounter: Encounter, act: str, kind: str = "") -> bool:
    """Give an encounter its class (ActCode) and the types of its kind, in place of those it had of either.

    `kind` is one of `KINDS`; empty: what a stay of that class is, if anything. Codes that others wrote stay. Returns
    whether anything changed.
    """
    types = types_of(encounter, kind or OF_CLASS.get(act, ""))
    of_class = (ACT_CODE, act, CLASSES[act])
    # All at one stroke, whichever of them are new here.
    ids = concepts([of_class, *types])
    wanted = {(CodingRole.CLASS, ids[of_class[:2]])} | {(CodingRole.TYPE, ids[one[:2]]) for one in types}
    had = {(row.role, row.concept_id): row.pk for row in _ours(encounter)}
    if gone := [pk for key, pk in had.items() if key not in wanted]:
        EncounterCoding.objects.filter(fact=encounter, member_id=encounter.member_id, pk__in=gone).delete()
    for role, pk in sorted(wanted - had.keys()):
        add_codings(encounter, [Concept(pk=pk)], role)
    return wanted != had.keys()


def kind_of(visit_type: VisitType) -> str:
    """What a visit of this type is; empty: none that a measure counts, as a vaccination or a picture."""
    if visit_type.modality == VisitType.Modality.VIDEO:
        return "virtual"
    if visit_type.modality == VisitType.Modality.PHONE:
        return "telephone"
    return visit_type.counts_as


def types_of(encounter: Encounter, kind: str) -> list[tuple[str, str, str]]:
    """System, code and title of a kind for this encounter. A child's preventive visit is another than an adult's."""
    if not kind:
        return []
    if kind == "wellness" and _is_child(encounter):
        kind = "wellness-child"
    title, other = KINDS[kind]
    if kind == "wellness" and not _had_wellness(encounter):
        other = FIRST_WELLNESS
    return [(VISITS, kind, title), *([other] if other else [])]


def _is_child(encounter: Encounter) -> bool:
    born, at = encounter.member.birth_date, encounter.effective.lower if encounter.effective else None
    if born is None or at is None:
        return False
    day = at.date()
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day)) < ADULT


def _had_wellness(encounter: Encounter) -> bool:
    """Whether there was one before this: Medicare's first is told from those that follow."""
    earlier = Encounter.objects.filter(
        member_id=encounter.member_id,
        codings__role=CodingRole.TYPE,
        codings__concept__code__in=("G0438", "G0439"),
        codings__concept__system__uri=HCPCS,
    ).exclude(pk=encounter.pk)
    if encounter.effective and encounter.effective.lower:
        earlier = earlier.filter(effective__startswith__lt=encounter.effective.lower)
    return earlier.exists()


def _ours(encounter: Encounter) -> list[EncounterCoding]:
    """The class, and the types that this module writes."""
    written = {(other[0], other[1]) for _title, other in KINDS.values() if other} | {FIRST_WELLNESS[:2]}
    rows = EncounterCoding.objects.filter(
        fact=encounter, member_id=encounter.member_id, role__in=(CodingRole.CLASS, CodingRole.TYPE)
    ).select_related("concept__system")
    return [
        row
        for row in rows
        if row.role == CodingRole.CLASS
        or row.concept.system.uri == VISITS
        or (row.concept.system.uri, row.concept.code) in written
    ]
