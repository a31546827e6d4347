"""The API channel against an app: what we post, how it is signed, what is refused; and its settings."""

import base64
import json
import pickle
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout
from pydantic import ValidationError

from channels.api.adapter import ApiChannel
from channels.api.parse import parse
from channels.api.settings import ApiSettings
from channels.api.signature import signed_headers
from omnidesk.contract.channel import ChannelError, Outbound, RawMessage, Unparsable
from omnidesk.desk import actions, tokens
from omnidesk.desk.configuration import InboxEntry
from omnidesk.store.models import Case, ContactPoint, Delivery
from tests.api.program import Program, message
from tests.channels.app_stand_in import SECRET, App, is_signed
from tests.channels.hosted import hosted_desk
from tests.office import Office


@asynccontextmanager
async def connected(seconds: float = 5, **changed: Any) -> AsyncIterator[tuple[ApiChannel, App]]:
    """A channel with the app on its other side."""
    async with App().serving() as app, ClientSession(timeout=ClientTimeout(seconds)) as http:
        settings = {"url": app.url, "secret": SECRET, **changed}
        yield ApiChannel(ApiSettings.model_validate(settings), http), app


def outbound(key: str = "17.abc") -> Outbound:
    return Outbound(key=key, to="user-17", text="Merhaba! 👋")


# --- what we post


async def test_what_is_posted_is_signed_and_the_same_at_each_try() -> None:
    async with connected() as (channel, app):
        await channel.send(outbound())
        await channel.send(outbound())
        await channel.send(outbound("18.abc"))
    first, again, other = app.taken
    assert (first.id, first.text, first.said["type"]) == (again.id, "Merhaba! 👋", "message.created")
    assert first.id != other.id
    assert "." not in first.id


async def test_another_secret_is_known_as_a_forgery() -> None:
    other = f"whsec_{base64.b64encode(b'x' * 24).decode()}"
    async with connected(secret=other) as (channel, app):
        with pytest.raises(ChannelError, match="401"):
            await channel.send(outbound())
    assert (app.taken, len(app.forged)) == ([], 1)


def test_the_signature_is_the_one_of_the_specification() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")  # the example that its libraries are tested with
    headers = signed_headers(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert not is_signed(key, headers, b'{"test": 2432232314}')  # it is of 2021


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(400, True), (410, True), (413, True), (422, True), (401, False), (404, False), (429, False), (500, False),
     (302, False), (307, False)],
)  # fmt: skip
async def test_a_refusal_is_final_only_where_another_try_would_get_the_same(status: int, permanent: bool) -> None:
    async with connected() as (channel, app):
        app.answers.append(status)
        with pytest.raises(ChannelError, match=str(status)) as caught:
            await channel.send(outbound())
    assert (caught.value.permanent, app.followed) == (permanent, 0)
    assert "Merhaba" not in str(caught.value)


async def test_nobody_there_is_tried_again() -> None:
    async with connected(url="http://127.0.0.1:9/messages") as (channel, _):
        with pytest.raises(ChannelError, match="can't be reached") as caught:
            await channel.send(outbound())
    assert not caught.value.permanent


async def test_without_an_address_nothing_is_posted() -> None:
    async with connected(url=None) as (channel, app):
        assert await channel.send(outbound()) == outbound().key
    assert (app.taken, channel.address) == ([], "")


# --- what is read again


@pytest.mark.parametrize("body", [b"{}", b"[]", b"\xff", b'{"external_id": "m", "from": {"id": "mia"}}'])
def test_what_was_never_a_message_is_unparsable(body: bytes) -> None:
    with pytest.raises(Unparsable):
        parse(RawMessage("m", "mia", body))


def test_what_the_sender_claims_is_proven_for_the_id_alone() -> None:
    said = message("m", "Hello", sent_at="2026-11-24T10:00:00+03:00")
    said["from"]["email"] = "ada@example.com"
    found = parse(RawMessage("m", "mia", json.dumps(said).encode()))
    assert (found.sender.address, found.sender.name, found.sender.proven) == ("mia", "Mia", True)
    assert found.sent_at is not None
    assert found.sent_at.isoformat() == "2026-11-24T07:00:00+00:00"


# --- settings


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"url": "app.example/messages"}, "url"), ({"url": "ftp://app.example"}, "url"), ({"url": "http://"}, "url"),
        ({"url": "https://app.example", "secret": None}, "secret is missing"), ({"secret": "letmein"}, "whsec_"),
        ({"secret": "whsec_"}, "whsec_"), ({"secret": "whsec_no base64!"}, "whsec_"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError, match=named) as caught:
        ApiSettings.model_validate({"secret": SECRET, **wrong})
    assert "letmein" not in json.dumps(caught.value.errors(include_input=False, include_context=False))


