"""Applying files: the difference becomes rows, all of it or nothing."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from pydantic import TypeAdapter
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import Channel
from omnidesk.contract.responder import Responder
from omnidesk.desk.configuration.checking import Account, Known, check
from omnidesk.desk.configuration.difference import Change, Desk, difference, flat, is_secret, nested
from omnidesk.desk.configuration.entries import BotFile, DeskFiles, key_of
from omnidesk.desk.configuration.rows import KINDS, Present, read_rows, values_of
from omnidesk.desk.macros import Written, columns
from omnidesk.events import WorkWaiting
from omnidesk.store import dialect
from omnidesk.store.db import Transaction, table_of
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
    SlaPolicy,
    Status,
    Survey,
    Team,
)

_SETUP = {"statuses": Status, "fields": FieldDefinition, "labels": Label, "dispositions": Disposition}
_DURATION = TypeAdapter(timedelta)


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying would do."""

    changes: Sequence[Change]
    wanted: Desk
    accounts: Mapping[str, Account]
    present: Present

    @property
    def unnamed(self) -> int:
        """How many entries are here that no file names; they stay."""
        return sum(len(self.present.values[kind].keys() - self.wanted[kind].keys()) for kind in KINDS)


@dataclass(frozen=True, slots=True)
class Installed:
    """What files are checked against."""

    keys: Keys
    channels: Mapping[str, type[Channel]]
    responder: Responder | None = None


async def plan(
    session: AsyncSession, installed: Installed, files: DeskFiles, bots: list[BotFile], *, force: bool = False
) -> Plan:
    """Compare files with the rows. Raises Invalid with everything that is wrong in the files."""
    present = await read_rows(session, installed.keys, installed.channels)
    accounts = check(files, bots, installed.channels, _known(present), installed.responder)
    wanted = _wanted(files, bots, accounts)
    changes = difference(wanted, present.values, present.applied, force=force)
    return Plan([*changes, *_new_secrets(accounts, present)], wanted, accounts, present)


async def is_empty(session: AsyncSession) -> bool:
    """Whether nothing was set up yet."""
    return (await session.exec(select(Team.id).limit(1))).first() is None


async def bring_in(
    tx: Transaction, keys: Keys, channels: Mapping[str, type[Channel]], files: DeskFiles, bots: list[BotFile]
) -> None:
    """Make rows of what files describe, in an empty store. Raises Invalid."""
    installed = Installed(keys, channels)
    await apply(tx, installed, await plan(tx.session, installed, files, bots))


def _known(present: Present) -> Known:
    inboxes = {slug: row.channel for slug, row in present.rows["inboxes"].items()}
    fixed = {
        f"{kind}.{key}.{name}": str(getattr(row, name))
        for kind, name in (("statuses", "category"), ("fields", "kind"))
        for key, row in present.rows[kind].items()
    }
    return Known(present.rows["teams"].keys(), present.rows["bots"].keys(), inboxes, fixed)


def _wanted(files: DeskFiles, bots: list[BotFile], accounts: Mapping[str, Account]) -> Desk:
    wanted: dict[str, dict[str, Any]] = {
        kind: {key_of(entry): values_of(entry) for entry in getattr(files, kind)} for kind in KINDS if kind != "bots"
    }
    for slug, account in accounts.items():
        wanted["inboxes"][slug]["settings"] = account.shown
    wanted["bots"] = {bot.slug: {"name": bot.name, "source": {bot.path: bot.text}} for bot in bots}
    return wanted


def _new_secrets(accounts: Mapping[str, Account], present: Present) -> list[Change]:
    """Secrets that are found where they were, but are others now; they are not shown."""
    found = []
    for slug, account in accounts.items():
        if slug in present.accounts:
            before, after = flat(present.accounts[slug].secrets), flat(account.secrets)
            here, there = flat(present.accounts[slug].sources), flat(account.sources)
            found += [
                Change("inboxes", slug, f"settings.{name} (the secret itself)", "one", "another")
                for name in after
                if after[name] != before.get(name) and here.get(name) == there.get(name)
            ]
    return found


