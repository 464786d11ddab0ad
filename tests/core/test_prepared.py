"""A prepared question gives what the queryset gives."""

import pytest
from django.db import DatabaseError, connections

from core import audit
from core.api.prepared import SOME_ID, Prepared, Recorded
from core.db import acting_as, as_job
from core.models import AuditEvent, User
from members.models import Member
from tests.members.factories import make_member
from tests.network.factories import make_system

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    with as_job(User.objects.system("tests"), reason="test"):
        system = make_system()
        yield [make_member(system, family=name) for name in ("Rivera", "Okafor")]


def test_a_record_has_every_field_that_the_queryset_gives(people):
    prepared = Prepared(lambda id: Member.objects.filter(pk=id, status="active")[:1], [SOME_ID])

    for one in people:
        expected = Member.objects.get(pk=one.pk)
        (found,) = prepared.records(one.pk)
        assert found == expected
        assert {f.attname: getattr(found, f.attname) for f in Member._meta.concrete_fields} == {
            f.attname: getattr(expected, f.attname) for f in Member._meta.concrete_fields
        }
        assert not found._state.adding
    assert prepared.records(SOME_ID) == []


def test_rows_by_name_keep_what_does_not_change(people):
    prepared = Prepared(lambda id: Member.objects.filter(pk=id, status="merged").values("id", "family"), [SOME_ID])

    assert prepared.rows(people[0].pk) == []
    Member.objects.filter(pk=people[0].pk).update(status="merged", merged_into=people[1])
    assert prepared.rows(people[0].pk) == [{"id": people[0].pk, "family": "Rivera"}]


# --- Recorded --------------------------------------------------------------------------------------------------------


@pytest.fixture(params=[False, True], ids=["plans kept", "behind a pool"])
def pooled(request, monkeypatch):
    for alias in ("default", "audit"):
        monkeypatch.setitem(connections[alias].settings_dict, "DISABLE_SERVER_SIDE_CURSORS", request.param)


def entry(by, **more):
    said = {"verb": "tests.look", "object_type": "members.member", "reason": "to see", "detail": {"app": "7"}}
    return audit.entry(by, request=None, **{**said, **more})


def entries():
    return AuditEvent.objects.filter(verb="tests.look").order_by("id")


def test_who_is_read_is_recorded_by_the_same_statement_and_nobody_else(people, pooled):
    prepared = Recorded(lambda id: Member.objects.filter(pk=id).values("id", "family"), [SOME_ID])
    by = User.objects.system("tests")

    assert prepared.rows(people[0].pk, *entry(by)) == [{"id": people[0].pk, "family": "Rivera"}]
    assert prepared.rows(SOME_ID, *entry(by)) == []

    (row,) = entries()
    assert (row.action, row.user_id, row.member_id, row.object_id) == ("read", by.pk, people[0].pk, str(people[0].pk))
    assert (row.object_type, row.reason, row.detail) == ("members.member", "to see", {"app": "7"})
    assert row.at is not None and row.xid


def test_of_many_the_entry_names_those_that_are_shown(people, pooled):
    prepared = Recorded(
        lambda language: Member.objects.filter(language=language).values("id", "family"),
        ["xx"],
        order="ORDER BY family",
        shown=1,
    )
    by = User.objects.system("tests")

    assert [row["family"] for row in prepared.rows("en", *entry(by, object_type=""))] == ["Okafor", "Rivera"]
    assert prepared.rows("none", *entry(by, object_type="")) == []

    assert [row.detail for row in entries()] == [
        {"app": "7", "members": [str(people[1].pk)]},
        {"app": "7", "members": []},
    ]
    assert {(row.member_id, row.object_id) for row in entries()} == {(None, "")}


def test_a_question_beside_it_says_whom_and_in_which_order(people, pooled):
    prepared = Recorded(
        lambda language: Member.objects.filter(language=language).values("id", "family"),
        ["xx"],
        asked="SELECT unnest(%s::uuid[]) AS id, generate_series(1, 2) AS place",
        order="JOIN asked USING (id) ORDER BY asked.place",
        shown=5,
    )

    for ids in ([one.pk for one in people], [one.pk for one in reversed(people)]):
        found = prepared.rows(f"{{{','.join(map(str, ids))}}}", "en", *entry(User.objects.system("tests")))
        assert [row["id"] for row in found] == ids
        assert entries().last().detail["members"] == [str(id) for id in ids]


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_recorded_is_not_read():
    prepared = Recorded(lambda id: Member.objects.filter(pk=id).values("id"), [SOME_ID])
    by = User.objects.system("tests")
    with as_job(by, reason="test"):
        member = make_member(make_system())

    with pytest.raises(DatabaseError), as_job(by, reason="test"):
        prepared.rows(member.pk, *entry(by, verb="v" * 81))
    with acting_as(by, reason="test"):
        assert not AuditEvent.objects.filter(member_id=member.pk, action="read").exists()


def test_an_entry_is_the_same_with_a_plan_that_is_kept_and_without(people, pooled):
    by = User.objects.system("tests")

    audit.record(by=by, action="update", verb="tests.look", obj=people[0], reason="why", detail={"fields": ["sex"]})
    audit.record(by=by, action="update", verb="tests.look", obj=people[0], reason="why", detail={"fields": ["sex"]})

    for row in entries():
        assert (row.user_id, row.member_id, row.reason, row.detail) == (by.pk, people[0].pk, "why", {"fields": ["sex"]})
    assert entries().count() == 2
