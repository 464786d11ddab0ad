"""Tokens within bounds: the scopes that an administrator allowed each app, and so many a minute."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client as Browser
from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_application_model

from core.api import throttling
from core.apps_allowed import allow_scopes
from core.models import AppScopes, AuditEvent
from network.actions import register_app
from network.models import RoleAssignment
from tests.clinical import factories as make

pytestmark = pytest.mark.django_db


def registered(world, organization, *scopes: str):
    with make.arranging():
        return register_app(
            by=world.machine,
            name="Engine",
            organization=organization,
            on=timezone.localdate() - datetime.timedelta(days=1),
            scopes=scopes or None,
        )


@pytest.fixture
def administrator(world):
    """Of the first system alone."""
    with make.arranging():
        user = make.account("Administrator")
        type(user).objects.filter(pk=user.pk).update(is_staff=True)
        user.refresh_from_db()
        make.role(user, RoleAssignment.Role.ADMINISTRATOR, world.here)
    return user


@pytest.fixture(autouse=True)
def nothing_asked_yet():
    throttling._taken.clear()
    yield
    throttling._taken.clear()


def ask(app, scope: str, *, secret: str | None = None, address: str = "192.0.2.7"):
    form = {
        "grant_type": "client_credentials",
        "client_id": app.application.client_id,
        "client_secret": app.secret if secret is None else secret,
        "scope": scope,
    }
    return Browser(enforce_csrf_checks=True).post("/oauth/token/", form, REMOTE_ADDR=address)


# --- Scopes ---------------------------------------------------------------------------------------------------


def test_each_of_two_apps_gets_the_scopes_that_it_was_allowed_and_no_more(world):
    reader, booker = (registered(world, world.here, scope) for scope in ("members:read", "appointments:write"))

    assert ask(reader, "members:read").json()["scope"] == "members:read"
    assert ask(booker, "appointments:write").json()["scope"] == "appointments:write"
    for app, beyond in (
        (reader, "appointments:write"),
        (reader, "members:read members:write"),
        (booker, "members:read"),
    ):
        answer = ask(app, beyond)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope"), beyond


def test_an_app_of_which_nobody_said_anything_gets_nothing(world):
    app = registered(world, world.here)
    AppScopes.objects.filter(application=app.application).delete()

    assert ask(app, "members:read").json()["error"] == "invalid_scope"


def test_an_app_is_not_registered_for_a_scope_that_there_is_not(world):
    with pytest.raises(ValidationError, match="everything"):
        registered(world, world.here, "everything")


def test_what_is_allowed_no_longer_is_lost_at_once_by_that_app_alone(world, administrator):
    narrowed, other = registered(world, world.here), registered(world, world.here)
    for app in (narrowed, other):
        for scope in ("members:read", "members:read conditions:read"):
            assert ask(app, scope).status_code == 200

    with make.arranging():
        allow_scopes(narrowed.application, ["members:read"], by=administrator)

    held = get_access_token_model().objects
    assert list(held.filter(application=narrowed.application).values_list("scope", flat=True)) == ["members:read"]
    assert held.filter(application=other.application).count() == 2
    assert ask(narrowed, "conditions:read").status_code == 400
    row = AuditEvent.objects.get(verb="core.allow_scopes")
    assert (row.user_id, row.detail) == (administrator.pk, {"scopes": ["members:read"]})


def test_an_administrator_of_another_system_may_not(world, administrator):
    app = registered(world, world.there, "members:read")

    with make.arranging(), pytest.raises(PermissionDenied):
        allow_scopes(app.application, ["members:read", "members:write"], by=administrator)
    assert app.application.allowed_scopes.scopes == ["members:read"]


def test_a_nameless_app_is_for_who_runs_the_system_alone(world, administrator):
    application = get_application_model().objects.create(
        name="alone", client_type="confidential", authorization_grant_type="client-credentials"
    )

    with make.arranging(), pytest.raises(PermissionDenied):
        allow_scopes(application, ["members:read"], by=administrator)


def test_the_administrator_sets_them_in_the_admin(world, administrator):
    ours, theirs = (registered(world, system, "members:read") for system in (world.here, world.there))
    browser = Browser()
    browser.force_login(administrator, backend="django.contrib.auth.backends.ModelBackend")

    for app in (ours, theirs):
        page = f"/admin/core/appscopes/{app.application.pk}/change/"
        assert (b"members:write" in browser.get(page).content) == (app is ours), "the other system's is not shown"
        browser.post(page, {"scopes": ["members:read", "members:write"]})

    allowed = {row.application_id: row.scopes for row in AppScopes.objects.all()}
    assert allowed[ours.application.pk] == ["members:read", "members:write"]
    assert allowed[theirs.application.pk] == ["members:read"]


# --- Rates ----------------------------------------------------------------------------------------------------


@pytest.fixture
def rates(monkeypatch, own_minute):
    def set_to(**said: str) -> None:
        for name, rate in said.items():
            monkeypatch.setitem(throttling.ClientThrottle.THROTTLE_RATES, name, rate)

    return set_to


def test_a_client_at_one_address_is_told_to_wait_and_elsewhere_it_is_not(world, rates):
    rates(token="3/min", address="100/min")
    app, other = registered(world, world.here), registered(world, world.here)

    guesses = [ask(app, "members:read", secret="guess", address="198.51.100.1") for _ in range(4)]

    assert [answer.status_code for answer in guesses] == [401, 401, 401, 429]
    assert guesses[-1].json()["error"] == "temporarily_unavailable" and int(guesses[-1]["Retry-After"]) <= 60
    assert ask(app, "members:read", address="198.51.100.1").status_code == 429
    assert ask(app, "members:read", address="198.51.100.2").status_code == 200, "nobody locks it out"
    assert ask(other, "members:read", address="198.51.100.1").status_code == 200


def test_one_address_is_told_to_wait_whoever_it_says_it_is(world, rates):
    rates(token="100/min", address="3/min")
    apps = [registered(world, world.here) for _ in range(4)]

    answers = [
        Browser().post(
            "/oauth/token/",
            {"client_id": app.application.client_id},
            REMOTE_ADDR="198.51.100.3",
            HTTP_X_FORWARDED_FOR=f"203.0.113.{number}",
        )
        for number, app in enumerate(apps)
    ]

    assert [answer.status_code == 429 for answer in answers] == [False, False, False, True]
