"""Comparing files with the rows: what applying would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import Channel
from omnidesk.contract.responder import Responder
from omnidesk.desk.configuration.accounts import Account
from omnidesk.desk.configuration.checking import Known, check
from omnidesk.desk.configuration.difference import Change, Desk, difference, flat
from omnidesk.desk.configuration.files import BotFile, DeskFiles
from omnidesk.desk.configuration.kinds import KINDS
from omnidesk.desk.configuration.present import Present
from omnidesk.desk.configuration.rows import read_rows
from omnidesk.store.keys import Keys
from omnidesk.store.models import Team


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


def _known(present: Present) -> Known:
    inboxes = {slug: row.channel for slug, row in present.rows["inboxes"].items()}
    fixed = {
        f"{kind}.{key}.{name}": str(getattr(row, name))
        for kind, name in (("statuses", "category"), ("fields", "kind"))
        for key, row in present.rows[kind].items()
    }
    calendars, teams, bots = (present.rows[kind].keys() for kind in ("calendars", "teams", "bots"))
    return Known(calendars, teams, bots, inboxes, fixed)


def _wanted(files: DeskFiles, bots: list[BotFile], accounts: Mapping[str, Account]) -> Desk:
    wanted: dict[str, dict[str, Any]] = {
        kind: {entry.key: entry.values for entry in getattr(files, kind)} for kind in KINDS if kind != "bots"
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
