"""HL7 v2 messages for tests, written segment by segment."""

import itertools
from pathlib import Path

from members.models import Member

_numbers = itertools.count(1)


def msh(kind: str = "ORU^R01^ORU_R01", control: str = "", version: str = "2.5.1", **more: str) -> str:
    fields = {
        3: "LIS", 4: "Bay Reference Lab", 5: "KPCARE", 6: "", 7: "20260302101500-0800", 9: kind,
        10: control or f"T{next(_numbers)}", 11: "P", 12: version,
    } | {int(name[1:]): value for name, value in more.items()}  # fmt: skip
    return "MSH|^~\\&|" + "|".join(fields.get(number, "") for number in range(3, max(fields) + 1))


def segment(name: str, **fields: str) -> str:
    """`segment("OBX", f1="1", f3="…")`."""
    given = {int(key[1:]): value for key, value in fields.items()}
    return f"{name}|" + "|".join(given.get(number, "") for number in range(1, max(given, default=0) + 1))


def pid(member: Member | None = None, *, mrn: str | None = None, **fields: str) -> str:
    """PID of a member, by our record number unless `mrn` says otherwise."""
    given = {"f1": "1"}
    if member is not None:
        number = member.mrn if mrn is None else mrn
        given |= {"f3": f"{number}^^^^MR" if number else "", "f5": f"{member.family}^{member.given}"}
        given |= {"f7": f"{member.birth_date:%Y%m%d}", "f8": member.sex[0].upper()}
    return segment("PID", **(given | fields))


def obr(
    placer: str = "",
    filler: str = "L-1",
    test: str = "2823-3^Potassium^LN",
    at: str = "20260302081500-0800",
    **more: str,
):
    return segment("OBR", **({"f1": "1", "f2": placer, "f3": filler, "f4": test, "f7": at} | more))


def obx(
    value: str,
    test: str = "2823-3^Potassium^LN",
    kind: str = "NM",
    unit: str = "mmol/L",
    status: str = "F",
    **more: str,
):
    given = {"f1": "1", "f2": kind, "f3": test, "f5": value, "f6": unit, "f11": status}
    return segment("OBX", **(given | more))


def message(*segments: str) -> str:
    """The segments as one message; a header is put before them where they have none."""
    lines = segments if segments[0].startswith("MSH") else (msh(), *segments)
    return "\r".join(lines) + "\r"


def save(folder: Path, name: str, *messages: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(b"".join(one if isinstance(one, bytes) else one.encode(encoding) for one in messages))
    return path
