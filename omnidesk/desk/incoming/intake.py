"""Intake: raw messages become interactions on cases.

A round claims lanes (all waiting messages of some senders, see `omnidesk.desk.incoming.lanes`), parses their messages
and applies them in one transaction. When the batch fails its messages go one by one, so that one bad message holds up
nobody else. What our own code fails on is quarantined at its third start, and so is what stopped the program twice;
what fails because a store or a provider is away is tried again, less and less often, without an end.
"""

import asyncio
import logging
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import func
from sqlmodel import col, select, update

from omnidesk.contract.channel import Attachment, ChannelError, Inbound, Receipt, Unparsable
from omnidesk.contract.channel import RawMessage as Raw
from omnidesk.desk.files import Stored, from_handle
from omnidesk.desk.inboxes import Inboxes, LiveInbox
from omnidesk.desk.incoming import parsing
from omnidesk.desk.incoming.arrival import Arrival, apply
from omnidesk.desk.incoming.lanes import Lanes, LostClaim
from omnidesk.desk.setbacks import Away, Setbacks, passes
from omnidesk.errors import Invalid
from omnidesk.events import WorkWaiting
from omnidesk.store.blobs import Blobs
from omnidesk.store.db import Database, Transaction, fixed
from omnidesk.store.keys import Keys
from omnidesk.store.models import RawMessage, RawState

log = logging.getLogger(__name__)

_STARTS = 3
_RETRY = (timedelta(seconds=5), timedelta(minutes=1))
_ANSWER_SECONDS = 10.0
"""So long a channel may ask others for what a message names; then it is read without."""
_OUR_ERROR = "an error of ours while processing it; it is in the log of the program"


@dataclass(slots=True)
class Batch:
    """Claimed raw messages in order."""

    rows: list[RawMessage]
    arrivals: list[Arrival] = field(default_factory=list)

    @property
    def lanes(self) -> set[int]:
        """The claimed lanes."""
        return {row.lane for row in self.rows}


