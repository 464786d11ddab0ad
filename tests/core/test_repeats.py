"""A form sent twice acts once: the second click gets the answer of the first, whichever form it is."""

import datetime
import re

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinical import actions
from clinical.models import Condition, Message, MessageThread, Task
from core.db import acting_as
from core.models import IdempotencyKey
from tests.clinical import factories
from tests.clinical.factories import arranging
from tests.together import at_once

QUESTION = {"subject": "My knee", "body": "It hurts when I climb stairs."}


class Browser:
    """A browser with the page's own token in each form, as people's have."""

    def __init__(self, user):
        self.client = Client(enforce_csrf_checks=True)
        self.client.force_login(user)

    def form(self, page: str) -> dict[str, str]:
        """What every form of the page carries."""
        answer = self.client.get(page).content.decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w{64})"', answer)
        assert token is not None, f"{page} has no form."
        return {"csrfmiddlewaretoken": token[1]}


@pytest.fixture
def world():
    return factories.World()


def threads() -> list[str]:
    with arranging():
        return list(MessageThread.objects.order_by("pk").values_list("subject", flat=True))


@pytest.mark.django_db
def test_a_second_click_is_answered_as_the_first_and_writes_nothing(world):
    maria = Browser(world.maria.user)
    page = reverse("clinical:new_thread")
    form = {**maria.form(page), **QUESTION}

    first, second = (maria.client.post(page, form) for _ in range(2))

    assert (first.status_code, second.status_code) == (302, 302)
    assert first.url == second.url
    assert threads() == ["My knee"]
    with arranging():
        assert Message.objects.count() == Task.objects.count() == 1
    assert "Sent. You get an answer within a day." in maria.client.get(second.url).content.decode()


@pytest.mark.django_db
def test_the_same_words_from_a_page_opened_anew_and_other_words_are_another_wish(world):
    maria = Browser(world.maria.user)
    page = reverse("clinical:new_thread")
    form = maria.form(page)
    maria.client.post(page, {**form, **QUESTION})
    maria.client.post(page, {**form, **QUESTION, "subject": "My other knee"})
    maria.client.post(page, {**maria.form(page), **QUESTION})
    assert threads() == ["My knee", "My other knee", "My knee"]


@pytest.mark.django_db
def test_what_must_be_mended_is_not_taken_for_done(world):
    maria = Browser(world.maria.user)
    page = reverse("clinical:new_thread")
    form = maria.form(page)
    for _ in range(2):
        answer = maria.client.post(page, {**form, "subject": "My knee", "body": ""})
        assert answer.status_code == 200
        assert answer.context["form"].errors
    assert not IdempotencyKey.objects.exists()
    assert maria.client.post(page, {**form, **QUESTION}).status_code == 302
    assert threads() == ["My knee"]


@pytest.mark.django_db
def test_what_was_refused_is_asked_again(world):
    with arranging():
        task = actions.create_task(
            by=world.chen.user,
            member=world.maria,
            kind="follow_up",
            title="Call her",
            due_at=timezone.now() + datetime.timedelta(days=1),
            owner=world.park.user,
        )
        Task.objects.filter(pk=task.pk).update(status="completed")
    park = Browser(world.park.user)
    form = park.form(reverse("clinical:inbasket"))
    done = reverse("clinical:work_task", args=[task.pk, "complete"])
    for _ in range(2):
        answer = park.client.post(done, form, follow=True).content.decode()
        assert "This task is closed already." in answer
    with arranging():
        Task.objects.filter(pk=task.pk).update(status="requested")
    assert "Done." in park.client.post(done, form, follow=True).content.decode()


@pytest.mark.django_db
def test_a_chart_takes_a_problem_once(world):
    factories.concept("E11.9", "Type 2 diabetes", "http://hl7.org/fhir/sid/icd-10-cm")
    chen = Browser(world.chen.user)
    page = reverse("clinical:add_problem", args=[world.maria.pk])
    form = {**chen.form(page), "concept": "E11.9"}
    answers = [chen.client.post(page, form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302], answers[0].content.decode()[-3000:]
    with acting_as(world.chen.user, reason="test"):
        assert Condition.objects.filter(member=world.maria).count() == 1


@pytest.mark.django_db
def test_a_question_may_be_asked_as_often_as_one_likes(world):
    chen = Browser(world.chen.user)
    page = reverse("clinical:search")
    form = {**chen.form(page), "q": "Alvarez"}
    first, second = (chen.client.post(page, form).url for _ in range(2))
    assert first != second
    assert "Alvarez, Maria" in chen.client.get(second).content.decode()
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db
def test_somebody_else_with_the_same_form_is_somebody_else(world):
    maria, pedro = Browser(world.maria.user), Browser(world.pedro.user)
    page = reverse("clinical:new_thread")
    form = {**maria.form(page), **QUESTION}
    maria.client.post(page, form)
    with arranging():
        factories.primary_care(world.pedro, world.chen, world.department)
    # The token of another session opens nothing.
    assert pedro.client.post(page, form).status_code == 403
    assert pedro.client.post(page, {**pedro.form(page), **QUESTION}).status_code == 302
    assert threads() == ["My knee", "My knee"]


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_are_one():
    world = factories.World()
    maria, again = Browser(world.maria.user), Client(enforce_csrf_checks=True)
    again.cookies = maria.client.cookies.copy()
    page = reverse("clinical:new_thread")
    form = {**maria.form(page), **QUESTION}
    again.cookies = maria.client.cookies.copy()
    connections["audit"].close()

    first, second = at_once(
        "core_idempotencykey", lambda: maria.client.post(page, form), lambda: again.post(page, form)
    )

    assert (first.status_code, second.status_code) == (302, 302)
    assert first.url == second.url
    assert threads() == ["My knee"]
