"""An in-basket shows its reader what they can open or close, and nobody else's: the desk answers no question."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from clinical import actions
from clinical.actions.tasks import receives
from clinical.models import Task
from clinical.querysets import tasks_for
from core.db import acting_as
from tests.clinical import factories
from tests.clinical.factories import Role, arranging

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = factories.World()
    with arranging():
        world.desk = factories.account("Dan Desk")
        factories.role(world.desk, Role.FRONT_DESK, world.group, world.department)
        world.assistant = factories.account("Ada Assistant")
        factories.role(world.assistant, Role.MEDICAL_ASSISTANT, world.group, world.department)
    return world


@pytest.fixture
def question(world):
    with acting_as(world.maria.user, reason="test"):
        thread = actions.start_thread(by=world.maria.user, member=world.maria, subject="My knee", body="Swollen.")
    with arranging():
        return Task.objects.get(focus_id=thread.pk)


def basket(client, user) -> str:
    client.force_login(user)
    return client.get(reverse("clinical:inbasket")).content.decode()


def test_the_desk_is_shown_no_question_that_it_could_not_open(client, world, question):
    page = basket(client, world.desk)
    assert "My knee" not in page
    assert str(question.focus_id) not in page
    for user in (world.park.user, world.assistant, world.chen.user):
        assert reverse("clinical:staff_thread", args=[question.focus_id]) in basket(client, user), user.name
        assert client.get(reverse("clinical:staff_thread", args=[question.focus_id])).status_code == 200


def test_nor_takes_it_nor_is_named_as_one_who_could(client, world, question):
    client.force_login(world.desk)
    assert client.post(reverse("clinical:work_task", args=[question.pk, "accept"])).status_code == 403
    with acting_as(world.desk, reason="test"):
        assert not tasks_for(world.desk).exists()
        assert not receives(world.desk, question)
    page = basket(client, world.chen.user)
    assert "Ada Assistant" in page
    assert "Dan Desk" not in page


def test_a_task_of_the_department_or_for_the_desk_by_name_is_the_desks(client, world):
    for title, more in (("Ask for a new card", {}), ("Find the fax", {"role": Role.FRONT_DESK})):
        with arranging():
            actions.create_task(
                by=world.chen.user,
                member=world.maria,
                kind="paper",
                title=title,
                department=world.department,
                due_at=timezone.now() + datetime.timedelta(days=1),
                **more,
            )
    page = basket(client, world.desk)
    assert "Ask for a new card" in page
    assert "Find the fax" in page
    assert "Find the fax" not in basket(client, world.park.user)
