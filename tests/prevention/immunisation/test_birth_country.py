"""Where somebody was born is asked while it would make a vaccine needless; it is no vaccine that is overdue."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent
from members.models import Member
from prevention.immunisation.birth_country import note_birth_country
from prevention.immunisation.outlook import outlook
from prevention.models import ImmunisationForecast
from prevention.vaccine_clinic.advice import advise
from tests.clinical.factories import arranging
from tests.prevention import charts
from tests.prevention.immunisation.test_screens import evaluate, vaccinate
from tests.prevention.vaccine_clinic.factories import Clinic

pytestmark = pytest.mark.django_db
HEALTH_CARE_PERSONNEL = charts.Code("055", "urn:kpcare:cdsi-observation")


@pytest.fixture
def clinic() -> Clinic:
    """Maria was born in 1965; nobody knows where."""
    made = Clinic()
    with arranging():
        made.maria.birth_date = date(1965, 5, 5)
        made.maria.save()
    return made


def chickenpox(of: Member) -> ImmunisationForecast | None:
    evaluate(of)
    with arranging():
        return ImmunisationForecast.objects.filter(member=of, vaccine_group="Varicella", is_risk=False).first()


def born_in(of: Member, country: str) -> None:
    with arranging():
        of.birth_country = country
        of.save()


def test_it_is_asked_only_while_the_answer_would_matter(clinic):
    unknown = chickenpox(clinic.maria)
    assert (unknown.status, unknown.asks) == ("Not Complete", "birth_country")

    born_in(clinic.maria, "ZZ")
    elsewhere = chickenpox(clinic.maria)
    assert (elsewhere.status, elsewhere.asks) == ("Not Complete", "")

    born_in(clinic.maria, "US")
    assert chickenpox(clinic.maria) is None or chickenpox(clinic.maria).status == "Immune"


def test_whom_the_country_would_not_make_immune_is_not_asked(clinic):
    with arranging():
        clinic.pedro.birth_date = date(1985, 5, 5)
        clinic.pedro.save()
        charts.observation(clinic.maria, HEALTH_CARE_PERSONNEL, date(2020, 1, 1))
    for one in (clinic.pedro, clinic.maria):
        found = chickenpox(one)
        assert (found.status, found.asks) == ("Not Complete", ""), one


def test_on_her_page_it_is_a_question_and_one_answer_settles_it(client, clinic):
    evaluate(clinic.maria)
    client.force_login(clinic.maria.user)
    page = client.get(reverse("prevention:immunisations"))
    assert "Chickenpox" not in {str(due.words) for due in page.context["outlook"].now}
    assert page.context["asks"] == ["Chickenpox"] and "Born in the United States" in page.content.decode()

    assert client.post(reverse("prevention:birth_country"), {"birth_country": "nowhere"}).status_code == 404
    assert client.post(reverse("prevention:birth_country"), {"birth_country": "US"}).status_code == 302

    evaluate(clinic.maria)
    page = client.get(reverse("prevention:immunisations"))
    assert page.context["asks"] == []
    with arranging():
        found = outlook(clinic.maria, clinic.maria.user, timezone.localdate())
        assert "Varicella" not in {due.row.vaccine_group for due in (*found.now, *found.may, *found.coming)}
        assert AuditEvent.objects.get(verb="members.update").detail == {"fields": ["birth_country"]}


def test_an_answer_that_is_known_is_not_written_over(clinic):
    born_in(clinic.maria, "US")
    with arranging():
        stale = Member.objects.get(pk=clinic.maria.pk)
        stale.birth_country = ""
        assert not note_birth_country(stale, by=clinic.maria.user, country="ZZ")
        clinic.maria.refresh_from_db()
    assert clinic.maria.birth_country == "US"


def test_at_the_clinic_it_is_asked_before_the_dose(client, clinic):
    evaluate(clinic.maria)
    with arranging():
        assert "Ask first where this person was born" in advise(clinic.maria, clinic.today).against("21")
    visit = clinic.come()
    client.force_login(clinic.park.user)
    assert "Ask where born: Varicella" in client.get(reverse("prevention:vaccine_clinic")).content.decode()
    url = reverse("prevention:vaccine_visit", args=[visit.pk])
    page = client.get(url)
    assert "Varicella" not in {row["due"].row.vaccine_group for row in page.context["groups"]}
    assert page.context["asks"] == ["Varicella"]

    assert client.post(url, {"birth_country": "ZZ"}).status_code == 302

    evaluate(clinic.maria)
    page = client.get(url)
    assert page.context["asks"] == []
    assert "Varicella" in {row["due"].row.vaccine_group for row in page.context["groups"]} | set(
        page.context["missing"]
    )
    with arranging():
        assert advise(clinic.maria, clinic.today).against("21") == ""


def test_in_the_chart_whoever_may_write_in_it_answers(client, clinic):
    evaluate(clinic.maria)
    url = reverse("prevention:member_birth_country", args=[clinic.maria.pk])
    client.force_login(clinic.pedro.user)
    assert client.post(url, {"birth_country": "US"}).status_code in (403, 404)
    client.force_login(clinic.chen.user)
    panel = client.get(reverse("clinical:chart_panel", args=[clinic.maria.pk, "vaccines"])).content.decode()
    assert "Born in the United States" in panel
    assert client.post(url, {"birth_country": "US"}).status_code == 302
    with arranging():
        clinic.maria.refresh_from_db()
    assert clinic.maria.birth_country == "US"


def test_one_dose_already_leaves_the_question(clinic):
    with arranging():
        vaccinate(clinic.maria, "21", date(2001, 1, 1))
    assert chickenpox(clinic.maria).asks == "birth_country"