def test_the_secret_is_in_no_text() -> None:
    settings = ApiSettings.model_validate({"url": "https://app.example/messages", "secret": SECRET})
    assert SECRET not in repr(settings)
    assert pickle.loads(pickle.dumps(settings)) == settings


# --- in the desk


@pytest.fixture
async def app() -> AsyncIterator[App]:
    """The app."""
    async with App().serving() as app:
        yield app


@pytest.fixture
async def served(store_url: str, tmp_path: Path, app: App) -> AsyncIterator[tuple[Office, str]]:
    """The office with an inbox of the app, and where it answers."""
    settings = {"url": app.url, "secret": SECRET}
    entry = {"slug": "shop", "channel": "api", "name": "Shop", "team": "support", "settings": settings}
    inbox = InboxEntry.model_validate(entry)
    async with hosted_desk(store_url, tmp_path, inbox, public_url="https://desk.example") as served:
        yield served


@pytest.fixture
def office(served: tuple[Office, str]) -> Office:
    """The office."""
    return served[0]


@pytest.fixture
async def shop(served: tuple[Office, str]) -> AsyncIterator[Program]:
    """The app's program."""
    office, url = served
    async with office.database.transaction() as tx:
        token = await tokens.create(tx, "shop")
    async with ClientSession(url) as session:
        yield Program(session, token)


async def answered(office: Office, shop: Program, text: str = "Merhaba!") -> Case:
    """Bo answered Mia's message."""
    await shop.post("/inboxes/shop/messages", message("m-1", "Hello"))
    await office.work()
    return await office.act("Bo", actions.reply, (await office.all(Case))[0].number, text)


async def test_an_answer_is_posted_in_the_form_that_the_api_gives(office: Office, shop: Program, app: App) -> None:
    case = await answered(office, shop)
    (taken,) = app.taken
    log = await shop.all(f"/cases/{case.number}/interactions")
    (logged,) = [row for row in log if row["direction"] == "outbound"]
    was, then = (
        {"to": "mia", "role": "to", "channel": "api", "error": None, "failure": None},
        taken.said["data"].pop("deliveries"),
    )
    assert (logged.pop("deliveries"), then) == ([{**was, "state": "sent"}], [{**was, "state": "sending"}])
    assert taken.said["data"] == logged
    receipt = {"id": taken.said["data"]["id"], "state": "read"}
    assert (await shop.post("/inboxes/shop/receipts", receipt)).status == 200
    assert [delivery.state for delivery in await office.all(Delivery)] == ["read"]


async def test_what_the_app_could_not_take_comes_again_as_the_same(office: Office, shop: Program, app: App) -> None:
    app.answers += [500, 503]
    await answered(office, shop)
    for minutes in (1, 2):
        office.clock.skip(minutes=minutes)
        await office.work()
    assert app.refused == [app.taken[0].id] * 2
    assert [delivery.state for delivery in await office.all(Delivery)] == ["sent"]


async def test_what_the_app_will_never_take_is_told_on_the_case(office: Office, shop: Program, app: App) -> None:
    app.answers.append(410)
    case = await answered(office, shop)
    office.clock.skip(hours=1)
    await office.work()
    assert (len(app.refused), app.taken) == (1, [])
    assert "delivery_failed" in await office.events(case)
    assert [(delivery.state, "410" in delivery.error) for delivery in await office.all(Delivery)] == [("failed", True)]
    assert [point.working for point in await office.all(ContactPoint)] == [True]


async def test_a_survey_is_posted_with_its_scale_and_answered_by_a_number(
    office: Office, shop: Program, app: App
) -> None:  # fmt: skip
    case = await answered(office, shop)
    await office.act("Bo", actions.resolve, case.number)
    asked = app.taken[-1].said["data"]
    assert (asked["kind"], asked["author"]["kind"]) == ("survey", "system")
    assert "5 – great" in asked["text"]
    await shop.post("/inboxes/shop/messages", message("m-2", "4"))
    await office.work()
    last = (await shop.all(f"/cases/{case.number}/interactions"))[-1]
    assert (last["kind"], last["direction"], last["score"]) == ("survey", "inbound", 4)
    assert (await office.case(case.number)).category == "resolved"
