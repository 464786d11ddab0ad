"""Tokens from end to end over a live server: machines, apps for members and clinicians, shutting them out again."""

import base64
import datetime
import hashlib
import secrets
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from django.core.management import call_command
from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_application_model

from core.models import AuditEvent
from network.actions import register_app
from network.models import RoleAssignment
from tests.api.world import token_for
from tests.clinical import factories as make

Role = RoleAssignment.Role
BACK = "https://app.example/back"
PASSWORD = "correct horse battery"


def registered(world, organization, *, name: str = "Steps", public: bool = True, back: tuple[str, ...] = (BACK,)):
    with make.arranging():
        return register_app(
            by=world.machine,
            name=name,
            organization=organization,
            on=timezone.localdate() - datetime.timedelta(days=1),
            redirect_uris=back,
            public=public,
        )


def get(live_server, token: str, place: str) -> requests.Response:
    return requests.get(f"{live_server.url}/api/v1/{place}", headers={"Authorization": f"Bearer {token}"}, timeout=10)


def token(live_server, expect: int = 200, **form) -> dict:
    answer = requests.post(f"{live_server.url}/oauth/token/", data=form, timeout=10)
    assert answer.status_code == expect, answer.text[:300]
    return answer.json()


# --- Machines -----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
class TestMachine:
    def grant(self, live_server, app, scope: str, **more) -> dict:
        return token(
            live_server,
            **{
                "grant_type": "client_credentials",
                "client_id": app.application.client_id,
                "client_secret": app.secret,
                "scope": scope,
                **more,
            },
        )

    def test_it_reaches_the_members_of_its_own_system_alone(self, world, live_server):
        ours, theirs = (registered(world, system, back=(), public=False) for system in (world.here, world.there))

        seen = {
            app.application.pk: get(
                live_server, self.grant(live_server, app, "members:read")["access_token"], "members/"
            ).json()["results"]
            for app in (ours, theirs)
        }

        assert [row["family"] for row in seen[ours.application.pk]] == ["Nakamura", "Rivera"]
        assert [row["family"] for row in seen[theirs.application.pk]] == ["Haddad"]

    def test_it_gets_no_more_than_the_scopes_it_asked_for(self, world, live_server):
        app = registered(world, world.here, back=(), public=False)
        held = self.grant(live_server, app, "members:read")["access_token"]

        refused = get(live_server, held, f"conditions/?member={world.ana.pk}")

        assert refused.status_code == 403
        assert "conditions:read" in refused.json()["detail"]

    def test_a_wrong_secret_or_an_unknown_scope_gets_no_token(self, world, live_server):
        app = registered(world, world.here, back=(), public=False)
        form = {"grant_type": "client_credentials", "client_id": app.application.client_id}

        assert token(live_server, 401, **form, client_secret="guess")["error"] == "invalid_client"
        assert token(live_server, 400, **form, client_secret=app.secret, scope="everything")["error"] == "invalid_scope"

    def test_its_role_ended_is_its_reach_ended(self, world, live_server):
        app = registered(world, world.here, back=(), public=False)
        held = self.grant(live_server, app, "members:read")["access_token"]
        with make.arranging():
            RoleAssignment.objects.filter(user=app.application.user).delete()

        assert get(live_server, held, "members/").json().get("results", []) == []

    def test_introspection_and_revocation(self, world, live_server):
        app = registered(world, world.here, back=(), public=False)
        held = self.grant(live_server, app, "members:read")["access_token"]
        mine = (app.application.client_id, app.secret)
        ask = {"data": {"token": held}, "auth": mine}

        before = requests.post(f"{live_server.url}/oauth/introspect/", **ask, timeout=10).json()
        nobody = requests.post(f"{live_server.url}/oauth/introspect/", data={"token": held}, timeout=10)
        requests.post(f"{live_server.url}/oauth/revoke_token/", **ask, timeout=10)
        after = requests.post(f"{live_server.url}/oauth/introspect/", **ask, timeout=10).json()

        assert (before["active"], before["scope"]) == (True, "members:read")
        assert nobody.status_code in (401, 403)
        assert after == {"active": False}
        assert get(live_server, held, "members/").status_code == 401


