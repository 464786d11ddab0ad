"""A sender's own codes → LOINC, where somebody has said so: looked up for each result, loaded as a table."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction

from clinical.coding import LOINC
from core import audit
from core.models import Concept, SourceSystem, User
from core.terminology import concept
from interop.hl7v2.codes import is_loinc
from interop.hl7v2.models import LocalCode
from interop.hl7v2.results import Code
from network.models import Organization

COLUMNS = ("application", "facility", "system", "code", "loinc", "name")
NEEDED = ("code", "loinc")


def loinc_for(organization: Organization, source: SourceSystem, code: Code) -> Concept | None:
    """What a sender's own code means, or None where nobody has said."""
    found = (
        LocalCode.objects.filter(
            managing_organization=organization, sender=source.uri, system__iexact=code.system, code=code.code
        )
        .select_related("loinc__system")
        .first()
    )
    return found.loinc if found is not None else None


def sender_uri(application: str, facility: str) -> str:
    """Stands for a sender: MSH-3 and MSH-4. Numbers and codes of one sender are not those of another."""
    return f"urn:hl7:v2:{application}:{facility}"[:200]


@dataclass
class Loaded:
    """What a table brought; `aside` are lines by number with what is wrong."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    aside: list[tuple[int, str]] = field(default_factory=list)


class NoTable(ValueError):
    """The file is not the table that is asked for."""


@transaction.atomic
def load_local_codes(lines: Iterable[str], *, by: User, organization: Organization) -> Loaded:
    """Take a table in: CSV with the columns of `COLUMNS`, a code of a sender a line. Raises `NoTable`.

    A line at fault is set aside and the others stay; the same table again changes nothing.
    """
    reader = csv.DictReader(lines)
    if missing := [name for name in NEEDED if name not in (reader.fieldnames or ())]:
        raise NoTable(f"The first line names no column {' or '.join(missing)}; columns are {', '.join(COLUMNS)}.")
    done = Loaded()
    for row in reader:
        said = {name: (row.get(name) or "").strip() for name in COLUMNS}
        if not said["code"] or len(said["code"]) > 80 or len(said["system"]) > 60:
            done.aside.append((reader.line_num, "The code is empty or too long."))
        elif not is_loinc(said["loinc"]):
            done.aside.append((reader.line_num, "This is no LOINC: its check digit is wrong."))
        else:
            _store(said, organization, done)
    audit.record(
        by=by, action="update", verb="interop.load_local_codes", obj=organization,
        detail={"added": done.added, "changed": done.changed, "aside": len(done.aside)},
    )  # fmt: skip
    return done


def _store(said: dict[str, str], organization: Organization, done: Loaded) -> None:
    meaning = concept(LOINC, said["loinc"], said["name"])
    row, is_new = LocalCode.objects.get_or_create(
        managing_organization=organization,
        sender=sender_uri(said["application"], said["facility"]),
        system=said["system"],
        code=said["code"],
        defaults={"loinc_id": meaning.pk},
    )
    if is_new:
        done.added += 1
    elif row.loinc_id == meaning.pk:
        done.unchanged += 1
    else:
        row.loinc_id = meaning.pk
        row.save(update_fields=["loinc"])
        done.changed += 1
