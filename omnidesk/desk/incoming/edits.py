"""Edits: a person changed what they had said, or sends more of what belongs together; the row of the log takes it up.

What it said before stays with it. Status, clocks and holder are as they were: only the log tells.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlmodel import col, select

from omnidesk.contract.channel import Inbound
from omnidesk.desk import cases, files, interactions
from omnidesk.desk.directory.contacts import Person
from omnidesk.desk.files import Stored
from omnidesk.desk.incoming.joining import Joins, Known
from omnidesk.desk.interactions import By
from omnidesk.desk.search import indexing
from omnidesk.events import TranscriptChanged
from omnidesk.store.db import Transaction
from omnidesk.store.models import Attachment, Case, Direction, Holder, Interaction, Kind, MessageReference

_TOGETHER = timedelta(minutes=2)
"""The parts of an album come this soon after each other."""


async def take(
    tx: Transaction, inbound: Inbound, stored: Sequence[Stored], person: Person, joins: Joins
) -> Case | None:
    """Take up an edit; gives its case, or None where this sender has no such message here: it is one like others."""
    found = await _said_before(tx, inbound.edits, person, joins)
    if found is None:
        return None
    case, row = found
    new = await _new_files(tx, row, stored)
    inbound = replace(inbound, text=_whole(row, inbound))
    if new or (inbound.text, inbound.html) != (row.text, row.html):
        await _change(tx, case, row, inbound, person)
        files.attach(tx, row.id, new)
    return case


async def add_to_album(
    tx: Transaction, inbound: Inbound, stored: Sequence[Stored], person: Person, joins: Joins
) -> Case | None:  # fmt: skip
    """Put the files of a message to those of the first one of its album, if nothing was said since; gives the case."""
    found = await _said_before(tx, inbound.album, person, joins)
    if found is None:
        return None
    case, row = found
    if tx.now - row.created_at > _TOGETHER or await _was_answered(tx, row):
        return None
    if inbound.message_id and inbound.message_id not in joins.known:  # it may be answered and edited, too
        reference = {"message_id": inbound.message_id, "interaction_id": row.id, "case_id": case.id}
        tx.add_row(MessageReference, reference)
        joins.known[inbound.message_id] = Known(row.id, case.id, row.external_id, row.inbox_id)
    _say_more(row, inbound)
    files.attach(tx, row.id, list(stored))
    indexing.wait(tx, row.id)
    _show_again(tx, case, row)
    return case


def _say_more(row: Interaction, inbound: Inbound) -> None:
    """Keep what each later part says, so that an edit of one leaves the others as they are."""
    said = dict(row.payload.get("album") or {"": row.text})
    said[inbound.message_id or str(len(said))] = inbound.text
    row.payload = {**row.payload, "album": said}
    row.text = _joined(said)


def _whole(row: Interaction, inbound: Inbound) -> str:
    """What a message says with this edit: in an album that of all its parts."""
    if "album" not in row.payload:
        return inbound.text
    said = dict(row.payload["album"])
    said[inbound.edits if inbound.edits in said else ""] = inbound.text
    row.payload = {**row.payload, "album": said}
    return _joined(said)


def _joined(said: Mapping[str, str]) -> str:
    return "\n".join(filter(None, said.values()))


async def _said_before(
    tx: Transaction, message_id: str | None, person: Person, joins: Joins
) -> tuple[Case, Interaction] | None:  # fmt: skip
    """A message of this very address, and its case; both locked."""
    known = joins.known.get(message_id or "")
    if known is None:
        return None
    await tx.flush()  # it may have come in the same batch
    row = await tx.get(Interaction, known.interaction_id)
    case = joins.cases.get(row.case_id or 0)
    theirs = row.contact_point_id == person.point.id and row.direction == Direction.INBOUND
    return (case, row) if case is not None and theirs else None


async def _was_answered(tx: Transaction, row: Interaction) -> bool:
    """Whether something was said since."""
    since = select(Interaction.id).where(
        Interaction.case_id == row.case_id, col(Interaction.position) > row.position, Interaction.kind != Kind.EVENT
    )
    return (await tx.session.exec(since.limit(1))).first() is not None


async def _new_files(tx: Transaction, row: Interaction, stored: Sequence[Stored]) -> list[Stored]:
    """An edited text comes with the files that it had."""
    if not stored:
        return []
    had = select(Attachment.reference, Attachment.blob).where(col(Attachment.interaction_id) == row.id)
    known = {reference or blob for reference, blob in await tx.session.exec(had)}
    return [file for file in stored if (file.reference or file.blob) not in known]


async def _change(tx: Transaction, case: Case, row: Interaction, inbound: Inbound, person: Person) -> None:
    interactions.say_anew(tx, case, row, inbound.text)
    row.html = inbound.html
    if not person.point.blocked:
        by = By.contact(person.contact, person.point)
        interactions.event(tx, case, "message_edited", by, position=row.position)
        case.unread = case.unread or (case.category in cases.OPEN and case.holder == Holder.TEAM)
    _show_again(tx, case, row)


def _show_again(tx: Transaction, case: Case, row: Interaction) -> None:
    if row.contact_point_id is not None:
        tx.publish(TranscriptChanged(row.contact_point_id))
    cases.changed(tx, case)
