"""Configuration as code: what files said last, and where they found secrets."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "applied_entries",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_applied_entries")),
    )
    for table, column, default in (
        ("surveys", sa.Column("name", sa.String(), nullable=False, server_default=""), ""),
        ("inboxes", sa.Column("secret_sources", sa.JSON(), nullable=False, server_default="{}"), "{}"),
    ):
        with op.batch_alter_table(table) as rows:
            rows.add_column(column)
        with op.batch_alter_table(table) as rows:
            rows.alter_column(
                column.name, existing_type=column.type, existing_server_default=default, server_default=None
            )
