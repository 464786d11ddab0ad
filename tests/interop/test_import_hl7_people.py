"""HL7 v2 in: doses given elsewhere (VXU^V04), and people and stays that other places tell of (ADT)."""

import datetime

import pytest

from clinical.models import CodingRole, Encounter, Immunization, Task
from core.db import acting_as
from core.models import User
from interop.actions import replay_run
from interop.hl7v2.run import Import
from members.actions import decide_match, merge_members
from members.models import MatchReview, Member, MemberAddress, MemberIdentifier, MemberTelecom
from plans.models import Coverage
from tests.clinical import factories as chart
from tests.clinical.factories import arranging
from tests.interop.hl7_files import message, msh, pid, save, segment
from tests.plans.factories import make_contract, make_group, make_plan

pytestmark = pytest.mark.django_db
ADA = {
    "f3": "A-77^^^Bay&2.16.1&ISO^MR", "f5": "Okafor^Ada^N^^^^L~Okafor^Adaeze^^^^^S", "f7": "19800101", "f8": "F",
    "f11": "9 Fir St^^Oakland^CA^94610^US^H", "f13": "^PRN^PH^^1^510^5550101~^NET^Internet^ada@example.org",
}  # fmt: skip


@pytest.fixture
def world():
    return chart.World()


@pytest.fixture
def take(tmp_path, world):
    def run(*messages: str, name: str = "adt.hl7", system=None) -> Import:
        user = User.objects.system("import_hl7")
        done = Import([save(tmp_path, name, *messages)], by=user, system=system or world.system)
        done.execute()
        return done

    return run


@pytest.fixture
def everything(world):
    with arranging():
        yield


def codes_of(run: Import) -> list[str]:
    return list(run.run.set_aside.filter(status="open").order_by("id").values_list("code", flat=True))


# --- Immunisations --------------------------------------------------------------------------------------------------


def dose(vaccine: str = "141^Influenza^CVX", on: str = "20251015", **more: str) -> str:
    return segment(
        "RXA", **({"f1": "0", "f2": "1", "f3": on, "f5": vaccine, "f6": "0.5", "f7": "mL", "f20": "CP"} | more)
    )


def vxu(person: str, *doses: str) -> str:
    return message(msh("VXU^V04^VXU_V04"), person, *(one for each in doses for one in (segment("ORC", f1="RE"), each)))


def test_doses_of_a_registry_stand_in_the_record_once(world, take, everything):
    given = dose(f15="LOT9", f16="202612", f17="SKB")
    run = take(vxu(pid(world.maria), given, dose("3^MMR^CVX", "20240501", f6="999", f7="")))
    assert (run.totals()["accepted"], codes_of(run)) == (1, [])
    flu = Immunization.objects.get(codings__concept__code="141")
    assert (flu.member, flu.effective.lower.date(), flu.precision) == (world.maria, datetime.date(2025, 10, 15), "d")
    assert (flu.lot_number, flu.manufacturer, flu.expires_on) == ("LOT9", "SKB", datetime.date(2026, 12, 31))
    assert flu.is_primary_source is False
    assert Immunization.objects.get(codings__concept__code="03").dose_quantity is None
    again = take(vxu(pid(world.maria), given), name="again.hl7")
    assert (again.totals()["unchanged"], Immunization.objects.count()) == (1, 2)


def test_what_was_not_given_is_no_dose_and_what_was_deleted_is_withdrawn(world, take, everything):
    take(vxu(pid(world.maria), dose(f20="RE"), dose("998^none^CVX"), dose("115^Tdap^CVX")), name="one.hl7")
    assert list(Immunization.objects.values_list("codings__concept__code", flat=True)) == ["115"]
    run = take(vxu(pid(world.maria), dose("115^Tdap^CVX", f21="D")), name="two.hl7")
    assert (run.totals()["changed"], Immunization.objects.get().status) == (1, "entered-in-error")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (dose("90658^Influenza^C4"), "cvx"),
        (dose(on="2025"), "date"),
        (dose(on="20990101"), "dose"),
        (dose(on="19700101"), "dose"),
        (dose(f16="20250101"), "dose"),
        (dose(f20="PA"), "partial_dose"),
        (dose(f6="half"), "number"),
    ],
)
def test_a_dose_that_cannot_be_sets_its_whole_message_aside(world, take, everything, wrong, code):
    run = take(vxu(pid(world.maria), dose("115^Tdap^CVX"), wrong))
    assert (codes_of(run), Immunization.objects.count()) == ([code], 0)


