"""What a channel can't carry in one piece: the composer says how it goes, and lets it go."""

import random
from typing import Any

import pytest
from playwright.async_api import expect

from omnidesk.store.models import Delivery
from omnidesk.text import parts
from tests.office import Office
from tests.web.test_browser import picture, size

FIRST, SECOND = "Merhaba! " * 160, "Hemen bakıyorum. " * 30


@pytest.mark.parametrize("screen", ["wide", "phone"])
async def test_a_long_reply_with_a_file_goes_in_parts_and_with_a_link(
    office: Office, window: Any, screen: str
) -> None:  # fmt: skip
    case = await office.says("Hello", name="Mia", sender="+905321112233", inbox="sms")
    page = await window("Ada", f"/inbox/all/{case.number}", **size(screen))
    await page.fill("#text", "Short")
    await expect(page.locator("#counter")).to_contain_text("5 / 1600")
    await page.fill("#text", f"{FIRST}\n\n{SECOND}")
    await expect(page.locator("#counter")).to_have_text("Goes out as 2 messages")
    await page.set_input_files("#files", {"name": "bill.txt", "mimeType": "text/plain", "buffer": b"12.50"})
    await expect(page.locator(".uploads .as-link")).to_have_text("goes as a link")
    await expect(page.locator(".uploads li[data-handle]")).to_have_count(1)
    await picture(page, f"parts-{screen}")
    await page.click("#send")
    await expect(page.locator(".msg.out")).to_contain_text("Hemen")
    await office.work()
    first, second = office.sms().sent
    assert first.text == FIRST.strip()
    assert second.text.startswith(f"{SECOND.strip()}\n\nbill.txt (1 KB): http")
    assert [one.state for one in await office.all(Delivery)] == ["sent"]


PIECES = [
    *"ab\t\n\r .!?…:;)’ğ\x1c\x85\xa0\u2003\ufeff\u200b中😀🏽🇹🇷🇬🇧\u200d\ufe0f\u0301\U000e0067",
    "\n\n",
    "\r\n",
    "word ",
    "👩\u200d👧",
]
LENGTHS = [1, 2, 7, 20, 160]


def corpus() -> list[str]:
    """Texts of every kind, always the same."""
    dice = random.Random(11)
    return [
        "".join(dice.choices(dice.sample(PIECES, 8) if mixed else PIECES, k=dice.randrange(300)))
        for mixed in (True, False)
        for _ in range(300)
    ]


COUNTED = """async ([texts, lengths]) => {
    const page = document.querySelector('script[src*="js/page.js"]').src;
    const { parts } = await import(new URL("composer/parts.js", page));
    return texts.map((text) => lengths.map((longest) => parts(text, longest)));
}"""


async def test_the_composer_counts_parts_as_the_desk_cuts_them(office: Office, window: Any) -> None:
    case = await office.says("Hello", name="Mia", inbox="sms")
    page = await window("Ada", f"/inbox/all/{case.number}")
    counted = await page.evaluate(COUNTED, [corpus(), LENGTHS])
    for text, counts in zip(corpus(), counted, strict=True):
        assert counts == [len(parts.split(text, longest)) for longest in LENGTHS], repr(text)
