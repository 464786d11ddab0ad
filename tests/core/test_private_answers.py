"""What somebody signed in was shown stays in no cache: on a shared computer it is gone with them."""

import pytest

from core.middleware import PRIVATE
from tests.api.world import World, session_of, token_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("address", ["/record/", "/family/", "/"])
def test_pages(client, world, address):
    client.force_login(world.ana.user)

    assert client.get(address)["Cache-Control"] == PRIVATE


def test_answers_to_a_session_and_to_a_token_and_their_etags_still_hold(world):
    address = f"/api/v1/conditions/{world.problem.pk}/"
    for client in (session_of(world.physician.user), token_for(world.machine, "conditions:read")):
        first = client.get(address)
        again = client.get(address, HTTP_IF_NONE_MATCH=first["ETag"])

        assert (first.status_code, first["Cache-Control"]) == (200, PRIVATE)
        assert (again.status_code, again["ETag"], again["Cache-Control"]) == (304, first["ETag"], PRIVATE)


def test_who_is_nobody_may_keep_what_is_everybodys(client):
    assert PRIVATE not in client.get("/api/v1/", follow=True).get("Cache-Control", "")
    assert client.get("/health/live").get("Cache-Control", "") != PRIVATE
