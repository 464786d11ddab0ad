"""What a member and their proxies see of the record: home, my record, results."""

import datetime
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from clinical import record
from clinical.models import CodingRole, Condition, ConditionCoding, Observation, ObservationCoding
from core.db import as_job
from core.models import AuditEvent, CodeSystem, Concept, User
from members import ports
from members.models import Proxy, Sensitivity
from members.ports import Place, PortalCard
from network.models import Region
from tests.members.factories import make_member
from tests.network.factories import make_system

pytestmark = pytest.mark.django_db


def job():
    return as_job(User.objects.system("tests"), reason="a test's own data")


def concept(code: str, display: str, uri: str = "http://loinc.org", name: str = "LOINC") -> Concept:
    system, _ = CodeSystem.objects.get_or_create(uri=uri, defaults={"name": name})
    return Concept.objects.get_or_create(system=system, code=code, defaults={"display": display})[0]


def add_result(member, value, days_ago: int, **fields) -> Observation:
    at = timezone.now() - datetime.timedelta(days=days_ago)
    with job():
        row = Observation.objects.create(
            **{
                "member": member,
                "status": "final",
                "effective": (at, None),
                "value_quantity": value,
                "value_unit": "%",
                **fields,
            }
        )
        ObservationCoding.objects.create(
            member=member, fact=row, role=CodingRole.CODE, concept=concept("4548-4", "HbA1c of blood")
        )
    return row


def add_problem(member, display: str, **fields) -> None:
    with job():
        row = Condition.objects.create(
            member=member, status="active", effective=(timezone.now() - datetime.timedelta(days=900), None), **fields
        )
        ConditionCoding.objects.create(member=member, fact=row, concept=concept(display[:8], display, "urn:x", "x"))


@pytest.fixture
def system():
    return make_system()


@pytest.fixture
def maria(system):
    user = User.objects.create_user("maria@example.org", "x", name="Maria")
    return make_member(system, user, given="Maria")


def test_home_says_first_how_many_things_need_the_member(client, maria) -> None:
    add_result(maria, "6.8", 1)
    client.force_login(maria.user)

    page = client.get("/").content.decode()

    assert "One thing needs you today." in page
    assert "6.8" in page


def test_a_blood_pressure_is_one_result_of_two_numbers(client, maria) -> None:
    at = timezone.now() - datetime.timedelta(hours=2)
    with job():
        for code, display, value in (("8480-6", "Systolic blood pressure", 124), ("8462-4", "Diastolic", 76)):
            row = Observation.objects.create(
                member=maria, status="final", effective=(at, None), value_quantity=value, value_unit="mm[Hg]"
            )
            ObservationCoding.objects.create(
                member=maria, fact=row, role=CodingRole.CODE, concept=concept(code, display)
            )
    client.force_login(maria.user)
    page = client.get("/").content.decode()
    assert "124/76 mmHg" in page
    assert "Also new" not in page


def test_home_is_calm_where_nothing_is_due(client, maria) -> None:
    add_result(maria, "6.8", 40)
    client.force_login(maria.user)

    assert "Nothing needs you today." in client.get("/").content.decode()


@pytest.mark.parametrize(("has_new", "said"), [(True, True), (False, False)])
def test_how_long_there_is_nothing_after_that_is_said_once(client, maria, monkeypatch, has_new, said) -> None:
    may = datetime.date(timezone.localdate().year + 1, 5, 4)
    monkeypatch.setattr(ports, "_cards", dict(ports._cards))
    ports.register_portal_card(
        "eye", 99, lambda request, member: PortalCard(Place.CALM, text="your eye exam", until=may)
    )
    if has_new:
        add_result(maria, "6.8", 1)
    client.force_login(maria.user)

    page = client.get("/").content.decode()

    assert ("One thing needs you today. After that nothing is due until May." in page) is said
    assert ("Nothing needs you today." in page) is not said
    assert ("Nothing to do until <strong>May</strong>" in page) is not said


