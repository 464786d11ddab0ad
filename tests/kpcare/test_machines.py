"""A request with an access token takes the short way, and is refused, bound and logged as on the long one."""

import datetime
import io
import json
import uuid

import pytest
from django.conf import settings
from django.core.signals import request_started
from django.db import close_old_connections
from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_application_model

from core.api import authentication
from core.db import acting_as
from core.models import AuditEvent, User
from kpcare.machines import is_machine
from network.models import RoleAssignment
from tests.members.factories import make_member
from tests.network.factories import make_system

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_remembered():
    authentication._reach.clear()
    # The test's own transaction is open on the connection that a request would begin by closing.
    request_started.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    authentication._reach.clear()


@pytest.fixture
def secret_and_members():
    """A token of a client of the first of two systems, and a member of each."""
    first, second = make_system(), make_system()
    user = User.objects.create_user("client@example.test", name="Client", kind="client")
    RoleAssignment.objects.create(user=user, role="integration", organization=first, period=("2020-01-01", None))
    application = get_application_model().objects.create(
        name="test", user=user, client_type="confidential", authorization_grant_type="client-credentials"
    )
    secret = uuid.uuid4().hex
    get_access_token_model().objects.create(
        application=application,
        token=secret,
        scope="members:read",
        expires=timezone.now() + datetime.timedelta(hours=1),
    )
    return secret, make_member(first), make_member(second)


def ask(path: str, secret: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """What the application of `kpcare.wsgi` answers."""
    from kpcare.wsgi import application

    said: list = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.1",
        "HTTP_HOST": "testserver",
        "HTTP_AUTHORIZATION": f"Bearer {secret}",
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(),
        **headers,
    }
    body = application(environ, lambda status, answer: said.append((status, answer)))
    status, answer = said[0]
    return int(status.split()[0]), dict(answer), b"".join(body)


def test_only_tokens_at_interfaces_take_the_short_way():
    assert is_machine({"PATH_INFO": "/api/v1/members/", "HTTP_AUTHORIZATION": "Bearer abc"})
    assert not is_machine({"PATH_INFO": "/api/v1/members/"})
    assert not is_machine({"PATH_INFO": "/staff/members/", "HTTP_AUTHORIZATION": "Bearer abc"})
    assert not is_machine({"PATH_INFO": "/api/v1/members/", "HTTP_AUTHORIZATION": "Basic abc"})
    assert set(settings.MACHINE_MIDDLEWARE) < set(settings.MIDDLEWARE)


def test_a_member_within_reach_is_read_and_the_read_is_recorded(secret_and_members, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    secret, own, other = secret_and_members

    status, headers, body = ask(f"/api/v1/members/{own.pk}/", secret, HTTP_X_REQUEST_ID="r-17")

    assert status == 200 and json.loads(body)["mrn"] == own.mrn
    assert headers["X-Content-Type-Options"] == "nosniff"
    with acting_as(User.objects.get(email="client@example.test"), reason="test"):
        row = AuditEvent.objects.get(action="read", member_id=own.pk)
    assert (row.ip_address, row.request_id) == ("192.0.2.1", "r-17")
    assert ask(f"/api/v1/members/{other.pk}/", secret)[0] == 404
    assert ask(f"/api/v1/members/{other.pk}/", secret)[0] == 404, "nor once the token is remembered"


def test_a_wrong_token_is_refused(secret_and_members, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    _, own, _ = secret_and_members

    status, headers, body = ask(f"/api/v1/members/{own.pk}/", "wrong")

    assert status == 401 and own.mrn.encode() not in body
    assert headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_that_ended_is_refused_though_it_was_good_a_moment_ago(secret_and_members, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    secret, own, _ = secret_and_members
    assert ask(f"/api/v1/members/{own.pk}/", secret)[0] == 200

    (found,) = authentication._reach.values()
    found.token.expires = timezone.now() - datetime.timedelta(seconds=1)
    get_access_token_model().objects.update(expires=found.token.expires)

    assert ask(f"/api/v1/members/{own.pk}/", secret)[0] == 401
