"""Fetching from addresses that people or strangers name (SSRF guard): only the open internet is reached.

The guard stands where a connection is made, on the very address that is connected to: so a name that resolves to one
address when it is looked at and to another when it is used, a redirect, or an odd way to write an address changes
nothing. What the operator sets (a provider's `api_base`) does not come this way.
"""

import socket
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from yarl import URL

from omnidesk.errors import NotFound

_AT_ONCE = 20
_REDIRECTS = 3
_CHUNK = 64 * 1024
_UNICAST = IPv6Network("2000::/3")
"""All of IPv6 that is in use; what lies outside may be another way to write an address of IPv4 (RFC 6052)."""
_METADATA = frozenset({"168.63.129.16"})
"""Where clouds keep secrets for their machines, as far as these addresses look like others (Azure's does)."""


class NotFetched(NotFound):
    """It can't be had, or must not be."""

    code = "not_fetched"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server gave."""

    content_type: str
    content: bytes


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is not None:
            return is_public(str(inner))
        return ip in _UNICAST and ip.is_global
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or str(ip) in _METADATA)


class Fetcher:
    """Asks servers out there; without cookies, and without saying who asks."""

    def __init__(self, allows: Callable[[str], bool], connector: Callable[..., TCPConnector]) -> None:
        self.allows = allows
        """Whether an IP address may be reached."""
        self.session = ClientSession(
            connector=connector(socket_factory=self._socket, limit=_AT_ONCE, force_close=True),
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,  # a small answer could unpack to a huge one
        )

    def _socket(self, address: tuple[Any, ...]) -> socket.socket:
        """What a connection to this very address is made with."""
        family, kind, protocol, _, place = address
        if not self.allows(place[0]):
            raise OSError(f"{place[0]} is no address of the open internet")
        return socket.socket(family, kind, protocol)

    async def get(self, url: str, *, types: Collection[str], most: int, seconds: float = 10) -> Fetched:
        """What lies at an address: of one of these content types, at most so many bytes. Raises NotFetched."""
        try:
            return await self._get(URL(url), types, most, ClientTimeout(total=seconds))
        except (ClientError, OSError, ValueError) as error:  # a timeout is an OSError
            raise NotFetched("This could not be fetched from its server.") from error

    async def _get(self, url: URL, types: Collection[str], most: int, patience: ClientTimeout) -> Fetched:
        if url.scheme not in ("http", "https") or not url.host:
            raise NotFetched("Only addresses with http or https are fetched.")
        headers = {"Accept": ", ".join(types), "Accept-Encoding": "identity", "User-Agent": "Omnidesk"}
        async with self.session.get(url, headers=headers, timeout=patience, max_redirects=_REDIRECTS) as answer:
            if answer.status != 200:
                raise NotFetched(f"Its server answered {answer.status}.")
            if answer.content_type not in types:
                raise NotFetched(f"It is {answer.content_type}, which is not wanted here.")
            content = bytearray()
            async for chunk in answer.content.iter_chunked(_CHUNK):
                content += chunk
                if len(content) > most:
                    raise NotFetched(f"It is larger than {most} bytes.")
            return Fetched(answer.content_type, bytes(content))

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = 10) -> int:
        """Send this to an address; gives the status of the answer, which is not read. Raises NotFetched."""
        try:
            patience = ClientTimeout(total=seconds)
            sending = self.session.post(url, data=body, headers=headers, timeout=patience, allow_redirects=False)
            async with sending as answer:
                return answer.status
        except (ClientError, OSError, ValueError) as error:
            raise NotFetched("This could not be sent to its server.") from error


@asynccontextmanager
async def opened(
    allows: Callable[[str], bool] = is_public, connector: Callable[..., TCPConnector] = TCPConnector
) -> AsyncIterator[Fetcher]:
    """A fetcher; its connections end with the context."""
    fetcher = Fetcher(allows, connector)
    async with fetcher.session:
        yield fetcher
