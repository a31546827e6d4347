"""Canned replies and macros from the desk's files."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlmodel import update

from omnidesk import clock
from omnidesk.errors import Invalid
from omnidesk.store.db import Database
from omnidesk.store.models import Macro
from tests.desk.test_apply import DESK, applied, database, describe, desk, exported, rows

__all__ = ["database", "desk"]

REPLY = {
    "slug": "hello",
    "name": "Hello",
    "shortcut": "/Selam",
    "team": "support",
    "text": {"en": "Hi", "tr": "Merhaba"},
}
MACRO = {"slug": "hello", "name": "Up", "actions": [{"priority": "high"}, {"add_labels": ["vip"]}, {"team": "billing"}]}


def with_macros(reply: dict[str, Any] = REPLY, macro: dict[str, Any] = MACRO) -> dict[str, Any]:
    """The desk with one of each."""
    return {**DESK, "canned_replies": [reply], "macros": [macro]}


async def test_they_come_in_and_go_out_as_they_were(database: Database, desk: Path) -> None:
    describe(desk, with_macros())
    assert (await applied(database, desk))[-2:] == ["+ canned_replies.hello", "+ macros.hello"]
    assert await applied(database, desk) == []
    written = await exported(database, desk)
    (macro,) = yaml.safe_load(written[Path("desk/macros.yaml")])["macros"]
    assert macro["actions"] == MACRO["actions"]
    (reply,) = yaml.safe_load(written[Path("desk/canned_replies.yaml")])["canned_replies"]
    assert reply == {**REPLY, "shortcut": "selam"}


async def test_what_was_deleted_in_the_pages_comes_back(database: Database, desk: Path) -> None:
    describe(desk, with_macros())
    await applied(database, desk)
    async with database.transaction() as tx:
        await tx.session.exec(update(Macro).values(deleted_at=clock.now()))
    assert await applied(database, desk) == ["+ canned_replies.hello", "+ macros.hello"]
    assert [macro.deleted_at for macro in await rows(database, Macro)] == [None, None]


@pytest.mark.parametrize(
    ("described", "said"),
    [
        (with_macros(reply={**REPLY, "team": "nowhere"}), "there is no team nowhere"),
        (with_macros(reply={**REPLY, "text": {}}), "at least one language"),
        (with_macros(macro={**MACRO, "actions": [{"explode": 1}]}), "an action is one of"),
        (with_macros(macro={**MACRO, "actions": [{"priority": "huge"}]}), "priority: "),
        (with_macros(macro={**MACRO, "actions": [{"team": "nowhere"}]}), "there is no team nowhere"),
        (with_macros(macro={**MACRO, "actions": []}), "add an action or a text"),
    ],
)
async def test_what_is_wrong_is_named(database: Database, desk: Path, described: dict[str, Any], said: str) -> None:
    describe(desk, described)
    with pytest.raises(Invalid, match=said):
        await applied(database, desk)
