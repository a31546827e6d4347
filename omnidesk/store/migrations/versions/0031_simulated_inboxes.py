"""Inboxes without a provider, and what is said there."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("inboxes") as inboxes:
        inboxes.add_column(sa.Column("simulated", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("inboxes") as inboxes:
        inboxes.alter_column("simulated", existing_type=sa.Boolean(), server_default=None)
    op.create_table(
        "simulated_messages",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("inbox_id", _ID, nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("outgoing", sa.Boolean(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("more", sa.JSON(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inboxes.id"], name="fk_simulated_messages_inbox_id"),
        sa.PrimaryKeyConstraint("id", name="pk_simulated_messages"),
    )
    op.create_index("ix_simulated_messages_person", "simulated_messages", ["inbox_id", "address", "id"])
    op.create_index("uq_simulated_messages_key", "simulated_messages", ["inbox_id", "key"], unique=True)
