"""Applying a macro to a case, all of it or nothing, and undoing that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import actions, filling, interactions, macros, moments, undoing
from omnidesk.desk.access import Viewer
from omnidesk.desk.interactions import By
from omnidesk.desk.macro_actions import VERBS, state_in, state_of
from omnidesk.errors import Conflict, Invalid, NotFound, OmnideskError
from omnidesk.store.db import Transaction
from omnidesk.store.models import Case, Interaction, Kind, Macro
from omnidesk.text import variables
from omnidesk.text.variables import Filled

_EVENT, _UNDONE = "macro_applied", "macro_undone"
_RECENT = 40
"""A macro further up in the log is not offered to be undone."""


class Refused(Invalid):
    """One of a macro's actions can't be done on this case, so none was; `cause` says why."""

    def __init__(self, name: str, action: dict[str, Any], cause: OmnideskError) -> None:
        verb = next(iter(action))
        super().__init__(
            f"The macro {name} was not applied, since {verb} can't be done here: {cause.message}",
            code="macro_refused", fields={"macro": verb},
        )  # fmt: skip
        self.name, self.action, self.cause = name, action, cause


@dataclass(frozen=True, slots=True)
class Applied:
    """What a macro did: its text for the composer, and where it stands in the log if it can be undone."""

    macro: Macro
    text: Filled
    position: int | None


async def apply(tx: Transaction, viewer: Viewer, number: int, macro_id: int, zone: tzinfo = UTC) -> Applied:
    """Do a macro's actions in their order; its text is filled in afterwards and left to the agent.

    `zone`: where it is tomorrow morning. Raises Refused when one of them can't be done here.
    """
    case = await actions.for_work(tx, viewer, number)
    macro = await macros.find(tx.session, macros.usable(viewer), macro_id)
    before = await state_of(tx, case)
    event_id = interactions.event(tx, case, _EVENT, By.viewer(viewer), macro=macro.name)
    position = case.last_position
    for action in macro.actions:
        await _act(tx, viewer, case, macro, action, zone)
    was, now = undoing.difference(before, await state_of(tx, case))
    if was:
        payload = {"event": _EVENT, "macro": macro.name, "before": was, "after": now}
        tx.update_row(Interaction, event_id, {"payload": payload})
    return Applied(macro, await _text(tx, viewer, case, macro), position if was else None)


async def _act(
    tx: Transaction, viewer: Viewer, case: Case, macro: Macro, action: dict[str, Any], zone: tzinfo
) -> None:  # fmt: skip
    for name, value in action.items():
        if name == "snooze":
            value = None if value == "reply" else moments.later(value, tx.now, zone)
        try:
            await VERBS[name].act(tx, viewer, case, value)
        except OmnideskError as error:
            raise Refused(macro.name, action, error) from error


async def _text(tx: Transaction, viewer: Viewer, case: Case, macro: Macro) -> Filled:
    text = filling.text_in(macro.texts, await filling.language_of(tx.session, case))
    return variables.fill(text, await filling.values_of(tx.session, viewer, case))


async def undoable(session: AsyncSession, case: Case, rows: Sequence[Interaction]) -> int | None:
    """The position of the macro among the rows of a case that can still be undone: the last, while it stands."""
    last = next((row for row in reversed(rows) if row.payload.get("event") == _EVENT), None)
    if last is None or not last.payload.get("after") or case.last_position - last.position > _RECENT:
        return None
    return last.position if undoing.stands(last.payload["after"], await state_in(session, case)) else None


async def undo(tx: Transaction, viewer: Viewer, number: int, position: int) -> None:
    """Take back what a macro changed; its notes stay. Raises NotFound, and Conflict when it was changed since."""
    case = await actions.for_work(tx, viewer, number)
    found = select(Interaction).where(Interaction.case_id == case.id, col(Interaction.position) == position)
    event = (await tx.session.exec(found)).first()
    if event is None or event.kind != Kind.EVENT or event.payload.get("event") != _EVENT:
        raise NotFound("There is no macro to undo here.")
    before: dict[str, Any] = event.payload.get("before", {})
    if not before or not undoing.stands(event.payload.get("after", {}), await state_of(tx, case)):
        raise Conflict("The case was changed since; nothing was undone.", code="macro_moved_on")
    tx.update_row(Interaction, event.id, {"payload": {"event": _EVENT, "macro": event.payload["macro"]}})
    interactions.event(tx, case, _UNDONE, By.viewer(viewer), macro=event.payload["macro"])
    await undoing.restore(tx, viewer, case, before)
