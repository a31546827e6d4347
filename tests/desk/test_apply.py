"""Applying a desk's files: the difference is shown, made once, and what was changed here since is kept."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bots.faq import FaqResponder
from omnidesk.app import installed_channels
from omnidesk.desk import configuration
from omnidesk.desk.configuration import BotFile, Installed, Plan
from omnidesk.errors import Invalid
from omnidesk.store.db import Database
from omnidesk.store.keys import Keys
from omnidesk.store.models import (
    Agent,
    Applied,
    BotVersion,
    Disposition,
    FaqEntry,
    FieldDefinition,
    Inbox,
    Membership,
    Status,
    Survey,
    Team,
)
from tests.channels.gateway_stand_ins import described

KEYS = Keys("a secret of the tests")
STARTER = Path(__file__).parents[2] / "config"
DESK: dict[str, Any] = {
    "teams": [{"slug": "support", "name": "Support"}, {"slug": "billing", "name": "Billing", "closed": True}],
    "agents": [{"email": "Ada@example.com", "name": "Ada", "role": "admin", "teams": ["support", "billing"]}],
    "sla_policies": [{"slug": "standard", "name": "Standard", "first_response": "PT30M"}],
    "inboxes": [
        {
            "slug": "tg", "channel": "telegram", "name": "Telegram", "team": "support",
            "settings": {"token": {"env": "TG_TOKEN"}},
        },
        {
            "slug": "mail", "channel": "email", "name": "Mail", "team": "support",
            "settings": {"address": "a@desk.example", "smtp": {"username": "u", "password": {"file": "smtp.secret"}}},
        },
    ],
}  # fmt: skip


@pytest.fixture
async def database(store_url: str) -> Any:
    """An empty store."""
    made = Database(store_url, worker=7)
    yield made
    await made.close()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the desk, and its secrets."""
    monkeypatch.setenv("TG_TOKEN", "123:abc")
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "smtp.secret").write_text("pass word\n")
    describe(tmp_path, DESK)
    return tmp_path


def describe(folder: Path, kinds: Mapping[str, Any]) -> None:
    (folder / "desk" / "desk.yaml").write_text(yaml.safe_dump(dict(kinds), allow_unicode=True, sort_keys=False))


def changed(kind: str, **changes: Any) -> dict[str, Any]:
    """The desk with other values of the first entry of a kind."""
    first, *others = DESK[kind]
    return {**DESK, kind: [{**first, **changes}, *others]}


async def planned(database: Database, folder: Path, *, force: bool = False) -> Plan:
    files, bots = configuration.read(folder)
    async with database.session() as session:
        return await configuration.plan(session, installed(), files, bots, force=force)


def installed() -> Installed:
    return Installed(KEYS, installed_channels(), FaqResponder())


async def applied(database: Database, folder: Path, *, force: bool = False) -> list[str]:
    """Apply a folder; gives the difference as it is shown."""
    files, bots = configuration.read(folder)
    async with database.transaction() as tx:
        made = await configuration.plan(tx.session, installed(), files, bots, force=force)
        await configuration.apply(tx, installed(), made)
    return [str(change) for change in made.changes]


async def rows(database: Database, model: Any) -> list[Any]:
    async with database.session() as session:
        from sqlmodel import select

        return list(await session.exec(select(model)))


async def exported(database: Database, folder: Path) -> dict[Path, str]:
    async with database.session() as session:
        present = await configuration.read_rows(session, KEYS, installed_channels())
    return configuration.export(present, installed_channels(), folder)


async def test_a_desk_comes_up_and_applying_it_again_changes_nothing(database: Database, desk: Path) -> None:
    made = await applied(database, desk)
    assert made == [
        "+ teams.support", "+ teams.billing", "+ agents.ada@example.com", "+ sla_policies.standard", "+ inboxes.tg",
        "+ inboxes.mail",
    ]  # fmt: skip
    assert await applied(database, desk) == []
    (agent,) = await rows(database, Agent)
    assert (agent.email, agent.role, len(await rows(database, Membership))) == ("ada@example.com", "admin", 2)
    inboxes = {inbox.slug: inbox for inbox in await rows(database, Inbox)}
    assert KEYS.decrypt(inboxes["tg"].secrets) == {"token": "123:abc"}
    assert KEYS.decrypt(inboxes["mail"].secrets) == {"smtp": {"password": "pass word"}}
    assert "123:abc" not in str(inboxes["tg"].model_dump())


