"""The official cases of our measures, and a deck that is wrong on purpose."""

import csv
import json
import os
import shutil
from pathlib import Path

import pytest

from interop import ecqm

DATA = Path(os.environ.get("KPCARE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")) / "ecqm"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason="Set KPCARE_DATA to the folder of the official decks."),
]


def test_every_case_that_the_reference_engine_reproduces():
    with (DATA / "reference_engine.csv").open(newline="") as file:
        sound = {
            (row["measure"], row["case"])
            for row in csv.DictReader(file)
            if row["reproduced_by_fqm_execution_1.8.6"] == "yes"
        }

    report = ecqm.evaluate(DATA)

    assert not report.refused
    assert set(report.total) == {path.name for path in (DATA / "cases").iterdir()}
    assert sound <= {(row[0], row[1]) for row in report.rows}
    assert [row for row in report.rows if (row[0], row[1]) in sound and row[3] != row[4]] == []


def test_a_wrong_expectation_shows(tmp_path):
    """The comparison can fail: one count changed in one report is one case that does not pass."""
    name = "BreastCancerScreeningFHIR"
    shutil.copytree(DATA / "cases" / name, tmp_path / "cases" / name)
    shutil.copytree(DATA / "valueset", tmp_path / "valueset")
    spoiled = min((tmp_path / "cases" / name).glob("*.MeasureReport.json"))
    report = json.loads(spoiled.read_text())
    report["group"][0]["population"][0]["count"] = 7
    spoiled.write_text(json.dumps(report))

    found = ecqm.evaluate(tmp_path, name)

    assert found.total[name] - found.passed[name] == 1
