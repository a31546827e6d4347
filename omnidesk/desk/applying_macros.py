"""Applying a macro to a case, all of it or nothing, and undoing that."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from omnidesk.desk import actions, changes, filling, interactions, macros
from omnidesk.desk.access import Viewer
from omnidesk.desk.interactions import By
from omnidesk.desk.macro_actions import VERBS, state_of
from omnidesk.errors import Conflict, NotFound
from omnidesk.store.db import Transaction
from omnidesk.store.models import Case, Interaction, Kind, Macro
from omnidesk.text import variables
from omnidesk.text.variables import Filled

_EVENT, _UNDONE = "macro_applied", "macro_undone"


@dataclass(frozen=True, slots=True)
class Applied:
    """What a macro did: its text for the composer, and where it stands in the log if it can be undone."""

    macro: Macro
    text: Filled
    position: int | None


async def apply(tx: Transaction, viewer: Viewer, number: int, macro_id: int) -> Applied:
    """Do a macro's actions in their order; its text is filled in afterwards and left to the agent."""
    case = await actions.for_work(tx, viewer, number)
    macro = await macros.find(tx.session, macros.usable(viewer), macro_id)
    before = await state_of(tx, case)
    event_id = interactions.event(tx, case, _EVENT, By.viewer(viewer), macro=macro.name)
    position = case.last_position
    for action in macro.actions:
        for name, value in action.items():
            await VERBS[name].act(tx, viewer, case, value)
    after = await state_of(tx, case)
    changed = [name for name in before if before[name] != after[name]]
    if changed:
        undo = {"before": {n: before[n] for n in changed}, "after": {n: after[n] for n in changed}}
        payload = {"event": _EVENT, "macro": macro.name, **undo}
        tx.update_row(Interaction, event_id, {"payload": payload})
    return Applied(macro, await _text(tx, viewer, case, macro), position if changed else None)


async def _text(tx: Transaction, viewer: Viewer, case: Case, macro: Macro) -> Filled:
    text = filling.text_in(macro.texts, await filling.language_of(tx.session, case))
    return variables.fill(text, await filling.values_of(tx.session, viewer, case))


async def undo(tx: Transaction, viewer: Viewer, number: int, position: int) -> None:
    """Take back what a macro changed; its notes stay. Raises NotFound, and Conflict when it was changed since."""
    case = await actions.for_work(tx, viewer, number)
    found = select(Interaction).where(Interaction.case_id == case.id, col(Interaction.position) == position)
    event = (await tx.session.exec(found)).first()
    if event is None or event.kind != Kind.EVENT or event.payload.get("event") != _EVENT:
        raise NotFound("There is no macro to undo here.")
    before: dict[str, Any] = event.payload.get("before", {})
    now = await state_of(tx, case)
    if not before or any(now[name] != value for name, value in event.payload["after"].items()):
        raise Conflict("The case was changed since; nothing was undone.", code="macro_moved_on")
    interactions.event(tx, case, _UNDONE, By.viewer(viewer), macro=event.payload["macro"])
    for name, verb in changes.VERBS.items():
        if name in before:
            await verb(tx, viewer, case, before[name])
