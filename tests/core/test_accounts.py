"""Accounts end to end: the ways in, what keeps others out, and that every door is audited."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from zeal import zeal_ignore

from core import outbox
from core.accounts import invite, invited
from core.context import use
from core.db import context_for
from core.models import AuditEvent, User
from tests.members.factories import make_member
from tests.network.factories import make_staff, make_system, make_user

SECRET = "secret-of-a-test"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits(settings):
    """Limits on guessing counted for this test alone."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


def sign_in(client: Client, login: str, password: str = SECRET):
    return client.post(reverse("account_login"), {"login": login, "password": password})


def confirm(client: Client) -> None:
    """Give the password again, as dangerous changes ask for."""
    client.post(reverse("account_reauthenticate"), {"password": SECRET})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def maria() -> User:
    return make_user("Maria", email="maria@example.test")


def test_sign_in_by_email_in_any_case(client, maria):
    assert sign_in(client, "MARIA@example.test").status_code == 302
    assert is_signed_in(client)
    event = AuditEvent.objects.get(verb="core.sign_in")
    assert (event.action, event.user_id, event.ip_address) == ("sign_in", maria.pk, "127.0.0.1")
    assert event.request_id


def test_sign_in_by_record_number_as_the_card_shows_it(client, maria):
    member = make_member(make_system(), user=maria)
    assert sign_in(client, f"{member.mrn[:4]} {member.mrn[4:8]} {member.mrn[8:]}").status_code == 302
    assert client.session["_auth_user_id"] == str(maria.pk)


def test_a_record_number_without_an_account_says_no_more_than_a_wrong_password(client, maria):
    member, stranger = make_member(make_system(), user=maria), make_member(make_system())
    answers = [
        sign_in(client, stranger.mrn),
        sign_in(client, member.mrn, "wrong-password-here"),
        sign_in(client, "110488230"),
    ]
    assert not is_signed_in(client)
    assert len({str(answer.context["form"].errors) for answer in answers}) == 1
    for answer in answers:
        assert b"maria@example.test" not in answer.content


def test_failures_are_audited_without_what_was_typed(client, maria):
    sign_in(client, "maria@example.test", "wrong-password-here")
    sign_in(client, "my-password-in-the-wrong-box@example.test")

    known, unknown = AuditEvent.objects.filter(action="refuse", verb="core.sign_in").order_by("id")
    assert known.user_id == maria.pk
    assert unknown.user_id is None
    assert "wrong" not in str(AuditEvent.objects.values_list())


def test_guessing_is_stopped_even_with_the_right_password(client, maria):
    for _ in range(5):
        sign_in(client, "maria@example.test", "wrong-password-here")
    sign_in(client, "maria@example.test")
    assert not is_signed_in(client)


def test_wrong_passwords_from_one_address_lock_that_account_there_and_nobody_elses(client, maria):
    pedro = make_user("Pedro", email="pedro@example.test")
    for _ in range(10):
        said = sign_in(client, "maria@example.test", "wrong-password-here")
    assert "Try again in 5 minutes" in said.content.decode()
    assert sign_in(client, pedro.email).status_code == 302, "a colleague behind the same address signs in"
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert sign_in(elsewhere, "maria@example.test").status_code == 302, "she herself signs in from home"


def test_one_address_that_guesses_at_everybody_is_stopped(client, maria):
    for number in range(200):
        sign_in(client, f"nobody{number}@example.test", "wrong-password-here")
    sign_in(client, "maria@example.test")
    assert not is_signed_in(client)


def test_an_account_guessed_at_from_everywhere_is_stopped(client, maria):
    for number in range(50):
        sign_in(Client(REMOTE_ADDR=f"198.51.100.{number}"), "maria@example.test", "wrong-password-here")
    sign_in(client, "maria@example.test")
    assert not is_signed_in(client)


def test_sign_out_is_audited(client, maria):
    sign_in(client, maria.email)
    client.post(reverse("account_logout"))
    assert not is_signed_in(client)
    assert AuditEvent.objects.filter(verb="core.sign_out", user_id=maria.pk).count() == 1


def test_nobody_signs_up_by_themselves(client):
    page = client.get(reverse("account_signup"))
    assert "Accounts start with an invitation" in page.content.decode()
    client.post(
        reverse("account_signup"),
        {"email": "new@example.test", "password1": "quite-a-long-secret", "password2": "quite-a-long-secret"},
    )
    assert not User.objects.filter(email="new@example.test").exists()


def test_an_account_that_was_closed_stays_shut(client, maria):
    User.objects.filter(pk=maria.pk).update(is_active=False)
    sign_in(client, maria.email)
    assert not is_signed_in(client)


def test_a_jobs_account_cannot_be_signed_in_to(client):
    job = User.objects.system("prevention")
    for password in ("!", "", "prevention"):
        sign_in(client, job.email, password)
    assert not is_signed_in(client)


# --- invitation -----------------------------------------------------------------------------------------


@pytest.fixture
def newcomer() -> User:
    return User.objects.create_user("new@example.test", name="Farzana", language="es")


def invite_by_desk(newcomer: User) -> str:
    desk = make_user("Desk")
    with use(context_for(desk, reason="test")):
        return invite(by=desk, user=newcomer)


