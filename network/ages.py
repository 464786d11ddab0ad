"""Whom a specialty looks after by age: paediatrics children, internal medicine adults, family medicine everyone.

Codes are the NUCC health care provider taxonomy; the longest code that a specialty begins with decides, and one
that is not listed is for everyone.
"""

from bisect import bisect_right

ADULT, ELDER = 18, 65
EVERYONE = (0, 1000)
# Taxonomy code, or how a family of codes begins → ages from, until.
AGES: dict[str, tuple[int, int]] = {
    "2080": (0, ADULT),  # paediatrics and its subspecialties
    "363LP0200X": (0, ADULT),  # nurse practitioner, paediatrics
    "207R": (ADULT, EVERYONE[1]),  # internal medicine and its subspecialties
    "207QA0505X": (ADULT, EVERYONE[1]),  # family medicine, adults
    "363LA2200X": (ADULT, EVERYONE[1]),  # nurse practitioner, adult health
    "207RG0300X": (ELDER, EVERYONE[1]),  # internal medicine, geriatric
    "207QG0300X": (ELDER, EVERYONE[1]),  # family medicine, geriatric
    "363LG0600X": (ELDER, EVERYONE[1]),  # nurse practitioner, gerontology
}
EDGES = sorted({edge for ages in AGES.values() for edge in ages} - {0})


def ages_of(*specialties: str) -> tuple[int, int]:
    """Ages in whole years, from and until, that all of the specialties look after."""
    found = [
        AGES[max(fits, key=len)] for one in specialties if (fits := [code for code in AGES if one.startswith(code)])
    ]
    return max((one[0] for one in found), default=0), min((one[1] for one in found), default=EVERYONE[1])


def takes(age: int | None, *specialties: str) -> bool:
    """Whether somebody of that age is theirs; somebody of unknown age is everybody's."""
    first, until = ages_of(*specialties)
    return age is None or first <= age < until


def band(age: int | None) -> int | None:
    """A number that is the same for all ages which every specialty treats alike."""
    return None if age is None else bisect_right(EDGES, age)
