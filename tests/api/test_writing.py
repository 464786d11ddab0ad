"""Writing through the REST interface: each write is the action of the screens, once, and never over another's."""

import pytest

from core.api.paging import encode
from core.models import AuditEvent
from tests.api.world import session_of, token_for
from tests.clinical import factories as make
from tests.scheduling.factories import hours, visit_type

pytestmark = pytest.mark.django_db

NEW = {"family": "Okafor", "given": "Ada", "birth_date": "1990-03-01", "sex": "female"}


def test_a_repeated_registration_with_one_key_is_one_member(world):
    client = token_for(world.machine, "members:read", "members:write")

    first = client.post("/api/v1/members/", NEW, format="json", HTTP_IDEMPOTENCY_KEY="k1")
    again = client.post("/api/v1/members/", NEW, format="json", HTTP_IDEMPOTENCY_KEY="k1")
    other = client.post("/api/v1/members/", {**NEW, "given": "Eze"}, format="json", HTTP_IDEMPOTENCY_KEY="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert (other.status_code, other.json()["errors"][0]["code"]) == (422, "idempotency_key_reused")


def test_somebody_who_is_a_member_already_is_not_registered_twice(world):
    client = token_for(world.machine, "members:write")
    client.post("/api/v1/members/", NEW, format="json")

    answer = client.post("/api/v1/members/", NEW, format="json")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "known_member")


def test_a_twin_is_registered_by_saying_that_it_is_somebody_else_and_how_that_is_known(world):
    client = token_for(world.machine, "members:read", "members:write")
    home = {"line1": "9 Elm St", "city": "Oakland", "state": "CA", "postal_code": "94610"}
    twin = {**NEW, "birth_date": "2026-10-01", "address": home}
    telecoms = [{"system": "phone", "value": "+15105550177"}]
    first = client.post("/api/v1/members/", {**twin, "given": "Jayden", "telecoms": telecoms}, format="json").json()
    second = {**twin, "given": "Kayden", "telecoms": telecoms}

    assert client.post("/api/v1/members/", second, format="json").json()["errors"][0]["code"] == "known_member"
    silent = client.post("/api/v1/members/", {**second, "is_new": True}, format="json")
    assert silent.status_code == 400
    answer = client.post(
        "/api/v1/members/", {**second, "is_new": True, "is_new_reason": "Twin, birth record seen"}, format="json"
    )

    assert (answer.status_code, answer.json()["given"]) == (201, "Kayden")
    assert "is_new" not in answer.json()
    event = AuditEvent.objects.get(verb="members.register", object_id=answer.json()["id"])
    assert (event.reason, event.detail) == ("Twin, birth record seen", {"is_new_beside": [first["id"]]})
    before = AuditEvent.objects.get(verb="members.register", object_id=first["id"])
    assert before.detail == {}, "nobody is like her"


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_cursor_of_no_year_that_anybody_lives_in_is_refused_in_words(world, at):
    client = token_for(world.machine, "catalogue:read")
    cursor = encode([at, str(world.ana.pk)])
    answer = client.get(f"/api/v1/slots/?cursor={cursor}")
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "cursor")


def test_a_change_names_the_version_that_was_read(world):
    client = token_for(world.machine, "members:read", "members:write")
    place = f"/api/v1/members/{world.ana.pk}/"
    tag = client.get(place)["ETag"]

    assert client.patch(place, {"pronouns": "she/her"}, format="json").status_code == 428
    changed = client.patch(place, {"pronouns": "she/her"}, format="json", HTTP_IF_MATCH=tag)
    late = client.patch(place, {"pronouns": "they/them"}, format="json", HTTP_IF_MATCH=tag)

    assert (changed.status_code, changed.json()["pronouns"]) == (200, "she/her")
    assert late.status_code == 412
    assert client.get(place, HTTP_IF_NONE_MATCH=changed["ETag"]).status_code == 304


def test_a_client_books_a_visit_and_gives_it_back(world):
    with make.arranging():
        kind = visit_type(world.office)
    slot = hours(world.physician, world.office)[0]
    client = token_for(world.machine, "appointments:read", "appointments:write")
    asked = {"member": str(world.ana.pk), "slot": str(slot.pk), "visit_type": str(kind.pk)}

    booked = client.post("/api/v1/appointments/", asked, format="json")
    taken = client.post("/api/v1/appointments/", {**asked, "member": str(world.ken.pk)}, format="json")
    given_back = client.post(f"/api/v1/appointments/{booked.json()['id']}/cancel/", {}, format="json")

    assert booked.status_code == 201
    assert taken.status_code == 409
    assert (given_back.status_code, given_back.json()["status"]) == (200, "cancelled")


def test_a_member_writes_to_the_care_team(world):
    client = session_of(world.ana.user)

    sent = client.post("/api/v1/messages/", {"member": str(world.ana.pk), "body": "A question"}, format="json")
    for_another = client.post("/api/v1/messages/", {"member": str(world.ken.pk), "body": "A question"}, format="json")

    assert sent.status_code == 201
    assert sent.json()["messages"][0]["body"] == "A question"
    assert for_another.status_code == 404


@pytest.mark.parametrize(
    "odd",
    [
        {"birth_date": "2099-01-01"},
        {"birth_date": "0001-01-01"},
        {"language": "klingon!!"},
        {"telecoms": [{"system": "phone", "value": "abc"}]},
        {"telecoms": [{"system": "phone", "value": "123"}]},
        {"telecoms": [{"system": "email", "value": "nobody"}]},
    ],
)
def test_nobody_is_registered_with_what_cannot_be(world, odd):
    client = token_for(world.machine, "members:write")

    answer = client.post("/api/v1/members/", {**NEW, **odd}, format="json")

    assert answer.status_code in (400, 422)
    assert next(iter(odd)) in answer.content.decode()
