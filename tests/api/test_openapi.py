"""The description: it is valid, complete, and true of what is answered."""

import json
import re

import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from omnidesk.api.routes import OPERATIONS
from tests.api.program import DOCUMENT, Program

on_one_database = pytest.mark.parametrize("desk_url", ["sqlite"], indirect=True)
CONTRACT = {
    "Case": "number id version subject status category holder priority team assignee contact inbox channel labels "
    "fields snoozed_until created_at updated_at resolved_at closed_at merged_into",
    "Interaction": "id position case contact inbox channel direction kind author text html attachments deliveries "
    "created_at",
    "Delivery": "to channel state error",
    "Speaker": "kind id name",
    "Contact": "id version name language time_zone organization points fields created_at updated_at",
    "Point": "channel address proven working consent",
    "Problem": "title detail code errors",
    "Wrong": "field message",
}
"""What scripts rely on; more may be added."""


def test_the_description_is_a_valid_one_of_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    OPENAPI_31_VALIDATOR.validate(DOCUMENT)
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)


@on_one_database
async def test_anyone_may_read_it(shop: Program) -> None:
    async with shop.session.get("/api/v1/openapi.json") as answer:
        assert (answer.status, answer.content_type) == (200, "application/json")
        assert json.loads(await answer.text()) == DOCUMENT


def test_every_operation_says_how_it_may_end() -> None:
    for operation in OPERATIONS:
        described = DOCUMENT["paths"][f"/api/v1{operation.path}"][operation.method.lower()]
        statuses = set(described["responses"])
        assert {str(operation.status), "400", "401", "403", "422", "429"} <= statuses
        assert ({"413", "415"} <= statuses) == (operation.method != "GET") == ("requestBody" in described)
        assert ("404" in statuses) == ("{" in operation.path)
        assert ("409" in statuses) == (operation.method == "PATCH" or described["operationId"] in WITH_CONFLICTS)
        named = {one["name"] for one in described["parameters"] if one["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", operation.path))
        assert described["summary"]
        assert operation.scope in described["description"]


WITH_CONFLICTS = {"interactions_write", "contacts_create", "contacts_merge", "organizations_create"}


@pytest.mark.parametrize("form", CONTRACT)
def test_every_form_has_what_scripts_rely_on(form: str) -> None:
    schema = DOCUMENT["components"]["schemas"][form]
    assert set(CONTRACT[form].split()) <= set(schema["properties"])
    assert set(CONTRACT[form].split()) - {"errors"} <= set(schema["required"])


@on_one_database
async def test_what_is_not_there_or_not_done_so_is_a_problem_too(shop: Program) -> None:
    for path in ("/nothing", "/cases/", "/cases/x", "/cases/-1", "/cases/1234567890", "/contacts/9999999999999999999"):
        answer = await shop.ask("GET", path)
        assert (answer.status, answer.code) == (404, "not_found"), path
    answer = await shop.ask("DELETE", "/cases/1")
    assert (answer.status, answer.code, answer.headers["Allow"]) == (405, "method_not_allowed", "GET,PATCH")
    assert (await shop.ask("GET", "/cases/0")).status == 404
