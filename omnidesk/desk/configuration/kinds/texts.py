"""What agents have ready: texts, and strokes of several actions."""

from typing import Any, Self

from pydantic import Field, field_validator, model_validator
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.configuration.entry import Entry, Slug, Texts
from omnidesk.desk.configuration.present import Present
from omnidesk.desk.configuration.writing import Writing
from omnidesk.desk.macro_actions import checked
from omnidesk.desk.macros import Written, columns, shortcut_of
from omnidesk.store.models import Macro, MacroKind


class CannedReplyEntry(Entry):
    """A text that agents have ready; of no team: everybody's."""

    slug: str = Slug
    name: str = Field(min_length=1, max_length=120)
    shortcut: str = Field(default="", max_length=40)
    team: str | None = None
    text: Texts = Field(default_factory=dict)

    @field_validator("shortcut")
    @classmethod
    def _as_typed(cls, value: str) -> str:
        return shortcut_of(value)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not any(text.strip() for text in self.text.values()):
            raise ValueError("text: write it in at least one language, en or tr")
        return self


class MacroEntry(CannedReplyEntry):
    """What is done with a case in one stroke, and perhaps a text for the answer."""

    actions: tuple[dict[str, Any], ...] = Field(default=(), validate_default=True)

    @field_validator("actions")
    @classmethod
    def _are_known(cls, value: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        return tuple(checked(value))

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.actions and not any(text.strip() for text in self.text.values()):
            raise ValueError("actions: add an action or a text")
        return self


async def read_canned_replies(session: AsyncSession, present: Present) -> None:
    """Shared ones; of a deleted one only its row, which an entry of its name brings back."""
    for row in await _shared(session, MacroKind.CANNED_REPLY):
        _put(present, "canned_replies", row, CannedReplyEntry, {})


async def read_macros(session: AsyncSession, present: Present) -> None:
    """As the canned replies, with what they do."""
    for row in await _shared(session, MacroKind.MACRO):
        _put(present, "macros", row, MacroEntry, {"actions": tuple(row.actions)})


async def _shared(session: AsyncSession, kind: MacroKind) -> Any:
    found = select(Macro).where(col(Macro.agent_id).is_(None), col(Macro.kind) == kind).order_by(col(Macro.slug))
    return await session.exec(found)


def _put(present: Present, kind: str, row: Macro, entry: type[CannedReplyEntry], more: dict[str, Any]) -> None:
    if row.deleted_at is not None:
        present.rows[kind][row.slug] = row
        return
    team = present.team(row.team_id) if row.team_id else None
    said: dict[str, Any] = {"slug": row.slug, "name": row.name, "shortcut": row.shortcut, "text": row.texts}
    present.put(kind, row.slug, row, entry(**said, team=team, **more))


def write_canned_reply(writing: Writing, key: str, values: dict[str, Any]) -> None:
    """One canned reply."""
    _write(writing, key, MacroKind.CANNED_REPLY, writing.present.rows["canned_replies"].get(key), values)


def write_macro(writing: Writing, key: str, values: dict[str, Any]) -> None:
    """One macro."""
    _write(writing, key, MacroKind.MACRO, writing.present.rows["macros"].get(key), values)


def _write(writing: Writing, key: str, kind: MacroKind, row: Macro | None, values: dict[str, Any]) -> None:
    team = writing.teams[values["team"]] if values["team"] else None
    written = Written(kind, values["name"], values["shortcut"], values.get("text", {}), values.get("actions", ()))
    writing.put_as(row, Macro, {**columns(written), "slug": key, "team_id": team, "deleted_at": None})
