"""The places that a reader may look at: views, teams and channels."""

from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer
from omnidesk.desk.views.named import VIEWS, Asked
from omnidesk.store.models import Inbox, Team

_UNCOUNTED = ("resolved",)


@dataclass(frozen=True, slots=True)
class Place:
    """A view as it is offered; the name of a built-in one or a channel is said by the pages."""

    name: str
    title: str
    asked: Asked


@dataclass(frozen=True, slots=True)
class Places:
    """All that a reader is offered."""

    built_in: list[Place]
    teams: list[Place]
    channels: list[Place]

    @property
    def all(self) -> list[Place]:
        """One after the other."""
        return [*self.built_in, *self.teams, *self.channels]

    @property
    def counted(self) -> list[Asked]:
        """Those whose number is shown."""
        return [place.asked for place in self.all if place.name not in _UNCOUNTED]


async def places(session: AsyncSession, viewer: Viewer) -> Places:
    """What a viewer is offered; nothing of teams that are closed to them."""
    teams = (await session.exec(select(Team.id, Team.name).order_by(col(Team.name)))).all()
    inboxes = select(Inbox.channel).distinct().where(col(Inbox.team_id).not_in(viewer.hidden_team_ids))
    channels = sorted((await session.exec(inboxes)).all())
    return Places(
        [_place(name, name) for name in VIEWS],
        [_place(f"team-{team_id}", name) for team_id, name in teams if team_id not in viewer.hidden_team_ids],
        [_place(f"channel-{channel}", channel) for channel in channels],
    )


def _place(name: str, title: str) -> Place:
    return Place(name, title, Asked(name))
