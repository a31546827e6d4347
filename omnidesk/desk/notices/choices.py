"""How an agent wants to hear of things: by which ways, how often, and when not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.errors import Invalid
from omnidesk.store import dialect
from omnidesk.store.db import Transaction, table_of
from omnidesk.store.models import NoticeChoice, NoticeKind

AT_ONCE = timedelta(minutes=1)
"""A mail "at once" waits so long: what is seen meanwhile needs none, and what comes together goes together."""
_MORNING = 9


class Mail(StrEnum):
    """Whether a kind of notice comes by email."""

    OFF = "off"
    ONCE = "once"
    DIGEST = "digest"


class Rhythm(StrEnum):
    """When digests go."""

    QUARTER = "quarter"
    HOURLY = "hourly"
    DAILY = "daily"


@dataclass(frozen=True, slots=True)
class Way:
    """How notices of a kind leave the desk; in its own list they always stand."""

    push: bool
    mail: Mail


DEFAULTS: Mapping[NoticeKind, Way] = {
    NoticeKind.ASSIGNED: Way(True, Mail.DIGEST),
    NoticeKind.MENTION: Way(True, Mail.DIGEST),
    NoticeKind.HANDOFF: Way(True, Mail.OFF),
    NoticeKind.WROTE: Way(True, Mail.OFF),
    NoticeKind.NOT_SENT: Way(True, Mail.ONCE),
    NoticeKind.SLA: Way(True, Mail.DIGEST),
    NoticeKind.SENDING: Way(True, Mail.ONCE),
}


async def of(session: AsyncSession, agent_id: int) -> NoticeChoice:
    """What an agent chose, or the defaults."""
    return await session.get(NoticeChoice, agent_id) or NoticeChoice(agent_id=agent_id)


def way(choice: NoticeChoice | None, kind: str) -> Way:
    """How notices of a kind leave the desk for who chose this."""
    default = DEFAULTS[NoticeKind(kind)]
    chosen = choice.ways.get(kind) if choice else None
    return Way(bool(chosen["push"]), Mail(chosen["mail"])) if chosen else default


async def keep(tx: Transaction, choice: NoticeChoice) -> None:
    """Keep what an agent chose. Raises Invalid."""
    if bool(choice.quiet_from) != bool(choice.quiet_to):
        raise Invalid("Quiet hours need a beginning and an end.", fields={"quiet_to": "missing"}, code="quiet_half")
    if choice.quiet_from and choice.quiet_from == choice.quiet_to:
        raise Invalid("Quiet hours begin and end at the same time.", fields={"quiet_to": "equal"}, code="quiet_equal")
    row = choice.model_dump()
    await dialect.put(await tx.session.connection(), table_of(NoticeChoice), row, key=["agent_id"])


def mail_at(choice: NoticeChoice | None, mail: Mail, now: datetime) -> datetime | None:
    """When a mail of a notice is due; quiet hours come on top of it (see `quiet_until`)."""
    if mail == Mail.OFF:
        return None
    if mail == Mail.ONCE:
        return now + AT_ONCE
    return _next_digest(choice or NoticeChoice(agent_id=0), now)


def _next_digest(choice: NoticeChoice, now: datetime) -> datetime:
    local = now.astimezone(ZoneInfo(choice.zone))
    if choice.rhythm == Rhythm.DAILY:
        day = local.date() + timedelta(days=local.hour >= _MORNING)
        return datetime.combine(day, time(_MORNING), local.tzinfo).astimezone(now.tzinfo)
    minutes = 15 if choice.rhythm == Rhythm.QUARTER else 60
    return now.replace(minute=now.minute // minutes * minutes, second=0, microsecond=0) + timedelta(minutes=minutes)


def quiet_until(choice: NoticeChoice | None, now: datetime) -> datetime | None:
    """The end of the quiet hours that it is in now, if it is. They may go over midnight."""
    if choice is None or not choice.quiet_from:
        return None
    local = now.astimezone(ZoneInfo(choice.zone))
    begins, ends = time.fromisoformat(choice.quiet_from), time.fromisoformat(choice.quiet_to)
    for day in (local.date() - timedelta(days=1), local.date()):
        if str(day.weekday()) not in choice.quiet_days:
            continue
        first = datetime.combine(day, begins, local.tzinfo)
        last = datetime.combine(day + timedelta(days=ends < begins), ends, local.tzinfo)
        if first <= local < last:
            return last.astimezone(now.tzinfo)
    return None
