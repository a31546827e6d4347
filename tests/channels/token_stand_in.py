"""A token server (RFC 6749), and what an IMAP server asks about a token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

REFRESH = "refresh-0"


@dataclass
class TokenServer:
    """Gives out `access-1`, `access-2` … for the newest refresh token, and a new one of these each time."""

    user: str = "mia"
    url: str = ""
    lasts: float = 3600
    refresh: str = REFRESH
    valid: set[str] = field(default_factory=set)
    """The access tokens that a mailbox takes."""
    forms: list[dict[str, str]] = field(default_factory=list)
    """What was posted."""
    broken: bool = False

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.forms.append(form)
        if self.broken:
            return web.Response(status=503, text="try later")
        if form.get("refresh_token") != self.refresh:
            return web.json_response({"error": "invalid_grant"}, status=400)
        number = len(self.forms)
        self.valid = {f"access-{number}"}
        self.refresh = f"refresh-{number}"
        granted = {"access_token": f"access-{number}", "expires_in": self.lasts, "refresh_token": self.refresh}
        return web.json_response(granted)

    async def _tokeninfo(self, request: web.Request) -> web.Response:
        if request.query.get("access_token") in self.valid:
            return web.json_response({"email": self.user, "active": True})
        return web.json_response({"error": "invalid_token"}, status=401)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["TokenServer"]:
        """Answer on a loopback port."""
        app = web.Application()
        app.router.add_post("/token", self._token)
        app.router.add_get("/tokeninfo", self._tokeninfo)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()
