"""Two records of one person become one, exactly, and can become two again."""

import threading
import time
from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.urls import reverse

from clinical.models import Condition, Encounter, Note
from core import audit, seals
from core.db import acting_as, as_job
from core.models import AuditEvent, User
from members import actions, matching, merged_access
from members.models import Member, MemberAddress, MemberIdentifier, MemberMerge, RaceEthnicity
from members.querysets import search
from tests.core.test_seals import seal_all
from tests.members.factories import make_member
from tests.network.factories import make_staff, make_system, make_user
from tests.together import WAITING


def owned(member) -> list:
    return sorted(
        str(pk)
        for model in (MemberAddress, MemberIdentifier, RaceEthnicity)
        for pk in model.objects.filter(member=member).values_list("pk", flat=True)
    )


class Pair:
    """One person twice: each record with an address and a race of its own, one race on both."""

    def __init__(self):
        self.system = make_system()
        self.kept = make_member(self.system, family="Okafor", given="Ada")
        self.gone = make_member(self.system, family="Okafor", given="Adah")
        self.newborn = make_member(self.system, family="Okafor", given="Chi", birth_date=date(2026, 1, 1))
        self.admin = make_staff("plan_administrator", self.system)
        with as_job(User.objects.system("tests"), reason="test"):
            for member, line in ((self.kept, "1 First St"), (self.gone, "2 Second St")):
                MemberAddress.objects.create(member=member, line1=line)
                RaceEthnicity.objects.create(member=member, code="2054-5", source="self")
            MemberAddress.objects.create(member=self.gone, line1="PO Box 2", use="mail")
            RaceEthnicity.objects.create(member=self.gone, code="2135-2", source="self")
            MemberIdentifier.objects.create(member=self.gone, system="urn:x", value="7")
            Member.objects.filter(pk=self.newborn.pk).update(mother=self.gone)

    def merge(self) -> MemberMerge:
        with acting_as(self.admin, reason="same person"):
            return actions.merge_members(self.kept, self.gone, by=self.admin, reason="same passport")


@pytest.fixture
def pair(db) -> Pair:
    return Pair()


def test_everything_moves_except_what_both_cannot_hold(pair):
    pair.merge()
    with acting_as(pair.admin, reason="test"):
        assert {a.line1 for a in MemberAddress.objects.filter(member=pair.kept)} == {"1 First St", "PO Box 2"}
        assert [a.line1 for a in MemberAddress.objects.filter(member=pair.gone)] == ["2 Second St"], (
            "one home at a time"
        )
        assert set(RaceEthnicity.objects.filter(member=pair.kept).values_list("code", flat=True)) == {
            "2054-5",
            "2135-2",
        }
        assert list(RaceEthnicity.objects.filter(member=pair.gone).values_list("code", flat=True)) == ["2054-5"]
        assert Member.objects.get(pk=pair.newborn.pk).mother_id == pair.kept.pk
        assert Member.objects.get(pk=pair.gone.pk).merged_into_id == pair.kept.pk
        assert AuditEvent.objects.filter(verb="members.merge", member_id=pair.kept.pk).exists()


def test_the_old_record_number_leads_to_the_record_that_stayed(pair):
    pair.merge()
    with acting_as(pair.admin, reason="test"):
        assert [m.pk for m in search(pair.gone.mrn)] == [pair.kept.pk]
        assert pair.gone.pk not in [m.pk for m in search("okafor")]


def test_unmerge_gives_back_exactly_what_was_moved(pair):
    with acting_as(pair.admin, reason="test"):
        before = owned(pair.kept), owned(pair.gone)
    merge = pair.merge()
    with acting_as(pair.admin, reason="two people after all"):
        MemberAddress.objects.create(member=pair.kept, line1="3 Later St", use="confidential")
        actions.unmerge_members(merge, by=pair.admin, reason="two people after all")
    with acting_as(pair.admin, reason="test"):
        assert owned(pair.gone) == before[1]
        assert set(before[0]) < set(owned(pair.kept)), "what came after the merge stays with the record that stayed"
        assert Member.objects.get(pk=pair.newborn.pk).mother_id == pair.gone.pk
        assert Member.objects.get(pk=pair.gone.pk).status == "active"


