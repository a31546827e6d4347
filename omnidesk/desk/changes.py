"""Changes: what a program asks to be different about a case, each made by its verb and noted in the log."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlmodel import col, delete, select

from omnidesk.desk import actions, cases, interactions, own_fields
from omnidesk.desk.access import Viewer
from omnidesk.desk.interactions import By
from omnidesk.desk.setup import labels as setup_labels
from omnidesk.desk.setup import statuses
from omnidesk.errors import Conflict, Invalid
from omnidesk.events import WorkWaiting
from omnidesk.store.db import Transaction
from omnidesk.store.models import Agent, Case, CaseLabel, Category, FieldSubject, Holder, Membership, Role, Status, Team

MOST_LABELS = 50
LARGEST_FIELDS = 16_384
"""Bytes of all fields of a case or a contact together, as JSON."""

Verb = Callable[[Transaction, Viewer, Case, Any], Awaitable[None]]


async def change(tx: Transaction, viewer: Viewer, number: int, version: int, wanted: Mapping[str, Any]) -> Case:
    """Make a case as `wanted` says; what it does not name stays. All of it is done, or nothing.

    `wanted`: team (slug), assignee (email or None), priority, labels (all of them), fields (those that change; None
    removes one), status (a category, or the slug of an own status). Raises NotFound, NotAllowed, Invalid, and Conflict
    (`stale`) when `version` is not the newest.
    """
    case = await actions.for_work(tx, viewer, number)
    if case.version != version:
        raise Conflict(
            f"This case is at version {case.version} now; read it again and repeat your change.", code="stale"
        )  # fmt: skip
    for name, verb in VERBS.items():
        if name in wanted:
            await verb(tx, viewer, case, wanted[name])
    return case


async def _move(tx: Transaction, viewer: Viewer, case: Case, slug: str) -> None:
    """Give the case to another team; an agent who is not of it lets go, and routing finds one who is."""
    team = (await tx.session.exec(select(Team).where(Team.slug == slug))).first()
    if team is None:
        raise Invalid(f"There is no team {slug}.", fields={"team": "unknown"})
    if team.id == case.team_id:
        return
    case.team_id = team.id
    interactions.event(tx, case, "team_changed", By.viewer(viewer), team=team.name)
    if case.assignee_id and await tx.session.get(Membership, (team.id, case.assignee_id)) is None:
        await cases.assign(tx, case, None)
    if case.holder == Holder.TEAM and case.category in cases.OPEN and case.assignee_id is None:
        case.needs_agent = True
        tx.publish(WorkWaiting("routing"))


async def _give(tx: Transaction, viewer: Viewer, case: Case, email: str | None) -> None:
    agent_id = None
    if email is not None:
        works = (Agent.email == email.strip().lower(), col(Agent.active), Agent.role != Role.VIEWER)
        agent_id = (await tx.session.exec(select(Agent.id).where(*works))).first()
        if agent_id is None:
            raise Invalid(f"There is no agent {email} who can take cases.", fields={"assignee": "unknown"})
    if agent_id != case.assignee_id:
        await actions.assign(tx, viewer, case.number, agent_id)


async def _prioritise(tx: Transaction, viewer: Viewer, case: Case, priority: str) -> None:
    if priority != case.priority:
        before, case.priority = case.priority, priority
        interactions.event(tx, case, "priority_changed", By.viewer(viewer), before=before, after=priority)


async def _label(tx: Transaction, viewer: Viewer, case: Case, labels: list[str]) -> None:
    known = set(await tx.session.exec(select(CaseLabel.label).where(CaseLabel.case_id == case.id)))
    wanted = {name if name in known else setup_labels.checked(name) for name in labels}
    added, removed = sorted(wanted - known), sorted(known - wanted)
    if not added and not removed:
        return
    if len(wanted) > max(MOST_LABELS, len(known)):
        raise Invalid(f"labels: a case has at most {MOST_LABELS}; take one off.", fields={"labels": "too many"})
    gone = (col(CaseLabel.case_id) == case.id, col(CaseLabel.label).in_(removed))
    await tx.session.exec(delete(CaseLabel).where(*gone))
    for label in added:
        tx.add_row(CaseLabel, {"case_id": case.id, "label": label})
    interactions.event(tx, case, "labels_changed", By.viewer(viewer), added=added, removed=removed)


async def note_fields(tx: Transaction, viewer: Viewer, case: Case, fields: Mapping[str, Any]) -> None:
    """Write down fields of a locked case; None removes one. Raises Invalid for what a field can't hold."""
    now = merged(case.fields, await own_fields.checked(tx.session, FieldSubject.CASE, fields))
    names = sorted(name for name in fields if now.get(name) != case.fields.get(name))
    if names:
        case.fields = now
        said = await own_fields.keep(tx, case, names)
        interactions.event(tx, case, "fields_changed", By.viewer(viewer), names=names, changes=said)


def merged(known: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields with some of them changed; None removes one. Raises Invalid when they grow too large."""
    now = {name: value for name, value in {**known, **fields}.items() if value is not None}
    if len(json.dumps(now)) > LARGEST_FIELDS:
        raise Invalid(
            f"The fields are together larger than {LARGEST_FIELDS} bytes; remove some.", fields={"fields": "too large"}
        )
    return now


async def set_status(tx: Transaction, viewer: Viewer, case: Case, status: str) -> None:
    """Give a locked case a status, by a category or one of the desk's own, by the verbs that the pages use.

    Closing an open case resolves it first. Raises Invalid, also where something must come before resolving.
    """
    own = None if status in list(Category) else await _own_status(tx, status)
    category = Category(own.category if own else status)
    if category == case.category and case.status_id == (own.id if own else None):
        return
    was, before = case.category, await _status_now(tx, case)
    await _set_category(tx, viewer, case, category)
    if category == case.category:
        cases.set_category(case, category, own.id if own else None)
        after = {"after": status, "after_name": own.name if own else None}
        if own or (category not in cases.DONE and not (was in cases.DONE and category == Category.OPEN)):
            interactions.event(tx, case, "status_changed", By.viewer(viewer), **before, **after)


async def _own_status(tx: Transaction, slug: str) -> Status:
    own = await statuses.called(tx.session, slug)
    if own is None or own.archived:
        raise Invalid(
            f"There is no status {slug}; choose a category or one of the desk's own.", fields={"status": "unknown"}
        )
    return own


async def _status_now(tx: Transaction, case: Case) -> dict[str, Any]:
    own = await tx.session.get(Status, case.status_id) if case.status_id else None
    return {"before": own.slug if own else case.category, "before_name": own.name if own else None}


async def _set_category(tx: Transaction, viewer: Viewer, case: Case, category: Category) -> None:
    if category == case.category:
        return
    if category == Category.NEW or (category == Category.RESOLVED and case.category == Category.CLOSED):
        raise Invalid(
            f"A case that is {case.category} can't become {category}; set it open.", fields={"status": "not possible"}
        )
    if category in cases.DONE:
        await actions.resolve(tx, viewer, case.number)
        if category == Category.CLOSED:
            cases.close(tx, case)
            interactions.event(tx, case, "closed", By.viewer(viewer))
        return
    await actions.reopen(tx, viewer, case.number)
    actions.take_from_bot(tx, viewer, case)
    cases.set_category(case, category)


# The status comes last: resolving asks who has the case.
VERBS: dict[str, Verb] = {
    "team": _move, "assignee": _give, "priority": _prioritise, "labels": _label, "fields": note_fields,
    "status": set_status,
}  # fmt: skip
