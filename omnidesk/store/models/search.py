"""What the search reads: folded words of the log, and which words look alike."""

from sqlmodel import Field

from omnidesk.store.models._row import Row, big, key, link


class SearchText(Row, table=True):
    """The folded words of an interaction, in order, one space between two (`omnidesk.text.folding.words`).

    Each database has an index of its own on them, which no model shows: SQLite a table `search_index` (FTS5), kept by
    triggers; PostgreSQL a column `lexemes`.
    """

    __tablename__ = "search_texts"

    id: int = link("interactions.id", primary_key=True)
    said: str


class SearchWaiting(Row, table=True):
    """That a row is yet to be made findable: an interaction, or the names of a contact."""

    __tablename__ = "search_waiting"

    id: int = key()
    row_id: int = big()


class NameTrigram(Row, table=True):
    """Three letters of a word that somebody is found by: words that share many are spellings of each other."""

    __tablename__ = "name_trigrams"
    __table_args__ = ({"sqlite_with_rowid": False},)

    trigram: str = Field(primary_key=True)
    word: str = Field(primary_key=True)
