"""A DNS server on loopback (UDP) that knows the TXT records it is given."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


@dataclass
class Zone(asyncio.DatagramProtocol):
    """The records by name, and the names that were asked for. `silent`: questions are not answered."""

    records: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    silent: bool = False
    address: str = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It serves."""
        self.transport = cast(asyncio.DatagramTransport, transport)
        host, port = transport.get_extra_info("sockname")
        self.address = f"{host}:{port}"

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        """Answer a question."""
        question = dns.message.from_wire(data)
        name = question.question[0].name.to_text().rstrip(".").lower()
        self.asked.append(name)
        if self.silent:
            return
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.AA
        if name in self.records:
            text = self.records[name]
            strings = " ".join(f'"{text[start : start + 200]}"' for start in range(0, len(text), 200))
            answer.answer.append(dns.rrset.from_text(f"{name}.", 300, "IN", "TXT", strings))
        else:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(answer.to_wire(), address)


@asynccontextmanager
async def dns_server(records: dict[str, str] | None = None) -> AsyncIterator[Zone]:
    """Serve these records."""
    zone = Zone(dict(records or {}))
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: zone, ("127.0.0.1", 0))
    try:
        yield zone
    finally:
        transport.close()