def test_a_merge_is_undone_once(pair):
    merge = pair.merge()
    with acting_as(pair.admin, reason="test"):
        actions.unmerge_members(merge, by=pair.admin, reason="wrong")
        with pytest.raises(DatabaseError, match="undone already"), transaction.atomic():
            actions.unmerge_members(merge, by=pair.admin, reason="wrong")


def test_records_out_of_reach_are_not_merged(pair):
    stranger = make_staff("plan_administrator", make_system())
    with acting_as(stranger, reason="test"), pytest.raises(DatabaseError, match="within reach"), transaction.atomic():
        actions.merge_members(pair.kept, pair.gone, by=stranger, reason="mine now")


def test_nobody_else_re_points_by_calling_the_inner_function(pair):
    with (
        acting_as(pair.admin, reason="test"),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT members_repoint(%s, %s)", [pair.gone.pk, pair.kept.pk])


@pytest.mark.django_db(transaction=True)
def test_two_people_merging_the_same_pair_merge_it_once():
    pair = Pair()
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def merge(kept, gone):
        try:
            together.wait(10)
            with acting_as(pair.admin, reason="test"):
                actions.merge_members(kept, gone, by=pair.admin, reason="same person")
            outcomes.append("merged")
        except DatabaseError as error:
            outcomes.append("refused" if "both active" in str(error) else str(error))
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=merge, args=pair_of) for pair_of in ((pair.kept, pair.gone), (pair.gone, pair.kept))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcomes) == ["merged", "refused"]
    with acting_as(pair.admin, reason="test"):
        assert MemberMerge.objects.count() == 1


def _deadlock(pair: Pair) -> list[str]:
    """Somebody else holds what the merge wants last, and wants what it has first: Postgres gives the merge up.

    The merge waits first, so that it is the one that finds the ring after a second (`deadlock_timeout`).
    """
    outcomes: list[str] = []
    held, waits = threading.Event(), threading.Event()

    def write():
        try:
            with acting_as(pair.admin, reason="test"):
                MemberAddress.objects.select_for_update().filter(member=pair.gone)[0]
                held.set()
                waits.wait(10)
                Member.objects.select_for_update().get(pk=pair.kept.pk)
            outcomes.append("written")
        except DatabaseError as error:
            outcomes.append(str(error))
        finally:
            connections.close_all()

    def watch():
        """Until the merge waits for the address."""
        with connections["default"].cursor() as cursor:
            for _ in range(200):
                cursor.execute(WAITING)
                if cursor.fetchone()[0]:
                    break
                time.sleep(0.01)
        waits.set()
        connections.close_all()

    threads = [threading.Thread(target=write), threading.Thread(target=watch)]
    threads[0].start()
    held.wait(10)
    threads[1].start()
    try:
        pair.merge()
        outcomes.append("merged")
    except DatabaseError as error:
        outcomes.append(str(error))
    for thread in threads:
        thread.join(30)
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_a_merge_that_postgres_gives_up_for_another_is_tried_again():
    pair = Pair()
    assert sorted(_deadlock(pair)) == ["merged", "written"]
    with acting_as(pair.admin, reason="test"):
        assert Member.objects.get(pk=pair.gone.pk).merged_into_id == pair.kept.pk
        assert MemberMerge.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_tried_once_alone_the_merge_is_the_one_that_is_given_up(monkeypatch):
    """That the test above meets a deadlock at all."""
    pair = Pair()
    monkeypatch.setattr(actions, "until_done", lambda act: act())
    assert "deadlock detected" in str(_deadlock(pair))


def test_two_systems_may_know_somebody_by_the_same_number_each_by_itself(db):
    """An outside hospital's number or a social security number: unique within a system, not among systems."""
    here, there = make_system(), make_system()
    first, second, other = make_member(here), make_member(there), make_member(here)
    with as_job(User.objects.system("tests"), reason="test"):
        MemberIdentifier.objects.create(member=first, system="urn:x", value="7")
        MemberIdentifier.objects.create(member=second, system="urn:x", value="7")
        with pytest.raises(IntegrityError, match="members_identifier_in_force"), transaction.atomic():
            # What somebody says of the system does not count: the member's does.
            MemberIdentifier.objects.create(member=other, system="urn:x", value="7", managing_organization=there)
        assert set(MemberIdentifier.objects.values_list("member", "managing_organization")) == {
            (first.pk, here.pk), (second.pk, there.pk),
        }  # fmt: skip


