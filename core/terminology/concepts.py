"""Concepts by system and code, made where they are missing, remembered once they are committed."""

from collections.abc import Iterable

from django.db import connection, transaction

from core.models import CodeSystem, Concept, SourceSystem

# Short name → (canonical address, name), as https://terminology.hl7.org lists them.
SYSTEMS = {
    "icd10cm": ("http://hl7.org/fhir/sid/icd-10-cm", "ICD-10-CM"),
    "icd10pcs": ("http://www.cms.gov/Medicare/Coding/ICD10", "ICD-10-PCS"),
    "loinc": ("http://loinc.org", "LOINC"),
    "snomed": ("http://snomed.info/sct", "SNOMED CT"),
    "rxnorm": ("http://www.nlm.nih.gov/research/umls/rxnorm", "RxNorm"),
    "ndc": ("http://hl7.org/fhir/sid/ndc", "NDC"),
    "cvx": ("http://hl7.org/fhir/sid/cvx", "CVX"),
    "hcpcs": ("http://www.nlm.nih.gov/research/umls/hcpcs", "HCPCS"),
    "cpt": ("http://www.ama-assn.org/go/cpt", "CPT"),
    "cdcrec": ("urn:oid:2.16.840.1.113883.6.238", "CDC Race and Ethnicity"),
    "act": ("http://terminology.hl7.org/CodeSystem/v3-ActCode", "ActCode"),
}
Coding = tuple[str, str] | tuple[str, str, str]

# Ids of committed rows only: one that is rolled back must not be remembered.
_systems: dict[str, int] = {}
_concepts: dict[tuple[str, str], int] = {}
MOST_REMEMBERED = 200_000


def forget() -> None:
    """Empty this process's memory of ids (a test's database is thrown away under it)."""
    _systems.clear()
    _concepts.clear()


def address(system: str) -> str:
    """The canonical address of a code system given by short name or address."""
    return SYSTEMS[system][0] if system in SYSTEMS else system


def code_system(system: str) -> CodeSystem:
    """The code system of a short name (`loinc`) or canonical address, made where it is missing."""
    uri = address(system)
    found = CodeSystem.objects.filter(uri=uri).first()
    if found is None:
        name = dict(SYSTEMS.values()).get(uri, uri.rsplit("/", 1)[-1])[:60]
        # Somebody else may make it at this moment: theirs serves as well.
        CodeSystem.objects.bulk_create([CodeSystem(uri=uri, name=name)], ignore_conflicts=True)
        found = CodeSystem.objects.filter(uri=uri)[0]
    return found


def _system_id(uri: str) -> int:
    if uri not in _systems:
        found = code_system(uri).pk
        transaction.on_commit(lambda: _systems.__setitem__(uri, found))
        return found
    return _systems[uri]


def source_system(uri: str, name: str = "") -> SourceSystem:
    """The system a fact comes from, made where it is missing."""
    return SourceSystem.objects.get_or_create(uri=uri, defaults={"name": name})[0]


def concept(system: str, code: str, display: str = "") -> Concept:
    """The concept of a code; `display` is kept where the concept is new. `.pk` is what facts refer to.

    Answered from memory after the first time; then `display` of the answer is the one given, not the stored one.
    """
    key = (address(system), code)
    if key in _concepts:
        return Concept(pk=_concepts[key], system_id=_system_id(key[0]), code=code, display=display)
    found, _ = Concept.objects.get_or_create(
        system_id=_system_id(key[0]), code=code, defaults={"display": display[:500]}
    )
    transaction.on_commit(lambda: _remember({key: found.pk}))
    return found


def concepts(codings: Iterable[Coding]) -> dict[tuple[str, str], int]:
    """`(system address, code) → concept id` for many codings `(system, code[, display])`, in at most three queries.

    Missing concepts are made, in one order everywhere, so that two imports at once wait instead of deadlocking.
    """
    wanted: dict[tuple[str, str], str] = {}
    for coding in codings:
        key = (address(coding[0]), coding[1])
        if not wanted.get(key):
            wanted[key] = coding[2] if len(coding) > 2 else ""
    found = {key: _concepts[key] for key in wanted if key in _concepts}
    unknown = wanted.keys() - found.keys()
    if not unknown:
        return found
    ids = {uri: _system_id(uri) for uri in sorted({uri for uri, _ in unknown})}
    stored = _find(unknown, ids)
    missing = unknown - stored.keys()
    if missing:
        _insert([(ids[uri], code, wanted[uri, code][:500]) for uri, code in missing])
        stored |= _find(missing, ids)
    transaction.on_commit(lambda: _remember(stored))
    return found | stored


def _remember(ids: dict[tuple[str, str], int]) -> None:
    if len(_concepts) < MOST_REMEMBERED:
        _concepts.update(ids)


def _find(keys: Iterable[tuple[str, str]], ids: dict[str, int]) -> dict[tuple[str, str], int]:
    keys = list(keys)
    uris = {system_id: uri for uri, system_id in ids.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.system_id, c.code, c.id FROM unnest(%s::int[], %s::text[]) AS wanted (system_id, code) "
            "JOIN core_concept c ON c.code = wanted.code AND c.system_id = wanted.system_id",
            [[ids[uri] for uri, _ in keys], [code for _, code in keys]],
        )
        return {(uris[system_id], code): found for system_id, code, found in cursor.fetchall()}


def _insert(rows: list[tuple[int, str, str]]) -> None:
    rows = sorted(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_concept (system_id, code, display) "
            "SELECT * FROM unnest(%s::int[], %s::text[], %s::text[]) ON CONFLICT (code, system_id) DO NOTHING",
            [list(column) for column in zip(*rows, strict=True)],
        )
