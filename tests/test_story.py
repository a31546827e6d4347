"""The story a newcomer plays: the real program, a real browser, both sides of the conversation."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser import NEEDS_CHROMIUM, watch
from tests.running import Running

pytestmark = [pytest.mark.asyncio(loop_scope="session"), NEEDS_CHROMIUM]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`omnidesk demo` on an empty folder."""
    demo = Running(tmp_path_factory.mktemp("demo"))
    demo.start()
    yield demo
    demo.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def agent(browser: Browser, demo: Running) -> AsyncIterator[Page]:
    """Ada, signed in by the printed link."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = await _page(context)
    await page.goto(demo.sign_in_link)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Mine")).to_be_visible()
    yield page
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser) -> AsyncIterator[BrowserContext]:
    """Mia's browser."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900}, locale="tr-TR")
    context.set_default_timeout(10_000)
    yield context
    await context.close()


async def _page(context: BrowserContext) -> Page:
    context.set_default_timeout(10_000)
    page = await context.new_page()
    watch(page)
    return page


async def _chat(visitor: BrowserContext, demo: Running, language: str) -> Page:
    page = await _page(visitor)
    await page.goto(f"{demo.url}/demo?language={language}")
    await page.get_by_role("button", name="Sohbeti aç").or_(page.get_by_role("button", name="Open chat")).click()
    return page


async def _answer(agent: Page, text: str) -> None:
    await agent.get_by_role("textbox", name="Your message").fill(text)
    await agent.locator("#send").click()
    await agent.get_by_role("button", name="Send now").click()
    await expect(agent.locator("#lines").get_by_text(text)).to_be_visible()


async def test_a_chat_is_answered_by_the_bot_then_by_a_person_and_ends_with_a_survey(
    demo: Running, agent: Page, visitor: BrowserContext, pictures: Path
) -> None:
    chat = await _chat(visitor, demo, "tr")
    await chat.get_by_placeholder("Mesajınızı yazın…").fill("sifremi unuttum giris yapamiyorum")
    await chat.keyboard.press("Enter")
    await expect(chat.get_by_text("yeni şifre belirleyebileceğiniz")).to_be_visible()

    await chat.get_by_role("button", name="Bir temsilciyle görüş").click()
    row = agent.locator(".row").first
    await expect(row).to_be_visible()
    await row.click()
    await expect(
        agent.locator(".timeline").get_by_text("sifremi unuttum giris yapamiyorum", exact=True)
    ).to_be_visible()

    await _answer(agent, "Merhaba, hemen bakıyorum.")
    await expect(chat.get_by_text("Merhaba, hemen bakıyorum.")).to_be_visible()
    await agent.screenshot(path=pictures / "story-agent.png")
    await chat.screenshot(path=pictures / "story-visitor.png")

    await chat.close()
    await _answer(agent, "Bağlantıyı yeniden gönderdim.")
    chat = await _chat(visitor, demo, "tr")
    await expect(chat.get_by_text("Bağlantıyı yeniden gönderdim.")).to_be_visible()
    await expect(chat.get_by_text("Merhaba, hemen bakıyorum.")).to_have_count(1)

    await agent.locator("#resolving summary").click()
    await agent.locator("#resolving").get_by_role("button", name="Resolve", exact=True).click()
    await expect(chat.get_by_text("Yardımımızdan ne kadar memnun kaldınız?")).to_be_visible()
    await chat.locator(".survey").get_by_role("button").nth(4).click()
    await expect(agent.locator(".timeline").get_by_text("5/5")).to_be_visible()


