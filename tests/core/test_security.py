"""What Postgres holds whatever the code does: reach, context, history. Two systems, two members, real connections."""

import datetime
import io

import psycopg2
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from core import audit, outbox, partitions
from core.context import current
from core.db import acting_as, as_job, copy
from core.models import AuditEvent, MemberChange, OutboxMessage, SystemParameter, User
from core.security import is_history, policy, writes_anything
from members.models import Household, MatchReview, Member, MemberAddress
from tests.members.factories import make_member
from tests.network.factories import give_role, make_staff, make_system, make_user

pytestmark = pytest.mark.django_db
MemberEvent = apps.get_model("members", "MemberHistoryevent")


@pytest.fixture
def two_systems():
    """Two systems, each with a member who has an address."""
    found = []
    for _ in range(2):
        system = make_system()
        member = make_member(system, user=make_user())
        with as_job(User.objects.system("tests"), reason="test"):
            MemberAddress.objects.create(member=member, city="Oakland")
        found.append((system, member))
    return found


def setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [name])
        return cursor.fetchone()[0] or ""


def test_without_context_there_are_no_rows(two_systems):
    assert not Member.objects.exists()
    assert not MemberAddress.objects.exists()
    assert not MemberEvent.objects.exists()


def test_a_job_sees_everybody(two_systems):
    with as_job(User.objects.system("tests"), reason="test"):
        everybody = {member.pk for _, member in two_systems}
        assert set(Member.objects.values_list("pk", flat=True)) == everybody
        assert set(MemberAddress.objects.values_list("member_id", flat=True)) == everybody


def test_whose_chart_changed_is_read_and_forgotten_by_jobs_alone(two_systems):
    (system, own), (_, _foreign) = two_systems
    nurse = make_staff("nurse", system)
    with as_job(User.objects.system("tests"), reason="test"):
        MemberChange.objects.all().delete()
    with acting_as(nurse, reason="test"):
        Member.objects.filter(pk=own.pk).update(name_used="Mia")
        assert not MemberChange.objects.exists()
        assert MemberChange.objects.all().delete()[0] == 0
        assert MemberChange.objects.update(source="mine") == 0
    with as_job(User.objects.system("tests"), reason="test"):
        assert list(MemberChange.objects.values_list("member_id", "source")) == [(own.pk, "members_member")]


def test_staff_reach_their_own_system_alone_by_id_too(two_systems):
    (system, own), (_, foreign) = two_systems
    nurse = make_staff("nurse", system)
    with acting_as(nurse, reason="test"):
        assert list(Member.objects.all()) == [own]
        assert not Member.objects.filter(pk=foreign.pk).exists()
        assert not MemberAddress.objects.filter(member_id=foreign.pk).exists()
        assert {event.id for event in MemberEvent.objects.all()} == {own.pk}
        assert MemberAddress.objects.filter(member_id=foreign.pk).update(city="Taken") == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            MemberAddress.objects.create(member=foreign, city="Forged")


def test_a_member_reaches_themselves_alone(two_systems):
    (_, own), (_, foreign) = two_systems
    with acting_as(own.user, reason="test"):
        assert list(Member.objects.all()) == [own]
        assert MemberAddress.objects.get().member_id == own.pk
        assert not MemberAddress.objects.filter(member_id=foreign.pk).exists()


def test_a_role_of_the_past_or_of_the_future_reaches_nobody(two_systems):
    (system, _), _ = two_systems
    user = make_user()
    today = datetime.date.today()
    give_role(user, "nurse", system, period=(datetime.date(2020, 1, 1), today))
    give_role(user, "nurse", system, period=(today + datetime.timedelta(days=2), None))
    with acting_as(user, reason="test"):
        assert not Member.objects.exists()


def test_an_account_that_was_closed_reaches_nobody(two_systems):
    (system, _), _ = two_systems
    nurse = make_staff("nurse", system, is_active=False)
    with acting_as(nurse, reason="test"):
        assert not Member.objects.exists()


def test_every_guarded_table_is_empty_to_a_stranger(two_systems):
    """Over all tables: somebody of a third system, with a role, finds no row in any of them."""
    stranger = make_staff("physician", make_system())
    with acting_as(stranger, reason="test"):
        for model in apps.get_models():
            if model._meta.managed and policy(model) is not None:
                rows = model._default_manager.all()
                if writes_anything(model):
                    rows = rows.exclude(member_id=None)
                assert not rows.exists(), model._meta.label


def test_a_person_under_review_is_shown_to_their_system_alone(two_systems):
    (system, _), (second, _) = two_systems
    with as_job(User.objects.system("tests"), reason="test"):
        MatchReview.objects.create(managing_organization=second, incoming={}, source="a", candidates=[])
        Household.objects.create(managing_organization=second)
    with acting_as(make_staff("plan_administrator", system), reason="test"):
        assert not MatchReview.objects.exists()
        assert not Household.objects.exists()


