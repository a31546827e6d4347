"""Transcripts: the log as the person on the other side may see it, by cursor.

A cursor holds, for each of the person's cases, the last position given and how far agents had read, so that nothing is
missed or given twice whatever order commits come in. A line whose reading changed is given again.
"""

import re
from dataclasses import dataclass

from sqlalchemy import exists, func
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import Button, Entry, Question, Transcript
from omnidesk.desk import forms, surveys
from omnidesk.desk.outgoing.letters import Letters
from omnidesk.desk.timeline import TimelineRow, rows_of
from omnidesk.store.models import (
    AttachmentState,
    Author,
    Case,
    ContactPoint,
    Delivery,
    DeliveryState,
    Direction,
    Interaction,
    Invitation,
    Kind,
    Read,
)
from omnidesk.text.markup import plain

_CASES = 20
_ROWS = 200
_MARK = re.compile(r"([0-9a-f]{1,16})-([0-9a-f]{1,7})-([0-9a-f]{1,7})")

Marks = dict[int, tuple[int, int]]
"""case → (last position given, position read by agents)."""


@dataclass(frozen=True, slots=True)
class _Talk:
    case_id: int
    position: int
    read: int


async def point_id_of(session: AsyncSession, channel: str, address: str) -> int | None:
    """The contact point of an address, once it has written; one that goes on as another is nobody's."""
    statement = select(ContactPoint.id).where(
        ContactPoint.channel == channel, ContactPoint.address == address, col(ContactPoint.known_as_id).is_(None)
    )
    return (await session.exec(statement)).first()


async def read(session: AsyncSession, letters: Letters, point_id: int | None, after: str) -> Transcript:
    """What was said with a contact point since a cursor."""
    marks = _marks(after)
    talks = await _talks(session, point_id) if point_id is not None else []
    changed = [talk for talk in talks if marks.get(talk.case_id) != (talk.position, talk.read)]
    interactions: list[Interaction] = []
    for talk in changed:
        interactions += await _news(session, talk, point_id, marks.get(talk.case_id, (0, 0)))
    interactions = [*await _answered_forms(session, interactions), *interactions]
    rows = await rows_of(session, interactions)
    scores = await _scores(session, rows)
    reads = {talk.case_id: talk.read for talk in talks}
    entries = tuple(_entry(letters, row, reads, scores) for row in rows)
    return Transcript(entries, _cursor({talk.case_id: (talk.position, talk.read) for talk in talks}))


async def _talks(session: AsyncSession, point_id: int) -> list[_Talk]:
    """The cases of whom this address belongs to, if it took part in them, oldest first."""
    here = select(ContactPoint.id).where(
        (col(ContactPoint.id) == point_id) | (col(ContactPoint.known_as_id) == point_id)
    )
    took_part = select(Interaction.case_id).where(col(Interaction.contact_point_id).in_(here))
    agents_read = select(func.max(Read.position)).where(col(Read.case_id) == col(Case.id)).scalar_subquery()
    statement = (
        select(Case.id, Case.last_position, func.coalesce(agents_read, 0))
        .join(ContactPoint, col(ContactPoint.id) == point_id)
        .where(col(Case.id).in_(took_part), col(Case.contact_id) == col(ContactPoint.contact_id))
        .order_by(col(Case.id).desc())
        .limit(_CASES)
    )
    return [_Talk(*row) for row in reversed(list(await session.exec(statement)))]


