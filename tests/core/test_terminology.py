"""Concepts and value sets: the same load twice is the same state; official sets win over our own."""

import csv
import json
import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core import terminology
from core.models import Concept, ValueSet, ValueSetMember
from core.terminology.value_sets import OWN

MAMMOGRAPHY = terminology.official("2.16.840.1.113883.3.464.1003.108.12.1018")
pytestmark = pytest.mark.django_db
DATA = Path(os.environ.get("KPCARE_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))


def expansion(url: str, *codes: str, system: str = "http://loinc.org") -> dict:
    return {
        "resourceType": "ValueSet",
        "url": url,
        "title": "A set",
        "expansion": {"contains": [{"system": system, "code": code, "display": f"Code {code}"} for code in codes]},
    }


def write(folder: Path, name: str, resource: object) -> Path:
    path = folder / name
    path.write_text(json.dumps(resource))
    return path


def codes_of(url: str) -> set[str]:
    return set(ValueSet.objects.get(url=url).concepts.values_list("code", flat=True))


def test_a_concept_is_made_once_whatever_name_its_system_goes_by():
    one = terminology.concept("loinc", "4548-4", "HbA1c")

    assert terminology.concept("http://loinc.org", "4548-4").pk == one.pk
    assert Concept.objects.get().display == "HbA1c"


def test_many_concepts_take_three_queries_at_most(django_assert_max_num_queries):
    terminology.concept("loinc", "1-1")
    codings = [("loinc", f"{number}-1", "x") for number in range(500)] + [("loinc", "7-1")]
    with django_assert_max_num_queries(4):  # one more for the code system
        ids = terminology.concepts(codings)

    assert len(ids) == 500
    assert ids["http://loinc.org", "7-1"] == Concept.objects.get(code="7-1").pk
    assert terminology.concepts(codings) == ids


def test_a_concept_that_was_rolled_back_is_not_remembered():
    from django.db import transaction

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        terminology.concept("loinc", "9-9")
        raise ZeroDivisionError

    assert Concept.objects.filter(pk=terminology.concept("loinc", "9-9").pk).exists()


def test_a_load_replaces_membership_and_a_second_one_changes_nothing(tmp_path):
    write(tmp_path, "set.json", expansion("http://example.test/set", "1", "2"))
    first = terminology.load_value_sets(tmp_path.iterdir())
    again = terminology.load_value_sets(tmp_path.iterdir())
    write(tmp_path, "set.json", expansion("http://example.test/set", "2", "3"))
    third = terminology.load_value_sets(tmp_path.iterdir())

    assert (first.changed, again.changed, third.changed) == (1, 0, 1)
    assert codes_of("http://example.test/set") == {"2", "3"}


def test_what_is_no_expansion_is_set_aside_with_the_reason(tmp_path, capsys):
    write(tmp_path, "good.json", expansion("http://example.test/good", "1"))
    write(tmp_path, "empty.json", {"resourceType": "ValueSet", "url": "http://example.test/empty"})
    write(tmp_path, "patient.json", {"resourceType": "Patient"})
    (tmp_path / "broken.json").write_text("{")

    call_command("load_valuesets", str(tmp_path))

    said = capsys.readouterr()
    assert "1 value sets with 1 codes" in said.out
    assert "empty.json: no expansion" in said.err
    assert "patient.json: not a ValueSet" in said.err
    assert "broken.json: not readable" in said.err


def paged(**said) -> dict:
    found = expansion("http://example.test/set", "1", "2")
    found["expansion"] |= said
    return found


NESTED = [{"system": "http://loinc.org", "code": "1", "contains": [{"system": "http://loinc.org", "code": "2"}]}]


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        (paged(total=5000), "2 of 5,000 entries"),
        (paged(total=5000, offset=1000), "from number 1,001 on"),
        (paged(offset=2), "a page of the expansion alone"),
        (paged(contains=[]), "lists no code"),
        (paged(total=0, contains=None), "lists no code"),
        (paged(parameter=[{"name": "limitedExpansion", "valueBoolean": True}]), "leaves codes out"),
        (
            paged(
                extension=[{"url": "http://hl7.org/fhir/StructureDefinition/valueset-unclosed", "valueBoolean": True}]
            ),
            "leaves codes out",
        ),
        ({**paged(), "expansion": None}, "no expansion and no listed codes"),
        ({**paged(), "expansion": "all"}, "not written as FHIR"),
        ({"resourceType": "ValueSet", "url": 7, "expansion": {"contains": [{}]}}, "lists no code"),
    ],
)
def test_a_part_of_a_set_never_takes_the_place_of_the_whole(tmp_path, resource, reason):
    write(tmp_path, "whole.json", expansion("http://example.test/set", "1", "2", "3"))
    terminology.load_value_sets(tmp_path.iterdir())
    write(tmp_path, "whole.json", resource)

    loaded = terminology.load_value_sets(tmp_path.iterdir())

    assert reason in loaded.set_aside["whole.json"]
    assert codes_of("http://example.test/set") == {"1", "2", "3"}


