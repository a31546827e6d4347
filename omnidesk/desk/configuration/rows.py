"""What the rows say, in the words of the files."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import Channel
from omnidesk.desk.configuration.checking import Account, account_of
from omnidesk.desk.configuration.entries import (
    AgentEntry,
    CannedReplyEntry,
    DispositionEntry,
    Entry,
    FaqItem,
    FieldEntry,
    InboxEntry,
    LabelEntry,
    MacroEntry,
    SlaPolicyEntry,
    StatusEntry,
    SurveyEntry,
    TeamEntry,
    key_of,
)
from omnidesk.desk.setup import lists
from omnidesk.store.keys import Keys
from omnidesk.store.models import (
    Agent,
    Applied,
    BotVersion,
    Disposition,
    FaqEntry,
    FieldDefinition,
    Inbox,
    Label,
    Macro,
    MacroKind,
    Membership,
    Row,
    SlaPolicy,
    Status,
    Survey,
    Team,
)

KINDS = (
    "teams", "agents", "sla_policies", "surveys", "bots", "inboxes", "faq", "canned_replies", "macros", "statuses",
    "fields", "labels", "dispositions",
)  # fmt: skip
"""In the order in which they can be made."""


@dataclass(slots=True)
class Present:
    """The desk as it is: each entry's values and its row."""

    values: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    rows: dict[str, dict[str, Any]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    accounts: dict[str, Account] = field(default_factory=dict)
    applied: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))

    def put(self, kind: str, key: str, row: Row, values: Entry | dict[str, Any]) -> None:
        """Keep one entry."""
        self.rows[kind][key] = row
        self.values[kind][key] = values if isinstance(values, dict) else values_of(values)


def values_of(entry: Entry) -> dict[str, Any]:
    """An entry as JSON values."""
    return entry.model_dump(mode="json")


async def read_rows(session: AsyncSession, keys: Keys, channels: Mapping[str, type[Channel]]) -> Present:
    """All that files can describe."""
    present = Present()
    teams = {team.id: team for team in await session.exec(select(Team).order_by(col(Team.slug)))}
    for team in teams.values():
        present.put("teams", team.slug, team, TeamEntry(slug=team.slug, name=team.name, closed=team.closed))
    await _read_agents(session, present, teams)
    for policy in await session.exec(select(SlaPolicy).order_by(col(SlaPolicy.slug))):
        present.put("sla_policies", policy.slug, policy, _policy(policy))
    for survey in await session.exec(select(Survey).order_by(col(Survey.slug))):
        present.put("surveys", survey.slug, survey, _survey(survey))
    for inbox in await session.exec(select(Inbox).order_by(col(Inbox.slug))):
        account = account_of(
            channels.get(inbox.channel), inbox.settings, keys.decrypt(inbox.secrets), inbox.secret_sources
        )
        present.accounts[inbox.slug] = account
        present.put("inboxes", inbox.slug, inbox, _inbox(inbox, teams[inbox.team_id].slug, account))
    for bot in await _newest_bots(session):
        present.put("bots", bot.slug, bot, {"name": bot.name, "source": bot.source})
    for item in await session.exec(select(FaqEntry).order_by(col(FaqEntry.slug))):
        present.put("faq", item.slug, item, _faq(item))
    for macro in await session.exec(select(Macro).where(col(Macro.agent_id).is_(None)).order_by(col(Macro.slug))):
        _put_macro(present, macro, teams)
    await _read_setup(session, present)
    for applied in await session.exec(select(Applied)):
        present.applied[applied.kind][applied.key] = applied.values
    return present


async def _read_agents(session: AsyncSession, present: Present, teams: Mapping[int, Team]) -> None:
    belongs = defaultdict(list)
    for membership in await session.exec(select(Membership)):
        belongs[membership.agent_id].append(teams[membership.team_id].slug)
    for agent in await session.exec(select(Agent).order_by(col(Agent.email))):
        said = agent.model_dump(include={"email", "name", "role", "language", "active"})
        present.put("agents", agent.email, agent, AgentEntry(**said, teams=tuple(belongs[agent.id])))


async def _newest_bots(session: AsyncSession) -> Iterable[BotVersion]:
    newest = select(func.max(BotVersion.id)).group_by(BotVersion.slug)
    return await session.exec(select(BotVersion).where(col(BotVersion.id).in_(newest)).order_by(col(BotVersion.slug)))


async def _read_setup(session: AsyncSession, present: Present) -> None:
    made: tuple[tuple[str, Any, type[Entry]], ...] = (
        ("statuses", Status, StatusEntry), ("fields", FieldDefinition, FieldEntry), ("labels", Label, LabelEntry),
        ("dispositions", Disposition, DispositionEntry),
    )  # fmt: skip
    for kind, model, entry in made:
        for row in await lists.everything(session, model):
            said = entry.model_validate(row.model_dump(include=set(entry.model_fields)))
            present.put(kind, key_of(said), row, said)


def _policy(row: SlaPolicy) -> SlaPolicyEntry:
    times = {name: getattr(row, name) for name in ("first_response", "resolution")}
    promised = {name: None if value is None else timedelta(seconds=value) for name, value in times.items()}
    return SlaPolicyEntry(slug=row.slug, name=row.name, **promised)


def _survey(row: Survey) -> dict[str, Any]:
    return values_of(
        SurveyEntry(
            slug=row.slug, name=row.name, kind="csat", enabled=row.enabled, delay=timedelta(seconds=row.delay),
            expires=timedelta(seconds=row.expires), ask_after_bot=row.ask_after_bot, **row.texts,
        )
    )  # fmt: skip


def _inbox(row: Inbox, team: str, account: Account) -> dict[str, Any]:
    names = InboxEntry.model_fields.keys() - {"team", "settings"}
    return values_of(InboxEntry(**row.model_dump(include=set(names)), team=team, settings=account.shown))


def _put_macro(present: Present, row: Macro, teams: Mapping[int, Team]) -> None:
    """A shared one; of a deleted one only its row, which an entry of its name brings back."""
    said: dict[str, Any] = {"slug": row.slug, "name": row.name, "shortcut": row.shortcut, "text": row.texts}
    team = teams[row.team_id].slug if row.team_id else None
    if row.deleted_at is not None:
        present.rows["macros" if row.kind == MacroKind.MACRO else "canned_replies"][row.slug] = row
    elif row.kind == MacroKind.MACRO:
        present.put("macros", row.slug, row, MacroEntry(**said, team=team, actions=tuple(row.actions)))
    else:
        present.put("canned_replies", row.slug, row, CannedReplyEntry(**said, team=team))


def _faq(row: FaqEntry) -> FaqItem:
    return FaqItem(**row.model_dump(include=set(FaqItem.model_fields)))
