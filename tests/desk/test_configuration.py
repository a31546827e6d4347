"""A desk described in files."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import delete

from omnidesk.desk import configuration
from omnidesk.desk.configuration import DeskFiles
from omnidesk.desk.configuration.loading import unstorable
from omnidesk.errors import Invalid
from omnidesk.store.db import table_of
from omnidesk.store.models import Agent, BotVersion, FaqEntry, Inbox, Membership, Row, SlaPolicy, Survey, Team
from tests.cast import BOTS, CHANNELS, DESK
from tests.office import Office

STARTER = Path(__file__).parents[2] / "config"


def folder(tmp_path: Path, **kinds: Any) -> Path:
    """A folder with one file."""
    (tmp_path / "desk").mkdir(exist_ok=True)
    (tmp_path / "desk" / "desk.yaml").write_text(yaml.safe_dump(kinds, allow_unicode=True))
    return tmp_path


def inbox(**changes: Any) -> dict[str, Any]:
    return {"slug": "desk", "channel": "fake", "name": "Desk", "team": "support", **changes}


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"teems": []}, "1: teems: not a kind"),
    ({"teams": {"slug": "support"}}, "1: teams: must be a list"),
    ({"teams": [{"slug": "support"}]}, "2: teams.support.name: Field required"),
    ({"teams": [{"slug": "Support!", "name": "Support"}]}, "3: teams.Support!.slug"),
    ({"teams": [{"slug": "support", "name": "Support", "colour": "red"}]}, "2: teams.support.colour"),
    ({"teams": [{"slug": "support", "name": "1"}, {"slug": "support", "name": "2"}]}, "teams.support: is there twice"),
    ({"agents": [{"email": "a@x.de", "name": "A"}, {"email": "A@x.de", "name": "B"}]}, "agents.a@x.de: is there twice"),
    ({"agents": [{"email": "nobody", "name": "Nobody"}]}, "2: agents.nobody.email"),
    ({"inboxes": [inbox(close_days=3, reopen_days=7)]}, "inboxes.desk.close_days"),
    ({"inboxes": [inbox(join="anything")]}, "inboxes.desk.join"),
    ({"inboxes": [inbox(stop_words=["stop", "\N{NO ENTRY SIGN}"])]}, "inboxes.desk.stop_words"),
    ({"sla_policies": [{"slug": "x", "name": "X", "first_response": "soon"}]}, "sla_policies.x.first_response"),
]


@pytest.mark.parametrize(("kinds", "named"), WRONG)
def test_what_is_wrong_in_a_file_is_named(tmp_path: Path, kinds: dict[str, Any], named: str) -> None:
    files, _ = configuration.read(folder(tmp_path, **kinds))
    with pytest.raises(Invalid, match=re.escape(named)) as wrong:
        files.problems.end()
    assert wrong.value.message.startswith("desk/desk.yaml:")


@pytest.mark.parametrize(
    "text", ["teams: [", "? [a, b]\n: 1", "- a list", "just text", "bot: {slug: x}", "bot: x", "bot:"]
)
def test_a_file_that_is_no_desk_is_named(tmp_path: Path, text: str) -> None:
    folder(tmp_path)
    (tmp_path / "desk" / "broken.yaml").write_text(text)
    files, _ = configuration.read(tmp_path)
    with pytest.raises(Invalid, match=r"broken\.yaml"):
        files.problems.end()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('teams:\n- slug: support\n  name: "A\\0B"', "3: teams.support.name: holds the character \\0; leave it out"),
        ('teams:\n- slug: "a\\0b"\n  name: B', "2: teams.a\\x00b.slug: holds the character \\0; leave it out"),
        ('teams:\n- slug: a\n  name: A\n  "b\\0": c', "4: teams.a.b\\x00: holds the character \\0; leave it out"),
        ("teams:\n- slug: a\n  name: !!binary AA==", "3: teams.a.name: is binary; write it as text"),
        ('faq:\n- answer:\n    en: "A\\0B"', "3: faq.0.answer.en: holds the character \\0; leave it out"),
        ('bot: {slug: x, name: X}\ntexts:\n  bye: ["A\\0B"]', "3: texts.bye.0: holds the character \\0; leave it out"),
        ('teams:\n- {slug: a, name: "\\ud800"}', "2: "),
        ("teams:\n- {slug: a, name: A\0B}", "2: holds the character 0x0000; leave it out"),
        ("teams:\n- {slug: ş, name: A\x1b}", "2: holds the character 0x001b; leave it out"),
        ("teams:\n- slug: a\n  name: 2024-13-45", "3: month must be in 1..12; a text goes between quotes"),
    ],
)
def test_what_no_database_keeps_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    folder(tmp_path)
    (tmp_path / "desk" / "desk.yaml").write_text(text)
    files, _ = configuration.read(tmp_path)
    with pytest.raises(Invalid) as wrong:
        files.problems.end()
    assert wrong.value.message.splitlines()[0].startswith(f"desk/desk.yaml:{said}")
    assert wrong.value.message.isprintable() or "faq" in text


def test_half_a_character_is_named_however_it_came_in() -> None:
    assert list(unstorable({"name": ["\ud800", "\U0001f600"]})) == [
        (("name", 0), "holds half a character (\\ud800 to \\udfff); write the whole one")
    ]


def test_a_folder_without_files_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=f"{tmp_path}: holds no desk"):
        configuration.read(tmp_path)


def test_files_add_up_and_empty_ones_are_none(tmp_path: Path) -> None:
    folder(tmp_path, teams=[{"slug": "one", "name": "One"}])
    (tmp_path / "desk" / "more.yaml").write_text("teams: [{slug: two, name: Two}]")
    (tmp_path / "desk" / "nothing.yaml").write_text("# later\n")
    files, bots = configuration.read(tmp_path)
    assert ([team.slug for team in files.teams], bots) == (["one", "two"], [])


def test_the_starter_desk_can_be_read() -> None:
    files, bots = configuration.read(STARTER)
    files.problems.end()
    assert {inbox.channel for inbox in files.inboxes} >= {"email", "webchat"}
    assert {inbox.bot for inbox in files.inboxes if inbox.bot} <= {bot.slug for bot in bots}


async def empty(office: Office) -> None:
    async with office.database.transaction() as tx:
        for model in (Membership, Agent, Inbox, Team, Survey, SlaPolicy, BotVersion, FaqEntry):
            await tx.session.exec(delete(table_of(model)))


async def bring_in(office: Office, files: DeskFiles) -> None:
    async with office.database.transaction() as tx:
        await configuration.bring_in(tx, office.keys, CHANNELS, files, BOTS)


async def test_files_become_rows(office: Office) -> None:
    async with office.database.session() as session:
        assert not await configuration.is_empty(session)
    await empty(office)
    async with office.database.session() as session:
        assert await configuration.is_empty(session)
    await bring_in(office, DESK)
    (policy,), (survey,), (bot,) = [await office.all(model) for model in (SlaPolicy, Survey, BotVersion)]
    assert (policy.first_response, policy.resolution) == (1800, 8 * 3600)
    assert (survey.delay, survey.expires, survey.texts["labels"]["tr"][0]) == (0, 14 * 86400, "kötü")
    assert (bot.slug, bot.source) == ("echo", {"echo.yaml": "bot: {slug: echo, name: Echo}"})
    assert {agent.name: agent.role for agent in await office.all(Agent)} == {
        "Ada": "admin",
        "Bo": "agent",
        "Cy": "agent",
    }
    assert len(await office.all(Membership)) == 3


@pytest.mark.parametrize(
    ("kinds", "named"),
    [
        ({"inboxes": [inbox(team="nowhere")]}, r"inboxes\.desk\.team"),
        ({"inboxes": [inbox(channel="pigeon")]}, r"inboxes\.desk\.channel"),
        ({"inboxes": [inbox(settings={"colour": "red"})]}, r"inboxes\.desk\.settings\.colour"),
        ({"agents": [{"email": "a@x.de", "name": "A", "teams": ["nowhere"]}]}, r"agents\.a@x\.de\.teams"),
    ],
)
async def test_what_does_not_fit_together_is_named_and_changes_nothing(
    office: Office, kinds: dict[str, Any], named: str
) -> None:
    await empty(office)
    files = DeskFiles.model_validate({"teams": [{"slug": "support", "name": "Support"}], **kinds})
    with pytest.raises(Invalid, match=named):
        await bring_in(office, files)
    models: list[type[Row]] = [Team, Agent, Inbox]
    assert [await office.all(model) for model in models] == [[], [], []]
