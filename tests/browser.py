"""A real browser: Debian's Chromium, driven by Playwright."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Playwright

CHROMIUM = Path("/usr/bin/chromium")
NEEDS_CHROMIUM = pytest.mark.skipif(
    not CHROMIUM.exists(), reason="Chromium is missing: sudo apt-get install chromium"
)  # fmt: skip
_ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]


async def launch(playwright: Playwright) -> Browser:
    """Start the browser."""
    return await playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)


def watch(page: Page, complaints: list[str] | None = None) -> list[str]:
    """Collect what the browser complains about; a lost connection is no complaint."""
    found: list[str] = complaints if complaints is not None else []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "WebSocket connection" not in message.text:
            found.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found
