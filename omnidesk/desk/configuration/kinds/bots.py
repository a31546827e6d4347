"""Bots, each with all its versions, and what they are asked often."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.configuration.entry import Entry, Language, Slug, Texts
from omnidesk.desk.configuration.present import Present
from omnidesk.desk.configuration.writing import Writing
from omnidesk.store.models import BotVersion, FaqEntry


class FaqItem(Entry):
    """A question people ask, in both languages."""

    slug: str = Slug
    bot: str
    published: bool = True
    title: Texts
    questions: dict[Language, tuple[str, ...]]
    answer: Texts


async def read_bots(session: AsyncSession, present: Present) -> None:
    """The newest version of each bot."""
    for bot in await _newest_bots(session):
        present.put("bots", bot.slug, bot, {"name": bot.name, "source": bot.source})


async def read_faq(session: AsyncSession, present: Present) -> None:
    """All questions."""
    for item in await session.exec(select(FaqEntry).order_by(col(FaqEntry.slug))):
        said = FaqItem(**item.model_dump(include=set(FaqItem.model_fields)))
        present.put("faq", item.slug, item, said)


async def _newest_bots(session: AsyncSession) -> Iterable[BotVersion]:
    newest = select(func.max(BotVersion.id)).group_by(BotVersion.slug)
    return await session.exec(select(BotVersion).where(col(BotVersion.id).in_(newest)).order_by(col(BotVersion.slug)))


def write_bot(writing: Writing, key: str, values: dict[str, Any]) -> None:
    """A new version: the whole text of the file, also where only a part of it changed."""
    newest = writing.present.rows["bots"].get(key)
    version = newest.version + 1 if newest else 1
    source = writing.wanted["bots"][key]["source"]
    writing.tx.new(
        BotVersion, slug=key, version=version, name=values["name"], source=source, created_at=writing.tx.now
    )  # fmt: skip


def write_faq(writing: Writing, key: str, values: dict[str, Any]) -> None:
    """One question."""
    writing.put("faq", key, FaqEntry, values)