async def apply(tx: Transaction, installed: Installed, made: Plan) -> None:
    """Do what a plan of this transaction's session says."""
    by_entry: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in made.changes:
        by_entry[change.kind, change.key].append(change)
    writer = _Writer(tx, installed.keys, made)
    for kind in KINDS:
        for key, values in made.wanted[kind].items():
            if changes := [change for change in by_entry[kind, key] if not change.kept]:
                writer.write(kind, key, _after(made.present.values[kind].get(key), values, changes))
            await _remember(tx, kind, key, made, by_entry[kind, key])
    await writer.end()
    tx.publish(WorkWaiting("inboxes"))


def _after(present: Mapping[str, Any] | None, wanted: Mapping[str, Any], changes: Sequence[Change]) -> dict[str, Any]:
    """The values that an entry has afterwards."""
    if present is None:
        return dict(wanted)
    after, new = flat(present), flat(wanted)
    for change in changes:
        if change.field in new:
            after[change.field] = new[change.field]
        elif change.field in after:
            del after[change.field]
    return nested(after)


async def _remember(tx: Transaction, kind: str, key: str, made: Plan, changes: Sequence[Change]) -> None:
    """What the files said last; of a field that was kept, what they said before."""
    last = flat(made.present.applied[kind].get(key, {}))
    kept = {change.field for change in changes if change.kept}
    said = {name: value for name, value in flat(made.wanted[kind][key]).items() if name not in kept}
    row = {"kind": kind, "key": key, "values": nested({**{n: last[n] for n in kept if n in last}, **said})}
    if made.present.applied[kind].get(key) != row["values"]:
        values = {**row, "applied_at": tx.now}
        await dialect.put(await tx.session.connection(), table_of(Applied), values, key=["kind", "key"])


