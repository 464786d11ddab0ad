"""Two workers at the same list: nobody prints the same letter or calls the same household twice."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.db import acting_as
from members.models import Household, Member
from network.models import RoleAssignment
from prevention.models import LetterPile, Reminder
from prevention.outreach import calls, letters
from tests.clinical import factories as clinic
from tests.clinical.factories import arranging
from tests.prevention.outreach.factories import at_any_hour, gap, policy, reached_by, waits
from tests.together import while_open


@pytest.fixture
def world():
    made = clinic.World()
    with arranging():
        policy(made.system)
        at_any_hour()
        made.cora, made.nell = clinic.account("Cora Dinator"), clinic.account("Nell Nurse")
        clinic.role(made.cora, RoleAssignment.Role.CARE_COORDINATOR, made.system, made.department)
        clinic.role(made.nell, RoleAssignment.Role.NURSE, made.system, made.department)
        made.other_cora = clinic.account("Otto Dinator")
        clinic.role(made.other_cora, RoleAssignment.Role.CARE_COORDINATOR, made.other_system)
        clinic.primary_care(made.pedro, made.chen, made.department)
        reached_by(made.maria, "phone", "letter")
        reached_by(made.pedro, "phone", "letter")
    return made


@pytest.fixture
def two_letters(world):
    with arranging():
        waits(gap(world.maria), "letter", step=3)
        waits(gap(world.pedro), "letter", step=3, language="es")
    return world


@pytest.fixture
def household(world):
    with arranging():
        home = Household.objects.create(managing_organization=world.system)
        Member.objects.filter(pk__in=[world.maria.pk, world.pedro.pk]).update(household=home)
        world.calls = [waits(gap(one), "call") for one in (world.maria, world.pedro)]
    return world


def again(row):
    with arranging():
        return type(row).objects.get(pk=row.pk)


def taken(world, user, language: str = "en") -> LetterPile:
    return letters.print_pile(world.system.pk, language=language, large_print=False, by=user)


# --- Letters ------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_who_print_at_the_same_moment_do_not_print_the_same_letters(world):
    with arranging():
        waits(gap(world.maria), "letter", step=3)
        waits(gap(world.pedro), "letter", step=3)

    mine, other = while_open(world.cora, lambda: taken(world, world.cora), world.nell, lambda: taken(world, world.nell))

    assert isinstance(other, ValueError)
    with arranging():
        assert set(Reminder.objects.values_list("pile", flat=True)) == {mine.pk}


@pytest.mark.django_db
def test_a_printed_pile_is_off_the_list_and_can_be_printed_again_until_it_is_posted(client, two_letters):
    world = two_letters
    client.force_login(world.cora)
    asked = {"system": str(world.system.pk), "language": "en", "size": "usual"}
    client.post(reverse("prevention:print_letters"), asked)
    with arranging():
        pile = LetterPile.objects.get()
        assert [one.member.given for one in letters.waiting()] == ["Pedro"]

    client.force_login(world.nell)
    page = client.get(reverse("prevention:letters")).content.decode()
    assert "to be posted" in page and "Cora Dinator" in page
    for _time in range(2):
        answer = client.get(reverse("prevention:letters_pdf", args=[pile.pk]))
        assert answer.content.startswith(b"%PDF-")
    client.post(reverse("prevention:letters_posted", args=[pile.pk]))

    with arranging():
        assert Reminder.objects.get(pile=pile).status == "sent"
        assert not letters.in_hand().exists()
    with acting_as(world.cora, reason="test"), pytest.raises(ValueError, match="settled"):
        letters.mark_posted(pile, by=world.cora)


@pytest.mark.django_db
def test_lost_paper_waits_again(client, two_letters):
    world = two_letters
    with acting_as(world.cora, reason="test"):
        pile = taken(world, world.cora)
    client.force_login(world.cora)

    client.post(reverse("prevention:letters_put_back", args=[pile.pk]))

    with arranging():
        assert {one.member.given for one in letters.waiting()} == {"Maria", "Pedro"}
        assert again(pile).settled_at


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["letters_pdf", "letters_posted", "letters_put_back"])
def test_the_other_system_and_members_have_no_hand_on_our_pile(client, two_letters, page):
    world = two_letters
    with acting_as(world.cora, reason="test"):
        pile = taken(world, world.cora)
    for user, status in ((world.other_cora, 404), (world.maria.user, 404)):
        client.force_login(user)
        method = client.get if page == "letters_pdf" else client.post
        assert method(reverse(f"prevention:{page}", args=[pile.pk])).status_code in (403, status)
    asked = {"system": str(world.system.pk), "language": "es", "size": "usual"}
    client.force_login(world.other_cora)
    assert client.post(reverse("prevention:print_letters"), asked).status_code == 403
    assert again(pile).settled_at is None


# --- Calls --------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_who_call_at_the_same_moment_do_not_call_the_same_household(household):
    world = household
    maria, pedro = world.calls

    _mine, other = while_open(
        world.cora,
        lambda: calls.take_call(maria, by=world.cora),
        world.nell,
        lambda: calls.take_call(pedro, by=world.nell),
    )

    assert isinstance(other, calls.CallTaken)
    assert {again(one).taken_by_id for one in world.calls} == {world.cora.pk}


@pytest.mark.django_db
def test_who_has_a_call_in_hand_stands_in_the_list_and_alone_sees_the_number(client, household):
    world = household
    page, call = reverse("prevention:calls"), reverse("prevention:call", args=[world.calls[0].pk])
    client.force_login(world.cora)
    before = client.get(call).content.decode()
    assert "+15105550123" not in before
    assert "shown once the call is yours" in before
    for to_the_member in ("Cost to you", "since you joined", "before you book"):
        assert to_the_member not in before, "this is read by who calls"
    assert client.post(reverse("prevention:take_call", args=[world.calls[0].pk])).url == call
    assert "+15105550123" in client.get(call).content.decode()
    assert "Yours until" in client.get(page).content.decode()

    client.force_login(world.nell)
    shown = client.get(page).content.decode()
    assert "Cora Dinator, until" in shown and "/take/" not in shown
    assert "+15105550123" not in client.get(call).content.decode()
    answer = client.post(reverse("prevention:take_call", args=[world.calls[1].pk]), follow=True)
    assert "Cora Dinator has this call in hand" in answer.content.decode()
    said = client.post(call, {"outcome": "no_answer", "note": ""})
    assert said.status_code == 422 and "has this call in hand" in said.content.decode()


@pytest.mark.django_db
def test_a_call_that_was_left_or_forgotten_is_anybodys(client, household):
    world = household
    first = world.calls[0]
    client.force_login(world.cora)
    client.post(reverse("prevention:take_call", args=[first.pk]))
    client.post(reverse("prevention:leave_call", args=[first.pk]))
    assert {again(one).taken_by_id for one in world.calls} == {None}

    client.post(reverse("prevention:take_call", args=[first.pk]))
    with arranging():
        Reminder.objects.update(taken_at=timezone.now() - calls.IN_HAND - timedelta(seconds=1))
    with acting_as(world.nell, reason="test"):
        calls.take_call(first, by=world.nell)
    assert again(first).taken_by_id == world.nell.pk


@pytest.mark.django_db
def test_what_came_of_it_frees_the_call(client, household):
    world = household
    first = world.calls[0]
    client.force_login(world.cora)
    client.post(reverse("prevention:take_call", args=[first.pk]))
    client.post(reverse("prevention:call", args=[first.pk]), {"outcome": "no_answer", "note": ""})
    assert (again(first).status, again(first).taken_by_id) == ("queued", None)
    assert again(world.calls[1]).taken_by_id == world.cora.pk, "the same talk goes on about the other"


@pytest.mark.django_db
def test_the_other_system_takes_no_call_of_ours(client, household):
    for user in (household.other_cora, household.maria.user):
        client.force_login(user)
        for name in ("take_call", "leave_call"):
            answer = client.post(reverse(f"prevention:{name}", args=[household.calls[0].pk]))
            assert answer.status_code in (403, 404)
    assert again(household.calls[0]).taken_by_id is None