# --- Apps for people ------------------------------------------------------------------------------------------


class Browser:
    """A person who is signed in, and an app that sends them to the page where they let it in."""

    def __init__(self, live_server, user):
        self.live_server, self.session = live_server, requests.Session()
        page = f"{live_server.url}/accounts/login/"
        self.session.get(page, timeout=10)
        form = {"login": user.email, "password": PASSWORD, "csrfmiddlewaretoken": self.session.cookies["csrftoken"]}
        self.session.post(page, data=form, headers={"Referer": page}, timeout=10)
        assert "sessionid" in self.session.cookies

    def ask(self, app, scope: str, **more) -> tuple[requests.Response, str]:
        """The consent page, and the verifier that the app keeps to itself."""
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": app.application.client_id,
            "redirect_uri": BACK,
            "scope": scope,
            "state": "s1",
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            **more,
        }
        query = {name: value for name, value in query.items() if value is not None}
        url = f"{self.live_server.url}/oauth/authorize/?{urlencode(query)}"
        return self.session.get(url, timeout=10, allow_redirects=False), verifier

    def decide(self, page: requests.Response, *, allow: bool) -> dict[str, str]:
        """What the app is told when the person presses a button."""

        form = fields_of(page.text) | {"csrfmiddlewaretoken": self.session.cookies["csrftoken"]}
        if allow:
            form["allow"] = "true"
        back = self.session.post(page.url, data=form, headers={"Referer": page.url}, timeout=10, allow_redirects=False)
        assert back.headers["Location"].startswith(BACK), back.text
        return {name: values[0] for name, values in parse_qs(urlsplit(back.headers["Location"]).query).items()}

    def let_in(self, app, scope: str) -> dict:
        """The tokens that the app gets once it is let in."""
        page, verifier = self.ask(app, scope)
        told = self.decide(page, allow=True)
        assert told["state"] == "s1"
        return token(
            self.live_server,
            grant_type="authorization_code",
            code=told["code"],
            redirect_uri=BACK,
            client_id=app.application.client_id,
            code_verifier=verifier,
        )


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of the page's form."""
    from html.parser import HTMLParser

    found: dict[str, str] = {}

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            given = dict(attrs)
            if tag == "input" and given.get("type") == "hidden":
                found[given["name"]] = given.get("value") or ""

    Reader().feed(page)
    return found


