"""`omnidesk token`: made once, shown without its secret, ended at once."""

import asyncio
import json

import pytest

from omnidesk.desk import tokens
from omnidesk.store.db import Database
from omnidesk.store.models import ApiToken, AuditEntry
from tests.cli.test_commands import Run, rows
from tests.cli.test_commands import run as run


def bearer(url: str, token: str) -> tokens.Bearer | None:
    """Whom a server would take it for."""

    async def ask() -> tokens.Bearer | None:
        database = Database(url)
        async with database.session() as session:
            found = await tokens.bearer_of(session, token)
        await database.close()
        return found

    return asyncio.run(ask())


def test_a_token_stands_alone_on_the_last_line_and_may_do_all(run: Run, desk_url: str) -> None:
    code, said, _ = run("token", "create", "--name", "shop")
    token = said.splitlines()[-1]
    assert (code, token, said.endswith("\n")) == (0, token.strip(), True)
    found = bearer(desk_url, token)
    assert found is not None
    assert (found.viewer.name, found.viewer.as_agent, found.scopes) == ("shop", None, frozenset(tokens.SCOPES))
    assert token not in repr(rows(desk_url, ApiToken)) + repr(rows(desk_url, AuditEntry))


def test_a_token_acts_as_an_agent_within_scopes(run: Run, desk_url: str) -> None:
    words = ("--agent", "Bo@example.com", "--scope", "cases:read", "--scope", "messages:write")
    code, said, _ = run("token", "create", "--name", "shop", *words)
    found = bearer(desk_url, said.splitlines()[-1])
    assert (code, found is not None) == (0, True)
    assert found is not None
    assert (found.viewer.name, found.scopes) == ("Bo", frozenset({"cases:read", "messages:write"}))


def test_tokens_are_listed_without_their_secret_and_ended(run: Run, desk_url: str) -> None:
    made = [run("token", "create", "--name", name)[1].split()[-1] for name in ("shop", "mağaza")]
    code, said, _ = run("token", "list", "--json")
    listed = json.loads(said)
    assert (code, [one["name"] for one in listed]) == (0, ["shop", "mağaza"])
    assert {"name": "shop", "agent": None, "scopes": list(tokens.SCOPES), "used_at": None}.items() <= listed[0].items()
    plain = run("token", "list")[1]
    assert all(token not in said + plain for token in made)
    assert run("token", "revoke", listed[0]["id"])[0] == 0
    assert [bearer(desk_url, token) is None for token in made] == [True, False]
    assert [one["name"] for one in json.loads(run("token", "list", "--json")[1])] == ["mağaza"]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("create", "--name", "shop", "--scope", "cases:delete"), "scope: "),
        (("create", "--name", "shop", "--agent", "nobody@example.com"), "agent: there is no agent nobody@"),
        (("create", "--name", " "), "name: "),
        (("revoke", "17"), "id: "),
        (("revoke", "9" * 30), "id: "),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(run: Run, desk_url: str, words: tuple[str, ...], named: str) -> None:
    code, said, complaint = run("token", *words)
    assert (code, said, complaint.count("\n")) == (2, "", 1)
    assert named in complaint
    assert rows(desk_url, ApiToken) == []
