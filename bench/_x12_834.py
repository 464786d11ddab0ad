"""Enrolment files of any size: families with names, birth dates, numbers and addresses of their own. Deterministic."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

ONSETS = ("B", "Br", "C", "D", "F", "G", "H", "J", "K", "L", "M", "N", "P", "R", "S", "St", "T", "V", "W", "Z")
NUCLEI = ("a", "e", "i", "o", "u", "ai", "ea", "ou")
CODAS = ("ck", "ld", "l", "m", "n", "nd", "r", "rt", "s", "tt", "v", "x")
ENDS = ("a", "er", "ez", "in", "ley", "man", "o", "son", "ton", "y")
HEADER = (
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260401*1200*^*00501*000000001*0*T*:~"
    "GS*BE*SENDER*RECEIVER*20260401*1200*1*X*005010X220A1~ST*834*0001*005010X220A1~"
    "BGN*00*BENCH*20260401*1200****2~REF*38*BENCHGROUP~N1*P5*BENCH EMPLOYER*FI*123456780~"
    "N1*IN*BENCH PLAN*FI*987654320~"
)
LANGUAGES = ("ENG",) * 8 + ("SPA", "CHI")
POSTAL = tuple(f"94{n:03}" for n in range(600, 625))


def word(rng: random.Random) -> str:
    middle = rng.choice(NUCLEI) + rng.choice(CODAS)
    return (rng.choice(ONSETS) + middle + rng.choice(ENDS)).upper()


def ssn(number: int) -> str:
    """The `number`-th number without a group of zeros."""
    area, rest = divmod(number, 99 * 9999)
    group, serial = divmod(rest, 9999)
    return f"{100 + area:03}{group + 1:02}{serial + 1:04}"


def loops(members: int, seed: int = 1) -> Iterator[list[str]]:
    """The segments of each member: a subscriber and up to three dependants, one family in a hundred upside down."""
    rng, made, family_number = random.Random(seed), 0, 0
    while made < members:
        family_number += 1
        family, number = word(rng), f"S{seed:02}{family_number:08}"
        size = min(members - made, rng.choice((1, 1, 2, 3, 4)))
        start = date(2026, rng.randint(1, 4), 1)
        people = []
        for place in range(size):
            made += 1
            adult = place < 2
            born = date(2026, 1, 1) - timedelta(
                days=rng.randint(19 * 366, 80 * 365) if adult else rng.randint(1, 17 * 365)
            )
            people.append(_member(rng, place, number, family, ssn(made + seed * 1_000_000), born, start, family_number))
        if family_number % 100 == 0:
            people.reverse()
        yield from people


def _member(
    rng: random.Random, place: int, number: str, family: str, own_ssn: str, born: date, start: date, house: int
) -> list[str]:
    relation = ("Y*18", "N*01", "N*19", "N*19")[place]
    found = [
        f"INS*{relation}*021*28*A***{'FT' if place == 0 else ''}",
        f"REF*0F*{number}",
        "REF*1L*BENCHGROUP",
        f"DTP*356*D8*{start:%Y%m%d}",
        f"NM1*IL*1*{family}*{word(rng)}*{rng.choice('ABCDEFGHJKLM')}***34*{own_ssn}",
    ]
    if place == 0:
        found.append(f"PER*IP**HP*510{house % 10_000_000:07}*EM*M{house}@EXAMPLE.TEST")
    found += [
        f"N3*{house} {('MAIN', 'OAK', 'MARKET')[house % 3]} ST",
        f"N4*OAKLAND*CA*{POSTAL[house % len(POSTAL)]}",
        f"DMG*D8*{born:%Y%m%d}*{rng.choice('FM')}",
        f"LUI*LE*{rng.choice(LANGUAGES)}**7",
        "HD*021**HMO*BENCHPLAN*" + ("EMP" if place == 0 else "FAM"),
        f"DTP*348*D8*{start:%Y%m%d}",
    ]
    return found


def write_834(path: Path, members: int, seed: int = 1) -> None:
    """An 834 with `members` member loops at `path`."""
    count = 6  # ST to N1*IN, and SE itself
    with path.open("w") as file:
        file.write(HEADER)
        for found in loops(members, seed):
            count += len(found)
            file.write("".join(f"{segment}~\n" for segment in found))
        file.write(f"SE*{count}*0001~GE*1*1~IEA*1*000000001~\n")