async def _news(
    session: AsyncSession, talk: _Talk, point_id: int | None, mark: tuple[int, int]
) -> list[Interaction]:  # fmt: skip
    """What was said at this address and others of the same person: of a case that two were taken for one in, a part."""
    given, read_then = mark
    owner = select(ContactPoint.contact_id).where(ContactPoint.id == point_id).scalar_subquery()
    own = select(ContactPoint.id).where(ContactPoint.contact_id == owner)
    newly_read = (
        (col(Interaction.direction) == Direction.INBOUND)
        & (col(Interaction.position) > read_then)
        & (col(Interaction.position) <= talk.read)
    )
    # a survey's answer is no line of its own: the question comes again, answered
    question = (col(Interaction.kind) == Kind.SURVEY) & (col(Interaction.direction) == Direction.OUTBOUND)
    answer = aliased(Interaction)
    answered = exists().where(
        col(answer.case_id) == talk.case_id, col(answer.kind) == Kind.SURVEY,
        col(answer.direction) == Direction.INBOUND, col(answer.position) > given,
    )  # fmt: skip
    statement = (
        select(Interaction)
        .where(
            Interaction.case_id == talk.case_id,
            col(Interaction.contact_point_id).in_(own),
            col(Interaction.position) <= talk.position,
            (col(Interaction.position) > given) | newly_read | (question & answered),
            (col(Interaction.kind) == Kind.MESSAGE) | question,
            Interaction.direction != Direction.INTERNAL,
        )
        .order_by(col(Interaction.position).desc())
        .limit(_ROWS)
    )
    return list(reversed(list(await session.exec(statement))))


async def _answered_forms(session: AsyncSession, news: list[Interaction]) -> list[Interaction]:
    """The forms that these answer, which are given again: they can't be filled in any more."""
    ids = {int(form) for one in news if isinstance(form := one.payload.get("form"), str)} - {one.id for one in news}
    if not ids:
        return []
    asked = select(Interaction).where(
        col(Interaction.id).in_(ids), col(Interaction.case_id).in_({one.case_id for one in news})
    )
    return list(await session.exec(asked.order_by(col(Interaction.position))))


async def _scores(session: AsyncSession, rows: list[TimelineRow]) -> dict[int, int | None]:
    ids = [row.interaction.payload["invitation"] for row in rows if "invitation" in row.interaction.payload]
    answers = select(Invitation.id, Invitation.score).where(col(Invitation.id).in_(ids))
    return dict((await session.exec(answers)).all()) if ids else {}


def _entry(letters: Letters, row: TimelineRow, reads: dict[int, int], scores: dict[int, int | None]) -> Entry:
    said = row.interaction
    inbound = said.direction == Direction.INBOUND
    return Entry(
        id=str(said.id),
        at=said.created_at,
        direction="inbound" if inbound else "outbound",
        author=Author(said.author_kind).value,
        name="" if inbound else said.author_name,
        text=plain(said.text) if said.payload.get("formatted") else said.text,
        echo=said.external_id,
        seen=said.position <= reads.get(said.case_id or 0, 0) if inbound else _was_read(row),
        buttons=tuple(Button(**button) for button in said.payload.get("buttons", ())),
        files=tuple(letters.file(file) for file in row.attachments if file.state == AttachmentState.STORED),
        question=None if inbound else _question(said, scores),
        form=None if inbound else forms.of(said),
        answered="answered" in said.payload,
    )


def _was_read(row: TimelineRow) -> bool:
    return any(delivery.state == DeliveryState.READ for delivery in row.deliveries)


async def unread(session: AsyncSession, point_id: int, most: int = 99) -> int:
    """How many messages of ours somebody has not looked at in a chat, at most `most`."""
    waiting = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.DELIVERED)
    ours = select(Delivery.id).where(
        Delivery.contact_point_id == point_id, col(Delivery.state).in_(waiting), ~col(Delivery.away)
    )
    return (await session.exec(select(func.count()).select_from(ours.limit(most).subquery()))).one()


def _question(said: Interaction, scores: dict[int, int | None]) -> Question | None:
    if said.kind != Kind.SURVEY:
        return None
    invitation = said.payload["invitation"]
    return Question(surveys.button_of(invitation), tuple(said.payload["scale"]), scores.get(invitation))


def _cursor(marks: Marks) -> str:
    """Short, since clients send it back in a line of theirs: hexadecimal `case-given-read`, one after the other."""
    return ".".join(f"{case_id:x}-{given:x}-{read:x}" for case_id, (given, read) in marks.items())


def _marks(cursor: str) -> Marks:
    """What a cursor holds; one that is not ours asks from the beginning."""
    found = [_MARK.fullmatch(mark) for mark in cursor.split(".")]
    numbers = [[int(text, 16) for text in mark.groups()] for mark in found if mark]
    return {case_id: (given, read) for case_id, given, read in numbers} if all(found) else {}
