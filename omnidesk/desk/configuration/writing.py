"""Writing entries: rows are made and changed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col, delete

from omnidesk.desk.configuration.accounts import Account
from omnidesk.desk.configuration.difference import Desk
from omnidesk.desk.configuration.present import Present
from omnidesk.store import dialect
from omnidesk.store.db import Transaction, table_of
from omnidesk.store.models import Membership


@dataclass(slots=True)
class Writing:
    """One application of files. `teams` and `calendars` are found by their slugs.

    `placed`: how many of a kind were put behind its last.
    """

    tx: Transaction
    present: Present
    wanted: Desk
    accounts: Mapping[str, Account]
    teams: dict[str, int] = field(init=False)
    calendars: dict[str, int] = field(init=False)
    members: dict[int, list[int]] = field(default_factory=dict)
    placed: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        rows = self.present.rows
        self.teams = {slug: row.id for slug, row in rows["teams"].items()}
        self.calendars = {slug: row.id for slug, row in rows["calendars"].items()}

    def put(self, kind: str, key: str, model: Any, values: dict[str, Any]) -> int:
        """Insert or change the row of an entry; gives its id."""
        return self.put_as(self.present.rows[kind].get(key), model, values)

    def put_as(self, row: Any, model: Any, values: dict[str, Any]) -> int:
        """As `put`, of a row that is known; None: of none yet."""
        if row is None:
            stamps = {name: self.tx.now for name in ("created_at", "updated_at") if name in model.model_fields}
            return int(self.tx.new(model, **stamps, **values).id)
        stamps = {"updated_at": self.tx.now} if "updated_at" in model.model_fields else {}
        changes = {name: value for name, value in values.items() if getattr(row, name) != value}
        self.tx.update_row(model, row.id, {"version": row.version + 1, **stamps, **changes})
        return int(row.id)

    async def end(self) -> None:
        """Write memberships, which need their agents and teams."""
        await self.tx.flush()
        for agent_id, teams in self.members.items():
            gone = (col(Membership.agent_id) == agent_id, col(Membership.team_id).not_in(teams))
            await self.tx.session.exec(delete(Membership).where(*gone))
            rows = [{"team_id": team_id, "agent_id": agent_id, "assigned_at": None} for team_id in teams]
            connection = await self.tx.session.connection()
            await dialect.insert_new(
                connection, table_of(Membership), rows, key=["team_id", "agent_id"], give="team_id"
            )  # fmt: skip
