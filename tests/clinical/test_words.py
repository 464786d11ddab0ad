"""Words as people say them."""

import pytest

from clinical.words import said, short_name


@pytest.mark.parametrize(
    ("display", "words"),
    [
        ("Hypertension (disorder)", "Hypertension"),
        ("Exercise therapy (regime/therapy)", "Exercise therapy"),
        ("Aspirin (81 mg)", "Aspirin (81 mg)"),
        ("Diabetes mellitus (type 2)", "Diabetes mellitus (type 2)"),
        ("(disorder)", "(disorder)"),
        ("", ""),
    ],
)
def test_a_semantic_tag_is_not_said(display, words):
    assert said(display) == words


def test_nor_in_the_name_of_what_was_measured():
    assert short_name("60621009", "Body mass index (observable entity)") == "Body mass index"
