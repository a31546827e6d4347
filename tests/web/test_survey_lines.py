"""Surveys in the log of a case: that one was asked, and what was answered."""

from typing import Any

from playwright.async_api import expect

from omnidesk.desk import actions, surveys
from omnidesk.store.models import Invitation
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_browser import picture, size


async def test_an_answer_stands_in_the_log_with_its_words(office: Office, window: Any, visit: Visit) -> None:
    case = await office.says("Hello", name="Mia")
    await office.act("Ada", actions.resolve, case.number)
    (invitation,) = await office.all(Invitation)
    page = await window("Ada", f"/inbox/resolved/{case.number}", **size("wide"))
    await expect(page.locator("#lines")).to_contain_text("Survey sent: How was it?")
    path = f"/survey/{surveys.token_of(office.keys, invitation.id)}"
    said = {"score": "2", "comment": "It took <b>too</b> long, and nobody called me back. " * 3}
    assert (await (await visit(None)).post(path, **said))[0] in (200, 303)
    answer = page.locator(".survey")
    await expect(answer.locator(".score")).to_have_text("2/5")
    await expect(answer).to_contain_text("Mia answered the survey")
    await expect(answer).to_contain_text("It took <b>too</b> long")
    await picture(page, "survey-answer")
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.emulate_media(color_scheme="dark")
    await expect(answer).to_be_in_viewport()
    await picture(page, "survey-answer-phone")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
