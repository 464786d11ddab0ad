"""Official measure cases: FHIR bundles in, counts by our engine beside the counts that are expected.

A folder is laid out as the deck is: `cases/<measure>/<case>.json` with `<case>.MeasureReport.json` beside it, and
`valueset/*.json`.
"""

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from core.db import as_job
from core.models import User
from core.terminology import load_value_sets
from interop.ecqm_cases import resources_of, unit
from interop.fhir.load import Loader
from network.models import Organization
from prevention.engine.compiler import compile_program
from prevention.engine.evaluate import Partition, compute, population_counts
from prevention.engine.measure import POPULATIONS, Measure
from prevention.engine.moments import Setting
from prevention.measures import MEASURES, measure

COLUMNS = ("measure", "case", "population", "expected", "actual")


@dataclass(frozen=True)
class Case:
    """One patient of the deck: the bundle, the year it is for, and the expected count of each population."""

    measure: str
    name: str
    path: Path
    year: int
    expected: dict[tuple[int, str], int]

    @property
    def key(self) -> str:
        return f"{self.measure}/{self.name}"


@dataclass
class Report:
    """Rows of the answer, cases that passed, and what could not be done."""

    rows: list[tuple[str, str, str, int, int | str]] = field(default_factory=list)
    passed: dict[str, int] = field(default_factory=dict)
    total: dict[str, int] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)

    def add(self, case: Case, actual: dict[tuple[int, str], int]) -> None:
        for (group, population), count in case.expected.items():
            label = population if len({g for g, _ in case.expected}) == 1 else f"{group}.{population}"
            self.rows.append((case.measure, case.name, label, count, actual.get((group, population), "")))
        agrees = all(actual.get(key) == count for key, count in case.expected.items())
        self.total[case.measure] = self.total.get(case.measure, 0) + 1
        self.passed[case.measure] = self.passed.get(case.measure, 0) + agrees

    def write(self, path: Path) -> None:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(self.rows)


def read_cases(folder: Path, only: str = "") -> list[Case]:
    """The cases under `folder`. Raises `FileNotFoundError` where there are none."""
    found = []
    for directory in sorted((folder / "cases").glob("*")):
        if not directory.is_dir() or (only and directory.name != only):
            continue
        for path in sorted(directory.glob("*.json")):
            report = path.with_name(f"{path.stem}.MeasureReport.json")
            if path.name.endswith(".MeasureReport.json") or not report.exists():
                continue
            year, expected = _expected(json.loads(report.read_bytes()))
            found.append(Case(directory.name, path.stem, path, year, expected))
    if not found:
        raise FileNotFoundError(f"There are no cases under {folder / 'cases'}.")
    return found


def _expected(report: dict[str, Any]) -> tuple[int, dict[tuple[int, str], int]]:
    expected = {}
    for number, group in enumerate(report.get("group", ()), 1):
        for population in group.get("population", ()):
            code = population["code"]["coding"][0]["code"].replace("-", "_")
            if code in POPULATIONS:
                expected[number, code] = population.get("count", 0)
    return int(report["period"]["start"][:4]), expected


def evaluate(folder: Path, only: str = "") -> Report:
    """Load value sets and cases, evaluate each measure over them, compare. Needs an empty, migrated database."""
    known = {one.name for one in MEASURES}
    cases = read_cases(folder, only)
    report = Report(unknown={case.measure for case in cases} - known)
    cases = [case for case in cases if case.measure in known]
    user = User.objects.system("ecqm")
    with as_job(user, reason="Official cases"):
        load_value_sets(sorted((folder / "valueset").glob("*.json")))
        organization = Organization.objects.create(name="Official cases", kind=Organization.Kind.SYSTEM)
    members = _load(cases, Loader(user, organization, source="urn:kpcare:ecqm", lenient=True), report)
    for name, year in sorted({(case.measure, case.year) for case in cases}):
        group = [case for case in cases if (case.measure, case.year) == (name, year)]
        with as_job(user, reason="Official cases"):
            counts = _counts(measure(name, year), year, [members[c.key] for c in group if c.key in members])
        for case in group:
            report.add(case, counts.get(members[case.key], {}) if case.key in members else {})
    return report


def _load(cases: Iterable[Case], loader: Loader, report: Report) -> dict[str, UUID]:
    """The member made for each case. A case that is refused as a whole is tried again without what spoils it."""
    cases = list(cases)
    members = _take(loader, ((case.key, resources_of(case.path)) for case in cases), report.refused)
    for case in cases:
        if case.key in members:
            continue
        resources = resources_of(case.path)
        without_one = [[*resources[:n], *resources[n + 1 :]] for n in range(1, len(resources))]
        for fewer in [*without_one, resources[:1]]:
            if case.key not in members:
                members |= _take(loader, [(case.key, fewer)], {})
    return members


def _take(loader: Loader, bundles: Iterable[tuple[str, list[Any]]], refused: dict[str, str]) -> dict[str, UUID]:
    members: dict[str, UUID] = {}
    units = (made for position, resources in bundles for made in unit(position, resources))
    for outcome in loader.load(units):
        members |= {position: found[0] for position, found in outcome.members.items() if found}
        refused |= {refusal.position: str(fault) for refusal, fault in outcome.refused}
    return members


def _counts(measure: Measure, year: int, members: list[UUID]) -> dict[UUID, dict[tuple[int, str], int]]:
    program = compile_program((measure,), (), Setting.of_year(year))
    compute(program, Partition(ids=tuple(members)))
    return population_counts(program)
