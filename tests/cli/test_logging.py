"""What a server says to the operator holds no secret and no word of a person."""

import asyncio
from pathlib import Path

import pytest

from tests.channels.telegram_stand_in import TOKEN, Telegram
from tests.cli.test_configuration import described, omnidesk
from tests.running import Running

SAID = "my secret words"


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
async def test_neither_the_token_of_telegram_nor_what_was_said_stands_in_the_log(level: str, tmp_path: Path) -> None:
    async with Telegram().serving() as telegram:
        folder, data = described(tmp_path / "in", telegram.url), tmp_path / "data"
        made = await asyncio.to_thread(omnidesk, data, "apply", str(folder), "--yes")
        assert made.returncode == 0, made.stderr
        server = Running(data, "serve", environment={"OMNIDESK_LOG__LEVEL": level})
        await asyncio.to_thread(server.start)
        try:
            await telegram.say(SAID)
            async with asyncio.timeout(20):
                while telegram.updates:  # noqa: ASYNC110 - another process polls
                    await asyncio.sleep(0.05)
        finally:
            await asyncio.to_thread(server.stop)
        assert "deleteWebhook" in telegram.methods  # by python-telegram-bot, and so by httpx
        assert TOKEN not in server.said
        assert TOKEN.partition(":")[2] not in server.said
        assert SAID not in server.said
