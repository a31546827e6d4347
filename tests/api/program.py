"""A program that uses the API as a script would; what it is answered must be what the description says."""

import io
import json
from dataclasses import dataclass
from typing import Any, NamedTuple

import jsonschema_rs
from aiohttp import ClientSession
from multidict import CIMultiDictProxy

from omnidesk.api.openapi import document
from omnidesk.api.routes import OPERATIONS

DOCUMENT: dict[str, Any] = json.loads(document(OPERATIONS))


class Answer(NamedTuple):
    """What the API said."""

    status: int
    said: Any
    headers: CIMultiDictProxy[str]

    @property
    def code(self) -> str:
        """The stable code of a refusal."""
        return str(self.said["code"])

    @property
    def fields(self) -> list[str]:
        """What is wrong, by name."""
        return [wrong["field"] for wrong in self.said["errors"]]


@dataclass(frozen=True)
class Program:
    """A session with a token, or without one."""

    session: ClientSession
    token: str | None = None

    async def get(self, path: str, **query: str | int) -> Answer:
        """Ask."""
        return await self.ask("GET", path, params=query)

    async def post(self, path: str, body: object) -> Answer:
        """Make."""
        return await self.send("POST", path, body)

    async def patch(self, path: str, body: object) -> Answer:
        """Change."""
        return await self.send("PATCH", path, body)

    async def send(self, method: str, path: str, body: object, **more: str) -> Answer:
        """A request with a body, and more headers."""
        headers = {"Content-Type": "application/json", **more}
        return await self.ask(method, path, data=io.BytesIO(json.dumps(body).encode()), headers=headers)

    async def ask(self, method: str, path: str, **how: Any) -> Answer:
        """A request; the answer is described, and in the form that is described."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= how.pop("headers", {})
        async with self.session.request(method, f"/api/v1{path}", headers=headers, **how) as answer:
            said = await answer.json(content_type=None)
            _must_be_described(method, path, answer.status, answer.content_type, said)
            return Answer(answer.status, said, answer.headers)

    async def all(self, path: str, **query: str | int) -> list[Any]:
        """A whole list, read in parts."""
        found, cursor = [], None
        while True:
            part = await self.get(path, **query, **({"cursor": cursor} if cursor else {}))
            assert part.status == 200, part.said
            assert len(part.said["items"]) <= int(query.get("limit", 50))
            found += part.said["items"]
            cursor = part.said["next"]
            if cursor is None:
                return found


def _must_be_described(method: str, path: str, status: int, content_type: str, said: object) -> None:
    operation = next((one for one in OPERATIONS if one.method == method and _fits(one.path, path)), None)
    if operation is None:  # there is no such thing, or not by this method
        assert (status in (404, 405), content_type) == (True, "application/problem+json"), said
        return
    described = DOCUMENT["paths"][f"/api/v1{operation.path}"][method.lower()]["responses"]
    assert str(status) in described, said
    assert content_type in described[str(status)]["content"]
    schema = {**described[str(status)]["content"][content_type]["schema"], "components": DOCUMENT["components"]}
    jsonschema_rs.validate(schema, said, validate_formats=True)


def _fits(described: str, path: str) -> bool:
    there, here = described.split("/"), path.split("?")[0].split("/")
    return len(there) == len(here) and all(
        one == other or one.startswith("{") for one, other in zip(there, here, strict=True)
    )


def message(external_id: str, text: str, sender: str = "mia", **more: Any) -> dict[str, Any]:
    """What an app posts for a message of its user."""
    return {"external_id": external_id, "from": {"id": sender, "name": sender.title()}, "text": text, **more}
