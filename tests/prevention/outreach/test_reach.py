"""Whom a list of outreach shows: a coordinator the members of the system, everybody else those of their own place."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from clinical.models import ServiceRequest
from core import jobs as core_jobs
from core.db import acting_as
from network.models import RoleAssignment
from prevention.models import BatchOrder, CareGap, ElsewhereReport, LetterPile, OutreachEpisode, StandingOrder
from prevention.outreach import batches, letters
from prevention.outreach.addresses import wanted
from prevention.outreach.calls import open_calls
from prevention.outreach.elsewhere import report_elsewhere
from tests.clinical import factories as clinic
from tests.clinical.factories import arranging
from tests.labs.factories import Laboratory
from tests.prevention import charts
from tests.prevention.outreach.factories import at_any_hour, gap, policy, protocols, reached_by, waits

pytestmark = pytest.mark.django_db
Role = RoleAssignment.Role


@pytest.fixture
def world():
    """Maria is cared for at one facility (Chen, an assistant), Pedro at another of the same group (Ferris).

    Olga is another system's. The coordinator works for the whole of ours.
    """
    made = Laboratory()
    with arranging():
        policy(made.system)
        at_any_hour()
        protocols(made.system, made.chen)
        made.far = clinic.department(made.group, "Far clinic")
        assert made.far.facility_id != made.department.facility_id
        made.ferris = clinic.clinician(made.far, "Fay Ferris")
        clinic.primary_care(made.pedro, made.ferris, made.far)
        made.luis, made.cora, made.otto = (clinic.account(name) for name in ("Lu Ortega", "Cora Dinator", "Otto D"))
        clinic.role(made.luis, Role.MEDICAL_ASSISTANT, made.group, made.department)
        clinic.role(made.cora, Role.CARE_COORDINATOR, made.system)
        clinic.role(made.otto, Role.CARE_COORDINATOR, made.other_system)
        for one in (made.maria, made.pedro):
            charts.enrol(one)
            reached_by(one, "phone", "letter")
        made.gaps = [gap(made.maria), gap(made.pedro)]
    return made


READERS = {
    "luis": {"Alvarez"},
    "ferris": {"Vega"},
    "cora": {"Alvarez", "Vega"},
    "otto": set(),
}


def named(client, world, reader: str, page: str, *args) -> set[str]:
    user = getattr(world, reader)
    client.force_login(getattr(user, "user", user))
    answer = client.get(reverse(f"prevention:{page}", args=args))
    assert answer.status_code == 200, (reader, page)
    text = answer.content.decode()
    return {name for name in ("Alvarez", "Vega") if name in text}


def waiting_everywhere(world) -> None:
    """Each of the two waits on every list."""
    with arranging():
        for due in world.gaps:
            waits(gap(due.member, "breast_screening"), "call")
            said = gap(due.member, "cervical_screening")
            report_elsewhere(said, by=world.cora, when="May", where="Elsewhere")
        for episode_of in (gap(one, "hba1c") for one in (world.maria, world.pedro)):
            OutreachEpisode.objects.create(
                member_id=episode_of.member_id, gap=episode_of, arm="outreach", wording="w", language="en", score=1,
                campaign=policy_campaign(world), entered_at=timezone.now(), stopped_at=timezone.now(),
                stop_reason="undeliverable",
            )  # fmt: skip


def policy_campaign(world):
    from prevention.models import Campaign

    return Campaign.objects.get(managing_organization=world.system, code="preventive-care")


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("page", ["calls", "reports", "addresses"])
def test_lists_show_the_members_of_ones_places(client, world, page, reader):
    waiting_everywhere(world)
    assert named(client, world, reader, page) == READERS[reader]


@pytest.mark.parametrize(("reader", "calls", "people"), [("luis", 1, 1), ("cora", 2, 2)])
def test_actions_read_what_pages_show(world, reader, calls, people):
    waiting_everywhere(world)
    by = getattr(world, reader)
    with acting_as(by, reason="test"):
        assert (len(open_calls(by=by)), len(wanted(by=by))) == (calls, people)


def test_one_person_elsewhere_opens_nowhere(client, world):
    waiting_everywhere(world)
    with arranging():
        call = waits(gap(world.pedro, "lung_screening"), "call", step=5)
        report = ElsewhereReport.objects.get(member=world.pedro)
    client.force_login(world.luis)
    for page, args in (
        ("call", [call.pk]), ("report", [report.pk]), ("report_proof", [report.pk]), ("address", [world.pedro.pk]),
        ("gap_detail", [world.gaps[1].pk]),
    ):  # fmt: skip
        assert client.get(reverse(f"prevention:{page}", args=args)).status_code in (403, 404), page
    for page, args in (
        ("take_call", [call.pk]), ("leave_call", [call.pk]), ("report_accept", [report.pk]),
        ("report_refuse", [report.pk]), ("write_again", [world.pedro.pk]), ("found_telecom", [world.pedro.pk]),
        ("found_address", [world.pedro.pk]), ("contact", [world.gaps[1].pk]), ("staff_order", [world.gaps[1].pk]),
    ):  # fmt: skip
        assert client.post(reverse(f"prevention:{page}", args=args)).status_code in (403, 404), page
    client.force_login(world.ferris.user)
    assert client.get(reverse("prevention:call", args=[call.pk])).status_code == 200


def test_the_interface_for_machines_and_staff_says_no_as_the_pages_do(client, world):
    client.force_login(world.luis)
    for name in ("order", "defer", "report-elsewhere"):
        given = {"when": "May", "where": "x", "until": "2027-01-01", "reason": "x"}
        answer = client.post(f"/api/v1/care-gaps/{world.gaps[1].pk}/{name}", given, content_type="application/json")
        assert answer.status_code in (403, 404), name
    with arranging():
        assert not ElsewhereReport.objects.exists()
        assert not ServiceRequest.objects.exists()
        assert set(CareGap.objects.values_list("status", flat=True)) == {"open"}


def test_an_address_is_shown_of_those_alone_who_are_wanted(client, world):
    client.force_login(world.cora)
    page = reverse("prevention:address", args=[world.maria.pk])
    assert client.get(page).status_code == 404, "messages reach her"
    waiting_everywhere(world)
    assert "+15105550123" in client.get(page).content.decode()


def test_the_rest_of_a_household_elsewhere_is_not_named(client, world):
    from members.models import Household, Member

    with arranging():
        home = Household.objects.create(managing_organization=world.system)
        Member.objects.filter(pk__in=[world.maria.pk, world.pedro.pk]).update(household=home)
        call = waits(world.gaps[0], "call")
        waits(world.gaps[1], "call")
    assert named(client, world, "luis", "call", call.pk) == {"Alvarez"}
    assert named(client, world, "cora", "call", call.pk) == {"Alvarez", "Vega"}


# --- Letters ------------------------------------------------------------------------------------------------


def test_a_pile_holds_the_letters_of_ones_places_and_is_read_by_who_may_meet_all_of_it(client, world):
    with arranging():
        for one in world.gaps:
            waits(one, "letter", step=3)
    with acting_as(world.luis, reason="test"):
        mine = letters.print_pile(world.system.pk, language="en", large_print=False, by=world.luis)
        assert [one.member.family for one in letters.printed(mine).reminders] == ["Alvarez"]
        with pytest.raises(ValueError, match="Nothing waits"):
            letters.print_pile(world.system.pk, language="en", large_print=False, by=world.luis)
    with acting_as(world.cora, reason="test"):
        rest = letters.print_pile(world.system.pk, language="en", large_print=False, by=world.cora)

    def may(user) -> set:
        client.force_login(user)
        return {
            pile.pk
            for pile in (mine, rest)
            if client.get(reverse("prevention:letters_pdf", args=[pile.pk])).status_code == 200
        }

    assert may(world.luis) == {mine.pk}
    assert may(world.ferris.user) == {rest.pk}
    assert may(world.cora) == {mine.pk, rest.pk}
    assert may(world.otto) == set()
    client.force_login(world.luis)
    assert client.post(reverse("prevention:letters_posted", args=[rest.pk])).status_code == 404
    with arranging():
        assert LetterPile.objects.filter(settled_at__isnull=True).count() == 2


# --- Lists of orders ----------------------------------------------------------------------------------------


def prepared(world, by) -> BatchOrder:
    user = getattr(by, "user", by)
    with acting_as(user, reason="test"):
        fit = StandingOrder.objects.get(protocol="fit_home_kit")
        return batches.prepare_batch(fit, "colorectal_screening", by=user)


@pytest.mark.parametrize("reader", ["luis", "ferris", "cora"])
def test_a_list_of_orders_holds_the_members_of_who_prepared_it(client, world, reader):
    made = prepared(world, getattr(world, reader))
    assert named(client, world, reader, "batch", made.pk) == READERS[reader]


def test_a_list_of_the_whole_system_shows_everyone_their_own_and_no_name_more(client, world):
    made = prepared(world, world.cora)
    assert named(client, world, "luis", "batch", made.pk) == {"Alvarez"}
    client.force_login(world.luis)
    assert "1 other person" in client.get(reverse("prevention:batch", args=[made.pk])).content.decode()
    mine = prepared_of(world)
    client.force_login(world.ferris.user)
    assert client.get(reverse("prevention:batch", args=[mine.pk])).status_code == 404
    assert str(mine.pk) not in client.get(reverse("prevention:protocols")).content.decode()


def prepared_of(world) -> BatchOrder:
    """A list with Maria alone, for another gap of hers."""
    with arranging():
        gap(world.maria, "hba1c")
    with acting_as(world.luis, reason="test"):
        test = StandingOrder.objects.get(protocol="hba1c_in_diabetes")
        return batches.prepare_batch(test, "hba1c", by=world.luis)


def test_a_physician_signs_for_whom_she_sees_and_the_others_wait_for_theirs(client, world):
    made = prepared(world, world.cora)
    client.force_login(world.chen.user)
    page = client.get(reverse("prevention:batch", args=[made.pk])).content.decode()
    ticked = re.findall(r'name="item" value="([0-9a-f-]+)"', page)
    assert len(ticked) == 1

    client.post(reverse("prevention:sign_batch", args=[made.pk]), {"item": ticked})

    core_jobs.work(batches.run_of(made))
    with arranging():
        rest = BatchOrder.objects.exclude(pk=made.pk).get()
        assert [one.member_id for one in rest.items.all()] == [world.pedro.pk]
        assert (rest.status, rest.prepared_by_id, rest.items.get().left_out) == ("prepared", world.cora.pk, "")
        assert [one.member_id for one in ServiceRequest.objects.all()] == [world.maria.pk]
    with acting_as(world.chen.user, reason="test"), pytest.raises(ValueError, match="at your place"):
        batches.sign_batch(rest, by=world.chen.user)
    with acting_as(world.ferris.user, reason="test"):
        batches.sign_batch(rest, by=world.ferris.user)
    core_jobs.work(batches.run_of(rest))
    with arranging():
        assert {one.member_id for one in ServiceRequest.objects.all()} == {world.maria.pk, world.pedro.pk}
