"""The search page, for programs and in a browser."""

from typing import Any

import pytest
from playwright.async_api import expect

from omnidesk.desk import actions
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_browser import picture, size
from tests.web.test_pages import HTMX


async def desk_with_much_said(office: Office) -> list[int]:
    """Numbers of cases: a parcel of Ayşe's, a parcel by mail, a bill of the closed team."""
    chat = await office.says("Kargom hâlâ gelmedi, kargo takip numaram TR-88231", name="Ayşe Yılmaz", sender="ayse")
    mail = await office.says(
        "Kargonuz kutusu açık geldi. " * 30 + "Lütfen bakın.", inbox="mail", sender="mia@x.example", name="Mia Demir",
        subject="Açık kutu",
    )  # fmt: skip
    bill = await office.says("Kargo faturası iki kez gelmiş", inbox="billing", sender="zoe", name="Zoe")
    await office.act("Ada", actions.note, mail.number, "Kargocuyu aradım, <b>yarın</b> dönecek.")
    return [chat.number, mail.number, bill.number]


async def test_results_show_why_they_were_found(office: Office, visit: Visit) -> None:
    chat, mail, bill = await desk_with_much_said(office)
    bo = await visit("Bo")
    _, text = await bo.get("/search?q=kargo")
    assert f'id="row-{chat}"' in text
    assert f'id="row-{mail}"' in text
    assert f'id="row-{bill}"' not in text
    assert "<mark>Kargom</mark>" in text
    assert "Billing ekibinde 1 talep" in text  # Bo reads Turkish
    _, text = await bo.get("/search?q=dönecek")
    assert "&lt;b&gt;" in text
    async with bo.session.get("/search/rows?q=yilmza", headers=HTMX) as response:
        assert response.headers["HX-Replace-Url"] == "/search?q=yilmza"
        assert "Ayşe Yılmaz" in await response.text()
    _, text = await bo.get(f"/search?q=%23{bill}")
    assert "bir şey bulunamadı" in text


async def test_a_case_is_opened_beside_what_was_found(office: Office, visit: Visit) -> None:
    chat, _, bill = await desk_with_much_said(office)
    bo = await visit("Bo")
    status, text = await bo.get(f"/search/{chat}?q=kargo")
    assert (status, text.count('aria-current="true"')) == (200, 1)
    assert 'href="/search?q=kargo"' in text  # the way back on a phone
    assert (await bo.get(f"/search/{bill}?q=kargo"))[0] == 404
    assert (await (await visit("Cy")).get(f"/search/{chat}?q=kargo"))[0] == 404


async def test_what_is_typed_is_shown_as_it_was_typed(office: Office, visit: Visit) -> None:
    ada = await visit("Ada")
    _, text = await ada.get("/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E%22")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_an_agent_searches_by_keyboard(office: Office, window: Any, theme: Any) -> None:
    chat, mail, _ = await desk_with_much_said(office)
    page = await window("Ada", "/inbox/all", **size("wide"), color_scheme=theme)
    await page.keyboard.press("/")
    await page.keyboard.type("kargo")
    await page.keyboard.press("Enter")
    await expect(page.locator(".row.hit")).to_have_count(3)
    await picture(page, f"search-{theme}")
    await page.keyboard.press("/")
    await page.keyboard.type("kargo from:mia")
    await expect(page.locator(".row.hit")).to_have_count(1)
    await expect(page).to_have_url(f"{page.url.partition('/search')[0]}/search?q=kargo%20from%3Amia")
    await page.keyboard.press("Escape")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator(".subject")).to_have_text("Açık kutu")
    await expect(page.locator(f"#row-{mail}")).to_have_attribute("aria-current", "true")
    await picture(page, f"search-opened-{theme}")
    await page.goto("/search")
    await picture(page, f"search-empty-{theme}")
    await page.goto(f"/search?q={chat}")
    await expect(page.locator(".row.hit")).to_have_count(1)


async def test_it_fits_a_phone(office: Office, window: Any) -> None:
    await desk_with_much_said(office)
    page = await window("Ada", "/search?q=kargo", **size("phone"))
    await expect(page.locator(".row.hit")).to_have_count(3)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await picture(page, "search-phone")
    await page.locator(".row.hit").first.click()
    await expect(page.locator(".subject")).to_be_visible()
    await page.locator("#back").click()
    await expect(page.locator(".row.hit")).to_have_count(3)


async def test_an_operator_and_its_value_are_completed_by_keyboard(office: Office, window: Any) -> None:
    chat, *_ = await desk_with_much_said(office)
    page = await window("Ada", "/search", **size("wide"))
    await page.keyboard.press("/")
    await page.keyboard.type("kargo as")
    options = page.locator("#completions [role=option]")
    await expect(options).to_have_text(["assignee:"])
    await page.keyboard.press("Tab")
    await expect(page.locator("#asked")).to_have_value("kargo assignee:")
    await page.keyboard.type("n")
    await page.keyboard.press("Backspace")
    await expect(options.first).to_contain_text("me")
    await picture(page, "search-completions")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#asked")).to_have_value("kargo assignee:me ")
    await expect(page.locator("#completions")).to_be_hidden()
    await page.keyboard.press("Control+a")
    await page.keyboard.type("kargo is:open")
    await expect(options).to_have_text(["open"])
    await page.keyboard.press("Enter")  # nothing was chosen: it searches
    await expect(page.locator(f"#row-{chat}")).to_be_visible()


async def test_what_is_offered_is_in_the_readers_language_and_theirs_to_see(office: Office, visit: Visit) -> None:
    bo, cy = await visit("Bo"), await visit("Cy")
    assert "atanan:" in (await bo.get("/search/completions?q=at"))[1]
    assert "okunmamis" in (await bo.get("/search/completions?q=durum:o"))[1]
    assert "support" in (await bo.get("/search/completions?q=ekip:"))[1]
    assert "support" not in (await cy.get("/search/completions?q=team:"))[1]
    for asked in ("%22", "in:%22", "x" * 400, "before:", "from:", "from:%22a b", ":", "nonsense:x", "%00"):
        assert (await cy.get(f"/search/completions?q={asked}"))[0] == 200
