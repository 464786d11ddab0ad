"""Two systems with two members and two clinicians, and clients of the REST interface."""

import datetime
import uuid

from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_application_model
from rest_framework.test import APIClient

from clinical.models import CodingRole, Condition, ConditionCoding
from core.models import User
from members.models import Member, Sensitivity
from network.models import RoleAssignment
from tests.clinical import factories as make

Role = RoleAssignment.Role


def token_for(
    user: User, *scopes: str, kind: str = "client-credentials", registered_by: User | None = None
) -> APIClient:
    """A client with an access token: for client credentials the account hangs on the application."""
    Application, AccessToken = get_application_model(), get_access_token_model()
    owner = user if kind == "client-credentials" else registered_by
    application = Application.objects.create(
        name="test",
        user=owner,
        client_type="confidential",
        authorization_grant_type=kind,
        redirect_uris="" if kind == "client-credentials" else "https://app.example/back",
    )
    secret = uuid.uuid4().hex
    AccessToken.objects.create(
        user=None if kind == "client-credentials" else user,
        application=application,
        token=secret,
        scope=" ".join(scopes),
        expires=timezone.now() + datetime.timedelta(hours=1),
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def session_of(user: User) -> APIClient:
    client = APIClient()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


class World:
    """Two systems with two members and a physician each; an integration client of the first."""

    def __init__(self):
        with make.arranging():
            self.here, self.there = make.system("Here"), make.system("There")
            self.office, self.other_office = make.department(self.here), make.department(self.there)
            self.physician, self.stranger = make.clinician(self.office), make.clinician(self.other_office, "Bo Lee")
            self.ana = make.member(self.here, "Ana", "Rivera")
            self.ken = make.member(self.here, "Ken", "Nakamura", birth_date=datetime.date(1951, 11, 30))
            self.far = make.member(self.there, "Omar", "Haddad")
            make.primary_care(self.ana, self.physician, self.office)
            make.primary_care(self.ken, self.physician, self.office)
            self.machine = make.account("Interface engine")
            make.role(self.machine, Role.INTEGRATION, self.here)
            self.problem = self.add_problem(self.ana, "44054006", "Diabetes")
            self.secret = self.add_problem(self.ana, "86406008", "HIV", sensitivity=int(Sensitivity.PSYCHOTHERAPY))

    def add_problem(self, member: Member, code: str, words: str, **more) -> Condition:
        row = Condition.objects.create(member=member, status="active", is_problem=True, **more)
        concept = make.concept(code, words, "http://snomed.info/sct")
        ConditionCoding.objects.create(member=member, fact=row, role=CodingRole.CODE, concept=concept)
        return row
