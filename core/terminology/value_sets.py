"""Value sets from FHIR expansions and from our own table."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import Count

from core.models import ValueSet, ValueSetMember
from core.terminology.concepts import Coding, address, concepts

OFFICIAL = "http://cts.nlm.nih.gov/fhir/ValueSet/"
OWN = Path(__file__).with_name("value_sets.csv")
# Kinds of visit of our own (`clinical.encounter_types`). No official expansion knows them: they stay beside it.
VISITS = "urn:kpcare:code-system:visits"

# Ingredient (RxNorm) → (its code, the concept of a product that has it, the product's name), by the room that knows.
Products = Callable[[Iterable[str]], Iterable[tuple[str, int, str]]]
_products: list[Products] = []


def register_products(find: Products) -> None:
    """Plug in what finds the products of ingredients, for the rows of our own sets that name an ingredient."""
    if find not in _products:
        _products.append(find)


def official(oid: str) -> str:
    """The canonical address of a value set of the VSAC, by its OID; an address stays as it is."""
    return OFFICIAL + oid if oid[:1].isdigit() else oid


@dataclass
class Loaded:
    """What a load did: sets read, of these changed, codes in them, files set aside with the reason, and sets that lost
    more than half of their codes, with how many they had and have."""

    sets: int = 0
    changed: int = 0
    codes: int = 0
    set_aside: dict[str, str] = field(default_factory=dict)
    shrunk: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Expansion:
    url: str
    name: str
    version: str
    source: str
    codings: tuple[Coding, ...]


def load_own() -> Loaded:
    """Put our own small sets in, but never over an official expansion. Repeating it changes only what is new.

    A code that ends in `*` stands for every code of its system that begins so and that any record here has. `41126>` is
    every product of that ingredient that the pharmacy knows, `41126>inhal` those with that in their name.
    """
    grouped = _own()
    _keep_visits(grouped)
    taken = set(ValueSet.objects.filter(is_own=False).values_list("url", flat=True))
    return _store(
        [
            Expansion(url, name, "", "kpcare", tuple(codings))
            for (url, name), codings in grouped.items()
            if url not in taken
        ],
        is_own=True,
    )


def _own() -> dict[tuple[str, str], list[Coding]]:
    """(address, name) → the codes of each of our own sets."""
    grouped: dict[tuple[str, str], list[Coding]] = defaultdict(list)
    with OWN.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            grouped[official(row["value_set"]), row["name"]].append((row["system"], row["code"], row["display"]))
    return grouped


def _visits(grouped: dict[tuple[str, str], list[Coding]]) -> dict[str, list[Coding]]:
    """Address → the kinds of visit of ours that the set holds."""
    found = {url: [coding for coding in codings if coding[0] == VISITS] for (url, _), codings in grouped.items()}
    return {url: codings for url, codings in found.items() if codings}


def _keep_visits(grouped: dict[tuple[str, str], list[Coding]]) -> None:
    """Our kinds of visit in official sets that were loaded before there were any."""
    kept = _visits(grouped)
    ids = concepts(coding for codings in kept.values() for coding in codings)
    stored = dict(ValueSet.objects.filter(url__in=kept, is_own=False).values_list("url", "pk"))
    ValueSetMember.objects.bulk_create(
        [
            ValueSetMember(value_set_id=pk, concept_id=ids[_key(coding)])
            for url, pk in stored.items()
            for coding in kept[url]
        ],
        ignore_conflicts=True,
    )


def load_value_sets(paths: Iterable[Path]) -> Loaded:
    """Read FHIR ValueSet resources with an expansion (JSON files, or bundles of them) and replace their memberships.

    A set without an expansion or address is set aside with the reason, and so is one page of a longer expansion, which
    would pass for the whole; everything else is stored in one transaction.
    """
    found: list[Expansion] = []
    aside: dict[str, str] = {}
    for path in sorted(paths):
        try:
            resource = orjson.loads(path.read_bytes())
        except (OSError, orjson.JSONDecodeError) as error:
            aside[path.name] = f"not readable as JSON: {error}"
            continue
        for value_set in _value_sets(resource):
            # Of several in a bundle each says which it is.
            name = f"{path.name} {value_set.get('url') or ''}".strip() if _is_bundle(resource) else path.name
            try:
                found.append(_expansion(value_set))
            except NotTaken as why:
                aside[name] = str(why)
            except (AttributeError, KeyError, TypeError, ValueError):
                aside[name] = "not written as FHIR R4 writes a ValueSet"
    kept = _visits(_own())
    loaded = _store([replace(one, codings=(*one.codings, *kept.get(one.url, ()))) for one in found], is_own=False)
    loaded.set_aside = aside
    return loaded


class NotTaken(ValueError):
    """Why a value set is not taken, for whoever loads it."""


def _is_bundle(resource: Any) -> bool:
    return isinstance(resource, dict) and resource.get("resourceType") == "Bundle"


def _value_sets(resource: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(resource, dict):
        yield {}
    elif _is_bundle(resource):
        for entry in resource.get("entry") or ():
            one = entry.get("resource") if isinstance(entry, dict) else None
            if isinstance(one, dict) and one.get("resourceType") == "ValueSet":
                yield one
    else:
        yield resource


def _includes(value_set: dict[str, Any]) -> list[dict[str, Any]]:
    return (value_set.get("compose") or {}).get("include") or []


def _expansion(value_set: dict[str, Any]) -> Expansion:
    """Raises `NotTaken` for a set without an address, without codes, or of which this is a part alone."""
    if value_set.get("resourceType") != "ValueSet":
        raise NotTaken("not a ValueSet")
    if not value_set.get("url"):
        raise NotTaken("no address (url)")
    expansion = value_set.get("expansion")
    codings = _listed(expansion) if expansion else _defined(value_set)
    return Expansion(
        url=value_set["url"].split("|")[0],
        name=(value_set.get("title") or value_set.get("name") or value_set["url"])[:255],
        version=str(value_set.get("version") or "")[:60],
        source=(value_set.get("publisher") or "")[:300],
        codings=tuple(codings),
    )


def _listed(expansion: dict[str, Any]) -> list[Coding]:
    """The codes of an expansion that is whole (FHIR R4, ValueSet.expansion: total counts what all its pages list)."""
    codings: list[Coding] = []
    entries = 0
    waiting = list(expansion.get("contains") or ())
    while waiting:
        item = waiting.pop()
        entries += 1
        waiting.extend(item.get("contains") or ())
        if item.get("code") and item.get("system") and not item.get("abstract"):
            codings.append((item["system"], item["code"], item.get("display") or ""))
    offset, total = expansion.get("offset") or 0, expansion.get("total") or 0
    if offset or total > entries:
        raise NotTaken(
            f"a page of the expansion alone: {entries:,} of {total:,} entries, from number {offset + 1:,} on. "
            "Ask the terminology server for all of it (no count, no offset) and load that"
        )
    if any(_says(expansion, name) for name in ("limitedExpansion", "unclosed")):
        raise NotTaken("the terminology server says that the expansion leaves codes out (limited or unclosed)")
    if not codings:
        raise NotTaken("an expansion that lists no code: it would empty the set")
    return codings


def _says(expansion: dict[str, Any], name: str) -> bool:
    """Whether an expansion carries a parameter or extension of that name that is true."""
    parts = [*(expansion.get("parameter") or ()), *(expansion.get("extension") or ())]
    return any(
        part.get("valueBoolean") is True and (part.get("name") or part.get("url") or "").rsplit("-", 1)[-1] == name
        for part in parts
    )


def _defined(value_set: dict[str, Any]) -> list[Coding]:
    """Nothing but listed codes: then the definition is its own expansion."""
    parts = _includes(value_set)
    codings: list[Coding] = [
        (part["system"], item["code"], item.get("display") or "")
        for part in parts
        for item in part.get("concept") or ()
    ]
    if not codings:
        raise NotTaken("no expansion and no listed codes")
    if any(not part.get("concept") for part in parts) or (value_set.get("compose") or {}).get("exclude"):
        raise NotTaken("no expansion, and its definition does more than list codes: load its expansion")
    return codings


@transaction.atomic
def _store(expansions: list[Expansion], *, is_own: bool) -> Loaded:
    """Replace the memberships of these sets, touching only rows that differ."""
    # The same set twice: the later file stands, as a repeated load would leave it.
    by_url = {expansion.url: expansion for expansion in expansions}
    ids = concepts(coding for one in by_url.values() for coding in one.codings if not _is_open(coding))
    ValueSet.objects.bulk_create(
        [
            ValueSet(url=one.url, name=one.name, version=one.version, source=one.source, is_own=is_own)
            for one in by_url.values()
        ],
        update_conflicts=True,
        unique_fields=["url"],
        update_fields=["name", "version", "source", "is_own"],
    )
    sets = dict(ValueSet.objects.filter(url__in=by_url).values_list("url", "pk"))
    before = _sizes(sets.values())
    pairs = {
        (sets[one.url], ids[key]) for one in by_url.values() for coding in one.codings if (key := _key(coding)) in ids
    }
    pairs |= _beginning([(sets[one.url], *_key(c)) for one in by_url.values() for c in one.codings if _is_pattern(c)])
    pairs |= _containing([(sets[one.url], c[1]) for one in by_url.values() for c in one.codings if ">" in c[1]])
    changed = _replace(sorted(sets.values()), sorted(pairs))
    after = _sizes(sets.values())
    shrunk = {
        url: (before[pk], after.get(pk, 0)) for url, pk in sets.items() if 2 * after.get(pk, 0) < before.get(pk, 0)
    }
    return Loaded(sets=len(by_url), changed=changed, codes=len(pairs), shrunk=shrunk)


def _sizes(sets: Iterable[int]) -> dict[int, int]:
    """How many codes each of these sets has; those without any are missing."""
    members = ValueSetMember.objects.filter(value_set__in=list(sets)).values("value_set")
    return dict(members.annotate(n=Count("pk")).values_list("value_set", "n"))


def _key(coding: Coding) -> tuple[str, str]:
    return address(coding[0]), coding[1]


def _is_pattern(coding: Coding) -> bool:
    return coding[1].endswith("*")


def _is_open(coding: Coding) -> bool:
    """Whether it stands for codes that the load finds."""
    return _is_pattern(coding) or ">" in coding[1]


def _containing(asked: list[tuple[int, str]]) -> set[tuple[int, int]]:
    """(set, concept) for each known product of an ingredient (set, `41126>inhal`)."""
    wanted = [(pk, *code.partition(">")[::2]) for pk, code in asked]
    known = [row for find in _products for row in find({code for _pk, code, _in_name in wanted})]
    return {
        (pk, concept_id)
        for pk, ingredient, in_name in wanted
        for code, concept_id, name in known
        if code == ingredient and in_name in name.lower()
    }


def _beginning(patterns: list[tuple[int, str, str]]) -> set[tuple[int, int]]:
    """(set, concept) for each stored concept whose code begins as a pattern (set, system address, `E11.*`) says."""
    if not patterns:
        return set()
    columns: list[list[Any]] = [[p[0] for p in patterns], [p[1] for p in patterns], [p[2][:-1] for p in patterns]]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.value_set_id, c.id FROM unnest(%s::int[], %s::text[], %s::text[]) AS w (value_set_id, uri, code) "
            "JOIN core_codesystem s ON s.uri = w.uri "
            "JOIN core_concept c ON c.system_id = s.id AND starts_with(c.code, w.code)",
            columns,
        )
        return set(cursor.fetchall())


def _replace(sets: list[int], pairs: list[tuple[int, int]]) -> int:
    """Make the memberships of `sets` equal to `pairs`; returns how many sets that changed."""
    columns = [[pair[0] for pair in pairs], [pair[1] for pair in pairs]]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE wanted_member ON COMMIT DROP AS "
            "SELECT * FROM unnest(%s::int[], %s::int[]) AS w (value_set_id, concept_id)",
            columns,
        )
        cursor.execute("ANALYZE wanted_member")
        cursor.execute(
            "DELETE FROM core_valuesetmember m WHERE m.value_set_id = ANY (%s) AND NOT EXISTS (SELECT FROM "
            "wanted_member w WHERE w.value_set_id = m.value_set_id AND w.concept_id = m.concept_id) "
            "RETURNING m.value_set_id",
            [sets],
        )
        changed = {row[0] for row in cursor.fetchall()}
        cursor.execute(
            "INSERT INTO core_valuesetmember (value_set_id, concept_id) SELECT value_set_id, concept_id "
            "FROM wanted_member ORDER BY 1, 2 ON CONFLICT DO NOTHING RETURNING value_set_id"
        )
        changed |= {row[0] for row in cursor.fetchall()}
        cursor.execute("DROP TABLE wanted_member")
    return len(changed)