@pytest.mark.parametrize("said", [{"total": 2}, {"total": 2, "offset": 0}, {"total": 2, "contains": NESTED}])
def test_a_whole_expansion_that_says_how_long_it_is_is_taken(tmp_path, said):
    write(tmp_path, "set.json", paged(**said))
    assert terminology.load_value_sets(tmp_path.iterdir()).set_aside == {}
    assert codes_of("http://example.test/set") == {"1", "2"}


@pytest.mark.parametrize("entry", [None, [None], [{}], [{"resource": None}], ["x"]])
def test_a_bundle_of_nothing_is_read_without_falling_over_it(tmp_path, entry):
    write(tmp_path, "bundle.json", {"resourceType": "Bundle", "entry": entry})
    assert terminology.load_value_sets(tmp_path.iterdir()).sets == 0


def test_of_a_bundle_the_part_that_is_not_taken_is_named(tmp_path):
    good = expansion("http://example.test/good", "1")
    entries = [{"resource": good}, {"resource": paged(total=9)}]
    write(tmp_path, "two.json", {"resourceType": "Bundle", "entry": entries})
    loaded = terminology.load_value_sets(tmp_path.iterdir())
    assert loaded.sets == 1
    assert list(loaded.set_aside) == ["two.json http://example.test/set"]


def test_a_set_that_loses_more_than_half_is_told(tmp_path, capsys):
    write(tmp_path, "set.json", expansion("http://example.test/set", *"12345"))
    call_command("load_valuesets", str(tmp_path))
    assert "had" not in capsys.readouterr().err
    write(tmp_path, "set.json", expansion("http://example.test/set", *"12"))
    call_command("load_valuesets", str(tmp_path))
    assert "http://example.test/set had 5 codes and has 2" in capsys.readouterr().err
    write(tmp_path, "set.json", expansion("http://example.test/set", "1"))
    call_command("load_valuesets", str(tmp_path))
    assert "had" not in capsys.readouterr().err, "half is not more than half"


def test_a_folder_without_value_sets_is_an_error(tmp_path):
    with pytest.raises(CommandError, match="No value set"):
        call_command("load_valuesets", str(tmp_path))


def test_listed_codes_without_expansion_and_nested_codes_count(tmp_path):
    listed = {
        "resourceType": "ValueSet",
        "url": "http://example.test/listed",
        "compose": {"include": [{"system": "http://loinc.org", "concept": [{"code": "5"}]}]},
    }
    nested = expansion("http://example.test/nested", "6")
    nested["expansion"]["contains"][0]["contains"] = [{"system": "http://loinc.org", "code": "7"}]
    write(tmp_path, "listed.json", listed)
    write(tmp_path, "nested.json", {"resourceType": "Bundle", "entry": [{"resource": nested}]})

    terminology.load_value_sets(tmp_path.iterdir())

    assert codes_of("http://example.test/listed") == {"5"}
    assert codes_of("http://example.test/nested") == {"6", "7"}


def test_own_sets_are_there_from_the_start_and_yield_to_the_official_ones(tmp_path):
    terminology.load_own()
    assert "24606-6" in codes_of(MAMMOGRAPHY)
    assert terminology.load_own().changed == 0

    write(tmp_path, "official.json", expansion(MAMMOGRAPHY, "24605-8"))
    terminology.load_value_sets(tmp_path.iterdir())
    terminology.load_own()

    assert codes_of(MAMMOGRAPHY) == {"24605-8"}
    assert not ValueSet.objects.get(url=MAMMOGRAPHY).is_own


def test_a_category_of_our_own_sets_holds_what_is_met_in_records():
    terminology.concept("icd10cm", "E11.3599", "Type 2 diabetes with proliferative retinopathy")
    terminology.concept("icd10cm", "E12.0", "No category of ours")

    terminology.load_own()

    diabetes = codes_of(terminology.official("2.16.840.1.113883.3.464.1003.103.12.1001"))
    assert "E11.3599" in diabetes
    assert not {"E12.0", "E11.*"} & diabetes


def test_own_sets_hold_no_licensed_codes():
    with OWN.open(newline="") as file:
        rows = list(csv.DictReader(file))

    # Talks and kinds of visit have codes of our own where no free system has one.
    free = {"icd10cm", "icd10pcs", "loinc", "hcpcs", "cvx", "rxnorm", "act"}
    free |= {"urn:kpcare:code-system:talks", "urn:kpcare:code-system:visits"}
    # Of SNOMED CT the bare identifiers, never its descriptions: those say their kind in brackets.
    assert {row["system"] for row in rows} <= free | {"snomed"}
    assert not [row for row in rows if row["system"] == "snomed" and row["display"].endswith(")")]
    # A HCPCS level I code is a CPT code: five digits, or four and a letter at the end.
    assert not [row for row in rows if row["system"] == "hcpcs" and row["code"][0].isdigit()]
    assert len({(row["value_set"], row["system"], row["code"]) for row in rows}) == len(rows)


@pytest.mark.skipif(not (DATA / "ecqm" / "valueset").is_dir(), reason="KPCARE_DATA has no ecqm/valueset")
def test_the_official_expansions_load_whole(capsys):
    call_command("load_valuesets", str(DATA / "ecqm" / "valueset"))

    said = capsys.readouterr()
    assert "349 value sets" in said.out or "350 value sets" in said.out
    assert ValueSetMember.objects.count() > 40_000
