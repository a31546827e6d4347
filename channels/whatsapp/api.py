"""The Graph API (https://developers.facebook.com/docs/whatsapp/cloud-api), as far as an inbox needs it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from aiohttp import ClientError, ClientResponse, ClientSession, FormData
from pydantic import BaseModel, ValidationError
from yarl import URL

from channels.whatsapp.refusals import refusal
from channels.whatsapp.settings import WhatsAppSettings
from channels.whatsapp.templates import Listed, of_account
from omnidesk.contract.channel import ChannelError, File, Template

_LARGEST_MEDIUM = 100 * 1024 * 1024
_CHUNK = 64 * 1024
_MEDIUM_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_HOSTS = (".fbsbx.com", ".fbcdn.net", ".facebook.com", ".whatsapp.net")
"""Where Meta keeps media: lookaside.fbsbx.com, as a rule."""
_A_PAGE, _MOST_PAGES = 100, 50
_Model = TypeVar("_Model", bound=BaseModel)


class Error(BaseModel):
    """What Meta says when it refuses."""

    code: int = 0


class Refusal(BaseModel):
    """An answer that is a no."""

    error: Error = Error()


class Kept(BaseModel):
    """A file that Meta keeps: where it is fetched."""

    url: str
    file_size: int = 0


class Made(BaseModel):
    """What was made, by its id."""

    id: str


class Cursors(BaseModel):
    """Where a list goes on."""

    after: str = ""


class Paging(BaseModel):
    """How a list goes on."""

    cursors: Cursors = Cursors()
    next: str = ""


class Page(BaseModel):
    """A part of the list of templates."""

    data: list[Listed] = []
    paging: Paging = Paging()


class Api:
    """The number of one inbox. What goes wrong is a `ChannelError` without a word of the message."""

    def __init__(self, settings: WhatsAppSettings, http: ClientSession | None) -> None:
        self._http = http
        self._base = settings.api_base
        self._number = settings.phone_number_id
        self._account = settings.business_account_id
        self._headers = {"Authorization": f"Bearer {settings.access_token.get_secret_value()}"}

    async def send(self, message: dict[str, Any]) -> None:
        """Send a message."""
        body = {"messaging_product": "whatsapp", "recipient_type": "individual", **message}
        async with self._asking("POST", f"{self._base}/{self._number}/messages", json=body) as answer:
            await answer.read()

    async def upload(self, file: File, content_type: str) -> str:
        """Let Meta keep a file; gives its id."""
        form = FormData({"messaging_product": "whatsapp", "type": content_type})
        form.add_field("file", await file.read(), filename=file.filename, content_type=content_type)
        async with self._asking("POST", f"{self._base}/{self._number}/media", data=form) as answer:
            return (await _read(answer, Made)).id

    async def number(self) -> None:
        """See that the number is there for us."""
        fields = {"fields": "verified_name,display_phone_number,quality_rating"}
        async with self._asking("GET", f"{self._base}/{self._number}", params=fields) as answer:
            await _read(answer, Made)

    async def medium(self, id: str) -> bytes:
        """A file that somebody sent. Only Meta's hosts are asked, or our token would go wherever a post says."""
        if not _MEDIUM_ID.fullmatch(id):
            raise ChannelError("this is no file of WhatsApp's", permanent=True)
        about = {"phone_number_id": self._number}
        async with self._asking("GET", f"{self._base}/{id}", params=about) as answer:
            kept = await _read(answer, Kept)
        if not self._is_at_meta(kept.url):
            raise ChannelError("this file is not at Meta", permanent=True)
        if kept.file_size > _LARGEST_MEDIUM:
            raise _too_large()
        async with self._asking("GET", kept.url) as answer:
            return await _all_of(answer)

    def _is_at_meta(self, text: str) -> bool:
        try:
            url = URL(text)
            if url.origin() == URL(self._base).origin():
                return True
        except ValueError:
            return False
        return url.scheme == "https" and f".{url.host or ''}".endswith(_HOSTS)

    async def templates(self) -> list[Template]:
        """The approved templates of the account that need words alone."""
        found: list[Template] = []
        after = ""
        for _ in range(_MOST_PAGES):
            asked = {"status": "APPROVED", "fields": "name,language,status,components", "limit": str(_A_PAGE)}
            asked |= {"after": after} if after else {}
            url = f"{self._base}/{self._account}/message_templates"
            async with self._asking("GET", url, params=asked) as answer:
                page = await _read(answer, Page)
            found += [template for one in page.data if (template := of_account(one))]
            after = page.paging.cursors.after if page.paging.next else ""
            if not after:
                break
        return found

    @asynccontextmanager
    async def _asking(self, method: str, url: str, **what: Any) -> AsyncIterator[ClientResponse]:
        """Ask, and give the answer if it is a yes."""
        if self._http is None:
            raise ChannelError("there is no connection to Meta", permanent=True)
        try:
            async with self._http.request(method, url, headers=self._headers, allow_redirects=False, **what) as answer:
                if answer.status >= 300:
                    raise await _refusal(answer)
                yield answer
        except (ClientError, TimeoutError) as error:
            raise ChannelError(f"Meta can't be reached: {type(error).__name__}") from error


async def _refusal(answer: ClientResponse) -> ChannelError:
    try:
        code = Refusal.model_validate_json(await answer.read()).error.code
    except ValidationError:
        code = 0
    return refusal(code, answer.status)


async def _read(answer: ClientResponse, kind: type[_Model]) -> _Model:
    try:
        return kind.model_validate_json(await answer.read())
    except ValidationError as error:
        raise ChannelError("Meta answered something else than was asked") from error


async def _all_of(answer: ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        content += chunk
        if len(content) > _LARGEST_MEDIUM:
            raise _too_large()
    return bytes(content)


def _too_large() -> ChannelError:
    return ChannelError(f"this file is larger than {_LARGEST_MEDIUM} bytes", permanent=True)
