"""One visitor's socket, from hello to goodbye."""

import asyncio
import json
import math
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web
from pydantic import ValidationError

from channels.webchat import prechat
from channels.webchat.hours import hours_form
from channels.webchat.messages import (
    MAX_FILES,
    SAYING,
    FormAnswers,
    Hello,
    Message,
    Ping,
    Press,
    Seen,
    Submission,
    Typing,
    Wish,
    entry_form,
    external_id,
    fields_form,
)
from channels.webchat.pace import Paces, now
from channels.webchat.settings import MAX_FILE_BYTES, WebChatSettings
from channels.webchat.visitor import REFUSED, Refused, Visitor, meet
from channels.webchat.words import words
from omnidesk.contract import forms
from omnidesk.contract.channel import ChannelError, Desk, Entry, FormField, Nudge, RawMessage, Transcript


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
        self._language: str | None = None
        self._cursor = ""
        self._forms: dict[str, Entry] = {}
        self._hours: dict[str, Any] = {}
        self._turns_at: datetime | None = None
        self._asked: tuple[FormField, ...] = ()

    async def run(self) -> None:
        """Talk until either side leaves."""
        hello = await self._hello()
        if hello is None:
            await self._socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"say hello first")
            return
        try:
            self._visitor = await meet(self._desk, self._settings, hello)
        except Refused:
            await self._socket.close(code=REFUSED, message=b"identity refused")
            return
        if self._visitor.new and self._paces.visitors.wait(self._remote, now()):
            await self._socket.close(code=WSCloseCode.TRY_AGAIN_LATER, message=b"too many new visitors")
            return
        self._language = hello.language
        self._cursor = "" if self._visitor.new else hello.cursor
        try:
            await self._talk()
        except* ConnectionError:
            pass  # the visitor left while we were writing

    @property
    def _address(self) -> str:
        return self._visitor.address

    async def _hello(self) -> Hello | None:
        try:
            async with asyncio.timeout(self._limits.hello_seconds):
                frame = await self._socket.receive()
            return Hello.model_validate_json(frame.data) if frame.type is WSMsgType.TEXT else None
        except (TimeoutError, ValidationError):
            return None

    async def _talk(self) -> None:
        """Follow before the first look at the transcript, so that nothing falls between the two."""
        async with self._desk.follow(self._address) as nudges, asyncio.TaskGroup() as tasks:
            await self._welcome(self._visitor)
            beside = [tasks.create_task(self._push(nudges)), tasks.create_task(self._keep_hours())]
            await self._listen()
            for task in beside:
                task.cancel()

    async def _welcome(self, visitor: Visitor) -> None:
        limits = {
            "max_length": self._settings.max_length,
            "file_bytes": MAX_FILE_BYTES,
            "files": MAX_FILES,
            "messages_per_minute": self._limits.messages_per_minute,
            "frame_bytes": self._limits.frame_bytes,
        }
        known = await self._desk.acquaintance(self._address)
        user = visitor.identity
        who = {
            "name": (known.name if known else "") or (user.name if user else ""),
            "email": (known.email if known else "") or (user.email if user else ""),
        }
        self._hours = await self._opening()
        self._asked = self._asked_of(who) if known is None else ()
        fetched = await self._fetch()
        await self._say(
            "welcome", token=visitor.token, new=visitor.new, title=self._settings.title, limits=limits,
            prechat=self._prechat(), hours=self._hours, visitor=who,
            offers={"email": self._desk.mails, "transcript": self._desk.mails and self._settings.transcripts},
            unread=known.unread if known else 0, **self._form(fetched),
        )  # fmt: skip
        await self._delivered(fetched.entries)

    def _questions(self) -> tuple[FormField, ...]:
        return prechat.questions(self._settings.prechat, words(self._language))

    def _asked_of(self, who: Mapping[str, str]) -> tuple[FormField, ...]:
        """What to ask a stranger, without what the host has told already."""
        return tuple(one for one in self._questions() if not who.get(one.name))

    def _prechat(self) -> dict[str, Any] | None:
        asked = self._asked
        return {"title": words(self._language)["prechat"], "fields": fields_form(asked)} if asked else None

    async def _opening(self) -> dict[str, Any]:
        opening = await self._desk.opening()
        self._turns_at = opening.closes_at if opening.open else opening.opens_at
        return hours_form(opening, datetime.now(UTC), self._language, self._visitor.zone)

    async def _keep_hours(self) -> None:
        """Tell when the hours change, as soon as they are said to."""
        while True:
            await asyncio.sleep(_seconds_until(self._turns_at, self._limits.hours_seconds))
            hours = await self._opening()
            if hours != self._hours:
                self._hours = hours
                await self._say("hours", **hours)

    async def _push(self, nudges: AsyncIterator[Nudge]) -> None:
        async for nudge in nudges:
            if nudge.kind == "changed":
                await self._catch_up()
            else:
                await self._say("typing", name=nudge.name, on=nudge.kind == "typing")
        await self._socket.close(code=WSCloseCode.GOING_AWAY)

    async def _catch_up(self) -> None:
        fetched = await self._fetch()
        if fetched.entries:
            await self._say("entries", **self._form(fetched))
            await self._delivered(fetched.entries)

    async def _fetch(self) -> Transcript:
        fetched = await self._desk.transcript(self._address, self._cursor)
        self._cursor = fetched.cursor
        self._note_forms(fetched)
        return fetched

    def _note_forms(self, fetched: Transcript) -> None:
        self._forms |= {entry.form.id: entry for entry in fetched.entries if entry.form}

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
            case Ping():
                await self._say("pong")
            case Typing():
                await self._desk.signal(self._address, "typing" if said.on else "stopped")
            case Seen():
                await self._desk.signal(self._address, "seen", said.upto)
            case Message() | Press() | FormAnswers():
                await self._submit(said)
            case Wish():
                await self._grant(said)

    async def _submit(self, said: Submission) -> None:
        if not isinstance(said, FormAnswers) and len(said.text) > self._settings.max_length:
            await self._refuse("too_long", said.id)
        elif await self._is_too_fast(said.id):
            return
        elif (checked := await self._checked(said)) is not None:
            await self._desk.receive(self._raw(checked))
            self._asked = ()
            await self._say("stored", id=said.id)

    async def _is_too_fast(self, message_id: str) -> bool:
        paces, at = self._paces, now()
        wait = paces.messages.wait(self._address, at) or paces.address_messages.wait(self._remote, at)
        if wait:
            await self._refuse("too_fast", message_id, retry_after=math.ceil(wait))
        return bool(wait)

    async def _checked(self, said: Submission) -> Submission | None:
        """What was said with its answers in their proper form; None where they can't be taken, and the visitor is told.

        A repeated message is taken again: only then does its client forget it.
        """
        if not isinstance(said, FormAnswers):
            return await self._introduced(said)
        form = await self._asking(said.form)
        if form is None or form.form is None:
            await self._refuse("malformed", said.id)
            return None
        answers, wrong = forms.checked(form.form.fields, said.answers, self._settings.country)
        return said.model_copy(update={"answers": answers}) if await self._fits(said.id, wrong) else None

    async def _introduced(self, said: Message | Press) -> Message | Press | None:
        """A message with the answers to what was asked before the first one; that one needs all that are required."""
        profile = said.profile if isinstance(said, Message) else {}
        if self._asked and await self._desk.acquaintance(self._address) is not None:
            self._asked = ()  # another tab was quicker
        due = {one.name for one in self._asked} | profile.keys()
        questions = [one for one in self._questions() if one.name in due]
        answers, wrong = forms.checked(questions, profile, self._settings.country)
        if not await self._fits(said.id, wrong):
            return None
        return said.model_copy(update={"profile": answers}) if isinstance(said, Message) else said

    async def _asking(self, form: str) -> Entry | None:
        """The entry with a form; one from before this socket's cursor is looked for in all that was said."""
        if form not in self._forms:
            self._note_forms(await self._desk.transcript(self._address, ""))
        return self._forms.get(form)

    async def _fits(self, message_id: str, wrong: Mapping[str, str]) -> bool:
        texts = words(self._language)
        if wrong:
            fields = {name: texts[f"wrong_{why}"] for name, why in wrong.items()}
            await self._refuse("form", message_id, fields=fields)
        return not wrong

    async def _grant(self, wish: Wish) -> None:
        """Answers go there when the visitor is away; or what was said goes there now."""
        email = forms.email(wish.email.strip())
        if await self._is_too_fast(wish.id):
            return
        if email is None:
            await self._refuse("malformed", wish.id, text="wrong_address")
        elif wish.type == "email":
            await self._desk.introduce(self._visitor.sender, {"email": email})
            await self._say("stored", id=wish.id)
        elif not (self._desk.mails and self._settings.transcripts):
            await self._refuse("not_offered", wish.id)
        else:
            await self._mail(wish, email)

    async def _mail(self, wish: Wish, email: str) -> None:
        try:
            await self._desk.mail_transcript(self._address, email)
        except ChannelError as error:
            if error.permanent:
                await self._refuse("not_offered", wish.id)
            else:
                await self._refuse("too_fast", wish.id, text="too_often", retry_after=3600)
        else:
            await self._say("done", id=wish.id)

    def _raw(self, said: Submission) -> RawMessage:
        return RawMessage(
            external_id=external_id(self._address, said.id),
            sender=self._address,
            body=said.model_dump_json().encode(),
            envelope=self._visitor.envelope,
        )

    async def _refuse(self, code: str, message_id: str | None, *, text: str = "", **more: Any) -> None:
        said = words(self._language)[text or code].format(max_length=self._settings.max_length)
        await self._say("error", code=code, message=said, id=message_id, **more)

    async def _say(self, kind: str, **fields: Any) -> None:
        await self._socket.send_json({"type": kind, **fields})


def _seconds_until(at: datetime | None, most: float) -> float:
    if at is None:
        return most
    left = (at - datetime.now(UTC)).total_seconds()
    return min(max(left, 1.0), most)


def _id_in(text: str) -> str | None:
    """The id in a message we refuse, so that its client knows which one it was."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    key = found.get("id") if isinstance(found, dict) else None
    return key if isinstance(key, str) and len(key) <= 64 else None
