"""The log: everything said and done becomes a row at the end of its case."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from omnidesk.desk import cases
from omnidesk.desk.access import Viewer
from omnidesk.desk.directory.names import called
from omnidesk.desk.search import indexing
from omnidesk.events import TranscriptChanged
from omnidesk.store.db import Transaction
from omnidesk.store.models import Author, Case, Contact, ContactPoint, Direction, Interaction, Kind
from omnidesk.text.markup import is_formatted, plain

PREVIEW_LENGTH = 160
_VERSIONS = 20
"""So many earlier texts are kept, the first one always."""


@dataclass(frozen=True, slots=True)
class By:
    """Who speaks or acts."""

    kind: Author
    id: int | None = None
    name: str = ""

    @classmethod
    def contact(cls, contact: Contact, point: ContactPoint) -> "By":
        """The person at an address."""
        return cls(Author.CONTACT, contact.id, called(contact, [point]))

    @classmethod
    def viewer(cls, viewer: Viewer) -> "By":
        """Whoever of ours asks: an agent, or a program, which has a name and no id."""
        return cls(Author.AGENT, viewer.as_agent, viewer.name)


SYSTEM = By(Author.SYSTEM)


@dataclass(frozen=True, slots=True)
class Content:
    """What is said. `payload` holds what its kind needs beside the text (see the model)."""

    text: str = ""
    html: str | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    automatic: bool = False
    external_id: str | None = None
    raw_id: int | None = None
    sent_at: datetime | None = None
    place: "Place | None" = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was said, if that is not where its case is answered."""

    point_id: int | None
    inbox_id: int
    channel: str


def form_of(text: str) -> dict[str, Any]:
    """What the payload says of a text of ours that has marks of `text.markup`; other texts stay as they are."""
    return {"formatted": True} if is_formatted(text) else {}


def append(tx: Transaction, case: Case, kind: Kind, direction: Direction, by: By, content: Content) -> int:
    """Add a row to the log of a case that is locked or new; gives its id."""
    case.last_position += 1
    place = content.place or Place(case.contact_point_id, case.inbox_id, case.channel)
    row_id = _add(tx, kind, direction, by, content, {
        "case_id": case.id, "position": case.last_position, "contact_id": case.contact_id,
        "contact_point_id": place.point_id, "inbox_id": place.inbox_id, "channel": place.channel,
    })  # fmt: skip
    robot = content.automatic and by.kind == Author.CONTACT
    if kind in (Kind.MESSAGE, Kind.NOTE, Kind.CALL) and not (robot and case.preview):
        _show(case, tx.now, by, plain(content.text) if content.payload.get("formatted") else content.text)
    if kind in (Kind.MESSAGE, Kind.SURVEY):
        tx.publish(TranscriptChanged(case.contact_point_id))
    cases.changed(tx, case)
    return row_id


def append_alone(
    tx: Transaction, point: ContactPoint, inbox_id: int, direction: Direction, by: By, content: Content
) -> int:  # fmt: skip
    """Add a message to a person's log that belongs to no case; gives its id."""
    tx.publish(TranscriptChanged(point.id))
    return _add(tx, Kind.MESSAGE, direction, by, content, {
        "case_id": None, "position": 0, "contact_id": point.contact_id, "contact_point_id": point.id,
        "inbox_id": inbox_id, "channel": point.channel,
    })  # fmt: skip


def _add(
    tx: Transaction, kind: Kind, direction: Direction, by: By, content: Content, place: dict[str, Any]
) -> int:  # fmt: skip
    row_id = tx.new_id()
    said = {
        "id": row_id, "direction": direction, "kind": kind, "author_kind": by.kind, "author_id": by.id,
        "author_name": by.name, "text": content.text, "html": content.html, "payload": content.payload,
        "automatic": content.automatic, "external_id": content.external_id, "raw_id": content.raw_id,
        "sent_at": content.sent_at, "created_at": tx.now,
    }  # fmt: skip
    tx.add_row(Interaction, {**said, **place})
    if kind != Kind.EVENT:
        indexing.wait(tx, row_id)
    return row_id


def event(tx: Transaction, case: Case, name: str, actor: By = SYSTEM, /, **values: Any) -> int:
    """Log that something happened; the page says it in the reader's language from `name` and `values`."""
    content = Content(payload={"event": name, **values})
    return append(tx, case, Kind.EVENT, Direction.INTERNAL, actor, content)


def say_anew(tx: Transaction, case: Case, row: Interaction, text: str) -> None:
    """Give a locked row another text. What it said before stays with it, and the list shows what it says now."""
    versions = [*row.payload.get("versions", ()), {"text": row.text, "until": tx.now.isoformat()}]
    row.payload = {**row.payload, "versions": [*versions[:1], *versions[1:][-_VERSIONS + 1 :]]}
    if case.preview == preview_of(row.text):
        case.preview = preview_of(text)
    row.text = text
    indexing.wait(tx, row.id)


def _show(case: Case, now: datetime, by: By, text: str) -> None:
    case.last_at = now
    case.last_author = by.kind
    case.preview = preview_of(text) or case.preview


def preview_of(text: str) -> str:
    """What a list shows of a text."""
    return " ".join(text.split())[:PREVIEW_LENGTH]
