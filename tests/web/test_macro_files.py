"""Files of canned replies and macros: kept with them, and attached where they are inserted."""

import json
from pathlib import Path
from typing import Any

from playwright.async_api import expect

from omnidesk.store.models import Attachment, Macro
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_browser import picture, size
from tests.web.test_macros import URGENT, made

REPLIES = "/settings/canned-replies"


async def uploaded(visitor: Any, name: str = "prices.pdf") -> str:
    """The handle of a new file."""
    headers = {"Origin": visitor.url, "X-CSRF-Token": visitor.token, "X-Filename": name}
    async with visitor.session.post("/uploads", data=b"content", headers=headers) as response:
        return str(json.loads(await response.text())["handle"])


async def test_files_are_kept_with_a_canned_reply_and_offered_with_it(office: Office, visit: Visit) -> None:
    case = await office.says("Help")
    ada = await visit("Ada")
    form = {"name": "Prices", "owner": "all", "text_en": "Here they are", "upload": await uploaded(ada)}
    assert (await ada.post(REPLIES, **form))[0] == 303
    (macro,) = await office.all(Macro)
    assert [(file["filename"], file["size"]) for file in macro.files] == [("prices.pdf", 7)]
    assert "prices.pdf" in (await ada.get(f"{REPLIES}/{macro.id}"))[1]
    bo = await visit("Bo")
    assert "prices.pdf" in (await bo.get(f"/cases/{case.number}/offers?q=pri"))[1]
    assert (await bo.post(f"{REPLIES}/{macro.id}", **{**form, "upload": "", "version": "1"}))[0] == 403
    assert (await ada.post(f"{REPLIES}/{macro.id}", **{**form, "upload": "made up", "version": "1"}))[0] == 422
    assert (await ada.post(f"{REPLIES}/{macro.id}", **{**form, "upload": "", "version": "1"}))[0] == 303
    assert (await office.all(Macro))[0].files == []


async def test_what_is_wrong_elsewhere_in_the_form_loses_no_file(visit: Visit) -> None:
    ada = await visit("Ada")
    status, text = await ada.post(REPLIES, name="Prices", owner="all", upload=await uploaded(ada))
    assert (status, "prices.pdf" in text) == (422, True)


async def test_an_inserted_canned_reply_brings_its_files(office: Office, window: Any, tmp_path: Path) -> None:
    case = await office.says("How much is it?")
    (tmp_path / "prices ş.pdf").write_bytes(b"content")
    page = await window("Ada", f"{REPLIES}/new", **size("wide"))
    await page.get_by_label("Name", exact=True).fill("Prices")
    await page.get_by_label("Text in English").fill("Here they are")
    await page.set_input_files("#macro-files", tmp_path / "prices ş.pdf")
    await expect(page.locator("#macro-uploads li[data-handle]")).to_have_count(1)
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("#macro-uploads li")).to_contain_text("prices ş.pdf")
    await picture(page, "canned-files")
    await page.goto(f"/inbox/all/{case.number}")
    await page.keyboard.press("r")
    await page.keyboard.type("/pri")
    await expect(page.locator("#picks [role=option]")).to_contain_text("prices ş.pdf")
    await picture(page, "slash-files")
    await page.keyboard.press("Enter")
    await expect(page.locator("#uploads li[data-handle]")).to_contain_text("prices ş.pdf")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".msg.out .text")).to_contain_text("Here they are")
    assert [file.filename for file in await office.all(Attachment)] == ["prices ş.pdf"]
    assert len((await office.all(Macro))[0].files) == 1
    await expect(page.locator("#text")).to_have_value("")
    await page.keyboard.type("/pri")
    await expect(page.locator("#picks [role=option]")).to_have_count(1)
    await page.keyboard.press("Enter")
    await page.locator("#uploads button").click()
    await expect(page.locator("#uploads li")).to_have_count(0)
    await page.goto(f"{REPLIES}/{(await office.all(Macro))[0].id}")
    await page.locator("#macro-uploads button").click()
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".told")).to_contain_text("Saved.")
    assert (await office.all(Macro))[0].files == []


async def test_a_macro_brings_its_files_too(office: Office, visit: Visit) -> None:
    case = await office.says("Help")
    macro_id = await made(office, URGENT)
    ada = await visit("Ada")
    form = {"name": "Make urgent", "owner": "all", "text_en": "On it.", "version": "1"}
    assert (await ada.post(f"/settings/macros/{macro_id}", **form, upload=await uploaded(ada)))[0] == 303
    _, text = await (await visit("Bo")).post(f"/cases/{case.number}/macros", macro=str(macro_id))
    assert [file["name"] for file in json.loads(text)["files"]] == ["prices.pdf"]
