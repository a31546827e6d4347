"""The description of the API as OpenAPI 3.1, made from the operations and the models that validate."""

import inspect
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from omnidesk.api import idempotency
from omnidesk.api.answers import Problem
from omnidesk.api.operations import Operation

_SAID = {
    200: "Done; or what was asked for.", 201: "Made.", 202: "Kept; it is processed in a moment.",
    400: "This can't be read.", 401: "No token, or one that is not good (any more).",
    403: "The token lacks the scope, or whom it acts as may not do this.",
    404: "There is no such thing, or not for the one who asks.", 409: "Somebody changed it since it was read.",
    413: "This is too large.", 415: "This is not JSON.", 422: "A value is wrong; `errors` says which and why.",
    429: "Too often; `Retry-After` says how many seconds to wait.",
}  # fmt: skip
_ALWAYS, _WITH_BODY, _WITH_PATH = (400, 401, 403, 422, 429), (413, 415), (404,)
_KEY = (
    "A name that you make up for this request, such as a UUID. The same request under the same key within 24 hours is "
    "answered as the first time, and done once; another one is answered 422 `key_reused`."
)
_REF = "#/components/schemas/{model}"
_Schemas = Mapping[Any, Mapping[str, Any]]
"""By model and by whether it is read or written."""


@cache
def document(operations: tuple[Operation, ...]) -> bytes:
    """The document as JSON."""
    schemas, definitions = models_json_schema(sorted(set(_models(operations)), key=str), ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(f"/api/v1{operation.path}", {})[operation.method.lower()] = _described(operation, schemas)
    return json.dumps({
        "openapi": "3.1.0",
        "info": {"title": "Omnidesk", "version": "1", "description": _ABOUT},
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }).encode()  # fmt: skip


_ABOUT = (
    "Cases, interactions and contacts of a service desk. Ids are strings, times are RFC 3339 in UTC. Lists are read in "
    "parts: `next` of one is the `cursor` of the next. `omnidesk token create` makes a token."
)


def _models(operations: Iterable[Operation]) -> Iterator[tuple[type[BaseModel], JsonSchemaMode]]:
    yield Problem, "serialization"
    for operation in operations:
        yield operation.gives, "serialization"
        yield operation.query, "validation"
        if operation.body is not None:
            yield operation.body, "validation"


def _described(operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    about: dict[str, Any] = {
        "operationId": f"{operation.endpoint.__module__.rpartition('.')[2]}_{operation.endpoint.__name__}",
        "summary": inspect.getdoc(operation.endpoint),
        "description": f"Needs the scope `{operation.scope}`.",
        "parameters": [
            *_path_parameters(operation),
            *_query_parameters(operation.query),
            *_header_parameters(operation),
        ],
        "responses": {str(status): _response(operation, status, schemas) for status in _statuses(operation)},
    }
    if operation.body is not None:
        content = {"application/json": {"schema": schemas[operation.body, "validation"]}}
        about["requestBody"] = {"required": True, "content": content}
    return about


def _statuses(operation: Operation) -> list[int]:
    found = {operation.status, *operation.may, *_ALWAYS}
    if operation.body is not None:
        found |= set(_WITH_BODY)
    if operation.in_path:
        found |= set(_WITH_PATH)
    return sorted(found)


def _response(operation: Operation, status: int, schemas: _Schemas) -> dict[str, Any]:
    if status < 400:
        content: dict[str, Any] = {"application/json": {"schema": schemas[operation.gives, "serialization"]}}
    else:
        content = {"application/problem+json": {"schema": schemas[Problem, "serialization"]}}
    if status == 400:  # what is no HTTP, a path of ten thousand letters say, does not get as far as to us
        content["text/plain"] = {"schema": {"type": "string"}}
    return {"description": _SAID[status], "content": content}


def _path_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    for name, pattern in operation.in_path.items():
        if name == "number":
            schema: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": 999_999_999}
        else:
            schema = {"type": "string", "pattern": f"^(?:{pattern})$"}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _header_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    if operation.repeatable:
        schema = {"type": "string", "pattern": f"^{idempotency.PATTERN}$"}
        yield {
            "name": idempotency.HEADER, "in": "header", "required": False, "schema": schema, "description": _KEY,
        }  # fmt: skip


def _query_parameters(query: type[BaseModel]) -> Iterator[dict[str, Any]]:
    """One parameter a field. A parameter that isn't there can't be null, so what stands beside null is all there is."""
    whole = query.model_json_schema(ref_template=_REF)
    for name, schema in whole.get("properties", {}).items():
        others = [one for one in schema.pop("anyOf", []) if one != {"type": "null"}]
        schema.update(others[0] if others else {})
        if schema.get("default", ...) is None:
            del schema["default"]
        yield {"name": name, "in": "query", "required": False, "schema": schema}