def test_no_context_gives_no_audit_row_and_no_message(two_systems):
    (system, own), (_, other) = two_systems
    nurse = make_staff("nurse", system)
    with acting_as(nurse, reason="test"):
        for member in (own, other):
            audit.record(by=nurse, action="update", verb="test.change", member_id=member.pk)
            outbox.enqueue(
                dedupe_key=f"test:{member.pk}", channel="email", template="message_waiting", member_id=member.pk
            )
        audit.record_refusal(nurse, verb="test.refused", obj=other)
        seen = AuditEvent.objects.filter(verb__startswith="test.").values_list("verb", "member_id")
        # Her own acts, whoever they are about; messages of members in reach alone.
        assert set(seen) == {("test.change", own.pk), ("test.change", other.pk), ("test.refused", other.pk)}
        assert [row.member_id for row in OutboxMessage.objects.all()] == [own.pk]
    with acting_as(make_staff("nurse", system), reason="test"):
        assert {row.member_id for row in AuditEvent.objects.filter(verb__startswith="test.")} == {own.pk}
    with connection.cursor() as cursor:
        for table in ("core_auditevent", "core_outboxmessage"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,), table
        # Who is nobody yet (a sign-in that fails, a password forgotten) is on record all the same.
        audit.record_refusal(None, verb="test.nobody")
        outbox.enqueue(dedupe_key="test:nobody", channel="email", template="message_waiting")
    with as_job(User.objects.system("tests"), reason="test"):
        assert AuditEvent.objects.filter(verb="test.nobody").count() == 1
        assert OutboxMessage.objects.filter(dedupe_key="test:nobody").count() == 1


# --- context --------------------------------------------------------------------------------------------


def test_nothing_is_written_by_nobody():
    system = make_system()
    with pytest.raises(DatabaseError, match="Nobody acts"), transaction.atomic():
        Member.objects.create(managing_organization=system, family="Nobody")


def test_copy_asks_who_acts_as_well(two_systems):
    (_, own), _ = two_systems
    # copy_expert is the driver's own: its error comes unwrapped.
    refused = pytest.raises((DatabaseError, psycopg2.Error), match="Nobody acts")
    with connection.cursor() as cursor, refused, transaction.atomic():
        cursor.execute("SET LOCAL ROLE kpcare_jobs")
        cursor.copy_expert(
            "COPY members_memberaddress (member_id, city) FROM STDIN", io.StringIO(f"{own.pk}\tBerkeley\n")
        )


def test_copy_through_the_door_is_in_history_with_its_author(two_systems):
    (_, own), _ = two_systems
    clerk = User.objects.system("copier")
    columns = ["member_id", "city", "line1", "line2", "state", "postal_code", "country", "use", "sensitivity"]
    line = "\t".join([str(own.pk), "Berkeley", "", "", "CA", "94703", "US", "mail", "0"])
    with as_job(clerk, reason="import 7"):
        assert copy("members_memberaddress", columns, io.StringIO(line + "\n")) == 1
        event = apps.get_model("members", "MemberAddressHistoryevent").objects.get(city="Berkeley")
    assert event.pgh_context["user"] == str(clerk.pk)
    assert event.pgh_context["reason"] == "import 7"


@pytest.mark.django_db(transaction=True)
def test_copy_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="needs a transaction"):
        copy("members_memberaddress", ["member_id"], io.StringIO(""))


@pytest.mark.django_db(transaction=True)
def test_settings_end_with_their_transaction_on_the_same_connection():
    system = make_system()
    nurse = make_staff("nurse", system)
    make_member(system)
    with acting_as(nurse, reason="first"):
        pid = connection.connection.info.backend_pid
        assert setting("kpcare.user_id") == str(nurse.pk)
        assert Member.objects.count() == 1
    assert connection.connection.info.backend_pid == pid
    assert setting("kpcare.user_id") == ""
    assert setting("kpcare.organization_ids") in ("", "{}")
    assert not Member.objects.exists()
    with transaction.atomic():
        assert setting("kpcare.user_id") == ""
        assert not Member.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_work_after_commit_still_knows_who_acted_when_it_opens_its_own_transaction():
    nurse = make_staff("nurse", make_system())
    seen = []

    def later():
        with transaction.atomic():
            seen.append(setting("kpcare.user_id"))

    with acting_as(nurse, reason="test"):
        transaction.on_commit(later)
    assert seen == [str(nurse.pk)]


