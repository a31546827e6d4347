"""Idempotency keys of programs, with what was answered under them; and whether inboxes can send."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("token_id", _ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_idempotency_keys"),
        sa.UniqueConstraint("token_id", "name", name="uq_idempotency_keys_name"),
    )
    with op.batch_alter_table("inboxes") as inboxes:
        inboxes.add_column(sa.Column("failed_sends", sa.Integer(), nullable=False, server_default="0"))
        inboxes.add_column(sa.Column("sending_health", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("inboxes") as inboxes:
        inboxes.alter_column("failed_sends", existing_type=sa.Integer(), server_default=None)
        inboxes.alter_column("sending_health", existing_type=sa.String(), server_default=None)
