"""An inbox's health is what its provider says to our credentials: asked beside everything else, until it is well."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlmodel import col

from omnidesk.contract.channel import ChannelError
from omnidesk.desk.configuration import InboxEntry
from omnidesk.desk.incoming import checkups
from omnidesk.desk.incoming.listening import Listeners
from omnidesk.keys import LEASES
from omnidesk.store.leases import Leases
from omnidesk.store.models import Inbox
from tests.channels.hosted import hosted_desk
from tests.channels.sms_desk import line
from tests.channels.telegram_desk import inbox as bot
from tests.channels.telegram_stand_in import TOKEN, Telegram
from tests.channels.twilio_stand_in import ACCOUNT, Twilio
from tests.fakes import FakeChannel
from tests.office import Office

REFUSED = ChannelError("ask for a new token")


class Answers:
    """What the provider of every fake inbox answers to a check: an error, or yes."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.slow: asyncio.Event | None = None
        self.asked: list[FakeChannel] = []

    async def __call__(self, channel: FakeChannel) -> None:
        self.asked.append(channel)
        if self.slow is not None:
            await self.slow.wait()
        if self.error is not None:
            raise self.error


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """The fakes' provider; it is asked again in a moment."""
    made = Answers()

    async def check(channel: FakeChannel) -> None:
        await made(channel)

    monkeypatch.setattr(FakeChannel, "check", check)
    return made


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(checkups, "_FIRST_WAIT", 0.02)
    caplog.set_level(logging.INFO, "omnidesk.desk")


@asynccontextmanager
async def listening(office: Office, leases: Leases | None = None, *, listens: bool = True) -> AsyncIterator[Listeners]:
    """A process with the inboxes of the office."""
    listeners = Listeners(
        office.inboxes, leases or office.app[LEASES], lambda live: office.reception(live.row.slug), listens=listens
    )
    await listeners.start()
    try:
        yield listeners
    finally:
        await listeners.stop()


async def health(office: Office, slug: str) -> str:
    (row,) = [row for row in await office.all(Inbox) if row.slug == slug]
    return str(row.health)


async def becomes(office: Office, said: str, slug: str = "desk") -> None:
    """Wait until the health of an inbox is this, or begins so; empty = well."""
    async with asyncio.timeout(5):
        while (await health(office, slug))[: len(said) or None] != said:  # noqa: ASYNC110 - it is a row that changes
            await asyncio.sleep(0.01)


def logged(caplog: pytest.LogCaptureFixture, slug: str = "desk") -> list[str]:
    return [record.getMessage() for record in caplog.records if f"inbox {slug} " in record.getMessage()]


async def test_a_refusal_is_the_health_until_the_provider_says_yes(
    office: Office, answers: Answers, caplog: pytest.LogCaptureFixture
) -> None:
    answers.error = REFUSED
    async with listening(office):
        await becomes(office, "ask for a new token")
        await asyncio.sleep(0.1)
        answers.error = None
        await becomes(office, "")
        asked = answers.asked.count(office.channel("desk"))
        await asyncio.sleep(0.1)
    assert answers.asked.count(office.channel("desk")) == asked > 2
    assert logged(caplog) == ["inbox desk fails its check; `omnidesk inbox list` says why", "inbox desk works again"]


async def test_what_was_bad_before_the_start_is_well_after_it(
    office: Office, answers: Answers, caplog: pytest.LogCaptureFixture
) -> None:
    await office.change(Inbox, col(Inbox.slug) == "desk", health="ask for a new token")
    async with listening(office):
        await becomes(office, "")
    assert logged(caplog) == ["inbox desk works again"]
    assert logged(caplog, "bot") == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ChannelError(""), "the provider refused"),
        (KeyError("token 123:abc of mia@example.com"), "the check failed: KeyError"),
    ],
)
async def test_whatever_a_channel_raises_is_a_reason_and_listening_goes_on(
    office: Office, answers: Answers, caplog: pytest.LogCaptureFixture, error: Exception, said: str
) -> None:
    answers.error = error
    async with listening(office):
        await becomes(office, said)
        answers.error = None
        await becomes(office, "")
    assert "123:abc" not in caplog.text


async def test_a_provider_that_does_not_answer_delays_nothing_and_is_given_up(
    office: Office, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers.slow = asyncio.Event()
    async with asyncio.timeout(10), listening(office):
        assert (await office.says("Hello")).number
    monkeypatch.setattr(checkups, "_PATIENCE", 0.05)
    async with listening(office):
        await becomes(office, "the provider did not answer within")
        answers.slow.set()
        await becomes(office, "")


async def test_changed_settings_are_checked_and_no_other_inbox_is(office: Office, answers: Answers) -> None:
    async with listening(office) as listeners:
        await becomes(office, "")
        async with asyncio.timeout(5):
            while len(answers.asked) < len(office.inboxes.all()):  # noqa: ASYNC110 - what is asked has no event
                await asyncio.sleep(0.01)
        answers.asked.clear()
        answers.error = REFUSED
        await office.change(Inbox, col(Inbox.slug) == "desk", version=2)
        await listeners.look()
        await becomes(office, "ask for a new token")
        assert set(answers.asked) == {office.channel("desk")}


async def test_only_the_process_that_listens_asks(office: Office, answers: Answers) -> None:
    one, other = Leases(office.database), Leases(office.database)
    one.holder, other.holder = "one host/1/a", "another host/1/b"
    async with listening(office, listens=False):
        await asyncio.sleep(0.1)
        assert answers.asked == []
    async with listening(office, one), listening(office, other):
        await asyncio.sleep(0.2)
        assert len(answers.asked) == len(office.inboxes.all())


async def test_a_process_that_only_serves_pages_leaves_the_health_alone(office: Office) -> None:
    await office.change(Inbox, col(Inbox.slug) == "desk", health="ask for a new token", version=2)
    async with listening(office, listens=False) as listeners:
        await listeners.look()
    assert await health(office, "desk") == "ask for a new token"


async def test_a_token_that_twilio_refuses_is_told_until_it_takes_it(
    store_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with Twilio().serving() as twilio:
        twilio.refuse = [(401, 20003)] * 3
        async with served(store_url, tmp_path, line(twilio)) as office:
            await becomes(office, "Twilio answered 401: look at account_sid", "line")
            await becomes(office, "", "line")
    assert [message.split("; ")[0] for message in logged(caplog, "line")] == [
        "inbox line fails its check", "inbox line works again"
    ]  # fmt: skip
    assert ACCOUNT not in caplog.text


async def test_a_token_that_telegram_refuses_is_told_until_it_takes_it(
    store_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with Telegram().serving() as telegram:
        telegram.refuse = [(401, "Unauthorized")] * 3
        async with served(store_url, tmp_path, bot(telegram)) as office:
            await becomes(office, "Telegram does not know this token", "bot-tg")
            await becomes(office, "", "bot-tg")
    assert [message.split("; ")[0] for message in logged(caplog, "bot-tg")] == [
        "inbox bot-tg fails its check", "inbox bot-tg works again"
    ]  # fmt: skip
    assert TOKEN not in caplog.text


@asynccontextmanager
async def served(url: str, folder: Path, inbox: InboxEntry) -> AsyncIterator[Office]:
    """An office with one more inbox, listening."""
    async with hosted_desk(url, folder, inbox, public_url="https://desk.example") as (office, _), listening(office):
        yield office
