"""What `check --deploy` asks beyond Django: settings that have a default which no patient's system may run with."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from core import outbox

CONSOLE = "django.core.mail.backends.console.EmailBackend"


@register(Tags.security, deploy=True)
def check_mail_and_address(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Mail leaves by a server, under a name of one's own, with links that lead here."""
    found: list[CheckMessage] = []
    if settings.EMAIL_BACKEND == CONSOLE:
        found.append(
            Error(
                "Mail goes to the console, so invitations and password links end in a log.",
                hint="Set EMAIL_URL, like smtp+tls://user:password@host:587.",
                id="kpcare.E001",
            )
        )
    public = urlsplit(settings.PUBLIC_URL)
    if public.scheme != "https" or public.hostname in (None, "localhost", "127.0.0.1"):
        found.append(
            Error(
                f"Links in messages would begin with {settings.PUBLIC_URL}.",
                hint="Set PUBLIC_URL to the address that people use, like https://care.example.org.",
                id="kpcare.E002",
            )
        )
    if settings.DEFAULT_FROM_EMAIL.rstrip("> ").endswith("@localhost"):
        found.append(
            Error(
                f"Mail would come from {settings.DEFAULT_FROM_EMAIL}.",
                hint="Set DEFAULT_FROM_EMAIL, like kpcare <no-reply@care.example.org>.",
                id="kpcare.E003",
            )
        )
    if settings.IDENTIFIER_KEY == settings.SECRET_KEY:
        found.append(
            Warning(
                "IDENTIFIER_KEY is SECRET_KEY: whoever changes one must keep the other.",
                hint="Keep IDENTIFIER_KEY as it is and give SECRET_KEY a new value.",
                id="kpcare.W001",
            )
        )
    return found


@register(Tags.security, deploy=True)
def check_channels(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Which ways of writing to people are off: outreach passes them over, and single messages by them fail."""
    found: list[CheckMessage] = [
        Warning(
            f"Nothing can leave by {channel}: outreach passes it over, and other messages by it fail.",
            hint=f"Set {channel.upper()}_GATEWAY_URL (core/gateways.py says what a gateway is asked), or silence this.",
            id=f"kpcare.W_{channel}",
        )
        for channel in outbox.channels_off()
    ]
    for channel, gateway in settings.MESSAGE_GATEWAYS.items():
        if urlsplit(gateway["url"]).scheme != "https":
            found.append(
                Error(
                    f"Messages by {channel} would leave unencrypted, to {gateway['url']}.",
                    hint=f"Set {channel.upper()}_GATEWAY_URL to an https address.",
                    id="kpcare.E004",
                )
            )
    return found
