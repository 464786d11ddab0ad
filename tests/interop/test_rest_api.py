"""The REST interface: who sees what, once only, and never over somebody else's change."""

import datetime
import uuid

import pytest
from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_application_model
from rest_framework.test import APIClient

from clinical.models import CodingRole, Condition, ConditionCoding
from core.api import authentication
from core.models import AuditEvent, User
from members.models import Member, Sensitivity
from network.models import RoleAssignment
from tests.clinical import factories as make
from tests.scheduling.factories import hours, visit_type

pytestmark = pytest.mark.django_db
Role = RoleAssignment.Role
EVERY_LIST = [
    *("coverages", "appointments", "encounters", "conditions", "observations", "immunizations", "orders", "referrals"),
    *("messages", "stays", "results", "prescriptions", "fills", "care-gaps"),
]


@pytest.fixture(autouse=True)
def nobody_remembered():
    authentication._reach.clear()
    yield
    authentication._reach.clear()


def token_for(user: User, *scopes: str, kind: str = "client-credentials") -> APIClient:
    """A client with an access token: for client credentials the account hangs on the application."""
    Application, AccessToken = get_application_model(), get_access_token_model()
    application = Application.objects.create(
        name="test", user=user, client_type="confidential", authorization_grant_type=kind
    )
    secret = uuid.uuid4().hex
    AccessToken.objects.create(
        user=None if kind == "client-credentials" else user,
        application=application,
        token=secret,
        scope=" ".join(scopes),
        expires=timezone.now() + datetime.timedelta(hours=1),
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def session_of(user: User) -> APIClient:
    client = APIClient()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


class World:
    """Two systems with two members and a physician each; an integration client of the first."""

    def __init__(self):
        with make.arranging():
            self.here, self.there = make.system("Here"), make.system("There")
            self.office, self.other_office = make.department(self.here), make.department(self.there)
            self.physician, self.stranger = make.clinician(self.office), make.clinician(self.other_office, "Bo Lee")
            self.ana = make.member(self.here, "Ana", "Rivera")
            self.ken = make.member(self.here, "Ken", "Nakamura", birth_date=datetime.date(1951, 11, 30))
            self.far = make.member(self.there, "Omar", "Haddad")
            make.primary_care(self.ana, self.physician, self.office)
            make.primary_care(self.ken, self.physician, self.office)
            self.machine = make.account("Interface engine")
            make.role(self.machine, Role.INTEGRATION, self.here)
            self.problem = self.add_problem(self.ana, "44054006", "Diabetes")
            self.secret = self.add_problem(self.ana, "86406008", "HIV", sensitivity=int(Sensitivity.PSYCHOTHERAPY))

    def add_problem(self, member: Member, code: str, words: str, **more) -> Condition:
        row = Condition.objects.create(member=member, status="active", is_problem=True, **more)
        concept = make.concept(code, words, "http://snomed.info/sct")
        ConditionCoding.objects.create(member=member, fact=row, role=CodingRole.CODE, concept=concept)
        return row


@pytest.fixture
def world() -> World:
    return World()


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


def test_search_by_name_phone_and_number(world):
    client = token_for(world.machine, "members:read")

    by_name = client.get("/api/v1/members/?q=rivera").json()["results"]
    by_number = client.get(f"/api/v1/members/?q={world.ken.mrn}").json()["results"]
    elsewhere = client.get("/api/v1/members/?q=haddad").json()["results"]

    assert [row["id"] for row in by_name] == [str(world.ana.pk)]
    assert [row["id"] for row in by_number] == [str(world.ken.pk)]
    assert elsewhere == []


@pytest.mark.parametrize("place", EVERY_LIST)
def test_no_list_tells_of_a_member_of_another_system(world, place):
    client = token_for(
        world.machine, "members:read", "chart:read", "coverages:read", "appointments:read", "messages:read"
    )

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
    client = token_for(world.machine, "members:read", "chart:read")

    client.get(f"/api/v1/conditions/?member={world.ana.pk}")
    client.get(f"/api/v1/members/{world.ken.pk}/")

    seen = AuditEvent.objects.filter(action="read", user_id=world.machine.pk).order_by("id")
    assert [(event.verb, event.member_id) for event in seen] == [
        ("api.clinical.condition", world.ana.pk),
        ("api.members.member", world.ken.pk),
    ]


def test_a_list_asks_the_database_equally_often_for_one_row_and_for_twenty(world, django_assert_max_num_queries):
    client = token_for(world.machine, "chart:read")
    with make.arranging():
        for number in range(19):
            world.add_problem(world.ken, f"c{number}", "Something")

    with django_assert_max_num_queries(14):
        answer = client.get(f"/api/v1/conditions/?member={world.ken.pk}&page_size=20")

    assert len(answer.json()["results"]) == 19


NEW = {"family": "Okafor", "given": "Ada", "birth_date": "1990-03-01", "sex": "female"}


def test_a_repeated_registration_with_one_key_is_one_member(world):
    client = token_for(world.machine, "members:read", "members:write")

    first = client.post("/api/v1/members/", NEW, format="json", HTTP_IDEMPOTENCY_KEY="k1")
    again = client.post("/api/v1/members/", NEW, format="json", HTTP_IDEMPOTENCY_KEY="k1")
    other = client.post("/api/v1/members/", {**NEW, "given": "Eze"}, format="json", HTTP_IDEMPOTENCY_KEY="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert (other.status_code, other.json()["errors"][0]["code"]) == (409, "idempotency_key_reused")


def test_somebody_who_is_a_member_already_is_not_registered_twice(world):
    client = token_for(world.machine, "members:write")
    client.post("/api/v1/members/", NEW, format="json")

    answer = client.post("/api/v1/members/", NEW, format="json")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "known_member")


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


def test_capitation_is_for_finance(world):
    with make.arranging():
        controller = make.account("Controller")
        make.role(controller, Role.FINANCE, world.here)

    assert session_of(controller).get("/api/v1/capitation-runs/").status_code == 200
    assert session_of(world.physician.user).get("/api/v1/capitation-runs/").status_code == 403


@pytest.mark.parametrize("query", ["page_size=0", "page_size=x", "cursor=e30", "cursor=%00", "status=%00"])
def test_nonsense_is_answered_with_what_is_wrong(world, query):
    client = token_for(world.machine, "members:read", "chart:read")

    answer = client.get(f"/api/v1/conditions/?member={world.ana.pk}&{query}")

    assert answer.status_code == 400
    assert answer.json()["type"] == "validation_error"


def test_the_document_is_openapi_3_1_and_its_page_needs_nothing_from_elsewhere(client):
    document = client.get("/api/v1/schema/?format=json").json()
    page = client.get("/api/v1/docs/").content.decode()

    assert document["openapi"] == "3.1.0"
    assert "/api/v1/members/{id}/" in document["paths"]
    assert {"404", "403", "412"} <= document["paths"]["/api/v1/members/{id}/"]["patch"]["responses"].keys()
    assert "//cdn" not in page
    assert "<script>" not in page
