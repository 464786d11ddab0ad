"""Apps and machines that a system registers: each hangs on an account with a role there, which bounds its reach."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from oauth2_provider.models import AbstractApplication, get_application_model

from core import audit
from core.models import User
from network.models import Organization, RoleAssignment


@dataclass(frozen=True)
class Registered:
    """`secret` is told once; empty for an app that can keep none (a phone's, a page's)."""

    application: AbstractApplication
    secret: str


@transaction.atomic
def register_app(
    *,
    by: User,
    name: str,
    organization: Organization,
    on: date,
    redirect_uris: Iterable[str] = (),
    public: bool = False,
) -> Registered:
    """Register an app of `organization`: with redirect addresses it acts for people, without them for itself.

    Raises `django.core.exceptions.ValidationError` for an address that a browser must not be sent to.
    """
    account = User.objects.create_user(f"app-{uuid.uuid4()}@client.invalid", name=organization.name, kind="client")
    RoleAssignment.objects.create(
        user=account,
        role=RoleAssignment.Role.INTEGRATION,
        organization=organization,
        period=DateRange(on, None),
    )
    Application = get_application_model()
    addresses = " ".join(redirect_uris)
    application = Application(
        name=name,
        user=account,
        redirect_uris=addresses,
        client_type=Application.CLIENT_PUBLIC if public else Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=(
            Application.GRANT_AUTHORIZATION_CODE if addresses else Application.GRANT_CLIENT_CREDENTIALS
        ),
    )
    secret = "" if public else application.client_secret
    application.full_clean(exclude=["user"])
    application.save()
    audit.record(by=by, action="create", verb="network.register_app", obj=application)
    return Registered(application, secret)
