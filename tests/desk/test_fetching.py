"""What people and strangers name is fetched from the open internet only, whichever way an address is written."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from aiohttp import TCPConnector, web
from aiohttp.abc import AbstractResolver, ResolveResult

from omnidesk.desk import fetching
from omnidesk.desk.fetching import Fetched, NotFetched, is_public

PNG = b"\x89PNG\r\n\x1a\n a picture"


class Server:
    """A server on loopback that notes who asks."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self.port = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """What the path says."""
        self.asked.append(request)
        what = request.match_info["what"]
        if what == "to":
            raise web.HTTPFound(request.query["url"])
        if what == "slow":
            return await self._slow(request)
        if what == "large":
            return web.Response(body=b"x" * 2_000, content_type="image/png")
        if what == "packed":
            headers = {"Content-Encoding": "gzip"}
            return web.Response(body=b"\x1f\x8b not unpacked", content_type="image/png", headers=headers)
        kinds = {"picture": "image/png", "svg": "image/svg+xml", "page": "text/html", "gone": "image/png"}
        status = 404 if what == "gone" else 200
        return web.Response(
            body=PNG, status=status, content_type=kinds[what], headers={"Set-Cookie": "seen=1; Path=/"}
        )  # fmt: skip

    async def _slow(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "image/png"})
        await response.prepare(request)
        for _ in range(100):
            await response.write(b"x")
            await asyncio.sleep(0.05)
        return response

    def url(self, what: str = "picture", host: str = "127.0.0.1") -> str:
        """Where it answers."""
        return f"http://{host}:{self.port}/{what}"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A server on all addresses of loopback."""
    server = Server()
    app = web.Application()
    app.router.add_get("/{what}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", 0).start()
    server.port = runner.addresses[0][1]
    await web.TCPSite(runner, "::", server.port).start()
    yield server
    await runner.cleanup()


@asynccontextmanager
async def fetcher(*allowed: str, **more: Any) -> AsyncIterator[Any]:
    """A fetcher that takes these addresses of loopback for the open internet."""
    async with fetching.opened(lambda address: address in allowed or is_public(address), **more) as made:
        yield partial(made.get, types=("image/png", "image/gif"), most=1_000, seconds=10)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("::ffff:93.184.215.14", True),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("100.100.100.200", False),
        ("127.0.0.1", False),
        ("127.255.1.2", False),
        ("168.63.129.16", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("192.0.2.1", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("::ffff:168.63.129.16", False),
        ("::7f00:1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("2002:7f00:1::", False),
        ("2001:0:7f00:1::", False),
        ("fc00::1", False),
        ("fd00:ec2::254", False),
        ("fe80::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
    ],
)
def test_only_addresses_of_the_open_internet_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


async def test_a_picture_is_fetched_without_telling_who_asks(server: Server) -> None:
    async with fetcher("127.0.0.1") as get:
        assert await get(server.url()) == Fetched("image/png", PNG)
        assert await get(server.url(f"to?url={server.url()}")) == Fetched("image/png", PNG)
    for request in server.asked:
        assert not {"Cookie", "Referer", "Authorization"} & request.headers.keys()
        assert request.headers["User-Agent"] == "Omnidesk"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "[::]",
    ],
)
async def test_nothing_of_ours_is_reached_however_it_is_written(server: Server, host: str) -> None:
    async with fetcher() as get:
        with pytest.raises(NotFetched):
            await get(server.url(host=host))
    assert server.asked == []


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2:{port}/picture",
        "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:127.0.0.2]:{port}/picture",
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
    ],
)
async def test_a_redirect_leads_nowhere_else(server: Server, target: str) -> None:
    async with fetcher("127.0.0.1") as get:
        with pytest.raises(NotFetched):
            await get(server.url(f"to?url={target.format(port=server.port)}"))
    assert len(server.asked) == 1


async def test_a_redirect_to_itself_ends(server: Server) -> None:
    url = server.url("to")
    async with fetcher("127.0.0.1") as get:
        with pytest.raises(NotFetched):
            await get(f"{url}?url={url}%3Furl%3D{url}")
    assert len(server.asked) <= 4


class Rebinding(AbstractResolver):
    """A name that means another address each time it is asked for."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = list(addresses)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:  # fmt: skip
        """The next address."""
        found = ResolveResult(
            hostname=host, host=self._addresses.pop(0), port=port, family=socket.AF_INET, proto=0, flags=0
        )  # fmt: skip
        return [found]

    async def close(self) -> None:
        """Nothing is open."""


async def test_a_name_that_changes_its_address_is_looked_at_each_time(server: Server) -> None:
    resolver = Rebinding("127.0.0.1", "127.0.0.2", "127.0.0.1")
    connector = partial(TCPConnector, resolver=resolver, use_dns_cache=False)
    async with fetcher("127.0.0.1", connector=connector) as get:
        assert (await get(server.url(host="rebinding.example"))).content == PNG
        with pytest.raises(NotFetched):
            await get(server.url(host="rebinding.example"))
        assert (await get(server.url(host="rebinding.example"))).content == PNG
    assert len(server.asked) == 2


@pytest.mark.parametrize("what", ["svg", "page", "gone", "large"])
async def test_what_is_not_wanted_is_not_taken(server: Server, what: str) -> None:
    async with fetcher("127.0.0.1") as get:
        with pytest.raises(NotFetched):
            await get(server.url(what))


async def test_what_is_packed_stays_so(server: Server) -> None:
    async with fetcher("127.0.0.1") as get:
        assert (await get(server.url("packed"))).content == b"\x1f\x8b not unpacked"


async def test_a_slow_server_is_given_up(server: Server) -> None:
    begun = time.monotonic()
    async with fetcher("127.0.0.1") as get:
        with pytest.raises(NotFetched):
            await get(server.url("slow"), seconds=0.3)
    assert time.monotonic() - begun < 5  # which it would take to the end


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "//x/y",
        "javascript:1",
        "file:///etc/passwd",
        "http://",
        "http://[x",
        "http://a:b:c/",
        "http://x:99999/",
        "http://\x00/",
    ],
)
async def test_what_is_no_address_is_not_fetched(url: str) -> None:
    async with fetcher() as get:
        with pytest.raises(NotFetched):
            await get(url)
