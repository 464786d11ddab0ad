"""A production system that would mail to a log, or link to localhost, does not pass `check --deploy`."""

import pytest

from kpcare.checks import CONSOLE, check_channels, check_mail_and_address

SOUND = {
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "PUBLIC_URL": "https://care.example.org",
    "DEFAULT_FROM_EMAIL": "kpcare <no-reply@care.example.org>",
    "SECRET_KEY": "changes now and then",
    "IDENTIFIER_KEY": "stays",
}


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        ("EMAIL_BACKEND", CONSOLE, ["kpcare.E001"]),
        ("PUBLIC_URL", "http://localhost:8000", ["kpcare.E002"]),
        ("PUBLIC_URL", "http://care.example.org", ["kpcare.E002"]),
        ("DEFAULT_FROM_EMAIL", "kpcare <no-reply@localhost>", ["kpcare.E003"]),
        ("IDENTIFIER_KEY", "changes now and then", ["kpcare.W001"]),
        ("PUBLIC_URL", "https://care.example.org", []),
    ],
)
def test_each_unsafe_default_is_named(settings, setting, value, expected):
    for name, sound in SOUND.items():
        setattr(settings, name, sound)
    setattr(settings, setting, value)

    assert [message.id for message in check_mail_and_address(None)] == expected


def test_channels_without_a_gateway_are_named_and_an_open_one_refused(settings):
    settings.DEMO = False
    settings.MESSAGE_GATEWAYS = {"sms": {"url": "https://messages.example.org"}}
    assert [message.id for message in check_channels(None)] == ["kpcare.W_letter", "kpcare.W_push"]
    settings.MESSAGE_GATEWAYS = {name: {"url": "http://messages.example.org"} for name in ("sms", "letter", "push")}
    assert [message.id for message in check_channels(None)] == ["kpcare.E004"] * 3
