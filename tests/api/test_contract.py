"""The REST interface keeps to its own OpenAPI document, whatever is sent: generated requests to every operation."""

import datetime

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from clinical.actions import start_thread, start_visit
from core.db import acting_as
from kpcare.wsgi import application
from network.models import RoleAssignment
from prevention.models import CareGap
from scheduling.actions import book, check_in
from tests.api.world import World, token_for
from tests.clinical import factories as make
from tests.pharmacy.factories import drug
from tests.plans.factories import make_group, make_plan, make_product
from tests.scheduling.factories import hours, visit_type

SCOPES = list(django_settings.OAUTH2_PROVIDER["SCOPES"])
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
HOW_MANY = {GenerationMode.POSITIVE: 4, GenerationMode.NEGATIVE: 2}


@pytest.fixture
def kept_connection():
    """Each request through WSGI would close the connection that the test's transaction lives on."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


class Everything(World):
    """Somebody who holds every role, through an app with every scope; and something of many kinds to ask about."""

    def __init__(self) -> None:
        super().__init__()
        with make.arranging():
            self.kind = visit_type(self.office)
            for role in RoleAssignment.Role.values:
                make.role(self.physician.user, role, self.here)
            self.plan = make_plan(self.here)
            self.product, self.group = make_product(self.plan), make_group(self.plan)
            make.concept("I10", "Essential hypertension", "http://hl7.org/fhir/sid/icd-10-cm")
            self.drug = drug()
            self.gap = CareGap.objects.create(
                member=self.ana,
                rule="colorectal_screening",
                status="open",
                due_on="2026-01-01",
                opened_at=timezone.now(),
            )
        self.slots = hours(self.physician, self.office, timezone.now() + datetime.timedelta(minutes=5), count=12)
        with acting_as(self.physician.user, reason="test"):
            user = self.physician.user
            self.visit = book(by=user, member=self.ana, slot=self.slots[0], visit_type=self.kind)
            check_in(self.visit, by=user)
            self.encounter = start_visit(self.visit, by=user)
            self.later = book(by=user, member=self.ana, slot=self.slots[1], visit_type=self.kind)
        with acting_as(self.ana.user, reason="test"):
            self.thread = start_thread(by=self.ana.user, member=self.ana, subject="Refill", body="May I?")
        self.client = token_for(self.physician.user, *SCOPES, kind="authorization-code", registered_by=self.machine)

    def known(self) -> dict[str, str]:
        """Ids that are there, by the name of the field or kind that takes them."""
        rows = {
            "member": self.ana,
            "slot": self.slots[5],
            "visit_type": self.kind,
            "encounter": self.encounter,
            "appointment": self.visit,
            "product": self.product,
            "group": self.group,
            "plan": self.plan,
            "organization": self.plan,
            "drug": self.drug,
            "to_department": self.office,
            "members": self.ana,
            "appointments": self.later,
            "encounters": self.encounter,
            "conditions": self.problem,
            "messages": self.thread,
            "care-gaps": self.gap,
            "slots": self.slots[5],
            "products": self.product,
        }
        return {name: str(row.pk) for name, row in rows.items()}


def generated(operation, mode: GenerationMode, client, known: dict[str, str]) -> None:
    """A few requests to an operation, the same every time; each answer is checked against the document."""
    checks = [*CHECKS, negative_data_rejection] if mode == GenerationMode.NEGATIVE else CHECKS
    kind = operation.path.split("/")[3]
    headers = {"Authorization": client._credentials["HTTP_AUTHORIZATION"]}

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=HOW_MANY[mode],
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def send(case):
        if mode == GenerationMode.POSITIVE:
            lead_to_what_is_there(case, kind, known)
        case.call_and_validate(headers=headers, checks=checks)

    send()


def lead_to_what_is_there(case, kind: str, known: dict[str, str]) -> None:
    """Random ids find nothing: where the world has one, put it in, so that what lies behind is reached."""
    if "id" in (case.path_parameters or {}) and kind in known:
        case.path_parameters["id"] = known[kind]
    for place in (case.query, case.body):
        if isinstance(place, dict):
            place.update({name: known[name] for name in place if name in known})


@pytest.mark.django_db
@pytest.mark.parametrize("mode", list(HOW_MANY), ids=str)
def test_no_request_breaks_the_contract(kept_connection, mode, settings):
    settings.ZEAL_ALLOWLIST = [{"model": "*", "field": "*"}]
    world = Everything()
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    operations = [found.ok() for found in schema.get_all_operations()]
    faults = []
    for operation in operations:
        try:
            generated(operation, mode, world.client, world.known())
        except (AssertionError, BaseExceptionGroup) as fault:
            faults.append(f"{operation.label}: {fault}")
    assert not faults, "\n\n".join(faults)
    assert len(operations) > 90


@pytest.mark.django_db
def test_no_operation_opens_without_a_token(kept_connection):
    World()
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=1, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
        def send(case):
            assert case.call(headers={}).status_code == 401

        send()
