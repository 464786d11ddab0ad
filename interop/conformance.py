"""Official decks and how each is run: name → (what is checked, passed, total) for each of its lines."""

import csv
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from interop.scratch import run, scratch_database
from prevention.immunisation import deck as immunisations
from prevention.immunisation.table import packaged
from prevention.measures import MEASURES

Line = tuple[str, int, int]
Deck = Callable[[Path], Iterator[Line]]
Cases = dict[tuple[str, str], bool]


def _sound(folder: Path) -> set[tuple[str, str]]:
    """Cases that the reference engine reproduces; the few others are faults of the deck."""
    with (folder / "reference_engine.csv").open(newline="", encoding="utf-8") as file:
        return {
            (row["measure"], row["case"])
            for row in csv.DictReader(file)
            if row["reproduced_by_fqm_execution_1.8.6"] == "yes"
        }


def _agreeing(folder: Path) -> Cases:
    """(measure, case) → whether our every population agrees."""
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "ecqm.csv"
        with scratch_database() as environ:
            run(["evaluate_ecqm", str(folder), "--out", str(out), "--here", "--quiet"], environ)
        agrees: Cases = {}
        with out.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                key = row["measure"], row["case"]
                agrees[key] = agrees.get(key, True) and row["expected"] == row["actual"]
    return agrees


def ecqm(data: Path) -> Iterator[Line]:
    """A line for each official measure: cases whose every population agrees, of those the reference reproduces."""
    folder = data / "ecqm"
    sound, agrees = _sound(folder), _agreeing(folder)
    for measure in sorted({measure for measure, _ in agrees}):
        cases = [key for key in agrees if key[0] == measure and key in sound]
        yield measure, sum(agrees[key] for key in cases), len(cases)


def ecqm_table(data: Path) -> str:
    """The deck in Markdown: for each measure its cases, those the reference engine reproduces, and those we do."""
    folder = data / "ecqm"
    sound, agrees = _sound(folder), _agreeing(folder)
    lines = ["| measure | cases | by the reference engine | by kpcare | of the reference's |", "|---|--:|--:|--:|--:|"]
    totals = [0, 0, 0, 0]
    for measure in {one.name: one for one in MEASURES}.values():
        cases = [key for key in agrees if key[0] == measure.name]
        both = [key for key in cases if key in sound]
        counts = [len(cases), len(both), sum(agrees[key] for key in cases), sum(agrees[key] for key in both)]
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        lines.append(f"| {measure.id} {measure.title} | {' | '.join(map(str, counts))} |")
    lines.append(f"| all | {' | '.join(map(str, totals))} |")
    return "\n".join(lines)


def cdsi(data: Path) -> Iterator[Line]:
    """A line for each vaccine group of the CDC's immunisation cases. Cases held wrong (docs/immunisations.md) are
    left out."""
    schedule = packaged()
    passed: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for file in sorted((data / "cdsi").glob("*.csv")):
        for case in immunisations.read(file, schedule):
            if case.id not in immunisations.HELD_WRONG:
                total[case.group] += 1
                passed[case.group] += all(row.agrees for row in immunisations.compare(case, schedule))
    for group in sorted(total):
        yield group, passed[group], total[group]


DECKS: dict[str, Deck] = {"ecqm": ecqm, "cdsi": cdsi}
