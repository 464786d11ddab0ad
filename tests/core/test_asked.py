"""Days and numbers in addresses and forms: what nobody means counts as not asked, and nothing falls over it."""

import datetime
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django import forms
from django.conf import settings

from core.asked import DayField, MomentField, is_moment, read_day, read_number


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


@pytest.mark.parametrize("text", ["0001-01-01T00:00", "1849-12-31T23:59", "2200-01-01T00:00", "9999-12-31T23:59"])
@pytest.mark.parametrize("zone", ["America/Los_Angeles", "UTC", "Pacific/Kiritimati"])
def test_a_form_refuses_moments_at_the_ends_of_the_calendar_at_every_clock(text, zone):
    from django.utils import timezone

    field = MomentField()
    with timezone.override(zone):
        with pytest.raises(forms.ValidationError, match="Days go from"):
            field.clean(text)
        assert field.clean("2026-11-22T08:30").date() == datetime.date(2026, 11, 22)


def forms_below(one: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    for form in one.__subclasses__():
        yield form
        yield from forms_below(form)


def test_no_form_takes_a_day_or_a_moment_without_bounds():
    """The next form is held to it too: one date in the year 9999 shut a ward's board."""
    root = Path(settings.BASE_DIR)
    rooms = [path.parent.name for path in root.glob("*/apps.py")]
    for room in rooms:
        for path in (root / room).rglob("*forms.py"):
            importlib.import_module(".".join(path.relative_to(root).with_suffix("").parts))
    ours = [form for form in forms_below(forms.BaseForm) if form.__module__.split(".")[0] in rooms]
    assert len(ours) > 60
    bare = {
        f"{form.__module__}.{form.__qualname__}.{name}"
        for form in ours
        for name, field in getattr(form, "base_fields", {}).items()
        if (isinstance(field, forms.DateTimeField) and is_moment not in field.validators)
        or (isinstance(field, forms.DateField) and not isinstance(field, DayField))
    }
    # Bounded by its own validators (members.validators.BORN), which the form adds.
    person = {f"members.forms.{form}.birth_date" for form in ("PersonForm", "PersonEditForm", "RegistrationForm")}
    assert bare - person == set()
