"""Sign-in, account settings, language and errors as people meet them."""

import time

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.urls import reverse

from core.models import User

pytestmark = pytest.mark.django_db

PASSWORD = "a long sentence of one's own"
OPEN_PAGES = ["account_login", "account_reset_password", "account_reset_password_done", "account_signup"]
OWN_PAGES = ["account_email", "account_change_password", "mfa_index", "usersessions_list", "account_logout"]
PROTECTED_PAGES = ["mfa_activate_totp", "mfa_add_webauthn"]


def someone(language: str = "en") -> User:
    user = User.objects.create_user("maria@example.org", PASSWORD, name="Maria Alvarez", language=language)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


@pytest.fixture
def signed_in(client):
    user = someone()
    client.force_login(user)
    return user


@pytest.mark.parametrize("name", OPEN_PAGES)
def test_page_for_everyone_stands_in_our_frame(client, name):
    page = client.get(reverse(name), follow=True).content.decode()

    assert page.count("<h1>") == 1
    assert "kpcare/kpcare.css" in page
    assert "<c-" not in page


@pytest.mark.parametrize("name", OWN_PAGES)
def test_account_page_stands_in_our_frame_and_leads_to_the_others(client, signed_in, name):
    page = client.get(reverse(name), follow=True).content.decode()

    assert page.count("<h1>") == 1
    assert reverse("usersessions_list") in page
    assert "<c-" not in page


def test_second_address_is_added_made_the_main_one_and_removed(client, settings):
    # Making an address the main one asks for the old one twice, in allauth's own code.
    settings.ZEAL_ALLOWLIST = [{"model": "account.EmailAddress", "field": "*"}]
    someone()
    client.post(reverse("account_login"), {"login": "maria@example.org", "password": PASSWORD})
    url, new = reverse("account_email"), "m.alvarez@example.org"
    client.post(url, {"action_add": "", "email": new})
    assert "Not confirmed yet" in client.get(url).content.decode()

    EmailAddress.objects.filter(email=new).update(verified=True)
    client.post(url, {"action_primary": "", "email": new})
    client.post(url, {"action_remove": "", "email": "maria@example.org"})
    assert list(EmailAddress.objects.values_list("email", "primary")) == [(new, True)]


def test_the_password_is_asked_again_only_some_minutes_after_sign_in(client, monkeypatch):
    someone()
    client.post(reverse("account_login"), {"login": "maria@example.org", "password": PASSWORD})
    url = reverse("account_email")
    signed_in_at = time.time()

    monkeypatch.setattr("time.time", lambda: signed_in_at + 240)
    assert client.post(url, {"action_add": "", "email": "soon@example.org"}).url == url
    monkeypatch.setattr("time.time", lambda: signed_in_at + 330)
    assert reverse("account_reauthenticate") in client.post(url, {"action_add": "", "email": "later@example.org"}).url
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.post(url, {"action_add": "", "email": "later@example.org"}).url == url


def test_a_session_that_nobody_proved_is_asked_at_once(client, signed_in):
    answer = client.post(reverse("account_email"), {"action_add": "", "email": "new@example.org"})
    assert reverse("account_reauthenticate") in answer.url


def test_wrong_password_is_said_once_and_without_a_hint_which_part_was_wrong(client):
    someone()
    url = reverse("account_login")

    wrong = client.post(url, {"login": "maria@example.org", "password": "nonsense"}).content.decode()
    unknown = client.post(url, {"login": "nobody@example.org", "password": "nonsense"}).content.decode()

    assert wrong.count('role="alert"') == unknown.count('role="alert"') == 1


def test_reset_mail_has_a_link_and_nothing_about_health(client, django_capture_on_commit_callbacks):
    someone()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("account_reset_password"), {"email": "maria@example.org"})

    (sent,) = mail.outbox
    assert "http" in sent.body
    assert "Maria" not in sent.body


# --- Language -------------------------------------------------------------------------------------------


def test_chosen_language_is_kept_in_a_cookie_and_with_the_account(client, signed_in):
    answer = client.post(reverse("core:set_language"), {"language": "es", "next": "/accounts/email/"})

    assert answer.url == "/accounts/email/"
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "es"
    signed_in.refresh_from_db()
    assert signed_in.language == "es"
    assert '<html lang="es"' in client.get("/accounts/email/").content.decode()


def test_account_language_wins_over_the_browsers_on_a_new_device(client):
    client.force_login(someone(language="es"))

    assert '<html lang="es"' in client.get("/accounts/email/", headers={"accept-language": "en"}).content.decode()


def test_unknown_language_and_foreign_address_are_refused(client, signed_in):
    answer = client.post(reverse("core:set_language"), {"language": "xx", "next": "https://elsewhere.example/"})

    assert answer.url == "/"
    signed_in.refresh_from_db()
    assert signed_in.language == "en"


def test_language_is_not_changed_by_a_link(client):
    assert client.get(reverse("core:set_language")).status_code == 405


# --- Gallery, errors ------------------------------------------------------------------------------------


def test_gallery_is_for_staff_outside_a_demo(client, signed_in, settings):
    assert client.get(reverse("core:gallery")).status_code == 200
    settings.DEMO = settings.DEBUG = False
    assert client.get(reverse("core:gallery")).status_code == 403

    User.objects.filter(pk=signed_in.pk).update(is_staff=True)
    assert client.get(reverse("core:gallery")).status_code == 200


def test_unknown_page_says_where_to_go(client):
    answer = client.get("/no-such-page/")

    assert answer.status_code == 404
    assert 'href="/"' in answer.content.decode()


# --- In the browser -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.answers(404)
def test_account_pages_are_accessible(page, axe, screenshot):
    for name in OPEN_PAGES:
        page.goto(reverse(name))
        axe(page)
    page.goto("/no-such-page/")
    axe(page)

    someone()
    page.goto(reverse("account_login"))
    screenshot(page, "login")
    page.get_by_label("E-mail or record number").fill("maria@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/login" not in url)

    for name in OWN_PAGES + PROTECTED_PAGES:
        page.goto(reverse(name))
        assert page.url.endswith(reverse(name))
        axe(page, name)
