"""Names: what a person is called, as well as we know it."""

from collections.abc import Iterable

from omnidesk.store.models import Contact, ContactPoint
from omnidesk.text.searching import words_of_address


def called(contact: Contact, points: Iterable[ContactPoint]) -> str:
    """The name of a contact, else one that came with an address, else an address that people read, else nothing."""
    points = list(points)
    addresses = [point.address for point in points if words_of_address(point.address)]
    return next((name for name in [contact.name, *(point.name for point in points), *addresses] if name), "")
