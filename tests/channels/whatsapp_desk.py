"""A desk with a number at the Cloud API: the real application, served on loopback, and the stand-in."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omnidesk.desk.configuration import InboxEntry
from tests.channels.hosted import hosted_desk
from tests.channels.whatsapp_stand_in import ACCOUNT, NUMBER_ID, SECRET, TOKEN, WORD, Graph
from tests.office import Office

ORDER = {
    "name": "order_update", "language": "tr", "text": "Merhaba {{1}}, {{2}} numaralı siparişiniz yola çıktı.",
    "variables": ["Ad", "Sipariş"],
}  # fmt: skip


@dataclass(frozen=True)
class WhatsAppDesk:
    """The office, where it serves, and Meta on the other side."""

    office: Office
    graph: Graph
    url: str

    async def hear(self, text: str, **said: Any) -> None:
        """Mia writes, and all that follows is done."""
        await self.graph.say(text, **said)
        await self.office.work()

    async def press(self, label: str) -> None:
        """Mia presses a button of the last message, and all that follows is done."""
        await self.graph.press(self.graph.taken[-1], label)
        await self.office.work()

    @property
    def phone(self) -> list[str]:
        """What Mia's phone shows."""
        return [shown(taken) for taken in self.graph.taken]


def shown(taken: Mapping[str, Any]) -> str:
    """The words of a message."""
    kind = taken["type"]
    if kind == "text":
        return str(taken["text"]["body"])
    if kind == "interactive":
        return str(taken["interactive"]["body"]["text"])
    return str(taken[kind].get("caption", "")) if kind != "template" else str(taken["template"]["name"])


def number(graph: Graph, settings: Mapping[str, Any] | None = None, **changed: Any) -> InboxEntry:
    """The inbox of the number."""
    usual = {
        "phone_number_id": NUMBER_ID, "access_token": TOKEN, "app_secret": SECRET, "verify_token": WORD,
        "business_account_id": ACCOUNT, "number": "+908501234567", "api_base": graph.url, "templates": [ORDER],
    }  # fmt: skip
    entry = {"slug": "wa", "channel": "whatsapp", "name": "WhatsApp", "team": "support"}
    return InboxEntry.model_validate({**entry, "settings": {**usual, **(settings or {})}, **changed})


@asynccontextmanager
async def whatsapp_desk(
    url: str, folder: Path, *, desk: Mapping[str, Any] | None = None, **inbox: Any
) -> AsyncIterator[WhatsAppDesk]:
    """A desk (see `hosted_desk`) with the number."""
    async with Graph().serving() as graph:
        how = {"public_url": "https://desk.example", **(desk or {})}
        async with hosted_desk(url, folder, number(graph, **inbox), **how) as (office, served):
            graph.desk_url, graph.clock = served, office.clock
            yield WhatsAppDesk(office, graph, served)