def test_an_inner_actor_gives_way_to_the_outer_one_also_after_an_error(two_systems):
    (system, own), (second, foreign) = two_systems
    outer, inner = make_staff("nurse", system), make_staff("nurse", second)
    with acting_as(outer, reason="outer"):
        with acting_as(inner, reason="inner"):
            assert list(Member.objects.all()) == [foreign]
        assert list(Member.objects.all()) == [own]
        with pytest.raises(ZeroDivisionError), acting_as(inner, reason="inner"):
            raise ZeroDivisionError
        assert list(Member.objects.all()) == [own]
        with pytest.raises(DatabaseError), acting_as(inner, reason="inner"):
            connection.cursor().execute("SELECT 1 / 0")
        assert list(Member.objects.all()) == [own]
        assert current().user_id == outer.pk
    assert not Member.objects.exists()


def test_a_database_error_is_told_as_itself_and_not_as_an_aborted_transaction(two_systems):
    from core.context import use
    from core.db import context_for

    (system, _), _ = two_systems
    nurse = make_staff("nurse", system)
    with pytest.raises(DatabaseError, match="division by zero"), transaction.atomic(), use(context_for(nurse)):
        connection.cursor().execute("SELECT 1 / 0")


@pytest.mark.django_db(transaction=True)
def test_a_web_process_cannot_become_the_jobs_login(settings):
    """In service the app login is no member of the jobs role; the tests' login is, and only they may try."""
    settings.LOGIN = "web"
    make_member_of = make_system()
    with as_job(User.objects.system("tests"), reason="test"):
        assert not Member.objects.filter(managing_organization=make_member_of).exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone()[0] == "kpcare_app"


# --- history --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement", ["INSERT INTO {0} (pgh_label) VALUES ('x')", "UPDATE {0} SET pgh_label = 'x'", "DELETE FROM {0}"]
)
@pytest.mark.parametrize("job", [False, True])
def test_history_can_be_read_and_not_forged(two_systems, statement, job):
    (system, own), _ = two_systems
    user = make_staff("nurse", system)
    door = as_job(user, reason="test") if job else acting_as(user, reason="test")
    with door:
        assert MemberEvent.objects.filter(id=own.pk).exists()
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement.format(MemberEvent._meta.db_table))


def test_every_change_is_in_history_also_a_bulk_one(two_systems):
    (system, own), _ = two_systems
    nurse = make_staff("nurse", system)
    with acting_as(nurse, reason="moved house"):
        MemberAddress.objects.filter(member=own).update(city="Berkeley")
        MemberAddress.objects.filter(member=own).delete()
        events = list(
            apps.get_model("members", "MemberAddressHistoryevent").objects.filter(member=own).order_by("pgh_id")
        )
    assert [event.pgh_label for event in events] == ["insert", "update", "delete"]
    assert events[1].city == "Berkeley"
    assert events[1].pgh_context["user"] == str(nurse.pk)
    assert events[1].pgh_context["reason"] == "moved house"


# --- partitions -----------------------------------------------------------------------------------------


def test_partitions_are_made_ahead_by_the_jobs_login_and_once():
    day = datetime.date(2031, 11, 15)
    with as_job(User.objects.system("tests"), reason="test"):
        made = partitions.ensure(day, ahead=2)
        assert {name.rsplit("_", 1)[1] for name in made} == {"203111", "203112", "203201"}
        assert len(made) == 3 * len(partitions.partitioned_models())
        assert partitions.ensure(day, ahead=2) == []


def test_rows_find_their_partition_and_an_occupied_month_is_left_alone(owner_connection):
    # As the owner without its guards: nobody else dates an audit row into another month.
    with owner_connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditevent DISABLE TRIGGER USER")
        insert = (
            "INSERT INTO core_auditevent (at, action, verb) VALUES (%s, 'read', 'test') "
            "RETURNING tableoid::regclass::text"
        )
        cursor.execute("SELECT core_make_partition('core_auditevent', '2031-11-01')")
        assert cursor.fetchone() == (True,)
        cursor.execute(insert, ["2031-11-30 23:59:59+00"])
        assert cursor.fetchone() == ("core_auditevent_203111",)
        cursor.execute(insert, ["2031-12-01 00:00:00+00"])
        assert cursor.fetchone() == ("core_auditevent_default",)
        cursor.execute("SELECT core_make_partition('core_auditevent', '2031-12-01')")
        assert cursor.fetchone() == (False,)


def test_no_web_process_makes_partitions():
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute("SELECT core_make_partition('core_auditevent', '2031-11-01')")


def test_only_logs_and_history_are_partitioned():
    for model in partitions.partitioned_models():
        assert is_history(model) or model._meta.label == "core.AuditEvent"
    assert SystemParameter not in partitions.partitioned_models()
