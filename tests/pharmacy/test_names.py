"""Names of medicines as members read them."""

import pytest

from pharmacy.names import plain_name


@pytest.mark.parametrize(
    ("official", "plain"),
    [
        ("metformin hydrochloride 500 MG Oral Tablet", "Metformin 500 mg tablet"),
        ("lisinopril 10 MG Oral Tablet", "Lisinopril 10 mg tablet"),
        ("metoprolol succinate 50 MG Extended Release Oral Tablet", "Metoprolol 50 mg extended-release tablet"),
        ("potassium chloride 20 MEQ Extended Release Oral Tablet", "Potassium chloride 20 MEQ extended-release tablet"),
        ("insulin glargine 100 UNT/ML Injectable Solution", "Insulin glargine 100 units/mL Injectable solution"),
        ("", ""),
    ],
)
def test_names_are_said_as_a_label_says_them(official, plain):
    assert plain_name(official) == plain