async def test_what_a_file_changes_is_changed_and_nothing_else(database: Database, desk: Path) -> None:
    await applied(database, desk)
    describe(desk, changed("agents", name="Ada L.", teams=["support"]))
    assert await applied(database, desk) == [
        "~ agents.ada@example.com.name: Ada → Ada L.",
        "~ agents.ada@example.com.teams: ['billing', 'support'] → ['support']",
    ]
    (agent,) = await rows(database, Agent)
    assert (agent.name, agent.version, len(await rows(database, Membership))) == ("Ada L.", 2, 1)
    assert await applied(database, desk) == []


async def test_what_was_changed_here_since_is_kept_until_forced(database: Database, desk: Path) -> None:
    await applied(database, desk)
    async with database.transaction() as tx:
        team = next(team for team in await rows(database, Team) if team.slug == "support")
        (await tx.get(Team, team.id)).name = "Helpers"
    kept = ["! teams.support.name: set to Helpers here since; kept, --force makes it Support"]
    assert await applied(database, desk) == kept
    assert await applied(database, desk) == kept
    describe(desk, changed("teams", name="Support", closed=True))
    assert (await applied(database, desk))[1] == "~ teams.support.closed: False → True"
    assert await applied(database, desk, force=True) == ["~ teams.support.name: Helpers → Support"]
    assert await applied(database, desk) == []


async def test_what_no_file_names_stays(database: Database, desk: Path) -> None:
    await applied(database, desk)
    describe(desk, {"teams": DESK["teams"][:1]})
    assert (await planned(database, desk)).unnamed == 5
    assert await applied(database, desk) == []
    assert len(await rows(database, Inbox)) == 2


async def test_a_new_secret_is_taken_and_not_shown(
    database: Database, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await applied(database, desk)
    monkeypatch.setenv("TG_TOKEN", "456:def")
    assert await applied(database, desk) == ["~ inboxes.tg.settings.token (the secret itself): one → another"]
    tg = next(inbox for inbox in await rows(database, Inbox) if inbox.slug == "tg")
    assert KEYS.decrypt(tg.secrets) == {"token": "456:def"}
    assert await applied(database, desk) == []


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (changed("inboxes", settings={"token": "123:abc"}), "settings.token: secrets don't stand in files"),
        (changed("inboxes", settings={"token": {"env": "NO_SUCH"}}), "settings.token: the environment has no NO_SUCH"),
        (changed("inboxes", settings={"token": {"file": "gone"}}), "settings.token: gone can't be read"),
        (changed("inboxes", settings={"token": {"stored": "token"}}), "settings.token: a secret kept here only can't"),
        (changed("inboxes", settings={"token": {"file": "a\0b"}}), "settings.token.file: holds the character \\0"),
        (changed("teams", name="A\0B"), "teams.support.name: holds the character \\0; leave it out"),
        (changed("inboxes", settings={"token": {"vault": "x"}}), "settings.token: must be {env: NAME}"),
        (changed("inboxes", settings={"token": {"env": "TG_TOKEN"}, "mode": "x"}), "inboxes.tg.settings.mode"),
        (changed("inboxes", team="nowhere"), "inboxes.tg.team: there is no team nowhere; known: billing, support"),
        (changed("inboxes", bot="nobody"), "inboxes.tg.bot: there is no bot nobody; known: none"),
        (changed("inboxes", channel="pigeon"), "inboxes.tg.channel: pigeon is not installed; known: "),
        (changed("agents", teams=["nowhere"]), "agents.ada@example.com.teams: there is no team nowhere"),
    ],
)
async def test_what_is_wrong_is_told_with_file_and_line_and_changes_nothing(
    database: Database, desk: Path, kinds: dict[str, Any], said: str
) -> None:
    describe(desk, kinds)
    with pytest.raises(Invalid) as wrong:
        await applied(database, desk)
    assert said in wrong.value.message
    assert all(line.startswith("desk/desk.yaml:") for line in wrong.value.message.splitlines())
    assert "123:abc" not in wrong.value.message
    assert (await rows(database, Team), await rows(database, Applied)) == ([], [])


