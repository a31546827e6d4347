"""Search: the folded words of the log with an index on them, and the trigrams of names."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TRIGGERS = {
    "insert": "INSERT INTO search_index (rowid, said) VALUES (new.id, new.said);",
    "delete": "INSERT INTO search_index (search_index, rowid, said) VALUES ('delete', old.id, old.said);",
    "update": "INSERT INTO search_index (search_index, rowid, said) VALUES ('delete', old.id, old.said);"
    " INSERT INTO search_index (rowid, said) VALUES (new.id, new.said);",
}


def upgrade() -> None:
    op.create_table(
        "search_texts",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["interactions.id"], name="fk_search_texts_id"),
        sa.PrimaryKeyConstraint("id", name="pk_search_texts"),
    )
    op.create_table(
        "search_waiting",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("row_id", _BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_waiting"),
    )
    op.create_table(
        "name_trigrams",
        sa.Column("trigram", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("trigram", "word", name="pk_name_trigrams"),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "sqlite":
        _index_on_sqlite()
    else:
        op.execute("ALTER TABLE search_texts ADD COLUMN lexemes tsvector "
                   "GENERATED ALWAYS AS (to_tsvector('simple', said)) STORED")  # fmt: skip
        op.execute("CREATE INDEX ix_search_texts_lexemes ON search_texts USING gin (lexemes)")
    # what was said before is made findable by the worker, newest last
    op.execute("INSERT INTO search_waiting SELECT id, id FROM "
               "(SELECT id FROM interactions WHERE kind <> 'event' UNION SELECT id FROM contacts) AS earlier")  # fmt: skip


def _index_on_sqlite() -> None:
    # The words are folded by us: the tokenizer only parts them.
    op.execute("CREATE VIRTUAL TABLE search_index USING fts5(said, content='search_texts', content_rowid='id', "
               "tokenize='unicode61 remove_diacritics 0')")  # fmt: skip
    for when, what in _TRIGGERS.items():
        op.execute(f"CREATE TRIGGER search_texts_{when} AFTER {when} ON search_texts BEGIN {what} END")
