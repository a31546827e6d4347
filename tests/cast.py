"""One cast everywhere: Ada is an agent, Bo her team-mate, Cy belongs to another, closed team; Mia is the customer."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from omnidesk.contract.channel import Channel
from omnidesk.desk import configuration
from omnidesk.desk.configuration import (
    AgentEntry,
    BotFile,
    DeskFiles,
    InboxEntry,
    SlaPolicyEntry,
    SurveyEntry,
    TeamEntry,
)
from omnidesk.store import migrating
from omnidesk.store.db import Database
from omnidesk.store.keys import Keys
from omnidesk.store.models import Role
from tests.fakes import FakeChannel, FakeChat, FakeMail, FakeSms

DESK = DeskFiles(
    teams=(TeamEntry(slug="support", name="Support"), TeamEntry(slug="billing", name="Billing", closed=True)),
    agents=(
        AgentEntry(email="ada@example.com", name="Ada", role=Role.ADMIN, teams=("support",)),
        AgentEntry(email="bo@example.com", name="Bo", teams=("support",), language="tr"),
        AgentEntry(email="cy@example.com", name="Cy", teams=("billing",)),
    ),
    sla_policies=(
        SlaPolicyEntry(
            slug="standard", name="Standard", first_response=timedelta(minutes=30), resolution=timedelta(hours=8)
        ),
    ),
    surveys=(
        SurveyEntry(
            slug="csat",
            question={"en": "How was it?", "tr": "Nasıldı?"},
            labels={"en": ("bad", "poor", "fair", "good", "great"), "tr": ("kötü", "zayıf", "orta", "iyi", "harika")},
        ),
    ),
    inboxes=(
        InboxEntry(slug="desk", channel="fake", name="Desk", team="support"),
        InboxEntry(slug="bot", channel="fake", name="Bot desk", team="support", bot="echo"),
        InboxEntry(slug="mail", channel="fakemail", name="Mail", team="support"),
        InboxEntry(slug="mail2", channel="fakemail", name="Second mail", team="support"),
        InboxEntry(slug="sms", channel="fakesms", name="SMS", team="support"),
        InboxEntry(slug="smsbot", channel="fakesms", name="SMS bot", team="support", bot="echo"),
        InboxEntry(slug="billing", channel="fake", name="Billing", team="billing"),
    ),
)
BOTS = [BotFile("echo", "Echo", "echo.yaml", "bot: {slug: echo, name: Echo}")]
CHANNELS: dict[str, type[Channel]] = {
    "fake": FakeChannel,
    "fakemail": FakeMail,
    "fakesms": FakeSms,
    "fakechat": FakeChat,
}


async def furnish(
    url: str, secret: str, inboxes: Sequence[InboxEntry] = (), channels: Mapping[str, type[Channel]] = CHANNELS
) -> None:
    """The newest tables, and the desk of the cast with these inboxes more."""
    await migrating.upgrade(url)
    database = Database(url)
    described = DESK.model_copy(update={"inboxes": (*DESK.inboxes, *inboxes)})
    async with database.transaction() as tx:
        await configuration.bring_in(tx, Keys(secret), channels, described, BOTS)
    await database.close()
