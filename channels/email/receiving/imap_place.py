"""How far a folder has been read. Pure."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from channels.email.receiving.imap_connection import Folder, Waiting

_DAY = timedelta(days=1)
_SEARCHED = 50_000
"""UIDs of the past that are searched at a time: imaplib takes no answer that is longer than a million bytes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Every mail up to `uid` is stored here. Of those up to `until`, only what came since `since` is wanted.

    What is above `until` is wanted whatever its date: it was put into the folder after we began to read it.
    """

    validity: int
    uid: int
    until: int
    since: datetime | None

    @property
    def end(self) -> int | None:
        """The last UID that is searched for next; None = there is no last one."""
        return min(self.until, self.uid + _SEARCHED) if self.uid < self.until else None

    def criteria(self) -> list[Any]:
        """What to search for next (RFC 3501 §6.4.4)."""
        if self.end is None:
            return ["UID", f"{self.uid + 1}:*"]
        # The day is the server's own, wherever that is.
        since = ["SINCE", (self.since - _DAY).date()] if self.since else []
        return ["UID", f"{self.uid + 1}:{self.end}", *since]

    def wants(self, mail: Waiting) -> bool:
        """Whether a mail is to be fetched."""
        return mail.uid > self.until or self.since is None or mail.at is None or mail.at >= self.since

    def after(self, uid: int) -> "Place":
        """The place when all mails up to this one are stored."""
        return replace(self, uid=max(self.uid, uid))

    def written(self) -> str:
        """As it is remembered."""
        return json.dumps({**asdict(self), "since": self.since and self.since.isoformat()})


def found(folder: Folder, remembered: str | None, history: int | Literal["none", "all"], now: datetime) -> Place:
    """Where to go on in a folder; begins anew when the UIDs that are remembered mean nothing any more."""
    last = folder.next_uid - 1
    if remembered is not None:
        known = _read(remembered)
        # A folder that came from a backup may have lower UIDs again without saying so.
        if known.validity == folder.validity and known.uid <= last:
            return known
        return Place(folder.validity, 0, last, known.since)
    if history == "none":
        return Place(folder.validity, last, last, now.replace(microsecond=0))  # servers know whole seconds
    return Place(folder.validity, 0, last, None if history == "all" else now - history * _DAY)


def _read(remembered: str) -> Place:
    kept = json.loads(remembered)
    since = datetime.fromisoformat(kept["since"]).astimezone(UTC) if kept["since"] else None
    return Place(kept["validity"], kept["uid"], kept["until"], since)
