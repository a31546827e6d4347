"""The clocks beside a case, in a browser."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlmodel import col

from omnidesk.store.models import Calendar, SlaClock, SlaPolicy, Team
from tests.office import Office

_METER = "document.querySelector('.timer.running meter')"


async def test_the_meter_moves_only_while_time_counts(office: Office, window: Callable[..., Any]) -> None:
    """Open on one day of the week alone, which is not today: what has counted stays as it is."""
    case = await office.says("Hello")
    page = await window("Ada", f"/cases/{case.number}")
    await page.clock.install(time=datetime.now(UTC))
    await page.reload()
    before = await page.evaluate(f"{_METER}.value")
    await page.clock.fast_forward("05:00")
    assert await page.evaluate(f"{_METER}.value") - before >= 299
    await office.change(SlaPolicy, col(SlaPolicy.id) > 0, clock=SlaClock.WORKING)
    async with office.database.transaction() as tx:
        later = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[(office.clock().weekday() + 3) % 7]
        schedule = {"timezone": "UTC", "hours": {later: [["09:00", "18:00"]]}}
        calendar = tx.new(Calendar, slug="hours", name="Hours", schedule=schedule, created_at=tx.now)
        hours = calendar.id
    await office.change(Team, Team.slug == "support", calendar_id=hours)
    await page.reload()
    await page.clock.fast_forward("05:00")
    assert await page.evaluate(f"{_METER}.value") == 0
