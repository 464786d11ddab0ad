"""Days and numbers in addresses and forms: what nobody means counts as not asked, and nothing falls over it."""

import datetime

import pytest

from core.asked import DayField, read_day, read_number


@pytest.mark.parametrize("text", [None, "", "2026-02-30", "0001-01-01", "9999-12-31", "tomorrow", "2026-13-01"])
def test_no_day(text):
    assert read_day(text) is None


def test_a_day():
    assert read_day("2026-02-28") == datetime.date(2026, 2, 28)


@pytest.mark.parametrize("text", [None, "", "²", "٣", "-1", "1.0", "99999999999999999999999"])
def test_no_number(text):
    assert read_number(text) is None


def test_a_number_up_to_a_bound():
    assert (read_number("0"), read_number("12"), read_number("13", most=12)) == (0, 12, None)


def test_an_address_with_a_character_that_no_text_has_is_a_bad_question(client):
    assert client.get("/accounts/login/?next=%00").status_code == 400


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31"])
def test_a_form_refuses_days_at_the_ends_of_the_calendar(text):
    field = DayField()
    with pytest.raises(Exception, match="Ensure this value"):
        field.clean(text)
    assert field.clean("2026-11-22") == datetime.date(2026, 11, 22)
