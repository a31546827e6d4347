"""Finding people: the words that a contact is found by, kept where names and addresses change, and the search.

A word stands with the address it came with, so that it goes along when the address is linked to another contact.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.search import indexing
from omnidesk.store.db import Transaction
from omnidesk.store.models import Contact, ContactPoint, ContactWord, Organization, OrganizationWord
from omnidesk.text.searching import asked_words, words_of_address, words_of_name

_NAME = 0
"""In place of an address: the word stands in the contact's own name."""
_FEW = 1000
_LAST = "\U0010ffff"


def keep_point(tx: Transaction, point: ContactPoint) -> None:
    """A new contact point is found by its address and the name that came with it."""
    _keep(tx, point.contact_id, point.id, [*words_of_name(point.name), *words_of_address(point.address)])


def keep_name(tx: Transaction, contact: Contact) -> None:
    """A contact that had no name has one now."""
    _keep(tx, contact.id, _NAME, words_of_name(contact.name))


async def rename(tx: Transaction, contact: Contact) -> None:
    """A contact's name was changed by hand; the names that came with its addresses stay ways to find it."""
    of_name = (col(ContactWord.contact_id) == contact.id, col(ContactWord.point_id) == _NAME)
    await tx.session.exec(delete(ContactWord).where(*of_name))
    keep_name(tx, contact)


async def move_point(tx: Transaction, point_id: int, from_contact_id: int, to_contact_id: int) -> None:
    """An address belongs to another contact now."""
    of_point = (col(ContactWord.contact_id) == from_contact_id, col(ContactWord.point_id) == point_id)
    await tx.session.exec(update(ContactWord).where(*of_point).values(contact_id=to_contact_id))


def _keep(tx: Transaction, contact_id: int, point_id: int, words: Iterable[str]) -> None:
    indexing.wait(tx, contact_id)
    for word in dict.fromkeys(words):
        tx.add_row(ContactWord, {"word": word, "contact_id": contact_id, "point_id": point_id})


@dataclass(frozen=True)
class Found:
    """Rows (by their id) that are found by words, each of which names its owner."""

    row: Any
    word: Any
    owner: Any


PEOPLE = Found(Contact.id, ContactWord.word, ContactWord.contact_id)
ORGANIZATIONS = Found(Organization.id, OrganizationWord.word, OrganizationWord.organization_id)


async def matching(session: AsyncSession, question: str, among: Found = PEOPLE) -> list[ColumnElement[bool]]:
    """The conditions that keep those who have words beginning with each word of the question.

    A rare word names its owners itself. A common one is looked up for each row on the way down the list, which
    is full before many were asked: so neither kind reads a long range of the index.
    """
    conditions: list[ColumnElement[bool]] = []
    for word in asked_words(question):
        begins = (col(among.word) >= word, col(among.word) < word + _LAST)
        found = list(await session.exec(select(among.owner).where(*begins).limit(_FEW)))
        if len(found) < _FEW:
            conditions.append(col(among.row).in_(set(found)))
        else:
            conditions.append(exists().where(col(among.owner) == col(among.row), *begins))
    return conditions
