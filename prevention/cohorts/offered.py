"""Which value sets a cohort may ask for under each kind of fact: those of diagnoses as conditions, and so on.

Two things decide, both known already. What measures, rules and registries read the set as: a visit's codes are no
procedure. And of which code systems it is: a diagnosis has no LOINC code, a medicine none of ICD-10. A set that nothing
here reads (one that was loaded beside them) goes by its code systems alone; so one of SNOMED CT alone stands under each
kind that SNOMED CT has.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache

from django.contrib.postgres.aggregates import ArrayAgg

from core.models import ValueSet as Kept
from core.terminology import SYSTEMS
from prevention.engine.codes import ValueSet
from prevention.engine.facts import Retrieve

# Kind of fact in a cohort: what the engine calls it, and the systems that name such a thing.
READ_AS = {
    "condition": {"condition"},
    "observation": {"observation"},
    "procedure": {"procedure"},
    "medicine": {"medicationrequest", "medicationdispense"},
}
NAMED_IN = {
    kind: {SYSTEMS[name][0] for name in names}
    for kind, names in {
        "condition": ("icd10cm", "snomed"),
        "observation": ("loinc", "snomed"),
        "procedure": ("icd10pcs", "hcpcs", "cpt", "snomed"),
        "medicine": ("rxnorm", "ndc"),
    }.items()
}


@cache
def read_as() -> Mapping[str, frozenset[str]]:
    """Address of a value set → the kinds of facts that measures, rules and registries retrieve by it.

    Empty for one that is only compared with: an answer to a question, a reason.
    """
    from prevention.measures import MEASURES
    from prevention.registries import REGISTRIES
    from prevention.rules import RULES

    found: dict[str, set[str]] = defaultdict(set)
    waiting: list[object] = [*MEASURES, *RULES, *REGISTRIES]
    # By identity: definitions are shared among measures, and equal ones need not be told apart.
    seen: dict[int, object] = {}
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, str | int | float | None):
            continue
        seen[id(one)] = one
        if isinstance(one, ValueSet):
            found[one.url]
        elif isinstance(one, Retrieve):
            for code in one.codes:
                if isinstance(code, ValueSet):
                    found[code.url].add(one.resource.name)
        waiting.extend(_parts(one))
    return {url: frozenset(kinds) for url, kinds in found.items()}


def _parts(one: object) -> Iterable[object]:
    if isinstance(one, Mapping):
        return one.values()
    if isinstance(one, tuple | list | set | frozenset):
        return one
    if is_dataclass(one) and not isinstance(one, type):
        return [getattr(one, field.name) for field in fields(one)]
    return ()


def offered() -> dict[str, list[tuple[str, str]]]:
    """Kind → address and name of the value sets that may be asked for under it, by name."""
    rows = Kept.objects.annotate(systems=ArrayAgg("concepts__system__uri", distinct=True, default=[])).order_by("name")
    found: dict[str, list[tuple[str, str]]] = {kind: [] for kind in READ_AS}
    for url, name, systems in rows.values_list("url", "name", "systems"):
        for kind in READ_AS:
            if fits(kind, url, systems):
                found[kind].append((url, name or url))
    return found


def fits(kind: str, url: str, systems: Iterable[str]) -> bool:
    """Whether a set of such codes names facts of the kind."""
    read = read_as().get(url)
    return bool(NAMED_IN[kind] & set(systems)) and (read is None or bool(READ_AS[kind] & read))
