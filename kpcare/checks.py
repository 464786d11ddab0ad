"""What `check --deploy` asks beyond Django: settings that have a default which no patient's system may run with."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

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
    return found
