"""What a visitor does on the shop's page, in a real browser."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Locator, Page

from tests.channels.webchat_desk import Shop, until

OpenPage = Callable[..., Awaitable[Page]]


def field(page: Page) -> Locator:
    """Where the visitor writes."""
    return page.locator(".write textarea")


async def start(page: Page) -> None:
    await page.get_by_role("button", name="Open chat").click()


async def write(page: Page, text: str) -> None:
    await field(page).fill(text)
    await field(page).press("Enter")


async def bubbles(page: Page) -> list[str]:
    return [text.removeprefix("You: ") for text in await page.locator(".bubble").all_text_contents()]


async def ask(page: Page, shop: Shop, text: str = "Where is my order?") -> str:
    """Open the chat, ask, and wait until it is stored; gives the visitor's address."""
    await start(page)
    await write(page, text)
    await until(lambda: text in shop.desk.texts())
    return shop.desk.inbound[-1].sender.address


async def stored_keys(page: Page) -> list[str]:
    keys: list[str] = await page.evaluate("Object.keys(localStorage)")
    return [key.rpartition(":")[2] for key in keys]
