"""What macros do: each verb with the values that it takes. Another part adds its own with one line in VERBS."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import actions, changes, filling, own_fields, snoozing
from omnidesk.desk.access import Viewer
from omnidesk.desk.setup import statuses
from omnidesk.errors import Invalid
from omnidesk.store.db import Transaction
from omnidesk.store.models import (
    Agent,
    Case,
    CaseLabel,
    Disposition,
    FieldDefinition,
    FieldSubject,
    Holder,
    Priority,
    Role,
    Status,
    Team,
)
from omnidesk.text import variables

ME, NOBODY = "me", "nobody"
_MOST = 20

CATEGORIES = ("open", "waiting", "on_hold", "resolved")
"""Where a macro puts a case; or in one of the desk's own statuses, by its slug."""
SNOOZES = ("reply", "hour", "4hours", "tomorrow", "monday", "week")
"""Until the contact writes, or when `moments` says."""
Snooze = Literal["reply", "hour", "4hours", "tomorrow", "monday", "week"]
Slug = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Fields = Annotated[dict[Slug, str | bool | int | float | None], Field(min_length=1, max_length=20)]
Labels = Annotated[
    list[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]],
    Field(min_length=1, max_length=20),
]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=254)]


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that a macro does: the values it takes, and how it is done with a locked case."""

    values: TypeAdapter[Any]
    act: Callable[[Transaction, Viewer, Case, Any], Awaitable[None]]
    undoes: str = ""
    """What `changes` calls that which it changes; empty = it can't be undone."""


async def _assign(tx: Transaction, viewer: Viewer, case: Case, who: str) -> None:
    if who == ME:
        await actions.take(tx, viewer, case.number)
    else:
        await changes.VERBS["assignee"](tx, viewer, case, None if who == NOBODY else who)


async def _add_labels(tx: Transaction, viewer: Viewer, case: Case, labels: list[str]) -> None:
    known = await _labels_of(tx, case)
    await changes.VERBS["labels"](tx, viewer, case, [*known, *labels])


async def _remove_labels(tx: Transaction, viewer: Viewer, case: Case, labels: list[str]) -> None:
    known = await _labels_of(tx, case)
    await changes.VERBS["labels"](tx, viewer, case, [label for label in known if label not in labels])


async def _labels_of(tx: Transaction, case: Case) -> list[str]:
    await tx.flush()  # an action before this one may have added some
    return list(await tx.session.exec(select(CaseLabel.label).where(CaseLabel.case_id == case.id)))


async def _note(tx: Transaction, viewer: Viewer, case: Case, text: str) -> None:
    await tx.flush()
    values = await filling.values_of(tx.session, viewer, case)
    await actions.note(tx, viewer, case.number, variables.fill(text, values).text)


async def _resolve(tx: Transaction, viewer: Viewer, case: Case, disposition: str) -> None:
    await actions.resolve(tx, viewer, case.number, disposition)


async def _snooze(tx: Transaction, viewer: Viewer, case: Case, until: datetime | None) -> None:
    await snoozing.snooze(tx, viewer, case.number, until)


VERBS: dict[str, Verb] = {
    "status": Verb(TypeAdapter(Slug), changes.VERBS["status"], "status"),
    "assignee": Verb(TypeAdapter(Name), _assign, "assignee"),
    "team": Verb(TypeAdapter(Name), changes.VERBS["team"], "team"),
    "priority": Verb(TypeAdapter(Priority), changes.VERBS["priority"], "priority"),
    "add_labels": Verb(TypeAdapter(Labels), _add_labels, "labels"),
    "remove_labels": Verb(TypeAdapter(Labels), _remove_labels, "labels"),
    "fields": Verb(TypeAdapter(Fields), changes.note_fields, "fields"),
    "resolve_as": Verb(TypeAdapter(Slug), _resolve, "status"),
    "snooze": Verb(TypeAdapter(Snooze), _snooze, "snooze"),
    "note": Verb(TypeAdapter(Note), _note),
}


