"""The REST interface keeps to its own OpenAPI document, whatever is sent."""

import pytest
import schemathesis
from django.conf import settings as django_settings
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from core.api import authentication
from kpcare.wsgi import application
from tests.interop.test_rest_api import World, token_for

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance]


@pytest.mark.django_db
def test_no_request_breaks_the_contract():
    """A few generated requests to every operation, with a token that has every scope."""
    authentication._reach.clear()
    client = token_for(World().machine, *django_settings.OAUTH2_PROVIDER["SCOPES"])
    headers = {"Authorization": client._credentials["HTTP_AUTHORIZATION"]}
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
    operations = [found.ok() for found in schema.get_all_operations()]
    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(
            max_examples=4,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def try_it(case):
            case.call_and_validate(headers=headers, checks=CHECKS)

        try_it()
    assert len(operations) > 40
