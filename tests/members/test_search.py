"""Finding somebody by what they say at the desk."""

from datetime import date

import pytest
from django.urls import reverse

from core.db import acting_as, as_job
from core.models import User
from members import querysets
from members.models import Member, MemberTelecom
from tests.members.factories import make_member
from tests.network.factories import make_staff, make_system

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    here, there = make_system("Here"), make_system("There")
    maria = make_member(here, family="García", given="María José", birth_date=date(1970, 5, 2))
    people = {
        "maria": maria,
        "other": make_member(here, family="Gardner", given="Mark", birth_date=date(1981, 1, 9)),
        "far": make_member(there, family="García", given="María José", birth_date=date(1970, 5, 2)),
        "desk": make_staff("front_desk", here),
        "desk_there": make_staff("front_desk", there),
    }
    with as_job(User.objects.system("tests"), reason="test"):
        for name in ("maria", "far"):
            MemberTelecom.objects.create(member=people[name], system="phone", value="+15105550123")
    return people


def found(world, text, by="desk"):
    with acting_as(world[by], reason="test"):
        return [member.pk for member in querysets.search(text)]


@pytest.mark.parametrize(
    "text",
    [
        "garcia",
        "María José García",
        "garcia maria",
        "Gracia Maria Jose",  # two letters swapped
        "1970-05-02",
        "05/02/1970",
        "gracia 05/02/1970",
        "gracia 1970",
        "1970 Maria Gracia",
        "(510) 555-0123",
        "5105550123",
    ],
)
def test_a_member_is_found_by_what_people_type_and_only_within_reach(world, text):
    assert found(world, text) == [world["maria"].pk]
    assert found(world, text, by="desk_there") == [world["far"].pk]


def test_a_record_number_finds_one_person(world):
    mrn = world["maria"].mrn
    assert found(world, mrn) == [world["maria"].pk]
    assert found(world, f"{mrn[:3]}-{mrn[3:6]}-{mrn[6:]}") == [world["maria"].pk]
    assert found(world, mrn, by="desk_there") == []


@pytest.mark.parametrize("text", ["", "   ", "nobody of this name", "1999-01-01", "0000000000", "%", "'; --"])
def test_what_fits_nobody_finds_nobody(world, text):
    assert found(world, text) == []


def test_somebody_with_no_role_finds_nobody(world):
    from tests.network.factories import make_user

    with acting_as(make_user(), reason="test"):
        assert querysets.search("garcia") == []


@pytest.mark.django_db(transaction=True)
def test_a_misspelt_name_is_looked_up_in_the_trigram_index_and_not_member_by_member(owner_connection):
    system = make_system()
    with owner_connection.cursor() as cursor:
        cursor.execute("SELECT set_config('kpcare.user_id', %s, true)", [str(User.objects.system("tests").pk)])
        cursor.execute(
            "INSERT INTO members_member (managing_organization_id, family, given, birth_date) "
            "SELECT %s, md5(n::text), 'Given' || n %% 97, date '1950-01-01' + n FROM generate_series(1, 5000) n",
            [str(system.pk)],
        )
        cursor.execute("ANALYZE members_member")
        cursor.execute("SET LOCAL pg_trgm.similarity_threshold = 0.4")
        cursor.execute("EXPLAIN SELECT id FROM members_member WHERE name_key % 'famly12 given5'")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "members_member_trigram" in plan
    assert Member.objects.count() == 0, "without context nobody is there at all"


def test_a_year_of_birth_leaves_out_who_was_born_in_another(world):
    assert found(world, "garcia 1971") == found(world, "garcia 1969") == []
    assert querysets.parse_query("1970").names == ""


def test_beside_somebody_called_so_come_only_names_that_are_all_but_the_same(world):
    here = world["maria"].managing_organization
    twin = make_member(here, family="Garcia", given="Maria José", birth_date=date(1990, 1, 1))
    near = make_member(here, family="Garcia", given="Maria Jo", birth_date=date(1990, 1, 1))
    make_member(here, family="Garza", given="Marta", birth_date=date(1990, 1, 1))

    assert found(world, "garcia maria jose") == [*sorted([world["maria"].pk, twin.pk], key=str), near.pk]


def test_of_two_like_names_the_one_of_that_length_comes_first(world):
    here = world["maria"].managing_organization
    longer = make_member(here, family="Alvarezi", given="Mateo José")
    meant = make_member(here, family="Alvarez", given="Mateo José")

    assert found(world, "alvraez mateo jose") == [meant.pk, longer.pk]


def test_what_is_far_off_is_shown_where_little_is_near(world):
    assert found(world, "gacria maria j") == [world["maria"].pk]


@pytest.mark.parametrize("text", ["李", "李明", "李 明", "明 李"])
def test_a_chinese_name_is_found_as_it_is_written_without_a_blank_and_by_its_first_sign(world, text):
    li = make_member(world["maria"].managing_organization, family="李", given="明")
    make_member(world["maria"].managing_organization, family="王", given="芳")
    assert querysets.is_enough(text)
    assert found(world, text) == [li.pk]


@pytest.mark.parametrize(("family", "given", "text"), [("欧阳", "娜", "欧阳娜"), ("김", "민수", "김민수")])
def test_a_family_name_of_two_signs_and_a_korean_one_are_found_too(world, family, given, text):
    person = make_member(world["maria"].managing_organization, family=family, given=given)
    assert found(world, text) == [person.pk]


def test_one_sign_is_looked_for_on_the_page_and_one_letter_is_not(client, world):
    li = make_member(world["maria"].managing_organization, family="李", given="明")
    client.force_login(world["desk"])
    for asked, found_there in (("李", [li.pk]), ("g", [])):
        shown = client.post(reverse("clinical:search"), {"q": asked}, follow=True).context["rows"]
        assert [row["member"].pk for row in shown] == found_there
