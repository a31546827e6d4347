"""The form channel: a page that works without scripts, in a frame or alone, and what it sends."""

import asyncio
import secrets
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from aiohttp import ClientSession, web

from channels.form.filled import Filled, read
from channels.form.pages import page
from channels.form.parse import Sent, body_of, parse
from channels.form.receiving import receive
from channels.form.settings import FormSettings
from channels.form.words import WRONG, say
from channels.webchat.pace import Pace, now
from omnidesk.contract.channel import (
    Capabilities,
    Channel,
    ChannelError,
    Desk,
    Inbound,
    Outbound,
    RawMessage,
    Receipt,
    Route,
)
from omnidesk.text.catalogues import LANGUAGES, language_of

TRAP = "website"
"""A field that nobody sees: who fills it in is a robot."""
_QUICK = 3
"""So many seconds a person needs at least."""
_LASTS = 86400
_POSTS = 4
"""So many times more often a form may be sent with something wrong in it."""
_PATIENCE = 3.0
_STYLE = Path(__file__).with_name("form.css")


class FormChannel(Channel):
    """A form on the web; answers go by mail."""

    name = "form"
    Settings = FormSettings
    capabilities = Capabilities(join="new", sends=False)
    settings: FormSettings

    def __init__(self, settings: FormSettings, http: ClientSession | None = None) -> None:
        super().__init__(settings, http)
        self._pace = Pace(settings.per_minute)
        self._posts = Pace(settings.per_minute * _POSTS)

    @classmethod
    def routes(cls) -> Sequence[Route]:
        """The page, what it sends, the page after that, and the style of both."""
        return (
            Route("form_page", "GET", "/form/{slug}", cls.show),
            Route("form_sent", "POST", "/form/{slug}", cls.take),
            Route("form_thanks", "GET", "/form/{slug}/thanks", cls.thank),
            Route("form_style", "GET", "/form/{slug}/form.css", cls.style),
        )

    def parse(self, raw: RawMessage) -> Sequence[Inbound | Receipt]:
        """Understand one form."""
        return (parse(raw, self.settings),)

    async def send(self, outbound: Outbound) -> str:
        """A form is no way back."""
        raise ChannelError("nothing can be written through a form: answer by email", permanent=True)

    async def style(self, desk: Desk, request: web.Request) -> web.Response:
        """How the pages look."""
        headers = {"Cache-Control": "public, max-age=3600"}
        return web.Response(text=_STYLE.read_text("utf-8"), content_type="text/css", headers=headers)

    async def show(self, desk: Desk, request: web.Request) -> web.Response:
        """The empty form."""
        return self._page(desk, request, Filled(), _new_token(desk))

    async def take(self, desk: Desk, request: web.Request) -> web.StreamResponse:
        """What was sent; where something is wrong the form comes again with what was typed."""
        if self._posts.wait(request.remote or "", now()):
            raise web.HTTPTooManyRequests
        posted, language = await receive(desk, request, self.settings), _language(request)
        if posted.texts.get(TRAP):
            return self._thanks(desk, request, "")
        filled = read(self.settings, posted.texts, language)
        token, asked = self._token(desk, posted.texts.get("token", ""))
        if posted.wrong_files:
            most = self.settings.files if posted.wrong_files == "many_files" else self.settings.file_bytes >> 20
            filled.wrong["files"] = say(WRONG[posted.wrong_files], language).format(most=most)
        if asked and not filled.wrong:
            filled.wrong["form"] = say(WRONG[asked], language)
        if filled.wrong:
            return self._page(desk, request, filled, token, status=422)
        if self._pace.wait(request.remote or "", now()):
            filled.wrong["form"] = say(WRONG["often"], language)
            return self._page(desk, request, filled, token, status=429)
        body = body_of(Sent(language=language, values=filled.values, files=posted.files))
        # the token is the same however often the same form is sent
        await desk.receive(RawMessage(token, filled.values.get("email") or f"form {token}", body))
        raise web.HTTPSeeOther(f"/form/{desk.slug}/thanks?language={language}&token={token}")

    def _token(self, desk: Desk, given: str) -> tuple[str, str]:
        """The token to go on with, and why the form has to be sent once more; empty = it has not."""
        made, _, _ = (desk.verify(given) or "").partition("-")
        age = time.time() - int(made, 36) if made else _LASTS + 1
        if age > _LASTS:
            return _new_token(desk), "old"
        return given, "quick" if age < _QUICK else ""

    async def thank(self, desk: Desk, request: web.Request) -> web.Response:
        """The page after sending, with the number of the case."""
        token = request.query.get("token", "")
        if desk.verify(token) is None:
            raise web.HTTPNotFound
        number = await desk.case_of(token)
        until = now() + _PATIENCE
        while number is None and now() < until:  # it is durable, and becomes a case in a moment
            await asyncio.sleep(0.1)
            number = await desk.case_of(token)
        return self._thanks(desk, request, str(number or ""))

    def _thanks(self, desk: Desk, request: web.Request, number: str) -> web.Response:
        values = {"number": number, "slug": desk.slug, "settings": self.settings}
        return self._answer(page("thanks.html", _language(request), values))

    def _page(
        self, desk: Desk, request: web.Request, filled: Filled, token: str, *, status: int = 200
    ) -> web.Response:  # fmt: skip
        values: Mapping[str, object] = {
            "slug": desk.slug, "settings": self.settings, "filled": filled, "token": token, "trap": TRAP
        }  # fmt: skip
        return self._answer(page("form.html", _language(request), values), status)

    def _answer(self, text: str, status: int = 200) -> web.Response:
        frames = " ".join(self.settings.embed_on) or "'none'"
        policy = (
            "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
            f"frame-ancestors {frames}"
        )
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
        return web.Response(text=text, status=status, content_type="text/html", headers=headers)


def _new_token(desk: Desk) -> str:
    """When the form was opened, and something that no other has."""
    return desk.sign(f"{_base36(int(time.time()))}-{secrets.token_hex(8)}")


def _base36(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + text
    return text


def _language(request: web.Request) -> str:
    """The one that the page was asked in, else the reader's."""
    asked = request.query.get("language", "")
    return asked if asked in LANGUAGES else language_of(request.headers.get("Accept-Language", "").split(",")[0])
