"""A channel of somebody else: the example of docs/adding-a-channel.md, installed as a package beside the desk."""

import itertools
import re
import sys
import tomllib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bots.faq import FaqResponder
from omnidesk.app import installed_channels
from omnidesk.contract.channel import Channel, RawMessage
from omnidesk.contract.testing import ChannelContract, FakeDesk
from omnidesk.desk import actions, configuration
from omnidesk.desk.configuration import InboxEntry
from omnidesk.settings import config_folder
from omnidesk.store.models import Case, Delivery, Invitation
from omnidesk.store.models import RawMessage as Raw
from tests.channels.hosted import hosted_desk
from tests.office import Office

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "tests" / "samples" / "pigeon"
MIA, TOKEN = "+905321234567", "coo"


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package and what an installer writes of it, beside the desk until the test ends."""
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    about = tmp_path / "site" / f"omnidesk_pigeon-{project['version']}.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    points = "".join(f"{name} = {value}\n" for name, value in project["entry-points"]["omnidesk.channels"].items())
    (about / "entry_points.txt").write_text(f"[omnidesk.channels]\n{points}")
    monkeypatch.syspath_prepend(str(PACKAGE))
    monkeypatch.syspath_prepend(str(about.parent))
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "pigeon"]:
        del sys.modules[name]


def make(api_base: str = "https://api.pigeon.example", http: ClientSession | None = None) -> Channel:
    kind: Any = import_module("pigeon.channel").Pigeon
    channel: Channel = kind(kind.Settings(api_base=api_base, token=TOKEN), http)
    return channel


def test_the_documentation_shows_the_package_as_it_is() -> None:
    text = (ROOT / "docs" / "adding-a-channel.md").read_text("utf-8")
    shown = dict(re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL))
    assert shown["python"] == (PACKAGE / "pigeon" / "channel.py").read_text("utf-8")
    assert shown["toml"] == (PACKAGE / "pyproject.toml").read_text("utf-8")


@dataclass
class Gateway:
    """Pigeon on loopback."""

    url: str = ""
    desk_url: str = ""
    status: int = 200
    taken: dict[str, str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def phone(self) -> list[str]:
        """What Mia has got."""
        return list(self.taken.values())

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Gateway"]:
        """Answer requests."""
        app = web.Application()
        app.router.add_post("/messages", self._take)
        async with TestServer(app) as server:
            self.url = str(server.make_url("")).rstrip("/")
            yield self

    async def _take(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        said = await request.json()
        assert len(said["text"]) <= 1000
        if self.status < 400:
            self.taken.setdefault(said["key"], said["text"])
        return web.json_response({}, status=self.status)

    async def post(self, body: dict[str, str], token: str = TOKEN) -> int:
        """Post to the desk."""
        url, headers = f"{self.desk_url}/pigeon/pigeon", {"X-Pigeon-Token": token}
        async with ClientSession() as http, http.post(url, json=body, headers=headers) as answer:
            return answer.status

    async def say(self, text: str) -> int:
        """Mia writes."""
        return await self.post({"id": f"m{next(self._numbers)}", "sender": MIA, "name": "Mia", "text": text})


class TestPigeon(ChannelContract):
    """The contract test, as its author runs it."""

    def make(self) -> Channel:
        return make()

    def samples(self) -> Sequence[RawMessage]:
        note = b'{"id": "m1", "sender": "+905321234567", "name": "Mia", "text": "Hello"}'
        report = b'{"key": "17.abc", "state": "delivered"}'
        return [RawMessage("m1", MIA, note), RawMessage("17.abc delivered", "17.abc", report)]

    @asynccontextmanager
    async def sending(self, status: int = 200) -> AsyncIterator[Channel]:
        async with Gateway(status=status).serving() as gateway, ClientSession() as http:
            yield make(gateway.url, http)

    def refusing(self) -> AbstractAsyncContextManager[Channel]:
        return self.sending(404)

    async def deliver(self, channel: Channel, desk: FakeDesk) -> None:
        (route,) = type(channel).routes()
        app = web.Application()

        async def take(request: web.Request) -> web.StreamResponse:
            return await route.handler(channel, desk, request)

        app.router.add_post("/pigeon/{slug}", take)
        async with TestServer(app) as server:
            gateway = Gateway(desk_url=str(server.make_url("")).rstrip("/"))
            assert await gateway.say("Hello") == 204


@pytest.fixture
async def desk(store_url: str, tmp_path: Path) -> AsyncIterator[tuple[Office, Gateway]]:
    """The starter desk with its bot, a Pigeon inbox, and Ada at her desk."""
    assert "pigeon" in installed_channels()
    starter, bots = configuration.read(config_folder())
    async with Gateway().serving() as gateway:
        settings = {"token": TOKEN, "api_base": gateway.url}
        inbox = InboxEntry(
            slug="pigeon", channel="pigeon", name="Pigeon", team="support", bot="assistant", settings=settings
        )
        files = starter.model_copy(update={"inboxes": ()})
        async with hosted_desk(
            store_url, tmp_path, inbox, public_url="https://desk.example", responder=FaqResponder(), files=files,
            bots=bots,
        ) as (office, gateway.desk_url):  # fmt: skip
            await office.comes("Ada")
            yield office, gateway


async def only_case(office: Office) -> Case:
    (case,) = await office.all(Case)
    assert isinstance(case, Case)
    return case


async def test_a_question_goes_all_the_way_to_a_score(desk: tuple[Office, Gateway]) -> None:
    office, gateway = desk
    await gateway.say("sifremi unuttum giris yapamiyorum")
    await office.work()
    assert "2. Bir temsilciyle görüş" in gateway.phone[-1]
    await gateway.say("2)")
    await office.work()
    case = await only_case(office)
    assert (case.holder, case.channel) == ("team", "pigeon")

    long = "\n\n".join(("Merhaba! " * 90, "Hemen bakıyorum. " * 40))
    await office.act("Ada", actions.reply, case.number, long)
    assert [text[:8] for text in gateway.phone[-2:]] == ["Merhaba!", "Hemen ba"]
    for key in list(gateway.taken)[-2:]:
        assert await gateway.post({"key": key, "state": "read"}) == 204
    await office.work()
    assert (await office.all(Delivery))[-1].state == "read"

    await office.act("Ada", actions.resolve, case.number)
    assert "Yardımımızdan ne kadar memnun kaldınız?" in gateway.phone[-1]
    await gateway.say("5")
    await office.work()
    (asked,) = await office.all(Invitation)
    assert (asked.state, asked.score) == ("answered", 5)
    assert (await only_case(office)).category == "resolved"


async def test_who_does_not_know_the_token_leaves_a_number_behind(desk: tuple[Office, Gateway]) -> None:
    office, gateway = desk
    note = {"id": "m1", "sender": MIA, "text": "Hello"}
    assert [await gateway.post(note, token) for token in ("", "cooo", "ğ")] == [401] * 3
    assert await gateway.post({"id": "m1"}) == 400
    assert await office.all(Raw) == []
    assert [await gateway.post(note) for _ in range(2)] == [204, 204]
    assert len(await office.all(Raw)) == 1
    async with ClientSession() as http, http.get(f"{gateway.desk_url}/metrics") as answer:
        assert 'omnidesk_webhooks_refused_total{inbox="pigeon",status="401"} 3' in (await answer.text()).splitlines()
