"""The desk as it is, in the words of the files."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from omnidesk.contract.channel import Channel
from omnidesk.desk.configuration.accounts import Account
from omnidesk.desk.configuration.entry import Entry
from omnidesk.store.keys import Keys
from omnidesk.store.models import Calendar, Row, Team


@dataclass(slots=True)
class Present:
    """Kind → key → an entry's values and its row. `applied`: what files said last."""

    keys: Keys
    channels: Mapping[str, type[Channel]]
    values: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    rows: dict[str, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    accounts: dict[str, Account] = field(default_factory=dict)
    applied: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    _teams: dict[int, str] = field(default_factory=dict)
    _calendars: dict[int, str] = field(default_factory=dict)

    def put(self, kind: str, key: str, row: Row, said: Entry | dict[str, Any]) -> None:
        """Keep one entry."""
        self.rows[kind][key] = row
        self.values[kind][key] = said if isinstance(said, dict) else said.values
        if isinstance(row, Team):
            self._teams[row.id] = row.slug
        elif isinstance(row, Calendar):
            self._calendars[row.id] = row.slug

    def team(self, team_id: int) -> str:
        """The slug of a team; teams are read first."""
        return self._teams[team_id]

    def calendar(self, calendar_id: int) -> str:
        """The slug of a calendar; calendars are read first."""
        return self._calendars[calendar_id]