# --- People ---------------------------------------------------------------------------------------------------------


def adt(event: str, person: str, *more: str, **header: str) -> str:
    return message(msh(f"ADT^{event}", **header), segment("EVN", f1=event, f2="20260301090000-0800"), person, *more)


def test_somebody_new_is_registered_once_with_what_is_told(world, take, everything):
    run = take(adt("A28", segment("PID", **ADA)))
    assert (run.totals()["accepted"], codes_of(run)) == (1, [])
    ada = Member.objects.get(family="Okafor")
    assert (ada.given, ada.middle, ada.sex, ada.birth_date) == ("Ada", "N", "female", datetime.date(1980, 1, 1))
    assert ada.managing_organization == world.system
    assert MemberIdentifier.objects.get(member=ada).system == "urn:oid:2.16.1"
    assert MemberAddress.objects.get(member=ada).line1 == "9 Fir St"
    assert set(MemberTelecom.objects.filter(member=ada).values_list("system", "value")) == {
        ("phone", "+15105550101"), ("email", "ada@example.org"),
    }  # fmt: skip
    again = take(adt("A28", segment("PID", **ADA)), name="again.hl7")
    assert (again.totals()["unchanged"], Member.objects.filter(family="Okafor").count()) == (1, 1)


def test_a_move_is_taken_for_who_is_not_enrolled_and_left_to_enrolment_for_who_is(world, take, everything):
    take(adt("A28", segment("PID", **ADA)), name="one.hl7")
    moved = ADA | {"f11": "1 Elm St^^Oakland^CA^94611^US^H", "f5": "Okafor-Reyes^Ada"}
    take(adt("A31", segment("PID", **moved)), name="two.hl7")
    ada = Member.objects.get(birth_date="1980-01-01")
    assert ada.family == "Okafor-Reyes"
    assert MemberAddress.objects.get(member=ada, period__upper_inf=True).line1 == "1 Elm St"
    contract = make_contract(make_group(make_plan(world.system)), ada)
    Coverage.objects.create(member=ada, contract=contract, relationship="18")
    run = take(adt("A08", segment("PID", **(moved | {"f11": "5 Oak St^^Fresno^CA^93650^US^H"}))), name="three.hl7")
    assert run.totals()["unchanged"] == 1
    assert MemberAddress.objects.get(member=ada, period__upper_inf=True).line1 == "1 Elm St"


def test_who_may_be_somebody_we_know_is_never_made_twice(world, take, everything):
    run = take(adt("A28", pid(world.maria, mrn="")))
    assert (codes_of(run), Member.objects.filter(family="Alvarez", given="Maria").count()) == (["match_review"], 1)
    decide_match(MatchReview.objects.get(), by=world.chen.user, member=None)
    assert replay_run(run.run, by=run.by) == (1, 0)
    assert Member.objects.filter(family="Alvarez", given="Maria").count() == 2


def test_the_same_person_in_two_systems_is_two_records(world, take, everything):
    take(adt("A28", segment("PID", **ADA)))
    take(adt("A28", segment("PID", **ADA)), system=world.other_system)
    owners = Member.objects.filter(family="Okafor").values_list("managing_organization", flat=True)
    assert set(owners) == {world.system.pk, world.other_system.pk}


@pytest.mark.parametrize(
    ("event", "more", "code"),
    [
        ("A08", {}, "unknown_person"),
        ("A28", {"f7": ""}, "no_birth_date"),
        ("A28", {"f7": "yesterday"}, "date"),
        ("A28", {"f5": ""}, "no_name"),
    ],
)
def test_who_cannot_be_known_again_is_not_registered(world, take, everything, event, more, code):
    before = Member.objects.count()
    run = take(adt(event, segment("PID", **(ADA | more))))
    assert (codes_of(run), Member.objects.count()) == ([code], before)