@pytest.mark.parametrize("channel", ["sms", "telegram", "whatsapp"])
async def test_a_phone_plays_the_same_story(
    demo: Running, agent: Page, visitor: BrowserContext, channel: str, pictures: Path
) -> None:
    phone = await _page(visitor)
    await phone.goto(f"{demo.url}/simulator?language=tr&on={channel}")
    screen, question = phone.locator("#screen"), f"sifremi unuttum {channel}"
    await screen.get_by_role("textbox", name="Mesaj").fill(question)
    await phone.keyboard.press("Enter")
    await expect(screen.get_by_text("yeni şifre belirleyebileceğiniz")).to_be_visible()
    await _choose(phone, channel, "Bir temsilciyle görüş", "2")
    row = agent.locator(".row", has_text="Bot: ").first
    await expect(row).to_be_visible()
    await row.click()
    await expect(agent.locator(".timeline").get_by_text(question, exact=True)).to_be_visible()
    await _answer(agent, f"Hemen bakıyorum: {channel}")
    await expect(screen.get_by_text(f"Hemen bakıyorum: {channel}")).to_be_visible()
    await phone.screenshot(path=pictures / f"story-{channel}.png")

    await agent.locator("#resolving summary").click()
    await agent.locator("#resolving").get_by_role("button", name="Resolve", exact=True).click()
    await expect(screen.get_by_text("ne kadar memnun kaldınız?")).to_be_visible()
    await _choose(phone, channel, "5 – Çok memnunum", "5")
    await expect(agent.locator(".timeline").get_by_text("5/5")).to_be_visible()


async def _choose(phone: Page, channel: str, button: str, number: str) -> None:
    """Press a button, or where there are none, answer its number."""
    if channel == "sms":
        await phone.locator("#screen").get_by_role("textbox", name="Mesaj").fill(number)
        await phone.keyboard.press("Enter")
    else:
        await phone.locator("#screen .choices").get_by_role("button", name=button).click()


async def test_a_mail_becomes_a_case_and_the_answers_stay_on_it(
    demo: Running, agent: Page, visitor: BrowserContext, tmp_path: Path
) -> None:
    page = await _page(visitor)
    await page.goto(f"{demo.url}/demo?language=en")
    (tmp_path / "kapı notu.txt").write_text("evde yoktunuz")
    draft = page.locator(".write form")
    await draft.get_by_label("Subject").fill("Kargom hâlâ gelmedi")
    await draft.get_by_label("Text").fill("Kapıdaki not ekte.")
    await draft.get_by_label("Files").set_input_files(tmp_path / "kapı notu.txt")
    await draft.get_by_role("button", name="Send").click()

    row = agent.locator(".row", has_text="Kapıdaki not ekte.")
    await row.click()
    await expect(agent.get_by_role("heading", name="Kargom hâlâ gelmedi")).to_be_visible()
    await expect(agent.get_by_text("kapı notu.txt")).to_be_visible()
    number = await row.get_attribute("data-number")
    await _answer(agent, "Yarın teslim edilecek.")

    answer = page.locator(".letter.in", has_text="Yarın teslim edilecek.")
    await expect(answer).to_contain_text("Re: Kargom hâlâ gelmedi")
    await answer.get_by_text("Answer", exact=True).click()
    await answer.get_by_label("Text").fill("Teşekkürler, bekliyorum.")
    await answer.get_by_role("button", name="Send").click()
    await expect(agent.locator(".timeline").get_by_text("Teşekkürler, bekliyorum.")).to_be_visible()
    assert await agent.locator(".row", has_text="bekliyorum").get_attribute("data-number") == number

    await agent.locator("#resolving summary").click()
    await agent.locator("#resolving").get_by_role("button", name="Resolve", exact=True).click()
    survey = page.locator(".letter.in", has_text="memnun kaldınız")
    await expect(survey).to_be_visible()
    link = await survey.get_by_role("link").last.get_attribute("href")
    assert link is not None
    await page.goto(link)
    await expect(agent.locator(".timeline").get_by_text("5/5")).to_have_count(0)  # looking records nothing
    await page.get_by_role("button").last.click()
    await expect(agent.locator(".timeline").get_by_text("5/5")).to_be_visible()


async def test_time_can_be_let_run(demo: Running, visitor: BrowserContext) -> None:
    page = await _page(visitor)
    await page.goto(f"{demo.url}/simulator?language=en")
    await page.get_by_role("button", name="an hour later").click()
    await expect(page.get_by_text("You let 1 h pass.")).to_be_visible()
