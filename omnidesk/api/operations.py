"""Operations: an endpoint is a function whose annotations say what it takes and gives.

Its parameters are `call` (who asks, of what), those that its path names, `query` and `body` as far as it takes them;
it returns the answer's model. The same annotations validate (here) and describe (`omnidesk.api.openapi`). One that
takes `tx` acts in that transaction, and can be asked again without harm (`omnidesk.api.idempotency`).
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Annotated, Any, Literal, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from omnidesk.api import idempotency
from omnidesk.contract.message import Word
from omnidesk.desk.access import Viewer
from omnidesk.desk.tokens import Bearer
from omnidesk.errors import Invalid
from omnidesk.store.db import Transaction

Scope = Literal[
    "cases:read", "cases:write", "contacts:read", "contacts:write", "messages:write", "webhooks:write"
]  # fmt: skip
Endpoint = Callable[..., Awaitable[BaseModel]]
Model = TypeVar("Model", bound=BaseModel)

LARGEST = 1024 * 1024
"""Bytes of a body, where an operation says nothing else."""
PATTERNS = {"number": r"[0-9]{1,9}", "id": r"[0-9]{1,18}|[1-8][0-9]{18}", "slug": r"[a-z0-9][a-z0-9-]{0,62}"}
"""What stands in a path; an id is at most what a database can hold."""


class Query(BaseModel):
    """What may stand behind the `?`: unknown names are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Page(Query):
    """Which part of a list."""

    limit: int = Field(default=50, ge=1, le=200)
    cursor: Word | None = Field(default=None, description="`next` of the page before.")


@dataclass(slots=True)
class Call:
    """One request of a program. `status`: what it is answered with when all goes well."""

    app: web.Application
    bearer: Bearer
    raw: bytes
    status: int

    @property
    def viewer(self) -> Viewer:
        """Who asks, as far as permissions go."""
        return self.bearer.viewer


@dataclass(frozen=True)
class Operation:
    """A method and a path, what answers it, and what a token needs for it.

    `may`: the answers beside those that every operation may give, by status; `largest`: bytes of the body.
    """

    method: str
    path: str
    endpoint: Endpoint
    scope: Scope
    status: int = 200
    may: tuple[int, ...] = ()
    largest: int = LARGEST

    @cached_property
    def annotations(self) -> dict[str, Any]:
        """What the endpoint takes and gives, by name."""
        return inspect.get_annotations(self.endpoint, eval_str=True)

    @property
    def body(self) -> type[BaseModel] | None:
        """The model of the body."""
        return self.annotations.get("body")

    @property
    def query(self) -> type[BaseModel]:
        """The model of what stands behind the `?`."""
        model: type[BaseModel] = self.annotations.get("query", Query)
        return model

    @property
    def gives(self) -> type[BaseModel]:
        """The model of the answer."""
        model: type[BaseModel] = self.annotations["return"]
        return model

    @property
    def repeatable(self) -> bool:
        """Whether a request may name a key under which it is done once."""
        return "tx" in self.annotations

    @property
    def in_path(self) -> dict[str, str]:
        """The parameters that the path names, each with its pattern."""
        return {name: pattern for name, pattern in PATTERNS.items() if f"{{{name}}}" in self.path}

    @property
    def route(self) -> str:
        """The path as the router takes it."""
        path = f"/api/v1{self.path}"
        for name, pattern in self.in_path.items():
            path = path.replace(f"{{{name}}}", f"{{{name}:{pattern}}}")
        return path

    async def perform(self, request: web.Request, bearer: Bearer) -> web.Response:
        """Read what was sent, do it, and answer. Raises OmnideskError and HTTPException for what can't be done."""
        said: dict[str, Any] = {name: _in_path(name, request.match_info[name]) for name in self.in_path}
        query = _query(request, self.query)
        if "query" in self.annotations:
            said["query"] = query
        raw = b""
        if self.body is not None:
            raw = await _read(request, self.largest)
            said["body"] = _body(raw, self.body)
        call = Call(request.app, bearer, raw, self.status)
        if self.repeatable:
            act = partial(self._act, call, said)
            status, text, more = await idempotency.once(request, bearer.token_id, said["body"], self.status, act)
            return _answer(status, text, more)
        answer = await self.endpoint(call, **said)
        return _answer(call.status, answer.model_dump_json(), {})

    async def _act(self, call: Call, said: dict[str, Any], tx: Transaction) -> BaseModel:
        return await self.endpoint(call, tx=tx, **said)


def _answer(status: int, text: str, more: Mapping[str, str]) -> web.Response:
    headers = {"Cache-Control": "no-store", **more}
    return web.Response(body=text.encode(), status=status, content_type="application/json", headers=headers)


def _in_path(name: str, text: str) -> int | str:
    if name == "slug":
        return text
    return int(text)


def _query(request: web.Request, model: type[Model]) -> Model:
    twice = {name for name in request.query if len(request.query.getall(name)) > 1}
    if twice:
        raise Invalid("A name stands twice behind the ?.", fields=dict.fromkeys(sorted(twice), "say it once"))
    try:
        return model.model_validate(dict(request.query))
    except ValidationError as error:
        raise _refused("What stands behind the ? is not right.", error) from error


async def _read(request: web.Request, largest: int) -> bytes:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Send JSON, with Content-Type: application/json.")
    return await request.clone(client_max_size=largest).read()


def _body(raw: bytes, model: type[Model]) -> Model:
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise _refused("The body is not right.", error) from error


def _refused(message: str, error: ValidationError) -> Invalid:
    """What is wrong, field by field, without what was sent: it may be private."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    fields = {".".join(map(str, part["loc"])) or "body": part["msg"] for part in found}
    return Invalid(f"{message} See errors.", fields=fields)


Slug = Annotated[str, Field(pattern=f"^{PATTERNS['slug']}$")]
"""The short name of an inbox or a team."""