@pytest.mark.django_db(transaction=True)
class TestApp:
    def test_a_members_app_sees_that_member_and_whom_they_look_after_alone(self, world, live_server):
        with make.arranging():
            make.proxy(world.ana.user, world.ken, "view")
            child = make.member(world.here, "Lia", "Moss", with_account=False)
        app = registered(world, world.here)

        held = Browser(live_server, world.ana.user).let_in(app, "members:read conditions:read")["access_token"]

        assert {row["given"] for row in get(live_server, held, "members/").json()["results"]} == {"Ana", "Ken"}
        assert get(live_server, held, f"conditions/?member={world.ana.pk}").status_code == 200
        for stranger in (child, world.far):
            assert get(live_server, held, f"members/{stranger.pk}/").status_code == 404
            assert get(live_server, held, f"conditions/?member={stranger.pk}").status_code == 404

    def test_a_clinicians_app_of_their_system_works_as_they_do(self, world, live_server):
        app = registered(world, world.here, name="Rounds")

        held = Browser(live_server, world.physician.user).let_in(app, "conditions:read")["access_token"]

        assert get(live_server, held, f"conditions/?member={world.ana.pk}").status_code == 200
        assert get(live_server, held, f"conditions/?member={world.far.pk}").status_code == 404

    def test_an_app_of_one_system_never_sees_the_other_whoever_lets_it_in(self, world, live_server):
        """A physician of both systems lets in an app that one of them registered, and one that nobody did."""
        with make.arranging():
            make.role(world.physician.user, Role.PHYSICIAN, world.there)
            make.primary_care(world.far, world.physician, world.other_office)
        theirs = registered(world, world.there, name="Theirs")
        held = Browser(live_server, world.physician.user).let_in(theirs, "conditions:read")["access_token"]
        foreign = token_for(world.physician.user, "conditions:read", kind="authorization-code")

        assert get(live_server, held, f"conditions/?member={world.far.pk}").status_code == 200
        assert get(live_server, held, f"conditions/?member={world.ana.pk}").status_code == 404
        assert foreign.get(f"/api/v1/conditions/?member={world.ana.pk}").status_code == 404

    def test_the_page_says_in_plain_words_what_the_app_would_see(self, world, live_server):
        app = registered(world, world.here)

        page, _ = Browser(live_server, world.ana.user).ask(app, "conditions:read messages:write")

        assert "Let Steps in?" in page.text
        assert world.here.name in page.text
        assert "See health problems and diagnoses" in page.text
        assert "Add to or change messages with the care team" in page.text
        assert "See laboratory results" not in page.text
        assert "form-action 'self' https://app.example" in page.headers["Content-Security-Policy"]

    def test_who_cancels_lets_nothing_out(self, world, live_server):
        browser = Browser(live_server, world.ana.user)
        page, _ = browser.ask(registered(world, world.here), "conditions:read")

        assert browser.decide(page, allow=False)["error"] == "access_denied"
        assert not get_access_token_model().objects.exists()

    def test_an_app_without_a_challenge_is_sent_back(self, world, live_server):
        nothing = {"code_challenge": None, "code_challenge_method": None}

        page, _ = Browser(live_server, world.ana.user).ask(registered(world, world.here), "members:read", **nothing)

        assert "error=invalid_request" in page.headers["Location"]

    def test_a_challenge_in_the_open_gets_no_code(self, world, live_server):
        browser = Browser(live_server, world.ana.user)
        page, _ = browser.ask(registered(world, world.here), "members:read", code_challenge_method="plain")

        assert browser.decide(page, allow=True)["error"] == "invalid_request"

    def test_an_unknown_scope_is_not_asked_for(self, world, live_server):
        page, _ = Browser(live_server, world.ana.user).ask(registered(world, world.here), "everything")

        assert "error=invalid_scope" in page.headers["Location"]

    def test_a_person_is_never_sent_to_an_address_that_was_not_registered(self, world, live_server):
        browser = Browser(live_server, world.ana.user)

        page, _ = browser.ask(registered(world, world.here), "members:read", redirect_uri="https://evil.example/")

        assert page.status_code == 400
        assert "Location" not in page.headers
        assert "This app cannot be let in" in page.text

    def test_a_code_is_good_once_and_only_with_its_verifier(self, world, live_server):
        app = registered(world, world.here)
        browser = Browser(live_server, world.ana.user)
        page, verifier = browser.ask(app, "members:read")
        form = {
            "grant_type": "authorization_code",
            "code": browser.decide(page, allow=True)["code"],
            "redirect_uri": BACK,
            "client_id": app.application.client_id,
        }

        assert token(live_server, 400, **form, code_verifier="x" * 50)["error"] == "invalid_grant"
        token(live_server, **form, code_verifier=verifier)
        assert token(live_server, 400, **form, code_verifier=verifier)["error"] == "invalid_grant"

    def test_a_refresh_token_rotates_and_a_stolen_one_ends_them_all(self, world, live_server):
        app = registered(world, world.here)
        first = Browser(live_server, world.ana.user).let_in(app, "members:read")
        form = {"grant_type": "refresh_token", "client_id": app.application.client_id}

        second = token(live_server, **form, refresh_token=first["refresh_token"])
        fresh = get(live_server, second["access_token"], "members/").status_code
        token(live_server, 400, **form, refresh_token=first["refresh_token"])

        assert second["refresh_token"] != first["refresh_token"]
        assert fresh == 200
        assert get(live_server, first["access_token"], "members/").status_code == 401
        assert get(live_server, second["access_token"], "members/").status_code == 401
        token(live_server, 400, **form, refresh_token=second["refresh_token"])

    def test_what_was_let_in_is_listed_and_shut_out(self, world, live_server):
        app, other = registered(world, world.here), registered(world, world.here, name="Walks")
        browser = Browser(live_server, world.ana.user)
        tokens, others = browser.let_in(app, "members:read"), browser.let_in(other, "members:read")
        page = f"{live_server.url}/accounts/apps/"

        listed = browser.session.get(page, timeout=10).text
        form = {"csrfmiddlewaretoken": browser.session.cookies["csrftoken"]}
        place = f"{page}{app.application.pk}/shut-out/"
        stranger = Browser(live_server, world.ken.user)
        theirs = stranger.session.get(page, timeout=10).text
        not_theirs = stranger.session.post(
            place,
            data={"csrfmiddlewaretoken": stranger.session.cookies["csrftoken"]},
            headers={"Referer": page},
            timeout=10,
        )
        after = browser.session.post(place, data=form, headers={"Referer": page}, timeout=10).text

        assert "Steps" in listed
        assert "Walks" in listed
        assert "Steps" not in theirs
        assert not_theirs.status_code == 404
        assert "Walks" in after
        assert get(live_server, tokens["access_token"], "members/").status_code == 401
        assert get(live_server, others["access_token"], "members/").status_code == 200
        token(
            live_server,
            400,
            grant_type="refresh_token",
            client_id=app.application.client_id,
            refresh_token=tokens["refresh_token"],
        )
        with make.arranging():
            verbs = list(AuditEvent.objects.filter(verb__endswith="_app_in").values_list("verb", flat=True))
            assert verbs == ["core.let_app_in", "core.let_app_in"]
            assert AuditEvent.objects.filter(verb="core.shut_app_out", user_id=world.ana.user.pk).count() == 1

    def test_a_read_says_by_which_app(self, world, live_server):
        app = registered(world, world.here)
        held = Browser(live_server, world.ana.user).let_in(app, "members:read")["access_token"]

        get(live_server, held, f"members/{world.ana.pk}/")

        with make.arranging():
            event = AuditEvent.objects.get(verb="api.members.member")
        assert event.user_id == world.ana.user.pk
        assert event.detail["application"] == str(app.application.pk)

    def test_the_pages_are_accessible(self, world, live_server, page, axe):
        app = registered(world, world.here)
        browser = Browser(live_server, world.ana.user)
        consent, _ = browser.ask(app, "conditions:read results:read messages:write")
        page.context.add_cookies(
            [{"name": "sessionid", "value": browser.session.cookies["sessionid"], "url": live_server.url}]
        )

        page.goto(consent.url)
        axe(page, "consent")
        browser.let_in(app, "conditions:read")
        page.goto("/accounts/apps/")
        axe(page, "apps")


