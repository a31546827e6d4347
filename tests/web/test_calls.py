"""Logging calls by the pages."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from omnidesk.desk import actions
from omnidesk.store.models import Case, Kind
from omnidesk.web import calls as handlers
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_browser import SCREENS, picture, size


async def test_a_call_is_logged_and_corrected(office: Office, window: Any) -> None:
    case = await office.says("My parcel?", name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.keyboard.press("Shift+L")
    form = page.locator(".call-form")
    await expect(form.get_by_label("Incoming call")).to_be_focused()
    await form.get_by_role("combobox", name="Number", exact=True).fill("0532 123 45 67")
    await form.get_by_label("Length").fill("3:25")
    await form.get_by_label("Notes").fill("It is at the neighbour's")
    await picture(page, "call-form")
    await form.get_by_role("button", name="Log the call").click()
    await expect(page.locator(".msg.call .facts-of-call")).to_contain_text("3:25")
    await expect(page.locator("#pick-call .sheet")).to_be_hidden()
    await picture(page, "call-logged")
    await page.locator(".msg.call").get_by_text("Correct").click()
    await expect(form.get_by_label("Length")).to_have_value("3:25")
    await picture(page, "call-correcting")
    await form.get_by_label("What came of it").select_option("callback")
    await form.get_by_label("Notes").fill("It is at the other neighbour's")
    await form.get_by_role("button", name="Save").click()
    await expect(page.locator(".msg.call .text").first).to_have_text("It is at the other neighbour's")
    await expect(page.locator(".msg.call")).to_contain_text("wants to be called back")
    await picture(page, "call-corrected")


@pytest.mark.parametrize("screen", [name for name in SCREENS if name != "wide"])
async def test_a_call_opens_a_case_on_a_persons_page(office: Office, window: Any, screen: str) -> None:
    case = await office.says("My parcel?", name="Mia")
    page = await window("Ada", f"/contacts/{case.contact_id}", **size(screen))
    await page.locator(f"#calling-{case.contact_id} summary").click()
    form = page.locator(".call-form")
    await form.get_by_label("Outgoing call").check()
    await form.get_by_label("What it is about").fill("Sending back")
    await picture(page, f"call-opens-{screen}")
    await form.get_by_role("button", name="Open a case").click()
    await expect(page.locator("h2.subject")).to_have_text("Sending back")
    await expect(page.locator(".msg.call")).to_be_visible()
    await picture(page, f"call-opened-{screen}")


async def test_an_edited_message_is_drawn_again(office: Office, window: Any) -> None:
    case = await office.says("My parcle?", name="Mia", message_id="a", quoted="What is it about?")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await expect(page.locator("#lines .msg .text").first).to_have_text("My parcle?")
    await office.receive("My parcel?", edits="a")
    await office.work()
    await expect(page.locator("#lines .msg .bubble > .text")).to_have_text("My parcel?")
    await page.get_by_text("What it said before").click()
    await expect(page.locator(".version")).to_contain_text("My parcle?")
    await expect(page.locator(".quoted")).to_have_text("What is it about?")
    await picture(page, "edited")


async def test_a_page_shows_a_call_that_was_corrected_however_far_above(office: Office, visit: Visit) -> None:
    case = await office.says("My parcel?")
    ada = await visit("Ada")
    await ada.post(f"/cases/{case.number}/calls", **FORM, notes="Two parcels")
    position = await call_in(office, case)
    await notes(office, case, 30)
    last = (await office.case(case.number)).last_position
    assert (await ada.post(f"/cases/{case.number}/calls/{position}", **FORM, notes="Three parcels"))[0] == 303
    _, text = await ada.get(f"/cases/{case.number}/changes?since={last - 5}&last={last}")
    assert f'hx-target="#line-{position}"' in text
    assert "Three parcels" in text


async def test_a_page_that_slept_through_more_than_is_drawn_at_once_is_drawn_anew(office: Office, visit: Visit) -> None:
    case = await office.says("My parcel?")
    ada = await visit("Ada")
    await ada.post(f"/cases/{case.number}/calls", **FORM, notes="Two parcels")
    position, last = await call_in(office, case), (await office.case(case.number)).last_position
    await notes(office, case, 199)
    path = f"/cases/{case.number}/changes?since={last}&last={last}"
    _, text = await ada.get(path)
    assert 'hx-target="#lines" hx-swap="beforeend"' in text
    await notes(office, case, 2)
    _, text = await ada.get(path)
    assert 'hx-target="#lines" hx-swap="innerHTML"' in text
    status, form = await ada.get(f"/cases/{case.number}/calls/{position}")
    assert (status, "Two parcels" in form, "call-when" in form) == (200, True, False)
    assert (await ada.get(f"/cases/{case.number}/calls/{position + 1}"))[0] == 404


async def call_in(office: Office, case: Case) -> int:
    """The place of the only call."""
    (position,) = [row.interaction.position for row in await office.log(case) if row.interaction.kind == Kind.CALL]
    return position


async def notes(office: Office, case: Case, count: int) -> None:
    """As many rows more."""
    viewer = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        for number in range(count):
            await actions.note(tx, viewer, case.number, f"Note {number}.")


def test_a_menu_that_is_fetched_is_called_off_when_it_is_closed() -> None:
    pages = (Path(handlers.__file__).parent / "templates").rglob("*.html")
    menus = [
        menu for page in pages for menu in re.findall(r'<details class="menu[^\n]*? hx-get=[^\n]*', page.read_text())
    ]
    fetched = [menu for menu in menus if 'hx-trigger="toggle"' in menu]
    assert fetched
    assert [menu for menu in fetched if 'hx-sync="this:replace"' not in menu] == []


FORM = {"direction": "inbound", "outcome": "answered"}


async def test_cy_is_refused(office: Office, visit: Visit) -> None:
    case = await office.says("My parcel?")
    ada, cy = await visit("Ada"), await visit("Cy")
    assert (await ada.post(f"/cases/{case.number}/calls", **FORM))[0] == 303
    position = await call_in(office, case)
    for path in (f"/cases/{case.number}/calls", f"/cases/{case.number}/calls/{position}"):
        assert (await cy.get(path))[0] == 404
        assert (await cy.post(path, **FORM))[0] == 404
    assert (await cy.post(f"/contacts/{case.contact_id}/calls", **FORM))[0] == 303
    opened = (await office.all(Case))[-1]
    bo = await visit("Bo")
    assert (await bo.get(f"/cases/{opened.number}"))[0] == 404  # it is of Cy's own team


@pytest.mark.parametrize(
    "wrong",
    [
        {"direction": "internal"}, {"direction": ""}, {"outcome": "x"}, {"length": "1:75"}, {"length": "²"},
        {"length": "9999:00:00"}, {"when": "yesterday"}, {"when": "9999-12-31T23:59"}, {"when": "0001-01-01T00:00"},
        {"number": "x" * 65}, {"notes": "a" * 50_001},
    ],
)  # fmt: skip
async def test_what_is_wrong_is_refused(office: Office, visit: Visit, wrong: dict[str, str]) -> None:
    case = await office.says("My parcel?")
    ada = await visit("Ada")
    assert (await ada.post(f"/cases/{case.number}/calls", **(FORM | wrong)))[0] == 422
    assert [row for row in await office.log(case) if row.interaction.kind == Kind.CALL] == []


@pytest.mark.parametrize(("said", "seconds"), [("3:25", 205), ("1:03:25", 3805), ("4", 240), ("90:00", 5400)])
def test_lengths_are_read_as_people_write_them(said: str, seconds: int) -> None:
    assert handlers.Logged.model_validate({**FORM, "length": said}).length == seconds


async def test_a_link_to_another_channel_goes_into_what_is_written(office: Office, window: Any) -> None:
    case = await office.says("My parcel?", name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.locator("#text").fill("Gladly.")
    await page.locator("#more summary").click()
    await page.get_by_role("button", name="Offer to go on in SMS", exact=True).click()
    await expect(page.locator("#text")).to_have_value(
        re.compile(r"^Gladly\. If you like, go on with us on SMS: https://fake\.example/fakesms\?\S+$")
    )
    await expect(page.locator("#text")).to_be_focused()
    token = (await page.locator("#text").input_value()).rpartition("?")[2]
    same = await office.says("Here I am", inbox="sms", sender="0532", proven=True, token=token)
    assert (same.id, same.channel) == (case.id, "fakesms")


async def test_nobody_is_led_from_a_case_that_they_may_not_see(office: Office, visit: Visit) -> None:
    case = await office.says("My parcel?")
    cy, ada = await visit("Cy"), await visit("Ada")
    assert (await cy.get(f"/cases/{case.number}/leading?inbox=sms"))[0] == 404
    assert (await ada.get(f"/cases/{case.number}/leading?inbox=desk"))[0] == 404  # the person is reached there already
    assert (await ada.get(f"/cases/{case.number}/leading"))[0] == 404
