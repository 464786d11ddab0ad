"""3.4: the examples of table 3-6 themselves, and durations that are none."""

from datetime import date

import pytest

from prevention.immunisation.dates import Duration, duration, plus


@pytest.mark.parametrize(
    ("start", "text", "expected"),
    [
        (date(2000, 1, 1), "3 years", date(2003, 1, 1)),
        (date(2000, 1, 1), "6 months", date(2000, 7, 1)),
        (date(2000, 11, 1), "6 months", date(2001, 5, 1)),
        (date(2000, 1, 1), "3 days", date(2000, 1, 4)),
        (date(2000, 1, 1), "3 weeks", date(2000, 1, 22)),
        (date(2000, 2, 1), "5 weeks", date(2000, 3, 7)),
        (date(2001, 2, 1), "5 weeks", date(2001, 3, 8)),
        (date(2000, 1, 15), "0 days - 4 days", date(2000, 1, 11)),
        (date(2000, 3, 31), "6 months", date(2000, 10, 1)),
        (date(2000, 8, 31), "6 months", date(2001, 3, 1)),
        (date(2000, 1, 31), "6 months - 4 days", date(2000, 7, 27)),
        (date(2000, 12, 31), "2 months", date(2001, 3, 1)),
        (date(2000, 2, 29), "1 year", date(2001, 3, 1)),
        (date(2000, 10, 31), "1 month", date(2000, 12, 1)),
    ],
)
def test_dates_are_added_as_the_specification_shows(start, text, expected):
    length = duration(text)
    assert length is not None
    assert plus(start, length) == expected


def test_a_duration_may_mix_units_and_signs():
    assert duration("5 months + 4 weeks") == Duration(5, 28)
    assert duration(" 19 years - 4 days") == Duration(228, -4)


@pytest.mark.parametrize("text", ["", "n/a", "  "])
def test_an_empty_duration_is_none(text):
    assert duration(text) is None


@pytest.mark.parametrize("text", ["soon", "4", "6 month 3 fortnights"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="not a duration"):
        duration(text)
