"""Parts of long messages, and receipts that come before their message is noted."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "delivery_parts",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("delivery_id", _ID, nullable=False),
        sa.Column("inbox_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name="fk_delivery_parts_delivery_id"),
        sa.ForeignKeyConstraint(["inbox_id"], ["inboxes.id"], name="fk_delivery_parts_inbox_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_parts"),
        sa.UniqueConstraint("delivery_id", "number", name="uq_delivery_parts_delivery_id_number"),
    )
    op.create_index("ix_delivery_parts_provider", "delivery_parts", ["inbox_id", "provider_id"])
    op.create_table(
        "early_receipts",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("inbox_id", _ID, nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("failure", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inboxes.id"], name="fk_early_receipts_inbox_id"),
        sa.PrimaryKeyConstraint("id", name="pk_early_receipts"),
    )
    op.create_index("ix_early_receipts_message", "early_receipts", ["inbox_id", "message_id"])