def test_who_looks_after_somebody_is_told_whose_record_is_open(client, system, maria) -> None:
    mother = User.objects.create_user("rosa@example.org", "x", name="Rosa Alvarez")
    with job():
        Proxy.objects.create(
            member=maria,
            user=mother,
            relationship="carer",
            scopes=["view"],
            period=(datetime.date(2020, 1, 1), None),
            granted_by=User.objects.system("desk"),
        )
    client.force_login(mother)
    page = client.get("/").content.decode()
    assert "The record of Maria" in page
    assert "Good " not in re.search(r"<h1.*?</h1>", page, re.DOTALL)[0]
    client.force_login(maria.user)
    assert re.search(r"Good \w+, Maria", client.get("/").content.decode())


def test_opening_the_home_and_record_is_audited_as_a_read(client, maria) -> None:
    client.force_login(maria.user)

    client.get("/")
    client.get(reverse("clinical:my_record"))

    verbs = AuditEvent.objects.filter(member_id=maria.pk, action="read").values_list("verb", flat=True)
    assert {"clinical.portal_home", "clinical.my_record"} <= set(verbs)


def test_a_proxy_does_not_see_labelled_rows(client, system, maria) -> None:
    mother = make_member(system, given="Rosa")
    add_problem(mother, "Arthritis of the knee")
    add_problem(mother, "Private condition", sensitivity=int(Sensitivity.PSYCHOTHERAPY))
    with job():
        Proxy.objects.create(
            member=mother,
            user=maria.user,
            relationship="child",
            scopes=["view"],
            granted_by=User.objects.system("desk"),
            period=(timezone.localdate() - datetime.timedelta(days=1), None),
        )
    client.force_login(maria.user)
    client.post(reverse("members:switch_person", args=[mother.pk]))

    page = client.get(reverse("clinical:my_record")).content.decode()

    assert "Arthritis of the knee" in page
    assert "Private condition" not in page


def test_a_member_sees_nothing_of_another_member(client, system, maria) -> None:
    other = make_member(system, given="Else")
    add_problem(other, "Somebody else's asthma")
    client.force_login(maria.user)

    assert "Somebody else" not in client.get(reverse("clinical:my_record")).content.decode()


def test_a_stranger_without_a_record_is_sent_away(client, maria) -> None:
    client.force_login(User.objects.create_user("nobody@example.org", "x", name="Nobody"))

    assert client.get(reverse("clinical:my_record")).status_code == 403


def test_a_corrected_result_takes_the_place_of_the_wrong_one(client, maria) -> None:
    wrong = add_result(maria, "9.9", 3)
    add_result(maria, "6.1", 3, corrects=wrong)
    client.force_login(maria.user)

    page = client.get(reverse("clinical:my_results")).content.decode()

    assert "6.1" in page
    assert "9.9" not in page


def test_results_take_a_fixed_number_of_queries(client, maria, django_assert_max_num_queries) -> None:
    for days in range(30, 60):
        add_result(maria, "7.0", days)
    client.force_login(maria.user)
    client.get(reverse("clinical:my_results"))

    with django_assert_max_num_queries(16):
        client.get(reverse("clinical:my_results"))


@pytest.mark.parametrize(
    ("taken", "precision", "day"),
    [
        # 19:30 of the 19th at the Pacific coast.
        (datetime.datetime(2026, 11, 20, 3, 30, tzinfo=datetime.UTC), "t", datetime.date(2026, 11, 19)),
        (datetime.datetime(2026, 11, 20, 21, 0, tzinfo=datetime.UTC), "t", datetime.date(2026, 11, 20)),
        # Known to the day: of its midnight at the coast, in the middle of the country, and in Alaska.
        (datetime.datetime(2026, 11, 20, 8, 0, tzinfo=datetime.UTC), "d", datetime.date(2026, 11, 20)),
        (datetime.datetime(2026, 11, 20, 5, 0, tzinfo=datetime.UTC), "d", datetime.date(2026, 11, 20)),
    ],
)
def test_a_result_is_of_the_day_at_the_members_place(maria, system, taken, precision, day) -> None:
    with job():
        maria.region = Region.objects.create(system=system, code="W", name="West", state="CA")
        maria.save()
    add_result(maria, "6.8", 0, effective=(taken, None), precision=precision)
    with job():
        (found,) = record.results(maria, hide_sensitive=True)

    with timezone.override("America/New_York"):
        assert found.last.date == day
