"""The places that a reader may look at: views, teams and channels."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer
from omnidesk.desk.views.filters import Filter
from omnidesk.desk.views.named import NEWEST, VIEWS, Asked
from omnidesk.desk.views.saved import may_change, saved
from omnidesk.errors import Invalid
from omnidesk.store.models import Inbox, SavedView, Team

_UNCOUNTED = ("resolved",)


@dataclass(frozen=True, slots=True)
class Place:
    """A view as it is offered; the name of a built-in one or a channel is said by the pages."""

    name: str
    title: str
    asked: Asked
    query: str = ""
    """The filter and sort of a saved view."""

    @property
    def href(self) -> str:
        """Where its list is."""
        return f"/inbox/{self.asked.view}?{self.query}" if self.query else f"/inbox/{self.name}"


@dataclass(frozen=True, slots=True)
class Places:
    """All that a reader is offered."""

    built_in: list[Place]
    teams: list[Place]
    channels: list[Place]
    saved: list[Place]
    rows: Sequence[SavedView]
    """The saved views as they are kept."""

    @property
    def all(self) -> list[Place]:
        """One after the other."""
        return [*self.built_in, *self.saved, *self.teams, *self.channels]

    @property
    def counted(self) -> dict[str, Asked]:
        """Those whose number is shown."""
        return {place.name: place.asked for place in self.all if place.name not in _UNCOUNTED}

    @property
    def alike(self) -> dict[str, Asked]:
        """Those of the counted ones that hold the same for everybody who sees the same teams."""
        own = ("mine", "mentions", *(place.name for place in self.saved))
        return {name: asked for name, asked in self.counted.items() if name not in own}

    def saved_at(self, view: str, query: str) -> SavedView | None:
        """The saved view that a list is, if it is one; where nothing is said, the newest come first."""
        plain = query.removesuffix(f"sort={NEWEST}").removesuffix("&")
        return next((row for row in self.rows if (row.view, row.query) == (view, plain)), None)

    def changeable(self, viewer: Viewer, view: str) -> list[SavedView]:
        """The saved views of a list that a viewer may change."""
        return [row for row in self.rows if row.view == view and may_change(viewer, row)]


async def places(session: AsyncSession, viewer: Viewer) -> Places:
    """What a viewer is offered; nothing of teams that are closed to them."""
    teams = (await session.exec(select(Team.id, Team.name).order_by(col(Team.name)))).all()
    rows = [row for row in await saved(session, viewer) if _is_readable(row)]
    return Places(
        [_place(name, name) for name in VIEWS],
        [_place(f"team-{team_id}", name) for team_id, name in teams if team_id not in viewer.hidden_team_ids],
        [_place(f"channel-{channel}", channel) for channel in await channels(session, viewer)],
        [_saved_place(row) for row in rows],
        rows,
    )


async def channels(session: AsyncSession, viewer: Viewer) -> list[str]:
    """The channels of inboxes that are open to a viewer."""
    inboxes = select(Inbox.channel).distinct().where(col(Inbox.team_id).not_in(viewer.hidden_team_ids))
    return sorted((await session.exec(inboxes)).all())


def _is_readable(row: SavedView) -> bool:
    """Whether its filter still means something."""
    try:
        _saved_place(row)
    except Invalid:
        return False
    return True


def _saved_place(row: SavedView) -> Place:
    pairs = parse_qsl(row.query)
    return Place(f"saved-{row.id}", row.name, Asked(row.view, Filter.of(pairs), dict(pairs).get("sort")), row.query)


def _place(name: str, title: str) -> Place:
    return Place(name, title, Asked(name))
