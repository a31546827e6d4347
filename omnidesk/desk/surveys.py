"""Satisfaction surveys: asked after resolving, answered in the chat or on a page."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import Capabilities, Inbound
from omnidesk.desk import interactions, windows
from omnidesk.desk.inboxes import Inboxes
from omnidesk.desk.interactions import SYSTEM, By, Content
from omnidesk.desk.outgoing import deliveries
from omnidesk.desk.setbacks import Setbacks
from omnidesk.errors import Conflict, Invalid, NotFound
from omnidesk.events import WorkWaiting
from omnidesk.store.db import Database, Transaction, fixed
from omnidesk.store.ids import MAX_ID
from omnidesk.store.keys import Keys
from omnidesk.store.models import (
    Author,
    Case,
    Contact,
    ContactPoint,
    Direction,
    Inbox,
    Interaction,
    Invitation,
    InvitationState,
    Kind,
    Survey,
)
from omnidesk.text.folding import words

SCALE = (1, 2, 3, 4, 5)
_OPEN = (InvitationState.SENT, InvitationState.ANSWERED)
_LONGEST_COMMENT = 5000
_AT_ONCE = 50
_BUTTON = re.compile(r"survey:([0-9]{1,19}):([0-9])")
_SCORE = re.compile(r"\s*([0-9])\s*[.!)]*\s*")
_LONGEST_ANSWER = 100
_NUMBERS_COUNT = timedelta(days=1)
"""So long a bare number, or a word of the scale, is an answer; later it is more likely to be about something else."""


@dataclass(frozen=True, slots=True)
class SurveyPage:
    """What the page of an invitation shows."""

    question: str
    labels: list[str]
    scale: list[int]
    score: int | None
    comment: str
    answered: bool
    expired: bool
    language: str
    company: str


def button_of(invitation_id: int) -> str:
    """What the buttons of a survey begin with."""
    return f"survey:{invitation_id}"


def token_of(keys: Keys, invitation_id: int) -> str:
    """What leads to the page of an invitation, and to nothing else."""
    return keys.sign("survey", str(invitation_id))


async def arm(tx: Transaction, case: Case, *, by_bot: bool = False) -> None:
    """After resolving: the survey goes out when its delay is over, unless the case is reopened before."""
    newest = (col(Survey.created_at).desc(), col(Survey.id))  # not the first desk's; of those made together the first
    survey = (await tx.session.exec(select(Survey).where(col(Survey.enabled)).order_by(*newest).limit(1))).first()
    if survey is None or (by_bot and not survey.ask_after_bot):
        return
    if await _robot_wrote_last(tx.session, case):
        interactions.event(tx, case, "survey_skipped", reason="automatic")
        return
    tx.add_row(
        Invitation,
        {
            "id": tx.new_id(), "survey_id": survey.id, "case_id": case.id, "cycle": case.cycle,
            "contact_id": case.contact_id, "contact_point_id": case.contact_point_id,
            "send_at": tx.now + timedelta(seconds=survey.delay),
        },
    )  # fmt: skip
    tx.publish(WorkWaiting("surveys"))


async def _robot_wrote_last(session: AsyncSession, case: Case) -> bool:
    statement = (
        select(Interaction.automatic)
        .where(Interaction.case_id == case.id, Interaction.direction == Direction.INBOUND)
        .order_by(col(Interaction.position).desc())
        .limit(1)
    )
    return bool((await session.exec(statement)).first())


async def cancel(tx: Transaction, case: Case) -> None:
    """The case goes on: what was not sent yet is not sent."""
    armed = (col(Invitation.case_id) == case.id, col(Invitation.state) == InvitationState.ARMED)
    await tx.session.exec(update(Invitation).where(*armed).values(state=InvitationState.CANCELLED))


class Surveys:
    """The worker that sends surveys when they are due."""

    def __init__(self, db: Database, inboxes: Inboxes) -> None:
        self._db = db
        self._inboxes = inboxes
        self._setbacks = Setbacks(db.now)

    async def run(self) -> bool:
        """Send what is due; False = nothing was."""
        async with self._db.session() as session:
            due = (
                select(Invitation)
                .where(col(Invitation.state) == fixed(InvitationState.ARMED), col(Invitation.send_at) <= self._db.now())
                .where(col(Invitation.id).not_in(self._setbacks.resting()))
                .order_by(col(Invitation.send_at))
                .limit(_AT_ONCE)
            )
            found = list(await session.exec(due))
        for invitation in found:
            await self._setbacks.attempt(invitation.id, self._ask(invitation))
        return bool(found)

    async def _ask(self, invitation: Invitation) -> None:
        async with self._db.transaction() as tx:
            case, locked = await _locked(tx, invitation)
            if locked.state == InvitationState.ARMED:
                await _send(tx, case, locked, self._inboxes.capabilities_of(case.inbox_id))

    async def next_due(self) -> datetime | None:
        """When the next survey is due."""
        async with self._db.session() as session:
            armed = select(Invitation.send_at).where(col(Invitation.state) == fixed(InvitationState.ARMED))
            first = (await session.exec(armed.order_by(col(Invitation.send_at)).limit(1))).first()
            return self._setbacks.after_rest(first)


async def _locked(tx: Transaction, invitation: Invitation) -> tuple[Case, Invitation]:
    """Lock the case first, as whoever reopens it does, so that the two never wait for each other."""
    return await tx.get(Case, invitation.case_id), await tx.get(Invitation, invitation.id)


async def _send(tx: Transaction, case: Case, invitation: Invitation, can: Capabilities | None) -> None:
    point = await tx.session.get_one(ContactPoint, case.contact_point_id)
    window = await windows.of(tx.session, can, point.id, case.inbox_id)
    over = window is not None and not window.is_open(tx.now)
    no_way = can is not None and not can.sends
    if over or no_way or not point.consent:
        invitation.state = InvitationState.CANCELLED
        interactions.event(tx, case, "survey_skipped", reason="no_way" if no_way else "window" if over else "stopped")
        return
    survey = await tx.session.get_one(Survey, invitation.survey_id)
    texts = _texts(survey, case.language)
    payload = {"invitation": invitation.id, "scale": list(SCALE), "labels": texts["labels"]}
    content = Content(text=texts["question"], payload=payload, automatic=True)
    invitation.interaction_id = interactions.append(tx, case, Kind.SURVEY, Direction.OUTBOUND, SYSTEM, content)
    invitation.contact_point_id = point.id
    invitation.state, invitation.sent_at = InvitationState.SENT, tx.now
    invitation.expires_at = tx.now + timedelta(seconds=survey.expires)
    deliveries.queue(tx, case, point, invitation.interaction_id, automatic=True)


def _texts(survey: Survey, language: str) -> dict[str, Any]:
    """The question and the labels of the scale in one language, or in one there is."""
    return {name: texts.get(language) or next(iter(texts.values())) for name, texts in survey.texts.items()}


Asked = Mapping[int, tuple[Invitation, Sequence[str]]]
"""Contact point → the survey that was asked there last, while a text may answer it, and the words of its scale."""


async def asked(tx: Transaction, said: Sequence[tuple[int, str]]) -> Asked:
    """The surveys that these texts, each with its contact point, may answer."""
    short = {point_id for point_id, text in said if 0 < len(text) <= _LONGEST_ANSWER}
    if not short:
        return {}
    open_there = (
        select(Invitation, Interaction.payload)
        .join(Interaction, col(Interaction.id) == col(Invitation.interaction_id))
        .where(col(Invitation.contact_point_id).in_(short), Invitation.state == InvitationState.SENT,
               col(Invitation.sent_at) > tx.now - _NUMBERS_COUNT)
        .order_by(col(Invitation.id))
    )  # fmt: skip
    found = await tx.session.exec(open_there)
    return {one.contact_point_id: (one, payload["labels"]) for one, payload in found}


async def take(tx: Transaction, inbound: Inbound, point_id: int, can: Capabilities, asked: Asked) -> int | None:
    """Take a message that answers a survey: gives the case, or None when it is a message like others.

    An answer that comes too late is logged; it is no message, and reopens nothing.
    """
    if inbound.button is not None:
        return await _take_button(tx, inbound.button, point_id)
    if point_id not in asked or can.survey == "link" or inbound.attachments:
        return None
    invitation, labels = asked[point_id]
    score = _score_in(inbound.text, labels)
    return await _take_written(tx, score, invitation) if score is not None else None


def _score_in(text: str, labels: Sequence[str]) -> int | None:
    """The score that a text gives: its number, or the words that stand beside it."""
    if number := _SCORE.fullmatch(text):
        return int(number[1])
    said = words(text)
    return next(
        (
            score
            for score, label in zip(SCALE, labels, strict=False)
            if said and said in (words(label), [str(score), *words(label)])
        ),
        None,
    )


async def _take_button(tx: Transaction, button: str, point_id: int) -> int | None:
    pressed = _BUTTON.fullmatch(button)
    if pressed is None:
        return None
    invitation_id, score = map(int, pressed.groups())
    found = await tx.session.get(Invitation, invitation_id) if invitation_id <= MAX_ID else None
    if found is None or found.contact_point_id != point_id or score not in SCALE:
        return None
    case, invitation = await _locked(tx, found)
    if _is_open(invitation, tx.now):
        await _record(tx, case, invitation, score, "")
    else:
        interactions.event(tx, case, "survey_late", score=score)
    return case.id


async def _take_written(tx: Transaction, score: int, found: Invitation) -> int | None:
    """A written score answers the survey that was asked last, as long as nothing else was said since."""
    if score not in SCALE or await _something_said_since(tx.session, found):
        return None
    case, invitation = await _locked(tx, found)
    if invitation.state != InvitationState.SENT or not _is_open(invitation, tx.now):
        return None
    await _record(tx, case, invitation, score, "")
    return case.id


async def _something_said_since(session: AsyncSession, invitation: Invitation) -> bool:
    later = (
        Interaction.contact_point_id == invitation.contact_point_id,
        col(Interaction.id) > invitation.interaction_id,
        Interaction.kind == Kind.MESSAGE,
        col(Interaction.automatic).is_(False) | (col(Interaction.direction) == Direction.OUTBOUND),
    )
    return (await session.exec(select(Interaction.id).where(*later).limit(1))).first() is not None


async def open_page(session: AsyncSession, keys: Keys, token: str, now: datetime) -> SurveyPage:
    """What the page of an invitation shows; looking records nothing. Raises NotFound."""
    invitation = await session.get(Invitation, _id_of(keys, token))
    if invitation is None:
        raise NotFound("This survey is no longer here.")
    survey = await session.get_one(Survey, invitation.survey_id)
    case = await session.get_one(Case, invitation.case_id)
    inbox = await session.get_one(Inbox, case.inbox_id)
    texts = _texts(survey, case.language)
    return SurveyPage(
        question=texts["question"], labels=texts["labels"], scale=list(SCALE),
        score=invitation.score, comment=invitation.comment, answered=invitation.state == InvitationState.ANSWERED,
        expired=not _is_open(invitation, now), language=case.language, company=inbox.name,
    )  # fmt: skip


async def answer(tx: Transaction, keys: Keys, token: str, score: int, comment: str) -> None:
    """Record an answer from the page; it may be changed until it expires. Raises NotFound, Invalid, Conflict."""
    if score not in SCALE:
        raise Invalid(f"A score is a number from {SCALE[0]} to {SCALE[-1]}.", fields={"score": "out of range"})
    found = await tx.session.get(Invitation, _id_of(keys, token))
    if found is None:
        raise NotFound("This survey is no longer here.")
    case, invitation = await _locked(tx, found)
    if not _is_open(invitation, tx.now):
        raise Conflict("This survey has ended; thank you for coming back to it.", code="expired")
    await _record(tx, case, invitation, score, comment.strip()[:_LONGEST_COMMENT])


def _id_of(keys: Keys, token: str) -> int:
    text = keys.verify("survey", token)
    if text is None:
        raise NotFound("This survey link is not complete; open it from the message again.")
    return int(text)


def _is_open(invitation: Invitation, now: datetime) -> bool:
    return invitation.state in _OPEN and invitation.expires_at is not None and invitation.expires_at > now


async def _record(tx: Transaction, case: Case, invitation: Invitation, score: int, comment: str) -> None:
    same = invitation.score == score and invitation.comment == comment
    if invitation.state == InvitationState.ANSWERED and same:
        return
    invitation.state, invitation.score, invitation.comment = InvitationState.ANSWERED, score, comment
    invitation.answered_at = tx.now
    contact = await tx.session.get_one(Contact, invitation.contact_id)
    by = By(Author.CONTACT, contact.id, contact.name)
    content = Content(text=comment, payload={"score": score, "invitation": invitation.id})
    interactions.append(tx, case, Kind.SURVEY, Direction.INBOUND, by, content)
