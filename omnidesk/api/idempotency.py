"""What a program may send again after an answer that was lost: `Idempotency-Key` names the request."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from omnidesk.desk import idempotency
from omnidesk.errors import Invalid
from omnidesk.keys import DATABASE
from omnidesk.store.db import Transaction

HEADER = "Idempotency-Key"
PATTERN = "[!-~]{1,255}"
_REPLAYED = {"Idempotent-Replayed": "true"}

Act = Callable[[Transaction], Awaitable[BaseModel]]


async def once(request: web.Request, token_id: int, body: BaseModel, status: int, act: Act) -> tuple[int, str, Any]:
    """Act in a transaction, unless it was done under this key; gives status, answer and further headers."""
    name = _key(request)
    async with request.app[DATABASE].transaction() as tx:
        if name is not None:
            asked = f"{request.method} {request.path}\n{body.model_dump_json()}"
            known = await idempotency.begin(tx, token_id, name, asked.encode())
            if known is not None:
                return known.status, known.answer, _REPLAYED
        answer = (await act(tx)).model_dump_json()
        if name is not None:
            await idempotency.keep(tx, token_id, name, status, answer)
    return status, answer, {}


def _key(request: web.Request) -> str | None:
    name = request.headers.get(HEADER)
    if name is not None and not re.fullmatch(PATTERN, name):
        raise Invalid(
            f"{HEADER} is 1 to 255 visible ASCII characters, such as a UUID; send another one.",
            fields={HEADER: "not a key"},
        )
    return name
