"""Codes and sets of codes. A concept has an integer key, and so a measure is a join on integers.

`value_sets.csv` holds small sets of our own, under the address of the official set that each stands in for, from
freely usable codes alone: ICD-10-CM and -PCS (NCHS, CMS), HCPCS level II (CMS), LOINC (Regenstrief; names in our own
words), CVX (CDC), RxNorm (NLM), and bare SNOMED CT identifiers as the Global Patient Set gives them away, with words of
our own (docs/decisions/0012-snomed-identifiers.md). They are enough for the demo world and for the commonest records
from elsewhere; `./kp load_valuesets` puts the official expansions over them.
"""

from core.terminology.concepts import SYSTEMS, code_system, concept, concepts, forget, source_system
from core.terminology.value_sets import Loaded, load_own, load_value_sets, official, register_products

__all__ = [
    "SYSTEMS",
    "Loaded",
    "code_system",
    "concept",
    "concepts",
    "forget",
    "load_own",
    "load_value_sets",
    "official",
    "register_products",
    "source_system",
]