def checked(wanted: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Actions with values that their verbs take. Raises ValueError, which says what is wrong."""
    if len(wanted) > _MOST:
        raise ValueError(f"a macro does at most {_MOST} things")
    found = []
    for action in wanted:
        if len(action) != 1 or next(iter(action)) not in VERBS:
            raise ValueError(f"an action is one of {', '.join(VERBS)} and its value, such as {{priority: high}}")
        name, value = next(iter(action.items()))
        try:
            found.append({name: VERBS[name].values.validate_python(value)})
        except ValidationError as error:
            raise ValueError(f"{name}: {error.errors(include_url=False)[0]['msg']}") from error
    return found


async def check_references(session: AsyncSession, wanted: Sequence[Mapping[str, Any]]) -> None:
    """Raise Invalid where an action names what is not here: a team, an agent, a status, an outcome, a field."""
    for action in wanted:
        await _check_own(session, action)
        if (slug := action.get("team")) and not (await session.exec(select(Team.id).where(Team.slug == slug))).first():
            raise Invalid(f"There is no team {slug}.", fields={"actions": "unknown team"})
        email = action.get("assignee")
        if email and email not in (ME, NOBODY):
            works = (Agent.email == email.lower(), col(Agent.active), Agent.role != Role.VIEWER)
            if not (await session.exec(select(Agent.id).where(*works))).first():
                raise Invalid(f"There is no agent {email} who can take cases.", fields={"actions": "unknown agent"})


async def _check_own(session: AsyncSession, action: Mapping[str, Any]) -> None:
    status, outcome = action.get("status"), action.get("resolve_as")
    if status and status not in CATEGORIES:
        own = await statuses.called(session, status)
        if own is None or own.archived:
            raise Invalid(f"There is no status {status}.", fields={"actions": "unknown status"})
    there = select(Disposition.id).where(Disposition.slug == outcome, ~col(Disposition.archived))
    if outcome and (await session.exec(there)).first() is None:
        raise Invalid(f"There is no outcome {outcome}.", fields={"actions": "unknown outcome"})
    if fields := action.get("fields"):
        asked = {one.slug for one in await own_fields.definitions(session, FieldSubject.CASE)}
        if unknown := sorted(fields.keys() - asked):
            raise Invalid(f"There is no case field {', '.join(unknown)}.", fields={"actions": "unknown field"})
        try:
            await own_fields.checked(session, FieldSubject.CASE, fields)
        except Invalid as wrong:
            raise Invalid(wrong.message, code=wrong.code, fields={"actions": "wrong value"}) from wrong


async def names_in(
    session: AsyncSession, wanted: Sequence[Mapping[str, Any]]
) -> dict[tuple[str, str], Mapping[str, str]]:
    """What the desk calls the own statuses, outcomes and fields in actions: names by language, by verb and slug."""
    found: dict[tuple[str, str], Mapping[str, str]] = {}
    for verb, model in (("status", Status), ("resolve_as", Disposition), ("fields", FieldDefinition)):
        values = [action[verb] for action in wanted if verb in action]
        slugs = {slug for value in values for slug in ([value] if isinstance(value, str) else value)} - {*CATEGORIES}
        if slugs:
            rows = await session.exec(select(model.slug, model.name).where(col(model.slug).in_(slugs)))
            found |= {(verb, slug): name for slug, name in rows}
    return found


async def state_of(tx: Transaction, case: Case) -> dict[str, Any]:
    """What macros change of a case, as `changes` says it."""
    await tx.flush()
    return await state_in(tx.session, case)


async def state_in(session: AsyncSession, case: Case) -> dict[str, Any]:
    """The same, where nothing waits to be written."""
    team = await session.get_one(Team, case.team_id)
    assignee = await session.get(Agent, case.assignee_id) if case.assignee_id else None
    own = await session.get(Status, case.status_id) if case.status_id else None
    labels = await session.exec(select(CaseLabel.label).where(CaseLabel.case_id == case.id))
    return {
        "team": team.slug, "assignee": assignee.email if assignee else None, "priority": case.priority,
        "labels": sorted(labels), "fields": dict(case.fields), "snooze": _snoozed(case),
        "bot": _with_bot(case),
        "status": own.slug if own else "open" if case.category == "new" else case.category,
    }  # fmt: skip


def _with_bot(case: Case) -> str | None:
    """Until when the bot waits for an answer, or that it is its turn; None where it does not hold the case."""
    if case.holder != Holder.BOT:
        return None
    return case.next_step_at.isoformat() if case.next_step_at and not case.snoozed else "turn"


def _snoozed(case: Case) -> str | None:
    """Until when a case is put away; None where it is not."""
    if not case.snoozed:
        return None
    return case.snoozed_until.isoformat() if case.snoozed_until else "reply"
