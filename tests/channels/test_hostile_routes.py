"""Whatever strangers send to the routes of channels: never an error of ours, and nothing is kept of it."""

import asyncio
from collections.abc import AsyncIterator
from http.client import HTTPConnection
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from yarl import URL

from omnidesk.contract.channel import Channel, Route
from omnidesk.desk.configuration import InboxEntry
from omnidesk.store.models import RawMessage
from tests.cast import DESK
from tests.channels.hosted import hosted_desk
from tests.office import Office

SETTINGS: dict[str, dict[str, Any]] = {
    "email": {"address": "support@desk.example"},
    "sms": {"account_sid": "AC1", "auth_token": "secret", "from_number": "+908501234567"},
    "telegram": {"token": "123:abc", "mode": "webhook"},
    "whatsapp": {"phone_number_id": "17", "access_token": "secret", "app_secret": "secret", "verify_token": "a secret"},
}
"""Of channels whose settings can't be made up from their model."""
KINDS = [point for point in entry_points(group="omnidesk.channels") if point.load().routes()]
TYPES = (
    "application/json",
    "application/json; charset=utf-16",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "text/plain; charset=no-such",
    "",
    "/;=",
)
HEADERS = ("Authorization", "X-Twilio-Signature", "X-Hub-Signature-256", "X-Telegram-Bot-Api-Secret-Token",
           "MessageBird-Signature-JWT", "Origin", "Content-Encoding", "X-Forwarded-For", "Cookie")  # fmt: skip
values = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60)
json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
bodies = (
    st.binary(max_size=400)
    | json_like.map(lambda value: repr(value).replace("'", '"').encode(errors="replace"))
    | st.dictionaries(values, values, max_size=4).map(
        lambda fields: "&".join(f"{quote(name)}={quote(value)}" for name, value in fields.items()).encode()
    )
)


def settings_of(kind: type[Channel]) -> dict[str, Any]:
    """What an inbox of this kind needs, made up where nothing else is said."""
    made_up = {
        name: "secret"
        for name, field in kind.Settings.model_fields.items()
        if field.is_required() and field.annotation in (str, SecretStr)
    }
    return SETTINGS.get(kind.name, made_up)


@pytest.fixture
async def office(store_url: str, tmp_path: Path) -> AsyncIterator[tuple[Office, str]]:
    """A desk with an inbox of every kind that has routes."""
    inboxes = [
        InboxEntry(
            slug=f"a-{point.name}",
            channel=point.name,
            name=point.name,
            team="support",
            settings=settings_of(point.load()),
        )
        for point in KINDS
    ]
    files = DESK.model_copy(update={"inboxes": (*DESK.inboxes, *inboxes[1:])})
    async with hosted_desk(store_url, tmp_path, inboxes[0], public_url="https://desk.example", files=files) as served:
        yield served


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_junk_is_never_an_error_of_ours(kind: EntryPoint, office: tuple[Office, str]) -> None:
    desk, url = office
    taken = 0
    for route in kind.load().routes():
        taken += await asyncio.to_thread(attack, URL(url), route, f"a-{kind.name}")
    assert len(await desk.all(RawMessage)) <= taken


def attack(url: URL, route: Route, slug: str) -> int:
    """Send a hundred things; gives how many were taken."""
    taken = 0
    path = route.path.replace("{slug}", slug)

    @settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(bodies, st.sampled_from(TYPES), st.dictionaries(st.sampled_from(HEADERS), values, max_size=3), values)
    def send(body: bytes, content_type: str, headers: dict[str, str], query: str) -> None:
        nonlocal taken
        connection = HTTPConnection(str(url.host), url.port, timeout=10)
        connection.request(route.method, f"{path}?{quote(query)}", body, {"Content-Type": content_type, **headers})
        status = connection.getresponse().status
        connection.close()
        assert status < 500
        taken += status < 300 and route.method == "POST"

    send()
    return taken
