"""A case that is taken from somebody leaves their page, at once and without a trace."""

from typing import Any

import pytest
from playwright.async_api import expect
from sqlmodel import delete

from omnidesk.desk import actions, changes
from omnidesk.store.models import Membership, Team
from omnidesk.web import live
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_browser import picture, size
from tests.web.test_live import heard, open_live


async def give_to_billing(office: Office, number: int) -> None:
    (billing,) = [team for team in await office.all(Team) if team.slug == "billing"]
    async with office.database.transaction() as tx:
        viewer = await office.viewer("Ada")
        await changes.VERBS["team"](tx, viewer, await actions.for_work(tx, viewer, number), billing.slug)
    await office.work()


async def test_a_case_that_is_taken_away_leaves_the_screen(office: Office, window: Any) -> None:
    case = await office.says("My secret parcel", name="Mia")
    await office.says("Another one", name="Noa", sender="noa")
    page = await window("Bo", f"/inbox/all/{case.number}", **size("wide"))
    await page.focus("#text")
    await give_to_billing(office, case.number)
    await expect(page.locator("main.gone")).to_contain_text("Bu talebi artık göremezsiniz")
    await expect(page.locator(f"#row-{case.number}")).to_have_count(0)
    await expect(page.locator(".row")).to_have_count(1)
    await expect(page.locator("body")).not_to_contain_text("My secret parcel")
    await expect(page.locator("[data-back]")).to_be_focused()
    await picture(page, "gone")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/inbox/all")


async def test_on_a_phone_the_way_back_is_in_sight(office: Office, window: Any) -> None:
    case = await office.says("My secret parcel", name="Mia")
    page = await window("Bo", f"/inbox/all/{case.number}", **size("phone"))
    await give_to_billing(office, case.number)
    await expect(page.locator("[data-back]")).to_be_in_viewport()
    await picture(page, "gone-phone")


async def test_a_row_leaves_the_list_of_who_may_not_see_its_case_any_more(office: Office, visit: Visit) -> None:
    case = await office.says("Hello", name="Mia")
    await office.says("A bill", name="Noa", sender="noa", inbox="billing")
    bo = await open_live(await visit("Bo"), view="all")
    await give_to_billing(office, case.number)
    assert {"elsewhere": [case.number]} in await heard(bo, 1)
    await office.act("Ada", actions.note, case.number, "Between us")
    await office.says("And more", name="Mia")
    assert await heard(bo, 1) == []  # what goes on there is no business of Bo's


async def test_who_leaves_a_team_sees_its_cases_no_more(
    office: Office, visit: Visit, window: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_PRESENCE_SECONDS", 0.2)
    case = await office.says("My secret parcel", name="Mia")
    page = await window("Bo", f"/inbox/all/{case.number}", **size("wide"))
    await expect(page.locator(f"#row-{case.number}")).to_be_visible()
    async with office.database.transaction() as tx:
        bo = await office.viewer("Bo")
        await tx.session.exec(delete(Membership).where(Membership.agent_id == bo.agent_id))  # type: ignore[arg-type]
    await expect(page.locator("main.gone")).to_be_visible()
    await expect(page.locator(f"#row-{case.number}")).to_have_count(0)


async def test_a_page_that_asks_for_a_case_that_is_gone_is_shown_so(office: Office, visit: Visit) -> None:
    case = await office.says("My secret parcel", name="Mia")
    cy = await visit("Cy")
    path = f"/cases/{case.number}/changes?since=1&last=1&view=%22%3E%3Cb%3E"
    status, text = await cy.get(path, **{"HX-Request": "true"})
    assert status == 404
    assert "secret" not in text
    assert '<b>"' not in text
