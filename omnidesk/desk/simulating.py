"""Simulating: inboxes without a provider. What they send is kept to be shown; what comes in is made up.

All else is real: a made-up message takes the way that the provider's would take, and an answer is degraded and sent as
any other, up to the last step.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import Attachment, Channel, ChannelError, Desk, Inbound, Outbound, Play
from omnidesk.desk import files
from omnidesk.desk.files import Upload
from omnidesk.desk.inboxes import LiveInbox
from omnidesk.errors import Invalid
from omnidesk.store import dialect
from omnidesk.store.blobs import Blobs
from omnidesk.store.db import Database, table_of
from omnidesk.store.keys import Keys
from omnidesk.store.models import Inbox, SimulatedMessage

_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Stage:
    """Where simulated inboxes play: what they send is kept here, and here are the files of made-up people."""

    db: Database
    blobs: Blobs
    keys: Keys
    public_url: str


class Person(NamedTuple):
    """Somebody made up."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a made-up person says: words, a pressed button (its id, with its words as the text), files."""

    text: str
    button: str | None = None
    files: Sequence[Upload] = ()


class _Simulated(Channel):
    """What takes the provider's place in every simulated inbox."""

    stage: ClassVar[Stage]
    row: ClassVar[Inbox]

    @asynccontextmanager
    async def listen(self, desk: Desk) -> AsyncIterator[None]:
        """Nobody calls."""
        yield

    async def check(self) -> None:
        """There is nothing to try."""

    async def close(self) -> None:
        """There is nothing open."""

    async def fetch(self, reference: str) -> bytes:
        """A file of a made-up person. Raises ChannelError for one that nobody has."""
        try:
            return await self.stage.blobs.get(files.from_handle(self.stage.keys, reference).blob)
        except Invalid as error:
            raise ChannelError(error.message, permanent=True) from error

    async def send(self, outbound: Outbound) -> str:
        """Keep it to be shown; the same once, however often it is tried."""
        await _keep(self.stage.db, self.row.id, outbound.to, outbound.key, outbound.text, _more(outbound))
        return outbound.key


async def _deep_link(channel: _Simulated, token: str) -> str:
    """A link that opens the phone with what the provider's own link would say."""
    return f"{channel.stage.public_url}/simulator?on={channel.row.slug}&start={token}#phone"


def simulated(stage: Stage, kind: type[Channel], row: Inbox) -> type[Channel]:
    """The same kind of channel, without its provider."""
    members: dict[str, Any] = {"stage": stage, "row": row}
    if kind.deep_link is not Channel.deep_link:
        members["deep_link"] = _deep_link
    return type(f"Simulated{kind.__name__}", (_Simulated, kind), members)


def _more(outbound: Outbound) -> dict[str, Any]:
    return {
        "name": outbound.from_name,
        "subject": outbound.subject,
        "buttons": [asdict(button) for button in outbound.buttons],
        "links": [asdict(link) for link in outbound.links],
        "files": [{"name": file.filename, "url": file.url, "type": file.content_type} for file in outbound.files],
        "template": outbound.template.name if outbound.template else "",
        "entry": outbound.logged.id if outbound.logged else "",
    }


async def _keep(
    db: Database, inbox_id: int, address: str, key: str, text: str, more: dict[str, Any], *, outgoing: bool = True
) -> None:  # fmt: skip
    async with db.transaction() as tx:
        row = {
            "id": tx.new_id(), "inbox_id": inbox_id, "address": address, "outgoing": outgoing, "key": key,
            "text": text, "more": more, "created_at": tx.now,
        }  # fmt: skip
        connection = await tx.session.connection()
        await dialect.insert_missing(connection, table_of(SimulatedMessage), [row], key=["inbox_id", "key"])


def address_of(inbox: LiveInbox, person: Person, now: datetime) -> str:
    """Under which address an inbox knows a made-up person: what its channel reads from a message of theirs."""
    play = Play(key="0", address=person.address, name=person.name, text=person.name, at=now)
    (said,) = inbox.channel.parse(inbox.channel.imitate(play))
    if not isinstance(said, Inbound):
        raise ChannelError(f"{inbox.channel.name} reads no message from what it made up", permanent=True)
    return said.sender.address


async def say(db: Database, desk: Desk, inbox: LiveInbox, person: Person, said: Said) -> None:
    """Let a made-up person say something, as it would have come from the provider. Raises ChannelError.

    Several files come one by one, as phones send them.
    """
    now = db.now()
    address = address_of(inbox, person, now)
    for number, some in enumerate([said.files[:1], *([file] for file in said.files[1:])]):
        text, key = "" if number else said.text, f"{db.ids.next(now)}"
        files_ = tuple(Attachment(one.filename, one.content_type, reference=one.handle) for one in some)
        play = Play(key, person.address, person.name, text, now, button=said.button, files=files_)
        await desk.receive(inbox.channel.imitate(play))
        names = [{"name": one.filename, "url": "", "type": one.content_type} for one in some]
        await _keep(db, inbox.row.id, address, key, text, {"files": names}, outgoing=False)


async def messages(session: AsyncSession, inbox_id: int, address: str) -> list[SimulatedMessage]:
    """What was said between a person and an inbox lately, the newest first."""
    theirs = select(SimulatedMessage).where(SimulatedMessage.inbox_id == inbox_id, SimulatedMessage.address == address)
    return list(await session.exec(theirs.order_by(col(SimulatedMessage.id).desc()).limit(_SHOWN)))


async def look(db: Database, desk: Desk, shown: Sequence[SimulatedMessage]) -> None:
    """The person has looked at these messages: the desk is told, as a provider's receipts would tell it."""
    new = [message for message in shown if message.outgoing and message.seen_at is None]
    if not new:
        return
    async with db.transaction() as tx:
        these = col(SimulatedMessage.id).in_([message.id for message in new])
        await tx.session.exec(update(SimulatedMessage).where(these).values(seen_at=tx.now))
    if entry := max((message.more.get("entry", "") for message in new), key=lambda text: int(text or 0)):
        await desk.signal(new[0].address, "seen", entry)
