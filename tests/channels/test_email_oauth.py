"""Logins by token: refreshed, remembered, rotated, revoked; against a token server and a real dovecot that asks it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession

from channels.email.adapter import EmailChannel
from channels.email.receiving import imap
from channels.email.receiving.imap_connection import LoginRefused
from channels.email.receiving.oauth import Tokens
from channels.email.settings import EmailSettings, OAuthSettings
from omnidesk.contract.channel import ChannelError
from omnidesk.contract.testing import FakeDesk, FakeMemory
from tests.channels.dovecot import dovecot, needs_dovecot
from tests.channels.token_stand_in import REFRESH, TokenServer


def settings(server: TokenServer, **changed: Any) -> OAuthSettings:
    given = {"token_url": f"{server.url}/token", "client_id": "desk", "refresh_token": REFRESH, **changed}
    return OAuthSettings.model_validate(given)


@asynccontextmanager
async def tokens(**changed: Any) -> AsyncIterator[tuple[Tokens, TokenServer]]:
    async with TokenServer().serving() as server, ClientSession() as http:
        yield Tokens(settings(server, **changed), http), server


async def test_a_token_is_kept_until_it_ends_and_the_refresh_token_follows() -> None:
    memory = FakeMemory()
    async with tokens(client_secret="hush", scope="mail offline_access") as (given, server):
        assert [await given.access_token(memory) for _ in range(3)] == ["access-1"] * 3
        assert await given.access_token(memory, fresh=True) == "access-2"
        server.lasts = 60
        assert await given.access_token(memory, fresh=True) == "access-3"
        assert await given.access_token(memory) == "access-4"  # since the third is about to end
    asked = {"grant_type": "refresh_token", "client_id": "desk", "client_secret": "hush"}
    assert server.forms[0] == {**asked, "scope": "mail offline_access", "refresh_token": REFRESH}
    assert [form["refresh_token"] for form in server.forms] == [REFRESH, "refresh-1", "refresh-2", "refresh-3"]


async def test_what_is_remembered_survives_a_restart_but_not_another_refresh_token() -> None:
    memory = FakeMemory()
    async with TokenServer().serving() as server, ClientSession() as http:
        await Tokens(settings(server), http).access_token(memory)
        assert await Tokens(settings(server), http).access_token(memory) == "access-1"
        server.refresh = "from the consent page"
        again = settings(server, refresh_token="from the consent page")
        assert await Tokens(again, http).access_token(memory) == "access-2"


async def test_a_refresh_token_that_was_got_without_a_memory_is_remembered_later() -> None:
    memory = FakeMemory()
    async with tokens() as (given, server):
        await given.access_token(memory)
        assert await given.access_token(fresh=True) == "access-2"
        assert await given.access_token(memory) == "access-2"
        assert await Tokens(given._settings, given._http).access_token(memory) == "access-2"
    assert len(server.forms) == 2


async def test_what_the_token_server_refuses_is_told_without_secrets() -> None:
    memory = FakeMemory()
    async with tokens() as (given, server):
        server.broken = True
        with pytest.raises(ChannelError, match="gives no token") as broken:
            await given.access_token(memory)
        server.broken, server.refresh = False, "another"
        with pytest.raises(LoginRefused, match="refresh token") as refused:
            await given.access_token(memory)
    assert not isinstance(broken.value, LoginRefused)
    assert REFRESH not in f"{broken.value} {refused.value}"
    assert not memory.kept


@needs_dovecot
async def test_a_mailbox_is_read_by_token_also_when_the_token_is_revoked(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(imap, "_FIRST_WAIT", 0.1)
    desk = FakeDesk()
    async with TokenServer().serving() as tokens, ClientSession() as http:
        with dovecot(tokens_at=f"{tokens.url}/tokeninfo?access_token=") as server:
            oauth = {"token_url": f"{tokens.url}/token", "client_id": "desk", "refresh_token": REFRESH}
            mailbox = {"host": "127.0.0.1", "port": server.port, "tls": "none", "username": "mia", "oauth": oauth}
            channel = EmailChannel(
                EmailSettings.model_validate({"address": "support@desk.example", "imap": mailbox}), http
            )
            for revoked in (set[str](), {"nothing"}):
                tokens.valid = revoked or tokens.valid
                async with asyncio.timeout(8), channel.listen(desk):
                    while "imap.INBOX" not in desk.memory.kept:  # noqa: ASYNC110 - a memory has no event
                        await asyncio.sleep(0.02)
                del desk.memory.kept["imap.INBOX"]
            tokens.valid, tokens.refresh = set(), "withdrawn"
            async with asyncio.timeout(8), channel.listen(desk):
                while not desk.health:  # noqa: ASYNC110 - nor has it one
                    await asyncio.sleep(0.02)
    assert [form["refresh_token"] for form in tokens.forms] == [REFRESH, "refresh-1", "refresh-2"]
    assert "check imap.oauth.refresh_token" in desk.health
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("channels", "imapclient"))]
    assert ours
    assert not [line for line in ours if "access-" in line or "refresh-" in line]
