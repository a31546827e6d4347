"""The composer of an SMS inbox: what a text needs and costs, which letters make it long, and who takes none."""

import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from omnidesk.desk.configuration import InboxEntry
from omnidesk.store.models import Case
from omnidesk.text import markup, segments
from tests.channels.gateway_stand_ins import MIA, Netgsm, StandIn, Vonage
from tests.channels.hosted import ada_browses, hosted_desk
from tests.office import Office

PICTURES = os.environ.get("OMNIDESK_PICTURES")
on_one_database = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
pytestmark = on_one_database
LETTERS = segments.BASIC.replace("\x1b", "") + segments.TURKISH_SINGLE * 3 + "şğıİÇç“”’…–—\u00a0😀é\u00ea中 \n"


async def picture(page: Page, name: str) -> None:
    """Keep what is seen in both themes, where somebody wants to look at it."""
    for theme in ("light", "dark") if PICTURES else ():
        await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        await page.wait_for_timeout(400)  # colours fade
        await page.screenshot(path=f"{PICTURES}/{name}-{theme}.png")


@asynccontextmanager
async def browsing(
    url: str, folder: Path, kind: type[StandIn] = Vonage, sender: str = MIA
) -> AsyncIterator[tuple[Office, StandIn, Page]]:
    """Ada with a case that came by SMS through this gateway."""
    async with kind().serving() as gateway:
        prices = {"prices": {"+90": 0.05}, "currency": "TRY"}
        inbox = InboxEntry.model_validate({
            "slug": "line", "channel": "sms", "name": "Line", "team": "support",
            "settings": {**gateway.settings(), **prices},
        })  # fmt: skip
        async with hosted_desk(url, folder, inbox, public_url=gateway.public_url) as (office, served):
            gateway.desk_url = served
            await gateway.say("Siparişim nerede?", sender)
            await office.work()
            (case,) = await office.all(Case)
            async with ada_browses(office, served) as page:
                await page.goto(f"/inbox/all/{case.number}", timeout=20_000)
                await page.locator("#text").click()
                yield office, gateway, page


async def test_the_counter_says_what_goes_out_and_costs(store_url: str, tmp_path: Path) -> None:
    async with browsing(store_url, tmp_path) as (_, _, page):
        counter, hint = page.locator("#counter"), page.locator("#segments-note")
        await expect(counter).to_have_text("0 / 160 · 0 SMS · 0.00 TRY")
        await page.locator("#text").fill("**Hello**, [our page](https://desk.example) is _here_.")
        await expect(counter).to_have_text("47 / 160 · 1 SMS · 0.05 TRY")
        await expect(hint).to_be_hidden()
        await page.locator("#text").fill("“Hello”, it’s here " + "x" * 100)
        await expect(counter).to_have_text("119 / 134 · 2 SMS · 0.10 TRY")
        await expect(hint).to_contain_text("“ ” ’ can't be written in the short alphabet: only 67 characters")
        await picture(page, "sms-counter")
        await hint.get_by_role("button").click()
        await expect(counter).to_have_text("119 / 160 · 1 SMS · 0.05 TRY")
        await expect(hint).to_be_hidden()
        await expect(page.locator("#text")).to_have_value('"Hello", it\'s here ' + "x" * 100)
        await page.keyboard.press("Control+z")
        await expect(counter).to_have_text("119 / 134 · 2 SMS · 0.10 TRY")


async def test_turkish_letters_are_counted_as_the_gateway_sends_them(store_url: str, tmp_path: Path) -> None:
    text = "Şifreniz değişti. " * 8
    async with browsing(store_url, tmp_path, Netgsm) as (_, _, page):
        await page.locator("#text").fill(text)
        await expect(page.locator("#counter")).to_have_text("167 / 298 · 2 SMS · 0.10 TRY")


async def test_who_wrote_stop_is_named_before_one_writes_to_them(store_url: str, tmp_path: Path) -> None:
    async with browsing(store_url, tmp_path) as (office, gateway, page):
        await gateway.say("İPTAL")
        await office.work()
        await page.reload()
        await expect(page.locator("#reply-warning")).to_contain_text("asked for no more messages (STOP)")


async def test_a_name_that_takes_no_answers_is_named(store_url: str, tmp_path: Path) -> None:
    async with browsing(store_url, tmp_path, sender="AKBANK") as (_, _, page):
        await expect(page.locator("#reply-warning")).to_contain_text("takes no answers")
        await page.set_viewport_size({"width": 390, "height": 844})
        await page.locator("#text").fill("“Şifre” " * 12)
        await expect(page.locator("#segments-note")).to_contain_text("Ş")
        inside = await page.evaluate("document.querySelector('#ways').getBoundingClientRect().right <= innerWidth")
        assert inside
        await picture(page, "sms-phone")


def corpus() -> list[str]:
    """Texts of every kind, always the same."""
    dice = random.Random(7)
    pieces = [
        "**b**",
        "_i_",
        "[w](https://a.example/x)",
        "https://a.example/_x_",
        "**",
        "_",
        "x_y_z",
        "[",
        "](",
        " ",
        "\n",
    ]
    made = ["".join(dice.choices(LETTERS, k=dice.randrange(400))) for _ in range(150)]
    made += ["".join(dice.choices(segments.BASIC.replace("\x1b", "") + "şğ", k=n)) for n in range(140, 170)]
    made += ["a" * n + end for n in (0, 69, 70, 152, 153, 159, 160, 305, 306) for end in ("", "€", "ş", "😀")]
    return made + ["".join(dice.choices([*pieces, *"aş"], k=dice.randrange(12))) for _ in range(300)]


SAID = """async ([texts, kinds]) => {
    const at = (name) => new URL(`composer/${name}.js`, document.querySelector('script[src*="js/page.js"]').src);
    const { count, forcing, simplified } = await import(at("segments"));
    const { plain } = await import(at("plain"));
    const needs = (text) => kinds.map((kind) => [count(text, kind), forcing(text, kind)]);
    return texts.map((text) => [plain(text), simplified(text), ...needs(text)]);
}"""


async def test_scripts_count_as_the_server_does(store_url: str, tmp_path: Path) -> None:
    kinds: tuple[Any, ...] = (False, "single", True)
    async with browsing(store_url, tmp_path) as (_, _, page):
        said = await page.evaluate(SAID, [corpus(), list(kinds)])
    for text, (plain, simplified, *counts) in zip(corpus(), said, strict=True):
        assert plain == markup.plain(text), text
        assert simplified == segments.simplified(text), text
        for kind, (count, forcing) in zip(kinds, counts, strict=True):
            ours = segments.count(text, turkish=kind)
            assert count == {name: getattr(ours, name) for name in ours.__slots__}, (text, kind)
            assert forcing == segments.forcing(text, turkish=kind), (text, kind)
