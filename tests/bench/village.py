"""A few cases as the real code makes them, each with ten messages: what `copying` makes many of.

Words end in a mark that becomes another one in each copy, as do the numbers that tell people apart.
"""

import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from omnidesk.desk import actions, changes, snoozing
from omnidesk.desk.access import Viewer
from omnidesk.desk.setup import fields
from omnidesk.desk.setup.fields import Choice, Shape
from omnidesk.store.ids import IdMaker
from omnidesk.store.models import Case, ContactPoint, FieldKind, FieldSubject, Priority
from tests.office import Office

CASES = 20
MESSAGES = 10
WORD = "q0x"
NUMBER = "n0n"
RARE = 200
"""So many words of ours end in WORD."""
BEGAN, ENDED = timedelta(hours=-12), timedelta(hours=-1)
"""When the village lives, seen from now: at its end what was promised at its beginning is late."""
LABELS = ("refund", "delivery", "invoice", "damaged", "vip")
_COMMON = ("kargo", "sipariş", "iade", "fatura", "adres", "lamba", "teslim", "ödeme", "merhaba", "teşekkürler")
_ROUNDS = MESSAGES // 2
_LAST_WORD = (0, 1, 4, 6, 8)
"""In these the contact spoke last, and waits."""
_STATUS = {2: "waiting", 3: "on_hold", **dict.fromkeys(range(10, CASES), "closed")}
_SNOOZED, _NOBODYS, _HIDDEN = 9, (6, 7), 8


class Speech:
    """What is said: twenty words a message, most of them rare; the same in every run."""

    def __init__(self) -> None:
        self._chance = random.Random(7)

    def word(self) -> str:
        """A rare word."""
        return f"w{self._chance.randrange(RARE)}{WORD}"

    def text(self) -> str:
        """A message."""
        return " ".join([*self._chance.choices(_COMMON, k=8), *(self.word() for _ in range(12))])


async def build(desk: Office) -> None:
    """Have the cases written, answered, labelled, snoozed and closed back then; then come back to now."""
    ada, say = await desk.viewer("Ada"), Speech()
    await _set_up(desk, ada)
    desk.clock.ahead = BEGAN
    desk.database.ids = IdMaker(desk.database.ids.worker)  # one that goes back in time
    for turn in range(_ROUNDS):
        for number in range(CASES):
            await _writes(desk, say, number, turn)
        await desk.work()
        desk.clock.skip(minutes=5)
        if turn < _ROUNDS - 1:
            await _each(desk, lambda tx, number, _: actions.reply(tx, ada, number, say.text()))
    await _each(desk, lambda tx, number, which: _settle(tx, ada, number, which, say))
    for number in _LAST_WORD:
        await _writes(desk, say, number, _ROUNDS)
    await desk.work()
    desk.clock.ahead = ENDED
    await desk.work()
    desk.clock.ahead = timedelta()


async def _set_up(desk: Office, ada: Viewer) -> None:
    lamp, shade = Choice({"en": "Lamp"}), Choice({"en": "Shade"})
    async with desk.database.transaction() as tx:
        await fields.add(tx, ada, FieldSubject.CASE, FieldKind.TEXT, Shape({"en": "Order"}))
        await fields.add(tx, ada, FieldSubject.CASE, FieldKind.CHOICE, Shape({"en": "Product"}, (lamp, shade)))


async def _writes(desk: Office, say: Speech, number: int, turn: int) -> None:
    name = f"Mia w{number}{WORD}"
    told = f"{turn}-{number}{NUMBER}"
    await desk.receive(say.text(), sender=f"mia{number}{NUMBER}", name=name, external_id=told)


async def _each(desk: Office, act: Callable[[Any, int, int], Any]) -> None:
    """Do something with every case, by its number and which one it is."""
    by_address = select(ContactPoint.address, Case.number).join(
        Case, col(Case.contact_point_id) == col(ContactPoint.id)
    )
    async with desk.database.session() as session:
        numbers = dict((await session.exec(by_address)).all())
    async with desk.database.transaction() as tx:
        for which in range(CASES):
            await act(tx, numbers[f"mia{which}{NUMBER}"], which)
    desk.clock.skip(minutes=5)
    await desk.work()


async def _settle(tx: Any, ada: Viewer, number: int, which: int, say: Speech) -> None:
    """The last answer where one is due, and what becomes of the case."""
    if which not in _LAST_WORD:
        await actions.reply(tx, ada, number, say.text())
    case = await actions.for_work(tx, ada, number)
    await changes.change(tx, ada, number, case.version, _wanted(which, say))
    if which == _SNOOZED:
        await snoozing.snooze(tx, ada, number, None)


def _wanted(which: int, say: Speech) -> Mapping[str, Any]:
    wanted: dict[str, Any] = {
        "labels": [LABELS[which % len(LABELS)]],
        "priority": list(Priority)[which % len(Priority)],
        "fields": {"order": f"TR {say.word()}", "product": ("lamp", "shade")[which % 2]},
    }
    if which in _NOBODYS or which % 2:
        wanted["assignee"] = None if which in _NOBODYS else "bo@example.com"
    if which == _HIDDEN:
        wanted |= {"team": "billing", "assignee": "cy@example.com"}
    if which in _STATUS:
        wanted["status"] = _STATUS[which]
    return wanted
