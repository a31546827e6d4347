"""Two at one case: each sees that the other is there, and writes."""

from typing import Any

from playwright.async_api import expect

from tests.office import Office
from tests.web.test_browser import picture, size


async def test_colleagues_see_each_other_at_a_case(office: Office, window: Any) -> None:
    case = await office.says("Hello", name="Mia")
    other = await office.says("Another", sender="eve")
    ada = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    bo = await window("Bo", f"/inbox/all/{case.number}", **size("wide"))
    await expect(ada.locator("#people")).to_have_text("Bo is viewing")
    await expect(bo.locator("#people")).to_have_text("Ada bakıyor")
    await bo.fill("#text", "Dear Mia")
    await expect(ada.locator("#people")).to_have_text("Bo is writing a reply")
    await picture(ada, "collision")
    await bo.locator(f"#row-{other.number}").click()
    await expect(ada.locator("#people")).to_have_text("")
    cy = await window("Cy", "/inbox/all", **size("wide"))
    await cy.evaluate(
        "number => new Promise(done => { const s = new WebSocket(`ws://${location.host}/live`);"
        " s.onopen = () => { s.send(JSON.stringify({show: {case: number}})); setTimeout(done, 300) } })",
        case.number,
    )
    await expect(ada.locator("#people")).to_have_text("")
