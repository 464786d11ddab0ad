"""A key to the member that is compared once for a statement is a key all the same."""

import datetime
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from psycopg2.extras import DateRange

from members.models import Member
from prevention.models import CareRuleState, ImmunisationForecast, ImmunisationState, MeasureResult
from tests.clinical.factories import arranging, member, system

pytestmark = pytest.mark.django_db
AT = datetime.datetime(2026, 11, 22, 18, tzinfo=datetime.UTC)
OF = {
    MeasureResult: {"measure": "CMS125/1", "period": DateRange(AT.date(), None), "changed_at": AT},
    CareRuleState: {"rule": "hba1c", "applies": True, "changed_at": AT},
    ImmunisationState: {"policy": "", "facts": "", "evaluated_at": AT},
    ImmunisationForecast: {"vaccine_group": "MMR", "status": "Complete", "authority": "CDC", "changed_at": AT},
}
tables = pytest.mark.parametrize("model", OF, ids=lambda model: model.__name__)


@tables
def test_a_row_about_nobody_is_refused_also_among_many(model):
    with arranging():
        maria, ana = member(of := system()), member(of, "Ana")
        with pytest.raises(IntegrityError, match="a member who does not exist"), transaction.atomic():
            model.objects.bulk_create(
                model(member_id=of_whom, **OF[model]) for of_whom in (maria.pk, ana.pk, uuid.uuid4())
            )
        model.objects.bulk_create(model(member=one, **OF[model]) for one in (maria, ana))
        assert model.objects.count() == 2


@tables
def test_a_row_cannot_be_handed_over_to_nobody(model):
    with arranging():
        maria = member(system())
        model.objects.create(member=maria, **OF[model])
        with pytest.raises(IntegrityError, match="a member who does not exist"), transaction.atomic():
            model.objects.update(member_id=uuid.uuid4())


@tables
def test_a_member_of_whom_a_row_stands_is_not_deleted_and_keeps_the_id(model):
    with arranging(), connection.cursor() as cursor:
        maria, ana = (member(system(), with_account=False) for _ in range(2))
        model.objects.create(member=maria, **OF[model])
        for change in ("DELETE FROM members_member", "UPDATE members_member SET id = uuidv7()"):
            with pytest.raises(IntegrityError, match="is about this member"), transaction.atomic():
                cursor.execute(f"{change} WHERE id = %s", [maria.pk])
        cursor.execute("DELETE FROM members_member WHERE id = %s", [ana.pk])
        assert list(Member.objects.values_list("pk", flat=True)) == [maria.pk]


def test_who_writes_about_a_member_keeps_it_until_the_transaction_ends(transactional_db):
    """As a key's lock does: otherwise a delete that begins meanwhile finds no row yet, and leaves one about nobody."""
    import psycopg2

    with arranging():
        maria = member(system(), with_account=False)
    with arranging():
        CareRuleState.objects.create(member=maria, **OF[CareRuleState])
        other = psycopg2.connect(**connection.get_connection_params())
        try:
            with other.cursor() as cursor, pytest.raises(psycopg2.errors.LockNotAvailable):
                cursor.execute(
                    "SELECT set_config('kpcare.user_id', %s, true), set_config('role', 'kpcare_jobs', true)",
                    [str(maria.pk)],
                )
                cursor.execute("SET LOCAL lock_timeout = '200ms'")
                cursor.execute("DELETE FROM members_member WHERE id = %s", [str(maria.pk)])
        finally:
            other.close()