def test_a_death_elsewhere_is_noted_with_its_time(world, take, everything):
    run = take(adt("A08", pid(world.maria, f30="Y")), name="one.hl7")
    assert codes_of(run) == ["date"]
    take(adt("A08", pid(world.maria, f29="20260227", f30="Y")), name="two.hl7")
    world.maria.refresh_from_db()
    assert world.maria.deceased_at.date() == datetime.date(2026, 2, 27)


# --- Stays ----------------------------------------------------------------------------------------------------------


def pv1(kind: str = "I", **more: str) -> str:
    return segment("PV1", **({"f1": "1", "f2": kind, "f19": "V-9", "f44": "20260301080000-0800"} | more))


def test_a_stay_elsewhere_is_an_encounter_from_admission_to_discharge(world, take, everything):
    reason = segment("PV2", f3="^Hip fracture")
    assert take(adt("A01", pid(world.maria), pv1(), reason), name="one.hl7").totals()["accepted"] == 1
    stay = Encounter.objects.get()
    assert (stay.member, stay.status, stay.reason_text) == (world.maria, "in-progress", "Hip fracture")
    assert stay.codings.get(role=CodingRole.CLASS).concept.code == "IMP"
    types = stay.codings.filter(role=CodingRole.TYPE).values_list("concept__code", flat=True)
    assert set(types) == {"inpatient", "32485007"}
    assert stay.effective.lower == datetime.datetime(2026, 3, 1, 16, tzinfo=datetime.UTC)
    end = {"f45": "20260304110000-0800"}
    assert take(adt("A03", pid(world.maria), pv1(**end)), name="two.hl7").totals()["changed"] == 1
    stay.refresh_from_db()
    assert (stay.status, stay.effective.upper.day, Encounter.objects.count()) == ("finished", 4, 1)
    task = Task.objects.get(kind="follow_up")
    assert (task.member, task.department, task.role) == (world.maria, world.department, "nurse")
    take(adt("A13", pid(world.maria), pv1()), name="three.hl7")
    stay.refresh_from_db()
    assert (stay.status, stay.effective.upper) == ("in-progress", None)
    take(adt("A11", pid(world.maria), pv1()), name="four.hl7")
    stay.refresh_from_db()
    assert stay.status == "cancelled"


def test_another_persons_visit_number_is_refused(world, take, everything):
    take(adt("A01", pid(world.maria), pv1()), name="one.hl7")
    assert codes_of(take(adt("A01", pid(world.pedro), pv1()), name="two.hl7")) == ["visit_number"]
    ends_first = pv1(f19="V-10", f45="20260228110000-0800")
    assert codes_of(take(adt("A03", pid(world.maria), ends_first), name="three.hl7")) == ["date"]


def test_other_types_events_and_tests_of_the_line_are_counted_and_not_taken(world, take, everything):
    run = take(
        adt("A02", pid(world.maria)),
        message(msh("SIU^S12"), pid(world.maria)),
        adt("A28", segment("PID", **ADA), f11="T"),
    )
    assert (run.totals()["not_taken"], codes_of(run)) == (3, [])
    assert run.run.counts["reasons"] == {"event": 1, "message_type": 1, "processing_id": 1}
    assert not Member.objects.filter(family="Okafor").exists()


def test_who_was_merged_twice_is_the_record_that_stayed(world, take):
    """A into B, B into C: A's record number means C."""
    with arranging():
        admin = chart.account("Pat Admin")
        chart.role(admin, "plan_administrator", world.system)
        first, second = (chart.member(world.system, "Maria", "Alvarez") for _ in range(2))
    for gone, kept in ((first, second), (second, world.maria)):
        with acting_as(admin, reason="test"):
            merge_members(kept, gone, by=admin, reason="same passport")
    run = take(vxu(pid(first), dose()))
    assert (run.totals()["accepted"], codes_of(run)) == (1, [])
    with arranging():
        assert Immunization.objects.get().member_id == world.maria.pk


@pytest.mark.parametrize("born", ["00010101", "18491231", "22000101", "99991231", "20991231"])
def test_a_birth_that_cannot_be_is_set_aside(take, everything, born):
    run = take(adt("A28", segment("PID", **(ADA | {"f7": born}))))
    assert (run.totals()["accepted"], codes_of(run)) == (0, ["date"])
