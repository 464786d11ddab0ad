"""Reading through the REST interface: who sees what, page by page, and what is wrong with a question."""

import base64
import datetime
import json

import pytest
from django.conf import settings
from django.utils import timezone
from oauth2_provider.models import get_access_token_model
from rest_framework.test import APIClient

from core.models import AuditEvent
from network.models import RoleAssignment
from tests.api.world import session_of, token_for
from tests.clinical import factories as make

pytestmark = pytest.mark.django_db
Role = RoleAssignment.Role
READ = [name for name in settings.OAUTH2_PROVIDER["SCOPES"] if name.endswith(":read")]
EVERY_LIST = [
    *("coverages", "appointments", "encounters", "conditions", "observations", "immunizations", "orders", "referrals"),
    *("messages", "stays", "lab-orders", "results", "prescriptions", "fills", "care-gaps"),
]


def test_without_a_token_nothing_opens_and_the_answer_is_a_problem(world):
    answer = APIClient().get("/api/v1/members/")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["errors"][0]["code"] == "not_authenticated"


def test_a_client_sees_the_members_of_its_system_page_by_page(world):
    client = token_for(world.machine, "members:read")

    first = client.get("/api/v1/members/?page_size=1").json()
    second = client.get(f"/api/v1/members/?page_size=1&cursor={first['next']}").json()

    assert [row["family"] for row in first["results"] + second["results"]] == ["Nakamura", "Rivera"]
    assert second["next"] is None
    assert "name_key" not in first["results"][0]


@pytest.mark.parametrize("key", [["x"], ["\0"], ["x", "y"], [1], "no list"])
@pytest.mark.parametrize("place", ["members", "encounters", "care-gaps"])
def test_a_cursor_that_was_not_made_here_is_told_so(world, place, key):
    client = token_for(world.machine, "members:read", *READ)
    cursor = base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")

    answer = client.get(f"/api/v1/{place}/?cursor={cursor}" + ("" if place == "members" else f"&member={world.ana.pk}"))

    assert answer.status_code == 400
    assert "cursor" in answer.content.decode()


def test_search_by_name_phone_and_number(world):
    client = token_for(world.machine, "members:read")

    by_name = client.get("/api/v1/members/?q=rivera").json()["results"]
    by_number = client.get(f"/api/v1/members/?q={world.ken.mrn}").json()["results"]
    elsewhere = client.get("/api/v1/members/?q=haddad").json()["results"]

    assert [row["id"] for row in by_name] == [str(world.ana.pk)]
    assert [row["id"] for row in by_number] == [str(world.ken.pk)]
    assert elsewhere == []


def test_a_posted_search_finds_the_same_and_only_reads(world):
    client = token_for(world.machine, "members:read")
    url = "/api/v1/members/search/"

    by_name = client.post(url, {"q": "rivera"}, format="json")
    assert by_name.status_code == 200
    assert by_name.json() == client.get("/api/v1/members/?q=rivera").json()
    assert [row["id"] for row in client.post(url, {"q": world.ken.mrn}, format="json").json()["results"]] == [
        str(world.ken.pk)
    ]
    assert client.post(url, {"q": "haddad"}, format="json").json()["results"] == []
    for wrong in ({}, {"name": "rivera"}, {"q": ""}):
        assert client.post(url, wrong, format="json").status_code == 400
    assert token_for(world.machine, "orders:read").post(url, {"q": "rivera"}, format="json").status_code == 403
    assert AuditEvent.objects.filter(detail__members=[str(world.ana.pk)]).count() == 2


@pytest.mark.parametrize("place", EVERY_LIST)
def test_no_list_tells_of_a_member_of_another_system(world, place):
    client = token_for(world.machine, *READ)

    assert client.get(f"/api/v1/{place}/?member={world.far.pk}").status_code == 404
    assert client.get(f"/api/v1/{place}/").status_code == 400
    assert client.get(f"/api/v1/{place}/?member={world.ana.pk}").status_code == 200


def test_a_physician_of_another_system_finds_nobody(world):
    client = session_of(world.stranger.user)

    assert client.get(f"/api/v1/members/{world.ana.pk}/").status_code == 404
    assert client.get(f"/api/v1/conditions/{world.problem.pk}/").status_code == 404
    assert client.get(f"/api/v1/conditions/?member={world.ana.pk}").status_code == 404


