"""The OpenAPI document: valid, without warnings, whole; its page needs nothing from elsewhere."""

import jsonschema_rs
import pytest
from django.core.management import call_command
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

METHODS = ("get", "post", "patch")


@pytest.fixture(scope="module")
def document() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture(scope="module")
def operations(document) -> list[tuple[str, dict]]:
    return [
        (f"{method} {place}", operation)
        for place, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_it_is_valid_openapi_3_1(document):
    assert document["openapi"] == "3.1.0"
    validate_schema(document)


def test_it_is_made_without_warnings():
    with GENERATOR_STATS.silence():
        GENERATOR_STATS.reset()
        SchemaGenerator().get_schema(request=None, public=True)
        assert not dict(GENERATOR_STATS._warn_cache)
        assert not dict(GENERATOR_STATS._error_cache)


def test_the_command_that_a_person_runs_agrees(tmp_path):
    call_command("spectacular", file=str(tmp_path / "openapi.yml"), validate=True, fail_on_warn=True)


def test_every_operation_has_words_a_tag_a_scope_examples_and_its_faults(operations):
    assert len(operations) > 90
    for name, operation in operations:
        assert operation["summary"], name
        assert operation.get("description"), name
        assert operation["tags"], name
        assert {"400", "401", "403", "429"} <= operation["responses"].keys(), name
        assert any("oauth2" in way for way in operation["security"]), name
        contents = [operation["requestBody"]["content"]] if "requestBody" in operation else []
        contents += [answer["content"] for answer in operation["responses"].values() if "content" in answer]
        assert all(media.get("examples") for content in contents for media in content.values()), name


def test_operations_are_named_once(operations):
    names = [operation["operationId"] for _, operation in operations]
    assert len(names) == len(set(names))


def test_examples_are_what_the_schemas_say(document, operations):
    for name, operation in operations:
        contents = [operation["requestBody"]["content"]] if "requestBody" in operation else []
        contents += [answer["content"] for answer in operation["responses"].values() if "content" in answer]
        for content in contents:
            for media in content.values():
                schema = {**media["schema"], "components": document["components"]}
                for example in media["examples"].values():
                    faults = list(jsonschema_rs.validator_for(schema).iter_errors(example["value"]))
                    assert not faults, f"{name}: {faults[0]}"


def test_bodies_are_closed_and_scopes_are_those_that_exist(document, operations, settings):
    schemas = document["components"]["schemas"]
    for name, operation in operations:
        if "requestBody" in operation:
            reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
            assert schemas[reference.rsplit("/", 1)[1]]["additionalProperties"] is False, name
        for way in operation["security"]:
            assert set(way.get("oauth2", ())) <= settings.OAUTH2_PROVIDER["SCOPES"].keys(), name


@pytest.mark.django_db
def test_the_document_is_served_to_anybody(client):
    assert client.get("/api/v1/schema/").json()["info"]["title"] == "kpcare"


@pytest.mark.django_db
def test_the_pages_show_every_kind_and_each_of_its_operations(client, operations):
    front = client.get("/api/v1/docs/").content.decode()
    for kind in {operation["tags"][0] for _, operation in operations}:
        assert f"/api/v1/docs/{kind}/" in front
        page = client.get(f"/api/v1/docs/{kind}/").content.decode()
        for _, operation in operations:
            assert (operation["tags"][0] == kind) == (f'id="{operation["operationId"]}"' in page)
    assert client.get("/api/v1/docs/nothing/").status_code == 404


def test_the_pages_are_accessible(page, axe):
    for place in ("docs/", "docs/appointments/", "docs/claims/"):
        page.goto(f"/api/v1/{place}")
        axe(page, place.strip("/").replace("/", "-"))
