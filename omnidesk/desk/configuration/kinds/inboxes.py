"""Inboxes: accounts of channels, with their settings and secrets."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, field_validator
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.configuration.accounts import Account, account_of
from omnidesk.desk.configuration.difference import flat, is_secret, nested
from omnidesk.desk.configuration.entry import Entry, Language, Slug
from omnidesk.desk.configuration.present import Present
from omnidesk.desk.configuration.writing import Writing
from omnidesk.store.models import Inbox
from omnidesk.text.folding import words


class InboxEntry(Entry):
    """An account of a channel with the channel's own settings."""

    slug: str = Slug
    channel: str
    name: str
    enabled: bool = True
    simulated: bool = False
    team: str
    bot: str | None = None
    language: Language = "en"
    join: Literal["thread", "person", "new"] | None = None
    stop_words: tuple[str, ...] | None = None
    start_words: tuple[str, ...] | None = None
    reopen_days: int = Field(default=7, ge=0, le=3660)
    close_days: int = Field(default=14, ge=0, le=3660)
    settings: dict[str, Any] = Field(default_factory=dict)

    @field_validator("stop_words", "start_words")
    @classmethod
    def _folded(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if nothing := [text for text in value or () if not words(text)]:
            raise ValueError(f"{nothing[0]!r} has neither letters nor digits, so it is no word; take it out")
        return None if value is None else tuple(" ".join(words(text)) for text in value)

    @field_validator("close_days")
    @classmethod
    def _not_before_reopening_ends(cls, value: int, values: Any) -> int:
        if value < values.data.get("reopen_days", 0):
            raise ValueError("must not be smaller than reopen_days")
        return value


async def read_inboxes(session: AsyncSession, present: Present) -> None:
    """All inboxes, each with its account."""
    names = InboxEntry.model_fields.keys() - {"team", "settings"}
    for inbox in await session.exec(select(Inbox).order_by(col(Inbox.slug))):
        secrets = present.keys.decrypt(inbox.secrets)
        account = account_of(present.channels.get(inbox.channel), inbox.settings, secrets, inbox.secret_sources)
        said = inbox.model_dump(include=set(names))
        for kept in ("stop_words", "start_words"):  # an earlier version took what is no word
            said[kept] = said[kept] and [word for word in said[kept] if word]
        present.accounts[inbox.slug] = account
        entry = InboxEntry(**said, team=present.team(inbox.team_id), settings=account.shown)
        present.put("inboxes", inbox.slug, inbox, entry)


def write_inbox(writing: Writing, key: str, values: dict[str, Any]) -> None:
    """One inbox. Its secrets are encrypted, and stand nowhere else."""
    account = writing.accounts[key]
    team, settings = writing.teams[values.pop("team")], values.pop("settings", {})
    sources = _sources(settings, account.secrets)
    secrets = _secrets(account, writing.present.accounts.get(key), sources)
    writing.put(
        "inboxes", key, Inbox,
        {
            **values, "team_id": team, "settings": _without(settings, account.secrets),
            "secrets": writing.present.keys.encrypt(secrets), "secret_sources": sources,
        },
    )  # fmt: skip


def _secrets(account: Account, present: Account | None, sources: Mapping[str, Any]) -> dict[str, Any]:
    """The secrets of the files; where the row's source was kept, the row's."""
    found = flat(account.secrets)
    if present is not None:
        here, there = flat(present.sources), flat(account.sources)
        kept = {name for name, source in flat(sources).items() if source == here.get(name) != there.get(name)}
        found |= {name: value for name, value in flat(present.secrets).items() if name in kept}
    return nested(found)


def _without(settings: Mapping[str, Any], secrets: Mapping[str, Any]) -> dict[str, Any]:
    """Settings without their secrets."""
    found = {}
    for name, value in settings.items():
        below = secrets.get(name)
        if below is None or isinstance(below, Mapping):
            found[name] = _without(value, below or {}) if isinstance(value, Mapping) else value
    return found


def _sources(settings: Mapping[str, Any], secrets: Mapping[str, Any]) -> dict[str, Any]:
    """Where the secrets were found, as far as a file said so."""
    found: dict[str, Any] = {}
    for name, value in secrets.items():
        said = settings.get(name)
        if isinstance(value, Mapping) and isinstance(said, Mapping):
            found[name] = _sources(said, value)
        elif isinstance(said, Mapping) and is_secret(said) and "stored" not in said:
            found[name] = said
    return found
