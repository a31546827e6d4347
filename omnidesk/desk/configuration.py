"""A desk described in files: `desk/*.yaml` and `bots/*.yaml`. Rows are the truth; the files are an import."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import Channel
from omnidesk.desk.inboxes import split_secrets
from omnidesk.errors import Invalid
from omnidesk.store.db import Transaction
from omnidesk.store.keys import Keys
from omnidesk.store.models import Agent, BotVersion, FaqEntry, Inbox, Membership, Role, SlaPolicy, Survey, Team
from omnidesk.text.folding import words

# ten times faster, where PyYAML was built with it
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Texts = dict[Literal["en", "tr"], str]
Slug = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TeamEntry(_Entry):
    """A team."""

    slug: str = Slug
    name: str
    closed: bool = False


class AgentEntry(_Entry):
    """An agent; passwords never stand in files."""

    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    name: str
    role: Role = Role.AGENT
    teams: tuple[str, ...] = ()
    language: Literal["en", "tr"] = "en"


class SlaPolicyEntry(_Entry):
    """Promises, as ISO 8601 durations."""

    slug: str = Slug
    name: str
    first_response: timedelta | None = None
    resolution: timedelta | None = None


class SurveyEntry(_Entry):
    """A question after resolving."""

    slug: str = Slug
    name: str = ""
    kind: Literal["csat"] = "csat"
    delay: timedelta = timedelta()
    expires: timedelta = timedelta(days=14)
    ask_after_bot: bool = False
    question: Texts
    labels: dict[Literal["en", "tr"], tuple[str, str, str, str, str]]

    @field_validator("question", "labels")
    @classmethod
    def _in_both_languages(cls, value: dict[str, Any]) -> dict[str, Any]:
        if missing := {"en", "tr"} - value.keys():
            raise ValueError(f"is missing in {', '.join(sorted(missing))}")
        return value


class InboxEntry(_Entry):
    """An account of a channel with the channel's own settings."""

    slug: str = Slug
    channel: str
    name: str
    team: str
    bot: str | None = None
    language: Literal["en", "tr"] = "en"
    join: Literal["thread", "person", "new"] | None = None
    stop_words: tuple[str, ...] | None = None
    start_words: tuple[str, ...] | None = None
    reopen_days: int = Field(default=7, ge=0)
    close_days: int = Field(default=14, ge=0)
    settings: dict[str, Any] = Field(default_factory=dict)

    @field_validator("stop_words", "start_words")
    @classmethod
    def _folded(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if value is None else tuple(" ".join(words(text)) for text in value)

    @field_validator("close_days")
    @classmethod
    def _not_before_reopening_ends(cls, value: int, values: Any) -> int:
        if value < values.data.get("reopen_days", 0):
            raise ValueError("must not be smaller than reopen_days")
        return value


class FaqItem(_Entry):
    """A question people ask, in both languages."""

    slug: str = Slug
    bot: str
    title: Texts
    questions: dict[Literal["en", "tr"], tuple[str, ...]]
    answer: Texts


class DeskFiles(_Entry):
    """All that the files of a folder describe, and the bots' own texts."""

    teams: tuple[TeamEntry, ...] = ()
    agents: tuple[AgentEntry, ...] = ()
    sla_policies: tuple[SlaPolicyEntry, ...] = ()
    surveys: tuple[SurveyEntry, ...] = ()
    inboxes: tuple[InboxEntry, ...] = ()
    faq: tuple[FaqItem, ...] = ()

    @model_validator(mode="after")
    def _each_is_there_once(self) -> Self:
        for kind, entries in self:
            names = Counter(entry.email.lower() if kind == "agents" else entry.slug for entry in entries)
            if twice := [name for name, times in names.items() if times > 1]:
                raise ValueError(f"{kind}: {twice[0]} is there twice")
        return self


@dataclass(frozen=True, slots=True)
class BotFile:
    """A bot's YAML text."""

    slug: str
    name: str
    path: str
    text: str


def read(folder: Path) -> tuple[DeskFiles, list[BotFile]]:
    """Read a folder. Raises Invalid with file and field."""
    kinds: dict[str, list[Any]] = {}
    bots = []
    for path in sorted([*(folder / "desk").glob("*.yaml"), *(folder / "bots").glob("*.yaml")]):
        text = path.read_text()
        content = _load(path, text)
        if "bot" in content:
            bots.append(_bot(path, content["bot"], text))
            continue
        for kind, entries in content.items():
            if kind not in DeskFiles.model_fields or not isinstance(entries, list):
                raise Invalid(f"{path}: {kind}: not a kind of entry; known: {', '.join(DeskFiles.model_fields)}")
            kinds.setdefault(kind, []).extend(entries)
    try:
        return DeskFiles.model_validate(kinds), bots
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Invalid(f"{folder}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _bot(path: Path, head: Any, text: str) -> BotFile:
    try:
        return BotFile(head["slug"], head["name"], path.name, text)
    except (TypeError, KeyError) as error:
        raise Invalid(f"{path}: bot: needs a slug and a name") from error


def _load(path: Path, text: str) -> dict[str, Any]:
    try:
        content = yaml.load(text, _LOADER) or {}  # noqa: S506 - both loaders are safe ones
    except yaml.YAMLError as error:
        raise Invalid(f"{path}: {error}") from error
    if not isinstance(content, dict):
        raise Invalid(f"{path}: the top level must be keys such as teams, agents, inboxes")
    return content


async def is_empty(session: AsyncSession) -> bool:
    """Whether nothing was set up yet."""
    return (await session.exec(select(Team.id).limit(1))).first() is None


async def bring_in(
    tx: Transaction, keys: Keys, channels: Mapping[str, type[Channel]], files: DeskFiles, bots: list[BotFile]
) -> None:
    """Make rows of what the files describe, in an empty store. Raises Invalid."""
    teams = {entry.slug: tx.new_id() for entry in files.teams}
    for team in files.teams:
        tx.add(Team(id=teams[team.slug], **team.model_dump(), created_at=tx.now))
    for agent in files.agents:
        _add_agent(tx, agent, teams)
    for policy in files.sla_policies:
        targets: dict[str, Any] = {name: _seconds(getattr(policy, name)) for name in ("first_response", "resolution")}
        tx.add(SlaPolicy(id=tx.new_id(), slug=policy.slug, name=policy.name, created_at=tx.now, **targets))
    for survey in files.surveys:
        _add_survey(tx, survey)
    for inbox in files.inboxes:
        _add_inbox(tx, keys, channels, inbox, teams)
    for bot in bots:
        tx.add(BotVersion(id=tx.new_id(), slug=bot.slug, name=bot.name, source={bot.path: bot.text}, created_at=tx.now))
    for item in files.faq:
        tx.add(FaqEntry(id=tx.new_id(), **item.model_dump(mode="json"), updated_at=tx.now))


def _team(teams: Mapping[str, int], slug: str, where: str) -> int:
    if slug not in teams:
        raise Invalid(f"{where}: there is no team {slug}; known: {', '.join(teams)}")
    return teams[slug]


def _add_agent(tx: Transaction, entry: AgentEntry, teams: Mapping[str, int]) -> None:
    agent = Agent(
        id=tx.new_id(), email=entry.email.lower(), name=entry.name, role=entry.role, language=entry.language,
        created_at=tx.now,
    )  # fmt: skip
    tx.add(agent)
    for slug in entry.teams:
        team_id = _team(teams, slug, f"agents.{entry.email}.teams")
        tx.add_row(Membership, {"team_id": team_id, "agent_id": agent.id})


def _add_survey(tx: Transaction, entry: SurveyEntry) -> None:
    shown = entry.model_dump(mode="json", include={"question", "labels"})
    tx.add(
        Survey(
            id=tx.new_id(), slug=entry.slug, kind=entry.kind, delay=_seconds(entry.delay) or 0,
            expires=_seconds(entry.expires) or 0, ask_after_bot=entry.ask_after_bot, texts=shown, created_at=tx.now,
        )
    )  # fmt: skip


def _add_inbox(
    tx: Transaction, keys: Keys, channels: Mapping[str, type[Channel]], entry: InboxEntry, teams: Mapping[str, int]
) -> None:
    if entry.channel not in channels:
        raise Invalid(f"inboxes.{entry.slug}.channel: {entry.channel} is not installed; known: {', '.join(channels)}")
    try:
        settings = channels[entry.channel].Settings.model_validate(entry.settings)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise Invalid(f"inboxes.{entry.slug}.settings.{where}: {first['msg']}") from error
    plain, secret = split_secrets(settings)
    values = entry.model_dump(exclude={"team", "settings"})
    team_id = _team(teams, entry.team, f"inboxes.{entry.slug}.team")
    tx.add(
        Inbox(
            id=tx.new_id(), **values, team_id=team_id, settings=plain, secrets=keys.encrypt(secret),
            created_at=tx.now, updated_at=tx.now,
        )
    )  # fmt: skip


def _seconds(duration: timedelta | None) -> int | None:
    return None if duration is None else int(duration.total_seconds())
