"""The first desk: what a server makes of an empty store, once, and only there."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from omnidesk.store.db import Database
from omnidesk.store.models import Agent, Inbox, Row, Survey, Team
from tests.conftest import SECRET
from tests.running import Running

MADE: dict[type[Row], list[str]] = {Team: ["support"], Inbox: ["api"], Survey: ["csat"], Agent: []}


def server(url: str, folder: Path, command: str = "serve") -> Running:
    environment = {"OMNIDESK_DATABASE_URL": url, "OMNIDESK_SECRET_KEY": SECRET}
    return Running(folder, command, environment=environment)


async def slugs(url: str, model: type[Row]) -> list[str]:
    """What the rows of a kind are called."""
    database = Database(url, worker=1000)
    async with database.session() as session:
        found: list[Any] = list(await session.exec(select(model)))
    await database.close()
    return sorted(getattr(row, "slug", None) or row.email for row in found)


async def test_two_servers_that_start_together_make_one_desk(store_url: str, tmp_path: Path) -> None:
    servers = [server(store_url, tmp_path / name) for name in ("one", "two")]
    await asyncio.gather(*(asyncio.to_thread(one.start) for one in servers))
    assert {model: await slugs(store_url, model) for model in MADE} == MADE
    for one in servers:
        assert await asyncio.to_thread(one.stop) == 0
    await asyncio.to_thread(servers[0].start)
    await asyncio.to_thread(servers[0].stop)
    assert {model: await slugs(store_url, model) for model in MADE} == MADE


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_a_desk_that_was_applied_gets_nothing_beside_it(store_url: str, tmp_path: Path) -> None:
    (tmp_path / "files" / "desk").mkdir(parents=True)
    (tmp_path / "files" / "desk" / "desk.yaml").write_text("teams: [{slug: help, name: Help}]\n")
    one = server(store_url, tmp_path / "one")
    command = [sys.executable, "-m", "omnidesk", "apply", "--yes", str(tmp_path / "files")]
    await asyncio.to_thread(subprocess.run, command, env=environment_of(one, tmp_path), check=True, capture_output=True)
    await asyncio.to_thread(one.start)
    assert await asyncio.to_thread(one.stop) == 0
    made = {model: await slugs(store_url, model) for model in MADE}
    assert made == {Team: ["help"], Inbox: [], Survey: [], Agent: []}


def environment_of(one: Running, folder: Path) -> dict[str, str]:
    return {**one.environment, "OMNIDESK_DATA_DIR": str(folder), "PATH": "/usr/bin:/bin"}


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_the_demo_works_where_a_server_was_first(store_url: str, tmp_path: Path) -> None:
    first, demo = server(store_url, tmp_path / "one"), server(store_url, tmp_path / "one", "demo")
    await asyncio.to_thread(first.start)
    await asyncio.to_thread(first.stop)
    await asyncio.to_thread(demo.start)
    command = [sys.executable, "-m", "omnidesk", "inbox", "list", "--json"]
    listed = await asyncio.to_thread(
        subprocess.run, command, env=environment_of(demo, tmp_path), check=True, capture_output=True
    )  # fmt: skip
    assert "/sign-in/" in demo.sign_in_link
    assert await asyncio.to_thread(demo.stop) == 0
    assert {"api", "chat", "mail"} <= {inbox["slug"] for inbox in json.loads(listed.stdout)}
    assert await slugs(store_url, Survey) == ["csat"]
    assert "ada@example.com" in await slugs(store_url, Agent)
