"""Windows: how long after their last word people may be answered freely, where a channel has such a limit.

Who wrote last when stands in a row for each address and inbox; what no person wrote opens nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import Capabilities
from omnidesk.errors import Invalid
from omnidesk.store import dialect
from omnidesk.store.db import Transaction, table_of
from omnidesk.store.models import LastWord

OVER = "this person wrote too long ago to be answered freely: only a template may be sent"
_KEY = ("contact_point_id", "inbox_id")


@dataclass(frozen=True, slots=True)
class Window:
    """Until when a person may be answered freely; None = they have not written here yet."""

    ends_at: datetime | None

    def is_open(self, at: datetime) -> bool:
        """Whether a free message may go at this time."""
        return self.ends_at is not None and at < self.ends_at

    def must_be_open(self, at: datetime) -> None:
        """Raise Invalid (`window_over`) when only a template may go."""
        if not self.is_open(at):
            raise Invalid(
                "This person wrote here too long ago to be answered freely; send a template, use another address of "
                "theirs, or wait until they write.",
                code="window_over", fields={"text": "only a template may be sent"},
            )  # fmt: skip

    def must_be_open_later(self, at: datetime) -> None:
        """The same for a message that is put off."""
        if not self.is_open(at):
            raise Invalid(
                "By then this person can't be answered freely any more; choose an earlier time, or send a template.",
                code="window_over_then", fields={"later": "too late"},
            )  # fmt: skip


async def heard(tx: Transaction, words: Mapping[tuple[int, int], datetime]) -> None:
    """Keep when people wrote, by address and inbox: the latest counts, in whatever order messages come."""
    if not words:
        return
    latest = dialect.keep_latest(await tx.session.connection(), table_of(LastWord), key=_KEY, column="said_at")
    for (point_id, inbox_id), said_at in words.items():
        row = {"contact_point_id": point_id, "inbox_id": inbox_id, "said_at": min(said_at, tx.now)}
        tx.later(latest, row)


async def of(session: AsyncSession, can: Capabilities | None, point_id: int, inbox_id: int) -> Window | None:
    """The window of an address at an inbox with these capabilities; None = there is no such limit."""
    if can is None or can.window is None:
        return None
    word = await session.get(LastWord, (point_id, inbox_id))
    return Window(word.said_at + can.window if word else None)


async def among(
    session: AsyncSession, places: Iterable[tuple[int, int, Capabilities | None]]
) -> dict[int, Window]:  # fmt: skip
    """The windows of several addresses, each at one inbox, by the ids of those addresses that have one."""
    limits = {(point_id, inbox_id): can.window for point_id, inbox_id, can in places if can and can.window}
    if not limits:
        return {}
    these = col(LastWord.contact_point_id).in_({point_id for point_id, _ in limits})
    words = {
        (one.contact_point_id, one.inbox_id): one.said_at for one in await session.exec(select(LastWord).where(these))
    }
    return {
        key[0]: Window(words[key] + lasts if key in words else None) for key, lasts in limits.items()
    }  # fmt: skip
