"""Indexing: what was said is made findable soon after, and beside it: no message waits for the search.

Whoever writes such a row leaves a note in the same transaction (`wait`); the worker takes the notes, many at a time.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sqlalchemy import delete
from sqlmodel import col, select

from omnidesk.events import WorkWaiting
from omnidesk.store import dialect
from omnidesk.store.db import Database, Transaction, table_of
from omnidesk.store.models import (
    Attachment,
    ContactWord,
    Interaction,
    NameTrigram,
    OrganizationWord,
    SearchText,
    SearchWaiting,
)
from omnidesk.text.folding import words

_AT_ONCE = 500
_MOST = 20_000
"""So many characters of a text are found; what comes after them is made by machines."""
_SHORTEST = 3
"""A shorter word has no spellings to speak of."""


def wait(tx: Transaction, row_id: int) -> None:
    """An interaction, or the names of a contact or an organization, are to be made findable."""
    tx.add_row(SearchWaiting, {"id": tx.new_id(), "row_id": row_id})
    tx.publish(WorkWaiting("search"))


def trigrams(word: str) -> list[str]:
    """The pieces of three letters of a word, its beginning and end among them."""
    padded = f" {word} "
    return list(dict.fromkeys(padded[start : start + 3] for start in range(len(padded) - 2)))


class Indexing:
    """The worker that makes findable what waits."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def run(self) -> bool:
        """One round; False = no more than it took waited, so that the next may wait for many."""
        async with self._db.transaction(durable=False) as tx:
            oldest = select(SearchWaiting).order_by(col(SearchWaiting.id)).limit(_AT_ONCE)
            notes = list(await tx.session.exec(oldest.with_for_update(skip_locked=True)))
            if not notes:
                return False
            row_ids = {note.row_id for note in notes}
            await _keep_texts(tx, row_ids)
            await _keep_names(tx, row_ids)
            done = delete(SearchWaiting).where(col(SearchWaiting.id).in_([note.id for note in notes]))
            await tx.session.exec(done)
        return len(notes) == _AT_ONCE


async def _keep_texts(tx: Transaction, ids: Iterable[int]) -> None:
    said = select(Interaction.id, Interaction.text, Interaction.payload).where(col(Interaction.id).in_(ids))
    found = list(await tx.session.exec(said))
    names = await _file_names(tx, [row_id for row_id, _, _ in found])
    rows = [
        {"id": row_id, "said": " ".join(_words([payload.get("subject") or "", text, *names[row_id]]))}
        for row_id, text, payload in found
    ]
    said_something = [row for row in rows if row["said"]]
    # what was edited stands there as it was
    await tx.session.exec(delete(SearchText).where(col(SearchText.id).in_([row["id"] for row in rows])))
    await dialect.insert_missing(await tx.session.connection(), table_of(SearchText), said_something, key=["id"])


def _words(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from words(text[:_MOST])


async def _file_names(tx: Transaction, ids: Iterable[int]) -> dict[int, list[str]]:
    found = defaultdict(list)
    files = select(Attachment.interaction_id, Attachment.filename).where(
        col(Attachment.interaction_id).in_(ids), col(Attachment.inline).is_(False)
    )
    for interaction_id, name in await tx.session.exec(files):
        found[interaction_id].append(name)
    return found


async def _keep_names(tx: Transaction, ids: Iterable[int]) -> None:
    """The trigrams of the words that these contacts and organizations are found by."""
    of_people = select(ContactWord.word).where(col(ContactWord.contact_id).in_(ids))
    of_organizations = select(OrganizationWord.word).where(col(OrganizationWord.organization_id).in_(ids))
    words_now = [*await tx.session.exec(of_people), *await tx.session.exec(of_organizations)]
    found = {word for word in words_now if len(word) >= _SHORTEST and not word.isdecimal()}
    rows = [{"trigram": trigram, "word": word} for word in sorted(found) for trigram in trigrams(word)]
    await dialect.insert_missing(await tx.session.connection(), table_of(NameTrigram), rows, key=["trigram", "word"])
