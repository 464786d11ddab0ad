"""A full list says who is covered: who is missing is proposed to a person, and nothing ends by itself."""

from datetime import date

import pytest

from core.db import acting_as
from interop import actions
from interop.models import TerminationProposal
from tests.interop.test_import_834 import AS_OF, CHILD, World, codes
from tests.interop.x12_files import interchange, member
from tests.network.factories import make_staff, make_system

LIST = {"ins": "Y*18*030*XN", "header": "BGN*00*1*20260401*1200****4~N1*IN*PLAN*FI*1"}


@pytest.fixture
def world(db, tmp_path) -> World:
    """Jane and Rick are covered."""
    world = World(tmp_path)
    world.take(member("S1", "DOE", "JANE"), member("S2", "ROE", "RICK", born="19700101", sex="M"))
    return world


def listed(number="S1", family="DOE", given="JANE", **more):
    return member(number, family, given, ins=LIST["ins"], **more)


def take_list(world, *loops, name="list.834", **more):
    return world.take(*loops, name=name, header=LIST["header"], **more)


def proposed(world) -> list[tuple[str, date, str]]:
    with world.acting():
        rows = TerminationProposal.objects.select_related("member").order_by("created_at")
        return [(row.member.given, row.ends_on, row.status) for row in rows]


@pytest.mark.parametrize("action", ["4", "RX"])
def test_who_is_missing_is_proposed_and_stays_covered(world, action):
    header = LIST["header"].replace("****4", f"****{action}")
    run = world.take(listed(), name="list.834", header=header)

    assert proposed(world) == [("RICK", date(2026, 4, 1), "open")]
    assert run.counts["proposed_terminations"] == 1
    assert world.now("ROE", "RICK") == [("medical", "GOLD", date(2026, 1, 1), None)]


def test_a_file_of_changes_proposes_nothing(world):
    world.take(member("S1", "DOE", "JANE", ins="Y*18*001"), name="changes.834")
    assert proposed(world) == []


def test_the_day_that_the_list_speaks_of_is_the_day_of_the_end(world):
    header = "BGN*00*1*20260401*1200****4~DTP*007*D8*20260501~N1*IN*PLAN*FI*1"
    world.take(listed(), name="list.834", header=header)
    assert proposed(world) == [("RICK", date(2026, 5, 1), "open")]


def test_a_list_that_may_be_cut_off_proposes_nothing(world):
    path = world.folder / "cut.834"
    path.write_text(interchange(listed(), header=LIST["header"]).partition("SE*")[0])
    run = actions.import_834(path, by=world.by, as_of=AS_OF)
    assert codes(run)
    assert proposed(world) == []


def test_whose_own_record_was_set_aside_is_not_proposed(world):
    take_list(world, listed(), listed("S2", "ROE", "RICK", born="19701332", sex="M"))
    assert proposed(world) == []


def test_other_groups_than_those_on_the_list_are_left_alone(world):
    world.take(member("S9", "POE", "ANN", group="G9"), name="other.834", create_missing=True)
    take_list(world, listed())
    assert [given for given, _, _ in proposed(world)] == ["RICK"]


def test_a_missing_dependant_is_proposed_alone(world):
    world.take(member("S1", "DOE", "KIM", **CHILD), name="kim.834")
    take_list(world, listed(), listed("S2", "ROE", "RICK", born="19700101", sex="M"))
    assert [given for given, _, _ in proposed(world)] == ["KIM"]


def test_the_same_list_read_again_proposes_once_and_who_comes_back_is_withdrawn(world):
    take_list(world, listed())
    take_list(world, listed(), again=True)
    assert len(proposed(world)) == 1
    take_list(world, listed(), listed("S2", "ROE", "RICK", born="19700101", sex="M"), name="next.834")
    assert [status for _, _, status in proposed(world)] == ["withdrawn"]


def test_accepting_ends_the_coverage_and_declining_keeps_it(world):
    world.take(member("S3", "POE", "ANN", born="19900101"), name="ann.834")
    take_list(world, listed())
    with world.acting():
        by_name = {row.member.given: row.pk for row in TerminationProposal.objects.select_related("member")}
    admin = make_staff("plan_administrator", world.system)

    with acting_as(admin, reason="test"):
        actions.accept_termination(by_name["RICK"], by=admin)
        actions.decline_termination(by_name["ANN"], by=admin)

    assert world.now("ROE", "RICK") == [("medical", "GOLD", date(2026, 1, 1), date(2026, 4, 1))]
    assert world.now("POE", "ANN") == [("medical", "GOLD", date(2026, 1, 1), None)]
    with acting_as(admin, reason="test"), pytest.raises(TerminationProposal.DoesNotExist):
        actions.decline_termination(by_name["RICK"], by=admin)


def test_the_runs_page_shows_whom_the_list_leaves_out_and_takes_the_decision(world, client):
    run = take_list(world, listed())
    client.force_login(make_staff("plan_administrator", world.system))
    page = client.get(f"/staff/imports/{run.pk}/").content.decode()
    assert "RICK ROE" in page and "Would not be covered from 1 Apr" in page
    with world.acting():
        proposal = TerminationProposal.objects.get()
    client.post(f"/staff/imports/{run.pk}/terminations/{proposal.pk}/accept/")
    assert [status for _, _, status in proposed(world)] == ["accepted"]


@pytest.mark.parametrize(("role", "status"), [("physician", 403), ("auditor", 403), ("elsewhere", 404)])
def test_nobody_else_decides(world, client, role, status):
    run = take_list(world, listed())
    with world.acting():
        proposal = TerminationProposal.objects.get()
    other = make_staff("plan_administrator", make_system()) if role == "elsewhere" else make_staff(role, world.system)
    client.force_login(other)
    for decision in ("accept", "decline"):
        address = f"/staff/imports/{run.pk}/terminations/{proposal.pk}/{decision}/"
        assert client.post(address).status_code == status
    assert [state for _, _, state in proposed(world)] == ["open"]
