"""Labels that are offered, each with a colour."""

from sqlmodel import col, select

from omnidesk.desk.access import Viewer, must_be
from omnidesk.desk.setup import lists
from omnidesk.errors import Invalid
from omnidesk.store.db import Transaction
from omnidesk.store.models import Label, Role
from omnidesk.text.cleaning import one_line

COLOURS = ("", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink")
"""As `static/css/labels.css` names them; the empty one is grey."""
LONGEST = 50


async def add(tx: Transaction, viewer: Viewer, name: str, colour: str) -> Label:
    """A new one. Raises NotAllowed, Invalid."""
    must_be(viewer, Role.SUPERVISOR)
    name = checked(name)
    if (await tx.session.exec(select(Label.id).where(col(Label.name) == name))).first() is not None:
        raise Invalid(f"name: there is a label {name} already; choose another name", fields={"name": "taken"})
    label = tx.new(Label, name=name, colour=_checked(colour), created_at=tx.now)
    lists.changed(tx, viewer, label, "added")
    return label


def checked(name: str) -> str:
    """A label as it is kept. Raises Invalid for what is none."""
    name = one_line(name)
    if not 0 < len(name) <= LONGEST:
        why = "long_label" if name else "empty"
        raise Invalid(
            f"label: {name[:60]!r} is no label; write 1 to {LONGEST} characters", code="wrong_label",
            fields={"name": why},
        )  # fmt: skip
    return name


async def paint(tx: Transaction, viewer: Viewer, label_id: int, colour: str) -> Label:
    """Give it another colour; its name stays, since it stands on cases. Raises NotAllowed, NotFound, Invalid."""
    label = await lists.lock(tx, viewer, Label, label_id)
    label.colour = _checked(colour)
    lists.changed(tx, viewer, label, "changed")
    return label


def _checked(colour: str) -> str:
    if colour not in COLOURS:
        raise Invalid(
            f"colour: {colour} is none of ours; choose one of {', '.join(COLOURS[1:])}", fields={"colour": "choose"}
        )
    return colour
