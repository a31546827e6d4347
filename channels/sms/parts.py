"""Long messages that a gateway brings in parts: kept until all are there, or until it is time to show what is.

Each part is a text of the inbox's memory, so a part is durable before it is acknowledged, and it does not matter which
process takes which. Whoever finds the last one, or that the time is over, hands over the message; its id is made of the
parts that it has, so doing that twice stores it once.
"""

import base64
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from channels.sms.parse import join
from omnidesk.contract.channel import Desk, RawMessage

PATIENCE = timedelta(minutes=3)
"""How long parts may be apart."""
_KNOWN_FOR = timedelta(hours=1)
"""How long a part that comes again is known as one that was handed over; later its reference may be another's."""
_PREFIX = "part"

_Kept = Mapping[int, Mapping[str, Any]]
"""What is kept of a long message, by the numbers of its parts."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a long message: of which one, and which of how many."""

    of: str
    number: int
    total: int
    raw: RawMessage


def group(sender: str, to: str, ref: str, total: int) -> str:
    """The name of a long message: a reference is its sender's own, and comes again after 256 of them."""
    return sha256(f"{sender}\n{to}\n{ref}\n{total}".encode(errors="replace")).hexdigest()[:24]


async def take(desk: Desk, part: Part, now: datetime) -> None:
    """Keep a part; hand over the message when it is whole. Durable when it returns."""
    names, mine = await desk.memory.names(_all_of(part.of)), _name(part.of, part.number)
    known = await _known(desk, mine if mine in names else next(iter(names), mine))
    if known is not None and known["done"] and now - _newest({0: known}) > _KNOWN_FOR:
        await desk.memory.drop(names)
        known = None
    if known is not None and known["id"] == part.raw.external_id:
        return
    if known is not None and known["done"]:  # it was handed over without this part
        await desk.receive(join({part.number: part.raw}, part.total, part.raw.external_id))
        return
    await desk.memory.put(mine, _written(part, now))
    if len(await desk.memory.names(_all_of(part.of))) == part.total:
        await _hand_over(desk, part.of, _groups(await desk.memory.all(_all_of(part.of))).get(part.of, {}))


async def _known(desk: Desk, name: str) -> dict[str, Any] | None:
    """A part that was kept: this one if it came before, else any, since all of a message are handed over at once."""
    text = await desk.memory.get(name)
    return json.loads(text) if text is not None else None


async def look_after(desk: Desk, now: datetime) -> None:
    """Hand over what waited too long, as it is, and forget what was handed over long ago."""
    for of, kept in _groups(await desk.memory.all(f"{_PREFIX}/")).items():
        waiting = {number: one for number, one in kept.items() if not one["done"]}
        if waiting and now - _newest(waiting) > PATIENCE:
            await _hand_over(desk, of, waiting)
        elif not waiting and _is_long_ago(kept, now):
            await _forget(desk, of, kept)


def _newest(kept: _Kept) -> datetime:
    return max(datetime.fromisoformat(one["at"]) for one in kept.values())


def _is_long_ago(kept: _Kept, now: datetime) -> bool:
    return bool(kept) and all(one["done"] for one in kept.values()) and now - _newest(kept) > _KNOWN_FOR


async def _forget(desk: Desk, of: str, kept: _Kept) -> None:
    await desk.memory.drop([_name(of, number) for number in kept])


async def _hand_over(desk: Desk, of: str, kept: _Kept) -> None:
    raws = {number: _read(one) for number, one in kept.items()}
    total = max(one["total"] for one in kept.values())
    ids = sha256("\n".join(raws[number].external_id for number in sorted(raws)).encode(errors="replace")).hexdigest()
    await desk.receive(join(raws, total, f"parts {ids[:32]}"))
    for number, one in kept.items():
        await desk.memory.put(_name(of, number), json.dumps({**one, "body": "", "done": True}))


def _groups(kept: Mapping[str, str]) -> dict[str, dict[int, dict[str, Any]]]:
    """What is kept, by the long messages that it is of."""
    found: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
    for name, text in kept.items():
        _, of, number = name.split("/")
        found[of][int(number)] = json.loads(text)
    return found


def _all_of(of: str) -> str:
    return f"{_PREFIX}/{of}/"


def _name(of: str, number: int) -> str:
    return f"{_all_of(of)}{number}"


def _written(part: Part, now: datetime) -> str:
    raw = part.raw
    return json.dumps({
        "id": raw.external_id, "sender": raw.sender, "body": base64.b64encode(raw.body).decode(),
        "envelope": dict(raw.envelope), "total": part.total, "at": now.astimezone(UTC).isoformat(), "done": False,
    })  # fmt: skip


def _read(kept: Mapping[str, Any]) -> RawMessage:
    return RawMessage(kept["id"], kept["sender"], base64.b64decode(kept["body"]), kept["envelope"])