# --- The browser's own session --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_session_writes_only_with_its_csrf_token(world, live_server):
    browser = Browser(live_server, world.ana.user)
    place = f"{live_server.url}/api/v1/messages/"
    body = {"member": str(world.ana.pk), "body": "A question"}

    without = browser.session.post(place, json=body, timeout=10)
    headers = {"X-CSRFToken": browser.session.cookies["csrftoken"], "Referer": live_server.url}
    with_it = browser.session.post(place, json=body, headers=headers, timeout=10)

    assert (without.status_code, with_it.status_code) == (403, 201)
    assert "CSRF" in without.json()["detail"]


@pytest.mark.django_db
def test_what_the_metadata_tells_of_can_be_done(client):
    told = client.get("/.well-known/oauth-authorization-server").json()
    assert told["grant_types_supported"] == ["authorization_code", "client_credentials", "refresh_token"]
    assert told["response_types_supported"] == ["code"]
    for name in ("authorization", "token", "revocation", "introspection"):
        path = urlsplit(told[f"{name}_endpoint"]).path
        assert client.get(path).status_code != 404, name


@pytest.mark.django_db
def test_apps_are_registered_by_a_command_and_nowhere_else(world, client, capsys):
    call_command("register_app", "Interface engine", "--organization", world.here.name)

    said = dict(line.split() for line in capsys.readouterr().out.splitlines())
    made = get_application_model().objects.get(client_id=said["client_id"])
    assert made.authorization_grant_type == "client-credentials"
    assert made.client_secret != said["client_secret"], "the secret is kept hashed"
    client.force_login(world.ana.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/oauth/applications/").status_code == 404
