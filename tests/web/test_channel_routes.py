"""The routes that channels bring."""

from collections.abc import Sequence

import pytest
from aiohttp import ClientSession, web

from omnidesk.app import create_app
from omnidesk.contract.channel import Desk, Route
from omnidesk.settings import Http, Settings
from tests.cast import CHANNELS
from tests.fakes import FakeChannel, FakeResponder


class Asked(FakeChannel):
    """The fake with a route, which says who asks."""

    @classmethod
    def routes(cls) -> Sequence[Route]:
        """One route."""
        return (Route("asked", "POST", "/asked/{slug}", cls.asked),)

    async def asked(self, desk: Desk, request: web.Request) -> web.Response:
        """The body and where it comes from."""
        return web.Response(text=f"{await request.text()} from {request.remote}")


@pytest.mark.parametrize(("trusted", "remote"), [((), "127.0.0.1"), (("127.0.0.0/8",), "192.0.2.7")])
async def test_a_channel_sees_the_browsers_address_behind_a_trusted_proxy(
    settings: Settings, trusted: tuple[str, ...], remote: str
) -> None:
    behind = settings.model_copy(update={"http": Http(trusted_proxies=trusted)})
    app = create_app(behind, {**CHANNELS, "fake": Asked}, FakeResponder(), only="web")
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/asked/desk"
    headers = {"X-Forwarded-For": "192.0.2.7"}
    async with ClientSession() as http, http.post(url, data="Hello", headers=headers) as response:
        assert await response.text() == f"Hello from {remote}"
    await runner.cleanup()