def test_matching_by_a_number_stays_within_the_system(db):
    here, there = make_system(), make_system()
    first, second = make_member(here, family="Okafor"), make_member(there, family="Lindqvist")
    number = matching.ssn_digest("123-45-6789")
    with as_job(User.objects.system("tests"), reason="test"):
        for one in (first, second):
            MemberIdentifier.objects.create(member=one, system=matching.SSN_SYSTEM, value=number)
        nobody_known = matching.Person("Okafor-Reyes", "Zoe", ssn=number)
        assert [k.member_id for k in matching.candidates_for([nobody_known], here.pk)[0]] == [first.pk]
        assert [k.member_id for k in matching.candidates_for([nobody_known], there.pk)[0]] == [second.pk]


# --- The audit stays as it was written -------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_merge_leaves_the_audit_as_it_was_sealed(settings, tmp_path):
    settings.AUDIT_SEAL_FILE = str(tmp_path / "seals.txt")
    pair = Pair()
    with acting_as(pair.admin, reason="test"):
        audit.record_read(pair.admin, verb="test.opened", obj=pair.gone)
    seal_all()

    merge = pair.merge()

    assert seals.verify().problems == []
    assert "core_auditevent" not in merge.moved
    with acting_as(pair.admin, reason="test"):
        assert AuditEvent.objects.get(verb="test.opened").member_id == pair.gone.pk
        actions.unmerge_members(merge, by=pair.admin, reason="two people")
    assert seals.verify().problems == []


def test_the_owner_re_points_no_audit_row_by_the_word_of_a_merge(owner_connection, pair):
    with owner_connection.cursor() as cursor:
        cursor.execute("SELECT set_config('kpcare.merge', 'on', true)")
        cursor.execute(
            "INSERT INTO core_auditevent (action, verb, member_id) VALUES ('read', 'test', %s)", [str(pair.gone.pk)]
        )
        with pytest.raises(Exception, match="a seal lies over it"):
            cursor.execute("UPDATE core_auditevent SET member_id = %s WHERE verb = 'test'", [str(pair.kept.pk)])


def opened_before_the_merge(pair) -> User:
    """Somebody who looked at the record that went, named also on a list, before the two became one."""
    reader = make_staff("plan_administrator", pair.system)
    with acting_as(reader, reason="test"):
        audit.record_read(reader, verb="test.opened", obj=pair.gone)
        audit.record_read(reader, verb="test.listed", members=[pair.gone.pk])
    pair.merge()
    return reader


def test_the_member_sees_who_opened_the_record_that_was_merged_into_theirs(client, pair):
    account = make_user("Ada Okafor")
    with as_job(User.objects.system("tests"), reason="test"):
        Member.objects.filter(pk=pair.kept.pk).update(user=account)
    reader = opened_before_the_merge(pair)
    second = make_staff("plan_administrator", pair.system)
    with acting_as(second, reason="test"):
        merge = MemberMerge.objects.get()
        merged_access.settle_access(merge, by=second, account=account, proxies=(), reason="Called her of old")
    client.force_login(account)
    looked = client.get(reverse("clinical:who_opened")).context["looked"]
    assert reader.pk in {row["user_id"] for row in looked}


def test_the_auditor_finds_it_by_either_number(client, pair):
    reader = opened_before_the_merge(pair)
    client.force_login(make_staff("auditor", pair.system))
    for number in (pair.kept.mrn, pair.gone.mrn):
        page = client.post(reverse("core:audit_log"), {"record_number": number}, follow=True)
        events = page.context["events"]
        assert {"test.opened", "test.listed"} <= {row.verb for row, _who, _whom in events if row.user_id == reader.pk}


def test_of_another_member_nothing_is_found_with_it(pair):
    stranger = make_member(pair.system)
    opened_before_the_merge(pair)
    with acting_as(pair.admin, reason="test"):
        assert not AuditEvent.objects.filter(audit.about(stranger.pk)).exists()


