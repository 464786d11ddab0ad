"""A prepared question gives what the queryset gives."""

import pytest

from core.api.prepared import SOME_ID, Prepared
from core.db import as_job
from core.models import User
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
