"""One visitor's socket, from hello to goodbye."""

import asyncio
import json
import math
import secrets
from collections.abc import AsyncIterator, Sequence
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web
from pydantic import ValidationError

from channels.webchat.messages import MAX_FILES, SAYING, Hello, Message, Press, Seen, Signal, entry_form, external_id
from channels.webchat.pace import Paces, now
from channels.webchat.settings import MAX_FILE_BYTES, WebChatSettings
from channels.webchat.words import words
from omnidesk.contract.channel import Desk, Entry, Nudge, RawMessage, Transcript


class Conversation:
    """Takes what a visitor says to the desk, and what the desk says to the visitor."""

    def __init__(
        self, desk: Desk, socket: web.WebSocketResponse, settings: WebChatSettings, paces: Paces, remote: str
    ) -> None:
        self._desk = desk
        self._socket = socket
        self._settings = settings
        self._paces = paces
        self._limits = paces.limits
        self._remote = remote
        self._address = ""
        self._language: str | None = None
        self._cursor = ""

    async def run(self) -> None:
        """Talk until either side leaves."""
        hello = await self._hello()
        if hello is None:
            await self._socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"say hello first")
            return
        known = self._desk.verify(hello.token) if hello.token else None
        if known is None and self._paces.visitors.wait(self._remote, now()):
            await self._socket.close(code=WSCloseCode.TRY_AGAIN_LATER, message=b"too many new visitors")
            return
        self._address = known or secrets.token_hex(16)
        self._language = hello.language
        self._cursor = hello.cursor if known else ""
        token = hello.token if known and hello.token else self._desk.sign(self._address)
        try:
            await self._talk(token, new=known is None)
        except* ConnectionError:
            pass  # the visitor left while we were writing

    async def _hello(self) -> Hello | None:
        try:
            async with asyncio.timeout(self._limits.hello_seconds):
                frame = await self._socket.receive()
            return Hello.model_validate_json(frame.data) if frame.type is WSMsgType.TEXT else None
        except (TimeoutError, ValidationError):
            return None

    async def _talk(self, token: str, *, new: bool) -> None:
        """Follow before the first look at the transcript, so that nothing falls between the two."""
        async with self._desk.follow(self._address) as nudges, asyncio.TaskGroup() as tasks:
            await self._welcome(token, new=new)
            pushing = tasks.create_task(self._push(nudges))
            await self._listen()
            pushing.cancel()

    async def _welcome(self, token: str, *, new: bool) -> None:
        limits = {
            "max_length": self._settings.max_length,
            "file_bytes": MAX_FILE_BYTES,
            "files": MAX_FILES,
            "messages_per_minute": self._limits.messages_per_minute,
        }
        fetched = await self._fetch()
        await self._say(
            "welcome", token=token, new=new, title=self._settings.title, limits=limits, **self._form(fetched)
        )
        await self._delivered(fetched.entries)

    async def _push(self, nudges: AsyncIterator[Nudge]) -> None:
        async for nudge in nudges:
            if nudge.kind == "typing":
                await self._say("typing", name=nudge.name)
            else:
                await self._catch_up()
        await self._socket.close(code=WSCloseCode.GOING_AWAY)

    async def _catch_up(self) -> None:
        fetched = await self._fetch()
        if fetched.entries:
            await self._say("entries", **self._form(fetched))
            await self._delivered(fetched.entries)

    async def _fetch(self) -> Transcript:
        fetched = await self._desk.transcript(self._address, self._cursor)
        self._cursor = fetched.cursor
        return fetched

    def _form(self, fetched: Transcript) -> dict[str, Any]:
        return {"entries": [entry_form(entry, self._address) for entry in fetched.entries], "cursor": fetched.cursor}

    async def _delivered(self, entries: Sequence[Entry]) -> None:
        given = [entry.id for entry in entries if entry.direction == "outbound" and not entry.seen]
        if given:
            await self._desk.signal(self._address, "delivered", given[-1])

    async def _listen(self) -> None:
        async for frame in self._socket:
            if self._paces.frames.wait(self._address, now()):
                await self._socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"too many messages")
            elif frame.type is WSMsgType.TEXT:
                await self._hear(frame.data)
            elif frame.type is WSMsgType.BINARY:
                await self._refuse("malformed", None)

    async def _hear(self, text: str) -> None:
        try:
            said = SAYING.validate_json(text)
        except ValidationError:
            await self._refuse("malformed", _id_in(text))
            return
        match said:
            case Signal(type="ping"):
                await self._say("pong")
            case Signal(type="typing"):
                await self._desk.signal(self._address, "typing")
            case Seen():
                await self._desk.signal(self._address, "seen", said.upto)
            case Message() | Press():
                await self._submit(said)

    async def _submit(self, said: Message | Press) -> None:
        if len(said.text) > self._settings.max_length:
            await self._refuse("too_long", said.id)
        elif wait := self._paces.messages.wait(self._address, now()):
            await self._refuse("too_fast", said.id, retry_after=math.ceil(wait))
        else:
            await self._desk.receive(self._raw(said))
            await self._say("stored", id=said.id)

    def _raw(self, said: Message | Press) -> RawMessage:
        return RawMessage(
            external_id=external_id(self._address, said.id),
            sender=self._address,
            body=said.model_dump_json().encode(),
            envelope={"language": self._language},
        )

    async def _refuse(self, code: str, message_id: str | None, **more: Any) -> None:
        text = words(self._language)[code].format(max_length=self._settings.max_length)
        await self._say("error", code=code, message=text, id=message_id, **more)

    async def _say(self, kind: str, **fields: Any) -> None:
        await self._socket.send_json({"type": kind, **fields})


def _id_in(text: str) -> str | None:
    """The id in a message we refuse, so that its client knows which one it was."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    key = found.get("id") if isinstance(found, dict) else None
    return key if isinstance(key, str) and len(key) <= 64 else None
