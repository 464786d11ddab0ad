"""834 files written in a few words for tests."""

from pathlib import Path

HEAD = (
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260401*1200*^*00501*000000001*0*T*:~"
    "GS*BE*SENDER*RECEIVER*20260401*1200*1*X*005010X220A1~"
)


def member(
    number: str,
    family: str,
    given: str,
    *,
    ins: str = "Y*18*021*28*A",
    born: str = "19800515",
    sex: str = "F",
    ssn: str = "",
    line1: str = "",
    postal: str = "94601",
    group: str = "G1",
    dates: str = "DTP*356*D8*20260101",
    coverage: str = "HD*021**HMO*GOLD*EMP~DTP*348*D8*20260101",
    more: str = "",
) -> list[str]:
    """The segments of one member loop; empty parts are left out."""
    found = [
        f"INS*{ins}",
        f"REF*0F*{number}" if number else "",
        f"REF*1L*{group}" if group else "",
        dates,
        f"NM1*IL*1*{family}*{given}" + (f"****34*{ssn}" if ssn else ""),
        *([f"N3*{line1}", f"N4*OAKLAND*CA*{postal}"] if line1 else []),
        f"DMG*D8*{born}*{sex}" if born else "",
        *more.split("~"),
        *coverage.split("~"),
    ]
    return [segment for segment in found if segment]


def interchange(*loops: list[str], header: str = "BGN*00*1*20260401*1200****2~N1*IN*PLAN*FI*1", eol: str = "") -> str:
    """A whole file: envelope, one transaction set, these loops, right counts."""
    body = ["ST*834*0001*005010X220A1", *header.split("~"), *(segment for loop in loops for segment in loop)]
    body.append(f"SE*{len(body) + 1}*0001")
    return HEAD + "".join(f"{segment}~{eol}" for segment in body) + "GE*1*1~IEA*1*000000001~"


def write(folder: Path, *loops: list[str], name: str = "file.834", **kwargs) -> Path:
    path = folder / name
    path.write_text(interchange(*loops, **kwargs))
    return path
