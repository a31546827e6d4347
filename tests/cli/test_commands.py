"""The command line: what a person at a terminal gets, and what is left behind."""

import asyncio
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select, update

from omnidesk.cli import main, serving
from omnidesk.cli.program import Program
from omnidesk.desk import agents
from omnidesk.errors import Invalid
from omnidesk.settings import Http, Settings
from omnidesk.store.db import Database
from omnidesk.store.models import Agent, AgentSession, AuditEntry, Inbox, Lease, Row
from tests.cast import DESK
from tests.conftest import SECRET

Run = Callable[..., tuple[int, str, str]]
"""The words of a command → its exit code, what it said, and what it complained of."""


@pytest.fixture
def run(desk_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The program on the desk of the cast, none of whose inboxes has an installed channel."""
    monkeypatch.setenv("OMNIDESK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("OMNIDESK_DATABASE_URL", desk_url)
    monkeypatch.setenv("OMNIDESK_SECRET_KEY", SECRET)

    def run(*words: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["omnidesk", *words])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def rows(url: str, model: type[Row]) -> list[Any]:
    """All rows of a table."""

    async def read() -> list[Any]:
        database = Database(url)
        async with database.session() as session:
            found = list(await session.exec(select(model)))
        await database.close()
        return found

    return asyncio.run(read())


def change(url: str, statement: Any) -> None:
    """Change rows, as a running server would."""

    async def write() -> None:
        database = Database(url)
        async with database.transaction() as tx:
            await tx.session.exec(statement)
        await database.close()

    asyncio.run(write())


def test_inboxes_that_cannot_be_used_are_listed_with_the_reason_and_nothing_is_written(run: Run, desk_url: str) -> None:
    change(desk_url, update(Inbox).where(col(Inbox.slug) == "bot").values(channel="webchat", health="away"))
    code, said, _ = run("inbox", "list", "--json")
    listed = {inbox["slug"]: inbox for inbox in json.loads(said)}
    assert code == 0
    assert set(listed) == {inbox.slug for inbox in DESK.inboxes}
    assert "can't be used" in listed["mail"]["health"]
    assert (listed["mail"]["address"], listed["mail"]["webhooks"]) == ("", {})
    assert listed["bot"]["health"] == "away"
    assert {inbox.slug: inbox.health for inbox in rows(desk_url, Inbox)} == {
        slug: "away" if slug == "bot" else "" for slug in listed
    }


def test_an_agent_without_a_name_is_refused(run: Run, desk_url: str) -> None:
    code, _, complaint = run("agent", "create", "--email", "new@example.com", "--name", " ")
    assert (code, len(rows(desk_url, Agent))) == (2, 3)
    assert complaint.startswith("name: ")


def test_a_password_is_set_later_and_ends_all_sessions(run: Run, desk_url: str) -> None:
    ada = next(agent for agent in rows(desk_url, Agent) if agent.name == "Ada")

    async def sign_in() -> None:
        database = Database(desk_url)
        async with database.transaction() as tx:
            await agents.open_session(tx, ada.id, "a browser")
        await database.close()

    asyncio.run(sign_in())
    password = "correct horse battery"
    code, said, _ = run("agent", "password", "--email", "Ada@example.com", "--password-stdin", stdin=f"{password}\n")
    assert (code, said) == (0, "ada@example.com can sign in at http://127.0.0.1:8080/sign-in\n")
    (kept,) = [agent.password_hash for agent in rows(desk_url, Agent) if agent.name == "Ada"]
    assert asyncio.run(agents.Passwords().fits(kept, password))
    assert rows(desk_url, AgentSession) == []
    assert "agent.password" in [entry.action for entry in rows(desk_url, AuditEntry)]


def test_without_a_password_a_link_is_printed(run: Run, desk_url: str) -> None:
    code, said, _ = run("agent", "password", "--email", "bo@example.com")
    assert code == 0
    assert said.startswith("http://127.0.0.1:8080/sign-in/")
    assert [entry.action for entry in rows(desk_url, AuditEntry)][-1:] == ["agent.sign_in_link"]


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        (("agent", "password", "--email", "nobody@example.com"), ""),
        (("agent", "password", "--email", "bo@example.com", "--password-stdin"), "short\n"),
        (("quarantine", "show", "1"), ""),
        (("quarantine", "show", "9" * 30), ""),
        (("quarantine", "retry", "9" * 30), ""),
    ],
)
def test_what_cannot_be_done_is_told_in_words(run: Run, words: tuple[str, ...], stdin: str) -> None:
    code, said, complaint = run(*words, stdin=stdin)
    assert (code, said) == (2, "")
    assert complaint
    assert "Traceback" not in complaint


@pytest.mark.parametrize(("public_url", "warned"), [("", True), ("https://desk.example", False)])
def test_a_server_that_listens_everywhere_says_that_its_links_lead_nowhere(
    public_url: str, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        """Serve nothing."""

    settings = Settings(http=Http(host="0.0.0.0", public_url=public_url))
    serving.serve_until_told(Program(), settings, work)
    assert ("http.public_url is not set" in caplog.text) == warned


def test_a_command_that_fails_gives_its_leases_back(run: Run, desk_url: str) -> None:
    async def fail() -> None:
        async with Program().store():
            raise Invalid("on purpose")

    with pytest.raises(Invalid):
        Program().run(fail())
    assert rows(desk_url, Lease) == []