async def told(database: Database, desk: Path, text: str) -> list[str]:
    """What is wrong with a file, without its name."""
    (desk / "desk" / "desk.yaml").write_text(text)
    with pytest.raises(Invalid) as wrong:
        await applied(database, desk)
    return [line.removeprefix("desk/desk.yaml:") for line in wrong.value.message.splitlines()]


async def test_everything_wrong_is_told_at_once_each_with_its_line(database: Database, desk: Path) -> None:
    text = """\
teams:
  - {slug: support, name: Support}
  - slug: billing
    name: Billing
    closed: perhaps
  - {slug: Shop, name: Shop}
agents:
  - {email: x, name: X}
  - email: ada@example.com
    name: Ada
    teams:
      - billing
      - support
inboxes:
  - slug: mail
    channel: email
    name: Mail
    team: support
    settings:
      address: nowhere
      smtp:
        port: 0
        password: {file: gone}
  - slug: tg
    channel: telegram
    name: Telegram
    team: support
    bot: nobody
    settings: {token: {env: NO_SUCH}, mode: pigeon}
  - {slug: bird, channel: pigeon, name: Bird, team: billing}
colours: []
"""
    lines = await told(database, desk, text)
    assert [line.split(": ")[:2] for line in lines] == [
        ["31", "colours"],
        ["5", "teams.billing.closed"],
        ["6", "teams.Shop.slug"],
        ["8", "agents.x.email"],
        ["28", "inboxes.tg.bot"],
        ["23", "inboxes.mail.settings.smtp.password"],
        ["20", "inboxes.mail.settings.address"],
        ["22", "inboxes.mail.settings.smtp.port"],
        ["29", "inboxes.tg.settings.token"],
        ["29", "inboxes.tg.settings.mode"],
        ["30", "inboxes.bird.channel"],
    ]


async def test_each_unknown_team_of_an_agent_has_its_line(database: Database, desk: Path) -> None:
    text = """\
teams: [{slug: support, name: Support}]
agents:
  - email: ada@example.com
    name: Ada
    teams:
      - support
      - somewhere
      - anywhere
"""
    assert sorted(await told(database, desk, text)) == [
        "7: agents.ada@example.com.teams: there is no team somewhere; known: support",
        "8: agents.ada@example.com.teams: there is no team anywhere; known: support",
    ]


@pytest.mark.parametrize(
    ("teams", "said"),
    [
        ("teams: [{slug: support}]", ["1: teams.support.name"]),
        ("teams: [{name: Support}]", ["1: teams.0.slug"]),
        ("teams: [{slug: Support, name: Support}]", ["1: teams.Support.slug"]),
        ("teams: [support]", ["1: teams.support"]),
        ("teams: {slug: support, name: Support}", ["1: teams"]),
        ("teems: [{slug: support, name: Support}]", ["1: teems"]),
        ("teams: [{slug: billing}]", ["1: teams.billing.name", "2: inboxes.chat.team"]),
        ("teems: [{slug: billing}]", ["1: teems", "2: inboxes.chat.team"]),
        ("teems: 1", ["1: teems", "2: inboxes.chat.team"]),
    ],
)
async def test_that_a_team_is_not_there_is_not_told_when_it_is_there_and_wrong(
    database: Database, desk: Path, teams: str, said: list[str]
) -> None:
    lines = await told(
        database, desk, f"{teams}\ninboxes: [{{slug: chat, channel: webchat, name: Chat, team: support}}]\n"
    )
    assert [": ".join(line.split(": ")[:2]) for line in lines] == said


@pytest.mark.parametrize("broken", ["teams: [", "- slug: support", "bot: {name: X}"])
async def test_what_an_unreadable_file_may_hold_is_not_missed(database: Database, desk: Path, broken: str) -> None:
    (desk / "desk" / "broken.yaml").write_text(broken)
    tg, _ = DESK["inboxes"]
    kinds = {"teams": DESK["teams"], "inboxes": [{**tg, "bot": "assistant"}]}
    (line,) = await told(database, desk, yaml.safe_dump(kinds))
    assert line.startswith("desk/broken.yaml:")


