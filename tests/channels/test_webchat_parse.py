"""Parsing a stored message of the web chat."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.webchat import parse as parsing
from channels.webchat.settings import WebChatSettings
from omnidesk.contract.channel import Attachment, Inbound, RawMessage, Sender, Unparsable


def parse(message: RawMessage) -> Inbound:
    return parsing.parse(message, WebChatSettings())


def raw(body: Any, language: Any = "tr-TR") -> RawMessage:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return RawMessage("mia:message-1", "mia", content, {"language": language})


def test_a_message_comes_from_an_unproven_visitor_in_the_pages_language() -> None:
    inbound = parse(raw({"type": "message", "id": "message-1", "text": "Merhaba\0!"}))
    assert inbound == Inbound(Sender("mia", proven=False, language="tr"), "Merhaba!")


def test_a_button_keeps_its_id() -> None:
    inbound = parse(raw({"type": "button", "id": "message-1", "button": "survey-1:5", "text": "5"}, language=None))
    assert inbound == Inbound(Sender("mia"), "5", button="survey-1:5")


@pytest.mark.parametrize(
    ("name", "filename"),
    [
        ("receipt.png", "receipt.png"),
        ("C:\\mia\\receipt.png", "receipt.png"),
        ("../../etc/passwd", "passwd"),
        ("/", "file"),
    ],
)
def test_an_attachment_has_a_name_and_no_path(name: str, filename: str) -> None:
    files = [{"upload": "handle", "name": name, "content_type": "image/png"}]
    inbound = parse(raw({"type": "message", "id": "message-1", "attachments": files}))
    assert inbound.attachments == (Attachment(filename, "image/png", upload="handle"),)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        [],
        {"type": "hello"},
        {"type": "message", "id": "message-1"},
        {"type": "message", "id": "message-1", "text": 5},
        {"type": "message", "id": "x", "text": "Hello"},
        {"type": "button", "id": "message-1", "text": "Yes"},
        {"type": "message", "id": "message-1", "attachments": [{"upload": "handle", "name": "x"}] * 11},
    ],
)
def test_anything_else_is_unparsable(body: Any) -> None:
    with pytest.raises(Unparsable, match="not a message of the web chat"):
        parse(raw(body))


@given(st.binary())
def test_no_bytes_make_it_stumble(body: bytes) -> None:
    with pytest.raises(Unparsable):
        parse(raw(body))
