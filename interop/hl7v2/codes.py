"""Tables: what HL7 codes of results mean here, and units as UCUM writes them."""

import re

from clinical.coding import CVX, LOINC, SNOMED

# The names by which senders call a code system (HL7 table 0396) → its address.
SYSTEMS = {
    "LN": LOINC,
    "LOINC": LOINC,
    "2.16.840.1.113883.6.1": LOINC,
    "SCT": SNOMED,
    "SNM": SNOMED,
    "SNOMED-CT": SNOMED,
    "SNOMEDCT": SNOMED,
    "2.16.840.1.113883.6.96": SNOMED,
    "CVX": CVX,
    "HL70292": CVX,
    "2.16.840.1.113883.12.292": CVX,
    "I10": "http://hl7.org/fhir/sid/icd-10-cm",
    "I10C": "http://hl7.org/fhir/sid/icd-10-cm",
    "NDC": "http://hl7.org/fhir/sid/ndc",
}

# OBX-11 (table 0085) → what becomes of the result.
PRELIMINARY, FINAL, CORRECTED, WITHDRAWN = "preliminary", "final", "corrected", "entered-in-error"
RESULT_STATUS = {
    "P": PRELIMINARY,
    "R": PRELIMINARY,  # entered, not verified
    "S": PRELIMINARY,  # partial
    "F": FINAL,
    "U": FINAL,  # now final, as sent before
    "C": CORRECTED,
    "X": WITHDRAWN,  # cannot be obtained
    "D": WITHDRAWN,  # deleted
    "W": WITHDRAWN,  # was wrong, like another patient's
}
# Nothing was found out yet, or nothing was asked: no result.
NO_RESULT = ("I", "N", "O")

# OBX-8 (table 0078): those that say the most first; the first that is there is kept.
FLAGS = ("AA", "HH", "LL", ">", "<", "A", "H", "L", "POS", "DET", "IND", "R", "I", "S", "NEG", "ND", "N")
ALIASES = {">": "HH", "<": "LL", "HU": "HH", "LU": "LL", "POS": "A", "DET": "A", "IND": "A", "NEG": "N", "ND": "N"}

# Coded and plain answers → the words that the laboratory's own screens take.
ANSWERS = {
    "10828004": "positive",
    "260385009": "negative",
    "260373001": "detected",
    "260415000": "not detected",
    "82334004": "indeterminate",
    "419984006": "indeterminate",
    "POS": "positive",
    "NEG": "negative",
    "DET": "detected",
    "ND": "not detected",
    "IND": "indeterminate",
}

# Confidentiality (ORC-28, table 0177) → `members.Sensitivity` by name.
CONFIDENTIALITY = {"HIV": "HIV", "PSY": "PSYCHOTHERAPY", "ETH": "PART2", "AID": "HIV", "ETHUD": "PART2", "SUD": "PART2"}

