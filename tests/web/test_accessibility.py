"""Every page by the rules of WCAG 2.2 AA, as far as a program can check them (axe-core), in both themes."""

from importlib.resources import files
from typing import Any

from playwright.async_api import Page

from omnidesk.contract.channel import RawMessage
from omnidesk.desk import actions, surveys
from omnidesk.store.models import Invitation
from tests.desk.test_organizations import belong, make
from tests.office import Office
from tests.web.test_browser import picture, size
from tests.web.test_contacts import two_people

_AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
_RUN = """async () => (await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}))
    .violations.map(found => `${found.id}: ${found.nodes.map(node => node.html.slice(0, 160)).join(" | ")}`)"""


async def violations(page: Page) -> list[str]:
    """What is against the rules, in light and dark."""
    found = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await page.evaluate(_AXE)
        found += [f"{scheme}: {one}" for one in await page.evaluate(_RUN)]
    return found


async def test_a_fault_would_be_found(office: Office, window: Any) -> None:
    page = await window("Ada", "/inbox/all", **size("wide"))
    await page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<a href=/><img src=/></a>')")
    assert "light: image-alt" in " ".join(await violations(page))


async def test_pages_of_agents_keep_to_the_rules(office: Office, window: Any) -> None:
    chat, mail = await two_people(office)
    acme = await make(office, "Acme", "acme.example")
    await belong(office, mail.contact_id, acme.id)
    await office.act("Bo", actions.assign, chat.number, (await office.viewer("Ada")).agent_id)
    await office.act("Ada", actions.reply, chat.number, "Hello, what can I do?")
    await office.act("Ada", actions.note, chat.number, "She called as well.")
    await office.act("Ada", actions.resolve, chat.number)
    await office.reception("bot").receive(RawMessage("junk", "eve", b"not what the channel says"))
    await office.work()
    page = await window("Ada", "/inbox/all", **size("wide"))
    paths = (
        "/inbox/all", f"/inbox/resolved/{chat.number}", "/inbox/bot", "/contacts", "/contacts?q=mia",
        "/search", "/search?q=hello", "/search?q=in:nowhere",
        f"/contacts/{chat.contact_id}", "/organizations", f"/organizations/{acme.id}",
        "/settings/calendars", "/quarantine", "/notices", "/settings/notices", "/nowhere",
    )  # fmt: skip
    found = {}
    for path in paths:
        await page.goto(path)
        await picture(page, f"axe{path.replace('/', '-')}")
        found[path] = await violations(page)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


async def test_what_opens_on_a_page_keeps_to_the_rules(office: Office, window: Any) -> None:
    chat, _ = await two_people(office)
    page = await window("Ada", f"/inbox/all/{chat.number}", **size("wide"))
    await page.locator("#side .belongs summary").click()
    await page.locator("#side .belongs input").wait_for()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await page.locator(".me summary").click()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    assert await violations(page) == []


async def test_pages_for_anyone_keep_to_the_rules(office: Office, window: Any) -> None:
    case = await office.says("Hello")
    await office.act("Ada", actions.resolve, case.number)
    (invitation,) = await office.all(Invitation)
    page = await window(None, "/sign-in", **size("phone"))
    assert await violations(page) == []
    await page.goto(f"/survey/{surveys.token_of(office.keys, invitation.id)}")
    await picture(page, "axe-survey")
    assert await violations(page) == []
