"""Who is asked for stands in no address: it is posted, and the session keeps it under a number."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from core import audit, questions
from tests.members.factories import make_member
from tests.network.factories import make_staff, make_system, make_user

pytestmark = pytest.mark.django_db

# Forms that write what they ask into the address. None of them names a person: say here why the next does not.
BY_ADDRESS = {
    "allauth/elements/form.html": "any form of the library's; `method` says how",
    "billing/budget.html": "a month",
    "billing/fees.html": "a code of the fee schedule",
    "clinical/order.html": "a test",
    "clinical/overrides.html": "days, an objection, a reason; the prescriber by key",
    "components/form.html": "any form; `method` says how",
    "components/worklist.html": "a rule, a language",
    "hospitals/board.html": "a hospital, a ward",
    "pharmacy/staff/prescribe.html": "a medicine",
    "pharmacy/staff/stock.html": "a medicine or a lot",
    "plans/history.html": "a day and an instant",
    "prevention/library/index.html": "a subject of health education",
    "prevention/quality/dashboard.html": "a year, a region",
    "prevention/quality/measure.html": "a dimension",
    "prevention/vaccine_clinic/day.html": "a department, a day",
    "prevention/vaccine_clinic/stock.html": "a department",
    "scheduling/_find.html": "a kind of visit, a place, a day",
    "scheduling/day.html": "a department, a day, a clinician",
}


def asked(client, url, **said):
    """The page that a posted question leads to."""
    return client.post(url, said, follow=True)


@pytest.mark.parametrize("name", ["clinical:accesses"])
def test_a_record_number_and_an_address_are_asked_for_and_stand_in_no_address(client, name):
    system = make_system()
    maria, url = make_member(system), reverse(name)
    client.force_login(make_staff("auditor", system))
    said = {"record_number": maria.mrn, "user": "dr.chen@example.test", "since": "2020-01-01"}

    page = asked(client, url, **said)

    ((address, _status),) = page.redirect_chain
    assert maria.mrn not in address and "chen" not in address and "since=2020-01-01" in address
    form = page.context["form"]
    assert {name: form[name].value() for name in said} == said, "the page still says what was asked"
    assert 'method="post"' in page.content.decode()
    assert client.get(address).context["form"]["record_number"].value() == maria.mrn, "loaded again"


def test_the_next_page_of_a_question_is_of_that_question_and_names_nobody(client, monkeypatch):
    system = make_system()
    maria, other = make_member(system), make_member(system)
    nurse, url = make_staff("nurse", system), reverse("core:audit_log")
    for member, times in ((maria, 3), (other, 3)):
        for _ in range(times):
            audit.record_read(nurse, verb="clinical.view_chart", member_id=member.pk)
    monkeypatch.setattr("core.views.oversight.PAGE", 2)
    client.force_login(make_staff("auditor", system))
    first = asked(client, url, record_number=maria.mrn)
    assert maria.mrn not in first.context["next"]
    second = client.get(url + first.context["next"])
    found = [event for page in (first, second) for event, *_ in page.context["events"]]
    assert [event.member_id for event in found] == [maria.pk] * 3


def test_what_the_address_says_of_a_person_counts_as_not_asked(client):
    system = make_system()
    maria = make_member(system)
    client.force_login(make_staff("auditor", system))
    page = client.get(reverse("clinical:accesses"), {"record_number": maria.mrn})
    assert not page.context["form"]["record_number"].value()


def test_another_session_does_not_answer_to_the_number(client):
    system = make_system()
    maria = make_member(system)
    client.force_login(make_staff("auditor", system))
    ((address, _status),) = asked(client, reverse("clinical:accesses"), record_number=maria.mrn).redirect_chain
    colleague = Client()
    colleague.force_login(make_staff("auditor", system))
    assert not colleague.get(address).context["form"]["record_number"].value()


def test_old_questions_give_way(client, monkeypatch):
    monkeypatch.setattr(questions, "KEPT", 2)
    client.force_login(make_staff("auditor", make_system()))
    for number in range(4):
        asked(client, reverse("clinical:accesses"), record_number=str(number))
    assert len(client.session[questions.SESSION_KEY]) == 2


def test_staff_and_walk_ins_are_looked_up_by_a_post(client):
    system = make_system()
    admin = make_staff("administrator", system)
    client.force_login(admin)
    page = asked(client, reverse("network:people"), q="Administrator", role="administrator")
    ((address, _status),) = page.redirect_chain
    assert "Administrator" not in address and "role=administrator" in address
    assert [row["person"].pk for row in page.context["rows"]] == [admin.pk]


def test_no_form_writes_who_is_asked_for_into_the_address():
    found = {
        path.relative_to(folder).as_posix()
        for folder in settings.TEMPLATES[0]["DIRS"]
        for path in Path(folder).rglob("*.html")
        if re.search(r"""<(form|c-form)\b[^>]*method="(get|{{)""", path.read_text())
    }
    assert found == set(BY_ADDRESS)


def test_nobody_without_the_right_keeps_a_question(client):
    client.force_login(make_user())
    assert client.post(reverse("clinical:accesses"), {"record_number": "1"}).status_code == 403