# Units that results have, as UCUM writes them.
UNITS = frozenset(
    {
        *("%", "g/dL", "g/L", "mg/dL", "mg/L", "ug/dL", "ug/L", "ug/mL", "ng/dL", "ng/mL", "ng/L", "pg/mL", "pg", "fL"),
        *(
            "mmol/L",
            "umol/L",
            "nmol/L",
            "pmol/L",
            "mol/L",
            "meq/L",
            "mmol/mol",
            "mg/g",
            "mg/mmol",
            "ug/mg",
            "mg/g{creat}",
        ),
        *("U/L", "[IU]/L", "[IU]/mL", "m[IU]/L", "m[IU]/mL", "u[IU]/mL", "k[IU]/L", "mU/L", "kU/L", "U/mL"),
        *("10*3/uL", "10*6/uL", "10*9/L", "10*12/L", "/uL", "/[HPF]", "/[LPF]", "{copies}/mL", "{ratio}", "{INR}", "1"),
        *(
            "mL/min",
            "mL/min/{1.73_m2}",
            "mL/min/1.73.m2",
            "s",
            "min",
            "h",
            "d",
            "mm/h",
            "mm[Hg]",
            "kg/m2",
            "kg",
            "g",
            "mg",
        ),
        *("cm", "mm", "mL", "L", "L/min", "[pH]", "{index}", "{score}", "Cel", "[degF]", "/min", "mosm/kg", "ug/g"),
        *("[in_i]", "[lb_av]", "[CFU]/mL", "{titer}", "{s_co_ratio}", "mg/(24.h)", "mg/24.h", "ng/mL/h", "pmol/mL"),
    }
)
# As laboratories write them, in lower case → UCUM.
UNIT_ALIASES = {
    "meq/l": "meq/L",
    "mmhg": "mm[Hg]",
    "mm hg": "mm[Hg]",
    "iu/l": "[IU]/L",
    "iu/ml": "[IU]/mL",
    "miu/l": "m[IU]/L",
    "miu/ml": "m[IU]/mL",
    "uiu/ml": "u[IU]/mL",
    "mcg/dl": "ug/dL",
    "mcg/ml": "ug/mL",
    "mcg/l": "ug/L",
    "mcg/g": "ug/g",
    "k/ul": "10*3/uL",
    "k/mm3": "10*3/uL",
    "thou/ul": "10*3/uL",
    "x10e3/ul": "10*3/uL",
    "x10(3)/ul": "10*3/uL",
    "10^3/ul": "10*3/uL",
    "10e3/ul": "10*3/uL",
    "m/ul": "10*6/uL",
    "mill/ul": "10*6/uL",
    "x10e6/ul": "10*6/uL",
    "x10(6)/ul": "10*6/uL",
    "10^6/ul": "10*6/uL",
    "10e6/ul": "10*6/uL",
    "10^9/l": "10*9/L",
    "10^12/l": "10*12/L",
    "cells/ul": "/uL",
    "percent": "%",
    "ratio": "{ratio}",
    "inr": "{INR}",
    "sec": "s",
    "secs": "s",
    "seconds": "s",
    "mm/hr": "mm/h",
    "mm/h": "mm/h",
    "ml/min/1.73": "mL/min/{1.73_m2}",
    "ml/min/1.73m2": "mL/min/{1.73_m2}",
    "ml/min/1.73 m2": "mL/min/{1.73_m2}",
    "ml/min/1.73m*2": "mL/min/{1.73_m2}",
    "copies/ml": "{copies}/mL",
    "ph": "[pH]",
    "index": "{index}",
    "score": "{score}",
    "bpm": "/min",
    "lbs": "[lb_av]",
    "lb": "[lb_av]",
    "in": "[in_i]",
}
# One letter in the other case is another unit in a few (mmol, Mmol): only these are safe to fold.
_FOLDED = {unit.lower(): unit for unit in sorted(UNITS) if "U" not in unit.replace("[IU]", "")}
UCUM = ("UCUM", "2.16.840.1.113883.6.8")


def unit(text: str, system: str = "") -> str | None:
    """A unit as UCUM writes it; None where it is neither known nor said to be UCUM."""
    text = text.strip()
    if not text or text in UNITS:
        return text
    if system.strip().upper() in UCUM and re.fullmatch(r"[!-~]{1,40}", text):
        return text
    folded = " ".join(text.lower().replace("µ", "u").replace("μ", "u").split())
    if found := UNIT_ALIASES.get(folded):
        return found
    if folded in ("u/l", "mu/l", "ku/l", "u/ml"):
        return folded.replace("u/", "U/").replace("/l", "/L").replace("/ml", "/mL")
    return _FOLDED.get(folded)


def is_loinc(code: str) -> bool:
    """Whether `code` is written as LOINC codes are, its check digit included (LOINC Users' Guide, Mod 10)."""
    found = re.fullmatch(r"(\d{1,7})-(\d)", code)
    if found is None:
        return False
    digits = [int(sign) for sign in reversed(found[1])]
    doubled = int("".join(str(digit) for digit in digits[::2][::-1])) * 2
    total = sum(map(int, str(doubled))) + sum(digits[1::2])
    return (10 - total % 10) % 10 == int(found[2])
