"""Digits of other kinds, which Python counts as digits and cannot read, are no number: nothing falls over them."""

import pytest
from django.contrib import admin
from django.urls import reverse

from clinical.models import Encounter
from core.ids import is_luhn
from plans.models import CoveragePeriod

ODD = ["²²²²²²²²²", "①①①①①①①①①", "²", "٣٣٣٣٣٣٣٣٣", "9" * 5000]


@pytest.mark.parametrize("text", ODD)
def test_no_record_number(text):
    assert not is_luhn(text) or text.isascii()
    assert is_luhn("123456782")


@pytest.mark.django_db
@pytest.mark.parametrize("text", ODD[:4])
def test_sign_in_refuses_it_in_words(client, text):
    answer = client.post(reverse("account_login"), {"login": text, "password": "whatever it is"})

    assert answer.status_code == 200


@pytest.mark.parametrize("model", [Encounter, CoveragePeriod])
@pytest.mark.parametrize("text", ODD)
def test_the_admins_search_takes_it_for_a_word(model, text):
    assert admin.site._registry[model]._matching(text) is not None
