"""What macros do: each verb with the values that it takes. Another part adds its own with one line in VERBS."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import actions, changes, filling
from omnidesk.desk.access import Viewer
from omnidesk.errors import Invalid
from omnidesk.store.db import Transaction
from omnidesk.store.models import Agent, Case, CaseLabel, Priority, Role, Team
from omnidesk.text import variables

ME, NOBODY = "me", "nobody"
_MOST = 20

Status = Literal["open", "waiting", "on_hold", "resolved"]
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


VERBS: dict[str, Verb] = {
    "status": Verb(TypeAdapter(Status), changes.VERBS["status"], "status"),
    "assignee": Verb(TypeAdapter(Name), _assign, "assignee"),
    "team": Verb(TypeAdapter(Name), changes.VERBS["team"], "team"),
    "priority": Verb(TypeAdapter(Priority), changes.VERBS["priority"], "priority"),
    "add_labels": Verb(TypeAdapter(Labels), _add_labels, "labels"),
    "remove_labels": Verb(TypeAdapter(Labels), _remove_labels, "labels"),
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
    """Raise Invalid where an action names a team or an agent that is not here."""
    for action in wanted:
        if (slug := action.get("team")) and not (await session.exec(select(Team.id).where(Team.slug == slug))).first():
            raise Invalid(f"There is no team {slug}.", fields={"actions": "unknown team"})
        email = action.get("assignee")
        if email and email not in (ME, NOBODY):
            works = (Agent.email == email.lower(), col(Agent.active), Agent.role != Role.VIEWER)
            if not (await session.exec(select(Agent.id).where(*works))).first():
                raise Invalid(f"There is no agent {email} who can take cases.", fields={"actions": "unknown agent"})


async def state_of(tx: Transaction, case: Case) -> dict[str, Any]:
    """What macros change of a case, as `changes` says it."""
    await tx.flush()
    team = await tx.session.get_one(Team, case.team_id)
    assignee = await tx.session.get(Agent, case.assignee_id) if case.assignee_id else None
    return {
        "team": team.slug, "assignee": assignee.email if assignee else None, "priority": case.priority,
        "labels": sorted(await _labels_of(tx, case)),
        "status": "open" if case.category == "new" else case.category,
    }  # fmt: skip