# --- Apart again after somebody has worked on it -----------------------------------------------------------------


@pytest.fixture
def with_visit(pair) -> Pair:
    """The record that goes has a visit and a problem."""
    with as_job(User.objects.system("tests"), reason="test"):
        seen = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC)
        pair.visit = Encounter.objects.create(member=pair.gone, status="finished", effective=seen)
        pair.problem = Condition.objects.create(member=pair.gone, status="active", is_problem=True)
    return pair


def test_what_was_hung_on_a_moved_row_goes_back_with_it(with_visit):
    merge = with_visit.merge()
    with as_job(User.objects.system("tests"), reason="test"):
        kept = Member.objects.get(pk=with_visit.kept.pk)
        later = Condition.objects.create(member=kept, status="active", is_problem=True, encounter=with_visit.visit)
        own = Condition.objects.create(member=kept, status="active", is_problem=True)
        note = Note.objects.create(member=kept, encounter=with_visit.visit, author=with_visit.admin)
    with acting_as(with_visit.admin, reason="test"):
        actions.unmerge_members(merge, by=with_visit.admin, reason="two people")
        for moved in (later, note, with_visit.visit):
            moved.refresh_from_db()
            assert moved.member_id == with_visit.gone.pk
        own.refresh_from_db()
        assert own.member_id == with_visit.kept.pk, "what hangs on nothing that moved stays"


def test_signed_notes_and_their_corrections_move_and_go_back_as_they_were(with_visit):
    with as_job(User.objects.system("tests"), reason="test"):
        at = datetime(2026, 3, 2, 11, tzinfo=UTC)
        common = {"member": with_visit.gone, "encounter": with_visit.visit, "author": with_visit.admin, "signed_at": at}
        signed = Note.objects.create(body="Cough for a week", **common)
        Note.objects.create(body="Two weeks", amends=signed, **common)
        before = set(Note.objects.values_list("pk", "body", "signed_at", "author", "amends"))
    merge = with_visit.merge()
    for record in (with_visit.kept, with_visit.gone):
        with as_job(User.objects.system("tests"), reason="test"):
            assert set(Note.objects.values_list("pk", "body", "signed_at", "author", "amends")) == before
            assert set(Note.objects.values_list("member", flat=True)) == {record.pk}
            with pytest.raises(DatabaseError, match="row is final"), transaction.atomic():
                Note.objects.filter(pk=signed.pk).update(body="Nothing at all")
        if record == with_visit.kept:
            with acting_as(with_visit.admin, reason="test"):
                actions.unmerge_members(merge, by=with_visit.admin, reason="two people")


def test_every_final_row_that_counts_its_version_lets_the_merge_count_it(db):
    """The next one is held to it too: who has a row whose trigger compares `version` could never be merged."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgrelid::regclass::text, t.tgname, p.prosrc LIKE '%''version''%' FROM pg_trigger t "
            "JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.prosrc LIKE '%kpcare.merge%' AND EXISTS ("
            "SELECT FROM pg_attribute a WHERE a.attrelid = t.tgrelid AND a.attname = 'version' AND NOT a.attisdropped)"
        )
        found = cursor.fetchall()
    assert "clinical_note" in {table for table, _name, _lets in found}
    assert [(table, name) for table, name, lets in found if not lets] == []


def test_where_it_rests_on_something_that_stays_the_page_says_so(client, with_visit):
    merge = with_visit.merge()
    with as_job(User.objects.system("tests"), reason="test"):
        seen = datetime(2026, 4, 2, 9, tzinfo=UTC), datetime(2026, 4, 2, 10, tzinfo=UTC)
        visit = Encounter.objects.create(member_id=with_visit.kept.pk, status="finished", effective=seen)
        Condition.objects.filter(pk=with_visit.problem.pk).update(encounter=visit)
    client.force_login(with_visit.admin)
    page = client.post(reverse("members:unmerge", args=[merge.pk]), {"reason": "two people after all", "is_sure": "on"})
    assert page.status_code == 200
    assert "now rests on something of this one" in page.content.decode()
    with acting_as(with_visit.admin, reason="test"):
        assert Member.objects.get(pk=with_visit.gone.pk).status == "merged"
