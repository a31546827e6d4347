"""People."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

from omnidesk.text.searching import words_of_address, words_of_name

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BY_CODE_POINT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_AT_ONCE = 1000


def upgrade() -> None:
    with op.batch_alter_table("contacts") as batch:
        batch.add_column(sa.Column("merged_into_id", _BIG, nullable=True))
        batch.create_foreign_key("fk_contacts_merged_into_id", "contacts", ["merged_into_id"], ["id"])
    op.drop_index("ix_interactions_contact_id", "interactions")
    op.create_index("ix_interactions_contact", "interactions", ["contact_id", "id"])
    _create_links()
    _fill(_create_words())


def _create_links() -> None:
    op.create_table(
        "contact_links",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("point_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("from_contact_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("to_contact_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("agent_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", _BIG, autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["point_id"], ["contact_points.id"], name="fk_contact_links_point_id"),
        sa.ForeignKeyConstraint(["from_contact_id"], ["contacts.id"], name="fk_contact_links_from_contact_id"),
        sa.ForeignKeyConstraint(["to_contact_id"], ["contacts.id"], name="fk_contact_links_to_contact_id"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_contact_links_agent_id"),
        sa.ForeignKeyConstraint(["undone_by_id"], ["agents.id"], name="fk_contact_links_undone_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contact_links"),
    )
    for column in ("point_id", "from_contact_id", "to_contact_id"):
        op.create_index(f"ix_contact_links_{column}", "contact_links", [column])
    op.create_table(
        "contact_link_cases",
        sa.Column("link_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("case_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("contact_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["contact_links.id"], name="fk_contact_link_cases_link_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_contact_link_cases_case_id"),
        sa.PrimaryKeyConstraint("link_id", "case_id", name="pk_contact_link_cases"),
    )
    op.create_index("ix_contact_link_cases_case_id", "contact_link_cases", ["case_id"])


def _create_words() -> sa.Table:
    words = op.create_table(
        "contact_words",
        sa.Column("word", _BY_CODE_POINT, nullable=False),
        sa.Column("contact_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("point_id", _BIG, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_contact_words_contact_id"),
        sa.PrimaryKeyConstraint("word", "contact_id", "point_id", name="pk_contact_words"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_contact_words_contact", "contact_words", ["contact_id", "word"])
    return words


def _fill(words: sa.Table) -> None:
    """The words of the contacts that are there already, some at a time."""
    connection = op.get_bind()
    names = sa.text("SELECT id, name FROM contacts WHERE id > :last ORDER BY id LIMIT :some")
    points = sa.text(
        "SELECT id, contact_id, name, address FROM contact_points WHERE id > :last ORDER BY id LIMIT :some"
    )
    for contacts in _pieces(connection, names):
        _insert(connection, words, ((word, one.id, 0) for one in contacts for word in words_of_name(one.name)))
    for some in _pieces(connection, points):
        _insert(
            connection, words,
            ((word, one.contact_id, one.id)
             for one in some
             for word in dict.fromkeys([*words_of_name(one.name), *words_of_address(one.address)])),
        )  # fmt: skip


def _pieces(connection: sa.Connection, statement: sa.TextClause) -> Iterable[list[Any]]:
    last = 0
    while rows := list(connection.execute(statement, {"last": last, "some": _AT_ONCE})):
        yield rows
        last = rows[-1].id


def _insert(connection: sa.Connection, words: sa.Table, found: Iterable[tuple[str, int, int]]) -> None:
    if rows := [{"word": word, "contact_id": contact_id, "point_id": point_id} for word, contact_id, point_id in found]:
        connection.execute(words.insert(), rows)
