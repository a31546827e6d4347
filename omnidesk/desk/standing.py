"""Standing: how much of its promised time each timer of a case has spent, and when it spends more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import sla
from omnidesk.desk.calendars.clocks import Stretch
from omnidesk.store.models import Case, SlaPolicy, SlaTimer, TimerState


@dataclass(frozen=True, slots=True)
class Standing:
    """A timer, the seconds of it that counted, pauses left out, and the stretch in which more will."""

    timer: SlaTimer
    counted: float
    counts: Stretch | None


async def standings(
    session: AsyncSession, case: Case, timers: Sequence[SlaTimer], policy: SlaPolicy | None, now: datetime
) -> list[Standing]:
    """How the timers of a case stand now."""
    clock = (await sla.clocks_of(session, [case], policy))[case.id]
    spent = await sla.counted(session, {timer.id: clock for timer in timers}, now)
    goes_on = clock.stretch(now)
    return [
        Standing(timer, spent[timer.id], goes_on if timer.state == TimerState.RUNNING else None) for timer in timers
    ]
