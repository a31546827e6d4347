"""What agents see of people in a chat: what they filled in, whether they are there, what went by mail."""

from typing import Any

from playwright.async_api import expect

from omnidesk.desk import actions
from omnidesk.store.models import ContactPoint
from tests.desk.chats import open_chat
from tests.office import Office
from tests.web.test_browser import picture, size


async def test_a_case_shows_answers_presence_and_what_goes_by_mail(office: Office, window: Any) -> None:
    await open_chat(office)
    filled = {"answers": {"order": "A-17"}, "labels": {"order": "Order number"}, "claims": {"email": "m@example.com"}}
    case = await office.says("Hello", inbox="chat", sender="visitor-1", name="Mia", **filled)
    await office.change(ContactPoint, ContactPoint.address == "visitor-1", here_at=office.database.now())
    await office.act("Ada", actions.reply, case.number, "On its way.")
    page = await window("Ada", f"/cases/{case.number}", **size("wide"))
    await expect(page.locator("dl.answers")).to_contain_text("Order number")
    await expect(page.locator("dl.answers")).to_contain_text("A-17")
    await expect(page.locator("#timeline")).to_contain_text("Also by email to m@example.com")
    await expect(page.get_by_text("is here now")).to_be_visible()
    await picture(page, "chat-people")
