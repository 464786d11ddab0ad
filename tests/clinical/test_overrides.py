"""What was ordered against an objection: seen by who reviews it at their own system, by prescriber and reason."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinical.models import OrderAlert
from core.models import AuditEvent, User
from network.models import RoleAssignment
from tests.clinical import factories
from tests.clinical.factories import arranging

pytestmark = pytest.mark.django_db
Role = RoleAssignment.Role
PAGE = "clinical:overrides"


def alert(
    member, by: User, code: str = "benefit", severity: str = "hard_stop", check: str = "pharmacy.allergy", **more
):
    more.setdefault("order_id", member.pk)
    return OrderAlert.objects.create(
        member=member,
        by=by,
        override_code=code,
        severity=severity,
        check_name=check,
        order_model="clinical.medicationrequest",
        **{"message": f"Allergic: {code or severity}", **more},
    )


@pytest.fixture
def world():
    made = factories.World()
    with arranging():
        made.reviewer, made.other_reviewer = factories.account("Nair"), factories.account("Elsewhere")
        factories.role(made.reviewer, Role.PHARMACIST, made.system)
        factories.role(made.other_reviewer, Role.QUALITY, made.other_system)
        chen, sten = made.chen.user, made.stranger.user
        alert(made.maria, chen)
        alert(made.maria, chen, "other", "warning", "labs.duplicate", override_reason="Films were lost")
        alert(made.pedro, sten, "tolerated")
        alert(made.pedro, sten, "", override_reason="From before the list")
        # Neither was passed: one was left, one only informed; and one that a label keeps apart.
        alert(made.maria, chen, "", order_id=None, message="Left alone")
        alert(made.maria, chen, "", "information", message="Tier 1")
        alert(made.maria, chen, message="Kept apart", sensitivity=1)
        alert(made.olga, made.outsider.user, message="Theirs")
    return made


def seen(client, user, **asked):
    client.force_login(user)
    return client.get(reverse(PAGE), asked)


def test_a_pharmacist_sees_counts_for_each_prescriber_and_reason(client, world):
    page = seen(client, world.reviewer)
    counted = {
        row["by__name"]: (row["orders"], row["objections"], row["stops"], row["in_words"])
        for row in page.context["prescribers"]
    }
    assert counted == {world.chen.user.name: (1, 2, 1, 1), world.stranger.user.name: (1, 2, 2, 1)}
    assert dict(page.context["codes"]) == {
        "Another reason": 2,
        "The benefit outweighs the risk": 1,
        "Tolerated before": 1,
    }
    said = page.content.decode()
    assert "Films were lost" in said and "Ordered already" in said and world.maria.family in said
    for hidden in ("Left alone", "Tier 1", "Kept apart", "Theirs"):
        assert hidden not in said


def test_whose_rows_were_shown_is_on_record(client, world):
    seen(client, world.reviewer)
    event = AuditEvent.objects.get(verb="clinical.review_overrides", user_id=world.reviewer.pk)
    assert set(event.detail["members"]) == {str(world.maria.pk), str(world.pedro.pk)}


@pytest.mark.parametrize(
    ("asked", "many"),
    [
        ({}, 4),
        ({"code": "other"}, 2),
        ({"check_name": "labs.duplicate"}, 1),
        ({"only_stops": "on"}, 3),
        ({"until": "2001-01-01"}, 0),
        ({"since": "2190-01-01"}, 0),
        ({"since": "never"}, 4),
        ({"before": "x"}, 4),
    ],
)
def test_what_is_asked_for_is_shown(client, world, asked, many):
    assert len(seen(client, world.reviewer, **asked).context["rows"]) == many


def test_one_prescribers_are_shown_beside_everybodys_counts(client, world):
    page = seen(client, world.reviewer, by=str(world.chen.user.pk))
    assert {row["alert"].by_id for row in page.context["rows"]} == {world.chen.user.pk}
    assert len(page.context["prescribers"]) == 2
    assert f"Those of {world.chen.user.name}" in page.content.decode()


def test_the_other_system_reviews_its_own(client, world):
    said = seen(client, world.other_reviewer).content.decode()
    assert "Theirs" in said
    assert "Films were lost" not in said


def test_prescribers_nurses_and_members_are_refused(client, world):
    with arranging():
        maria = factories.account("Maria")
    for user in (world.chen.user, world.park.user, maria):
        assert seen(client, user).status_code in (302, 403)


def test_more_rows_ask_no_more_questions(client, world):
    seen(client, world.reviewer)
    with CaptureQueriesContext(connection) as few:
        seen(client, world.reviewer)
    with arranging():
        for _ in range(60):
            alert(world.pedro, world.chen.user)
    with CaptureQueriesContext(connection) as many:
        page = seen(client, world.reviewer)
    assert len(many) <= len(few)
    assert len(page.context["rows"]) == 50
    assert len(client.get(page.context["next"] and f"{reverse(PAGE)}{page.context['next']}").context["rows"]) == 14
