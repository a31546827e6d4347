"""Reasons of the quarantine that are ours are said in the reader's language."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnidesk.store.models import RawMessage
from omnidesk.web.pages import PAGES
from omnidesk.web.words import unread
from tests.office import Office
from tests.web.conftest import Visit

ROOT = Path(unread.__file__).parents[3]
FOLDERS = ("omnidesk/desk/incoming", *(f"channels/{name}" for name in ("api", "email", "sms", "telegram", "webchat")))


def reasons() -> Iterator[str]:
    """What the program says of messages that it can't read, with {n} where something stands in it."""
    for path in (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Unparsable":
                (said,) = node.args
                if isinstance(said, ast.Constant | ast.JoinedStr):
                    yield re.sub(r"\{n\}(: \{n\})+", "{n}", text_of(said))


def text_of(said: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(said, ast.Constant):
        return str(said.value)
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{n}" for part in said.values)


@pytest.mark.parametrize("said", sorted(set(reasons())))
def test_there_are_words_for_every_reason(said: str) -> None:
    assert said in unread.REASONS


def test_what_is_not_ours_stays_as_it_is_and_numbers_stay() -> None:
    def louder(text: str) -> str:
        return text.upper().replace("{N}", "{n}")

    assert unread.reason(louder, "larger than 25 MB") == "LARGER THAN 25 MB"
    assert unread.reason(louder, "the provider's own {words}") == "the provider's own {words}"
    assert unread.reason(louder, "not a message of Twilio: Body: {x} is missing\n") == (
        "NOT A MESSAGE OF TWILIO: Body: {x} is missing\n"
    )


async def test_the_page_says_it_in_turkish(office: Office, visit: Visit) -> None:
    await office.receive("x")
    await office.change(RawMessage, RawMessage.state == "waiting", state="quarantined", reason="it names no sender")
    ada = await visit("Ada")
    assert "It names no sender" in (await ada.get("/quarantine"))[1]
    assert office.app[PAGES].gettext("tr", "it names no sender") == "göndereni belirtilmemiş"
