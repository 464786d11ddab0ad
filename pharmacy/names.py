"""Names of medicines as people read them, made of RxNorm's."""

import re

# Dose forms and units as RxNorm writes them → as a label says them. "Oral" is said by the form itself.
FORMS = (
    ("Extended Release Oral ", "extended-release "),
    ("Delayed Release Oral ", "delayed-release "),
    ("Oral ", ""),
    ("Tablet", "tablet"),
    ("Capsule", "capsule"),
    ("Solution", "solution"),
    ("Suspension", "suspension"),
    (" MG", " mg"),
    (" MCG", " micrograms"),
    (" ML", " mL"),
    (" UNT", " units"),
    ("/ML", "/mL"),
)
# Salts that a label's reader need not know; never one that is the medicine itself, like a chloride.
SALT = re.compile(r"(?<=\w) (hydrochloride|besylate|mesylate|maleate|tartrate|succinate)\b", re.IGNORECASE)


def plain_name(official: str) -> str:
    """`metformin hydrochloride 500 MG Oral Tablet` as `Metformin 500 mg tablet`.

    For members' pages. Staff see the name as it stands in the terminology.
    """
    name = SALT.sub("", official)
    for written, said in FORMS:
        name = name.replace(written, said)
    return name[:1].upper() + name[1:]