async def test_an_inbox_stays_on_its_channel(database: Database, desk: Path) -> None:
    await applied(database, desk)
    describe(desk, changed("inboxes", channel="webchat", settings={}))
    with pytest.raises(Invalid, match=r"desk\.yaml:\d+: inboxes\.tg\.channel: .* describe a new inbox for webchat"):
        await applied(database, desk)


async def test_a_changed_bot_is_a_new_version(database: Database, desk: Path) -> None:
    (desk / "bots").mkdir()
    for path in (STARTER / "bots").glob("*.yaml"):
        (desk / "bots" / path.name).write_text(path.read_text())
    await applied(database, desk)
    assert await applied(database, desk) == []
    assistant = desk / "bots" / "assistant.yaml"
    assistant.write_text(assistant.read_text() + "# changed\n")
    assert len(await applied(database, desk)) == 1
    assert [row.version for row in await rows(database, BotVersion)] == [1, 2]
    assert await applied(database, desk) == []
    assistant.write_text("bot: {slug: assistant, name: Assistant}\nthresholds: much\n")
    with pytest.raises(Invalid, match=r"bots/assistant\.yaml:"):
        await applied(database, desk)


async def test_what_is_exported_applies_to_nothing_and_makes_the_same_elsewhere(
    database: Database, desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("desk", "bots"):
        (desk / name).mkdir(exist_ok=True)
        for path in (STARTER / name).glob("*.yaml"):
            (desk / name / path.name).write_text(path.read_text())
    (desk / "desk" / "starter.yaml").write_text((STARTER / "desk" / "starter.yaml").read_text().split("\ninboxes:")[0])
    describe(desk, {"inboxes": DESK["inboxes"]})
    await applied(database, desk)
    out = tmp_path / "out"
    files = await exported(database, out)
    configuration.write(out, files)
    assert "{env: TG_TOKEN}" in files[Path("desk/inboxes.yaml")] or "env: TG_TOKEN" in files[Path("desk/inboxes.yaml")]
    assert "123:abc" not in str(files)
    assert await applied(database, out) == []
    again = Database(f"sqlite:///{tmp_path}/again.sqlite3", worker=8)
    from omnidesk.store import migrating

    await migrating.upgrade(again.url)
    await applied(again, out)
    assert await exported(again, out) == files
    assert len(await rows(again, FaqEntry)) == len(await rows(database, FaqEntry)) > 0
    assert len(await rows(again, Survey)) == 1
    await again.close()


async def test_a_gateway_that_is_described_whole_comes_out_as_it_was_written(
    database: Database, desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = described()
    for name in ("token", "signing_secret"):
        monkeypatch.setenv(settings[name]["env"], f"the {name} of it")
    inbox = {"slug": "local", "channel": "sms", "name": "Local", "team": "support", "settings": settings}
    describe(desk, {**DESK, "inboxes": [inbox]})
    await applied(database, desk)
    assert await applied(database, desk) == []
    out = tmp_path / "out"
    files = await exported(database, out)
    configuration.write(out, files)
    assert await applied(database, out) == []
    assert "the token of it" not in str(files)
    (written,) = yaml.safe_load(files[Path("desk/inboxes.yaml")])["inboxes"]
    assert written["settings"]["gateway"]["answer"] == settings["gateway"]["answer"]

    settings["gateway"]["send"]["charset"] = "latin-99"
    describe(desk, {**DESK, "inboxes": [inbox]})
    with pytest.raises(Invalid, match=r"send\.charset: 'latin-99' is no encoding that is known; utf-8 is usual"):
        await planned(database, desk)


@pytest.mark.parametrize(
    ("name", "from_elsewhere", "from_here"),
    [
        ("smtp.secret", "{desk}/desk/smtp.secret", "smtp.secret"),
        ("../above.secret", "{desk}/above.secret", "../above.secret"),
        ("{desk}/above.secret", "{desk}/above.secret", "../above.secret"),
        ("{secrets}/smtp", "{secrets}/smtp", "{secrets}/smtp"),
    ],
)
async def test_an_exported_secret_leads_to_the_file_it_was_read_from(
    database: Database,
    desk: Path,
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    from_elsewhere: str,
    from_here: str,
) -> None:
    out, secrets = tmp_path_factory.mktemp("out"), tmp_path_factory.mktemp("secrets")
    (desk / "above.secret").write_text("above")
    (secrets / "smtp").write_text("elsewhere")
    smtp = {"username": "u", "password": {"file": name.format(desk=desk, secrets=secrets)}}
    mail = {**DESK["inboxes"][1], "settings": {"address": "a@desk.example", "smtp": smtp}}
    describe(desk, {**DESK, "inboxes": [mail]})
    await applied(database, desk)
    for folder, expected in ((out, from_elsewhere), (desk, from_here)):
        files = await exported(database, folder)
        (inbox,) = yaml.safe_load(files[Path("desk/inboxes.yaml")])["inboxes"]
        assert inbox["settings"]["smtp"]["password"] == {"file": expected.format(desk=desk, secrets=secrets)}
        (folder / "desk" / "desk.yaml").unlink(missing_ok=True)
        configuration.write(folder, files)
        assert await applied(database, folder) == []


async def test_a_secret_that_came_from_no_file_is_exported_as_a_variable(database: Database) -> None:
    files, _ = (
        configuration.DeskFiles.model_validate(
            {"teams": DESK["teams"], "inboxes": [{**DESK["inboxes"][0], "settings": {"token": "1:secret"}}]}
        ),
        list[BotFile](),
    )
    async with database.transaction() as tx:
        await configuration.bring_in(tx, KEYS, installed_channels(), files, [])
    text = (await exported(database, Path("out")))[Path("desk/inboxes.yaml")]
    assert "env: OMNIDESK_TG_TOKEN" in text
    assert "1:secret" not in text


SETUP: dict[str, Any] = {
    "teams": DESK["teams"],
    "statuses": [{"slug": "escalated", "name": {"en": "Escalated"}, "category": "on_hold"}],
    "fields": [
        {"slug": "product", "name": {"tr": "Ürün"}, "kind": "choice",
         "choices": [{"slug": "router", "name": {"en": "Router"}}]},
        {"slug": "product", "subject": "contact", "name": {"en": "Product"}, "kind": "regex", "pattern": "[A-Z]+"},
        {"slug": "seats", "subject": "organization", "name": {"en": "Seats"}, "kind": "number"},
    ],
    "labels": [{"name": "vip", "colour": "purple"}],
    "dispositions": [{"slug": "solved", "name": {"en": "Solved"}}, {"slug": "lost", "name": {"en": "Lost"}}],
}  # fmt: skip


async def test_what_a_desk_sets_up_for_its_cases_is_brought_in_once(database: Database, desk: Path) -> None:
    describe(desk, SETUP)
    await applied(database, desk)
    [status], fields, dispositions = [await rows(database, one) for one in (Status, FieldDefinition, Disposition)]
    assert (status.slug, status.category, status.place) == ("escalated", "on_hold", 1)
    assert [(one.subject, one.slug, one.kind) for one in fields] == [
        ("case", "product", "choice"), ("contact", "product", "regex"), ("organization", "seats", "number"),
    ]  # fmt: skip
    assert [one.place for one in dispositions] == [1, 2]
    assert not (await planned(database, desk)).changes


@pytest.mark.parametrize(
    ("kind", "change", "why"),
    [
        ("statuses", {"slug": "open"}, "is a category"),
        ("statuses", {"category": "closed"}, "has no own statuses"),
        ("statuses", {"name": {}}, "is empty"),
        ("fields", {"choices": []}, "kind choice has some"),
        ("fields", {"kind": "regex", "choices": [], "pattern": "(a"}, "can't be used"),
        ("dispositions", {"slug": "spam"}, "choose another slug"),
    ],
)
async def test_what_is_wrong_with_it_is_told(
    database: Database, desk: Path, kind: str, change: dict[str, Any], why: str
) -> None:
    first, *others = SETUP[kind]
    describe(desk, {**SETUP, kind: [{**first, **change}, *others]})
    with pytest.raises(Invalid, match=why):
        await planned(database, desk)


async def test_what_cases_go_by_can_not_change(database: Database, desk: Path) -> None:
    describe(desk, SETUP)
    await applied(database, desk)
    describe(desk, {**SETUP, "statuses": [{**SETUP["statuses"][0], "category": "open"}]})
    with pytest.raises(Invalid, match=r"statuses.escalated.category: is on_hold here"):
        await planned(database, desk)
