"""Conversation: the bot answers the cases it holds, or hands them off."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import Button
from omnidesk.contract.responder import Answer, Article, Bot, Responder, Turn
from omnidesk.desk import cases, forms, interactions, notices, surveys
from omnidesk.desk.interactions import By, Content
from omnidesk.desk.outgoing import deliveries, loops, planned
from omnidesk.desk.routing import anyone_online
from omnidesk.desk.setbacks import Setbacks
from omnidesk.store import dialect
from omnidesk.store.db import Database, Transaction, table_of
from omnidesk.store.models import (
    Attachment,
    Author,
    BotState,
    BotVersion,
    Case,
    ContactPoint,
    Direction,
    FaqEntry,
    Holder,
    Inbox,
    Interaction,
    Kind,
    NoticeKind,
)
from omnidesk.text.folding import words

log = logging.getLogger(__name__)

_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class _Loaded:
    bot: Bot
    name: str
    version_id: int
    knowledge: tuple[int, datetime | None]


@dataclass(frozen=True, slots=True)
class _Pending:
    """A case whose bot has something to read."""

    case: Case
    bot: str
    state: dict[str, Any]
    said: Sequence[Interaction]
    offered: Sequence[Button]
    """The choices under what the bot said last."""
    files: int
    person_online: bool
    is_unreachable: bool
    """Whether the person can't be told anything once they have left, since nobody knows where."""
    wanted: bool
    """Whether the person wants automatic messages."""
    looping: bool
    """Whether nothing automatic goes to this address, since it would go in circles."""
    repeating: bool
    """Whether the person says the same again and again, as programs do."""


class Conversation:
    """The worker that lets bots answer."""

    def __init__(self, db: Database, responder: Responder, *, silence: timedelta) -> None:
        self._db = db
        self._responder = responder
        self._silence = silence
        self._bots: dict[str, _Loaded] = {}
        self._setbacks = Setbacks(db.now)

    async def run(self) -> bool:
        """One round: answer every case that waits for its bot; False = none did."""
        async with self._db.session() as session:
            waiting = select(Case.id).where(col(Case.needs_bot), col(Case.id).not_in(self._setbacks.resting()))
            case_ids = list(await session.exec(waiting.order_by(col(Case.id)).limit(_AT_ONCE)))
        for case_id in case_ids:
            await self._setbacks.attempt(case_id, self._turn(case_id))
        return bool(case_ids)

    async def _turn(self, case_id: int) -> None:
        async with self._db.session() as session:
            pending = await _read(session, case_id, self._db.now())
        if pending is None:
            return
        looping = pending.looping or pending.repeating
        answered = await self._ask(pending) if pending.wanted and not looping else None
        async with self._db.transaction() as tx:
            if pending.repeating:  # addresses are locked before cases
                await tx.get(ContactPoint, pending.case.contact_point_id)
            case = await tx.get(Case, case_id)
            if case.last_position != pending.case.last_position or case.holder != Holder.BOT:
                return  # somebody wrote or took over meanwhile: this answer is to a question of the past
            if pending.repeating:
                await loops.note_repeating(tx, case.contact_point_id, case.id)
                return
            if answered is None:
                _hand_off(tx, case, "loop" if looping else "failed" if pending.wanted else "stopped", "")
                return
            answer, name = answered
            await self._say(tx, case, pending, answer, By(Author.BOT, None, name))

    async def _ask(self, pending: _Pending) -> tuple[Answer, str] | None:
        """The bot's answer and name; None when it is unknown or breaks, since then a person must take over."""
        try:
            async with self._db.session() as session:
                loaded = await self._bot(session, pending.bot)
            return (await loaded.bot.respond(_turn_of(pending, self._db.now())), loaded.name) if loaded else None
        except Exception:
            log.exception("the bot %s failed on case %s", pending.bot, pending.case.number)
            return None

    async def _say(self, tx: Transaction, case: Case, pending: _Pending, answer: Answer, by: By) -> None:
        """Log and send what the bot says, keep its state, and pass the case on if it asks so."""
        case.needs_bot = False
        case.language = answer.language
        await _note_pressed(tx, pending)
        point = await tx.session.get_one(ContactPoint, case.contact_point_id)
        for index, saying in enumerate(answer.messages):
            payload: dict[str, Any] = {"decision": answer.decision}
            if saying.buttons:
                payload["buttons"] = [asdict(button) for button in saying.buttons]
            if saying.form:
                payload["form"] = forms.kept(saying.form)
            if index == 0:
                payload["why"] = {"intent": answer.why.intent, "confidence": round(answer.why.confidence, 2)}
            content = Content(text=saying.text, payload=payload, automatic=True)
            row_id = interactions.append(tx, case, Kind.MESSAGE, Direction.OUTBOUND, by, content)
            deliveries.queue(tx, case, point, row_id, automatic=True)
        if answer.handoff is not None:
            _hand_off(tx, case, answer.handoff.reason, answer.handoff.summary, by)
        else:
            case.next_step_at = tx.now + self._silence
        await _keep_state(tx, case, pending.bot, dict(answer.state))
        cases.changed(tx, case)

    async def _bot(self, session: AsyncSession, slug: str) -> _Loaded | None:
        """The newest version of a bot with today's knowledge; loaded again only when either changed."""
        newest = select(BotVersion).where(BotVersion.slug == slug).order_by(col(BotVersion.version).desc()).limit(1)
        version = (await session.exec(newest)).first()
        if version is None:
            return None
        knowledge = (await session.exec(_knowledge(slug))).one()
        loaded = self._bots.get(slug)
        if loaded is None or (loaded.version_id, loaded.knowledge) != (version.id, knowledge):
            known = await articles(session, slug)
            model = await asyncio.to_thread(self._responder.train, version.source, known)
            bot = self._responder.load(version.source, model, known)
            loaded = self._bots[slug] = _Loaded(bot, version.name, version.id, knowledge)
        return loaded