class Intake:
    """The worker that processes raw messages: only large ones, only the others, or (`large` is None) all.

    A process may have several side by side, each with a `hand` of its own, since it takes back what its last round
    left; one whose round was full calls the worker `intake_more`.
    """

    def __init__(
        self, db: Database, blobs: Blobs, keys: Keys, inboxes: Inboxes, *,
        holder: str, hand: str = "", batch: int, large: bool | None = None, patience: float = _ANSWER_SECONDS,
    ) -> None:  # fmt: skip
        self._db = db
        self._blobs = blobs
        self._keys = keys
        self._inboxes = inboxes
        self._large = large
        self._patience = patience
        self._lanes = Lanes(db, inboxes, holder=f"{holder}/{hand}", batch=batch, large=large)
        self._setbacks = Setbacks(db.now)

    async def run(self) -> bool:
        """One round; False = nothing waits."""
        rows = await self._lanes.claim()
        try:
            await self._process(rows)
            self._lanes.done()
        except asyncio.CancelledError:
            self._lanes.ended(rows)
            await self._lanes.drop()
            raise
        except Exception as error:
            if passes(error):
                self._lanes.ended(rows)
            raise
        if len(rows) == self._lanes.batch:
            self._db.bus.publish(WorkWaiting("intake_more"))
        if rows and self._large is not None:  # what waited behind these may be of the other size
            self._db.bus.publish(WorkWaiting("intake" if self._large else "intake_large"))
        return bool(rows)

    async def _process(self, rows: Sequence[RawMessage]) -> None:
        batch = Batch([row for row in rows if row.attempts < _STARTS])
        for row in rows:
            if row.attempts >= _STARTS:
                await self._give_up(row, row.reason or "it stopped the program twice")
        batch.arrivals += await asyncio.gather(*map(self._prepared, batch.rows))
        if self._large:
            await asyncio.gather(*map(self._read, batch.arrivals))
        else:
            for arrival in batch.arrivals:
                await self._read(arrival)
                await asyncio.sleep(0)  # reading is plain computing: let others, and renewing our lease, have a turn
        await asyncio.gather(*map(self._keep_files, batch.arrivals))  # the disk takes many at once
        await self._apply_all(batch)

    async def _prepared(self, row: RawMessage) -> Arrival:
        """A message with all that reading it takes; what goes wrong from here on is settled with the lane."""
        arrival = Arrival(row, self._inboxes.by_id(row.inbox_id))
        with _noted(arrival):
            raw = Raw(row.external_id, row.sender, await self._body(row), row.envelope)
            with suppress(TimeoutError):  # what hangs may not hold up the messages of others
                async with asyncio.timeout(self._patience):
                    raw = await arrival.inbox.channel.prepare(raw)
            arrival.raw = raw
        return arrival

    async def _read(self, arrival: Arrival) -> None:
        """Parse a message, if it could be had."""
        if arrival.raw is None:
            return
        with _noted(arrival):
            items = await parsing.parse(arrival.inbox.channel, arrival.raw)
            arrival.items = [(self._marked(arrival.inbox, item), []) for item in items]
            arrival.answering = self._answering(items)
        arrival.raw = None  # its bytes are not needed any more

    async def _keep_files(self, arrival: Arrival) -> None:
        """Store the files that came with a message."""
        with _noted(arrival):
            for item, stored in arrival.items:
                if isinstance(item, Inbound):
                    stored += [await self._file(attachment) for attachment in item.attachments]

    def _marked(self, inbox: LiveInbox, item: Inbound | Receipt) -> Inbound | Receipt:
        """What one of our own inboxes says is automatic, whatever became of its marks: two that talk must stop."""
        if isinstance(item, Inbound) and self._inboxes.owns(inbox.channel.name, item.sender.address):
            return replace(item, automatic=True)
        return item

    def _answering(self, items: Sequence[Inbound | Receipt]) -> dict[str, LiveInbox]:
        """The other inboxes that these are answered by, as far as they are in use."""
        named = {item.answer_by for item in items if isinstance(item, Inbound)}
        return {inbox.row.slug: inbox for inbox in self._inboxes.all() if inbox.row.slug in named}

    async def _body(self, row: RawMessage) -> bytes:
        if row.blob is None:
            return zlib.decompress(row.body)
        with _reaching_the_store():
            return await self._blobs.get(row.blob)

    async def _file(self, attachment: Attachment) -> Stored:
        if attachment.upload is not None:
            try:
                stored = from_handle(self._keys, attachment.upload)
                return replace(stored, filename=attachment.filename, content_type=attachment.content_type)
            except Invalid as error:
                raise Unparsable(error.message) from error
        content = attachment.content
        with _reaching_the_store():
            blob = await self._blobs.put(content) if content is not None else ""
        return Stored(attachment.filename, attachment.content_type, len(content or b""), blob, attachment.content_id,
                      attachment.inline, attachment.reference or "")  # fmt: skip

    async def _apply_all(self, batch: Batch) -> None:
        if not batch.arrivals:
            return
        try:
            await self._apply(batch.arrivals, batch.lanes)
        except LostClaim:
            log.warning("another process took over %s messages", len(batch.rows))
        except Exception:
            lanes: dict[int, list[Arrival]] = defaultdict(list)
            for arrival in batch.arrivals:
                lanes[arrival.row.lane].append(arrival)
            for arrivals in lanes.values():
                await self._one_by_one(arrivals)

    async def _one_by_one(self, arrivals: Sequence[Arrival]) -> None:
        """A lane in order; the first failure puts its message and what follows back."""
        lane = arrivals[0].row.lane
        for index, arrival in enumerate(arrivals, 1):
            try:
                await self._apply([arrival], {lane}, last=index == len(arrivals))
            except LostClaim:
                log.warning("another process took over %s messages", len(arrivals) - index + 1)
                return
            except Exception as error:
                log.exception("raw message %s could not be processed", arrival.row.id)
                await self._put_back(arrival.row, error, untried=[later.row.id for later in arrivals[index:]])
                return

    async def _apply(self, arrivals: Sequence[Arrival], lanes: set[int], *, last: bool = True) -> None:
        """Apply messages in one transaction; the last ones of their lanes release them."""
        async with self._db.transaction(durable=False) as tx:
            await (self._lanes.release(tx, lanes) if last else self._lanes.keep(tx, lanes))
            for arrival in arrivals:
                if arrival.failure is not None:
                    raise arrival.failure
            foreign = await apply(tx, self._keys, arrivals, self._inboxes.channels)
            for arrival in arrivals:
                _finish(tx, arrival)
        for inbox_id in foreign:
            self._inboxes.counts.unknown_receipts[self._inboxes.by_id(inbox_id).row.slug] += 1

    async def _put_back(self, row: RawMessage, error: Exception, untried: Sequence[int]) -> None:
        """Try a message again later, and what follows it in its lane after it; an error that passes is no start."""
        async with self._db.transaction(durable=False) as tx:
            await self._lanes.release(tx, {row.lane})
            later: dict[str, object] = {"not_before": tx.now + _RETRY[row.attempts - 1], "reason": _OUR_ERROR}
            if passes(error):
                later = {"not_before": tx.now + self._setbacks.failed(row.id), "attempts": row.attempts - 1}
            await tx.session.exec(update(RawMessage).where(col(RawMessage.id) == row.id).values(**later))
            untouched = update(RawMessage).where(col(RawMessage.id).in_(untried))
            await tx.session.exec(untouched.values(attempts=col(RawMessage.attempts) - 1))

    async def _give_up(self, row: RawMessage, reason: str) -> None:
        arrival = Arrival(row, self._inboxes.by_id(row.inbox_id), refused=reason)
        async with self._db.transaction(durable=False) as tx:
            await self._lanes.release(tx, {row.lane})
            _finish(tx, arrival)


@contextmanager
def _noted(arrival: Arrival) -> Iterator[None]:
    """What goes wrong with one message, beside the others of its batch."""
    try:
        yield
    except Exception as error:
        if isinstance(error, ChannelError) and error.permanent:
            arrival.refused = str(error)
        else:
            arrival.failure = error


@contextmanager
def _reaching_the_store() -> Iterator[None]:
    """Whatever the store of the blobs says, it is no fault of the message."""
    try:
        yield
    except Exception as error:
        raise Away("the store of the files can't be had") from error


def _finish(tx: Transaction, arrival: Arrival) -> None:
    """Mark a raw message done or quarantined."""
    state = RawState.DONE if arrival.refused is None else RawState.QUARANTINED
    outcome = {"state": state, "reason": arrival.refused or "", "case_id": arrival.case_id, "processed_at": tx.now}
    tx.update_row(RawMessage, arrival.row.id, outcome)


async def waiting(db: Database) -> int:
    """How many raw messages wait."""
    async with db.session() as session:
        count = select(func.count()).where(col(RawMessage.state) == fixed(RawState.WAITING))
        return (await session.exec(count)).one()
