"""Channels that others host: memories, consent words, files to fetch, and rows of the log without a case."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "memories",
        sa.Column("inbox_id", _ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inboxes.id"], name=op.f("fk_memories_inbox_id")),
        sa.PrimaryKeyConstraint("inbox_id", "name", name=op.f("pk_memories")),
    )
    with op.batch_alter_table("inboxes") as inboxes:
        inboxes.add_column(sa.Column("stop_words", sa.JSON(), nullable=True))
        inboxes.add_column(sa.Column("start_words", sa.JSON(), nullable=True))
    _add("contact_points", sa.Column("consent", sa.Boolean(), nullable=False, server_default=sa.true()))
    for table in ("interactions", "deliveries"):
        with op.batch_alter_table(table) as rows:
            rows.alter_column("case_id", existing_type=_ID, nullable=True)
    _add("attachments", sa.Column("state", sa.String(), nullable=False, server_default="stored"))
    _add("attachments", sa.Column("reference", sa.String(), nullable=False, server_default=""))
    _add("attachments", sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("attachments") as attachments:
        attachments.add_column(sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_attachments_pending", "attachments", ["not_before", "id"],
        sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"),
    )  # fmt: skip


def _add(table: str, column: sa.Column[Any]) -> None:
    """Add a column that must have a value: older rows get its default, newer ones say their own."""
    with op.batch_alter_table(table) as rows:
        rows.add_column(column)
    with op.batch_alter_table(table) as rows:
        rows.alter_column(column.name, existing_type=column.type, server_default=None)