def _knowledge(slug: str) -> Any:
    return select(func.count(), func.max(FaqEntry.updated_at)).where(FaqEntry.bot == slug, col(FaqEntry.published))


async def articles(session: AsyncSession, slug: str) -> list[Article]:
    """The published answers of a bot, one per language."""
    entries = select(FaqEntry).where(FaqEntry.bot == slug, col(FaqEntry.published)).order_by(col(FaqEntry.slug))
    return [
        Article(entry.slug, language, entry.title.get(language, ""), tuple(entry.questions.get(language, ())), answer)
        for entry in await session.exec(entries)
        for language, answer in entry.answer.items()
    ]


async def _read(session: AsyncSession, case_id: int, now: datetime) -> _Pending | None:
    case = await session.get(Case, case_id)
    if case is None or not case.needs_bot or case.holder != Holder.BOT:
        return None
    inbox = await session.get_one(Inbox, case.inbox_id)
    state = await session.get(BotState, case_id)
    new = (
        select(Interaction)
        .where(
            Interaction.case_id == case_id,
            col(Interaction.position) > (state.position if state else 0),
            Interaction.direction == Direction.INBOUND,
            Interaction.kind == Kind.MESSAGE,
            col(Interaction.automatic).is_(False),
        )
        .order_by(col(Interaction.position))
    )
    said = [one for one in await session.exec(new) if "command" not in one.payload]  # those were obeyed
    files = select(func.count()).where(col(Attachment.interaction_id).in_([one.id for one in said]))
    point = await session.get_one(ContactPoint, case.contact_point_id)
    return _Pending(
        case, inbox.bot or "", state.state if state else {}, said, await _offered(session, case_id),
        (await session.exec(files)).one(), await anyone_online(session, case.team_id, now),
        await _is_unreachable(session, point), point.consent,
        await loops.stands(session, point.id, now), await loops.repeats(session, case, now),
    )  # fmt: skip


async def _is_unreachable(session: AsyncSession, point: ContactPoint) -> bool:
    if point.here_at is None or point.away_email:
        return False
    others = select(ContactPoint.id).where(
        ContactPoint.contact_id == point.contact_id, ContactPoint.channel != point.channel, col(ContactPoint.working)
    )
    return (await session.exec(others.limit(1))).first() is None


async def _offered(session: AsyncSession, case_id: int) -> list[Button]:
    said = (Interaction.case_id == case_id, Interaction.author_kind == Author.BOT, Interaction.kind == Kind.MESSAGE)
    newest = select(Interaction.payload).where(*said).order_by(col(Interaction.position).desc()).limit(1)
    payload = (await session.exec(newest)).first() or {}
    return [Button(**button) for button in payload.get("buttons", ())]


def _turn_of(pending: _Pending, now: datetime) -> Turn:
    last = pending.said[-1] if pending.said else None
    return Turn(
        texts=tuple(one.text for one in pending.said),
        now=now,
        button=_pressed(last, pending.offered) if last else None,
        answers=last.payload.get("answers", {}) if last else {},
        language=pending.case.language,
        state=pending.state,
        facts={"online": pending.person_online, "unreachable": pending.is_unreachable},
        attachments=pending.files,
    )


def _pressed(said: Interaction, offered: Sequence[Button]) -> str | None:
    return said.payload.get("button") or chosen(said.text, offered)


async def _note_pressed(tx: Transaction, pending: _Pending) -> None:
    """A choice that was written counts as pressed: it is shown so, and repeating it is no sign of a robot."""
    last = pending.said[-1] if pending.said else None
    if last is not None and "button" not in last.payload and (button := chosen(last.text, pending.offered)):
        said = await tx.get(Interaction, last.id)
        said.payload = {**said.payload, "button": button}


def chosen(text: str, offered: Sequence[Button]) -> str | None:
    """The button that a text means: its number in the list, or what stands on it; None = it is a text like others."""
    said = words(text)
    for number, button in enumerate(offered, 1):
        if said and said in ([str(number)], words(button.text)):
            return button.id
    return None


async def _keep_state(tx: Transaction, case: Case, bot: str, state: dict[str, Any]) -> None:
    row = {
        "case_id": case.id, "bot": bot, "position": case.last_position, "state": state, "updated_at": tx.now,
    }  # fmt: skip
    await tx.flush()
    await dialect.put(await tx.session.connection(), table_of(BotState), row, key=["case_id"])


def _hand_off(tx: Transaction, case: Case, reason: str, summary: str, by: By = interactions.SYSTEM) -> None:
    cases.hand_off(tx, case)
    event_id = interactions.event(tx, case, "handed_off", by, reason=reason, summary=summary)
    notices.give_team(tx, NoticeKind.HANDOFF, case, interaction_id=event_id)


async def give_up_waiting(tx: Transaction, case: Case) -> None:
    """The person said nothing more after the bot's answer: it helped."""
    inbox = await tx.session.get_one(Inbox, case.inbox_id)
    await cases.resolve(tx, case, inbox.close_days)
    interactions.event(tx, case, "resolved", by="silence")
    await surveys.arm(tx, case, by_bot=True)
    await planned.disarm(tx, [case], "resolved", also_undoable=True)