@pytest.mark.django_db(transaction=True)  # the refusal is kept on a connection of its own
def test_a_physician_without_a_care_relationship_is_refused_and_that_is_recorded(world):
    with make.arranging():
        colleague = make.clinician(world.office, "Eva Berg")
        alone = make.member(world.here, "Lia", "Moss")
    client = session_of(colleague.user)

    answer = client.get(f"/api/v1/conditions/?member={alone.pk}")

    assert answer.status_code == 403
    assert AuditEvent.objects.filter(action="refuse", user_id=colleague.user.pk).exists()


def test_a_member_reads_their_own_record_and_nobody_elses(world):
    client = session_of(world.ana.user)

    own = client.get(f"/api/v1/conditions/?member={world.ana.pk}")

    assert {row["id"] for row in own.json()["results"]} == {str(world.problem.pk), str(world.secret.pk)}
    assert client.get(f"/api/v1/conditions/?member={world.ken.pk}").status_code == 404
    assert [row["id"] for row in client.get("/api/v1/members/").json()["results"]] == [str(world.ana.pk)]


def test_a_labelled_row_stays_hidden_in_lists_and_by_its_id(world):
    client = session_of(world.physician.user)

    listed = client.get(f"/api/v1/conditions/?member={world.ana.pk}").json()["results"]

    assert [row["id"] for row in listed] == [str(world.problem.pk)]
    assert listed[0]["codings"] == [
        {"role": "code", "system": "http://snomed.info/sct", "code": "44054006", "display": "Diabetes"}
    ]
    assert client.get(f"/api/v1/conditions/{world.secret.pk}/").status_code == 404


def test_a_token_opens_only_what_its_scopes_name(world):
    client = token_for(world.machine, "members:read")

    assert client.get(f"/api/v1/conditions/?member={world.ana.pk}").status_code == 403
    assert client.post("/api/v1/members/", {"family": "X"}, format="json").status_code == 403


def test_an_expired_token_is_no_token(world):
    client = token_for(world.machine, "members:read")
    get_access_token_model().objects.update(expires=timezone.now() - datetime.timedelta(seconds=1))

    assert client.get("/api/v1/members/").status_code == 401


def test_every_read_is_recorded(world):
    client = token_for(world.machine, "members:read", "conditions:read")

    client.get(f"/api/v1/conditions/?member={world.ana.pk}")
    client.get(f"/api/v1/members/{world.ken.pk}/")

    seen = AuditEvent.objects.filter(action="read", user_id=world.machine.pk).order_by("id")
    assert [(event.verb, event.member_id) for event in seen] == [
        ("api.clinical.condition", world.ana.pk),
        ("api.members.member", world.ken.pk),
    ]


def test_a_list_asks_the_database_equally_often_for_one_row_and_for_twenty(world, django_assert_max_num_queries):
    client = token_for(world.machine, "conditions:read")
    with make.arranging():
        for number in range(19):
            world.add_problem(world.ken, f"c{number}", "Something")

    with django_assert_max_num_queries(14):
        answer = client.get(f"/api/v1/conditions/?member={world.ken.pk}&page_size=20")

    assert len(answer.json()["results"]) == 19


def test_finance_does_not_read_peoples_demographics(world):
    controller = make.account("Ines Controller")
    with make.arranging():
        make.role(controller, Role.FINANCE, world.here)
    client = session_of(controller)

    for path in ("/api/v1/members/", "/api/v1/members/?q=rivera", f"/api/v1/members/{world.ana.pk}/"):
        assert client.get(path).status_code == 403, path


def test_capitation_is_for_finance(world):
    with make.arranging():
        controller = make.account("Controller")
        make.role(controller, Role.FINANCE, world.here)

    assert session_of(controller).get("/api/v1/capitation-runs/").status_code == 200
    assert session_of(world.physician.user).get("/api/v1/capitation-runs/").status_code == 403


@pytest.mark.parametrize("method", ["get", "post", "patch"])
def test_where_there_is_nothing_the_answer_is_a_problem(method):
    answer = getattr(APIClient(enforce_csrf_checks=True), method)("/api/v1/members/not-an-id/")

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "query",
    [
        *("page_size=0", "page_size=x", "cursor=e30", "cursor=%00", "status=%00", "since=yesterday"),
        *("encounter=1", "stauts=active", "format=xml", "status=active&status=resolved"),
    ],
)
def test_nonsense_is_answered_with_what_is_wrong(world, query):
    client = token_for(world.machine, "members:read", "conditions:read")

    answer = client.get(f"/api/v1/conditions/?member={world.ana.pk}&{query}")

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:kpcare:problem:validation_error"
    assert answer.json()["errors"][0]["attr"] == query.partition("=")[0]