class _Writer:
    """Makes and changes rows; teams are known by their slugs."""

    def __init__(self, tx: Transaction, keys: Keys, made: Plan) -> None:
        self._tx = tx
        self._keys = keys
        self._made = made
        self._teams = {slug: row.id for slug, row in made.present.rows["teams"].items()}
        self._members: dict[int, list[int]] = {}
        self._placed: Counter[str] = Counter()

    def write(self, kind: str, key: str, values: dict[str, Any]) -> None:
        """Write one entry."""
        how: dict[str, Callable[[str, dict[str, Any]], None]] = {
            "teams": self._team, "agents": self._agent, "sla_policies": self._policy, "surveys": self._survey,
            "inboxes": self._inbox, "bots": self._bot, "faq": self._faq,
            "canned_replies": self._macro, "macros": self._macro,
            **{setup: partial(self._setup, setup, model) for setup, model in _SETUP.items()},
        }  # fmt: skip
        how[kind](key, values)

    def _put(self, kind: str, key: str, model: Any, values: dict[str, Any]) -> int:
        """Insert or change the row of an entry; gives its id."""
        return self._put_as(self._made.present.rows[kind].get(key), model, values)

    def _put_as(self, row: Any, model: Any, values: dict[str, Any]) -> int:
        if row is None:
            stamps = {name: self._tx.now for name in ("created_at", "updated_at") if name in model.model_fields}
            return int(self._tx.new(model, **stamps, **values).id)
        stamps = {"updated_at": self._tx.now} if "updated_at" in model.model_fields else {}
        changes = {name: value for name, value in values.items() if getattr(row, name) != value}
        self._tx.update_row(model, row.id, {"version": row.version + 1, **stamps, **changes})
        return int(row.id)

    def _team(self, key: str, values: dict[str, Any]) -> None:
        self._teams[key] = self._put("teams", key, Team, values)

    def _agent(self, key: str, values: dict[str, Any]) -> None:
        teams = [self._teams[slug] for slug in values.pop("teams")]
        self._members[self._put("agents", key, Agent, values)] = teams

    def _policy(self, key: str, values: dict[str, Any]) -> None:
        times = {name: _seconds(values[name]) for name in ("first_response", "resolution")}
        self._put("sla_policies", key, SlaPolicy, {**values, **times})

    def _survey(self, key: str, values: dict[str, Any]) -> None:
        texts = {name: values.pop(name) for name in ("question", "labels")}
        times = {name: _seconds(values[name]) for name in ("delay", "expires")}
        self._put("surveys", key, Survey, {**values, **times, "texts": texts})

    def _inbox(self, key: str, values: dict[str, Any]) -> None:
        account = self._made.accounts[key]
        team, settings = self._teams[values.pop("team")], values.pop("settings", {})
        sources = _sources(settings, account.secrets)
        secrets = self._secrets(key, account, sources)
        self._put(
            "inboxes", key, Inbox,
            {
                **values, "team_id": team, "settings": _without(settings, account.secrets),
                "secrets": self._keys.encrypt(secrets), "secret_sources": sources,
            },
        )  # fmt: skip

    def _secrets(self, key: str, account: Account, sources: Mapping[str, Any]) -> dict[str, Any]:
        """The secrets of the files; where the row's source was kept, the row's."""
        present = self._made.present.accounts.get(key)
        found = flat(account.secrets)
        if present is not None:
            here, there = flat(present.sources), flat(account.sources)
            kept = {name for name, source in flat(sources).items() if source == here.get(name) != there.get(name)}
            found |= {name: value for name, value in flat(present.secrets).items() if name in kept}
        return nested(found)

    def _bot(self, key: str, values: dict[str, Any]) -> None:
        newest = self._made.present.rows["bots"].get(key)
        version = newest.version + 1 if newest else 1
        source = self._made.wanted["bots"][key]["source"]
        self._tx.new(
            BotVersion, slug=key, version=version, name=values["name"], source=source, created_at=self._tx.now
        )  # fmt: skip

    def _faq(self, key: str, values: dict[str, Any]) -> None:
        self._put("faq", key, FaqEntry, values)

    def _macro(self, key: str, values: dict[str, Any]) -> None:
        """A canned reply is a macro that does nothing."""
        kind = MacroKind.MACRO if "actions" in values else MacroKind.CANNED_REPLY
        team = self._teams[values["team"]] if values["team"] else None
        written = Written(kind, values["name"], values["shortcut"], values.get("text", {}), values.get("actions", ()))
        present = self._made.present.rows["macros" if "actions" in values else "canned_replies"]
        self._put_as(present.get(key), Macro, {**columns(written), "slug": key, "team_id": team, "deleted_at": None})

    def _setup(self, kind: str, model: Any, key: str, values: dict[str, Any]) -> None:
        """What is new comes last in its list; the order is changed in the pages."""
        present = self._made.present.rows[kind]
        if key not in present and "place" in model.model_fields:
            last = max((row.place for row in present.values()), default=0)
            self._placed[kind] += 1
            values["place"] = last + self._placed[kind]
        self._put(kind, key, model, values)

    async def end(self) -> None:
        """Write memberships, which need their agents and teams."""
        await self._tx.flush()
        for agent_id, teams in self._members.items():
            gone = (col(Membership.agent_id) == agent_id, col(Membership.team_id).not_in(teams))
            await self._tx.session.exec(delete(Membership).where(*gone))
            rows = [{"team_id": team_id, "agent_id": agent_id, "assigned_at": None} for team_id in teams]
            connection = await self._tx.session.connection()
            await dialect.insert_new(
                connection, table_of(Membership), rows, key=["team_id", "agent_id"], give="team_id"
            )  # fmt: skip


def _seconds(text: str | None) -> int | None:
    return None if text is None else int(_DURATION.validate_python(text).total_seconds())


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
