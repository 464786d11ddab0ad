"""Second proofs in a real browser: a passkey from a virtual authenticator, an authenticator app, recovery codes."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.urls import reverse
from playwright.sync_api import expect

from core.models import User
from tests.members.factories import make_member
from tests.network.factories import make_staff, make_system

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a long sentence of one's own"


def someone(**fields) -> User:
    user = User.objects.create_user("maria@example.org", PASSWORD, name="Maria Alvarez", **fields)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def sign_in(page, login: str) -> None:
    page.goto(reverse("account_login"))
    page.get_by_label("E-mail or record number").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/login" not in url)


def sign_out(page) -> None:
    page.goto(reverse("account_logout"))
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: "/logout" not in url)


def insert_authenticator(page) -> None:
    """A fingerprint reader that always says yes, as the browser's own tools have one."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_added_and_opens_the_account_without_a_password(page, axe):
    user = someone()
    insert_authenticator(page)
    sign_in(page, user.email)
    page.goto(reverse("mfa_index"))
    axe(page)
    page.get_by_role("link", name="Add a passkey").click()
    axe(page, "add")
    page.get_by_label("What do you call it?").fill("My phone")
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url(lambda url: "/webauthn/add" not in url)
    assert user.authenticator_set.filter(type="webauthn").count() == 1
    axe(page, "added")

    sign_out(page)
    page.goto(reverse("account_login"))
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("heading", name="Nothing is open to you yet").wait_for()
    axe(page, "nowhere")
    page.goto(reverse("usersessions_list"))
    expect(page.get_by_role("heading", name="Where you are signed in")).to_be_visible()


def code_of(secret: str) -> str:
    _before, now, _after = yield_hotp_counters_from_time()
    return format_hotp_value(hotp_value(secret, now))


def test_an_authenticator_app_and_recovery_codes_by_record_number(page, axe):
    member = make_member(make_system(), user=someone())
    sign_in(page, f"{member.mrn[:4]} {member.mrn[4:8]} {member.mrn[8:]}")
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(reverse("mfa_activate_totp"))
    axe(page, "app")
    secret = page.get_by_label("The secret, if you cannot scan").input_value()
    page.locator("#id_code").fill(code_of(secret))
    page.get_by_role("button", name="Turn it on").click()
    page.wait_for_url(lambda url: "/totp/activate" not in url)
    page.goto(reverse("mfa_view_recovery_codes"))
    axe(page, "recovery-codes")
    recovery = page.locator("textarea").input_value().split()[0]

    sign_out(page)
    sign_in(page, member.user.email)
    page.wait_for_url(lambda url: "/2fa/authenticate" in url)
    axe(page, "second-proof")
    page.locator("#id_code").fill(recovery)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)


def test_staff_are_led_to_a_second_proof_before_any_other_page(page, settings, axe):
    settings.STAFF_MFA_REQUIRED = True
    nurse = make_staff("nurse", make_system(), email="nurse@example.org")
    nurse.set_password(PASSWORD)
    nurse.save()
    EmailAddress.objects.create(user=nurse, email=nurse.email, primary=True, verified=True)
    insert_authenticator(page)
    sign_in(page, nurse.email)
    page.goto("/staff/")
    page.wait_for_url(lambda url: url.endswith(reverse("mfa_index")))
    expect(page.get_by_text("Staff accounts need a second proof at sign-in.").first).to_be_visible()
    axe(page, "asked")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("What do you call it?").fill("Desk key")
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url(lambda url: "/webauthn/add" not in url)
    page.goto("/staff/")
    assert "/2fa/" not in page.url
