"""Lines of a timeline: rows of the log with what the page shows around them."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import tzinfo

from omnidesk.desk import pictures
from omnidesk.desk.timeline import TimelineRow
from omnidesk.store.models import Attachment, AttachmentState, Delivery, DeliveryState, Direction, Interaction
from omnidesk.text.pictures import is_placed
from omnidesk.text.pictures import pieces as in_pieces

_SETTLED = (DeliveryState.READ, DeliveryState.CANCELLED)


@dataclass(slots=True)
class Line:
    """A row, whether a new day begins with it, and which of its buttons was pressed."""

    row: Interaction
    attachments: list[Attachment]
    deliveries: list[Delivery]
    new_day: bool
    pressed: str | None = None
    unseen: bool = False
    """Whether it names a case that its reader may not see."""
    undoable: bool = False
    """Whether it tells of a macro that can be undone now."""

    @property
    def unsettled(self) -> bool:
        """Whether a delivery, a file or a button of it may still change."""
        moving = any(delivery.state not in _SETTLED for delivery in self.deliveries)
        return moving or self.undoable or any(file.state == AttachmentState.PENDING for file in self.attachments)

    @property
    def files(self) -> list[Attachment]:
        """The attachments to list: all but the pictures that are shown in their place."""
        pictures = self._pictures
        return [
            file
            for file in self.attachments
            if file is not pictures.get(file.filename) and not _is_shown(file, self.row.html or "")
        ]

    @property
    def pieces(self) -> list[tuple[str, Attachment | None]]:
        """The text in pieces, each with the picture that stands behind it."""
        pictures = self._pictures
        return [(text, pictures.get(name)) for text, name in in_pieces(self.row.text, pictures)]

    @property
    def _pictures(self) -> dict[str, Attachment]:
        """The pictures of what we wrote, by the names by which its text places them."""
        ours = self.row.direction != Direction.INBOUND
        return {
            file.filename: file
            for file in self.attachments
            if ours and file.inline and is_placed(self.row.text, file.filename)
        }

    def named(self, role: str) -> list[str]:
        """Who gets it beside us as `to`, `cc` or `bcc`: their names, or addresses where there are none."""
        if self.row.direction == Direction.INBOUND:
            copied = self.row.payload.get("copied", ())
            return [one.get("name") or one["address"] for one in copied if one.get("role", "to") == role]
        return [one.address for one in self.deliveries if one.role == role]

    @property
    def remote_pictures(self) -> bool:
        """Whether its HTML has pictures that lie elsewhere."""
        return pictures.are_in(self.row.html or "")


def place_of(file: Attachment) -> re.Pattern[str] | None:
    """Where HTML names a file of its own mail (RFC 2392), if it can."""
    return re.compile(rf"""cid:{re.escape(file.content_id)}(?=["'])""") if file.content_id else None


def _is_shown(file: Attachment, html: str) -> bool:
    place = place_of(file)
    return file.inline and place is not None and place.search(html) is not None


def lines(rows: Iterable[TimelineRow], zone: tzinfo, unseen: Collection[int]) -> list[Line]:
    """The rows, oldest first, as lines. `unseen`: numbers of cases that their reader may not know."""
    found: list[Line] = []
    offered: dict[int | None, Line] = {}
    day = None
    for entry in rows:
        row = entry.interaction
        today = row.created_at.astimezone(zone).date()
        line = Line(row, entry.attachments, entry.deliveries, new_day=today != day)
        line.unseen = row.payload.get("number") in unseen
        day = today
        if row.payload.get("buttons"):
            offered[row.case_id] = line
        elif row.payload.get("button") and row.case_id in offered:
            offered[row.case_id].pressed = row.payload["button"]
        found.append(line)
    return found
