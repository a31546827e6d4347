"""Consent words: who writes STOP gets nothing automatic at that address any more, until START.

A word counts when it is all that the message says. It opens no case and changes no status; it is logged on the
person's case in that inbox if there is one, and confirmed once.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from omnidesk.desk import interactions
from omnidesk.desk.directory.contacts import Person
from omnidesk.desk.inboxes import LiveInbox
from omnidesk.desk.interactions import SYSTEM, By, Content
from omnidesk.desk.outgoing import deliveries
from omnidesk.store.db import Transaction
from omnidesk.store.models import Case, ContactPoint, Direction, Kind
from omnidesk.text import catalogues
from omnidesk.text.folding import words


def N_(text: str) -> str:  # noqa: N802 (gettext's own name for "to be translated later")
    """Mark a text for the catalogue."""
    return text


Command = Literal["stop", "start"]

_LOCALE = Path(__file__).parents[2] / "locale"
_LONGEST = 40
_CONFIRMED = {
    "stop": N_("You will get no more automatic messages from us here. To get them again, write {word}."),
    "start": N_("You will get our messages here again. To end them, write {word}."),
}
_IN_TURKISH = {"basla": "BAŞLA", "ret": "RET", "iptal": "İPTAL", "dur": "DUR"}
"""Words as they are written, which are kept folded; whoever reads Turkish is told one of these where there is one."""
_EVENTS = {"stop": "consent_withdrawn", "start": "consent_given"}


def command_in(inbox: LiveInbox, text: str, point: ContactPoint) -> Command | None:
    """What a message commands; START is a command only to who said STOP before."""
    if len(text) > _LONGEST or not (inbox.stop_words or inbox.start_words):
        return None
    said = " ".join(words(text))
    if not said:
        return None
    if said in inbox.stop_words:
        return "stop"
    return "start" if said in inbox.start_words and not point.consent else None


async def obey(
    tx: Transaction, inbox: LiveInbox, person: Person, case: Case | None, command: Command, said: Content
) -> None:  # fmt: skip
    """Log a command, do as it says, and confirm it unless it says what is so already."""
    point = person.point
    by_contact = By.contact(person.contact, point)
    log = _Log(tx, inbox, point, case)
    log.add(Direction.INBOUND, by_contact, replace(said, payload={**(said.payload or {}), "command": command}))
    wanted = command == "start"
    if point.consent == wanted:
        return
    point.consent = wanted
    if not wanted:
        await deliveries.cancel_automatic(tx, point)
    if case is not None:
        interactions.event(tx, case, _EVENTS[command], by_contact, address=point.address)
    text = _confirmation(inbox, command, case.language if case else person.contact.language)
    deliveries.queue_answer(tx, inbox.row.id, case, point, log.add(Direction.OUTBOUND, SYSTEM, text))


class _Log:
    """Where the rows of one command go: to the case, or to the person's log alone."""

    def __init__(self, tx: Transaction, inbox: LiveInbox, point: ContactPoint, case: Case | None) -> None:
        self._tx = tx
        self._inbox = inbox
        self._point = point
        self._case = case

    def add(self, direction: Direction, by: By, content: Content) -> int:
        if self._case is None:
            return interactions.append_alone(self._tx, self._point, self._inbox.row.id, direction, by, content)
        return interactions.append(self._tx, self._case, Kind.MESSAGE, direction, by, content)


def _confirmation(inbox: LiveInbox, command: Command, language: str | None) -> Content:
    said_in = catalogues.language_of(language or inbox.row.language)
    word = _shown(inbox.start_words if command == "stop" else inbox.stop_words, said_in)
    text = catalogues.load(_LOCALE)[said_in].gettext(_CONFIRMED[command]).format(word=word)
    return Content(text=text, automatic=True)


def _shown(known: Sequence[str], language: str) -> str:
    """The word to write, in the reader's language if there is one."""
    turkish = [_IN_TURKISH[word] for word in known if word in _IN_TURKISH] if language == "tr" else []
    return next(iter([*turkish, *(word.upper() for word in known)]), "")
