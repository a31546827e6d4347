"""Applying files: the difference becomes rows, all of it or nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from omnidesk.contract.channel import Channel
from omnidesk.desk.configuration.difference import Change, flat, nested
from omnidesk.desk.configuration.files import BotFile, DeskFiles
from omnidesk.desk.configuration.kinds import KINDS
from omnidesk.desk.configuration.planning import Installed, Plan, plan
from omnidesk.desk.configuration.writing import Writing
from omnidesk.events import WorkWaiting
from omnidesk.store import dialect
from omnidesk.store.db import Transaction, table_of
from omnidesk.store.keys import Keys
from omnidesk.store.models import Applied


async def bring_in(
    tx: Transaction, keys: Keys, channels: Mapping[str, type[Channel]], files: DeskFiles, bots: list[BotFile]
) -> None:
    """Make rows of what files describe, in an empty store. Raises Invalid."""
    installed = Installed(keys, channels)
    await apply(tx, installed, await plan(tx.session, installed, files, bots))


async def apply(tx: Transaction, installed: Installed, made: Plan) -> None:
    """Do what a plan of this transaction's session says."""
    by_entry: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in made.changes:
        by_entry[change.kind, change.key].append(change)
    writing = Writing(tx, made.present, made.wanted, made.accounts)
    for kind in KINDS:
        for key, values in made.wanted[kind].items():
            if changes := [change for change in by_entry[kind, key] if not change.kept]:
                KINDS[kind].write(writing, key, _after(made.present.values[kind].get(key), values, changes))
            await _remember(tx, kind, key, made, by_entry[kind, key])
    await writing.end()
    tx.publish(WorkWaiting("inboxes"))


def _after(present: Mapping[str, Any] | None, wanted: Mapping[str, Any], changes: Sequence[Change]) -> dict[str, Any]:
    """The values that an entry has afterwards."""
    if present is None:
        return dict(wanted)
    after, new = flat(present), flat(wanted)
    for change in changes:
        if change.field in new:
            after[change.field] = new[change.field]
        elif change.field in after:
            del after[change.field]
    return nested(after)


async def _remember(tx: Transaction, kind: str, key: str, made: Plan, changes: Sequence[Change]) -> None:
    """What the files said last; of a field that was kept, what they said before."""
    last = flat(made.present.applied[kind].get(key, {}))
    kept = {change.field for change in changes if change.kept}
    said = {name: value for name, value in flat(made.wanted[kind][key]).items() if name not in kept}
    row = {"kind": kind, "key": key, "values": nested({**{n: last[n] for n in kept if n in last}, **said})}
    if made.present.applied[kind].get(key) != row["values"]:
        values = {**row, "applied_at": tx.now}
        await dialect.put(await tx.session.connection(), table_of(Applied), values, key=["kind", "key"])
