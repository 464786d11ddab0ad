"""The REST interface keeps to its own OpenAPI document, whatever is sent: generated requests to every operation."""

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from kpcare.wsgi import application
from tests.api.world import World, token_for

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
HOW_MANY = {GenerationMode.POSITIVE: 4, GenerationMode.NEGATIVE: 3}


@pytest.fixture
def kept_connection():
    """Each request through WSGI would close the connection that the test's transaction lives on."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def generated(operation, mode: GenerationMode, headers: dict[str, str]) -> None:
    """A few requests to an operation, the same every time; each answer is checked against the document."""
    checks = [*CHECKS, negative_data_rejection] if mode == GenerationMode.NEGATIVE else CHECKS

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
        case.call_and_validate(headers=headers, checks=checks)

    send()


@pytest.mark.django_db
@pytest.mark.parametrize("mode", list(HOW_MANY), ids=str)
def test_no_request_breaks_the_contract(kept_connection, mode, settings):
    """With a token that has every scope, of a machine that reaches members."""
    settings.ZEAL_RAISE = False
    client = token_for(World().machine, *django_settings.OAUTH2_PROVIDER["SCOPES"])
    headers = {"Authorization": client._credentials["HTTP_AUTHORIZATION"]}
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    operations = [found.ok() for found in schema.get_all_operations()]
    for operation in operations:
        generated(operation, mode, headers)
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
