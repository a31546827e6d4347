"""A mail that can't be read waits in the quarantine, is looked at there, and becomes a case once it can be read."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from aiosmtplib import SMTP
from playwright.async_api import expect

from channels.email.adapter import EmailChannel
from channels.email.mime import bodies, structure
from omnidesk.desk.configuration import InboxEntry
from omnidesk.store.models import Case, RawMessage
from tests.browser import NEEDS_CHROMIUM
from tests.channels.hosted import ada_browses, hosted_desk
from tests.web.test_browser import picture

PARTS = "--b\nContent-Type: text/plain\n\n<b>one of many</b>\n" * 1_001
MAIL = (
    "From: Mia <mia@x.example>\nTo: support@desk.example\nSubject: So many\nMessage-ID: <1@x.example>\n"
    f'Content-Type: multipart/mixed; boundary="b"\n\n{PARTS}--b--\n'
).replace("\n", "\r\n")
POST = {
    "slug": "post", "channel": "email", "name": "Post", "team": "support",
    "settings": {"address": "support@desk.example", "listen_port": 0},
}  # fmt: skip


async def retry_by_command(store_url: str, folder: Path, raw_id: int) -> None:
    """`omnidesk quarantine retry`, beside the running desk."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("OMNIDESK_")}
    environment = {**plain, "OMNIDESK_DATABASE_URL": store_url, "OMNIDESK_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "omnidesk", "quarantine", "retry", str(raw_id)]
    process = await asyncio.create_subprocess_exec(*command, env=environment)
    assert await process.wait() == 0


@NEEDS_CHROMIUM
async def test_a_mail_of_too_many_parts_is_shown_and_processed_again(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = InboxEntry.model_validate(POST)
    async with hosted_desk(store_url, tmp_path, inbox, public_url="http://desk.example") as (office, url):
        channel = office.inboxes.by_slug("post").channel
        assert isinstance(channel, EmailChannel)
        async with channel.listen(office.reception("post")):
            client = SMTP(hostname="127.0.0.1", port=channel.port, start_tls=False)
            await client.connect()
            await client.sendmail("mia@x.example", ["support@desk.example"], MAIL)
            await client.quit()
        await office.work()
        assert await office.all(Case) == []
        async with ada_browses(office, url) as page:
            await page.goto("/quarantine")
            await expect(page.locator(".held li")).to_contain_text("More than 1000 parts")
            async with page.context.expect_page() as opened:
                await page.get_by_role("link", name="Show as it came").click()
            await expect((await opened.value).locator("body")).to_contain_text("<b>one of many</b>")
            await picture(page, "mail-quarantine")
            await page.get_by_role("button", name="Process again").click()
            await expect(page.locator(".held li")).to_have_count(0)
            await office.work()
            await page.reload()
            await expect(page.locator(".held li")).to_contain_text("More than 1000 parts")
            for module in (structure, bodies):
                monkeypatch.setattr(module, "MOST_PARTS", 2_000)
            await retry_by_command(store_url, tmp_path, (await office.all(RawMessage))[0].id)
            await office.work()
            await page.goto("/inbox/all")
            await expect(page.locator(".row .subj")).to_contain_text("one of many")
        ((case,), (raw,)) = await office.all(Case), await office.all(RawMessage)
        assert (raw.state, raw.case_id, case.subject) == ("done", case.id, "So many")
