"""Messages through Pigeon, a gateway that speaks JSON."""

import hmac
from collections.abc import Sequence
from typing import Literal, cast

from aiohttp import ClientError, web
from pydantic import BaseModel, Field, SecretStr, TypeAdapter, ValidationError

from omnidesk.contract.channel import (
    ApiBase,
    Capabilities,
    Channel,
    ChannelError,
    ChannelSettings,
    Desk,
    Handler,
    Inbound,
    Outbound,
    Play,
    RawMessage,
    Receipt,
    Route,
    Sender,
    Unparsable,
)


class PigeonSettings(ChannelSettings):
    """The settings of one Pigeon inbox."""

    api_base: ApiBase = "https://api.pigeon.example"
    token: SecretStr


class Note(BaseModel):
    """A message that Pigeon posts."""

    id: str = Field(min_length=1)
    sender: str = Field(min_length=1)
    name: str = ""
    text: str


class Report(BaseModel):
    """What became of a message of ours."""

    key: str = Field(min_length=1)
    state: Literal["delivered", "read", "failed"]
    reason: str = ""


_POST: TypeAdapter[Note | Report] = TypeAdapter(Note | Report)


class Pigeon(Channel):
    """A Pigeon account."""

    name = "pigeon"
    Settings = PigeonSettings
    capabilities = Capabilities(join="person", survey="number", max_length=1000, receipts=True)
    settings: PigeonSettings

    @classmethod
    def routes(cls) -> Sequence[Route]:
        """Where Pigeon posts."""
        return (Route("pigeon_messages", "POST", "/pigeon/{slug}", cast(Handler, cls.take)),)

    async def take(self, desk: Desk, request: web.Request) -> web.Response:
        """One message or report; acknowledged once it is stored."""
        if not hmac.compare_digest(request.headers.get("X-Pigeon-Token", "").encode(), self._token.encode()):
            raise web.HTTPUnauthorized
        body = await request.read()
        try:
            post = _POST.validate_json(body)
        except ValidationError as error:
            raise web.HTTPBadRequest from error
        await desk.receive(_raw(post, body))
        return web.Response(status=204)

    def parse(self, raw: RawMessage) -> Sequence[Inbound | Receipt]:
        """One message or report a post. The gateway has checked who sent it, so the number is proven."""
        try:
            post = _POST.validate_json(raw.body)
        except ValidationError as error:
            raise Unparsable(f"not a Pigeon message: {error.error_count()} fields are wrong") from error
        if isinstance(post, Report):
            return (Receipt(post.key, post.state, post.reason, key=post.key),)
        return (Inbound(Sender(post.sender, post.name, proven=True), post.text, message_id=post.id),)

    def imitate(self, play: Play) -> RawMessage:
        """What Pigeon would post, for the simulator."""
        note = Note(id=play.key, sender=play.address, name=play.name, text=play.text)
        return _raw(note, note.model_dump_json().encode())

    async def send(self, outbound: Outbound) -> str:
        """Post it; Pigeon ignores a key that it has seen, and reports with it."""
        if self.http is None:
            raise ChannelError("there is no connection to send with", permanent=True)
        message = {"key": outbound.key, "to": outbound.to, "text": outbound.text}
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            async with self.http.post(f"{self.settings.api_base}/messages", json=message, headers=headers) as response:
                if response.status >= 400:
                    raise ChannelError(f"Pigeon answered {response.status}", permanent=response.status in (400, 404))
        except (ClientError, TimeoutError) as error:
            raise ChannelError(f"Pigeon can't be reached: {error}") from error
        return outbound.key

    @property
    def _token(self) -> str:
        return self.settings.token.get_secret_value()


def _raw(post: Note | Report, body: bytes) -> RawMessage:
    """The same post has the same id, however often it comes."""
    if isinstance(post, Report):
        return RawMessage(f"{post.key} {post.state}", post.key, body)
    return RawMessage(post.id, post.sender, body)