def test_an_invitation_leads_from_the_mail_to_the_first_sign_in(client, newcomer):
    invite_by_desk(newcomer)
    outbox.deliver()
    (message,) = mail.outbox
    path = re.search(r"http://[^/]+(/invitation/\S+)", message.body).group(1)
    assert "Choose a password" in client.get(path).content.decode() or "contraseña" in client.get(path).content.decode()

    short = client.post(path, {"new_password1": "short", "new_password2": "short"})
    assert short.context["form"].errors
    done = client.post(path, {"new_password1": "correct horse battery", "new_password2": "correct horse battery"})

    assert done.status_code == 302
    assert sign_in(client, newcomer.email, "correct horse battery").status_code == 302
    assert newcomer.emailaddress_set.get().verified
    assert list(AuditEvent.objects.filter(verb__contains="invit").order_by("id").values_list("verb", flat=True)) == [
        "core.invite",
        "core.accept_invitation",
    ]


def test_an_invitation_works_once_and_not_for_ever(client, newcomer, monkeypatch):
    path = invite_by_desk(newcomer)
    token = path.split("/")[2]
    assert invited(token) == newcomer
    assert invited(token + "x") is None
    with monkeypatch.context() as later:
        import time

        now = time.time() + timedelta(days=8).total_seconds()
        later.setattr("time.time", lambda: now)
        assert invited(token) is None
    client.post(path, {"new_password1": "correct horse battery", "new_password2": "correct horse battery"})

    again = client.get(path)
    assert again.status_code == 404
    assert "This link has run out" in again.content.decode()


def test_who_has_a_password_is_not_invited(maria):
    with pytest.raises(ValueError, match="password already"):
        invite_by_desk(maria)


# --- password, second proof, sessions -------------------------------------------------------------------


def test_a_forgotten_password_is_replaced_by_mail(client, maria, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("account_reset_password"), {"email": maria.email})
    (message,) = mail.outbox
    path = re.search(r"http://[^/]+(/\S+)", message.body).group(1)

    form = client.get(path, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "correct horse battery", "password2": "correct horse battery"})

    maria.refresh_from_db()
    assert maria.check_password("correct horse battery")


def code_for(secret: str) -> str:
    _before, now, _after = yield_hotp_counters_from_time()
    return format_hotp_value(hotp_value(secret, now))


@zeal_ignore()
def test_an_authenticator_app_is_asked_for_and_recovery_codes_replace_it(client, maria):
    secret = generate_totp_secret()
    TOTP.activate(maria, secret)
    code = RecoveryCodes.activate(maria).get_unused_codes()[0]

    assert sign_in(client, maria.email).url == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    assert client.get(reverse("mfa_authenticate")).status_code == 200
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert not is_signed_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    assert is_signed_in(client)

    other = Client()
    sign_in(other, maria.email)
    other.post(reverse("mfa_authenticate"), {"code": code})
    assert is_signed_in(other)


def test_setting_up_an_authenticator_app_from_the_page(client, maria):
    client.force_login(maria, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("mfa_activate_totp"))
    assert page.url.startswith(reverse("account_reauthenticate"))
    assert client.post(page.url, {"password": "wrong-password-here"}).status_code == 200
    assert client.get(reverse("mfa_activate_totp")).status_code == 302

    confirm(client)
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    secret = client.session["mfa.totp.secret"]
    client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)})
    assert maria.authenticator_set.filter(type="totp").exists()


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "account_email",
        "account_change_password",
        "usersessions_list",
        "account_logout",
    ],
)
def test_every_page_of_ones_account_opens(client, maria, name):
    sign_in(client, maria.email)
    confirm(client)
    page = client.get(reverse(name))
    assert page.status_code == 200
    assert b"<h1" in page.content


@zeal_ignore()
def test_sessions_are_listed_and_ended_from_elsewhere(client, maria):
    elsewhere = Client()
    sign_in(elsewhere, maria.email)
    sign_in(client, maria.email)
    page = client.get(reverse("usersessions_list")).content.decode()
    assert "Sign out everywhere else" in page

    client.post(reverse("usersessions_list"))

    assert client.get(reverse("usersessions_list")).status_code == 200
    assert elsewhere.get(reverse("usersessions_list")).status_code == 302


# --- staff ----------------------------------------------------------------------------------------------


def test_staff_without_a_second_proof_are_sent_to_set_one_up(client, settings, maria):
    settings.STAFF_MFA_REQUIRED = True
    nurse = make_staff("nurse", make_system())
    client.force_login(nurse, backend="django.contrib.auth.backends.ModelBackend")

    sent = client.get("/staff/gallery/")
    assert (sent.status_code, sent.url) == (302, reverse("mfa_index"))
    assert client.get(reverse("mfa_index")).status_code == 200

    TOTP.activate(nurse, generate_totp_secret())
    assert client.get("/staff/gallery/").status_code == 200

    client.force_login(maria, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/staff/gallery/").status_code == 200


def test_the_admin_has_no_door_of_its_own(client):
    answer = client.get("/admin/login/?next=/admin/")
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
