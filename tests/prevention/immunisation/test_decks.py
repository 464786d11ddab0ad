"""The CDC's own test cases, both forms."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from prevention.immunisation import deck, official_xml, table
from prevention.models import SupportingDataTable

FOLDER = Path(os.environ.get("KPCARE_DATA", settings.BASE_DIR.parent / "shared" / "data")) / "cdsi"
needs_deck = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the official cases are not at {FOLDER} (KPCARE_DATA)")


@needs_deck
@pytest.mark.parametrize("name", ["healthy_dev.csv", "underlying_dev.csv"])
def test_every_case_that_is_not_held_wrong_agrees(name):
    supporting = table.packaged()
    differing = {
        case.id: [(row.field, row.expected, row.actual) for row in deck.compare(case, supporting) if not row.agrees]
        for case in deck.read(FOLDER / name, supporting)
    }
    assert {case: rows for case, rows in differing.items() if rows and case not in deck.HELD_WRONG} == {}


@needs_deck
def test_a_case_held_wrong_does_differ():
    supporting = table.packaged()
    cases = [case for case in deck.read(FOLDER / "underlying_dev.csv", supporting) if case.id in deck.HELD_WRONG]
    assert cases
    for case in cases:
        assert not all(row.agrees for row in deck.compare(case, supporting)), case.id


@needs_deck
def test_the_packaged_table_is_what_the_official_files_say():
    read = official_xml.read(FOLDER / "schedule", "4.64", "2025-11-10")
    assert official_xml.lines(read) == table.PACKAGED.read_text()


@needs_deck
def test_the_command_writes_every_field_and_counts_the_cases(tmp_path, capsys):
    out = tmp_path / "out.csv"
    call_command("evaluate_cdsi", str(FOLDER / "healthy_dev.csv"), "--out", str(out))
    assert capsys.readouterr().out.splitlines()[-1] == "201 / 201"
    head, *rows = out.read_text().splitlines()
    assert head == "vaccine_group,case,field,expected,actual,agrees"
    assert len(rows) > 201 * 5


@needs_deck
def test_conformance_has_a_line_for_each_vaccine_group():
    from interop.conformance import DECKS

    lines = {group: (passed, total) for group, passed, total in DECKS["cdsi"](FOLDER.parent)}
    assert {"MMR", "DTaP/Tdap/Td", "Polio", "Rabies"} <= set(lines)
    assert sum(total for _, total in lines.values()) == 201 + 38 - len(deck.HELD_WRONG)
    assert all(passed == total for passed, total in lines.values())


@needs_deck
@pytest.mark.django_db(transaction=True)
def test_a_version_is_loaded_with_its_guidance_and_replaced_when_loaded_again(capsys):
    for published in ("2025-11-09", "2025-11-10"):
        call_command("load_cdsi", str(FOLDER / "schedule"), "--version-number", "4.64", "--published", published)
    assert "30 antigens, 143 series, 26 vaccine groups" in capsys.readouterr().out
    stored = SupportingDataTable.objects.get()
    assert str(stored.published) == "2025-11-10"
    assert any(series.get("guidance") for series in stored.table["antigens"]["HepB"]["series"])
    assert len(table.build(stored.table).antigens) == 30


def test_the_table_carried_holds_no_prose():
    text = table.PACKAGED.read_text()
    assert "guidance" not in text
    assert "Administer to" not in text
    assert "Do not vaccinate" not in text


def test_a_file_of_another_form_is_refused(tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    with pytest.raises(deck.NotACaseFile, match=r"other\.csv"):
        deck.read(other, table.packaged())


def test_a_folder_without_supporting_data_is_refused(tmp_path):
    with pytest.raises(official_xml.NotSupportingData, match=r"ScheduleSupportingData\.xml"):
        official_xml.read(tmp_path, "4.64", "2025-11-10")


@pytest.mark.parametrize(
    ("expected", "actual", "agrees"),
    [
        ("Interval: too Soon", "Age: Too Young; Interval: Too Soon", True),
        ("Age: Too Old", "Age: Too Young", False),
        ("Too soon: live virus conflict", "Vaccine Conflict", True),
        ("Something else", "Vaccine Conflict", False),
    ],
)
def test_a_case_names_one_of_the_reasons(expected, actual, agrees):
    assert deck.same("Evaluation_Reason_1", expected, actual) is agrees


def test_dates_compare_in_either_writing():
    assert deck.same("Earliest_Date", "1/5/2026", "2026-01-05")
    assert deck.same("Past_Due_Date", "-", "")
    assert not deck.same("Past_Due_Date", "", "2026-01-05")


@pytest.mark.parametrize(
    ("written", "group"),
    [
        ("DTAP", "DTaP/Tdap/Td"),
        ("MCV", "Meningococcal"),
        ("Men B", "Meningococcal B"),
        ("Rota", "Rotavirus"),
        ("Orthopox", "Orthopoxvirus"),
        ("Rabies vaccine", "Rabies"),
        ("Martian fever", "Martian fever"),
    ],
)
def test_a_vaccine_group_is_known_by_the_names_that_cases_give_it(written, group):
    assert deck.vaccine_group(written, table.packaged()) == group
