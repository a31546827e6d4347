"""`omnidesk apply` and `export` as a newcomer uses them: a desk from files on an empty machine."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

from tests.channels.telegram_stand_in import TOKEN, Telegram
from tests.running import Running


def described(folder: Path, api_base: str) -> Path:
    """A folder with a team and a bot at Telegram."""
    (folder / "desk").mkdir(parents=True)
    settings = {"token": {"env": "TG_TOKEN"}, "api_base": api_base}
    inbox = {"slug": "tg", "channel": "telegram", "name": "Telegram", "team": "support", "settings": settings}
    desk = {"teams": [{"slug": "support", "name": "Support"}], "inboxes": [inbox]}
    (folder / "desk" / "desk.yaml").write_text(yaml.safe_dump(desk))
    return folder


def omnidesk(data: Path, *arguments: str, token: str = TOKEN) -> subprocess.CompletedProcess[str]:
    """Run a command without a terminal."""
    environment = {**os.environ, "OMNIDESK_DATA_DIR": str(data), "TG_TOKEN": token}
    command = [sys.executable, "-m", "omnidesk", *arguments]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60
    )  # fmt: skip


def test_without_a_yes_the_difference_is_shown_and_nothing_changed(tmp_path: Path) -> None:
    folder, data = described(tmp_path / "in", "http://127.0.0.1:1"), tmp_path / "data"
    for _ in range(2):
        shown = omnidesk(data, "apply", str(folder))
        assert (shown.returncode, shown.stdout.splitlines()) == (1, ["+ teams.support", "+ inboxes.tg"])
    document = json.loads(omnidesk(data, "apply", str(folder), "--json").stdout)
    assert [change["text"] for change in document["changes"]] == ["+ teams.support", "+ inboxes.tg"]
    assert omnidesk(data, "apply", str(folder), "--yes").returncode == 0
    again = omnidesk(data, "apply", str(folder))
    assert (again.returncode, again.stdout) == (0, "= nothing to change\n")


def test_what_is_wrong_ends_with_two_and_one_line_each(tmp_path: Path) -> None:
    folder = described(tmp_path / "in", "nowhere")
    wrong = omnidesk(tmp_path / "data", "apply", str(folder), "--yes")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    (line,) = wrong.stderr.splitlines()
    assert line.startswith("desk/desk.yaml:")
    assert "inboxes.tg.settings.api_base" in line
    assert omnidesk(tmp_path / "data", "apply", str(tmp_path / "none")).returncode == 2


def test_export_writes_files_that_apply_reads_back(tmp_path: Path) -> None:
    folder, data, out = described(tmp_path / "in", "http://127.0.0.1:1"), tmp_path / "data", tmp_path / "out"
    omnidesk(data, "apply", str(folder), "--yes")
    written = omnidesk(data, "export", str(out))
    assert (written.returncode, len(written.stdout.splitlines())) == (0, 2)
    assert TOKEN not in "".join(path.read_text() for path in (out / "desk").iterdir())
    assert omnidesk(data, "apply", str(out)).stdout == "= nothing to change\n"


async def test_a_described_desk_comes_up_by_two_commands(tmp_path: Path) -> None:
    async with Telegram().serving() as telegram:
        folder, data = described(tmp_path / "in", telegram.url), tmp_path / "data"
        made = await asyncio.to_thread(omnidesk, data, "apply", str(folder), "--yes")
        assert made.returncode == 0, made.stderr
        server = Running(data, "serve")
        await asyncio.to_thread(server.start)
        try:
            await telegram.say("Merhaba")
            async with asyncio.timeout(20):
                while telegram.updates:  # noqa: ASYNC110 - another process polls
                    await asyncio.sleep(0.05)
        finally:
            await asyncio.to_thread(server.stop)
        listed = json.loads((await asyncio.to_thread(omnidesk, data, "inbox", "list", "--json")).stdout)
        assert [(inbox["slug"], inbox["channel"], inbox["health"]) for inbox in listed] == [("tg", "telegram", "ok")]
