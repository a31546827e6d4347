"""The gateway's API, as far as an inbox needs it and its description says."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientError, ClientResponse, ClientSession, encode_basic_auth
from yarl import URL

from channels.sms import numbers, placeholders, refusals
from channels.sms.asking import Place, Send
from channels.sms.reading import at
from channels.sms.settings import SmsSettings
from omnidesk.contract.channel import ChannelError, Failure, Outbound
from omnidesk.text import segments
from omnidesk.text.addresses import normal_phone

_LARGEST_MEDIUM = 16 * 1024 * 1024
_LARGEST_ANSWER = 256 * 1024
_CHUNK = 64 * 1024
TURKISH: Mapping[str, segments.Turkish] = {"none": False, "single": "single", "both": True}


class Api:
    """The account of one inbox. What goes wrong is a `ChannelError` without a word of the message."""

    def __init__(self, settings: SmsSettings, http: ClientSession | None) -> None:
        self._http = http
        self._settings = settings
        self._gateway = settings.description
        self._account = settings.filled()
        self._headers = _login(self._gateway.send, self._account)

    async def send(self, outbound: Outbound) -> str:
        """Hand over a message; gives the gateway's id of it, or nothing where it tells none."""
        how, values = self._gateway.send, {**self._account, **self._said(outbound)}
        body, kind = _body(how, values)
        headers = {name: placeholders.header(text, values) for name, text in how.headers.items()} | kind
        query = urlencode(placeholders.fields(how.query, values), encoding=how.charset, errors="replace")
        async with self._asking(how.method, _url(how.url, values, query), body=body, headers=headers) as answer:
            text = await _text(answer)
            return self._understood(answer, text)

    def _said(self, outbound: Outbound) -> dict[str, str]:
        """What the placeholders of a message say."""
        settings, how = self._settings, self._gateway.send
        to = normal_phone(outbound.to, settings.country)
        if to is None or not numbers.answerable(to):
            raise ChannelError(
                "this sender is a name or a short code, which takes no answers; reach the person another way",
                permanent=True, failure=Failure.HARD,
            )  # fmt: skip
        encoding = segments.count(outbound.text, turkish=TURKISH[self._gateway.turkish_shift]).encoding
        words = {"gsm": how.encodings.gsm, "turkish": how.encodings.turkish, "ucs2": how.encodings.unicode}
        url = outbound.webhooks.get("sms_status")
        sender = self._account.get("from", "")
        return {
            "to": numbers.written(to, how.numbers, settings.country), "text": outbound.text, "key": outbound.key,
            "from": numbers.written(sender, how.numbers, settings.country), "encoding": words[encoding],
            "status_url": str(URL(url).update_query(key=outbound.key)) if url else "",
        }  # fmt: skip

    def _understood(self, answer: ClientResponse, text: str) -> str:
        """The id, if it is a yes. Raises `ChannelError`."""
        how = self._gateway.answer
        code = _picked(how.code, answer, text) if how.code else ""
        if not 200 <= answer.status < 300 or (how.success and code not in how.success):
            raise refusals.refused(self._gateway, answer.status, code)
        return _picked(how.id, answer, text) if how.id else ""

    async def check(self) -> None:
        """See that the gateway knows us, where it can be asked."""
        if self._gateway.check is None:
            return
        url = _url(self._gateway.check.url, self._account, "")
        headers = {name: text for name, text in self._gateway.send.headers.items() if name.lower() == "authorization"}
        filled = {name: placeholders.header(text, self._account) for name, text in headers.items()}
        async with self._asking("GET", url, headers=filled) as answer:
            await self._must_be_a_yes(answer)

    async def _must_be_a_yes(self, answer: ClientResponse) -> None:
        if answer.status >= 300:
            how = self._gateway.answer.code
            code = _picked(how, answer, await _text(answer)) if how else ""
            raise refusals.refused(self._gateway, answer.status, code)

    async def medium(self, url: str) -> bytes:
        """A file of a message, which may lie on another host than the API says (then it redirects).

        Only the API is asked, or a made-up address could lead us into our own network.
        """
        name = self._gateway.name
        if not url.startswith(f"{self._account['api_base']}/"):
            raise ChannelError(f"this file is not at {name}", permanent=True)
        content = bytearray()
        async with self._asking("GET", URL(url), headers={}, follow=True) as answer:
            await self._must_be_a_yes(answer)
            async for chunk in answer.content.iter_chunked(_CHUNK):
                content += chunk
                if len(content) > _LARGEST_MEDIUM:
                    raise ChannelError(f"this file is larger than {_LARGEST_MEDIUM} bytes", permanent=True)
        return bytes(content)

    @asynccontextmanager
    async def _asking(
        self, method: str, url: URL, *, body: bytes | None = None, headers: Mapping[str, str], follow: bool = False
    ) -> AsyncIterator[ClientResponse]:
        """Ask, and give the answer. Where redirects lead to another host aiohttp doesn't give it our login."""
        name = self._gateway.name
        if self._http is None:
            raise ChannelError(f"there is no connection to {name}", permanent=True)
        try:
            async with self._http.request(
                method, url, data=body, headers={**self._headers, **headers}, allow_redirects=follow
            ) as answer:
                yield answer
        except (ClientError, TimeoutError, ValueError) as error:
            raise ChannelError(f"{name} can't be reached: {type(error).__name__}") from error


def _login(how: Send, account: Mapping[str, str]) -> dict[str, str]:
    if how.basic is not None:
        user, password = (placeholders.plain(text, account) for text in (how.basic.user, how.basic.password))
        return {"Authorization": encode_basic_auth(user, password)}
    if how.bearer is not None:
        return {"Authorization": f"Bearer {placeholders.header(how.bearer, account)}"}
    return {}


def _url(template: str, values: Mapping[str, str], query: str) -> URL:
    text = placeholders.url(template, values)
    return URL(text + ("&" if "?" in text else "?") * bool(query) + query, encoded=True)


def _body(how: Send, values: Mapping[str, str]) -> tuple[bytes | None, dict[str, str]]:
    """The body, and the header that names its form."""
    if how.form is not None:
        text = urlencode(placeholders.fields(how.form, values), encoding=how.charset, errors="replace")
        return text.encode(), {"Content-Type": f"application/x-www-form-urlencoded; charset={how.charset}"}
    if how.xml is not None:
        written = placeholders.xml(how.xml, values).encode(how.charset, errors="xmlcharrefreplace")
        return written, {"Content-Type": f"text/xml; charset={how.charset}"}
    if how.tree is not None:
        written = json.dumps(placeholders.tree(how.tree, values), ensure_ascii=False).encode(errors="replace")
        return written, {"Content-Type": "application/json"}
    return None, {}


async def _text(answer: ClientResponse) -> str:
    """What it says; of an endless one the beginning."""
    said = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        said += chunk
        if len(said) > _LARGEST_ANSWER:
            break
    return said.decode(errors="replace")


def _picked(place: Place, answer: ClientResponse, text: str) -> str:
    """What stands at a place of an answer; nothing where it isn't there."""
    found: Any = None
    if place.header is not None:
        found = answer.headers.get(place.header)
    elif place.regex is not None:
        match = re.search(place.regex, text[:4000])
        found = match[1] if match else None
    elif place.path is not None:
        try:
            found = at(json.loads(text), place.path)
        except (ValueError, RecursionError):
            found = None
    return "" if found is None or isinstance(found, dict | list) else str(found)[:200]
