"""Programs are answered directly, and exactly as the framework would: the same answers, rows and refusals."""

import io
import json
from typing import NamedTuple

import pytest
from django.core.signals import request_started
from django.db import close_old_connections, connection, connections
from oauth2_provider.models import get_access_token_model

from core.api import direct, throttling
from core.api.resources import PLACES
from core.db import acting_as
from core.models import AuditEvent, IdempotencyKey
from kpcare.machines import API
from members.models import Member, MemberTelecom
from network.models import RoleAssignment
from tests.api.test_reading import EVERY_LIST, READ
from tests.api.world import World, token_for

# What an ordinary client says, and what nobody says but who means the same: the framework answers it.
PLAIN, ROUNDABOUT = "application/json", "application/json;q=0.9"
NEW = {"family": "Okafor", "given": "Ada", "birth_date": "1990-03-01", "sex": "female"}


class Said(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@pytest.fixture(autouse=True)
def nothing_else(settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    throttling._taken.clear()
    # A test's own transaction may be open on the connection that a request would begin by closing.
    request_started.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)


class Client:
    """A program with a token: `ask` it directly, or the way round."""

    def __init__(self, world, *scopes: str, token=None):
        self.world = world
        self.authorization = (token or token_for(world.machine, *scopes))._credentials["HTTP_AUTHORIZATION"]
        self.send("GET", "members/", ROUNDABOUT)  # whoever asks for the first time is looked up by the framework

    def environ(self, method: str, path: str, accept: str, body: bytes = b"", **headers: str) -> dict:
        path, _, query = path.partition("?")
        return {
            "REQUEST_METHOD": method,
            "PATH_INFO": f"/api/v1/{path}",
            "QUERY_STRING": query,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "192.0.2.1",
            "HTTP_HOST": "testserver",
            "HTTP_ACCEPT": accept,
            "HTTP_AUTHORIZATION": self.authorization,
            "wsgi.url_scheme": "https",
            "wsgi.input": io.BytesIO(body),
            **({"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body))} if body else {}),
            **headers,
        }

    def send(self, method: str, path: str, accept: str = PLAIN, body: object = None, **headers: str) -> Said:
        from kpcare.wsgi import application

        sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        said: list = []
        environ = self.environ(method, path, accept, sent, **headers)
        parts = application(environ, lambda status, answer: said.append((status, answer)))
        status, answer = said[0]
        return Said(int(status.split()[0]), dict(answer), b"".join(parts))

    def is_direct(self, method: str, path: str, body: bytes = b"", **headers: str) -> bool:
        return direct.answer(self.environ(method, path, PLAIN, body, **headers), API) is not None

    def both(self, method: str, path: str, **more) -> Said:
        """The answer, after seeing that it was given directly and is the framework's to the letter."""
        assert self.is_direct(method, path, **more)
        found, expected = (self.send(method, path, accept, **more) for accept in (PLAIN, ROUNDABOUT))
        assert found == expected
        return found


def refusals() -> int:
    return AuditEvent.objects.filter(action="refuse").count()


# --- Reading --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("place", EVERY_LIST)
def test_every_list_is_answered_directly_and_as_the_framework_would(world, place):
    client = Client(world, *READ)

    assert client.both("GET", f"{place}/?member={world.ana.pk}").status == 200
    assert client.both("GET", f"{place}/?member={world.far.pk}").status == 404
    assert client.both("GET", f"{place}/").status == 400


@pytest.mark.django_db
def test_members_are_answered_directly_by_id_page_name_and_phone(world):
    client = Client(world, "members:read")

    assert client.both("GET", f"members/{world.ana.pk}/").json["mrn"] == world.ana.mrn
    assert client.both("GET", f"members/{world.far.pk}/").status == 404
    assert len(client.both("GET", "members/").json["results"]) == 2
    first = client.both("GET", "members/?page_size=1").json
    assert [row["family"] for row in client.both("GET", f"members/?page_size=1&cursor={first['next']}").json["results"]]
    assert [row["family"] for row in client.both("GET", "members/?q=rivera").json["results"]] == ["Rivera"]
    assert client.both("GET", "members/?phone=5105550100").status == 200
    assert client.both("GET", "members/?sort=name").status == 400


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_around_it_a_read_knows_who_asks_and_is_recorded():
    world = World()
    client = Client(world, "members:read")

    for path in (f"members/{world.ana.pk}/", "members/", "members/?q=rivera"):
        assert b"Rivera" in client.both("GET", path).body
        assert b"Haddad" not in client.both("GET", path).body
    assert client.both("GET", f"members/{world.far.pk}/").status == 404
    assert client.send("GET", f"members/{world.ana.pk}/", HTTP_X_REQUEST_ID="r-17").status == 200

    with acting_as(world.machine, reason="test"):
        row = AuditEvent.objects.get(request_id="r-17")
    assert (row.action, row.member_id, row.user_id) == ("read", world.ana.pk, world.machine.pk)
    assert (row.ip_address, row.verb, row.object_id) == ("192.0.2.1", "api.members.member", str(world.ana.pk))
    assert "application" in row.detail and row.reason


@pytest.mark.django_db
def test_behind_a_proxy_the_access_log_names_who_asked(world, settings):
    settings.PROXIES = 1
    client = Client(world, "members:read")

    for number, accept in enumerate((PLAIN, ROUNDABOUT)):
        forwarded = f"198.51.100.66, 203.0.113.{number}"
        client.send("GET", f"members/{world.ana.pk}/", accept, HTTP_X_FORWARDED_FOR=forwarded)

    addresses = AuditEvent.objects.filter(action="read", member_id=world.ana.pk).order_by("id")
    assert list(addresses.values_list("ip_address", flat=True)) == ["203.0.113.0", "203.0.113.1"]


@pytest.mark.django_db(transaction=True)
def test_an_app_of_a_physician_sees_whom_the_chart_says_they_care_for():
    world = World()
    app = token_for(world.physician.user, "members:read", kind="authorization-code", registered_by=world.machine)
    client = Client(world, token=app)

    assert client.both("GET", f"members/{world.ana.pk}/").status == 200
    assert client.both("GET", f"members/{world.far.pk}/").status == 404
    assert client.both("GET", "members/?q=rivera").status == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("asked", ["members/{}/", "members/", "members/?q=rivera", "members/?phone=5105550100"])
def test_a_read_that_cannot_be_recorded_is_refused(owner_connection, asked):
    world = World()
    client = Client(world, "members:read")
    owner_connection.autocommit = True
    try:
        with owner_connection.cursor() as cursor:
            cursor.execute("REVOKE INSERT ON core_auditevent FROM kpcare_app")

        answer = client.send("GET", asked.format(world.ana.pk))
    finally:
        with owner_connection.cursor() as cursor:
            cursor.execute("GRANT INSERT ON core_auditevent TO kpcare_app")

    assert answer.status == 503 and world.ana.mrn.encode() not in answer.body


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("asked", ["members/{}/", "members/", "members/?q=rivera", "members/?phone=5105550100"])
def test_one_message_records_what_the_longer_way_does(asked):
    world = World()
    client = Client(world, "members:read")
    with acting_as(world.machine, reason="test"):
        MemberTelecom.objects.create(member=world.ana, system="phone", value="+15105550100")

    for number, accept in enumerate((PLAIN, ROUNDABOUT)):
        path = asked.format(world.ana.pk)
        assert client.send("GET", path, accept, HTTP_X_REQUEST_ID=f"r-{number}").status == 200

    names = [f.name for f in AuditEvent._meta.concrete_fields if f.name not in ("id", "at", "xid", "request_id")]
    with acting_as(world.machine, reason="test"):
        short, long = (AuditEvent.objects.filter(request_id=f"r-{n}").values(*names) for n in (0, 1))
        assert list(short) == list(long) and len(short) == 1


@pytest.mark.django_db
def test_who_has_the_version_already_gets_no_body(world):
    client = Client(world, "members:read")
    tag = client.send("GET", f"members/{world.ana.pk}/").headers["ETag"]

    again = client.send("GET", f"members/{world.ana.pk}/", HTTP_IF_NONE_MATCH=tag)

    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)


# --- Refusing -------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_token_that_was_revoked_is_refused_at_once():
    world = World()
    client = Client(world, "members:read", "conditions:read")
    assert client.send("GET", f"members/{world.ana.pk}/").status == 200
    get_access_token_model().objects.all().delete()

    assert client.send("GET", f"members/{world.ana.pk}/").status == 401
    assert client.send("GET", f"conditions/?member={world.ana.pk}").status == 401
    assert client.send("GET", "members/").status == 401


@pytest.mark.django_db(transaction=True)
def test_an_account_that_was_closed_is_refused_at_once():
    world = World()
    client = Client(world, "members:read")
    type(world.machine).objects.filter(pk=world.machine.pk).update(is_active=False)

    assert client.send("GET", f"members/{world.ana.pk}/").status == 401


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_said_once_in_the_access_log():
    world = World()
    client = Client(world, *READ)
    with acting_as(world.machine, reason="test"):
        RoleAssignment.objects.filter(user=world.machine).update(role="front_desk")
        before = refusals()
    from core.api import authentication

    authentication._reach.clear()
    client.send("GET", "members/", ROUNDABOUT)  # looked up anew, with the other role

    answer = client.send("GET", f"conditions/?member={world.ana.pk}")

    assert answer.status == 403
    with acting_as(world.machine, reason="test"):
        assert refusals() == before + 1


@pytest.mark.django_db
def test_beyond_its_scopes_it_is_refused(world):
    client = Client(world, "members:read")

    assert "conditions:read" in client.both("GET", f"conditions/?member={world.ana.pk}").json["detail"]
    assert "members:write" in client.both("POST", "members/", body=b"{}").json["detail"]


@pytest.mark.django_db
def test_beyond_the_rate_it_is_refused_and_each_request_counts_once(world, monkeypatch, own_minute):
    monkeypatch.setitem(throttling.ClientThrottle.THROTTLE_RATES, "client", "4/min")
    client = Client(world, "members:read")  # the first

    statuses = [client.send("GET", path).status for path in ("members/", f"members/{world.far.pk}/", "members/?no=1")]

    assert statuses == [200, 404, 400]
    assert [client.send("GET", "members/", accept).status for accept in (PLAIN, ROUNDABOUT)] == [429, 429]
    assert int(client.send("GET", "members/").headers["Retry-After"]) <= 60


# --- Writing --------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_person_is_registered_once_for_a_key_whichever_way_the_request_takes():
    client = Client(World(), "members:read", "members:write")

    made, again = (
        client.send("POST", "members/", accept, NEW, HTTP_IDEMPOTENCY_KEY="k1") for accept in (PLAIN, ROUNDABOUT)
    )

    assert (made.status, again.status) == (201, 201) and made.json == again.json
    assert made.headers["ETag"] == again.headers["ETag"] and again.headers["Idempotency-Replayed"] == "true"
    with acting_as(client.world.machine, reason="test"):
        row = Member.objects.get(family="Okafor")
        assert AuditEvent.objects.get(action="create", member_id=row.pk).user_id == client.world.machine.pk


@pytest.mark.django_db(transaction=True)
def test_a_refused_write_leaves_nothing_and_is_refused_in_the_same_words():
    client = Client(World(), "members:read", "members:write")
    same = {"family": "Rivera", "given": "Ana", "birth_date": str(client.world.ana.birth_date)}

    for body, status in (({**NEW, "birth_date": "soon"}, 400), ({**NEW, "born": "1990"}, 400), (same, 409)):
        found, expected = (client.send("POST", "members/", accept, body) for accept in (PLAIN, ROUNDABOUT))
        assert found == expected and found.status == status
        assert found.headers["Content-Type"] == "application/problem+json"
    refused = client.send("POST", "members/", PLAIN, {**NEW, "born": "1990"}, HTTP_IDEMPOTENCY_KEY="k2")
    assert refused.status == 400 and not IdempotencyKey.objects.filter(key="k2").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("body", [b"{", b'{"family": NaN}', b"\xff", b""])
def test_what_is_no_json_is_the_frameworks_to_refuse(world, body):
    client = Client(world, "members:write")

    assert client.send("POST", "members/", PLAIN, body).status == 400


# --- What it leaves alone ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_framework_answers_whatever_is_not_plain(world, settings):
    client = Client(world, "members:read")
    settings.SECURE_SSL_REDIRECT = True

    assert client.is_direct("GET", "members/")
    for headers in (
        {"HTTP_ACCEPT": "text/html"},
        {"HTTP_ACCEPT_LANGUAGE": "es"},
        {"HTTP_COOKIE": "sessionid=x"},
        {"HTTP_HOST": "elsewhere.example"},
        {"wsgi.url_scheme": "http"},
        {"HTTP_AUTHORIZATION": "Bearer unknown"},
    ):
        assert not client.is_direct("GET", "members/", **headers), headers
    assert client.send("GET", "members/", HTTP_HOST="elsewhere.example").status == 400
    assert client.send("GET", "members/", HTTP_ACCEPT_LANGUAGE="es").headers["Content-Language"] == "es"
    for method, path in (
        ("PUT", "members/"),
        ("GET", "members"),
        ("GET", "members/1/"),
        ("GET", "nothing/"),
        ("GET", ""),
    ):
        assert not client.is_direct(method, path), (method, path)


@pytest.mark.django_db
def test_what_the_direct_way_cannot_do_the_framework_does(world, monkeypatch):
    client = Client(world, "members:read")
    monkeypatch.setattr(direct, "headers_of", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        client.send("GET", "members/")
    monkeypatch.undo()
    monkeypatch.setattr(direct, "act", lambda *_: 1 / 0)

    assert client.send("GET", "members/").status == 200


def test_every_resource_says_where_it_is():
    from kpcare import wsgi  # noqa: F401  (reads the site map)

    assert {*EVERY_LIST, "members"} <= set(PLACES)
    assert PLACES["members"].allowed("list") == "GET, POST, HEAD, OPTIONS"
    assert PLACES["members"].allowed("retrieve") == "GET, PATCH, HEAD, OPTIONS"
    assert PLACES["appointments"].allowed("cancel") == "POST, OPTIONS"


# --- The connection -----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_closed_is_noticed_without_a_question():
    own = connections["default"]
    own.ensure_connection()
    assert own.is_usable()
    with connections["audit"].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [own.connection.info.backend_pid])

    assert not own.is_usable()
    own.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
