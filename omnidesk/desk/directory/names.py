"""Names: what a person is called, as well as we know it."""

from collections.abc import Iterable
from itertools import chain

from omnidesk.store.models import Contact, ContactPoint
from omnidesk.text.searching import words_of_address


def called(contact: Contact, points: Iterable[ContactPoint]) -> str:
    """The name of a contact, else one that came with an address, else an address that people read, else nothing."""
    if contact.name:
        return contact.name
    points = list(points)
    names = (point.name for point in points if point.name)
    return next(chain(names, filter(None, map(readable, points))), "")


def readable(point: ContactPoint) -> str:
    """An address, if people can read it; that of a web visitor is a machine's."""
    return point.address if words_of_address(point.address) else ""
