"""Cases become at risk by the clock alone, and pages show it at that moment."""

import asyncio
from datetime import timedelta
from typing import Any

from playwright.async_api import expect

from omnidesk.store.models import Case
from omnidesk.web.live import LIVE
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_browser import picture, size
from tests.web.test_live import heard, open_live


async def soon(office: Office, text: str, **said: Any) -> Case:
    """A case that is at risk in a second."""
    case = await office.says(text, **said)
    await office.becomes(case, at_risk_at=office.clock() + timedelta(seconds=1))
    return await office.case(case.number)


async def test_who_may_see_a_case_hears_that_it_is_at_risk_now(office: Office, visit: Visit) -> None:
    case = await office.says("Help")
    secret = await office.says("Secret", inbox="billing", sender="zoe")
    for one in (case, secret):
        await office.becomes(one, at_risk_at=office.clock() + timedelta(minutes=10))
    ada, bo = await open_live(await visit("Ada"), view="risk"), await open_live(await visit("Bo"), view="risk")
    await heard(ada)
    await heard(bo)
    for minutes, numbers in ((9, ([], [])), (2, ([case.number, secret.number], [case.number])), (1, ([], []))):
        office.clock.skip(minutes=minutes)
        await office.app[LIVE].risks.look()
        told = await asyncio.gather(heard(ada), heard(bo))
        assert [sorted(str(message.get("case")) for message in messages) for messages in told] == [
            sorted(map(str, expected)) for expected in numbers
        ]


async def test_the_list_and_its_count_follow_the_clock(office: Office, window: Any) -> None:
    page = await window("Bo", "/inbox/risk", **size("wide"))
    await expect(page.locator(".row")).to_have_count(0)
    case = await soon(office, "The roof is leaking", name="Mia")
    await expect(page.locator(f"#row-{case.number}")).to_be_visible()
    await expect(page.locator("#view-risk .n")).to_have_text("1")
    assert office.clock() >= (case.at_risk_at or office.clock())
    await picture(page, "risk")


async def test_so_many_at_once_are_one_word_to_every_page(office: Office, visit: Visit) -> None:
    socket = await open_live(await visit("Ada"), view="risk")
    office.app[LIVE].at_risk(None)
    assert await heard(socket) == [{"refresh": True}]
