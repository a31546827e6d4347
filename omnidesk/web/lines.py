"""Lines of a timeline: rows of the log with what the page shows around them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo

from omnidesk.desk.timeline import TimelineRow
from omnidesk.store.models import Attachment, Delivery, DeliveryState, Interaction

_SETTLED = (DeliveryState.READ, DeliveryState.CANCELLED)


@dataclass(slots=True)
class Line:
    """A row, whether a new day begins with it, and which of its buttons was pressed."""

    row: Interaction
    attachments: list[Attachment]
    deliveries: list[Delivery]
    new_day: bool
    pressed: str | None = None

    @property
    def unsettled(self) -> bool:
        """Whether a delivery of it may still change."""
        return any(delivery.state not in _SETTLED for delivery in self.deliveries)


def lines(rows: Iterable[TimelineRow], zone: tzinfo) -> list[Line]:
    """The rows, oldest first, as lines."""
    found: list[Line] = []
    offered: Line | None = None
    day = None
    for entry in rows:
        row = entry.interaction
        today = row.created_at.astimezone(zone).date()
        line = Line(row, entry.attachments, entry.deliveries, new_day=today != day)
        day = today
        if row.payload.get("buttons"):
            offered = line
        elif offered and row.payload.get("button"):
            offered.pressed = row.payload["button"]
        found.append(line)
    return found
