"""Undoing what was done to a case in one stroke: what changed is put back, while nobody has changed it since.

A state of a case says what macros and jobs change of it, as `changes` says it; see `macro_actions.state_of`.
"""

from datetime import datetime
from typing import Any

from sqlmodel import col, select

from omnidesk.desk import cases, changes, interactions, sla, snoozing, spam
from omnidesk.desk.access import Viewer
from omnidesk.desk.interactions import By
from omnidesk.store.db import Transaction
from omnidesk.store.models import BotState, Case, Direction, Interaction, Kind

State = dict[str, Any]


def difference(before: State, after: State) -> tuple[State, State]:
    """What is not as it was: how it was and how it is; of the fields only those that changed.

    Of a case that was the bot's it also says who has it now: whoever gets it from there is not to lose it.
    """
    names = [name for name in before if name != "fields" and before[name] != after[name]]
    if "bot" in names and "assignee" not in names:
        names.append("assignee")
    was, now = ({name: state[name] for name in names} for state in (before, after))
    known, fields = before["fields"], after["fields"]
    if slugs := sorted(slug for slug in known | fields if known.get(slug) != fields.get(slug)):
        was["fields"], now["fields"] = ({slug: state.get(slug) for slug in slugs} for state in (known, fields))
    return was, now


def stands(after: State, now: State) -> bool:
    """Whether a case still is as it was left."""
    fields = after.get("fields", {})
    same = all(now[name] == value for name, value in after.items() if name != "fields")
    return same and all(now["fields"].get(slug) == value for slug, value in fields.items())


async def restore(tx: Transaction, viewer: Viewer, case: Case, before: State) -> None:
    """Make a locked case as it was; also what went along, such as the assignee who is not of the new team."""
    if "spam" in before:
        await spam.unmark(tx, viewer, case.number)
    for name, verb in changes.VERBS.items():
        if name in before:
            await verb(tx, viewer, case, before[name])
    if "assignee" in before:  # who takes a case up again has it
        await changes.VERBS["assignee"](tx, viewer, case, before["assignee"])
    if "snooze" in before:
        await _snooze_again(tx, viewer, case, before["snooze"])
    if before.get("bot"):
        await _give_back(tx, viewer, case, before["bot"])


async def _give_back(tx: Transaction, viewer: Viewer, case: Case, waits: str) -> None:
    """The bot holds the case again, as if it had never been taken away: no clock of the team's has run."""
    turn = waits == "turn" or await _wrote_to_bot(tx, case)
    waits_until = None if turn else datetime.fromisoformat(waits)
    await cases.give_to_bot(tx, case, waits_until)
    await sla.forget(tx, case)
    interactions.event(tx, case, "given_back_to_bot", By.viewer(viewer))


async def _wrote_to_bot(tx: Transaction, case: Case) -> bool:
    """Whether the person said something that the bot has not read."""
    await tx.flush()
    state = await tx.session.get(BotState, case.id)
    new = select(Interaction.id).where(
        Interaction.case_id == case.id, col(Interaction.position) > (state.position if state else 0),
        Interaction.direction == Direction.INBOUND, Interaction.kind == Kind.MESSAGE, ~col(Interaction.automatic),
    )  # fmt: skip
    return (await tx.session.exec(new.limit(1))).first() is not None


async def _snooze_again(tx: Transaction, viewer: Viewer, case: Case, until: str | None) -> None:
    moment = datetime.fromisoformat(until) if until not in (None, "reply") else None
    if until is None or (moment is not None and moment <= tx.now):
        await snoozing.wake(tx, viewer, case.number)
    else:
        await snoozing.snooze(tx, viewer, case.number, moment)
